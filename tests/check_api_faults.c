/* The API in process on a store that fails. */

#include "tests/support/api_scene.h"
#include "tests/support/expect.h"

#include "runtime/store/store_impl.h"

#include <sqlite3.h>
#include <string.h>

/* What can't be read is no answer: neither that it isn't there, nor an empty list. */
START_TEST(store_that_cannot_be_read)
{
    static const char *const calls[][2] = {
        {"DescribeExecution", "{\"executionArn\":\"" EXECUTION("m:e") "\"}"},
        {"GetExecutionHistory", "{\"executionArn\":\"" EXECUTION("m:e") "\"}"},
        {"ListExecutions", "{\"stateMachineArn\":\"" MACHINE("m") "\"}"},
        {"StartExecution", "{\"stateMachineArn\":\"" MACHINE("m") "\",\"name\":\"e\"}"},
    };
    struct scene s;
    sqlite3 *db;

    scene_init(&s, SQLITE);
    scene_call_well(&s, "CreateStateMachine",
                    "{\"name\":\"m\",\"definition\":\"" PASS
                    "\",\"roleArn\":\"arn:aws:iam::123456789012:role/r\"}");
    scene_call_well(&s, "StartExecution", calls[3][1]);
    scene_settle(&s);
    ck_assert(sqlite3_open(scene_files.file, &db) == SQLITE_OK);
    ck_assert(sqlite3_exec(db, "DROP TABLE executions", NULL, NULL, NULL) == SQLITE_OK);
    sqlite3_close(db);
    for (size_t i = 0; i < COUNT(calls); i++) {
        scene_call(&s, calls[i][0], calls[i][1]);
        ck_assert_msg(s.status == 500 && strstr(buf_str(&s.answer), "InternalServerError"),
                      "%s: %d %s", calls[i][0], s.status, buf_str(&s.answer));
    }
    scene_clear(&s);
}
END_TEST

/* ---- a store whose n-th read fails ---- */

static const struct store_ops *sound;
static size_t reads, bad_read; /* since fail_read; 0: none is to fail */

static bool fails(struct diag *why)
{
    if (++reads != bad_read)
        return false;
    diag_set(why, STORE_READ, 0, "the store can't be read: disk I/O error");
    return true;
}

static bool bad_read_events(store *s, uint64_t execution, uint64_t seq, store_visit *visit,
                            void *user, struct diag *why)
{
    return !fails(why) && sound->read(s, execution, seq, visit, user, why);
}

static bool bad_read_outline(store *s, uint64_t execution, uint64_t seq, store_visit *visit,
                             void *user, struct diag *why)
{
    return !fails(why) && sound->read_outline(s, execution, seq, visit, user, why);
}

static bool bad_read_back(store *s, uint64_t execution, uint64_t seq, store_visit *visit,
                          void *user, struct diag *why)
{
    return !fails(why) && sound->read_back(s, execution, seq, visit, user, why);
}

static bool bad_read_last(store *s, uint64_t execution, store_visit *visit, void *user,
                          struct diag *why)
{
    return !fails(why) && sound->read_last(s, execution, visit, user, why);
}

static bool bad_find(store *s, uint64_t execution, const struct store_execution **out,
                     struct diag *why)
{
    return !fails(why) && sound->find(s, execution, out, why);
}

static bool bad_find_arn(store *s, const char *arn, uint64_t *execution, struct diag *why)
{
    return !fails(why) && sound->find_arn(s, arn, execution, why);
}

static bool bad_find_map_run(store *s, const char *arn, uint64_t *execution, struct diag *why)
{
    return !fails(why) && sound->find_map_run(s, arn, execution, why);
}

static bool bad_find_token(store *s, const char *token, uint64_t *execution, uint64_t *seq,
                           struct diag *why)
{
    return !fails(why) && sound->find_token(s, token, execution, seq, why);
}

static bool bad_list_executions(store *s, const char *list, const enum rt_status *status,
                                const struct store_place *after, store_visit_listed *visit,
                                void *user, struct diag *why)
{
    return !fails(why) && sound->list_executions(s, list, status, after, visit, user, why);
}

static bool bad_get(store *s, const char *kind, const char *key, struct buf *out, struct diag *why)
{
    return !fails(why) && sound->get(s, kind, key, out, why);
}

static bool bad_list(store *s, const char *kind, const char *after, store_visit_record *visit,
                     void *user, struct diag *why)
{
    return !fails(why) && sound->list(s, kind, after, visit, user, why);
}

static bool bad_list_running(store *s, bool labels, store_visit_running *visit, void *user,
                             struct diag *why)
{
    return !fails(why) && sound->list_running(s, labels, visit, user, why);
}

static bool bad_next_list(store *s, struct buf *name, struct diag *why)
{
    return !fails(why) && sound->next_list(s, name, why);
}

