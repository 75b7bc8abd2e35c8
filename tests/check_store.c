/* store: what both keep, what SQLite's refuses, and executions that live through crashes. */

#include "tests/support/expect.h"
#include "tests/support/folder.h"

#include "asl/asl.h"
#include "asl/eval/model.h"
#include "runtime/engine/engine.h"

#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static struct folder files;

enum { START_MS = 1000000 };

static void setup(void)
{
    folder_make(&files);
}

static void teardown(void)
{
    folder_remove(&files);
}

static store *open_sqlite(void)
{
    struct diag why = {0};
    store *s = store_sqlite_open(files.file, STORE_NORMAL, &why);

    ck_assert_msg(s != NULL, "%s", why.text);
    return s;
}

enum { MEMORY, SQLITE, KINDS };

static store *open_store(int kind)
{
    return kind == MEMORY ? store_memory_new() : open_sqlite();
}

static void commit(store *s)
{
    struct diag why = {0};

    ck_assert_msg(store_commit(s, &why), "%s", why.text);
}

static uint64_t next_number(store *s)
{
    struct diag why = {0};
    uint64_t n = 0;

    ck_assert_msg(store_next_number(s, &n, &why), "%s", why.text);
    return n;
}

static size_t retire(store *s, int64_t before_ms, size_t limit)
{
    struct store_gone gone;
    struct diag why = {0};

    ck_assert_msg(store_retire(s, before_ms, limit, &gone, &why), "%s", why.text);
    return gone.count;
}

static size_t forget_list(store *s, const char *list, size_t limit)
{
    struct store_gone gone;
    struct diag why = {0};

    ck_assert_msg(store_forget_list(s, list, limit, &gone, &why), "%s", why.text);
    return gone.count;
}

/* ---- what both keep ---- */

#define TASK                                                                                       \
    "\"Type\":\"Task\",\"Resource\":\"arn:aws:lambda:us-east-1:123456789012:function:f\","         \
    "\"TimeoutSeconds\":5,\"Retry\":[{\"ErrorEquals\":[\"States.ALL\"],\"MaxAttempts\":2}],"
#define CALLBACK                                                                                   \
    "\"Type\":\"Task\",\"Resource\":\"arn:aws:states:::lambda:invoke.waitForTaskToken\","          \
    "\"Parameters\":{\"FunctionName\":\"f\",\"Payload.$\":\"$$.Task.Token\"},"                     \
    "\"TimeoutSeconds\":9,\"Catch\":[{\"ErrorEquals\":[\"States.ALL\"],\"Next\":\"Z\"}],"
#define ONE_STATE(name, rest) "{\"StartAt\":\"" name "\",\"States\":{\"" name "\":{" rest "}}}"

static const char simple[] = ONE_STATE("A", "\"Type\":\"Pass\",\"End\":true");

static asl_machine *machine_of(const char *text)
{
    struct asl_report report = {0};
    asl_machine *m = asl_compile(text, strlen(text), DOCUMENT_JSON, &report);

    ck_assert_msg(m != NULL, "%s", report.problems[0].message);
    asl_report_clear(&report);
    return m;
}

/* An execution that is called `name`, has that parent, and is in `list` (NULL: in none) with a
 * note.
 */
static void put_child(store *s, uint64_t number, const char *name, struct store_parent parent,
                      const char *list)
{
    asl_machine *m = machine_of(ONE_STATE("A", TASK "\"End\":true"));
    json *arn = json_cstring(name), *context = json_of("{\"c\":1}");
    json *listed = list ? json_cstring(list) : NULL;
    json *note = list ? json_stringf("note %" PRIu64, number) : NULL;
    struct store_execution x = {
        .number = number,
        .machine = m,
        .config = {.names = {.arn = arn, .name = arn}, .context = context, .seed = UINT64_MAX},
        .start_ms = 1000,
        .due_ms = STORE_AWAKE,
        .parent = parent,
        .list = listed,
        .note = note};

    store_start(s, &x);
    json_unref(arn);
    json_unref(context);
    json_unref(listed);
    json_unref(note);
    asl_machine_unref(m);
}

/* One that was started by event `ref` of 0 unless that is 0. */
static void put_listed(store *s, uint64_t number, const char *name, uint64_t ref, const char *list)
{
    put_child(s, number, name, (struct store_parent){ref != 0, 0, ref}, list);
}

static void put_execution(store *s, uint64_t number, const char *name, uint64_t ref)
{
    put_listed(s, number, name, ref, NULL);
}

/* Events from `seq` on, with a token each. */
static void put_events(store *s, uint64_t execution, uint64_t seq, size_t count)
{
    const struct store_execution *x;
    struct rt_event events[10] = {{0}};
    struct diag why = {0};

    ck_assert_msg(store_find(s, execution, &x, &why), "%s", why.text);
    for (size_t i = 0; i < count; i++)
        events[i] = (struct rt_event){
            .seq = seq + i,
            .kind = RT_TASK_SCHEDULED,
            .state = x->machine->states[0],
            .data = json_int((int64_t)(100 * execution + seq + i)),
            .scheduled.token = json_stringf("token %" PRIu64 " %" PRIu64, execution, seq + i),
        };
    store_append(s, execution, events, count);
    for (size_t i = 0; i < count; i++)
        rt_event_clear(&events[i]);
}

struct seen {
    struct buf text;
    size_t most; /* visits; then it is enough */
};

static bool see_event(void *user, const struct rt_event *e)
{
    struct seen *v = user;

    buf_printf(&v->text, "%" PRIu64 ":", e->seq);
    json_write(&v->text, e->data);
    buf_printf(&v->text, "%s ", json_str(e->state->name));
    return --v->most > 0;
}

static void expect_events(const char *name, store *s, uint64_t execution, uint64_t seq, size_t most,
                          const char *want)
{
    struct seen v = {.most = most};
    struct diag why = {0};

    ck_assert_msg(store_read(s, execution, seq, see_event, &v, &why), "%s: %s", name, why.text);
    expect_text(name, buf_str(&v.text), want);
    buf_clear(&v.text);
}

/* The first execution has five events, in two appends with one of the other between them. */
static store *open_store_of_two(int kind)
{
    store *s = open_store(kind);

    put_execution(s, 0, "a", 0);
    put_execution(s, 1, "b", 0);
    put_events(s, 0, 1, 3);
    put_events(s, 1, 1, 1);
    put_events(s, 0, 4, 2);
    return s;
}

START_TEST(events)
{
    store *s = open_store_of_two(_i);

    expect_events("before the commit", s, 0, 0, 9, "1:1A 2:2A 3:3A 4:4A 5:5A ");
    commit(s);
    expect_events("all", s, 0, 0, 9, "1:1A 2:2A 3:3A 4:4A 5:5A ");
    expect_events("from within an append", s, 0, 2, 9, "2:2A 3:3A 4:4A 5:5A ");
    expect_events("from the start of one", s, 0, 4, 9, "4:4A 5:5A ");
    expect_events("from behind the last", s, 0, 6, 9, "");
    expect_events("no more than wanted", s, 0, 1, 2, "1:1A 2:2A ");
    expect_events("another's", s, 1, 0, 9, "1:101A ");
    expect_events("of none", s, 7, 0, 9, "");
    store_free(s);
}
END_TEST

