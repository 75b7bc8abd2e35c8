/* engine: turns, what leaves before and after a commit, rates, Map Runs and redrives. */

#include "tests/support/engine_scene.h"
#include "tests/support/expect.h"

#include <inttypes.h>
#include <string.h>

/* ---- nothing leaves before it is kept ---- */

static void start_all(struct world_log *w)
{
    start(w, parallel, "{\"x\":1}");
    start(w, map, "[1,2,3,4]");
    start(w, map_run, "[5,6,7]");
}

START_TEST(failing_commits)
{
    struct world_log good, bad;
    struct diag why = {0};

    world_open(&good, 0);
    start_all(&good);
    ck_assert(run_until_quiet(&good, &why));
    ck_assert(engine_tasks(good.e) == 0);
    size_t commits = disk.commits;
    ck_assert_msg(commits > 20 && good.tasks > 12, "%zu commits, %zu tasks", commits, good.tasks);
    ck_assert(strstr(buf_str(&good.log), "cancel") != NULL);
    for (size_t n = 1; n <= commits; n++) {
        world_open(&bad, n);
        start_all(&bad);
        ck_assert(!run_until_quiet(&bad, &why));
        ck_assert_str_eq(why.code, "DISK_FULL");
        ck_assert_msg(bad.log.len == good.at_commit[n], "commit %zu: %zu bytes left, want %zu", n,
                      bad.log.len, good.at_commit[n]);
        ck_assert_msg(bad.log.len == 0 || !memcmp(bad.log.data, good.log.data, bad.log.len),
                      "commit %zu: what left before it differs", n);
        diag_clear(&why);
        why = (struct diag){0};
        world_close(&bad);
    }
    world_close(&good);
}
END_TEST

/* ---- many at once ---- */

enum { MANY = 10000 };

struct order {
    int64_t now_ms, last_ms;
    uint64_t last, count;
};

static void ended_in_order(void *user, uint64_t execution, const rt_exec *x)
{
    struct order *o = user;
    int64_t due_ms = START_MS + 1000 * json_int_value(rt_exec_output(x));

    ck_assert_msg(o->now_ms == due_ms, "execution %" PRIu64 " ended at another time", execution);
    ck_assert_msg(due_ms > o->last_ms || (due_ms == o->last_ms && execution > o->last),
                  "execution %" PRIu64 " ended before its turn", execution);
    o->last_ms = due_ms;
    o->last = execution;
    o->count++;
}

START_TEST(waits_end_in_order)
{
    struct order o = {.now_ms = START_MS};
    struct engine_hooks hooks = {
        .user = &o, .run_task = run_task, .cancel_task = cancel_task, .ended = ended_in_order};
    engine *e = engine_new(NULL, &hooks);
    asl_machine *m =
        machine_of(ONE_STATE("W", "\"Type\":\"Wait\",\"SecondsPath\":\"$\",\"End\":true"));
    json *name = json_cstring("many");
    struct rt_config config = {.names = {name, name, name, name, name, name}};

    /* In no order, and some of them together. */
    for (int64_t i = 0; i < MANY; i++) {
        json *seconds = json_int(i * 7919 % 5003 + 1);
        ck_assert(engine_start(e, m, &config, seconds, NULL) == (uint64_t)i);
        json_unref(seconds);
    }
    while (engine_next_due(e) != INT64_MAX) {
        if (engine_next_due(e) > o.now_ms)
            o.now_ms = engine_next_due(e);
        ck_assert(engine_advance(e, o.now_ms, NULL));
    }
    ck_assert_msg(o.count == MANY, "%" PRIu64 " ended", o.count);
    engine_free(e);
    asl_machine_unref(m);
    json_unref(name);
}
END_TEST

/* ---- tasks ---- */

