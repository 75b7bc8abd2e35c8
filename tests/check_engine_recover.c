/* engine_recover: what ran before a restart is taken up again. */

#include "tests/support/engine_scene.h"
#include "tests/support/expect.h"

#include <stdio.h>
#include <string.h>

/* ---- what ran before a restart ---- */

static void forget_answers(struct world_log *w)
{
    for (size_t i = 0; i < w->count; i++)
        json_unref(w->answers[i].parameters);
    w->count = 0;
}

/* As after kill -9 and a new start, before the first turn. */
static void restart(struct world_log *w, bool slices, int64_t sleep_ms)
{
    engine_free(w->e);
    forget_answers(w);
    buf_reset(&w->log);
    disk.before = NULL;
    w->e = new_engine(w, slices);
    ck_assert(engine_recover(w->e, w->now_ms, sleep_ms, NULL));
}

/* Until there is nothing to do at once. */
static size_t take_turns(struct world_log *w)
{
    size_t turns = 0;

    while (engine_next_due(w->e) == INT64_MIN) {
        turn(w);
        ck_assert(++turns < 100000);
    }
    return turns;
}

/* Lines of the log that begin so; no two of those may be the same. */
static size_t count_lines(const struct world_log *w, const char *head)
{
    const char *text = w->log.len ? w->log.data : "", *end = text + w->log.len;
    size_t count = 0, n = strlen(head);

    for (const char *line = text, *next; line < end; line = next) {
        next = memchr(line, '\n', (size_t)(end - line));
        next = next ? next + 1 : end;
        if (strncmp(line, head, n) != 0)
            continue;
        count++;
        for (const char *at = next; at < end; at = (const char *)memchr(at, '\n', end - at) + 1)
            ck_assert_msg(strncmp(at, line, (size_t)(next - line)) != 0, "twice: %.*s",
                          (int)(next - line), line);
    }
    return count;
}

enum { SOME = 60 };

static void start_some(struct world_log *w, bool slices)
{
    world_open_with(w, 0, slices);
    ck_assert(engine_recover(w->e, w->now_ms, INT64_MAX, NULL));
    for (int i = 0; i < SOME; i++) {
        char input[16];
        snprintf(input, sizeof input, "%d", i);
        start(w, no_retry, input);
    }
    take_turns(w);
    ck_assert_uint_eq(engine_tasks(w->e), SOME);
}

START_TEST(a_restart_reads_no_history)
{
    struct world_log w;

    start_some(&w, true);
    reads.count = 0;
    restart(&w, true, INT64_MAX);
    ck_assert_uint_eq(reads.count, 0);
    ck_assert_uint_eq(w.log.len, 0);
    ck_assert_uint_eq(engine_running(w.e), SOME);
    ck_assert(engine_takes_up(w.e) && engine_untaken(w.e) == SOME);
    /* Not yet, when that is said. */
    engine_take_up_later(w.e, true);
    ck_assert(engine_next_due(w.e) == INT64_MAX);
    turn(&w);
    ck_assert_uint_eq(reads.count, 0);
    engine_take_up_later(w.e, false);
    ck_assert(engine_next_due(w.e) == INT64_MIN);
    /* A turn takes up what it has time for. */
    turn(&w);
    ck_assert_msg(reads.count > 0 && engine_untaken(w.e) > SOME / 2, "%zu were read, %zu are left",
                  reads.count, engine_untaken(w.e));
    uint64_t other = start(&w, one_task, "{}");
    for (int i = 0; i < 3; i++)
        turn(&w);
    ck_assert_msg(status(&w, other) == RT_RUNNING && engine_takes_up(w.e), "others don't wait");
    take_turns(&w);
    ck_assert(!engine_takes_up(w.e) && engine_untaken(w.e) == 0);
    ck_assert_uint_eq(engine_tasks(w.e), SOME + 1);
    ck_assert_uint_eq(count_lines(&w, "run "), SOME + 1);
    world_close(&w);
}
END_TEST