/* The `nth` read of the store from now on fails, as on a bad disk; 0: none does. */
static void fail_read(store *s, size_t nth)
{
    static struct store_ops bad;

    if (s->ops != &bad) {
        sound = s->ops;
        bad = *sound;
        bad.read = bad_read_events;
        bad.read_outline = bad_read_outline;
        bad.read_back = bad_read_back;
        bad.read_last = bad_read_last;
        bad.find = bad_find;
        bad.find_arn = bad_find_arn;
        bad.find_map_run = bad_find_map_run;
        bad.find_token = bad_find_token;
        bad.list_executions = bad_list_executions;
        bad.get = bad_get;
        bad.list = bad_list;
        bad.list_running = bad_list_running;
        bad.next_list = bad_next_list;
        s->ops = &bad;
    }
    reads = 0;
    bad_read = nth;
}

/* A read that fails is no answer: neither that nothing is there, nor half of what is. */
static const struct {
    const char *name, *operation, *body;
    bool crash; /* nothing of it is in memory */
} asked[] = {
    {"an execution", "DescribeExecution", "{\"executionArn\":\"" EXECUTION("m:e") "\"}", false},
    {"a Map Run's execution", "DescribeExecution", "{\"executionArn\":\"<child>\"}", false},
    {"its history", "GetExecutionHistory", "{\"executionArn\":\"" EXECUTION("m:e") "\"}", false},
    {"the newest of it", "GetExecutionHistory",
     "{\"executionArn\":\"" EXECUTION("m:e") "\",\"reverseOrder\":true}", false},
    {"the executions of a machine", "ListExecutions", LIST_M(""), false},
    {"those of a Map Run", "ListExecutions", "{\"mapRunArn\":\"<run>\"}", true},
    {"those of a Map Run that failed", "ListExecutions",
     "{\"mapRunArn\":\"<run>\",\"statusFilter\":\"FAILED\"}", true},
    {"the Map Runs", "ListMapRuns", "{\"executionArn\":\"" EXECUTION("m:e") "\"}", true},
    {"a Map Run", "DescribeMapRun", "{\"mapRunArn\":\"<run>\"}", true},
    {"a Map Run that is to be changed", "UpdateMapRun",
     "{\"mapRunArn\":\"<run>\",\"maxConcurrency\":1}", true},
    {"the definition of an execution", "DescribeStateMachineForExecution",
     "{\"executionArn\":\"" EXECUTION("m:e") "\"}", false},
    {"the definition of a Map Run's execution", "DescribeStateMachineForExecution",
     "{\"executionArn\":\"<child>\"}", false},
    {"an execution that is to be stopped", "StopExecution",
     "{\"executionArn\":\"" EXECUTION("m:e") "\"}", false},
    {"a name that was used", "StartExecution", LIST_M(",\"name\":\"e\""), false},
    {"a redrive that was answered before", "RedriveExecution",
     "{\"executionArn\":\"" EXECUTION("m:e") "\",\"clientToken\":\"t\"}", false},
    {"a redrive", "RedriveExecution", "{\"executionArn\":\"" EXECUTION("m:e") "\"}", true},
};

/* m has an execution e with a Map Run, which was redriven and failed again. */
static void make_scene(struct scene *s)
{
    scene_start_m(s, MAP_RUN_FAILS, "[1,2]");
    scene_call_well(s, "RedriveExecution",
                    "{\"executionArn\":\"" EXECUTION("m:e") "\",\"clientToken\":\"t\"}");
    scene_settle(s);
    scene_call_well(s, "ListMapRuns", "{\"executionArn\":\"" EXECUTION("m:e") "\"}");
    scene_call_well(s, "ListExecutions", "{\"mapRunArn\":\"<run>\"}");
    ck_assert_ptr_nonnull(s->run);
    ck_assert_ptr_nonnull(s->child);
}

START_TEST(read_that_fails_is_no_answer)
{
    struct scene s;
    size_t bad = 0;

    scene_init(&s, SQLITE);
    make_scene(&s);
    do {
        if (asked[_i].crash)
            scene_crash(&s);
        fail_read(s.store, ++bad);
        scene_ask(&s, asked[_i].operation, asked[_i].body);
        bool failed = reads >= bad;
        fail_read(s.store, 0);
        scene_turn(&s);
        if (!failed)
            break;
        ck_assert_msg(s.status == 500 && strstr(buf_str(&s.answer), "disk I/O error"),
                      "%s: read %zu: %d %s", asked[_i].name, bad, s.status, buf_str(&s.answer));
        scene_settle(&s);
        /* Nor was anything done, as another redrive. */
        scene_call(&s, "DescribeExecution", "{\"executionArn\":\"" EXECUTION("m:e") "\"}");
        ck_assert_msg(strstr(buf_str(&s.answer), "\"redriveCount\":1,"), "%s: read %zu: %s",
                      asked[_i].name, bad, buf_str(&s.answer));
    } while (bad < 100);
    ck_assert_msg(bad > 1 && bad < 100, "%s: %zu reads", asked[_i].name, bad);
    ck_assert_msg(s.status != 500, "%s: %s", asked[_i].name, buf_str(&s.answer));
    scene_clear(&s);
}
END_TEST

