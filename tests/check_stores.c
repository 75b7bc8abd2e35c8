/* stores: which kind of store a name is meant for, and what opens. */

#include "tests/support/expect.h"
#include "tests/support/store_scene.h"

#include "parsers/base/count.h"
#include "runtime/stores/stores.h"
#include "runtime/stores/stores_copy.h"

#include <inttypes.h>
#include <stdio.h>

static const struct {
    const char *name, *store, *want; /* want NULL: no kind takes it */
} names[] = {
    {"memory", ":memory:", ":memory:"},
    {"a file", "asl.db", "FILE"},
    {"a file in a folder", "/var/lib/asl/asl.db", "FILE"},
    {"a file with a colon", "a:b", "FILE"},
    {"a file with a colon and slashes in a folder", "a/b://c", "FILE"},
    {"almost memory is a file", ":memory", "FILE"},
    {"a URL of SQLite, which its store refuses with a hint", "sqlite:///asl.db", "FILE"},
    {"a URI of SQLite, which its store refuses with a hint", "file:///asl.db", "FILE"},
    {"a database", "postgresql://host/db", "postgresql://HOST/NAME"},
    {"a database by the short name", "postgres://host/db", "postgresql://HOST/NAME"},
    {"almost a database", "postgresql:/host/db", "FILE"},
    {"a URL of another database", "mysql://host/db", NULL},
    {"a URL with digits and signs in its scheme", "h2+tcp.x-1://host", NULL},
    {"nothing", "", NULL},
};

START_TEST(kind_of)
{
    const struct store_kind *kind = stores_kind_of(names[_i].store);

    expect_text(names[_i].name, kind ? kind->argument : "none",
                names[_i].want ? names[_i].want : "none");
}
END_TEST

static const struct {
    const char *name, *store, *want;
} shows[] = {
    {"a file", "a:b@c", "a:b@c"},
    {"no password", "postgresql://u@h/d", "postgresql://u@h/d"},
    {"a password", "postgresql://u:p@h:1/d?x=y", "postgresql://u@h:1/d?x=y"},
    {"a password with signs", "postgresql://u:p:q@r@h/d", "postgresql://u@h/d"},
    {"an option", "postgres://h/d?password=p&x=y", "postgres://h/d?password=&x=y"},
    {"two options", "postgres:///d?sslpassword=p&password=q",
     "postgres:///d?sslpassword=&password="},
    {"a host alone", "postgres://h:1/d@e", "postgres://h:1/d@e"},
};

START_TEST(shown)
{
    struct buf out = {0};

    stores_add_shown(&out, shows[_i].store);
    expect_text(shows[_i].name, buf_str(&out), shows[_i].want);
    buf_clear(&out);
}
END_TEST

START_TEST(opening)
{
    struct diag why = {0};
    store *s = stores_open(":memory:", STORE_FULL, &why);

    ck_assert(s);
    store_free(s);
    ck_assert(!stores_open("mysql://host/db", STORE_FULL, &why));
    ck_assert_str_eq(why.code, "STORE_UNKNOWN");
    ck_assert_str_eq(why.text, "unknown store kind 'mysql://host/db': a store is "
                               "FILE|:memory:|postgresql://HOST/NAME");
    diag_clear(&why);
    ck_assert(!stores_open("sqlite:///asl.db", STORE_FULL, &why));
    ck_assert_str_eq(why.code, "STORE_OPEN");
    diag_clear(&why);
}
END_TEST

/* ---- copies ---- */

static void note_text(struct buf *out, const json *v)
{
    if (v)
        json_write(out, v);
    buf_addc(out, ' ');
}

static bool note_event(void *user, const struct rt_event *e)
{
    buf_printf(user, " %d:%d", (int)e->seq, (int)e->kind);
    note_text(user, rt_event_token(e));
    return true;
}

static bool note_record(void *user, const char *key, const char *text, size_t len)
{
    buf_printf(user, "%s=%.*s ", key, (int)len, text);
    return true;
}

static void note_execution(struct buf *out, store *s, const struct store_execution *x)
{
    struct diag why = {0};
    uint64_t number = x->number;

    buf_printf(out,
               "%" PRIu64 " %d %" PRId64 " %" PRId64 " %" PRId64 " %d %d/%d %u %" PRId64 " %s ",
               x->number, (int)x->status, x->start_ms, x->stop_ms, x->due_ms, x->transient,
               (int)x->parent.execution, (int)x->parent.ref, x->redrives, x->redriven_ms,
               x->apart ? x->damage : "whole");
    note_text(out, x->config.names.arn);
    note_text(out, x->list);
    note_text(out, x->note);
    ck_assert_msg(store_read(s, number, 0, note_event, out, &why), "%s", why.text);
    buf_addc(out, '\n');
}