START_TEST(late_answer)
{
    struct world_log w;

    world_open(&w, 0);
    uint64_t execution = start(&w, no_retry, "{}");
    ck_assert(engine_advance(w.e, w.now_ms, NULL));
    ck_assert(engine_tasks(w.e) == 1 && w.count == 1);
    ck_assert(engine_next_due(w.e) == START_MS + 5000);
    ck_assert(engine_advance(w.e, START_MS + 5000, NULL));
    ck_assert(rt_exec_status(engine_execution(w.e, execution)) == RT_FAILED);
    ck_assert(engine_tasks(w.e) == 0);
    size_t len = w.log.len;
    w.now_ms = START_MS + 9000;
    give_answers(&w);
    ck_assert(engine_next_due(w.e) == INT64_MAX);
    ck_assert(engine_advance(w.e, w.now_ms, NULL));
    ck_assert(w.log.len == len);
    world_close(&w);
}
END_TEST

/* The token comes before the answer of who was given the task: that is one answered task. */
START_TEST(token_and_answer)
{
    static const char by_token[] = ONE_STATE(
        "A", "\"Type\":\"Task\",\"Resource\":\"arn:aws:states:::sqs:sendMessage.waitForTaskToken\","
             "\"Parameters\":{\"MessageBody.$\":\"$$.Task.Token\"},\"End\":true");
    struct world_log w;
    uint64_t asks = 7;

    world_open(&w, 0);
    uint64_t execution = start(&w, by_token, "{}");
    turn(&w);
    ck_assert_uint_eq(w.count, 1);
    uint64_t id = w.answers[0].id;
    ck_assert(engine_execution_of(w.e, id, &asks) && asks == execution);
    engine_task_answered(
        w.e, id,
        &(struct task_result){.ok = true, .output = json_int(1), .exchange = json_cstring("x")});
    turn(&w);
    ck_assert(status(&w, execution) == RT_RUNNING);
    engine_task_done(
        w.e, id,
        &(struct task_result){.ok = true, .output = json_int(2), .exchange = json_cstring("x")});
    turn(&w);
    ck_assert(status(&w, execution) == RT_SUCCEEDED);
    expect_json("the token's", rt_exec_output(engine_execution(w.e, execution)), "1");
    ck_assert_uint_eq(w.answered, 1);
    ck_assert(!engine_execution_of(w.e, id, &asks));
    world_close(&w);
}
END_TEST

START_TEST(stop)
{
    struct world_log w;
    struct asl_error error = {.name = json_cstring("E")};

    world_open(&w, 0);
    uint64_t execution = start(&w, one_task, "{}");
    ck_assert(engine_advance(w.e, w.now_ms, NULL));
    engine_stop(w.e, execution, &error);
    ck_assert(engine_next_due(w.e) == INT64_MIN);
    ck_assert(engine_advance(w.e, w.now_ms, NULL));
    const rt_exec *x = engine_execution(w.e, execution);
    ck_assert(rt_exec_status(x) == RT_ABORTED);
    ck_assert(json_str_is(rt_exec_error(x)->name, "E"));
    ck_assert(engine_tasks(w.e) == 0);
    ck_assert(strstr(buf_str(&w.log), "cancel\n") != NULL);
    engine_stop(w.e, execution, &error);
    ck_assert(engine_advance(w.e, w.now_ms, NULL));
    ck_assert(rt_exec_status(engine_execution(w.e, execution)) == RT_ABORTED);
    engine_forget(w.e, execution);
    ck_assert(engine_execution(w.e, execution) == NULL);
    engine_stop(w.e, execution, &error);
    ck_assert(engine_advance(w.e, w.now_ms, NULL));
    asl_error_clear(&error);
    world_close(&w);
}
END_TEST

START_TEST(stop_before_start)
{
    struct world_log w;
    struct asl_error error = {0};

    world_open(&w, 0);
    uint64_t execution = start(&w, one_task, "{}");
    engine_stop(w.e, execution, &error);
    ck_assert(engine_advance(w.e, w.now_ms, NULL));
    ck_assert(rt_exec_status(engine_execution(w.e, execution)) == RT_ABORTED);
    ck_assert_msg(engine_tasks(w.e) == 0, "a task of a stopped execution is still out");
    world_close(&w);
}
END_TEST