START_TEST(backwards)
{
    static const struct {
        const char *name;
        uint64_t before;
        size_t most;
        const char *want;
    } rows[] = {
        {"all", UINT64_MAX, 9, "5:5A 4:4A 3:3A 2:2A 1:1A "},
        {"those before one", 4, 9, "3:3A 2:2A 1:1A "},
        {"those before one within an append", 3, 9, "2:2A 1:1A "},
        {"no more than wanted", UINT64_MAX, 3, "5:5A 4:4A 3:3A "},
        {"before the first", 1, 9, ""},
    };
    store *s = open_store_of_two(_i);

    commit(s);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct seen v = {.most = rows[i].most};
        struct diag why = {0};
        ck_assert_msg(store_read_back(s, 0, rows[i].before, see_event, &v, &why), "%s", why.text);
        expect_text(rows[i].name, buf_str(&v.text), rows[i].want);
        buf_clear(&v.text);
    }
    store_free(s);
}
END_TEST

static void expect_none(const char *name, bool found, struct diag *why)
{
    ck_assert_msg(!found, "%s: is found", name);
    ck_assert_msg(why->code && !strcmp(why->code, "STORE_NONE"), "%s: %s", name, why->text);
    diag_clear(why);
    *why = (struct diag){0};
}

START_TEST(finding)
{
    store *s = open_store(_i);
    const struct store_execution *x;
    struct diag why = {0};
    uint64_t n = 99, seq = 99;

    expect_none("an execution of an empty store", store_find(s, 0, &x, &why), &why);
    ck_assert(next_number(s) == 0);
    put_execution(s, 0, "a", 0);
    put_execution(s, 1, "b", 0);
    put_execution(s, 2, "c", 5);
    put_execution(s, 3, "b", 0);
    put_events(s, 1, 1, 3);
    commit(s);
    ck_assert(next_number(s) == 4);
    ck_assert(store_find(s, 1, &x, &why));
    ck_assert(x->number == 1 && x->status == RT_RUNNING && x->start_ms == 1000 && x->stop_ms == 0);
    ck_assert(x->due_ms == STORE_AWAKE && !x->parent.set && x->config.seed == UINT64_MAX);
    ck_assert(json_str_is(x->config.names.arn, "b"));
    expect_json("the context", x->config.context, "{\"c\":1}");
    ck_assert(store_find(s, 2, &x, &why));
    ck_assert(x->parent.set && x->parent.execution == 0 && x->parent.ref == 5);
    ck_assert(store_find_arn(s, "b", &n, &why) && n == 3);
    expect_none("an ARN", store_find_arn(s, "z", &n, &why), &why);
    ck_assert(store_find_child(s, 0, 5, &n, &why) && n == 2);
    expect_none("a child", store_find_child(s, 0, 6, &n, &why), &why);
    ck_assert(store_find_token(s, "token 1 2", &n, &seq, &why) && n == 1 && seq == 2);
    expect_none("a token", store_find_token(s, "token 1 4", &n, &seq, &why), &why);
    store_free(s);
}
END_TEST

static bool see_running(void *user, const struct store_running *r)
{
    struct seen *v = user;

    buf_printf(&v->text, "%" PRIu64, r->number);
    if (r->due_ms != STORE_AWAKE)
        buf_printf(&v->text, "@%" PRId64, r->due_ms);
    if (r->parent.set)
        buf_printf(&v->text, "<%" PRIu64, r->parent.ref);
    buf_addc(&v->text, ' ');
    return --v->most > 0;
}

static void expect_running(const char *name, store *s, size_t most, const char *want)
{
    struct seen v = {.most = most};
    struct diag why = {0};

    ck_assert_msg(store_list_running(s, true, see_running, &v, &why), "%s: %s", name, why.text);
    expect_text(name, buf_str(&v.text), want);
    buf_clear(&v.text);
}

START_TEST(running)
{
    store *s = open_store(_i);
    const struct store_execution *x;

    for (uint64_t i = 0; i < 5; i++)
        put_execution(s, i, "a", i == 3 ? 7 : 0);
    expect_running("all", s, 9, "0 1 2 3<7 4 ");
    store_progress(s, 1, RT_SUCCEEDED, 2000, STORE_AWAKE);
    store_progress(s, 2, RT_RUNNING, 0, 5000);
    store_progress(s, 4, RT_FAILED, 3000, STORE_AWAKE);
    commit(s);
    expect_running("two have ended, one sleeps", s, 9, "0 2@5000 3<7 ");
    expect_running("no more than wanted", s, 1, "0 ");
    store_progress(s, 2, RT_RUNNING, 0, STORE_AWAKE);
    commit(s);
    expect_running("awake again", s, 9, "0 2 3<7 ");
    ck_assert(store_find(s, 4, &x, NULL) && x->status == RT_FAILED && x->stop_ms == 3000);
    ck_assert(x->redrives == 0 && x->redriven_ms == 0);
    store_progress(s, 4, RT_RUNNING, 0, STORE_AWAKE);
    store_redriven(s, 4, 2, 4000);
    commit(s);
    expect_running("redriven", s, 9, "0 2 3<7 4 ");
    ck_assert(store_find(s, 4, &x, NULL) && x->status == RT_RUNNING && x->stop_ms == 0);
    ck_assert(x->redrives == 2 && x->redriven_ms == 4000);
    store_free(s);
}
END_TEST

START_TEST(forgetting)
{
    store *s = open_store(_i);
    const struct store_execution *x;
    struct diag why = {0};
    uint64_t n, seq;

    for (uint64_t i = 0; i < 6; i++) {
        put_execution(s, i, "a", 0);
        put_events(s, i, 1, 2);
        if (i != 2)
            store_progress(s, i, RT_SUCCEEDED, 1000 * (int64_t)i + 1, STORE_AWAKE);
    }
    commit(s);
    store_forget(s, 5);
    store_forget(s, 5);
    store_forget(s, 77);
    commit(s);
    expect_none("one that is forgotten", store_find(s, 5, &x, &why), &why);
    expect_none("its token", store_find_token(s, "token 5 1", &n, &seq, &why), &why);
    expect_events("its events", s, 5, 0, 9, "");
    ck_assert_msg(next_number(s) == 6, "a number is used again");
    ck_assert(retire(s, 4001, 1) == 1);
    ck_assert(retire(s, 4001, 10) == 2);
    ck_assert(retire(s, 4001, 10) == 0);
    commit(s);
    expect_running("what runs is not retired", s, 9, "2 ");
    expect_none("the oldest", store_find(s, 0, &x, &why), &why);
    ck_assert(store_find(s, 4, &x, &why));
    store_free(s);
}
END_TEST

static bool has_row(store *s, uint64_t execution)
{
    const struct store_execution *row;
    struct diag why = {0};
    bool has = store_find(s, execution, &row, &why);

    diag_clear(&why);
    return has;
}

/* 0 of a list has the children 1, which runs, and 2; 2 has 3; and 4 is of the list, too. */
static void put_family(store *s)
{
    static const struct store_parent zero = {true, 0, 5}, two = {true, 2, 5};

    put_listed(s, 0, "top", 0, "l");
    put_child(s, 1, "kid", zero, "run");
    put_child(s, 2, "kid", zero, "run");
    put_child(s, 3, "grandkid", two, "run");
    put_listed(s, 4, "other", 0, "l");
    for (uint64_t i = 0; i < 5; i++) {
        put_events(s, i, 1, 2);
        if (i != 1)
            store_progress(s, i, RT_FAILED, 2000 + (int64_t)i, STORE_AWAKE);
    }
    commit(s);
}

