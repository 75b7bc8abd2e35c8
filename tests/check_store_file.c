/* store_file: the file of the SQLite store: who may open it, what is left in it, and what it
 * refuses. */

#include "tests/support/expect.h"
#include "tests/support/store_scene.h"

#include "asl/eval/model.h"

#include <inttypes.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct {
    const char *name, *sql, *text; /* the file: made by SQL, or so */
    const char *code, *words;
} refusals[] = {
    {"another program's tables", "CREATE TABLE t(x)", NULL, "STORE_FOREIGN", "another program"},
    {"another program's mark", "PRAGMA application_id=77", NULL, "STORE_FOREIGN",
     "another program"},
    {"no SQLite file", NULL,
     "not a database, but a text that is long enough for a header, as "
     "SQLite looks at a hundred bytes of it before it says no",
     "STORE_FOREIGN", "not a database"},
    {"a newer version's", "PRAGMA application_id=1634954289; PRAGMA user_version=99", NULL,
     "STORE_NEWER", "schema 99"},
    {"a version below all", "PRAGMA application_id=1634954289; PRAGMA user_version=-5", NULL,
     "STORE_CORRUPT", "schema -5, which there is none of"},
    {"tables of no version", "PRAGMA application_id=1634954289; CREATE TABLE executions(x)", NULL,
     "STORE_CORRUPT", "schema 0, which there is none of"},
    {"tables that an earlier version had not",
     "PRAGMA application_id=1634954289; PRAGMA user_version=1; PRAGMA auto_vacuum=2; VACUUM;"
     "PRAGMA journal_mode=WAL; CREATE TABLE executions(redrives)",
     NULL, "STORE_CORRUPT", "not those of schema 1, which its header tells: duplicate column"},
    {"tables that are not there",
     "PRAGMA application_id=1634954289; PRAGMA user_version=5; PRAGMA auto_vacuum=2; VACUUM;"
     "PRAGMA journal_mode=WAL; CREATE TABLE executions(number)",
     NULL, "STORE_CORRUPT", "not those of schema 5, which its header tells: no such table"},
};

START_TEST(refusing)
{
    struct diag why = {0};
    struct buf before = {0}, after = {0};

    if (refusals[_i].sql)
        make_file(refusals[_i].sql);
    else
        make_text(refusals[_i].text);
    ck_assert(buf_read_file(&before, store_files.file, 1 << 20, NULL));
    ck_assert_msg(!store_sqlite_open(store_files.file, STORE_FULL, &why), "%s", refusals[_i].name);
    expect_text(refusals[_i].name, why.code, refusals[_i].code);
    ck_assert_msg(strstr(why.text, refusals[_i].words), "%s: %s", refusals[_i].name, why.text);
    ck_assert_msg(strstr(why.text, store_files.file), "the text names the file: %s", why.text);
    ck_assert(buf_read_file(&after, store_files.file, 1 << 20, NULL));
    ck_assert_msg(before.len == after.len && !memcmp(before.data, after.data, before.len),
                  "%s: the file was changed", refusals[_i].name);
    diag_clear(&why);
    buf_clear(&before);
    buf_clear(&after);
}
END_TEST

static void expect_busy(const char *name, const char *path)
{
    struct diag why = {0};

    ck_assert_msg(!store_sqlite_open(path, STORE_FULL, &why), "%s: a second one gets in", name);
    expect_text(name, why.code, "STORE_BUSY");
    diag_clear(&why);
}

static void name_beside(const char *end, struct buf *out)
{
    buf_reset(out);
    buf_printf(out, "%s%s", store_files.file, end);
}