/* All that a store has, in an order that doesn't depend on its kind. */
static void note_store(struct buf *out, store *s)
{
    uint64_t next = next_number(s), at = 0, token_seq = 0;
    const struct store_execution *x;
    struct buf kind = {0};
    struct diag why = {0};

    for (uint64_t i = 0; i < next; i++)
        if (store_find(s, i, &x, &why))
            note_execution(out, s, x);
    while (store_next_kind(s, &kind, &why)) {
        buf_printf(out, "%s: ", buf_str(&kind));
        ck_assert(store_list(s, buf_str(&kind), NULL, note_record, out, &why));
    }
    bool found = store_find_token(s, "token 0 1", &at, &token_seq, &why);
    buf_printf(out, "next %" PRIu64 " token %d %" PRIu64 "\n", next, found, token_seq);
    buf_clear(&kind);
    diag_clear(&why);
}

/* Executions of all sorts: that run, wait, have ended, were redriven, set apart, children, more
 * than what is read or sent at once. */
static void fill(store *s)
{
    enum { MANY = 300 };

    put_listed(s, 0, "a", 0, "l");
    put_events(s, 0, 1, 200);
    put_listed(s, 1, "b", 1, "m");
    put_events(s, 1, 1, 3);
    store_progress(s, 1, RT_FAILED, 2000, STORE_AWAKE);
    put_listed(s, 2, "c", 0, "l");
    store_progress(s, 2, RT_RUNNING, 0, 5000);
    put_listed(s, 3, "d", 0, "l");
    put_events(s, 3, 1, 1);
    store_redriven(s, 3, 2, 3000);
    store_progress(s, 3, RT_SUCCEEDED, 4000, STORE_AWAKE);
    put_execution(s, 4, "e", 0);
    put_events(s, 4, 1, 2);
    store_set_apart(s, 4, "for a test", 6000);
    for (uint64_t i = 0; i < MANY; i++)
        put_listed(s, 10 + i, "f", 0, "n");
    put_execution(s, 400, "last", 0);
    store_put(s, "k", "a", "1\n\"'\\", 6);
    store_put(s, "k", "b", "", 0);
    store_put(s, "l", "c", "2", 1);
    commit(s);
    store_forget(s, 400);
    commit(s);
}

static void ignore_left_out(void *user, uint64_t execution, const char *arn, const char *why)
{
    (void)user;
    ck_abort_msg("%d (%s) is left out: %s", (int)execution, arn, why);
}

/* Copies, and expects the same to be in the copy, also after it was opened again. */
static void copy_store(store *from, int kind, const struct folder *folder)
{
    store *to = store_kind_open(kind, folder);
    struct stores_copied n;
    struct buf first = {0}, second = {0};
    struct diag why = {0};

    ck_assert_msg(stores_is_empty(to, &why), "a new store is not empty");
    ck_assert_msg(stores_copy(from, to, ignore_left_out, NULL, &n, &why), "%s", why.text);
    ck_assert_uint_eq(n.executions, 305);
    ck_assert_uint_eq(n.events, 206);
    ck_assert_uint_eq(n.records, 3);
    ck_assert_msg(!stores_is_empty(to, &why) && !why.code, "a copy is empty");
    if (store_kind_is_kept(kind)) {
        store_free(to);
        to = store_kind_open(kind, folder);
    }
    note_store(&first, from);
    note_store(&second, to);
    expect_text("the copy has the same", buf_str(&second), buf_str(&first));
    store_free(to);
    buf_clear(&first);
    buf_clear(&second);
}

/* From each kind to each: row i of the loop. */
START_TEST(copies)
{
    struct folder other;
    store *from = open_store(_i / KINDS);

    folder_make(&other);
    fill(from);
    copy_store(from, _i % KINDS, &other);
    store_free(from);
    folder_remove(&other);
}
END_TEST

/* What is there stays as it was when a copy can't be kept. */
START_TEST(copy_that_fails)
{
    struct folder other;
    store *from = open_store(MEMORY), *to;
    struct stores_copied n;
    struct diag why = {0};

    folder_make(&other);
    fill(from);
    to = store_kind_open(_i, &other);
    put_execution(to, 3, "other", 0);
    put_events(to, 3, 1, 1);
    commit(to);
    ck_assert_msg(!stores_copy(from, to, ignore_left_out, NULL, &n, &why), "it is copied");
    expect_text("it is there already", why.code, STORE_REFUSED);
    expect_running("nothing else came", to, 9, "3 ");
    store_free(to);
    store_free(from);
    folder_remove(&other);
    diag_clear(&why);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("stores");
    TCase *t = tcase_create("stores");

    tcase_add_loop_test(t, kind_of, 0, COUNT(names));
    tcase_add_loop_test(t, shown, 0, COUNT(shows));
    tcase_add_test(t, opening);
    suite_add_tcase(s, t);
    t = tcase_create("copies");
    tcase_add_checked_fixture(t, store_scene_setup, store_scene_teardown);
    tcase_add_loop_test(t, copies, 0, KINDS * KINDS);
    tcase_add_loop_test(t, copy_that_fails, SQLITE, SQLITE + 1);
    if (KINDS > POSTGRESQL)
        tcase_add_loop_test(t, copy_that_fails, POSTGRESQL, POSTGRESQL + 1);
    tcase_set_timeout(t, 120);
    suite_add_tcase(s, t);
    return run_suite(s);
}