/* Nobody goes before his children, however little goes at a time, and none before it has ended. */
START_TEST(families)
{
    store *s = open_store(_i % KINDS);
    bool by_list = _i / KINDS;
    struct store_gone gone = {.more = true};
    struct diag why = {0};

    put_family(s);
    for (int calls = 0; calls < 12; calls++) {
        if (calls == 6)
            store_progress(s, 1, RT_ABORTED, 9000, STORE_AWAKE);
        ck_assert(by_list ? store_forget_list(s, "l", 1, &gone, &why)
                          : store_retire(s, 5000, 1, &gone, &why));
        commit(s);
        ck_assert(has_row(s, 0) || !(has_row(s, 1) || has_row(s, 2)));
        ck_assert(has_row(s, 2) || !has_row(s, 3));
        ck_assert(calls >= 6 || (has_row(s, 0) && has_row(s, 1) && gone.more));
    }
    ck_assert(!gone.more && !gone.count);
    for (uint64_t i = 0; i < 5; i++)
        ck_assert_msg(!has_row(s, i), "%" PRIu64 " is still there", i);
    store_free(s);
}
END_TEST

struct listing {
    store *store;
    size_t most;
    struct buf text;
};

static bool see_listed(void *user, const struct store_listed *at)
{
    struct listing *v = user;
    uint64_t number = at->place.number;
    const struct store_execution *x;
    struct diag why = {0};

    ck_assert_msg(store_find(v->store, number, &x, &why), "%s", why.text);
    buf_printf(&v->text, "%" PRIu64 " in %s, %s; ", number, json_str(x->list), json_str(x->note));
    return --v->most > 0;
}

static void expect_list(const char *name, store *s, const char *list, const enum rt_status *status,
                        const struct store_place *after, size_t most, const char *want)
{
    struct listing v = {.store = s, .most = most};
    struct diag why = {0};

    ck_assert_msg(store_list_executions(s, list, status, after, see_listed, &v, &why), "%s: %s",
                  name, why.text);
    expect_text(name, buf_str(&v.text), want);
    buf_clear(&v.text);
}

static bool see_label(void *user, const struct store_running *r)
{
    struct seen *v = user;

    buf_printf(&v->text, "%s, %s; ", r->list ? json_str(r->list) : "-",
               r->note ? json_str(r->note) : "-");
    return true;
}

START_TEST(listed_executions)
{
    static const enum rt_status runs = RT_RUNNING, failed = RT_FAILED, timed_out = RT_TIMED_OUT;
    static const struct store_place five = {2000, 5}, three = {1000, 3};
    store *s = open_store(_i);
    struct seen labels = {0};

    put_execution(s, 0, "none", 0);
    for (uint64_t i = 1; i < 7; i++)
        put_listed(s, i, "a", 0, i % 2 ? "odd" : "even");
    store_progress(s, 1, RT_FAILED, 2000, STORE_AWAKE);
    store_progress(s, 5, RT_SUCCEEDED, 2000, STORE_AWAKE);
    commit(s);
    expect_list("those that ended last, then those that began last", s, "odd", NULL, NULL, 9,
                "5 in odd, note 5; 1 in odd, note 1; 3 in odd, note 3; ");
    expect_list("no more than wanted", s, "odd", NULL, NULL, 1, "5 in odd, note 5; ");
    expect_list("behind a place", s, "odd", NULL, &five, 9, "1 in odd, note 1; 3 in odd, note 3; ");
    expect_list("behind the last", s, "odd", NULL, &three, 9, "");
    expect_list("those that run", s, "odd", &runs, NULL, 9, "3 in odd, note 3; ");
    expect_list("those that failed", s, "odd", &failed, &five, 9, "1 in odd, note 1; ");
    expect_list("of a status that none has", s, "odd", &timed_out, NULL, 9, "");
    expect_list("a list that is empty", s, "other", NULL, NULL, 9, "");
    ck_assert(store_list_running(s, true, see_label, &labels, NULL));
    expect_text("what runs has them, too", buf_str(&labels.text),
                "-, -; even, note 2; odd, note 3; even, note 4; even, note 6; ");
    buf_clear(&labels.text);
    store_progress(s, 1, RT_RUNNING, 0, STORE_AWAKE);
    store_redriven(s, 1, 1, 3000);
    commit(s);
    expect_list("one that runs again stands where it was redriven", s, "odd", NULL, NULL, 9,
                "1 in odd, note 1; 5 in odd, note 5; 3 in odd, note 3; ");
    store_progress(s, 1, RT_FAILED, 4000, STORE_AWAKE);
    commit(s);
    ck_assert(forget_list(s, "odd", 1) == 1);
    ck_assert(forget_list(s, "odd", 9) == 1);
    ck_assert_msg(forget_list(s, "odd", 9) == 0, "what runs is not forgotten");
    expect_list("only that is left", s, "odd", NULL, NULL, 9, "3 in odd, note 3; ");
    expect_list("the other list is as it was", s, "even", NULL, &(struct store_place){1000, 5}, 9,
                "4 in even, note 4; 2 in even, note 2; ");
    store_free(s);
}
END_TEST

static uint64_t last_of(store *s, uint64_t execution)
{
    struct seen v = {.most = SIZE_MAX};
    uint64_t last = 0;

    ck_assert(store_read_last(s, execution, see_event, &v, NULL));
    for (const char *at = buf_str(&v.text); *at; at += strcspn(at, " "), at += *at == ' ')
        last = strtoull(at, NULL, 10);
    buf_clear(&v.text);
    return last;
}

START_TEST(last_events)
{
    store *s = open_store(_i);

    put_execution(s, 0, "a", 0);
    put_execution(s, 1, "b", 0);
    ck_assert_uint_eq(last_of(s, 0), 0);
    put_events(s, 0, 1, 3);
    put_events(s, 1, 1, 1);
    ck_assert_uint_eq(last_of(s, 0), 3);
    put_events(s, 0, 4, 2);
    commit(s);
    ck_assert_uint_eq(last_of(s, 0), 5);
    ck_assert_uint_eq(last_of(s, 1), 1);
    ck_assert_uint_eq(last_of(s, 77), 0);
    store_free(s);
}
END_TEST

static bool see_record(void *user, const char *key, const char *text, size_t len)
{
    struct seen *v = user;

    buf_printf(&v->text, "%s=%.*s ", key, (int)len, text);
    return --v->most > 0;
}