START_TEST(turns_are_bounded)
{
    struct world_log w;

    world_open(&w, 0);
    start(&w, for_ever, "{}");
    uint64_t other = start(&w, no_retry, "{}");
    ck_assert(engine_advance(w.e, w.now_ms, NULL));
    ck_assert(engine_next_due(w.e) == INT64_MIN);
    /* The loop goes on, and lets the other execution have its turn. */
    ck_assert(rt_exec_status(engine_execution(w.e, 0)) == RT_RUNNING);
    ck_assert(engine_tasks(w.e) == 1);
    ck_assert(rt_exec_status(engine_execution(w.e, other)) == RT_RUNNING);
    world_close(&w);
}
END_TEST

/* ---- a rate of transitions ---- */

#define CHOOSE(then)                                                                               \
    "\"Type\":\"Choice\",\"Choices\":[{\"Variable\":\"$.x\",\"IsPresent\":true,\"Next\":\"Z\"}],"  \
    "\"Default\":\"" then "\""
#define SUCCEED(name) "\"" name "\":{\"Type\":\"Succeed\"}"
#define PASS_TO(name, then) "\"" name "\":{\"Type\":\"Pass\",\"Next\":\"" then "\"},"
#define MAP_RUN(type)                                                                              \
    ONE_STATE("D",                                                                                 \
              "\"Type\":\"Map\",\"End\":true,\"ItemsPath\":\"$.items\",\"ItemProcessor\":{"        \
              "\"ProcessorConfig\":{\"Mode\":\"DISTRIBUTED\",\"ExecutionType\":\"" type "\"},"     \
              "\"StartAt\":\"E\",\"States\":{" SUCCEED("E") "}}")

static const char loop[] =
    "{\"StartAt\":\"A\",\"States\":{\"A\":{" CHOOSE("A") "}," SUCCEED("Z") "}}";
static const char failing_branch[] =
    ONE_STATE("P", "\"Type\":\"Parallel\",\"End\":true,\"Retry\":[{\"ErrorEquals\":[\"E\"],"
                   "\"IntervalSeconds\":1,\"MaxAttempts\":1}],\"Branches\":[" ONE_STATE(
                       "F", "\"Type\":\"Fail\",\"Error\":\"E\"") "]");

/* With one token, and one more each second. */
static const struct {
    const char *name, *definition;
    enum rt_status status;
    int64_t ends_after_ms;
    uint64_t throttled;
    int express, at_once; /* waits last no time */
} rates[] = {
    {"the first is free", ONE_STATE("S", "\"Type\":\"Succeed\""), RT_SUCCEEDED, 0, 0, 0, 0},
    {"each state waits",
     "{\"StartAt\":\"A\",\"States\":{" PASS_TO("A", "B") PASS_TO("B", "C") SUCCEED("C") "}}",
     RT_SUCCEEDED, 2000, 2, 0, 0},
    {"Express has no such quota",
     "{\"StartAt\":\"A\",\"States\":{" PASS_TO("A", "B") SUCCEED("B") "}}", RT_SUCCEEDED, 0, 0, 1,
     0},
    {"branches",
     ONE_STATE(
         "P",
         "\"Type\":\"Parallel\",\"End\":true,\"Branches\":[{\"StartAt\":\"X\",\"States\":{" SUCCEED(
             "X") "}},{\"StartAt\":\"Y\",\"States\":{" SUCCEED("Y") "}}]"),
     RT_SUCCEEDED, 2000, 2, 0, 0},
    {"executions of a Map Run", MAP_RUN("STANDARD"), RT_SUCCEEDED, 3000, 3, 0, 0},
    {"and its Express ones", MAP_RUN("EXPRESS"), RT_SUCCEEDED, 0, 0, 0, 0},
    {"a retry is one", failing_branch, RT_FAILED, 3000, 2, 0, 0},
    {"a retry that is due waits", failing_branch, RT_FAILED, 3000, 3, 0, 1},
    {"a state's wait begins when it is entered",
     "{\"StartAt\":\"A\",\"States\":{" PASS_TO("A", "W") "\"W\":{\"Type\":\"Wait\",\"Seconds\":10,"
                                                         "\"End\":true}}}",
     RT_SUCCEEDED, 11000, 1, 0, 0},
    {"the execution's time goes on",
     "{\"TimeoutSeconds\":5,\"StartAt\":\"A\",\"States\":{\"A\":{" CHOOSE("A") "}," SUCCEED(
         "Z") "}}",
     RT_TIMED_OUT, 5000, 5, 0, 0},
};

