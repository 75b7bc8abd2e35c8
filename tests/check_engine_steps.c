/* engine_steps: steps that are left in their midst, shares of a turn, and the bound of memory. */

#include "tests/support/engine_scene.h"
#include "tests/support/expect.h"

#include "parsers/base/count.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ---- steps that are left in their midst ---- */

/* Takes some twenty looks at the clock. */
#define LONG(rest)                                                                                 \
    "\"QueryLanguage\":\"JSONata\",\"Type\":\"Pass\",\"Output\":"                                  \
    "\"{% $sum($map([1..9000], function($x) { $x + 1 })) %}\"," rest
#define ENDLESS "($f := function($x) { $f($x + 1) }; $f(1))"

static const char endless[] =
    ONE_STATE("E", "\"QueryLanguage\":\"JSONata\",\"Type\":\"Pass\",\"Output\":\"{% " ENDLESS
                   " %}\",\"End\":true");
static const char beside_endless[] = ONE_STATE(
    "P", "\"Type\":\"Parallel\",\"End\":true,\"Branches\":[" ONE_STATE(
             "A", TASK "\"End\":true") "," ONE_STATE("E", "\"QueryLanguage\":\"JSONata\",\"Type\":"
                                                          "\"Pass\",\"Output\":\"{% " ENDLESS
                                                          " %}\",\"End\":true") "]");
static const char twice_long[] = "{\"StartAt\":\"A\",\"States\":{\"A\":{" LONG(
    "\"Next\":\"B\"") "},\"B\":{" LONG("\"End\":true") "}}}";

START_TEST(long_steps_let_others_go_first)
{
    struct world_log w;

    world_open_with(&w, 0, true);
    uint64_t slow = start(&w, twice_long, "{}");
    uint64_t input = engine_last_input(w.e);
    turn(&w);
    /* Who started it has an answer at once. */
    ck_assert(engine_is_settled(w.e, input));
    ck_assert_str_eq(buf_str(&w.log), "0 1 ExecutionStarted\n");
    ck_assert_msg(engine_next_due(w.e) == INT64_MIN, "there is more to do");
    uint64_t quick = start(&w, ONE_STATE("S", "\"Type\":\"Succeed\""), "1");
    turn(&w);
    ck_assert(status(&w, quick) == RT_SUCCEEDED && status(&w, slow) == RT_RUNNING);
    ck_assert(run_until_quiet(&w, NULL));
    ck_assert(status(&w, slow) == RT_SUCCEEDED);
    expect_json("the same as in one piece", rt_exec_output(engine_execution(w.e, slow)),
                "40513500");
    ck_assert_uint_eq(rt_exec_events(engine_execution(w.e, slow)), 6);
    world_close(&w);
}
END_TEST

START_TEST(evaluations_have_a_time)
{
    struct world_log w;

    world_open_with(&w, 0, true);
    engine_limit_evaluations(w.e, 500);
    uint64_t execution = start(&w, endless, "{}"), slow = start(&w, twice_long, "1");
    ck_assert(run_until_quiet(&w, NULL));
    ck_assert(json_str_is(rt_exec_error(engine_execution(w.e, execution))->name,
                          "States.QueryEvaluationError"));
    /* Others are not charged for it, and each evaluation has a time of its own. */
    ck_assert(status(&w, slow) == RT_SUCCEEDED);
    world_close(&w);
}
END_TEST

START_TEST(stop_of_a_long_step)
{
    struct world_log w;
    struct asl_error error = {.name = json_cstring("E")};

    world_open_with(&w, 0, true);
    engine_limit_evaluations(w.e, INT64_MAX);
    uint64_t execution = start(&w, beside_endless, "{}");
    for (int i = 0; i < 5; i++)
        turn(&w);
    ck_assert(status(&w, execution) == RT_RUNNING);
    engine_stop(w.e, execution, &error);
    uint64_t input = engine_last_input(w.e);
    turn(&w);
    ck_assert(engine_is_settled(w.e, input));
    ck_assert(status(&w, execution) == RT_ABORTED);
    ck_assert_msg(engine_tasks(w.e) == 0, "a task of a stopped execution is still out");
    ck_assert(engine_next_due(w.e) == INT64_MAX);
    /* Its history has what happened before. */
    ck_assert(strstr(buf_str(&w.log), "LambdaFunctionScheduled\n"));
    /* And it can be redriven from there: the hostile branch begins again. */
    ck_assert(engine_redrive(w.e, execution, NULL, NULL));
    for (int i = 0; i < 5; i++)
        turn(&w);
    ck_assert(engine_next_due(w.e) == INT64_MIN);
    asl_error_clear(&error);
    world_close(&w);
}
END_TEST