START_TEST(records)
{
    static const struct {
        const char *name, *kind, *after;
        size_t most;
        const char *want;
    } lists[] = {
        {"all of a kind", "k", NULL, 9, "a=1 b=2 c=3 "},
        {"after a key", "k", "a", 9, "b=2 c=3 "},
        {"after a key that is not there", "k", "aa", 9, "b=2 c=3 "},
        {"no more than wanted", "k", NULL, 2, "a=1 b=2 "},
        {"after the last", "k", "c", 9, ""},
        {"of no kind", "z", NULL, 9, ""},
    };
    store *s = open_store(_i);
    struct diag why = {0};
    struct buf text = {0};

    store_put(s, "k", "c", "3", 1);
    store_put(s, "k", "a", "old", 3);
    store_put(s, "k", "b", "2", 1);
    store_put(s, "l", "a", "", 0);
    store_put(s, "k", "d", "4", 1);
    store_put(s, "k", "a", "1", 1);
    store_put(s, "k", "d", NULL, 0);
    store_put(s, "k", "never", NULL, 0);
    commit(s);
    for (size_t i = 0; i < COUNT(lists); i++) {
        struct seen v = {.most = lists[i].most};
        ck_assert(store_list(s, lists[i].kind, lists[i].after, see_record, &v, &why));
        expect_text(lists[i].name, buf_str(&v.text), lists[i].want);
        buf_clear(&v.text);
    }
    ck_assert(store_get(s, "k", "a", &text, &why));
    expect_text("a record", buf_str(&text), "1");
    ck_assert(store_get(s, "l", "a", &text, &why));
    expect_text("an empty one", buf_str(&text), "1");
    expect_none("one that was dropped", store_get(s, "k", "d", &text, &why), &why);
    buf_clear(&text);
    store_free(s);
}
END_TEST

/* ---- the file ---- */

START_TEST(reopening)
{
    store *s = open_sqlite();
    struct stat st;

    ck_assert(stat(files.file, &st) == 0);
    ck_assert_msg((st.st_mode & 0777) == 0600, "others may read it");

    put_execution(s, 0, "a", 0);
    put_events(s, 0, 1, 2);
    commit(s);
    put_events(s, 0, 3, 1);
    put_execution(s, 1, "b", 0);
    store_free(s);
    s = open_sqlite();
    expect_events("what was not committed is not there", s, 0, 0, 9, "1:1A 2:2A ");
    expect_running("nor is an execution", s, 9, "0 ");
    ck_assert(next_number(s) == 1);
    put_events(s, 0, 3, 1);
    commit(s);
    expect_events("it goes on", s, 0, 0, 9, "1:1A 2:2A 3:3A ");
    store_free(s);
}
END_TEST

static void make_file(const char *sql)
{
    sqlite3 *db;

    ck_assert(sqlite3_open(files.file, &db) == SQLITE_OK);
    ck_assert(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK);
    sqlite3_close(db);
}

static void make_text(const char *text)
{
    FILE *f = fopen(files.file, "w");

    ck_assert(f != NULL);
    fputs(text, f);
    fclose(f);
}

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
     "PRAGMA application_id=1634954289; PRAGMA user_version=3; PRAGMA auto_vacuum=2; VACUUM;"
     "PRAGMA journal_mode=WAL; CREATE TABLE executions(number)",
     NULL, "STORE_CORRUPT", "not those of schema 3, which its header tells: no such table"},
};

START_TEST(refusing)
{
    struct diag why = {0};
    struct buf before = {0}, after = {0};

    if (refusals[_i].sql)
        make_file(refusals[_i].sql);
    else
        make_text(refusals[_i].text);
    ck_assert(buf_read_file(&before, files.file, 1 << 20, NULL));
    ck_assert_msg(!store_sqlite_open(files.file, STORE_FULL, &why), "%s", refusals[_i].name);
    expect_text(refusals[_i].name, why.code, refusals[_i].code);
    ck_assert_msg(strstr(why.text, refusals[_i].words), "%s: %s", refusals[_i].name, why.text);
    ck_assert_msg(strstr(why.text, files.file), "the text names the file: %s", why.text);
    ck_assert(buf_read_file(&after, files.file, 1 << 20, NULL));
    ck_assert_msg(before.len == after.len && !memcmp(before.data, after.data, before.len),
                  "%s: the file was changed", refusals[_i].name);
    diag_clear(&why);
    buf_clear(&before);
    buf_clear(&after);
}
END_TEST

/* What is wrong with the store's rows of execution 0, and how it is told; the others run on. */
static const struct {
    const char *name, *sql, *words;
} damages[] = {
    {"a state that the machine has not", "UPDATE events SET text='{\"k\":\"se\",\"s\":5}'",
     "no such state"},
    {"events that are no JSON", "UPDATE events SET text='x'", "an event can't be read"},
    {"events that are lost", "DELETE FROM events", "behind 0 events"},
    {"events that begin later", "UPDATE events SET seq=5, text=replace(text,'\"q\":1','\"q\":5')",
     "behind 0 events"},
    {"an event without its input",
     "UPDATE events SET text=replace(text,'\"k\":\"xs\"','\"k\":\"se\",\"s\":0')",
     "behind 0 events"},
    {"an event of the right number without its input",
     "UPDATE events SET text=replace(text,'\"d\":','\"z\":')", "not what one of its kind has"},
    {"a cause that is no text",
     "UPDATE events SET text=replace(text,'\"k\":\"xs\"','\"k\":\"xs\",\"c\":1')",
     "not what one of its kind has"},
    {"a time behind all times",
     "UPDATE events SET text=replace(text,'\"u\":','\"u\":4000000000000000000,\"z\":')",
     "not what one of its kind has"},
    {"variables that are no object",
     "UPDATE events SET text=replace(text,'\"k\":\"se\"','\"k\":\"sx\",\"x\":1')",
     "not what one of its kind has"},
    {"a task's event at a state that is none",
     "UPDATE events SET text=replace(text,'\"k\":\"se\"','\"k\":\"tok\"')",
     "not what one of its kind has"},
    {"a row of events that is empty", "UPDATE events SET text=''", "events are missing"},
    {"a definition that can't be compiled", "UPDATE definitions SET text='{}'",
     "its definition can't be compiled"},
    {"a definition that is lost", "DELETE FROM definitions", "lacks its definition"},
    {"a definition's key that is none", "UPDATE executions SET definition=x'00' WHERE number=0",
     "which definition"},
    {"a configuration that is none", "UPDATE executions SET config='{}' WHERE number=0",
     "its configuration"},
    {"a status that is none", "UPDATE executions SET status=9 WHERE number=0", "its row"},
    {"an end without a time", "UPDATE executions SET status=1 WHERE number=0", "its row"},
    {"a number that none has reached",
     "UPDATE executions SET number=1<<40 WHERE number=0; UPDATE events SET execution=1<<40",
     "its row"},
};

struct losses {
    struct buf text;
    size_t count;
    int64_t used_ns;
};

static void note_lost(void *user, uint64_t execution, const char *arn, const char *list,
                      const char *why)
{
    struct losses *l = user;

    (void)execution;
    (void)list;
    l->count++;
    buf_printf(&l->text, "%s: %s\n", arn, why);
}