START_TEST(transitions_have_a_rate)
{
    struct world_log w;

    world_open(&w, 0);
    engine_throttle(w.e, &(struct bucket){.size = 1, .refill = 1});
    engine_scale_waits(w.e, rates[_i].at_once ? 0 : 1);
    uint64_t execution =
        start_as(&w, rates[_i].definition, "{\"items\":[1,2,3]}", rates[_i].express);
    ck_assert(run_until_quiet(&w, NULL));
    ck_assert_msg(status(&w, execution) == rates[_i].status, "%s: %s", rates[_i].name,
                  rt_status_name(status(&w, execution)));
    int64_t stop_ms = rt_exec_stop_ms(engine_execution(w.e, execution));
    ck_assert_msg(stop_ms == START_MS + rates[_i].ends_after_ms, "%s: after %" PRId64 " ms",
                  rates[_i].name, stop_ms - START_MS);
    ck_assert_msg(engine_throttled(w.e) == rates[_i].throttled, "%s: %" PRIu64 " waited",
                  rates[_i].name, engine_throttled(w.e));
    world_close(&w);
}
END_TEST

static uint64_t transitions(const struct world_log *w, uint64_t execution)
{
    return rt_exec_transitions(engine_execution(w->e, execution));
}

START_TEST(transitions_are_shared)
{
    struct world_log w;
    struct asl_error none = {0};

    world_open(&w, 0);
    disk.before = NULL;
    engine_throttle(w.e, &(struct bucket){.size = 10, .refill = 20});
    uint64_t one = start(&w, loop, "1"), other = start(&w, loop, "2");
    turn(&w);
    /* Who comes first takes what is in the bucket. */
    ck_assert_uint_eq(transitions(&w, one), 10);
    ck_assert_uint_eq(transitions(&w, other), 0);
    ck_assert_int_eq(engine_next_due(w.e), START_MS + 50);
    /* From then on they take turns; a new one comes after those that wait. */
    uint64_t last = start(&w, loop, "3");
    while (w.now_ms <= START_MS + 3000) {
        turn(&w);
        w.now_ms += 50;
    }
    ck_assert_uint_eq(transitions(&w, one), 10 + 20);
    ck_assert_uint_eq(transitions(&w, other), 20);
    ck_assert_uint_eq(transitions(&w, last), 20);
    /* None of them keeps an end from coming. */
    engine_stop(w.e, one, &none);
    engine_stop(w.e, other, &none);
    engine_stop(w.e, last, &none);
    turn(&w);
    ck_assert(status(&w, one) == RT_ABORTED && status(&w, last) == RT_ABORTED);
    ck_assert_msg(run_until_quiet(&w, NULL), "who has been stopped waits for nothing");
    world_close(&w);
}
END_TEST

/* ---- Map Runs: executions that start others ---- */