START_TEST(second_opener)
{
    struct diag why = {0};
    struct buf name = {0};
    store *s = open_sqlite();

    ck_assert_uint_eq(store_rights(s), 0);
    expect_busy("two at once", store_files.file);
    name_beside(".symbolic", &name);
    ck_assert(symlink(store_files.file, buf_str(&name)) == 0);
    expect_busy("by a symbolic link", buf_str(&name));
    ck_assert(unlink(buf_str(&name)) == 0);
    name_beside(".hard", &name);
    ck_assert(link(store_files.file, buf_str(&name)) == 0);
    expect_busy("by a hard link", buf_str(&name));
    store_free(s);
    ck_assert(!store_sqlite_open(buf_str(&name), STORE_FULL, &why));
    expect_text("by a hard link, when nobody has it", why.code, "STORE_LINKED");
    ck_assert(!store_sqlite_open(store_files.file, STORE_FULL, &why));
    expect_text("a file that has one", why.code, "STORE_LINKED");
    ck_assert(unlink(buf_str(&name)) == 0);
    s = open_sqlite();
    buf_reset(&name);
    buf_printf(&name, "file:%s", store_files.file);
    ck_assert(!store_sqlite_open(buf_str(&name), STORE_FULL, &why));
    expect_text("by a URI", why.code, "STORE_OPEN");
    ck_assert_msg(strstr(why.text, "not by an SQLite URI"), "%s", why.text);
    store_free(s);
    s = open_sqlite();
    store_free(s);
    ck_assert(!store_sqlite_open("/nowhere/at/all", STORE_FULL, &why));
    expect_text("no folder", why.code, "STORE_OPEN");
    ck_assert(!store_sqlite_open("/", STORE_FULL, &why));
    expect_text("a folder", why.code, "STORE_OPEN");
    diag_clear(&why);
    buf_clear(&name);
}
END_TEST

static void expect_private(const char *end)
{
    struct buf name = {0};
    struct stat st;

    name_beside(end, &name);
    ck_assert_msg(stat(buf_str(&name), &st) == 0, "there is no %s", buf_str(&name));
    ck_assert_msg((st.st_mode & 0777) == 0600, "%s has mode %o", buf_str(&name),
                  st.st_mode & 0777u);
    buf_clear(&name);
}

/* Whatever the umask, and however it is named: it and what SQLite makes beside it. */
START_TEST(private)
{
    static const mode_t masks[] = {0, 022, 0777};
    struct buf name = {0};

    name_beside(".link", &name);
    if (_i >= (int)COUNT(masks))
        ck_assert(symlink(store_files.file, buf_str(&name)) == 0);
    mode_t before = umask(_i < (int)COUNT(masks) ? masks[_i] : 0);
    struct diag why = {0};
    store *s = store_sqlite_open(_i < (int)COUNT(masks) ? store_files.file : buf_str(&name),
                                 STORE_NORMAL, &why);
    ck_assert_msg(s != NULL, "%s", why.text);
    put_execution(s, 0, "a", 0);
    commit(s);
    expect_private("");
    expect_private("-wal");
    expect_private("-shm");
    umask(before);
    store_free(s);
    unlink(buf_str(&name));
    buf_clear(&name);
}
END_TEST

/* A file that was emptied under its log would lose that to SQLite. */
START_TEST(emptied)
{
    struct diag why = {0};
    struct buf name = {0};
    FILE *f;

    make_text("");
    name_beside("-wal", &name);
    ck_assert((f = fopen(buf_str(&name), "w")) != NULL);
    fputs("a log", f);
    fclose(f);
    ck_assert(!store_sqlite_open(store_files.file, STORE_FULL, &why));
    expect_text("emptied", why.code, "STORE_EMPTIED");
    ck_assert(unlink(buf_str(&name)) == 0);
    store *s = open_sqlite();
    ck_assert_msg(s != NULL, "an empty file is a new one");
    store_free(s);
    diag_clear(&why);
    buf_clear(&name);
}
END_TEST

/* ---- what SQLite says of the file, beside the store ---- */

static int64_t ask_file(const char *sql)
{
    sqlite3 *db;
    sqlite3_stmt *q;
    int64_t n;

    ck_assert(sqlite3_open(store_files.file, &db) == SQLITE_OK);
    ck_assert_msg(sqlite3_prepare_v2(db, sql, -1, &q, NULL) == SQLITE_OK, "%s", sqlite3_errmsg(db));
    ck_assert(sqlite3_step(q) == SQLITE_ROW);
    n = sqlite3_column_int64(q, 0);
    sqlite3_finalize(q);
    sqlite3_close(db);
    return n;
}