START_TEST(damaged)
{
    struct losses lost = {0};
    struct engine_hooks hooks = {.user = &lost, .lost = note_lost};
    struct diag why = {0};
    const struct store_execution *row;
    store *s = open_sqlite();
    asl_machine *m = machine_of(ONE_STATE("W", "\"Type\":\"Wait\",\"Seconds\":5,\"End\":true")),
                *other = machine_of(simple);
    json *arn = json_cstring("arn:damaged"), *name = json_cstring("n"), *second = json_cstring("b");
    struct rt_config config = {.names = {arn, name, name, name, name, name}};
    uint64_t n;

    engine *e = engine_new(s, &hooks);
    ck_assert(engine_recover(e, START_MS, INT64_MAX, &why));
    engine_start(e, m, &config, json_empty_object(), NULL);
    ck_assert(engine_advance(e, START_MS, &why));
    engine_free(e);
    store_free(s);
    make_file(damages[_i].sql);
    s = open_sqlite();
    config.names.arn = second;
    e = engine_new(s, &hooks);
    ck_assert_msg(engine_recover(e, START_MS, INT64_MAX, &why), "%s: %s", damages[_i].name,
                  why.text);
    while (engine_next_due(e) == INT64_MIN)
        ck_assert(engine_advance(e, START_MS, &why));
    ck_assert_msg(lost.count == 1 && strstr(buf_str(&lost.text), "arn:damaged") &&
                      strstr(buf_str(&lost.text), damages[_i].words),
                  "%s: told is: %s", damages[_i].name, buf_str(&lost.text));
    ck_assert_uint_eq(engine_running(e), 0);
    /* Others run, and it has failed, also for the next that opens the store. */
    engine_start(e, other, &config, json_empty_object(), NULL);
    for (int i = 0; i < 3; i++)
        ck_assert(engine_advance(e, START_MS + i, &why));
    ck_assert(store_find_arn(s, "b", &n, &why) && store_find(s, n, &row, &why));
    ck_assert(row->status == RT_SUCCEEDED);
    engine_free(e);
    store_free(s);
    s = open_sqlite();
    ck_assert(store_find_arn(s, "arn:damaged", &n, &why) && store_find(s, n, &row, &why));
    ck_assert(row->status == RT_FAILED && row->apart && strstr(row->damage, damages[_i].words));
    expect_running("it runs no more", s, 9, "");
    store_free(s);
    asl_machine_unref(m);
    asl_machine_unref(other);
    json_unref(arn);
    json_unref(name);
    json_unref(second);
    buf_clear(&lost.text);
    diag_clear(&why);
}
END_TEST

static int64_t each_look_is_late(void *user)
{
    struct losses *l = user;

    return l->used_ns += 10000000;
}

/* The store has the definition of who starts it last. */
START_TEST(a_definition_is_started_while_a_history_of_it_is_read)
{
    struct losses lost = {0};
    struct engine_hooks hooks = {.user = &lost, .lost = note_lost, .used_ns = each_look_is_late};
    struct diag why = {0};
    struct buf text = {0};
    store *s = open_sqlite();
    json *name = json_cstring("n");
    struct rt_config config = {.names = {name, name, name, name, name, name}};

    buf_adds(&text, "{\"StartAt\":\"S0\",\"States\":{");
    for (int i = 0; i < 40; i++)
        buf_printf(&text, "\"S%d\":{\"Type\":\"Pass\",\"Next\":\"S%d\"},", i, i + 1);
    buf_adds(&text, "\"S40\":{\"Type\":\"Wait\",\"Seconds\":500,\"End\":true}}}");
    engine *e = engine_new(s, &hooks);
    for (size_t life = 1; life <= 3; life++) {
        ck_assert(engine_recover(e, START_MS, INT64_MAX, &why));
        for (size_t i = 0; i < 20 * (life - 1); i++)
            ck_assert(engine_advance(e, START_MS, &why));
        asl_machine *m = machine_of(buf_str(&text));
        engine_start(e, m, &config, json_empty_object(), NULL);
        asl_machine_unref(m);
        while (engine_next_due(e) == INT64_MIN)
            ck_assert(engine_advance(e, START_MS, &why));
        ck_assert_msg(!lost.count, "%s", buf_str(&lost.text));
        ck_assert_uint_eq(engine_running(e), life);
        engine_free(e);
        store_free(s);
        s = open_sqlite();
        e = engine_new(s, &hooks);
    }
    engine_free(e);
    store_free(s);
    json_unref(name);
    buf_clear(&text);
    buf_clear(&lost.text);
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
    buf_printf(out, "%s%s", files.file, end);
}

START_TEST(second_opener)
{
    struct diag why = {0};
    struct buf name = {0};
    store *s = open_sqlite();

    ck_assert_uint_eq(store_rights(s), 0);
    expect_busy("two at once", files.file);
    name_beside(".symbolic", &name);
    ck_assert(symlink(files.file, buf_str(&name)) == 0);
    expect_busy("by a symbolic link", buf_str(&name));
    ck_assert(unlink(buf_str(&name)) == 0);
    name_beside(".hard", &name);
    ck_assert(link(files.file, buf_str(&name)) == 0);
    expect_busy("by a hard link", buf_str(&name));
    store_free(s);
    ck_assert(!store_sqlite_open(buf_str(&name), STORE_FULL, &why));
    expect_text("by a hard link, when nobody has it", why.code, "STORE_LINKED");
    ck_assert(!store_sqlite_open(files.file, STORE_FULL, &why));
    expect_text("a file that has one", why.code, "STORE_LINKED");
    ck_assert(unlink(buf_str(&name)) == 0);
    s = open_sqlite();
    buf_reset(&name);
    buf_printf(&name, "file:%s", files.file);
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
        ck_assert(symlink(files.file, buf_str(&name)) == 0);
    mode_t before = umask(_i < (int)COUNT(masks) ? masks[_i] : 0);
    struct diag why = {0};
    store *s =
        store_sqlite_open(_i < (int)COUNT(masks) ? files.file : buf_str(&name), STORE_NORMAL, &why);
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
    ck_assert(!store_sqlite_open(files.file, STORE_FULL, &why));
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

    ck_assert(sqlite3_open(files.file, &db) == SQLITE_OK);
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

/* ---- crashes: the linker puts this before store_commit (see the Makefile) ---- */

enum crash { NO_CRASH, CRASH_BEFORE, CRASH_AFTER };

static struct {
    size_t commits, at;
    bool always;
    enum crash crash;
} disk;

bool __real_store_commit(store *s, struct diag *why);
bool __wrap_store_commit(store *s, struct diag *why);

bool __wrap_store_commit(store *s, struct diag *why)
{
    bool now = disk.crash != NO_CRASH &&
               (++disk.commits == disk.at || (disk.always && disk.commits % 2 == 0));

    if (now && disk.crash == CRASH_BEFORE)
        return false;
    return __real_store_commit(s, why) && !now;
}

/*
 * Executions, and a world that answers their tasks: what it answers follows from the task's key,
 * and when, from when it was first asked. It keeps that, and the time, in the store.
 */
enum { MOST_ANSWERS = 400 };

struct due_answer {
    int64_t at_ms;
    uint64_t id, random;
    json *parameters;
};

struct world {
    int kind;
    store *s;
    engine *e;
    int64_t now_ms;
    unsigned first, count; /* the executions, by their names' numbers */
    struct due_answer answers[MOST_ANSWERS];
    size_t answer_count;
    size_t tasks, crashes, slept;
    int64_t sleep_ms;
};

static const char *const machines[] = {
    ONE_STATE(
        "P",
        "\"Type\":\"Parallel\",\"End\":true,\"Branches\":[" ONE_STATE(
            "A", TASK
            "\"End\":true") "," ONE_STATE("W", "\"Type\":\"Wait\",\"Seconds\":3,\"End\":true") "]"),
    ONE_STATE("M", "\"Type\":\"Map\",\"MaxConcurrency\":2,\"End\":true,\"ItemsPath\":\"$.l\","
                   "\"ItemProcessor\":" ONE_STATE("C", TASK "\"End\":true")),
    "{\"StartAt\":\"V\",\"States\":{\"V\":{\"Type\":\"Wait\",\"Seconds\":60,\"Next\":\"D\"},"
    "\"D\":{\"Type\":\"Map\",\"End\":true,\"ToleratedFailurePercentage\":10,\"ItemsPath\":\"$.l\","
    "\"ItemProcessor\":{\"ProcessorConfig\":{\"Mode\":\"DISTRIBUTED\",\"ExecutionType\":"
    "\"STANDARD\"},\"StartAt\":\"E\",\"States\":{\"E\":{" TASK "\"End\":true}}}}}}",
    "{\"StartAt\":\"K\",\"States\":{\"K\":{" CALLBACK "\"Next\":\"Y\"},"
    "\"Y\":{\"Type\":\"Wait\",\"Seconds\":100,\"Next\":\"Z\"},"
    "\"Z\":{\"Type\":\"Pass\",\"End\":true}}}",
};

static uint64_t hash(const char *text)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);

    while (*text)
        h = (h ^ (unsigned char)*text++) * UINT64_C(0x100000001b3);
    return h ^ h >> 29;
}

