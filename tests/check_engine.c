/* engine: turns, what leaves before and after a commit, many executions at once. */

#include "tests/support/expect.h"

#include "asl/asl.h"
#include "parsers/base/mem.h"
#include "runtime/engine/engine.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ---- a store that fails: the linker puts this before store_commit (see the Makefile) ---- */

static struct {
    size_t commits, fail_at; /* fail_at 0: never */
    void (*before)(void);
} disk;

bool __real_store_commit(store *s, struct diag *why);
bool __wrap_store_commit(store *s, struct diag *why);

bool __wrap_store_commit(store *s, struct diag *why)
{
    disk.commits++;
    if (disk.before)
        disk.before();
    if (disk.commits == disk.fail_at) {
        diag_set(why, "DISK_FULL", 0, "the disk is full");
        return false;
    }
    return __real_store_commit(s, why);
}

/* ---- how often it is asked what an execution holds: this is put before rt_exec_held ---- */

static size_t asked_what_is_held;

size_t __real_rt_exec_held(const rt_exec *x);
size_t __wrap_rt_exec_held(const rt_exec *x);

size_t __wrap_rt_exec_held(const rt_exec *x)
{
    asked_what_is_held++;
    return __real_rt_exec_held(x);
}

/* ---- and one that counts what is read, or can't ---- */

static struct {
    size_t count;
    const char *fails; /* the code that reading fails with; NULL: it doesn't */
    uint64_t of;       /* for that execution */
} reads;

bool __real_store_read(store *s, uint64_t execution, uint64_t seq, store_visit *visit, void *user,
                       struct diag *why);
bool __wrap_store_read(store *s, uint64_t execution, uint64_t seq, store_visit *visit, void *user,
                       struct diag *why);

bool __wrap_store_read(store *s, uint64_t execution, uint64_t seq, store_visit *visit, void *user,
                       struct diag *why)
{
    reads.count++;
    if (reads.fails && execution == reads.of) {
        diag_set(why, reads.fails, 0, "it can't be read");
        return false;
    }
    return __real_store_read(s, execution, seq, visit, user, why);
}

/* ---- a world for the engine ---- */

enum { START_MS = 1000000 };

/* An answer to a task that was handed out. */
struct due_answer {
    int64_t at_ms;
    uint64_t id;
    json *parameters;
    bool fails;
};

struct world_log {
    engine *e;
    store *s;
    int64_t now_ms;
    struct buf log; /* what left the engine, a line each */
    struct due_answer answers[200];
    size_t count;
    size_t tasks; /* handed out so far */
    int64_t used_ns;
    size_t used_bytes;
    /* how long the log was at each commit */
    size_t at_commit[500];
};

/* The one that a commit looks at. */
static struct world_log *seen;

static void note_commit(void)
{
    ck_assert(disk.commits < COUNT(seen->at_commit));
    seen->at_commit[disk.commits] = seen->log.len;
}

static void run_task(void *user, const struct task *t)
{
    struct world_log *w = user;

    buf_printf(&w->log, "run %s %s %s\n", t->state, t->key, t->execution);
    /* Every third fails, every seventh never answers. */
    w->tasks++;
    if (w->tasks % 7 == 0)
        return;
    ck_assert(w->count < COUNT(w->answers));
    w->answers[w->count++] = (struct due_answer){w->now_ms + 300 * (int64_t)(w->tasks % 4), t->id,
                                                 json_ref(t->parameters), w->tasks % 3 == 0};
}

static void cancel_task(void *user, uint64_t id)
{
    struct world_log *w = user;

    (void)id;
    buf_adds(&w->log, "cancel\n");
}

struct folding {
    rt_exec *x;
    uint64_t seq;
};

static bool fold(void *user, const struct rt_event *e)
{
    struct folding *f = user;

    ck_assert(e->seq == ++f->seq);
    rt_apply(f->x, e);
    return true;
}

/* The id of the last public event; 0: there is none. */
static uint32_t last_public(const struct rt_event *events, size_t count)
{
    uint32_t id = 0;

    for (size_t i = 0; i < count; i++)
        id = events[i].id ? events[i].id : id;
    return id;
}