START_TEST(what_comes_in_waits_for_a_long_step)
{
    struct world_log w;

    world_open_with(&w, 0, true);
    engine_limit_evaluations(w.e, 3000);
    uint64_t execution = start(
        &w,
        "{\"StartAt\":\"P\",\"States\":{\"P\":{\"Type\":\"Parallel\",\"End\":true,\"Branches\":"
        "[" ONE_STATE("A",
                      TASK "\"End\":true") ",{\"StartAt\":\"W\",\"States\":{\"W\":{\"Type\":"
                                           "\"Wait\",\"Seconds\":1,\"Next\":\"B\"},\"B\":{" LONG(
                                               "\"End\":true") "}}}]}}}",
        "{\"a\":1}");
    turn(&w);
    turn(&w);
    ck_assert_uint_eq(w.count, 1);
    w.now_ms += 1000;
    turn(&w); /* the wait is over, and the evaluation begins */
    ck_assert(engine_next_due(w.e) == INT64_MIN);
    give_answers(&w);
    uint64_t input = engine_last_input(w.e);
    turn(&w);
    ck_assert_msg(!engine_is_settled(w.e, input), "the answer waits for the step's end");
    ck_assert(run_until_quiet(&w, NULL));
    ck_assert(engine_is_settled(w.e, input));
    expect_json("both", rt_exec_output(engine_execution(w.e, execution)), "[{\"a\":1},40513500]");
    world_close(&w);
}
END_TEST

/* Whatever commit fails, what is under way then is let go of. */
START_TEST(failing_commits_beside_long_steps)
{
    struct world_log w;
    struct diag why = {0};
    size_t n = 1;

    for (bool good = false; !good; n++) {
        world_open_with(&w, n, true);
        start(&w, twice_long, "{}");
        start(&w, map_run, "[5,6]");
        start(&w, twice_long, "1");
        good = run_until_quiet(&w, &why);
        diag_clear(&why);
        why = (struct diag){0};
        world_close(&w);
    }
    ck_assert_msg(n > 20, "%zu turns", n);
}
END_TEST

START_TEST(what_runs_is_let_go_of)
{
    struct world_log w;

    world_open_with(&w, 0, true);
    uint64_t execution = start(&w, endless, "{}");
    start(&w, endless, "1");
    turn(&w);
    turn(&w);
    engine_stop(w.e, execution, &(struct asl_error){0});
    engine_forget(w.e, execution);
    turn(&w);
    world_close(&w);
}
END_TEST

START_TEST(a_turn_has_a_share_for_everybody)
{
    enum { DUE = 300 };
    struct world_log w;

    world_open_with(&w, 0, true);
    for (int i = 0; i < DUE; i++)
        start(&w, ONE_STATE("W", "\"Type\":\"Wait\",\"Seconds\":1,\"End\":true"), "{}");
    while (engine_next_due(w.e) == INT64_MIN)
        turn(&w);
    w.now_ms += 1000;
    size_t running = engine_running(w.e);
    ck_assert_uint_eq(running, DUE);
    uint64_t quick = start(&w, ONE_STATE("S", "\"Type\":\"Succeed\""), "{}");
    turn(&w);
    ck_assert_msg(status(&w, quick) == RT_SUCCEEDED, "it waits for timers");
    ck_assert_msg(engine_running(w.e) > DUE / 2, "all of them in one turn");
    ck_assert(run_until_quiet(&w, NULL));
    ck_assert_uint_eq(engine_running(w.e), 0);
    world_close(&w);
}
END_TEST