START_TEST(those_that_wake_share_turns)
{
    struct world_log w;

    world_open_with(&w, 0, true);
    ck_assert(engine_recover(w.e, w.now_ms, 0, NULL));
    for (int i = 0; i < SOME; i++)
        start(&w, ONE_STATE("W", "\"Type\":\"Wait\",\"Seconds\":100,\"End\":true"), "1");
    take_turns(&w);
    ck_assert_uint_eq(engine_running(w.e), SOME);
    ck_assert(!engine_execution(w.e, 0));
    w.now_ms += 100000;
    turn(&w);
    ck_assert_msg(engine_running(w.e) > SOME / 2, "%zu have ended at once",
                  SOME - engine_running(w.e));
    ck_assert(run_until_quiet(&w, NULL));
    ck_assert_uint_eq(engine_running(w.e), 0);
    world_close(&w);
}
END_TEST

/* A Task keeps the role that its Credentials named when it was scheduled. */
START_TEST(a_role_outlives_a_restart)
{
    struct world_log w;

    world_open_with(&w, 0, true);
    ck_assert(engine_recover(w.e, w.now_ms, INT64_MAX, NULL));
    start(&w,
          ONE_STATE("T", "\"Type\":\"Task\",\"Resource\":\"arn:aws:states:::sqs:sendMessage\","
                         "\"Parameters\":{},\"Credentials\":{\"RoleArn.$\":\"$.role\"},"
                         "\"End\":true"),
          "{\"role\":\"arn:r\"}");
    take_turns(&w);
    ck_assert_uint_eq(count_lines(&w, "run "), 1);
    ck_assert(strstr(buf_str(&w.log), " as arn:r\n") != NULL);
    restart(&w, true, INT64_MAX);
    take_turns(&w);
    ck_assert_msg(strstr(buf_str(&w.log), " as arn:r\n") != NULL, "%s", buf_str(&w.log));
    world_close(&w);
}
END_TEST

/* What is told of a job whose Task was cancelled before a crash, and when it had begun. */
static const struct {
    const char *name;
    bool before, after; /* the service answers before the Task is cancelled, or after that */
    const char *submitted;
} stops[] = {
    {"it had begun", true, false, "{\"JobRunId\":\"r\"}"},
    {"its begin was out, and was answered then", false, true, "{\"JobRunId\":\"r\"}"},
    {"its begin was out", false, false, ""},
};

START_TEST(jobs_are_stopped_by_the_next_process)
{
    static const struct asl_error none;
    struct world_log w;
    struct buf want = {0};
    json *begun = json_of("{\"JobRunId\":\"r\"}");

    world_open_with(&w, 0, true);
    ck_assert(engine_recover(w.e, w.now_ms, INT64_MAX, NULL));
    uint64_t x = start(&w,
                       ONE_STATE("T", "\"Type\":\"Task\",\"Resource\":\"arn:aws:states:::"
                                      "glue:startJobRun.sync\",\"Parameters\":{\"JobName\":\"j\"},"
                                      "\"Credentials\":{\"RoleArn\":\"arn:r\"},\"End\":true"),
                       "1");
    take_turns(&w);
    uint64_t id = w.answers[0].id;
    if (stops[_i].before)
        engine_task_submitted(w.e, id, begun);
    take_turns(&w);
    engine_stop(w.e, x, &none);
    take_turns(&w);
    ck_assert_uint_eq(w.cancelled, 1);
    if (stops[_i].after)
        engine_task_submitted(w.e, id, begun);
    turn(&w);
    restart(&w, true, INT64_MAX);
    ck_assert(engine_stop_again(w.e, NULL));
    ck_assert(engine_stop_again(w.e, NULL)); /* once */
    buf_printf(&want, ":3 as arn:r: %s\n", stops[_i].submitted);
    const char *at = strstr(buf_str(&w.log), ":3 as ");
    ck_assert_msg(at && count_lines(&w, "stop T ") == 1, "%s", buf_str(&w.log));
    expect_text(stops[_i].name, at, buf_str(&want));
    engine_task_gone(w.e, id);
    turn(&w);
    restart(&w, true, INT64_MAX);
    ck_assert(engine_stop_again(w.e, NULL));
    expect_text("it is over", buf_str(&w.log), "");
    json_unref(begun);
    buf_clear(&want);
    world_close(&w);
}
END_TEST