static const struct {
    const char *name, *definition, *input, *want; /* the output, or the error's name */
} map_runs[] = {
    {"each item is an execution of its own",
     "{" MAP("M", "\"ItemProcessor\":{" DISTRIBUTED "," PASS "}") "}", "[1,2]", "[1,2]"},
    {"children that end in the round in which they had worked before",
     "{" MAP("M",
             "\"ToleratedFailureCount\":2,\"ItemsPath\":\"$.n\",\"ItemProcessor\":{" DISTRIBUTED
             "," MAP("I", "\"ItemsPath\":\"$.n\",\"ItemProcessor\":{" MAP(
                              "D", "\"ItemsPath\":\"$$.Execution.Input.n\",\"ItemProcessor"
                                   "\":{" DISTRIBUTED "," PASS "}") "}") "}") "}",
     "{\"n\":[{\"n\":[1,2]},[1],1]}", "[[[1,2],[1,2]]]"},
    {"a selector that fails when children have been started already",
     "{" MAP("M", "\"ItemSelector\":{\"x.$\":\"$$.Map.Item.Value.x\"},\"ItemProcessor\":"
                  "{" DISTRIBUTED "," PASS "}") "}",
     "[{\"x\":1},{}]", "\"States.Runtime\""},
    {"the same in a Map that this takes away",
     "{" MAP("M", "\"ItemProcessor\":{" MAP(
                      "I", "\"QueryLanguage\":\"JSONata\",\"ItemSelector\":{\"x\":"
                           "\"{% $partition($states.context.Map.Item.Value, 1) %}\"},"
                           "\"ItemProcessor\":{" DISTRIBUTED "," PASS "}") "}") "}",
     "[[[1],5,[1]],[[1]]]", "\"States.QueryEvaluationError\""},
};

START_TEST(executions_that_start_others)
{
    struct world_log w;
    uint64_t execution;
    size_t ends = 0;

    world_open(&w, 0);
    execution = start(&w, map_runs[_i].definition, map_runs[_i].input);
    for (int turns = 0; turns < 1000 && engine_next_due(w.e) == INT64_MIN; turns++)
        ck_assert(engine_advance(w.e, w.now_ms, NULL));
    const rt_exec *x = engine_execution(w.e, execution);
    const struct asl_error *error = rt_exec_error(x);
    expect_json(map_runs[_i].name, error ? error->name : rt_exec_output(x), map_runs[_i].want);
    /* It ends once; its children are forgotten when they end, be it that they were stopped. */
    for (const char *at = buf_str(&w.log); (at = strstr(at, "0 ended ")); at++)
        ends += at == buf_str(&w.log) || at[-1] == '\n';
    ck_assert_uint_eq(ends, 1);
    /* Where it fails none of them has begun. */
    ck_assert(!strstr(buf_str(&w.log), "1 ended ") == (error != NULL));
    for (uint64_t child = 1; child < 20; child++)
        ck_assert_ptr_null(engine_execution(w.e, child));
    world_close(&w);
}
END_TEST

/* The process ends between the commit of a Map Run's end and the stop of its children. */
START_TEST(children_of_a_map_run_that_is_over_are_stopped_after_a_crash)
{
    static const struct asl_error none;
    struct engine_hooks hooks = {.run_task = run_task, .cancel_task = cancel_task, .ended = ended};
    struct world_log w;

    world_open(&w, 0);
    hooks.user = &w;
    ck_assert(engine_recover(w.e, w.now_ms, INT64_MAX, NULL));
    uint64_t execution = start(&w, map_run, "[1,2]");
    for (int i = 0; i < 3; i++)
        ck_assert(engine_advance(w.e, w.now_ms, NULL));
    ck_assert_uint_eq(engine_tasks(w.e), 2);
    engine_stop(w.e, execution, &none);
    ck_assert(engine_advance(w.e, w.now_ms, NULL));
    ck_assert(stored(&w, execution) == RT_ABORTED);
    ck_assert(stored(&w, execution + 1) == RT_RUNNING && stored(&w, execution + 2) == RT_RUNNING);
    engine_free(w.e);
    w.e = engine_new(w.s, &hooks);
    ck_assert(engine_recover(w.e, w.now_ms, INT64_MAX, NULL));
    while (engine_next_due(w.e) == INT64_MIN)
        ck_assert(engine_advance(w.e, w.now_ms, NULL));
    ck_assert(stored(&w, execution + 1) == RT_ABORTED && stored(&w, execution + 2) == RT_ABORTED);
    ck_assert_uint_eq(engine_tasks(w.e), 0);
    world_close(&w);
}
END_TEST