/* Each turn of theirs writes as much as a turn's share of bytes is. */
START_TEST(what_writes_much_lets_others_in)
{
    enum { LOOPS = 4, LETTERS = 250000 };
    struct world_log w;
    struct buf input = {0};

    world_open(&w, 0);
    buf_addc(&input, '"');
    for (int i = 0; i < LETTERS; i++)
        buf_addc(&input, 'x');
    buf_addc(&input, '"');
    for (int i = 0; i < LOOPS; i++) {
        start(&w,
              "{\"StartAt\":\"A\",\"States\":{\"A\":{\"Type\":\"Pass\",\"Next\":\"B\"},"
              "\"B\":{\"Type\":\"Choice\",\"Choices\":[{\"Variable\":\"$\",\"IsNull\":true,"
              "\"Next\":\"C\"}],\"Default\":\"A\"},\"C\":{\"Type\":\"Succeed\"}}}",
              buf_str(&input));
        turn(&w);
        turn(&w);
    }
    uint64_t quick = start(&w, ONE_STATE("S", "\"Type\":\"Succeed\""), "{}");
    turn(&w);
    ck_assert_msg(status(&w, quick) == RT_SUCCEEDED, "it waits for what others write");
    ck_assert_uint_eq(engine_running(w.e), LOOPS);
    buf_clear(&input);
    world_close(&w);
}
END_TEST

/* Looks at the clock that an execution costs which comes alone. */
static int64_t looks_for(struct world_log *w, const char *definition)
{
    int64_t before = w->used_ns;

    start(w, definition, "{\"n\":1}");
    turn(w);
    ck_assert_uint_eq(engine_running(w->e), 0);
    return w->used_ns - before;
}

/* To ask for the time costs as much as a short step, so what it evaluates is no reason to. */
START_TEST(short_steps_ask_seldom_for_the_time)
{
    struct world_log w;

    world_open_with(&w, 0, true);
    int64_t nothing = looks_for(&w, ONE_STATE("S", "\"Type\":\"Succeed\"")),
            evaluating = looks_for(&w, ONE_STATE("A", "\"Type\":\"Pass\",\"End\":true,"
                                                      "\"Parameters\":{\"n.$\":\"$.n\"}"));
    ck_assert_int_eq(evaluating, nothing);
    ck_assert_msg(nothing > 0 && nothing < 40000000, "%" PRId64 " ns", nothing);
    world_close(&w);
}
END_TEST

/* ---- Map Runs that begin many executions ---- */

#define MANY_CHILDREN(items, processor)                                                            \
    "{\"QueryLanguage\":\"JSONata\"," MAP(                                                         \
        "M", "\"Items\":\"{% " items " %}\",\"Output\":\"{% $count($states.result) %}\","          \
             "\"ItemProcessor\":{" DISTRIBUTED "," processor "}") "}"

static const struct {
    const char *name, *definition;
    size_t least, most; /* that run at once */
} many_children[] = {
    {"those that end at once are made as they begin", MANY_CHILDREN("[1..5000]", PASS), 2, 300},
    {"those that wait run all at once",
     MANY_CHILDREN("[1..5000]", "\"StartAt\":\"W\",\"States\":{\"W\":{\"Type\":\"Wait\","
                                "\"Seconds\":1,\"End\":true}}"),
     5001, 5001},
};

START_TEST(children_are_made_as_they_begin)
{
    struct world_log w;
    size_t most = 0;

    world_open(&w, 0);
    uint64_t execution = start(&w, many_children[_i].definition, "1");
    while (engine_next_due(w.e) != INT64_MAX) {
        if (engine_next_due(w.e) > w.now_ms)
            w.now_ms = engine_next_due(w.e);
        turn(&w);
        if (engine_running(w.e) > most)
            most = engine_running(w.e);
    }
    ck_assert_msg(most >= many_children[_i].least && most <= many_children[_i].most, "%s: %zu ran",
                  many_children[_i].name, most);
    expect_json(many_children[_i].name, rt_exec_output(engine_execution(w.e, execution)), "5000");
    world_close(&w);
}
END_TEST

/* The first one alone could have all that begin. */
START_TEST(map_runs_begin_their_children_side_by_side)
{
    enum { RUNS = 3, AFTER = 20 };
    struct world_log w;
    int turns = 0;

    world_open(&w, 0);
    for (int i = 0; i < RUNS; i++)
        start(&w, MANY_CHILDREN("[1..2000]", PASS), "1");
    while (engine_running(w.e) && turns < AFTER) {
        turn(&w);
        if (status(&w, 0) != RT_RUNNING)
            turns++;
    }
    ck_assert_msg(turns < AFTER, "the last one ends long after the first");
    world_close(&w);
}
END_TEST

/* ---- memory ---- */