/* A store that can't be read says so; a Task that is cancelled, and awaits no job, leaves nothing.
 */
START_TEST(what_is_to_be_stopped_can_not_be_read)
{
    static const struct asl_error none;
    struct world_log w;
    struct diag why = {0};

    world_open_with(&w, 0, true);
    ck_assert(engine_recover(w.e, w.now_ms, INT64_MAX, NULL));
    uint64_t x = start(&w,
                       _i ? ONE_STATE("T", "\"Type\":\"Task\",\"Resource\":\"arn:aws:states:::"
                                           "glue:startJobRun.sync\",\"Parameters\":{},\"End\":true")
                          : one_task,
                       "1");
    take_turns(&w);
    engine_stop(w.e, x, &none);
    take_turns(&w);
    restart(&w, true, INT64_MAX);
    reads.fails = "STORE_READ";
    reads.of = x;
    ck_assert_int_eq(engine_stop_again(w.e, &why), !_i);
    ck_assert(!_i || !strcmp(why.code, "STORE_READ"));
    reads.fails = NULL;
    diag_clear(&why);
    world_close(&w);
}
END_TEST

/* Whatever comes in for one of them before its turn. */
START_TEST(one_is_taken_up_when_it_is_wanted)
{
    static const struct asl_error none;
    struct world_log w;

    start_some(&w, false);
    restart(&w, false, INT64_MAX);
    engine_take_up_later(w.e, true);
    ck_assert(engine_take_up(w.e, 7));
    ck_assert_msg(!engine_take_up(w.e, 7) && !engine_take_up(w.e, SOME), "there is none");
    ck_assert_uint_eq(engine_tasks(w.e), 1);
    engine_stop(w.e, 8, &none);
    turn(&w);
    ck_assert(stored(&w, 8) == RT_ABORTED);
    ck_assert_uint_eq(engine_running(w.e), SOME - 1);
    ck_assert(engine_fetch(w.e, 9, NULL) != NULL);
    ck_assert_uint_eq(engine_tasks(w.e), 2);
    /* One that runs is not redriven. */
    ck_assert(engine_redrive(w.e, 10, NULL, NULL));
    turn(&w);
    ck_assert_uint_eq(engine_tasks(w.e), 3);
    ck_assert_uint_eq(count_lines(&w, "run "), 4);
    engine_take_up_later(w.e, false);
    take_turns(&w);
    ck_assert_uint_eq(engine_tasks(w.e), SOME - 1);
    ck_assert_uint_eq(count_lines(&w, "run "), SOME);
    world_close(&w);
}
END_TEST

START_TEST(one_that_was_in_the_midst_goes_on)
{
    struct world_log w;

    world_open(&w, 0);
    ck_assert(engine_recover(w.e, w.now_ms, INT64_MAX, NULL));
    uint64_t execution = start(&w, for_ever, "{}");
    turn(&w);
    restart(&w, false, INT64_MAX);
    engine_take_up_later(w.e, true);
    ck_assert(engine_take_up(w.e, execution));
    uint64_t before = rt_exec_transitions(engine_execution(w.e, execution));
    ck_assert(engine_next_due(w.e) == INT64_MIN);
    turn(&w);
    ck_assert(rt_exec_transitions(engine_execution(w.e, execution)) > before);
    world_close(&w);
}
END_TEST

enum { STEPS = 300 };