/* A Map of three: the first child fails after two turns more, the others wait for their tasks. Its
 * results are written, or not. */
static const struct {
    const char *name, *writer;
} failing_runs[] = {
    {"one without results to write", ""},
    {"one that writes its results",
     "\"ResultWriter\":{\"Resource\":\"arn:aws:states:::s3:putObject\","
     "\"Parameters\":{\"Bucket\":\"b\"}},"},
};

/* Wherever the process ends while a Map Run fails, its children are stopped, it hears of each once,
 * and it ends. */
START_TEST(map_runs_fail_over_a_crash)
{
    enum { TURNS = 8 };
    struct buf definition = {0};

    buf_printf(&definition,
               "{" MAP("D", "%s\"ItemProcessor\":{" DISTRIBUTED
                            ",\"StartAt\":\"C\",\"States\":{\"C\":{\"Type\":\"Choice\","
                            "\"Choices\":[{\"Variable\":\"$\",\"NumericEquals\":1,"
                            "\"Next\":\"W\"}],\"Default\":\"L\"},\"W\":{\"Type\":\"Wait\","
                            "\"Seconds\":1,\"Next\":\"F\"},\"F\":{\"Type\":\"Fail\"},"
                            "\"L\":{\"Type\":\"Wait\",\"Seconds\":99,\"End\":true}}}") "}",
               failing_runs[_i].writer);
    for (int before = 1; before < TURNS; before++) {
        struct world_log w;
        world_open(&w, 0);
        ck_assert(engine_recover(w.e, w.now_ms, INT64_MAX, NULL));
        uint64_t execution = start(&w, buf_str(&definition), "[1,2,3]");
        for (int i = 0; i < 4; i++)
            turn(&w);
        w.now_ms += 1000;
        for (int i = 0; i < before; i++)
            turn(&w);
        engine_free(w.e);
        json_unref(w.results);
        w.results = NULL;
        w.writing = 0;
        w.e = new_engine(&w, false);
        ck_assert(engine_recover(w.e, w.now_ms, INT64_MAX, NULL));
        for (int i = 0; i < 3 * TURNS; i++) {
            turn(&w);
            world_write(&w);
        }
        ck_assert_msg(stored(&w, execution) == RT_FAILED, "%s, after %d turns: it has not ended",
                      failing_runs[_i].name, before);
        ck_assert(stored(&w, execution + 1) == RT_FAILED);
        ck_assert(stored(&w, execution + 2) == RT_ABORTED &&
                  stored(&w, execution + 3) == RT_ABORTED);
        ck_assert_uint_eq(engine_running(w.e), 0);
        ck_assert_uint_le(w.written, 3);
        world_close(&w);
    }
    buf_clear(&definition);
}
END_TEST