START_TEST(large_children_leave_memory)
{
    struct world_log w;

    world_open(&w, 0);
    ck_assert(engine_recover(w.e, w.now_ms, INT64_MAX, NULL));
    bound_memory(&w);
    start(&w, LARGE_CHILDREN("\"End\":true"), "1");
    size_t most = most_used(&w);
    ck_assert_msg(most < MOST, "%zu bytes were used", most);
    ck_assert(strstr(buf_str(&w.log), "\n0 ended SUCCEEDED\n"));
    world_close(&w);
}
END_TEST

/* What was read ahead is lost with an execution that leaves memory, and is read again: no item is
 * left out or taken twice. */
START_TEST(reading_goes_on_after_memory_was_left)
{
    enum { ITEMS = 60, LARGE = 100000 };
    struct world_log w;
    struct buf input = {0};

    /* Memory is looked at when much has happened. */
    buf_addc(&input, '"');
    for (int i = 0; i < LARGE; i++)
        buf_addc(&input, 'x');
    buf_addc(&input, '"');
    world_open(&w, 0);
    ck_assert(engine_recover(w.e, w.now_ms, INT64_MAX, NULL));
    engine_limit_memory(w.e, MOST);
    w.items = ITEMS;
    w.used_bytes = MOST / 3 * 2;
    start(&w,
          "{\"QueryLanguage\":\"JSONata\",\"StartAt\":\"M\",\"States\":{\"M\":{\"Type\":\"Map\","
          "\"Next\":\"C\",\"MaxConcurrency\":2,\"ItemReader\":{\"Resource\":"
          "\"arn:aws:states:::s3:getObject\"},\"ItemProcessor\":{\"ProcessorConfig\":{\"Mode\":"
          "\"DISTRIBUTED\",\"ExecutionType\":\"STANDARD\"},\"StartAt\":\"P\",\"States\":{\"P\":{"
          "\"Type\":\"Pass\",\"End\":true}}}},\"C\":{\"Type\":\"Pass\",\"End\":true,\"Output\":"
          "\"{% $string($states.input) = $string([1..60]) ? 1 : $error('other items') %}\"}}}",
          buf_str(&input));
    for (int i = 0; i < 450 && !strstr(buf_str(&w.log), "\n0 ended"); i++)
        turn(&w);
    ck_assert_msg(w.readings > 1, "it never left memory");
    ck_assert_msg(w.cancelled >= w.readings, "what was held for a reading stayed");
    ck_assert_msg(strstr(buf_str(&w.log), "\n0 ended SUCCEEDED\n") != NULL,
                  "other items were read");
    buf_clear(&input);
    world_close(&w);
}
END_TEST

/* A Map Run that has seen where its results go, and then waits for items, has what no event tells:
 * it would never begin if it forgot that. */
START_TEST(a_map_run_begins_in_little_memory)
{
    enum { LARGE = 100000 };
    struct world_log w;
    struct buf input = {0};

    /* Memory is looked at when much has happened. */
    buf_addc(&input, '"');
    for (int i = 0; i < LARGE; i++)
        buf_addc(&input, 'x');
    buf_addc(&input, '"');
    world_open(&w, 0);
    ck_assert(engine_recover(w.e, w.now_ms, INT64_MAX, NULL));
    engine_limit_memory(w.e, MOST);
    w.items = 9;
    w.used_bytes = MOST / 3 * 2;
    start(&w,
          "{" MAP("M", "\"ItemReader\":{\"Resource\":\"arn:aws:states:::s3:getObject\","
                       "\"Parameters\":{\"Bucket\":\"b\",\"Key\":\"k\"}},\"ResultWriter\":{"
                       "\"Resource\":\"arn:aws:states:::s3:putObject\",\"Parameters\":{"
                       "\"Bucket\":\"b\"}},\"ItemProcessor\":{" DISTRIBUTED "," PASS "}") "}",
          buf_str(&input));
    for (int i = 0; i < 200; i++) {
        turn(&w);
        world_write(&w);
    }
    ck_assert_uint_eq(w.written, 9);
    ck_assert_msg(strstr(buf_str(&w.log), "\n0 ended SUCCEEDED\n"), "%s", buf_str(&w.log));
    buf_clear(&input);
    world_close(&w);
}
END_TEST

/* Each child's end comes in for its Map Run: that is not folded each time, and leaves memory when
 * nothing comes in for some time, or no memory is left. */