static uint64_t start_long(struct world_log *w)
{
    struct buf text = {0};

    buf_adds(&text, "{\"StartAt\":\"S0\",\"States\":{");
    for (int i = 0; i < STEPS; i++)
        buf_printf(&text, "\"S%d\":{\"Type\":\"Pass\",\"Next\":\"S%d\"},", i, i + 1);
    buf_printf(&text,
               "\"S%d\":{\"Type\":\"Task\",\"Resource\":"
               "\"arn:aws:lambda:us-east-1:123456789012:function:f\",\"End\":true}}}",
               STEPS);
    uint64_t execution = start(w, buf_str(&text), "{}");
    buf_clear(&text);
    take_turns(w);
    ck_assert_uint_eq(engine_tasks(w->e), 1);
    return execution;
}

static const struct {
    const char *name;
    int after; /* turns: then it is stopped */
} readings[] = {{"nobody minds", -1},
                {"it is stopped before the first turn", 0},
                {"it is stopped in the midst", STEPS / 2}};

START_TEST(a_long_history_is_read_in_several_turns)
{
    static const struct asl_error none;
    struct world_log w;

    world_open_with(&w, 0, true);
    ck_assert(engine_recover(w.e, w.now_ms, INT64_MAX, NULL));
    uint64_t execution = start_long(&w), other = start(&w, no_retry, "1");
    take_turns(&w);
    restart(&w, true, INT64_MAX);
    for (int i = 0; i < readings[_i].after; i++)
        turn(&w);
    ck_assert(!engine_execution(w.e, execution));
    if (readings[_i].after >= 0) {
        engine_stop(w.e, execution, &none);
        turn(&w);
        ck_assert_msg(stored(&w, execution) == RT_ABORTED, "%s", readings[_i].name);
    }
    size_t turns = take_turns(&w);
    if (readings[_i].after < 0) {
        ck_assert_msg(turns > STEPS, "%zu turns", turns);
        ck_assert_uint_eq(engine_tasks(w.e), 2);
    }
    ck_assert_uint_eq(count_lines(&w, "run "), 2);
    ck_assert(run_until_quiet(&w, NULL));
    ck_assert(stored(&w, execution) != RT_RUNNING && stored(&w, other) != RT_RUNNING);
    ck_assert_uint_eq(engine_running(w.e), 0);
    world_close(&w);
}
END_TEST

/* Two levels of Map Runs: execution 0, its children 1 and 2, and theirs from 3 on. */
static const char family[] =
    "{" MAP("M", "\"ToleratedFailurePercentage\":100,\"ItemProcessor\":{" DISTRIBUTED
                 "," MAP("N", "\"ToleratedFailurePercentage\":100,\"ItemProcessor\":{" DISTRIBUTED
                              ",\"StartAt\":\"E\",\"States\":{\"E\":{" TASK
                              "\"Next\":\"W\"},\"W\":{\"Type\":\"Wait\",\"Seconds\":100,"
                              "\"End\":true}}}") "}") "}";
enum { FAMILY = 7 };

/* Who is touched first, and how. */
static const struct {
    const char *name;
    int first; /* -1: nobody */
    bool stops;
    int64_t later_ms; /* how long the server was away */
    int turns;        /* that it had before */
} families[] = {
    {"in order", -1, false, 0, 3},
    {"the parent", 0, false, 0, 3},
    {"a child", 2, false, 0, 3},
    {"a grandchild", 6, false, 0, 3},
    {"a grandchild is stopped", 5, true, 0, 3},
    {"a child is stopped", 1, true, 0, 3},
    {"the parent is stopped", 0, true, 0, 3},
    {"after a long time", -1, false, 1000000, 3},
    {"before the children have begun", -1, false, 0, 1},
    {"before the grandchildren have begun", 2, false, 0, 2},
};