/* One that is forgotten leaves nothing. */
START_TEST(nothing_left)
{
    store *s = open_sqlite();

    for (uint64_t i = 0; i < 4; i++) {
        put_listed(s, i, "a", 0, "list");
        put_events(s, i, 1, 3);
        store_progress(s, i, RT_SUCCEEDED, 1000, STORE_AWAKE);
    }
    commit(s);
    store_forget(s, 0);
    ck_assert(forget_list(s, "list", 1) == 1);
    ck_assert(retire(s, 2000, 2) == 2);
    commit(s);
    while (store_tidy(s))
        commit(s);
    commit(s);
    store_free(s);
    ck_assert_int_eq(ask_file("SELECT count(*) FROM executions"), 0);
    ck_assert_int_eq(ask_file("SELECT count(*) FROM events"), 0);
    ck_assert_int_eq(ask_file("SELECT count(*) FROM tokens"), 0);
    ck_assert_int_eq(ask_file("SELECT count(*) FROM definitions"), 0);
}
END_TEST

/* Nor does one that went while it still ran, and whose events come behind that. */
START_TEST(gone_while_it_runs)
{
    store *s = open_sqlite();
    const struct store_execution *x;

    put_listed(s, 0, "a", 0, "list");
    put_events(s, 0, 1, 3);
    commit(s);
    ck_assert(store_find(s, 0, &x, NULL));
    asl_machine *m = asl_machine_ref(x->machine);
    struct rt_event e = {.seq = 4,
                         .kind = RT_TASK_SCHEDULED,
                         .state = m->states[0],
                         .data = json_int(1),
                         .scheduled.token = json_cstring("token")};
    store_forget(s, 0);
    commit(s);
    if (_i)
        store_redriven(s, 0, 1, 1000);
    store_append(s, 0, &e, 1);
    store_progress(s, 0, _i ? RT_RUNNING : RT_FAILED, 1000, 2000);
    commit(s);
    store_free(s);
    rt_event_clear(&e);
    asl_machine_unref(m);
    ck_assert_int_eq(ask_file("SELECT count(*) FROM executions"), 0);
    ck_assert_int_eq(ask_file("SELECT count(*) FROM events"), 0);
    ck_assert_int_eq(ask_file("SELECT count(*) FROM tokens"), 0);
}
END_TEST

/* What earlier versions left of a family goes when a store is opened; but not where the parent's
 * row was lost. */
START_TEST(orphans_of_earlier_versions)
{
    store *s = open_sqlite();

    for (uint64_t i = 0; i < 300; i += 3) {
        put_listed(s, i, "top", 0, "l");
        put_child(s, i + 1, "kid", (struct store_parent){true, i, 5}, "run");
        put_child(s, i + 2, "kid", (struct store_parent){true, i, 6}, "run");
        for (uint64_t k = 0; k < 3; k++) {
            put_events(s, i + k, 1, 1);
            store_progress(s, i + k, RT_SUCCEEDED, 2000, STORE_AWAKE);
        }
    }
    commit(s);
    store_free(s);
    make_file("DELETE FROM executions WHERE number%3=0 AND number>3;"
              "DELETE FROM events WHERE execution%3=0 AND execution>6");
    s = open_sqlite();
    while (store_tidy(s))
        commit(s);
    commit(s);
    ck_assert(has_row(s, 0) && has_row(s, 1) && has_row(s, 2) && has_row(s, 4) && has_row(s, 7));
    ck_assert(!has_row(s, 10) && !has_row(s, 11) && !has_row(s, 298) && !has_row(s, 299));
    store_free(s);
    ck_assert_int_eq(ask_file("SELECT count(*) FROM executions"), 8);
    ck_assert_int_eq(ask_file("SELECT count(DISTINCT execution) FROM events"), 9);
}
END_TEST

/* A machine that somebody looks at stays, however many others come and go. */
START_TEST(looked_at)
{
    const struct store_execution *x;
    store *s = open_sqlite();

    put_execution(s, 0, "a", 0);
    commit(s);
    store_free(s);
    s = open_sqlite();
    ck_assert(store_find(s, 0, &x, NULL));
    for (uint64_t i = 1; i < 300; i++) {
        char text[200];
        snprintf(text, sizeof text, ONE_STATE("Z", "\"Type\":\"Pass\",\"Result\":%d,\"End\":true"),
                 (int)i);
        asl_machine *m = machine_of(text);
        json *arn = json_cstring("b");
        store_start(s, &(struct store_execution){.number = i,
                                                 .machine = m,
                                                 .config = {.names = {.arn = arn, .name = arn}},
                                                 .due_ms = STORE_AWAKE});
        json_unref(arn);
        asl_machine_unref(m);
    }
    ck_assert(x->machine->count == 1 && json_str_is(x->machine->states[0]->name, "A"));
    commit(s);
    store_free(s);
}
END_TEST