START_TEST(a_map_run_with_many_children_is_folded_seldom)
{
    enum { ITEMS = 600, TURNS = 5000 };
    struct world_log w;

    for (int used_up = 0; used_up < 2; used_up++) {
        world_open(&w, 0);
        disk.before = NULL;
        ck_assert(engine_recover(w.e, w.now_ms, INT64_MAX, NULL));
        engine_limit_memory(w.e, MOST);
        w.items = ITEMS;
        w.used_bytes = MOST / 3 * 2;
        start(&w,
              "{" MAP("M", "\"MaxConcurrency\":3,\"ItemReader\":{\"Resource\":"
                           "\"arn:aws:states:::s3:getObject\",\"Parameters\":{\"Bucket\":\"b\","
                           "\"Key\":\"k\"}},\"ItemProcessor\":{" DISTRIBUTED
                           ",\"StartAt\":\"C\",\"States\":{\"C\":{\"Type\":\"Choice\",\"Choices\":["
                           "{\"Variable\":\"$\",\"NumericEquals\":600,\"Next\":\"W\"}],\"Default\":"
                           "\"P\"},\"P\":{\"Type\":\"Pass\",\"End\":true},\"W\":{\"Type\":\"Wait\","
                           "\"Seconds\":99999,\"End\":true}}}") "}",
              "1");
        reads.count = 0;
        for (int i = 0; i < TURNS && engine_next_due(w.e) == INT64_MIN; i++)
            turn(&w);
        ck_assert_msg(w.read == ITEMS, "%d were read", (int)w.read);
        ck_assert_msg(reads.count < ITEMS / 10, "histories were read %zu times", reads.count);
        ck_assert_msg(engine_execution(w.e, 0) != NULL, "it left memory while much came in");
        if (used_up)
            w.used_bytes = MOST;
        else
            w.now_ms += 10000;
        turn(&w);
        ck_assert_msg(!engine_execution(w.e, 0), "it stays in memory for ever");
        ck_assert(stored(&w, 0) == RT_RUNNING);
        world_close(&w);
    }
}
END_TEST

/* Nor is that so where no memory is left, as something else has all: what was folded stays for a
 * time. */
START_TEST(a_map_run_is_folded_seldom_without_memory)
{
    enum { ITEMS = 1500 };
    struct world_log w;

    world_open(&w, 0);
    disk.before = NULL;
    ck_assert(engine_recover(w.e, w.now_ms, INT64_MAX, NULL));
    engine_limit_memory(w.e, MOST);
    w.items = ITEMS;
    w.used_bytes = MOST;
    start(&w,
          "{" MAP("M",
                  "\"MaxConcurrency\":3,\"ItemReader\":{\"Resource\":"
                  "\"arn:aws:states:::s3:getObject\",\"Parameters\":{\"Bucket\":\"b\","
                  "\"Key\":\"k\"}},\"ItemProcessor\":{" DISTRIBUTED
                  ",\"StartAt\":\"P\",\"States\":{\"P\":{\"Type\":\"Pass\",\"End\":true}}}") "}",
          "1");
    reads.count = 0;
    int turns = 0;
    do {
        w.now_ms++;
        turn(&w);
    } while (stored(&w, 0) == RT_RUNNING && ++turns < 20 * ITEMS);
    ck_assert_msg(stored(&w, 0) == RT_SUCCEEDED, "%d were read", (int)w.read);
    ck_assert_msg(reads.count < ITEMS / 3, "histories were read %zu times", reads.count);
    world_close(&w);
}
END_TEST

/* While much is to be written and is not, no more children begin, whichever way they end. */
static const struct {
    const char *name, *child;
} slow_writers[] = {
    {"successes", "{\"Type\":\"Pass\",\"Output\":\"{% $pad('', 200000, 'x') %}\",\"End\":true}"},
    {"failures", "{\"Type\":\"Fail\",\"Error\":\"E\"}"},
};