static void run_task(void *user, const struct task *t)
{
    struct world *w = user;
    struct buf due = {0};
    uint64_t random = hash(t->key);

    w->tasks++;
    /* Some never answer. */
    if (random % 7 == 0)
        return;
    if (!store_get(w->s, "answer", t->key, &due, NULL)) {
        buf_add_int(&due, w->now_ms + 300 * (int64_t)(random / 7 % 4));
        store_put(w->s, "answer", t->key, due.data, due.len);
    }
    ck_assert(w->answer_count < MOST_ANSWERS);
    w->answers[w->answer_count++] = (struct due_answer){strtoll(buf_str(&due), NULL, 10), t->id,
                                                        random, json_ref(t->parameters)};
    if (t->token && !t->submitted) {
        json *submitted = json_cstring("submitted");
        engine_task_submitted(w->e, t->id, submitted);
        json_unref(submitted);
    }
    buf_clear(&due);
}

static void cancel_task(void *user, uint64_t id)
{
    (void)user;
    (void)id;
}

static void arn_of(unsigned i, char arn[96])
{
    snprintf(arn, 96, "arn:aws:states:us-east-1:123456789012:execution:m:%u", i);
}

/* Starts what the store does not know yet: its start was not acknowledged. */
static void start_missing(struct world *w)
{
    for (unsigned i = w->first; i < w->first + w->count; i++) {
        char arn[96];
        uint64_t n;
        arn_of(i, arn);
        if (store_find_arn(w->s, arn, &n, NULL))
            continue;
        asl_machine *m = machine_of(machines[i % COUNT(machines)]);
        json *name = json_stringf("%u", i), *arn_text = json_cstring(arn),
             *input = json_of("{\"l\":[1,2,3,4,5]}");
        struct rt_config config = {
            .names = {arn_text, name, name, name, name, name}, .aws_limits = true, .seed = i};
        engine_start(w->e, m, &config, input, NULL);
        asl_machine_unref(m);
        json_unref(name);
        json_unref(arn_text);
        json_unref(input);
    }
}

static void world_open(struct world *w)
{
    struct engine_hooks hooks = {.user = w, .run_task = run_task, .cancel_task = cancel_task};
    struct diag why = {0};
    struct buf now = {0};

    if (!w->s)
        w->s = open_store(w->kind);
    w->now_ms = START_MS;
    if (store_get(w->s, "clock", "now", &now, NULL))
        w->now_ms = strtoll(buf_str(&now), NULL, 10);
    buf_clear(&now);
    w->e = engine_new(w->s, &hooks);
    ck_assert_msg(engine_recover(w->e, w->now_ms, w->sleep_ms, &why), "%s", why.text);
    start_missing(w);
}

/* All that is not in the store is lost. */
static void world_crash(struct world *w)
{
    for (size_t i = 0; i < w->answer_count; i++)
        json_unref(w->answers[i].parameters);
    w->answer_count = 0;
    engine_free(w->e);
    w->e = NULL;
    if (w->kind == MEMORY)
        return;
    store_free(w->s);
    w->s = NULL;
}

static void world_close(struct world *w)
{
    world_crash(w);
    store_free(w->s);
    w->s = NULL;
}

static void give_answers(struct world *w)
{
    for (size_t i = 0; i < w->answer_count;) {
        struct due_answer a = w->answers[i];
        if (a.at_ms > w->now_ms) {
            i++;
            continue;
        }
        struct task_result r = {.ok = a.random % 3 != 0};
        if (r.ok)
            r.output = a.parameters;
        else
            r.error = json_cstring("E");
        if (!r.ok)
            json_unref(a.parameters);
        /* In the order in which they were asked for. */
        w->answer_count--;
        memmove(&w->answers[i], &w->answers[i + 1], (w->answer_count - i) * sizeof a);
        engine_task_done(w->e, a.id, &r);
    }
}

static bool advance(struct world *w)
{
    struct buf now = {0};
    struct diag why = {0};

    give_answers(w);
    buf_add_int(&now, w->now_ms);
    store_put(w->s, "clock", "now", now.data, now.len);
    buf_clear(&now);
    bool good = engine_advance(w->e, w->now_ms, &why);
    ck_assert_msg(good || !why.code, "%s", why.text);
    return good;
}

enum { REDRIVES = 2, MANY = 12 };

/* Those that ended unsuccessfully run again, each as often as that; false: none does any more. */
static bool redrive(struct world *w)
{
    struct diag why = {0};
    bool any = false;

    for (unsigned i = w->first; i < w->first + w->count; i++) {
        char arn[96];
        uint64_t n;
        arn_of(i, arn);
        ck_assert(store_find_arn(w->s, arn, &n, &why));
        const rt_exec *x = engine_fetch(w->e, n, &why);
        ck_assert_msg(x != NULL, "%s", why.text);
        if (rt_exec_redrives(x) < REDRIVES && !rt_exec_redrive_refusal(x, w->now_ms))
            any |= engine_redrive(w->e, n, NULL, &why);
        else
            engine_release(w->e, n);
    }
    return any;
}

/* Until nothing is to come any more; crashes on the way are lived through. */
static void run_world(struct world *w)
{
    world_open(w);
    for (int turns = 0; turns < 100000; turns++) {
        if (!advance(w)) {
            w->crashes++;
            world_crash(w);
            world_open(w);
            continue;
        }
        for (unsigned i = w->first; i < w->first + w->count; i++) {
            uint64_t n;
            char arn[96];
            arn_of(i, arn);
            if (w->sleep_ms != INT64_MAX && store_find_arn(w->s, arn, &n, NULL))
                w->slept += !engine_execution(w->e, n);
        }
        int64_t next = engine_next_due(w->e);
        for (size_t i = 0; i < w->answer_count; i++)
            if (w->answers[i].at_ms < next)
                next = w->answers[i].at_ms;
        if (next == INT64_MAX && !redrive(w))
            return;
        if (next != INT64_MAX && next > w->now_ms)
            w->now_ms = next;
    }
    ck_abort_msg("it does not come to rest");
}