/* What is told stands in the store, and makes the execution that it is told of. */
static void happened(void *user, uint64_t execution, const rt_exec *x,
                     const struct rt_event *events, size_t count)
{
    struct world_log *w = user;

    for (size_t i = 0; i < count; i++) {
        char name[RT_EVENT_NAME];
        rt_event_name(&events[i], name);
        buf_printf(&w->log, "%" PRIu64 " %" PRIu64 " %s\n", execution, events[i].seq, name);
    }
    /* One that is under way stands further on. */
    if (!count || rt_exec_events(x) != last_public(events, count))
        return;
    struct folding f = {0};
    struct rt_config config;
    struct buf why = {0};
    rt_exec_config(x, &config);
    f.x = rt_exec_new(rt_exec_machine(x), &config);
    __real_store_read(w->s, execution, 0, fold, &f, NULL);
    ck_assert_msg(rt_exec_same(x, f.x, &why), "what is told is not what is kept: %s",
                  buf_str(&why));
    rt_exec_free(f.x);
}

static void ended(void *user, uint64_t execution, const rt_exec *x)
{
    struct world_log *w = user;

    buf_printf(&w->log, "%" PRIu64 " ended %s\n", execution, rt_status_name(rt_exec_status(x)));
}

static asl_machine *machine_of(const char *text)
{
    struct asl_report report = {0};
    asl_machine *m = asl_compile(text, strlen(text), DOCUMENT_JSON, &report);

    ck_assert_msg(m != NULL, "%s", report.problems[0].message);
    asl_report_clear(&report);
    return m;
}

enum { LOOK_NS = 10000000 };

/* Each look at the clock takes longer than a turn has: whatever can be left in its midst is. */
static int64_t used_ns(void *user)
{
    struct world_log *w = user;

    return w->used_ns += LOOK_NS;
}

/* As much as the test says; 0: what the executions that are in memory hold. */
static size_t used_bytes(void *user)
{
    const struct world_log *w = user;
    size_t used = w->used_bytes;

    for (uint64_t i = 0; !w->used_bytes && w->e && i < 1000; i++) {
        const rt_exec *x = engine_execution(w->e, i);
        used += x ? __real_rt_exec_held(x) : 0;
    }
    return used;
}

static void lost(void *user, uint64_t execution, const char *arn, const char *list, const char *why)
{
    struct world_log *w = user;

    (void)arn;
    (void)list;
    buf_printf(&w->log, "%" PRIu64 " lost: %s\n", execution, why);
}

static engine *new_engine(struct world_log *w, bool slices)
{
    struct engine_hooks hooks = {.user = w,
                                 .run_task = run_task,
                                 .cancel_task = cancel_task,
                                 .happened = happened,
                                 .ended = ended,
                                 .lost = lost,
                                 .used_ns = slices ? used_ns : NULL,
                                 .used_bytes = used_bytes};

    return engine_new(w->s, &hooks);
}

static void world_open_with(struct world_log *w, size_t fail_at, bool slices)
{
    *w = (struct world_log){.now_ms = START_MS, .s = store_memory_new()};
    w->e = new_engine(w, slices);
    seen = w;
    disk.commits = 0;
    disk.fail_at = fail_at;
    disk.before = note_commit;
}

static void world_open(struct world_log *w, size_t fail_at)
{
    world_open_with(w, fail_at, false);
}

static void world_close(struct world_log *w)
{
    engine_free(w->e);
    store_free(w->s);
    for (size_t i = 0; i < w->count; i++)
        json_unref(w->answers[i].parameters);
    buf_clear(&w->log);
    disk.before = NULL;
    disk.fail_at = 0;
}

static uint64_t start_as(struct world_log *w, const char *definition, const char *input,
                         bool express)
{
    asl_machine *m = machine_of(definition);
    json *in = json_of(input), *name = json_stringf("execution-%s", input);
    struct rt_config config = {.names = {name, name, name, name, name, name},
                               .aws_limits = true,
                               .seed = 1,
                               .express = express};
    uint64_t execution = engine_start(w->e, m, &config, in, NULL);

    asl_machine_unref(m);
    json_unref(in);
    json_unref(name);
    return execution;
}

static uint64_t start(struct world_log *w, const char *definition, const char *input)
{
    return start_as(w, definition, input, false);
}

/* Answers what is due. */
static void give_answers(struct world_log *w)
{
    for (size_t i = 0; i < w->count;) {
        struct due_answer a = w->answers[i];
        if (a.at_ms > w->now_ms) {
            i++;
            continue;
        }
        struct task_result r = {.ok = !a.fails, .output = a.fails ? NULL : a.parameters};
        if (a.fails) {
            json_unref(a.parameters);
            r.error = json_cstring("E");
        }
        w->answers[i] = w->answers[--w->count];
        engine_task_done(w->e, a.id, &r);
    }
}