START_TEST(families_are_taken_up)
{
    static const struct asl_error none;
    struct world_log w;

    world_open(&w, 0);
    ck_assert(engine_recover(w.e, w.now_ms, 0, NULL));
    start(&w, family, "[[1,2],[3,4]]");
    for (int i = 0; i < families[_i].turns; i++)
        turn(&w);
    size_t running = engine_running(w.e), tasks = engine_tasks(w.e);
    w.now_ms += families[_i].later_ms;
    restart(&w, false, 0);
    if (families[_i].turns == 3) {
        ck_assert_uint_eq(running, FAMILY);
        ck_assert_uint_eq(engine_running(w.e), FAMILY);
    }
    engine_take_up_later(w.e, true);
    if (families[_i].stops)
        engine_stop(w.e, (uint64_t)families[_i].first, &none);
    else if (families[_i].first >= 0)
        ck_assert(engine_take_up(w.e, (uint64_t)families[_i].first));
    turn(&w);
    uint64_t parent;
    if (families[_i].first > 2 && !families[_i].stops)
        ck_assert(engine_parent(w.e, (uint64_t)families[_i].first, &parent) && parent == 2);
    engine_take_up_later(w.e, false);
    if (!families[_i].stops && !families[_i].later_ms) {
        take_turns(&w);
        ck_assert_msg(engine_tasks(w.e) == (tasks ? tasks : 4), "%s: %zu tasks", families[_i].name,
                      engine_tasks(w.e));
        ck_assert_uint_eq(engine_running(w.e), FAMILY);
    }
    ck_assert(run_until_quiet(&w, NULL));
    count_lines(&w, "run ");
    for (uint64_t n = 0; n < FAMILY; n++) {
        if (n >= 3 && families[_i].stops && families[_i].first < 3)
            continue;
        ck_assert_msg(stored(&w, n) != RT_RUNNING, "%s: %d runs", families[_i].name, (int)n);
    }
    ck_assert_msg((stored(&w, 0) == RT_SUCCEEDED) == !(families[_i].stops && !families[_i].first),
                  "%s", families[_i].name);
    ck_assert_uint_eq(engine_running(w.e), 0);
    ck_assert_uint_eq(engine_tasks(w.e), 0);
    world_close(&w);
}
END_TEST

/* The children sleep, and their time comes while their parents wait to be taken up. */
START_TEST(children_that_sleep_wake_their_parents)
{
    struct world_log w;

    world_open(&w, 0);
    ck_assert(engine_recover(w.e, w.now_ms, 0, NULL));
    start(&w, family, "[[1,2],[3]]");
    for (int i = 0; i < 3 || engine_tasks(w.e); i++) {
        give_answers(&w);
        turn(&w);
        w.now_ms += 100;
    }
    size_t running = engine_running(w.e);
    ck_assert_msg(running > 3, "%zu run", running);
    restart(&w, false, 0);
    engine_take_up_later(w.e, true);
    ck_assert_uint_eq(engine_running(w.e), running);
    ck_assert(run_until_quiet(&w, NULL));
    ck_assert(stored(&w, 0) == RT_SUCCEEDED && engine_running(w.e) == 0);
    count_lines(&w, "run ");
    world_close(&w);
}
END_TEST

/* What is damaged is found late, and costs those only that it is of. */
START_TEST(damage_is_found_when_it_is_taken_up)
{
    struct world_log w;

    world_open(&w, 0);
    ck_assert(engine_recover(w.e, w.now_ms, 0, NULL));
    start(&w, family, "[[1,2],[3,4]]");
    uint64_t other = start(&w, no_retry, "1");
    for (int i = 0; i < 4; i++)
        turn(&w);
    restart(&w, false, 0);
    reads.fails = STORE_DAMAGED;
    reads.of = 0;
    ck_assert_uint_eq(engine_running(w.e), FAMILY + 1);
    take_turns(&w);
    reads.fails = NULL;
    ck_assert_ptr_nonnull(strstr(buf_str(&w.log), "0 lost: it can't be read"));
    for (uint64_t n = 2; n <= FAMILY; n++)
        ck_assert_msg(stored(&w, n) == RT_ABORTED, "%d is still there", (int)n);
    ck_assert(stored(&w, 0) == RT_FAILED && stored(&w, other) == RT_RUNNING);
    ck_assert_uint_eq(engine_running(w.e), 1);
    world_close(&w);
}
END_TEST