static void count_spoiled(void *user, const char *text)
{
    size_t *count = user;

    (void)text;
    ++*count;
}

/* No record is taken for lost or spoiled because the disk failed once. */
START_TEST(load_on_a_bad_disk_fails)
{
    struct scene s;
    size_t bad = 0, spoiled = 0;
    bool failed;

    scene_init(&s, SQLITE);
    make_scene(&s);
    scene_call_well(&s, "CreateActivity", "{\"name\":\"a\"}");
    scene_call_well(&s, "PublishStateMachineVersion", LIST_M(""));
    scene_settle(&s);
    scene_fall_down(&s);
    do {
        const struct api_config config = {.spoiled = count_spoiled, .user = &spoiled};
        struct diag why = {0};
        engine *e = engine_new(s.store, &(struct engine_hooks){.user = NULL});
        api *a = api_new(e, s.store, &config);
        fail_read(s.store, ++bad);
        bool good = api_load(a, &why);
        failed = reads >= bad;
        ck_assert_msg(good == !failed, "read %zu: %s", bad, good ? "good" : why.text);
        ck_assert_msg(good || strstr(why.text, "disk I/O error"), "read %zu: %s", bad, why.text);
        ck_assert_uint_eq(spoiled, 0);
        diag_clear(&why);
        api_free(a);
        engine_free(e);
    } while (failed);
    ck_assert_uint_gt(bad, 5);
    fail_read(s.store, 0);
    scene_wake_up(&s);
    scene_clear(&s);
}
END_TEST

/* Takes turns until nothing is due. False: one failed, as on a store that can't be read. */
static bool turns_go_well(struct scene *s)
{
    struct diag why = {0};

    do {
        api_begin_turn(s->api);
        if (!engine_advance(s->engine, s->now_ms, &why)) {
            diag_clear(&why);
            return false;
        }
        api_advance(s->api, s->now_ms);
    } while (engine_next_due(s->engine) <= s->now_ms || api_next_due(s->api) <= s->now_ms);
    return true;
}

/* After a restart a Task looks for the execution that it waits for. If it can't, the turn fails,
 * and the server goes on from what is committed; it doesn't wait for ever. */
START_TEST(task_finds_its_child_on_a_bad_disk)
{
    struct scene s;
    bool failed;
    size_t bad = 0;

    scene_init(&s, SQLITE);
    scene_call_well(&s, "CreateStateMachine",
                    "{\"name\":\"w\",\"roleArn\":\"" ROLE "\",\"definition\":\"" WAIT "\"}");
    scene_make_m(&s,
                 TASK("arn:aws:states:::states:startExecution.sync:2",
                      ",\\\"Parameters\\\":{\\\"StateMachineArn\\\":\\\"" MACHINE("w") "\\\"}"));
    do {
        struct buf start = {0}, describe = {0};
        buf_printf(&start, LIST_M(",\"name\":\"e%zu\""), ++bad);
        buf_printf(&describe, "{\"executionArn\":\"" EXECUTION("m:e%zu") "\"}", bad);
        scene_call_well(&s, "StartExecution", buf_str(&start));
        scene_settle(&s);
        scene_restart(&s);
        fail_read(s.store, bad);
        bool good = turns_go_well(&s);
        failed = reads >= bad;
        ck_assert_msg(good == !failed, "read %zu", bad);
        fail_read(s.store, 0);
        scene_restart(&s);
        scene_settle(&s);
        s.now_ms += 61000;
        scene_settle(&s);
        scene_call(&s, "DescribeExecution", buf_str(&describe));
        ck_assert_msg(strstr(buf_str(&s.answer), "SUCCEEDED"), "read %zu: %s", bad,
                      buf_str(&s.answer));
        buf_clear(&start);
        buf_clear(&describe);
    } while (failed && bad < 100);
    ck_assert(bad > 2 && bad < 100);
    scene_clear(&s);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("api_faults");
    TCase *tc = scene_case("api_faults");

    tcase_add_test(tc, store_that_cannot_be_read);
    tcase_add_loop_test(tc, read_that_fails_is_no_answer, 0, COUNT(asked));
    tcase_add_test(tc, load_on_a_bad_disk_fails);
    tcase_add_test(tc, task_finds_its_child_on_a_bad_disk);
    suite_add_tcase(s, tc);
    return run_suite(s);
}