/* Returns whether the file, or its log, has that text anywhere. */
static bool is_in_file(const char *end, const char *text)
{
    struct buf name = {0}, content = {0};
    bool found = false;

    name_beside(end, &name);
    if (buf_read_file(&content, buf_str(&name), 64 << 20, NULL))
        for (size_t i = 0; i + strlen(text) <= content.len && !found; i++)
            found = !memcmp(content.data + i, text, strlen(text));
    buf_clear(&name);
    buf_clear(&content);
    return found;
}

/* A definition that nobody runs any more goes, and what was secret in it. One that somebody has
 * stays, as he may start it again. */
START_TEST(definitions)
{
    static const char secret[] =
        ONE_STATE("A", "\"Type\":\"Pass\",\"Result\":\"password 12345\",\"End\":true");
    store *s = open_sqlite();
    asl_machine *m = machine_of(secret);
    json *arn = json_cstring("a");
    struct store_execution x = {
        .machine = m, .config = {.names = {.arn = arn, .name = arn}}, .due_ms = STORE_AWAKE};

    store_start(s, &x);
    commit(s);
    store_put(s, "revision", "r", secret, strlen(secret));
    commit(s);
    ck_assert(is_in_file("-wal", "password 12345"));
    store_forget(s, 0);
    while (store_tidy(s))
        commit(s);
    commit(s);
    x.number = 1;
    store_start(s, &x);
    commit(s);
    ck_assert_msg(ask_file("SELECT count(*) FROM definitions") == 1,
                  "one that is started again is there");
    store_forget(s, 1);
    asl_machine_unref(m);
    store_put(s, "revision", "r", NULL, 0);
    commit(s);
    while (store_tidy(s))
        commit(s);
    commit(s);
    ck_assert_int_eq(ask_file("SELECT count(*) FROM definitions"), 0);
    ck_assert_msg(!is_in_file("", "password 12345"), "the file still has it");
    ck_assert_msg(!is_in_file("-wal", "password 12345"), "the log still has it");
    store_free(s);
    json_unref(arn);
}
END_TEST

static int64_t size_of(const char *end)
{
    struct buf name = {0};
    struct stat st;
    int64_t size;

    name_beside(end, &name);
    size = stat(buf_str(&name), &st) == 0 ? (int64_t)st.st_size : -1;
    buf_clear(&name);
    return size;
}

static void put_much(store *s, uint64_t execution, int64_t stop_ms)
{
    char text[4001];

    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = 0;
    put_execution(s, execution, "a", 0);
    const struct store_execution *x;
    ck_assert(store_find(s, execution, &x, NULL));
    struct rt_event e = {.seq = 1,
                         .kind = RT_STATE_ENTERED,
                         .state = x->machine->states[0],
                         .data = json_cstring(text)};
    store_append(s, execution, &e, 1);
    rt_event_clear(&e);
    store_progress(s, execution, RT_SUCCEEDED, stop_ms, STORE_AWAKE);
}

/* The log is brought into the file as it grows, and what is retired gives its room to the disk. */
START_TEST(room)
{
    enum { MANY_ROWS = 4000, LOG = 12 << 20 };
    store *s = open_sqlite();

    for (uint64_t i = 0; i < MANY_ROWS; i++) {
        put_much(s, i, 1000);
        if (i % 50 == 0)
            commit(s);
        ck_assert_msg(size_of("-wal") < LOG, "the log has %" PRId64 " bytes", size_of("-wal"));
    }
    commit(s);
    int64_t full = size_of("");
    ck_assert_msg(full > 12 << 20, "%" PRId64, full);
    while (retire(s, 2000, 500))
        commit(s);
    commit(s);
    while (store_tidy(s))
        commit(s);
    commit(s);
    store_free(s);
    ck_assert_msg(size_of("") < full / 4, "%" PRId64 " of %" PRId64 " bytes", size_of(""), full);
}
END_TEST