START_TEST(a_turn_fails_that_can_not_read_the_store)
{
    struct diag why = {0};
    struct world_log w;

    start_some(&w, false);
    restart(&w, false, INT64_MAX);
    reads.fails = STORE_READ;
    reads.of = SOME / 2;
    ck_assert(!engine_advance(w.e, w.now_ms, &why));
    ck_assert_str_eq(why.code, STORE_READ);
    reads.fails = NULL;
    diag_clear(&why);
    /* The next life has them all. */
    restart(&w, false, INT64_MAX);
    take_turns(&w);
    ck_assert_uint_eq(engine_tasks(w.e), SOME);
    world_close(&w);
}
END_TEST

START_TEST(large_ones_are_taken_up_within_memory)
{
    struct world_log w;

    world_open(&w, 0);
    ck_assert(engine_recover(w.e, w.now_ms, INT64_MAX, NULL));
    start(&w, LARGE_CHILDREN("\"End\":true"), "1");
    take_turns(&w);
    ck_assert_msg(engine_tasks(w.e) == 12 && used_bytes(&w) > MOST, "%zu bytes are used",
                  used_bytes(&w));
    restart(&w, false, INT64_MAX);
    bound_memory(&w);
    size_t most = most_used(&w);
    ck_assert_msg(most < MOST, "%zu bytes were used", most);
    ck_assert(strstr(buf_str(&w.log), "\n0 ended SUCCEEDED\n"));
    world_close(&w);
}
END_TEST

/* More Map Runs than may be open have begun, and wait without children; also over a restart. One
 * that is cut off leaves its place, too. */
static const struct {
    const char *name;
    bool restart, stop;
} openings[] = {{"the first one ends", false, false},
                {"a restart comes between", true, false},
                {"the first one is stopped", false, true}};

START_TEST(map_runs_wait_until_fewer_are_open)
{
    static const struct asl_error none;
    static const char waits[] = ONE_STATE(
        "M", "\"Type\":\"Map\",\"End\":true,\"ItemProcessor\":{\"ProcessorConfig\":{\"Mode\":"
             "\"DISTRIBUTED\",\"ExecutionType\":\"STANDARD\"},\"StartAt\":\"W\",\"States\":{\"W\":{"
             "\"Type\":\"Wait\",\"Seconds\":9,\"End\":true}}}");
    struct world_log w;
    uint64_t runs[3];

    world_open(&w, 0);
    ck_assert(engine_recover(w.e, w.now_ms, INT64_MAX, NULL));
    engine_limit_map_runs(w.e, 1);
    runs[0] = start(&w, waits, "[1,2]");
    turn(&w);
    runs[1] = start(&w, waits, "[]");
    runs[2] = start(&w, waits, "[3]");
    for (int i = 0; i < 5; i++)
        turn(&w);
    ck_assert_uint_eq(engine_running(w.e), 5);
    ck_assert_msg(engine_next_due(w.e) > w.now_ms, "%s: it turns in vain", openings[_i].name);
    ck_assert(strstr(buf_str(&w.log), "map run waiting"));
    ck_assert(!strstr(buf_str(&w.log), "map run opened"));
    if (openings[_i].restart) {
        engine_free(w.e);
        w.e = new_engine(&w, false);
        engine_limit_map_runs(w.e, 1);
        ck_assert(engine_recover(w.e, w.now_ms, INT64_MAX, NULL));
    }
    if (openings[_i].stop)
        engine_stop(w.e, runs[0], &none);
    else
        w.now_ms += 9000;
    for (int i = 0; i < 9; i++)
        turn(&w);
    ck_assert_msg(stored(&w, runs[0]) == (openings[_i].stop ? RT_ABORTED : RT_SUCCEEDED), "%s",
                  openings[_i].name);
    ck_assert_msg(stored(&w, runs[1]) == RT_SUCCEEDED, "%s", openings[_i].name);
    ck_assert_msg(stored(&w, runs[2]) == RT_RUNNING, "%s", openings[_i].name);
    w.now_ms += 9000;
    for (int i = 0; i < 9; i++)
        turn(&w);
    ck_assert_msg(stored(&w, runs[2]) == RT_SUCCEEDED, "%s", openings[_i].name);
    world_close(&w);
}
END_TEST