/* False when the store failed. */
static bool run_until_quiet(struct world_log *w, struct diag *why)
{
    for (int turns = 0; turns < 100000; turns++) {
        give_answers(w);
        if (!engine_advance(w->e, w->now_ms, why))
            return false;
        int64_t next = engine_next_due(w->e);
        for (size_t i = 0; i < w->count; i++)
            if (w->answers[i].at_ms < next)
                next = w->answers[i].at_ms;
        if (next == INT64_MAX)
            return true;
        if (next > w->now_ms)
            w->now_ms = next;
    }
    ck_abort_msg("it does not come to rest");
    return false;
}

/* ---- nothing leaves before it is kept ---- */

#define TASK                                                                                       \
    "\"Type\":\"Task\",\"Resource\":\"arn:aws:lambda:us-east-1:123456789012:function:f\","         \
    "\"TimeoutSeconds\":5,\"Retry\":[{\"ErrorEquals\":[\"States.ALL\"],\"MaxAttempts\":2}],"
#define ONE_STATE(name, rest) "{\"StartAt\":\"" name "\",\"States\":{\"" name "\":{" rest "}}}"

static const char parallel[] = ONE_STATE(
    "P",
    "\"Type\":\"Parallel\",\"End\":true,\"Branches\":[" ONE_STATE(
        "A", TASK
        "\"End\":true") "," ONE_STATE("B", TASK
                                      "\"End\":true") "," ONE_STATE("W",
                                                                    "\"Type\":\"Wait\",\"Seconds\":"
                                                                    "3,\"End\":true") "]");
static const char no_retry[] = ONE_STATE(
    "A", "\"Type\":\"Task\",\"Resource\":\"arn:aws:lambda:us-east-1:123456789012:function:f\","
         "\"TimeoutSeconds\":5,\"End\":true");
static const char map[] = ONE_STATE(
    "M", "\"Type\":\"Map\",\"MaxConcurrency\":2,\"End\":true,\"ItemProcessor\":" ONE_STATE(
             "C", TASK "\"End\":true"));
static const char map_run[] = ONE_STATE(
    "D", "\"Type\":\"Map\",\"End\":true,\"ToleratedFailurePercentage\":50,\"ItemProcessor\":{"
         "\"ProcessorConfig\":{\"Mode\":\"DISTRIBUTED\",\"ExecutionType\":\"STANDARD\"},"
         "\"StartAt\":\"E\",\"States\":{\"E\":{" TASK "\"End\":true}}}");

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

static void turn(struct world_log *w)
{
    ck_assert(engine_advance(w->e, w->now_ms, NULL));
}

static enum rt_status status(const struct world_log *w, uint64_t execution)
{
    return rt_exec_status(engine_execution(w->e, execution));
}

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

/* ---- memory ---- */

enum { MOST = 6000000 };

/* Each child has variables of 800 kB when it comes to its task. */
#define LARGE_CHILDREN(end)                                                                        \
    "{\"QueryLanguage\":\"JSONata\",\"StartAt\":\"M\",\"States\":{\"M\":{\"Type\":\"Map\","        \
    "\"Items\":"                                                                                   \
    "\"{% [1..12] %}\",\"End\":true,\"Output\":\"{% $count($states.result) %}\","                  \
    "\"ItemProcessor\":{\"ProcessorConfig\":{\"Mode\":\"DISTRIBUTED\",\"ExecutionType\":"          \
    "\"STANDARD\"},\"StartAt\":\"A\",\"States\":{"                                                 \
    "\"A\":{\"Type\":\"Pass\",\"Assign\":{\"a\":\"{% $pad('', 200000, 'x') %}\"},\"Next\":\"B\"}," \
    "\"B\":{\"Type\":\"Pass\",\"Assign\":{\"b\":\"{% $pad('', 200000, 'x') %}\"},\"Next\":\"C\"}," \
    "\"C\":{\"Type\":\"Pass\",\"Assign\":{\"c\":\"{% $pad('', 200000, 'x') %}\"},\"Next\":\"D\"}," \
    "\"D\":{\"Type\":\"Pass\",\"Assign\":{\"d\":\"{% $pad('', 200000, 'x') %}\"},\"Next\":\"T\"}," \
    "\"T\":{\"Type\":\"Task\",\"Resource\":\"arn:aws:lambda:us-east-1:123456789012:function:f\","  \
    "\"Arguments\":1,\"Retry\":[{\"ErrorEquals\":[\"States.ALL\"],\"MaxAttempts\":9}],"            \
    "\"TimeoutSeconds\":5," end "}}}}}}"

static void bound_memory(struct world_log *w)
{
    engine_limit_memory(w->e, MOST);
    ck_assert(!engine_is_full(w->e));
}