/* Children that had not begun when their Map Run was stopped never do: a redrive begins them. */
START_TEST(children_of_a_map_run_that_is_over_do_not_begin)
{
    static const struct asl_error none;
    static const char passes[] =
        ONE_STATE("D", "\"Type\":\"Map\",\"End\":true,\"ItemProcessor\":{\"ProcessorConfig\":{"
                       "\"Mode\":\"DISTRIBUTED\",\"ExecutionType\":\"STANDARD\"},\"StartAt\":"
                       "\"P\",\"States\":{\"P\":{\"Type\":\"Pass\",\"End\":true}}}");
    const struct store_execution *row;
    struct world_log w;

    world_open(&w, 0);
    ck_assert(engine_recover(w.e, w.now_ms, INT64_MAX, NULL));
    uint64_t execution = start(&w, passes, "[1,2]");
    engine_stop(w.e, execution, &none);
    for (int i = 0; i < 5; i++)
        turn(&w);
    ck_assert(stored(&w, execution) == RT_ABORTED);
    ck_assert_uint_eq(engine_running(w.e), 0);
    for (uint64_t child = execution + 1; child <= execution + 2; child++)
        ck_assert(!store_find(w.s, child, &row, NULL));
    ck_assert(engine_redrive(w.e, execution, NULL, NULL));
    for (int i = 0; i < 9; i++)
        turn(&w);
    ck_assert(stored(&w, execution) == RT_SUCCEEDED);
    for (uint64_t child = execution + 3; child <= execution + 4; child++) {
        ck_assert(stored(&w, child) == RT_SUCCEEDED && store_find(w.s, child, &row, NULL));
        ck_assert(row->parent.set && row->parent.execution == execution);
    }
    ck_assert_msg(!store_find(w.s, execution + 5, &row, NULL), "a child was made twice");
    world_close(&w);
}
END_TEST

/* ---- redrives ---- */

#define DAY_MS INT64_C(86400000)

static const struct {
    const char *name, *definition;
    bool stop;
    int64_t later_ms;
    const char *want; /* why not; NULL: it is redriven */
} redrives[] = {
    {"one that failed runs again", ONE_STATE("F", "\"Type\":\"Fail\""), false, 1, NULL},
    {"one that was stopped runs again", ONE_STATE("A", TASK "\"End\":true"), true, 1, NULL},
    {"one that runs is not redriven", ONE_STATE("A", TASK "\"End\":true"), false, 1,
     "Execution is RUNNING and cannot be redriven"},
    {"one that has succeeded is not redriven", ONE_STATE("P", "\"Type\":\"Succeed\""), false, 1,
     "Execution is SUCCEEDED and cannot be redriven"},
    {"fourteen days are soon enough", ONE_STATE("F", "\"Type\":\"Fail\""), false, 14 * DAY_MS,
     NULL},
    {"a moment more is too late", ONE_STATE("F", "\"Type\":\"Fail\""), false, 14 * DAY_MS + 1,
     "Execution redrivable period exceeded"},
    {"and a year after the start is later yet", ONE_STATE("F", "\"Type\":\"Fail\""), false,
     365 * DAY_MS + 1, "Execution has exceeded the max execution time"},
};

START_TEST(redrive)
{
    static const struct asl_error none;
    struct world_log w;
    struct diag why = {0};

    world_open(&w, 0);
    uint64_t execution = start(&w, redrives[_i].definition, "{}");
    ck_assert(engine_advance(w.e, w.now_ms, NULL));
    if (redrives[_i].stop)
        engine_stop(w.e, execution, &none);
    ck_assert(engine_advance(w.e, w.now_ms, NULL));
    const rt_exec *x = engine_execution(w.e, execution);
    uint32_t events = rt_exec_events(x);
    w.now_ms += redrives[_i].later_ms;
    expect_text(redrives[_i].name, rt_exec_redrive_refusal(x, w.now_ms), redrives[_i].want);
    ck_assert(engine_redrive(w.e, execution, NULL, &why));
    ck_assert(engine_advance(w.e, w.now_ms, NULL));
    ck_assert_msg(rt_exec_redrives(x) == !redrives[_i].want, "%s", redrives[_i].name);
    ck_assert_uint_eq(engine_running(w.e), rt_exec_status(x) == RT_RUNNING);
    ck_assert_msg((rt_exec_events(x) > events) == !redrives[_i].want, "%s", redrives[_i].name);
    ck_assert_msg((strstr(buf_str(&w.log), "ExecutionRedriven") != NULL) == !redrives[_i].want,
                  "%s", redrives[_i].name);
    ck_assert(!engine_redrive(w.e, execution + 1, NULL, &why));
    ck_assert_str_eq(why.code, "STORE_NONE");
    diag_clear(&why);
    world_close(&w);
}
END_TEST