/* Inner Map Runs don't wait for the outer one, which isn't over before they are; inner ones wait
 * for each other. */
START_TEST(nested_map_runs_open)
{
#define DISTRIBUTED_MAP(states)                                                                    \
    "\"Type\":\"Map\",\"End\":true,\"ItemProcessor\":{\"ProcessorConfig\":{\"Mode\":"              \
    "\"DISTRIBUTED\",\"ExecutionType\":\"STANDARD\"}," states "}"
    static const char nested[] =
        ONE_STATE("M", DISTRIBUTED_MAP("\"StartAt\":\"I\",\"States\":{\"I\":{" DISTRIBUTED_MAP(
                           "\"StartAt\":\"W\",\"States\":{\"W\":{\"Type\":\"Wait\",\"Seconds\":9,"
                           "\"End\":true}}") "}}"));
    struct world_log w;

    world_open(&w, 0);
    ck_assert(engine_recover(w.e, w.now_ms, INT64_MAX, NULL));
    engine_limit_map_runs(w.e, 1);
    uint64_t run = start(&w, nested, "[[1],[2],[]]");
    for (int i = 0; i < 9; i++)
        turn(&w);
    ck_assert_msg(engine_next_due(w.e) > w.now_ms, "it turns in vain");
    /* The execution, three children of it, and the first of theirs. */
    ck_assert_uint_eq(engine_running(w.e), 5);
    if (_i) {
        engine_free(w.e);
        w.e = new_engine(&w, false);
        engine_limit_map_runs(w.e, 1);
        ck_assert(engine_recover(w.e, w.now_ms, INT64_MAX, NULL));
    }
    for (int seconds = 9; seconds <= 18; seconds += 9) {
        ck_assert_msg(stored(&w, run) == RT_RUNNING, "after %d seconds", seconds);
        w.now_ms += 9000;
        for (int i = 0; i < 15; i++)
            turn(&w);
    }
    ck_assert(stored(&w, run) == RT_SUCCEEDED);
    world_close(&w);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("engine_recover");
    TCase *t = tcase_create("engine_recover");

    tcase_add_test(t, a_restart_reads_no_history);
    tcase_add_test(t, those_that_wake_share_turns);
    tcase_add_test(t, a_role_outlives_a_restart);
    tcase_add_loop_test(t, jobs_are_stopped_by_the_next_process, 0, COUNT(stops));
    tcase_add_loop_test(t, what_is_to_be_stopped_can_not_be_read, 0, 2);
    tcase_add_test(t, one_is_taken_up_when_it_is_wanted);
    tcase_add_test(t, one_that_was_in_the_midst_goes_on);
    tcase_add_loop_test(t, map_runs_wait_until_fewer_are_open, 0, COUNT(openings));
    tcase_add_loop_test(t, nested_map_runs_open, 0, 2);
    tcase_add_loop_test(t, a_long_history_is_read_in_several_turns, 0, COUNT(readings));
    tcase_add_loop_test(t, families_are_taken_up, 0, COUNT(families));
    tcase_add_test(t, children_that_sleep_wake_their_parents);
    tcase_add_test(t, damage_is_found_when_it_is_taken_up);
    tcase_add_test(t, a_turn_fails_that_can_not_read_the_store);
    tcase_add_test(t, large_ones_are_taken_up_within_memory);
    tcase_set_timeout(t, 60);
    suite_add_tcase(s, t);
    return run_suite(s);
}