/* ---- what became of them ---- */

struct folding {
    rt_exec *x;
    uint64_t seq;
    struct buf *out;
    bool whole; /* each event in a line, not only the end */
};

static bool fold(void *user, const struct rt_event *e)
{
    struct folding *f = user;
    char name[RT_EVENT_NAME];

    ck_assert_msg(e->seq == ++f->seq, "a gap in a history before event %" PRIu64, e->seq);
    rt_apply(f->x, e);
    rt_event_name(e, name);
    if (f->whole && e->id)
        buf_printf(f->out, "  %u<%u %s %" PRId64 "\n", e->id, e->previous, name, e->at_ms);
    return true;
}

/* A line for each execution: status, output or error; and its history if that is asked for. */
static void outcomes(struct world *w, bool whole, struct buf *out)
{
    struct diag why = {0};

    for (unsigned i = w->first; i < w->first + w->count; i++) {
        const struct store_execution *row;
        char arn[96];
        uint64_t n;

        arn_of(i, arn);
        ck_assert_msg(store_find_arn(w->s, arn, &n, &why), "execution %u is lost", i);
        ck_assert_msg(store_find(w->s, n, &row, &why), "%s", why.text);
        enum rt_status status = row->status;
        uint32_t redrives = row->redrives;
        struct folding f = {rt_exec_new(row->machine, &row->config), 0, out, whole};
        ck_assert_msg(store_read(w->s, n, 0, fold, &f, &why), "%s", why.text);
        ck_assert_msg(rt_exec_status(f.x) == status && status != RT_RUNNING,
                      "execution %u is %s, its row says %s", i, rt_status_name(rt_exec_status(f.x)),
                      rt_status_name(status));
        ck_assert(rt_exec_redrives(f.x) == redrives);
        const struct asl_error *error = rt_exec_error(f.x);
        buf_printf(out, "%u %s ", i, rt_status_name(status));
        if (rt_exec_output(f.x))
            json_write(out, rt_exec_output(f.x));
        if (error && error->name)
            json_write(out, error->name);
        buf_addc(out, '\n');
        rt_exec_free(f.x);
    }
    expect_running("children have ended, too", w->s, 99, "");
}

/* As it goes without a crash. */
static void expected(unsigned first, unsigned count, struct buf *out, size_t *commits)
{
    struct world w = {.kind = MEMORY, .first = first, .count = count, .sleep_ms = INT64_MAX};

    disk.crash = CRASH_BEFORE;
    disk.always = false;
    disk.commits = 0;
    disk.at = SIZE_MAX;
    run_world(&w);
    if (commits)
        *commits = disk.commits;
    disk.crash = NO_CRASH;
    ck_assert(w.tasks > count);
    outcomes(&w, true, out);
    ck_assert(count < MANY || strstr(buf_str(out), "MapRunRedriven"));
    world_close(&w);
}

static const struct {
    const char *name;
    int kind;
    enum crash crash;
    int64_t sleep_ms;
} crashes[] = {
    {"in memory, after a commit", MEMORY, CRASH_AFTER, INT64_MAX},
    {"in SQLite, before a commit", SQLITE, CRASH_BEFORE, INT64_MAX},
    {"in SQLite, after a commit", SQLITE, CRASH_AFTER, INT64_MAX},
    {"asleep, before a commit", SQLITE, CRASH_BEFORE, 0},
    {"asleep, after a commit", SQLITE, CRASH_AFTER, 0},
};

/* One crash in a run, at each commit. */
START_TEST(one_crash)
{
    struct buf want = {0};
    size_t commits;

    expected(0, MANY, &want, &commits);
    ck_assert_msg(commits > 20, "%zu commits", commits);
    for (size_t n = 1; n <= commits; n++) {
        struct world w = {
            .kind = crashes[_i].kind, .count = MANY, .sleep_ms = crashes[_i].sleep_ms};
        struct buf got = {0};
        disk.crash = crashes[_i].crash;
        disk.commits = 0;
        disk.at = n;
        run_world(&w);
        disk.crash = NO_CRASH;
        ck_assert_msg(w.crashes == 1, "%s: %zu crashes", crashes[_i].name, w.crashes);
        ck_assert(w.sleep_ms != 0 || w.slept > 0);
        outcomes(&w, true, &got);
        ck_assert_msg(!strcmp(buf_str(&got), buf_str(&want)), "%s: commit %zu: got\n%swant\n%s",
                      crashes[_i].name, n, buf_str(&got), buf_str(&want));
        world_close(&w);
        buf_clear(&got);
        if (w.kind == SQLITE) {
            teardown();
            setup();
        }
    }
    buf_clear(&want);
}
END_TEST

/* A crash after every second commit of a run: the one between is the recovery's own. */
START_TEST(always_crashing)
{
    struct world w = {.kind = _i, .count = MANY, .sleep_ms = 0};
    struct buf want = {0}, got = {0};

    expected(0, MANY, &want, NULL);
    disk.crash = CRASH_AFTER;
    disk.always = true;
    run_world(&w);
    disk.always = false;
    disk.crash = NO_CRASH;
    ck_assert_msg(w.crashes > 20, "%zu crashes", w.crashes);
    outcomes(&w, true, &got);
    expect_text("a crash each time", buf_str(&got), buf_str(&want));
    world_close(&w);
    buf_clear(&want);
    buf_clear(&got);
}
END_TEST

/* ---- and killed, wherever it stands ---- */

enum { KILLS = 50 };

/* Check has a file open for what its test processes report: a kill must not cut that. */
static void hide_files(void)
{
    int null = open("/dev/null", O_RDWR);

    for (int fd = 3; fd < 256; fd++)
        if (fd != null && fcntl(fd, F_GETFD) != -1)
            dup2(null, fd);
}

START_TEST(killed)
{
    struct world w = {.kind = SQLITE, .count = MANY, .sleep_ms = 0};
    struct buf want = {0}, got = {0};
    uint64_t random = 1;
    size_t kills = 0;

    for (int runs = 0; kills < KILLS && runs < 40 * KILLS; runs++) {
        pid_t child = fork();
        int status;
        ck_assert(child >= 0);
        if (child == 0) {
            hide_files();
            run_world(&w);
            _exit(0);
        }
        random = random * UINT64_C(6364136223846793005) + 1442695040888963407u;
        nanosleep(&(struct timespec){.tv_nsec = (long)(random >> 33) % 12000000}, NULL);
        kill(child, SIGKILL);
        ck_assert(waitpid(child, &status, 0) == child);
        if (WIFSIGNALED(status)) {
            kills++;
            continue;
        }
        ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "a run failed");
        /* It came to its end: more to do. */
        w.count += MANY;
    }
    ck_assert_msg(kills == KILLS, "%zu kills", kills);
    run_world(&w);
    outcomes(&w, false, &got);
    world_close(&w);
    w = (struct world){.kind = MEMORY, .count = w.count, .sleep_ms = INT64_MAX};
    run_world(&w);
    outcomes(&w, false, &want);
    world_close(&w);
    expect_text("killed at random", buf_str(&got), buf_str(&want));
    buf_clear(&want);
    buf_clear(&got);
}
END_TEST