/* What can't be kept for what it is, is told apart: the store goes on without it. */
START_TEST(refused)
{
    struct diag why = {0};
    uint64_t whose = 99;
    store *s = open_sqlite();

    put_execution(s, 0, "a", 0);
    put_events(s, 0, 1, 2);
    commit(s);
    put_execution(s, 1, "b", 0);
    put_events(s, 0, 1, 1);
    put_execution(s, 2, "c", 0);
    ck_assert(!store_commit(s, &why));
    expect_text("what is there already", why.code, STORE_REFUSED);
    ck_assert(store_refused(s, &whose) && whose == 0);
    expect_running("nothing of the commit is kept", s, 9, "0 ");
    store_set_apart(s, 0, "no room", 5000);
    commit(s);
    put_execution(s, 1, "b", 0);
    commit(s);
    expect_running("it goes on", s, 9, "1 ");
    expect_events("what it had is there", s, 0, 0, 9, "1:1A 2:2A ");
    store_free(s);
    diag_clear(&why);
}
END_TEST

/* New executions go in some at a time: who asks meanwhile finds each, and the one that can't go in
 * is told of a turn's many. */
START_TEST(many_new_ones)
{
    enum { NEW = 37, TAKEN = 21 };
    const struct store_execution *x;
    char name[16];
    uint64_t whose = 99;
    store *s = open_sqlite();

    put_execution(s, TAKEN, "taken", 0);
    commit(s);
    for (uint64_t i = 0; i < NEW; i++) {
        snprintf(name, sizeof name, "n%" PRIu64, i);
        put_execution(s, i, name, 0);
        if (i % 3 == 0)
            ck_assert(i >= TAKEN || store_find(s, i, &x, NULL));
    }
    ck_assert(!store_commit(s, NULL));
    ck_assert(store_refused(s, &whose) && whose == TAKEN);
    expect_running("nothing of the commit is kept", s, 99, "21 ");
    for (uint64_t i = 0; i < NEW; i++)
        if (i != TAKEN)
            put_execution(s, i, "n", 0);
    commit(s);
    store_free(s);
    ck_assert_int_eq(ask_file("SELECT count(*) FROM executions WHERE arn='n'"), NEW - 1);
    ck_assert_int_eq(ask_file("SELECT count(*) FROM executions"), NEW);
}
END_TEST

/* An append of many events is several rows, as a page of a history reads whole rows. */
START_TEST(long_append)
{
    store *s = open_sqlite();
    struct seen v = {.most = SIZE_MAX};

    put_execution(s, 0, "a", 0);
    put_events(s, 0, 1, 2000);
    put_events(s, 0, 2001, 1);
    commit(s);
    expect_events("across rows", s, 0, 1999, 9, "1999:1999A 2000:2000A 2001:2001A ");
    ck_assert(store_read_back(s, 0, 2001, see_event, &v, NULL));
    ck_assert_msg(strncmp(buf_str(&v.text), "2000:2000A 1999:1999A ", 22) == 0, "%s",
                  buf_str(&v.text));
    expect_text("all of them", buf_str(&v.text) + v.text.len - 15, "3:3A 2:2A 1:1A ");
    buf_clear(&v.text);
    store_free(s);
    ck_assert_int_gt(ask_file("SELECT count(*) FROM events"), 4);
    ck_assert_int_lt(ask_file("SELECT max(length(text)) FROM events"), 20000);
}
END_TEST

static json *large_text(char c)
{
    struct buf b = {0};

    memset(buf_reserve(&b, 5000), c, 5000);
    b.len = 5000;
    return json_take_buf(&b);
}

/* Puts in an event with that data, which it looks at; NULL: with none that is large. */
static void put_data(store *s, uint64_t execution, uint64_t seq, json *data)
{
    const struct store_execution *x;
    json *small = json_int(1);

    ck_assert(store_find(s, execution, &x, NULL));
    struct rt_event e = {.seq = seq,
                         .kind = RT_STATE_ENTERED,
                         .state = x->machine->states[0],
                         .data = data ? data : small};
    store_append(s, execution, &e, 1);
    json_unref(small);
}

/* The data of the last event that is visited. */
static bool take_data(void *user, const struct rt_event *e)
{
    json **data = user;

    json_unref(*data);
    *data = json_ref(e->data);
    return true;
}