/* START_MS is 1970-01-01T00:16:40Z. */
static const struct {
    const char *name, *definition;
    double scale;
    int64_t wait_ms; /* how long it waits; 0: not at all */
} scaled[] = {
    {"as it is", ONE_STATE("W", "\"Type\":\"Wait\",\"Seconds\":10,\"End\":true"), 1, 10000},
    {"a tenth", ONE_STATE("W", "\"Type\":\"Wait\",\"Seconds\":10,\"End\":true"), 0.1, 1000},
    {"not at all", ONE_STATE("W", "\"Type\":\"Wait\",\"Seconds\":10,\"End\":true"), 0, 0},
    {"longer", ONE_STATE("W", "\"Type\":\"Wait\",\"Seconds\":10,\"End\":true"), 2.5, 25000},
    {"for as long as can be", ONE_STATE("W", "\"Type\":\"Wait\",\"Seconds\":10,\"End\":true"),
     1e300, INT64_C(3155760000000)},
    {"until a time",
     ONE_STATE("W", "\"Type\":\"Wait\",\"Timestamp\":\"1970-01-01T00:17:00Z\",\"End\":true"), 0.5,
     10000},
};

START_TEST(waits_are_scaled)
{
    struct world_log w;

    world_open(&w, 0);
    engine_scale_waits(w.e, scaled[_i].scale);
    uint64_t execution = start(&w, scaled[_i].definition, "{}");
    ck_assert(engine_advance(w.e, w.now_ms, NULL));
    int64_t due = engine_next_due(w.e);
    if (scaled[_i].wait_ms)
        ck_assert_msg(due == w.now_ms + scaled[_i].wait_ms, "%s: due after %" PRId64 " ms",
                      scaled[_i].name, due - w.now_ms);
    else
        ck_assert_msg(rt_exec_status(engine_execution(w.e, execution)) == RT_SUCCEEDED, "%s",
                      scaled[_i].name);
    world_close(&w);
}
END_TEST

START_TEST(redrive_needs_room_in_the_history)
{
    const struct {
        uint32_t events;
        const char *want;
    } rows[] = {{24998, NULL}, {24999, "Execution history event limit exceeded"}};

    for (size_t i = 0; i < COUNT(rows); i++)
        expect_text("room for two events", rt_redrive_refusal(RT_FAILED, 0, 1, rows[i].events, 2),
                    rows[i].want);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("engine");
    TCase *t = tcase_create("engine");

    tcase_add_test(t, failing_commits);
    tcase_add_test(t, waits_end_in_order);
    tcase_add_test(t, late_answer);
    tcase_add_test(t, token_and_answer);
    tcase_add_test(t, stop);
    tcase_add_test(t, stop_before_start);
    tcase_add_test(t, turns_are_bounded);
    tcase_add_loop_test(t, transitions_have_a_rate, 0, COUNT(rates));
    tcase_add_test(t, transitions_are_shared);
    tcase_add_loop_test(t, waits_are_scaled, 0, COUNT(scaled));
    tcase_add_loop_test(t, executions_that_start_others, 0, COUNT(map_runs));
    tcase_add_test(t, children_of_a_map_run_that_is_over_are_stopped_after_a_crash);
    tcase_add_loop_test(t, map_runs_fail_over_a_crash, 0, COUNT(failing_runs));
    tcase_add_test(t, children_of_a_map_run_that_is_over_do_not_begin);
    tcase_add_loop_test(t, redrive, 0, COUNT(redrives));
    tcase_add_test(t, redrive_needs_room_in_the_history);
    tcase_set_timeout(t, 60);
    suite_add_tcase(s, t);
    return run_suite(s);
}