static size_t most_used(struct world_log *w)
{
    size_t most = 0;

    for (int turns = 0; turns < 100000; turns++) {
        give_answers(w);
        turn(w);
        size_t used = used_bytes(w);
        most = used > most ? used : most;
        int64_t next = engine_next_due(w->e);
        for (size_t i = 0; i < w->count; i++)
            if (w->answers[i].at_ms < next)
                next = w->answers[i].at_ms;
        if (next == INT64_MAX)
            return most;
        if (next > w->now_ms)
            w->now_ms = next;
    }
    ck_abort_msg("it does not come to rest");
    return 0;
}

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

/* ---- tasks ---- */

static const char one_task[] = ONE_STATE("A", TASK "\"End\":true");

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

static const char for_ever[] =
    "{\"StartAt\":\"A\",\"States\":{\"A\":{\"Type\":\"Choice\",\"Choices\":[{\"Variable\":"
    "\"$.x\",\"IsPresent\":true,\"Next\":\"S\"}],\"Default\":\"A\"},\"S\":{\"Type\":"
    "\"Succeed\"}}}";

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

#define DISTRIBUTED "\"ProcessorConfig\":{\"Mode\":\"DISTRIBUTED\",\"ExecutionType\":\"STANDARD\"}"
#define PASS "\"StartAt\":\"P\",\"States\":{\"P\":{\"Type\":\"Pass\",\"End\":true}}"
/* A machine, or the part of one, that is a single Map. */
#define MAP(name, fields)                                                                          \
    "\"StartAt\":\"" name "\",\"States\":{\"" name "\":{\"Type\":\"Map\"," fields ",\"End\":true}" \
    "}"

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
    ck_assert_ptr_nonnull(strstr(buf_str(&w.log), "1 ended "));
    for (uint64_t child = 1; child < 20; child++)
        ck_assert_ptr_null(engine_execution(w.e, child));
    world_close(&w);
}
END_TEST

static enum rt_status stored(struct world_log *w, uint64_t execution)
{
    const struct store_execution *row;

    ck_assert(store_find(w->s, execution, &row, NULL));
    return row->status;
}

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
    tcase_add_test(t, long_steps_let_others_go_first);
    tcase_add_test(t, evaluations_have_a_time);
    tcase_add_test(t, stop_of_a_long_step);
    tcase_add_test(t, what_comes_in_waits_for_a_long_step);
    tcase_add_test(t, failing_commits_beside_long_steps);
    tcase_add_test(t, what_runs_is_let_go_of);
    tcase_add_test(t, a_turn_has_a_share_for_everybody);
    tcase_add_test(t, what_writes_much_lets_others_in);
    tcase_add_test(t, large_children_leave_memory);
    tcase_add_test(t, large_children_wait_to_begin);
    tcase_add_test(t, what_is_too_large_fails);
    tcase_add_test(t, shortage_costs_by_what_happens);
    tcase_add_test(t, late_answer);
    tcase_add_test(t, stop);
    tcase_add_test(t, stop_before_start);
    tcase_add_test(t, turns_are_bounded);
    tcase_add_loop_test(t, transitions_have_a_rate, 0, COUNT(rates));
    tcase_add_test(t, transitions_are_shared);
    tcase_add_loop_test(t, waits_are_scaled, 0, COUNT(scaled));
    tcase_add_loop_test(t, executions_that_start_others, 0, COUNT(map_runs));
    tcase_add_test(t, children_of_a_map_run_that_is_over_are_stopped_after_a_crash);
    tcase_add_test(t, a_restart_reads_no_history);
    tcase_add_test(t, those_that_wake_share_turns);
    tcase_add_test(t, one_is_taken_up_when_it_is_wanted);
    tcase_add_test(t, one_that_was_in_the_midst_goes_on);
    tcase_add_loop_test(t, a_long_history_is_read_in_several_turns, 0, COUNT(readings));
    tcase_add_loop_test(t, families_are_taken_up, 0, COUNT(families));
    tcase_add_test(t, children_that_sleep_wake_their_parents);
    tcase_add_test(t, damage_is_found_when_it_is_taken_up);
    tcase_add_test(t, a_turn_fails_that_can_not_read_the_store);
    tcase_add_test(t, large_ones_are_taken_up_within_memory);
    tcase_add_loop_test(t, redrive, 0, COUNT(redrives));
    tcase_add_test(t, redrive_needs_room_in_the_history);
    tcase_set_timeout(t, 60);
    suite_add_tcase(s, t);
    return run_suite(s);
}