/* ---- what is kept of an execution ---- */

static const struct {
    const char *name;
    enum engine_keep keep;
    bool running, ended; /* has the store a row of it? */
    size_t events;       /* in the end, wherever its history is */
} keeps[] = {
    {"all", ENGINE_KEEP, true, true, 7},
    {"as long as it runs", ENGINE_KEEP_RUNNING, true, false, 0},
    {"apart", ENGINE_KEEP_APART, false, false, 7},
    {"nothing", ENGINE_KEEP_NOTHING, false, false, 0},
};

struct ending {
    engine *e;
    size_t events; /* of the history when it ended; the public and the private ones */
};

static bool count_event(void *user, const struct rt_event *e)
{
    (void)e;
    ++*(size_t *)user;
    return true;
}

static void on_end(void *user, uint64_t execution, const rt_exec *x)
{
    struct ending *v = user;

    ck_assert(rt_exec_status(x) == RT_SUCCEEDED);
    ck_assert(
        store_read(engine_store(v->e, execution), execution, 0, count_event, &v->events, NULL));
}

START_TEST(what_is_kept)
{
    store *s = open_sqlite();
    struct ending v = {0};
    struct engine_hooks hooks = {.user = &v, .ended = on_end};
    asl_machine *m =
        machine_of("{\"StartAt\":\"W\",\"States\":{\"W\":{\"Type\":\"Wait\",\"Seconds\":5,"
                   "\"Next\":\"P\"},\"P\":{\"Type\":\"Pass\",\"End\":true}}}");
    json *name = json_cstring("n"), *list = json_cstring("l"), *note = json_of("{\"a\":1}");
    struct rt_config config = {.names = {name, name, name, name, name, name}, .aws_limits = true};
    struct engine_label label = {.keep = keeps[_i].keep, .list = list, .note = note};
    const struct store_execution *row;

    v.e = engine_new(s, &hooks);
    ck_assert(engine_recover(v.e, START_MS, INT64_MAX, NULL));
    uint64_t execution = engine_start(v.e, m, &config, json_empty_object(), &label);
    ck_assert(engine_advance(v.e, START_MS, NULL));
    ck_assert_msg(has_row(s, execution) == keeps[_i].running, "%s: while it runs", keeps[_i].name);
    if (keeps[_i].running) {
        ck_assert(store_find(s, execution, &row, NULL));
        ck_assert(json_equal(row->list, list) && json_equal(row->note, note));
        ck_assert(row->transient == !keeps[_i].ended);
    }
    while (engine_next_due(v.e) != INT64_MAX)
        ck_assert(engine_advance(v.e, START_MS + 5000, NULL));
    ck_assert_msg(has_row(s, execution) == keeps[_i].ended, "%s: when it has ended",
                  keeps[_i].name);
    if (keeps[_i].events)
        ck_assert_uint_eq(v.events, keeps[_i].events);
    ck_assert_msg(!engine_execution(v.e, execution), "what has ended is still in memory");
    engine_free(v.e);
    store_free(s);
    asl_machine_unref(m);
    json_unref(name);
    json_unref(list);
    json_unref(note);
}
END_TEST

/* A child whose Map Run is over was to be stopped, and is when the store is opened again. */
START_TEST(orphan)
{
    struct engine_hooks hooks = {0};
    const struct store_execution *row;
    store *s = open_sqlite();
    asl_machine *m = machine_of(ONE_STATE("W", "\"Type\":\"Wait\",\"Seconds\":500,\"End\":true"));
    json *name = json_cstring("n");
    struct rt_config config = {.names = {name, name, name, name, name, name}};

    engine *e = engine_new(s, &hooks);
    ck_assert(engine_recover(e, START_MS, INT64_MAX, NULL));
    engine_start(e, m, &config, json_empty_object(), NULL);
    ck_assert(engine_advance(e, START_MS, NULL));
    engine_free(e);
    store_free(s);
    make_file("UPDATE executions SET parent=77, parent_ref=5");
    s = open_sqlite();
    e = engine_new(s, &hooks);
    ck_assert(engine_recover(e, START_MS, INT64_MAX, NULL));
    ck_assert(engine_advance(e, START_MS, NULL));
    ck_assert(store_find(s, 0, &row, NULL) && row->status == RT_ABORTED);
    engine_free(e);
    store_free(s);
    asl_machine_unref(m);
    json_unref(name);
}
END_TEST

/* One that ends in its first turn never is in the store at all. */
START_TEST(transient_of_one_turn)
{
    store *s = open_sqlite();
    struct ending v = {0};
    struct engine_hooks hooks = {.user = &v, .ended = on_end};
    asl_machine *m = machine_of(simple);
    json *name = json_cstring("n");
    struct rt_config config = {.names = {name, name, name, name, name, name}, .aws_limits = true};

    v.e = engine_new(s, &hooks);
    ck_assert(engine_recover(v.e, START_MS, INT64_MAX, NULL));
    engine_start(v.e, m, &config, json_empty_object(),
                 &(struct engine_label){.keep = ENGINE_KEEP_RUNNING});
    ck_assert(engine_advance(v.e, START_MS, NULL));
    ck_assert_uint_eq(v.events, 0);
    ck_assert(!has_row(s, 0) && next_number(s) == 0);
    engine_free(v.e);
    store_free(s);
    asl_machine_unref(m);
    json_unref(name);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("store");
    TCase *t = tcase_create("store");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_loop_test(t, events, 0, KINDS);
    tcase_add_loop_test(t, backwards, 0, KINDS);
    tcase_add_loop_test(t, finding, 0, KINDS);
    tcase_add_loop_test(t, running, 0, KINDS);
    tcase_add_loop_test(t, forgetting, 0, KINDS);
    tcase_add_loop_test(t, listed_executions, 0, KINDS);
    tcase_add_loop_test(t, last_events, 0, KINDS);
    tcase_add_loop_test(t, records, 0, KINDS);
    tcase_add_test(t, reopening);
    tcase_add_loop_test(t, refusing, 0, COUNT(refusals));
    tcase_add_loop_test(t, damaged, 0, COUNT(damages));
    tcase_add_test(t, a_definition_is_started_while_a_history_of_it_is_read);
    tcase_add_test(t, second_opener);
    tcase_add_loop_test(t, private, 0, 4);
    tcase_add_test(t, emptied);
    tcase_add_test(t, nothing_left);
    tcase_add_loop_test(t, families, 0, 2 * KINDS);
    tcase_add_test(t, orphans_of_earlier_versions);
    tcase_add_test(t, definitions);
    tcase_add_test(t, looked_at);
    tcase_add_test(t, orphan);
    tcase_add_test(t, room);
    tcase_add_test(t, refused);
    tcase_add_test(t, full_disk);
    tcase_add_loop_test(t, one_crash, 0, COUNT(crashes));
    tcase_add_loop_test(t, always_crashing, 0, KINDS);
    tcase_add_test(t, killed);
    tcase_add_loop_test(t, what_is_kept, 0, COUNT(keeps));
    tcase_add_test(t, transient_of_one_turn);
    tcase_set_timeout(t, 120);
    suite_add_tcase(s, t);
    return run_suite(s);
}