START_TEST(children_wait_for_their_results_to_be_written)
{
    enum { ITEMS = 60, MOST_BEGUN = 40 };
    struct world_log w;
    struct buf definition = {0};

    buf_printf(&definition,
               "{\"QueryLanguage\":\"JSONata\"," MAP(
                   "M", "\"Items\":\"{%% [1..60] %%}\",\"MaxConcurrency\":2,"
                        "\"ToleratedFailurePercentage\":100,\"ItemSelector\":{\"x\":"
                        "\"{%% $pad('', 200000, 'x') %%}\"},\"ResultWriter\":{\"Resource\":"
                        "\"arn:aws:states:::s3:putObject\",\"Arguments\":{\"Bucket\":\"b\"}},"
                        "\"ItemProcessor\":{" DISTRIBUTED
                        ",\"StartAt\":\"P\",\"States\":{\"P\":%s}}") "}",
               slow_writers[_i].child);
    world_open(&w, 0);
    disk.before = NULL;
    uint64_t execution = start(&w, buf_str(&definition), "1");
    for (int i = 0; i < 1000 && engine_next_due(w.e) == INT64_MIN; i++)
        turn(&w);
    ck_assert_msg(w.writing && status(&w, execution) == RT_RUNNING, "%s: nothing is to be written",
                  slow_writers[_i].name);
    uint64_t begun = 0;
    for (const char *at = buf_str(&w.log); (at = strstr(at, "child started")); at++)
        begun++;
    ck_assert_msg(begun > 10 && begun < MOST_BEGUN, "%s: %d of %d have begun",
                  slow_writers[_i].name, (int)begun, ITEMS);
    json_unref(w.results);
    buf_clear(&definition);
    world_close(&w);
}
END_TEST

/* What was not begun is listed by an ItemSelector that is slow, in as many steps as that takes. */
START_TEST(a_long_list_is_made_in_steps)
{
    struct world_log w;

    world_open(&w, 0);
    start(&w,
          "{\"QueryLanguage\":\"JSONata\"," MAP(
              "M", "\"Items\":\"{% [1..60] %}\",\"MaxConcurrency\":1,\"ItemSelector\":{\"x\":"
                   "\"{% $sum([1..20000]) %}\"},\"ResultWriter\":{\"Resource\":"
                   "\"arn:aws:states:::s3:putObject\",\"Arguments\":{\"Bucket\":\"b\"}},"
                   "\"ItemProcessor\":{" DISTRIBUTED
                   ",\"StartAt\":\"P\",\"States\":{\"P\":{\"Type\":\"Fail\"}}}") "}",
          "1");
    int turns = 0;
    for (; turns < 400 && !w.writing; turns++)
        turn(&w);
    ck_assert_msg(w.writing, "the list is never written");
    ck_assert_int_gt(turns, 9);
    ck_assert_int_eq(json_int_value(json_get(json_at(w.results, 2), "count")), 59);
    json_unref(w.results);
    world_close(&w);
}
END_TEST

/* What is being written is still out when its execution comes back into memory. */
START_TEST(writing_goes_on_after_memory_was_left)
{
    struct world_log w;

    world_open(&w, 0);
    ck_assert(engine_recover(w.e, w.now_ms, INT64_MAX, NULL));
    bound_memory(&w);
    start(&w,
          LARGE_CHILDREN_OF("\"ResultWriter\":{\"Resource\":\"arn:aws:states:::s3:putObject\","
                            "\"Arguments\":{\"Bucket\":\"b\"}},",
                            "\"End\":true"),
          "1");
    most_used(&w);
    ck_assert_msg(w.writing, "nothing is to be written");
    start(&w, LARGE_CHILDREN("\"End\":true"), "1");
    most_used(&w);
    ck_assert_msg(!engine_execution(w.e, 0), "it never left memory");
    world_write(&w);
    most_used(&w);
    ck_assert_uint_eq(w.written, 12);
    ck_assert_msg(strstr(buf_str(&w.log), "\n0 ended SUCCEEDED\n"), "%s", buf_str(&w.log));
    world_close(&w);
}
END_TEST

/* So is what is held to write for it: it fails, as it holds most. */
START_TEST(writing_counts_as_held)
{
    struct world_log w;

    world_open(&w, 0);
    bound_memory(&w);
    w.writing_bytes = MOST;
    start(&w,
          "{" MAP("M", "\"ResultWriter\":{\"Resource\":\"arn:aws:states:::s3:putObject\","
                       "\"Parameters\":{\"Bucket\":\"b\"}},\"ItemProcessor\":{" DISTRIBUTED "," PASS
                       "}") "}",
          "[1,2]");
    for (int i = 0; i < 9; i++)
        turn(&w);
    ck_assert_msg(w.writing, "nothing is to be written");
    w.used_bytes = MOST;
    start(&w, LARGE_CHILDREN("\"End\":true"), "1");
    for (int i = 0; i < 9; i++)
        turn(&w);
    const struct asl_error *error = rt_exec_error(engine_execution(w.e, 0));
    ck_assert_msg(error != NULL, "it does not fail");
    size_t held = 0;
    sscanf(json_str(error->cause), "The execution holds data of %zu bytes", &held);
    ck_assert_uint_ge(held, MOST);
    json_unref(w.results);
    world_close(&w);
}
END_TEST