/* What many events have is written once, also when the store was opened anew meanwhile. */
START_TEST(written_once)
{
    store *s = open_sqlite();
    json *text = large_text('x'), *read = NULL;

    put_execution(s, 0, "a", 0);
    for (uint64_t i = 1; i < 100; i++) {
        put_data(s, 0, i, text);
        if (i % 10 == 0)
            commit(s);
    }
    commit(s);
    store_free(s);
    s = open_sqlite();
    ck_assert(store_read_last(s, 0, take_data, &read, NULL));
    ck_assert(json_equal(read, text));
    for (uint64_t i = 100; i < 200; i++)
        put_data(s, 0, i, read);
    commit(s);
    ck_assert(store_read_back(s, 0, UINT64_MAX, take_data, &read, NULL));
    ck_assert(json_equal(read, text));
    ck_assert(store_read(s, 0, 0, take_data, &read, NULL));
    ck_assert(json_equal(read, text));
    json_unref(text);
    json_unref(read);
    store_free(s);
    /* SQLite's length(), which counts characters. */
    int64_t length = ask_file("SELECT sum(length(text)) FROM events");
    ck_assert_msg(length < 5000 + 200 * 80, "%" PRId64, length);
}
END_TEST

/* What was in a commit that is refused may be told otherwise the next time. */
START_TEST(refused_is_forgotten)
{
    store *s = open_sqlite();
    json *text = large_text('x'), *read = NULL;

    put_execution(s, 0, "a", 0);
    put_data(s, 0, 1, NULL);
    commit(s);
    put_data(s, 0, 2, text);
    put_data(s, 0, 1, NULL);
    ck_assert(!store_commit(s, NULL));
    put_data(s, 0, 2, NULL);
    put_data(s, 0, 3, text);
    commit(s);
    ck_assert(store_read(s, 0, 0, take_data, &read, NULL));
    ck_assert(json_equal(read, text));
    json_unref(text);
    json_unref(read);
    store_free(s);
}
END_TEST

/* What can't be written is told once and for all, and what was kept before stays. */
START_TEST(full_disk)
{
    struct rlimit whole, little = {0};
    struct diag why = {0};
    store *s = open_sqlite();
    uint64_t kept = 0;

    put_execution(s, 0, "a", 0);
    commit(s);
    signal(SIGXFSZ, SIG_IGN);
    ck_assert(getrlimit(RLIMIT_FSIZE, &whole) == 0);
    little = whole;
    little.rlim_cur = 200000;
    ck_assert(setrlimit(RLIMIT_FSIZE, &little) == 0);
    for (; kept < 10000; kept++) {
        put_events(s, 0, kept + 1, 1);
        if (!store_commit(s, &why))
            break;
    }
    ck_assert(setrlimit(RLIMIT_FSIZE, &whole) == 0);
    ck_assert_msg(kept > 1 && kept < 10000, "%" PRIu64 " commits", kept);
    expect_text("no room", why.code, "STORE_WRITE");
    expect_events("what failed is not shown", s, 0, kept + 1, 9, "");
    store_put(s, "k", "a", "1", 1);
    ck_assert_msg(!store_commit(s, NULL), "a store that failed goes on");
    store_free(s);
    diag_clear(&why);
    s = open_sqlite();
    struct seen v = {.most = SIZE_MAX};
    ck_assert(store_read(s, 0, kept, see_event, &v, NULL));
    ck_assert_msg(v.text.len > 0, "a commit that was acknowledged is lost");
    buf_reset(&v.text);
    ck_assert(store_read(s, 0, kept + 1, see_event, &v, NULL));
    ck_assert_msg(v.text.len == 0, "a commit that failed is there");
    buf_clear(&v.text);
    store_free(s);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("store_file");
    TCase *t = tcase_create("store_file");

    tcase_add_checked_fixture(t, store_scene_setup, store_scene_teardown);
    tcase_add_loop_test(t, refusing, 0, COUNT(refusals));
    tcase_add_test(t, second_opener);
    tcase_add_loop_test(t, private, 0, 4);
    tcase_add_test(t, emptied);
    tcase_add_test(t, nothing_left);
    tcase_add_loop_test(t, gone_while_it_runs, 0, 2);
    tcase_add_test(t, orphans_of_earlier_versions);
    tcase_add_test(t, definitions);
    tcase_add_test(t, looked_at);
    tcase_add_test(t, room);
    tcase_add_test(t, refused);
    tcase_add_test(t, many_new_ones);
    tcase_add_test(t, long_append);
    tcase_add_test(t, written_once);
    tcase_add_test(t, refused_is_forgotten);
    tcase_add_test(t, full_disk);
    tcase_set_timeout(t, 120);
    suite_add_tcase(s, t);
    return run_suite(s);
}
