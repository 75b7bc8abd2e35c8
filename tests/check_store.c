/* store: what every store keeps and finds again, in memory and in a file. */

#include "tests/support/expect.h"
#include "tests/support/store_scene.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

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
    struct seen v = {.most = 9};
    struct diag why = {0};
    ck_assert_msg(store_read_outline(s, 0, 3, see_event, &v, &why), "%s", why.text);
    expect_text("an outline", buf_str(&v.text), "3:3A 4:4A 5:5A ");
    buf_clear(&v.text);
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

/* So many that no store has them in one row or piece. */
START_TEST(many_events)
{
    enum { MANY = 700 };
    store *s = open_store(_i);
    struct buf want = {0}, want_back = {0};
    struct seen v = {.most = SIZE_MAX};

    put_execution(s, 0, "a", 0);
    for (uint64_t seq = 1; seq <= MANY; seq += 7)
        put_events(s, 0, seq, 7);
    commit(s);
    for (uint64_t seq = 1; seq <= MANY; seq++) {
        buf_printf(&want, "%" PRIu64 ":%" PRIu64 "A ", seq, seq);
        buf_printf(&want_back, "%" PRIu64 ":%" PRIu64 "A ", MANY + 1 - seq, MANY + 1 - seq);
    }
    expect_events("all", s, 0, 0, SIZE_MAX, buf_str(&want));
    expect_events("behind the first 512", s, 0, 513, 2, "513:513A 514:514A ");
    ck_assert(store_read_back(s, 0, UINT64_MAX, see_event, &v, NULL));
    expect_text("backwards", buf_str(&v.text), buf_str(&want_back));
    store_forget(s, 0);
    commit(s);
    expect_events("of one that is gone", s, 0, 0, SIZE_MAX, "");
    buf_clear(&want);
    buf_clear(&want_back);
    buf_clear(&v.text);
    store_free(s);
}
END_TEST

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

/* A parent may run, or be redriven, long after its children have ended: they go with it, when its
 * own time is over. What ended behind them doesn't wait for that. */
START_TEST(children_stay_with_their_parent)
{
    store *s = open_store(_i);

    put_family(s);
    store_progress(s, 0, RT_RUNNING, 0, STORE_AWAKE);
    store_progress(s, 1, RT_FAILED, 1500, STORE_AWAKE);
    commit(s);
    ck_assert_msg(retire(s, 5000, 1) == 1 && !has_row(s, 4), "who is nobody's child goes");
    ck_assert_msg(retire(s, 5000, 9) == 0, "the parent runs");
    store_progress(s, 0, RT_FAILED, 6000, STORE_AWAKE);
    commit(s);
    ck_assert_msg(retire(s, 6000, 9) == 0, "the parent may be redriven");
    for (uint64_t i = 0; i < 4; i++)
        ck_assert_msg(has_row(s, i), "%" PRIu64 " has gone", i);
    ck_assert_msg(retire(s, 6001, 9) == 4, "all go together");
    commit(s);
    ck_assert(retire(s, 9999, 9) == 0);
    store_free(s);
}
END_TEST

/* One that is held stays, and so does what it is below; others don't wait behind it. */
START_TEST(holding)
{
    store *s = open_store(_i);
    struct diag why = {0};
    struct store_gone gone;

    put_family(s);
    store_progress(s, 1, RT_FAILED, 9, STORE_AWAKE);
    commit(s);
    store_hold(s, 3);
    store_hold(s, 3);
    for (int calls = 0; calls < 6; calls++)
        ck_assert(store_forget_list(s, "l", 10, &gone, &why) && gone.more);
    ck_assert(has_row(s, 0) && has_row(s, 2) && has_row(s, 3) && !has_row(s, 4));
    store_hold(s, 0);
    store_let_go(s, 3);
    store_let_go(s, 3);
    store_let_go(s, 3);
    put_execution(s, 5, "a", 0);
    store_progress(s, 5, RT_FAILED, 4000, STORE_AWAKE);
    commit(s);
    for (int calls = 0; calls < 6; calls++)
        retire(s, 5000, 1);
    ck_assert(has_row(s, 0) && !has_row(s, 5));
    store_let_go(s, 0);
    for (int calls = 0; calls < 6; calls++)
        retire(s, 5000, 2);
    ck_assert(!has_row(s, 0) && !has_row(s, 3));
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

/* A redriven execution that ends in its first turn was never seen to run. */
START_TEST(failed_twice)
{
    store *s = open_store(_i);

    put_listed(s, 1, "a", 0, "odd");
    store_progress(s, 1, RT_FAILED, 2000, STORE_AWAKE);
    commit(s);
    for (int64_t at_ms = 3000; at_ms <= 5000; at_ms += 1000) {
        store_redriven(s, 1, (uint32_t)(at_ms / 1000 - 2), at_ms);
        store_progress(s, 1, RT_FAILED, at_ms, STORE_AWAKE);
        commit(s);
    }
    expect_list("it is listed once", s, "odd", NULL, NULL, 9, "1 in odd, note 1; ");
    expect_list("where it failed last", s, "odd", NULL, &(struct store_place){5000, 1}, 9, "");
    ck_assert_msg(retire(s, 5000, 9) == 0, "it ended later");
    ck_assert_msg(retire(s, 5001, 9) == 1, "it ended by then");
    expect_list("nothing is left of it", s, "odd", NULL, NULL, 9, "");
    store_free(s);
}
END_TEST

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

START_TEST(reopening)
{
    store *s = open_sqlite();
    struct stat st;

    ck_assert(stat(store_files.file, &st) == 0);
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

int main(void)
{
    Suite *s = suite_create("store");
    TCase *t = tcase_create("store");

    tcase_add_checked_fixture(t, store_scene_setup, store_scene_teardown);
    tcase_add_loop_test(t, events, 0, KINDS);
    tcase_add_loop_test(t, backwards, 0, KINDS);
    tcase_add_loop_test(t, many_events, 0, KINDS);
    tcase_add_loop_test(t, finding, 0, KINDS);
    tcase_add_loop_test(t, running, 0, KINDS);
    tcase_add_loop_test(t, forgetting, 0, KINDS);
    tcase_add_loop_test(t, listed_executions, 0, KINDS);
    tcase_add_loop_test(t, failed_twice, 0, KINDS);
    tcase_add_loop_test(t, last_events, 0, KINDS);
    tcase_add_loop_test(t, records, 0, KINDS);
    tcase_add_test(t, reopening);
    tcase_add_loop_test(t, families, 0, 2 * KINDS);
    tcase_add_loop_test(t, children_stay_with_their_parent, 0, KINDS);
    tcase_add_loop_test(t, holding, 0, KINDS);
    tcase_set_timeout(t, 120);
    suite_add_tcase(s, t);
    return run_suite(s);
}