/* What is held to read for an execution is that execution's. */
START_TEST(reading_counts_as_held)
{
    enum { LARGE = 100000 };
    struct world_log w;
    struct buf input = {0};

    buf_addc(&input, '"');
    for (int i = 0; i < LARGE; i++)
        buf_addc(&input, 'x');
    buf_addc(&input, '"');
    world_open(&w, 0);
    engine_limit_memory(w.e, MOST);
    w.items = 3;
    w.used_bytes = MOST;
    w.reading_bytes = MOST;
    uint64_t execution = start(
        &w,
        "{\"StartAt\":\"M\",\"States\":{\"M\":{\"Type\":\"Map\",\"End\":true,\"MaxConcurrency\":1,"
        "\"ItemReader\":{\"Resource\":\"arn:aws:states:::s3:getObject\",\"Parameters\":{}},"
        "\"ItemProcessor\":{\"ProcessorConfig\":{\"Mode\":\"DISTRIBUTED\",\"ExecutionType\":"
        "\"STANDARD\"},\"StartAt\":\"P\",\"States\":{\"P\":{\"Type\":\"Wait\",\"Seconds\":9,"
        "\"End\":true}}}}}}",
        buf_str(&input));
    for (int i = 0; i < 10; i++)
        turn(&w);
    const rt_exec *x = engine_execution(w.e, execution);
    ck_assert(rt_exec_error(x));
    expect_json("name", rt_exec_error(x)->name, "\"States.DataLimitExceeded\"");
    size_t held = 0;
    sscanf(json_str(rt_exec_error(x)->cause), "The execution holds data of %zu bytes", &held);
    ck_assert_uint_ge(held, MOST);
    buf_clear(&input);
    world_close(&w);
}
END_TEST

/* Without a store to leave for they begin when others have ended. */
START_TEST(large_children_wait_to_begin)
{
    struct world_log w;

    world_open(&w, 0);
    bound_memory(&w);
    uint64_t execution = start(&w, LARGE_CHILDREN("\"End\":true"), "1");
    size_t most = most_used(&w);
    ck_assert_msg(most < MOST, "%zu bytes were used", most);
    expect_json("all of them", rt_exec_output(engine_execution(w.e, execution)), "12");
    world_close(&w);
}
END_TEST

static const struct {
    const char *name, *items;
} sources[] = {
    {"items that are read", "\"ItemReader\":{\"Resource\":\"arn:aws:states:::s3:getObject\"}"},
    {"items of an array", "\"Items\":\"{% [1..40] %}\""},
};

/* Their inputs are held from when they are made: the Map Run makes no more of them than there is
 * room for, though its MaxConcurrency would let all begin. */
START_TEST(large_inputs_are_made_as_memory_allows)
{
    struct world_log w;
    struct buf definition = {0};

    world_open(&w, 0);
    bound_memory(&w);
    w.items = 40;
    buf_printf(&definition,
               "{\"QueryLanguage\":\"JSONata\",\"StartAt\":\"M\",\"States\":{\"M\":{\"Type\":"
               "\"Map\",\"End\":true,%s,\"Output\":\"{%% $sum($states.result) %%}\","
               "\"ItemSelector\":{\"n\":\"{%% $states.context.Map.Item.Value %%}\",\"a\":"
               "\"{%% $pad('', 200000, 'x') %%}\"},\"ItemProcessor\":{" DISTRIBUTED ",\"StartAt\":"
               "\"W\",\"States\":{\"W\":{\"Type\":\"Wait\",\"Seconds\":2,\"End\":true,\"Output\":"
               "\"{%% $states.input.n %%}\"}}}}}}",
               sources[_i].items);
    uint64_t execution = start(&w, buf_str(&definition), "1");
    size_t most = most_used(&w);
    ck_assert_msg(most > MOST / 5 && most < MOST / 3 * 2, "%s: %zu bytes were used",
                  sources[_i].name, most);
    expect_json(sources[_i].name, rt_exec_output(engine_execution(w.e, execution)), "820");
    buf_clear(&definition);
    world_close(&w);
}
END_TEST

START_TEST(what_is_too_large_fails)
{
    struct world_log w;

    world_open(&w, 0);
    engine_limit_memory(w.e, 1000000);
    uint64_t other = start(&w, no_retry, "1");
    uint64_t execution = start(&w,
                               "{\"QueryLanguage\":\"JSONata\",\"StartAt\":\"A\",\"States\":{"
                               "\"A\":{\"Type\":\"Pass\",\"Assign\":{\"a\":\"{% $pad('', 200000, "
                               "'x') %}\"},\"Next\":\"W\"},"
                               "\"W\":{\"Type\":\"Wait\",\"Seconds\":1000,\"End\":true}}}",
                               "2");
    w.used_bytes = 400000;
    turn(&w);
    ck_assert(!engine_is_full(w.e));
    w.used_bytes = 800000;
    ck_assert(!engine_is_full(w.e));
    turn(&w);
    ck_assert_msg(engine_is_full(w.e) && status(&w, execution) == RT_RUNNING, "short is not over");
    w.used_bytes = 1000000;
    turn(&w);
    const struct asl_error *e = rt_exec_error(engine_execution(w.e, execution));
    ck_assert(e && json_str_is(e->name, "States.DataLimitExceeded"));
    ck_assert_msg(strstr(json_str(e->cause), "--memory") != NULL, "%s", json_str(e->cause));
    ck_assert_msg(status(&w, other) == RT_RUNNING, "one that holds little has failed");
    world_close(&w);
}
END_TEST

/* Nobody knows what memory is used for, but the executions hold little: those that have done
 * nothing since are not looked at again. */
START_TEST(shortage_costs_by_what_happens)
{
    enum { SLEEPERS = 300, TURNS = 100 };
    struct world_log w;
    char number[16];

    world_open(&w, 0);
    engine_limit_memory(w.e, MOST);
    for (int i = 0; i < SLEEPERS; i++) {
        snprintf(number, sizeof number, "%d", i);
        start(&w, ONE_STATE("W", "\"Type\":\"Wait\",\"Seconds\":1000,\"End\":true"), number);
    }
    turn(&w);
    w.used_bytes = MOST;
    asked_what_is_held = 0;
    for (int i = 0; i < TURNS; i++) {
        start(&w, ONE_STATE("S", "\"Type\":\"Succeed\""), "1");
        turn(&w);
    }
    ck_assert_msg(asked_what_is_held <= SLEEPERS + TURNS, "%zu looks", asked_what_is_held);
    world_close(&w);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("engine_steps");
    TCase *t = tcase_create("engine_steps");

    tcase_add_test(t, long_steps_let_others_go_first);
    tcase_add_test(t, evaluations_have_a_time);
    tcase_add_test(t, stop_of_a_long_step);
    tcase_add_test(t, what_comes_in_waits_for_a_long_step);
    tcase_add_test(t, failing_commits_beside_long_steps);
    tcase_add_test(t, what_runs_is_let_go_of);
    tcase_add_test(t, a_turn_has_a_share_for_everybody);
    tcase_add_test(t, what_writes_much_lets_others_in);
    tcase_add_test(t, short_steps_ask_seldom_for_the_time);
    tcase_add_loop_test(t, children_are_made_as_they_begin, 0, COUNT(many_children));
    tcase_add_test(t, map_runs_begin_their_children_side_by_side);
    tcase_add_test(t, large_children_leave_memory);
    tcase_add_test(t, reading_goes_on_after_memory_was_left);
    tcase_add_test(t, reading_counts_as_held);
    tcase_add_test(t, writing_counts_as_held);
    tcase_add_test(t, a_map_run_begins_in_little_memory);
    tcase_add_test(t, a_map_run_with_many_children_is_folded_seldom);
    tcase_add_test(t, a_map_run_is_folded_seldom_without_memory);
    tcase_add_loop_test(t, children_wait_for_their_results_to_be_written, 0, COUNT(slow_writers));
    tcase_add_test(t, a_long_list_is_made_in_steps);
    tcase_add_test(t, writing_goes_on_after_memory_was_left);
    tcase_add_test(t, large_children_wait_to_begin);
    tcase_add_loop_test(t, large_inputs_are_made_as_memory_allows, 0, COUNT(sources));
    tcase_add_test(t, what_is_too_large_fails);
    tcase_add_test(t, shortage_costs_by_what_happens);
    tcase_set_timeout(t, 60);
    suite_add_tcase(s, t);
    return run_suite(s);
}
