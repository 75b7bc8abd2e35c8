/* embed: include/asl.h as a program that has libasl inside sees it. */

#include "tests/support/expect.h"

#include "include/asl.h"

#include <string.h>

/* ---- a host: virtual time, and answers by a plan ---- */

#define TASK(more)                                                                                 \
    "{\"StartAt\":\"T\",\"States\":{\"T\":{\"Type\":\"Task\",\"Resource\":"                        \
    "\"arn:aws:lambda:us-east-1:123456789012:function:f\"" more ",\"End\":true}}}"
#define WAIT(seconds)                                                                              \
    "{\"StartAt\":\"W\",\"States\":{\"W\":{\"Type\":\"Wait\",\"Seconds\":" seconds                 \
    ",\"End\":true}}}"
#define RETRY(more) ",\"Retry\":[{\"ErrorEquals\":[\"Busy\"]" more "}]"

/* What comes of a call: an output, or else an error. */
struct reply {
    const char *output, *error, *cause;
};

struct world {
    asl_engine *engine;
    int64_t now_ms;
    const struct reply *plan; /* for one call after the other; past its end no answer comes */
    size_t planned, calls;
    bool later; /* answer from outside of the callback */
    uint64_t ids[8];
    struct buf log;
    bool drop_ended;
};

static void answer(struct world *w, size_t call)
{
    const struct reply *r = &w->plan[call];

    if (call >= w->planned)
        return;
    if (r->output)
        ck_assert(asl_task_succeed(w->engine, w->ids[call], r->output, NULL));
    else
        asl_task_fail(w->engine, w->ids[call], r->error, r->cause);
}

static void run_task(void *user, asl_engine *e, const struct asl_task_call *task)
{
    struct world *w = user;

    ck_assert_ptr_eq(e, w->engine);
    ck_assert(w->calls < COUNT(w->ids));
    buf_printf(&w->log, "%lld:%s#%u%s ", (long long)w->now_ms, task->state, task->attempt,
               task->parameters);
    w->ids[w->calls] = task->id;
    if (!w->later)
        answer(w, w->calls);
    w->calls++;
}

static void cancel_task(void *user, asl_engine *e, uint64_t id)
{
    struct world *w = user;

    ck_assert_ptr_eq(e, w->engine);
    for (size_t i = 0; i < w->calls; i++)
        if (w->ids[i] == id)
            buf_printf(&w->log, "%lld:cancel%zu ", (long long)w->now_ms, i);
}

static void ended(void *user, asl_engine *e, asl_execution *x)
{
    struct world *w = user;

    ck_assert_ptr_eq(e, w->engine);
    buf_printf(&w->log, "%lld:%s", (long long)w->now_ms, asl_status_name(asl_execution_status(x)));
    if (w->drop_ended)
        asl_execution_free(x);
}

static void world_init(struct world *w)
{
    *w = (struct world){.now_ms = 1000};
    w->engine = asl_engine_new(&(struct asl_engine_options){.user = w,
                                                            .run_task = run_task,
                                                            .cancel_task = cancel_task,
                                                            .ended = ended,
                                                            .keep_history = true});
}

static void world_clear(struct world *w)
{
    asl_engine_free(w->engine);
    buf_clear(&w->log);
}

/* Until nothing is to be done but to wait for answers; each comes 10 ms after its call. */
static void run(struct world *w)
{
    size_t answered = w->calls;

    for (int turn = 0; turn < 1000; turn++) {
        asl_advance(w->engine, w->now_ms);
        if (w->later && answered < w->calls && answered < w->planned) {
            w->now_ms += 10;
            answer(w, answered++);
        } else if (asl_next_due(w->engine) == ASL_NEVER) {
            return;
        } else {
            w->now_ms = asl_next_due(w->engine);
        }
    }
    ck_abort_msg("no end after 1000 turns");
}

static asl_definition *definition_of(const char *text)
{
    asl_definition *d = asl_definition_new("m", text, strlen(text));

    ck_assert_msg(asl_definition_errors(d) == 0, "%s", asl_definition_problems(d));
    return d;
}

static asl_execution *start(struct world *w, const char *definition, const char *input)
{
    const char *why = NULL;
    asl_definition *d = definition_of(definition);
    asl_execution *x = asl_start(w->engine, d, input, NULL, &why);

    ck_assert_msg(x != NULL, "%s", why);
    /* What runs keeps what it needs of it. */
    asl_definition_free(d);
    return x;
}

/* ---- executions from start to end ---- */

static const struct {
    const char *name, *definition, *input;
    struct reply plan[3];
    size_t planned;
    bool later;
    const char *log;
    enum asl_status status;
    const char *output, *error, *cause;
} runs[] = {
    {"a machine without tasks",
     "{\"StartAt\":\"P\",\"States\":{\"P\":{\"Type\":\"Pass\",\"End\":true}}}",
     "{\"a\": [1, 2.50]}",
     {{0}},
     0,
     false,
     "1000:SUCCEEDED",
     ASL_SUCCEEDED,
     "{\"a\":[1,2.5]}",
     NULL,
     NULL},
    {"a definition in YAML",
     "StartAt: P\nStates:\n  P: {Type: Pass, Result: yes it is, End: true}\n",
     "{}",
     {{0}},
     0,
     false,
     "1000:SUCCEEDED",
     ASL_SUCCEEDED,
     "\"yes it is\"",
     NULL,
     NULL},
    {"a task answered at once",
     TASK(""),
     "{\"a\":1}",
     {{.output = "[true]"}},
     1,
     false,
     "1000:T#0{\"a\":1} 1000:SUCCEEDED",
     ASL_SUCCEEDED,
     "[true]",
     NULL,
     NULL},
    {"a task answered later",
     TASK(""),
     "7",
     {{.output = "{\"b\": null}"}},
     1,
     true,
     "1000:T#0\x37 1010:SUCCEEDED",
     ASL_SUCCEEDED,
     "{\"b\":null}",
     NULL,
     NULL},
    {"a task that fails",
     TASK(""),
     "{}",
     {{.error = "Mine", .cause = "why not"}},
     1,
     false,
     "1000:T#0{} 1000:FAILED",
     ASL_FAILED,
     NULL,
     "Mine",
     "why not"},
    {"a task that fails without a word",
     TASK(""),
     "{}",
     {{.error = NULL}},
     1,
     true,
     "1000:T#0{} 1010:FAILED",
     ASL_FAILED,
     NULL,
     NULL,
     NULL},
    {"a retry after its interval",
     TASK(RETRY(",\"IntervalSeconds\":3")),
     "{}",
     {{.error = "Busy"}, {.output = "1"}},
     2,
     false,
     "1000:T#0{} 4000:T#1{} 4000:SUCCEEDED",
     ASL_SUCCEEDED,
     "1",
     NULL,
     NULL},
    {"as many retries as there may be",
     TASK(RETRY(",\"MaxAttempts\":2")),
     "{}",
     {{.error = "Busy"}, {.error = "Busy"}, {.error = "Busy", .cause = "still"}},
     3,
     true,
     "1000:T#0{} 2010:T#1{} 4020:T#2{} 4030:FAILED",
     ASL_FAILED,
     NULL,
     "Busy",
     "still"},
    {"a wait in virtual time",
     WAIT("86400"),
     "{}",
     {{0}},
     0,
     false,
     "86401000:SUCCEEDED",
     ASL_SUCCEEDED,
     "{}",
     NULL,
     NULL},
};

START_TEST(whole_run)
{
    struct world w;

    world_init(&w);
    w.plan = runs[_i].plan;
    w.planned = runs[_i].planned;
    w.later = runs[_i].later;
    asl_execution *x = start(&w, runs[_i].definition, runs[_i].input);
    ck_assert_int_eq(asl_execution_status(x), ASL_RUNNING);
    ck_assert_ptr_null(asl_execution_output(x));
    run(&w);
    expect_text(runs[_i].name, buf_str(&w.log), runs[_i].log);
    ck_assert_int_eq(asl_execution_status(x), runs[_i].status);
    expect_text(runs[_i].name, asl_execution_output(x), runs[_i].output);
    expect_text(runs[_i].name, asl_execution_error(x), runs[_i].error);
    expect_text(runs[_i].name, asl_execution_cause(x), runs[_i].cause);
    world_clear(&w);
}
END_TEST

/* ---- what is refused ---- */

static const struct {
    const char *name, *text, *want;
} bad_definitions[] = {
    {"no JSON", "{\n \"StartAt\" 1}", "2:12: error: "},
    {"a state that isn't there", "{\"StartAt\":\"A\",\n\"States\":{\"B\":{\"Type\":\"Succeed\"}}}",
     "1:12: error: "},
    {"nothing at all", "", "error: "},
};

START_TEST(bad_definition)
{
    const char *text = bad_definitions[_i].text, *why = NULL;
    asl_definition *d = asl_definition_new(NULL, text, strlen(text));
    asl_engine *e = asl_engine_new(NULL);
    const char *got = asl_definition_problems(d);

    ck_assert(asl_definition_errors(d) > 0);
    ck_assert_msg(strstr(got, bad_definitions[_i].want) != NULL, "%s: got %s",
                  bad_definitions[_i].name, got);
    ck_assert(got[strlen(got) - 1] == '\n');
    ck_assert_ptr_null(asl_start(e, d, "{}", NULL, &why));
    expect_text(bad_definitions[_i].name, why, "the definition has errors");
    ck_assert_ptr_null(asl_start(e, d, "{}", NULL, NULL));
    asl_definition_free(d);
    asl_engine_free(e);
}
END_TEST

static const struct {
    const char *name, *input, *context, *want;
} bad_starts[] = {
    {"input that isn't JSON", "{\"a\":\n nope}", NULL, "the input isn't JSON, 2:2: "},
    {"no input", "", NULL, "the input isn't JSON"},
    {"context that isn't JSON", "{}", "[", "the context isn't JSON, 1:2: "},
    {"context that is no object", "{}", "[]", "the context is no JSON object"},
};

START_TEST(bad_start)
{
    const char *why = NULL;
    asl_definition *d = definition_of(WAIT("1"));
    asl_engine *e = asl_engine_new(NULL);
    struct asl_start_options options = {.context = bad_starts[_i].context};

    ck_assert_ptr_null(asl_start(e, d, bad_starts[_i].input, &options, &why));
    ck_assert_msg(why && strstr(why, bad_starts[_i].want) == why, "%s: got %s", bad_starts[_i].name,
                  why);
    ck_assert(asl_next_due(e) == ASL_NEVER);
    asl_definition_free(d);
    asl_engine_free(e);
}
END_TEST

/* ---- one by one ---- */

START_TEST(bad_output_leaves_the_task_waiting)
{
    struct world w;
    const char *why = NULL;

    world_init(&w);
    asl_execution *x = start(&w, TASK(""), "{}");
    run(&w);
    ck_assert(!asl_task_succeed(w.engine, w.ids[0], "{]", &why));
    ck_assert_msg(strstr(why, "the output isn't JSON, 1:2: ") == why, "%s", why);
    run(&w);
    ck_assert_int_eq(asl_execution_status(x), ASL_RUNNING);
    ck_assert(asl_task_succeed(w.engine, w.ids[0], "{}", &why));
    /* A second answer comes too late, as does one to a task that never was. */
    asl_task_fail(w.engine, w.ids[0], "Late", NULL);
    asl_task_fail(w.engine, UINT64_MAX, "Unknown", NULL);
    run(&w);
    ck_assert_int_eq(asl_execution_status(x), ASL_SUCCEEDED);
    world_clear(&w);
}
END_TEST

START_TEST(time_out_cancels)
{
    struct world w;

    world_init(&w);
    asl_execution *x = start(&w, TASK(",\"TimeoutSeconds\":5"), "{}");
    run(&w);
    expect_text("cancelled after 5 s", buf_str(&w.log), "1000:T#0{} 6000:cancel0 6000:FAILED");
    expect_text("error", asl_execution_error(x), "States.Timeout");
    world_clear(&w);
}
END_TEST

START_TEST(stop)
{
    struct world w;

    world_init(&w);
    asl_execution *x = start(&w, TASK(""), "{}");
    run(&w);
    asl_stop(x, "Enough", "it is late");
    ck_assert_int_eq(asl_execution_status(x), ASL_RUNNING);
    ck_assert(asl_next_due(w.engine) == w.now_ms);
    run(&w);
    expect_text("the task is cancelled", buf_str(&w.log), "1000:T#0{} 1000:cancel0 1000:ABORTED");
    ck_assert_int_eq(asl_execution_status(x), ASL_ABORTED);
    expect_text("error", asl_execution_error(x), "Enough");
    expect_text("cause", asl_execution_cause(x), "it is late");
    asl_stop(x, "Again", NULL);
    run(&w);
    expect_text("stopped once", asl_execution_error(x), "Enough");
    world_clear(&w);
}
END_TEST

START_TEST(no_callbacks)
{
    asl_engine *e = asl_engine_new(NULL);
    asl_definition *d = definition_of(TASK(""));
    asl_execution *x = asl_start(e, d, "{}", NULL, NULL);

    for (int64_t t = 0; t != ASL_NEVER; t = asl_next_due(e))
        asl_advance(e, t);
    expect_text("nobody does Tasks", asl_execution_error(x), "Asl.NoHandler");
    ck_assert_ptr_null(asl_execution_history(x));
    asl_definition_free(d);
    asl_engine_free(e);
}
END_TEST

START_TEST(history)
{
    struct world w;
    static const struct reply plan[] = {{.output = "2"}};
    struct diag why = {0};

    world_init(&w);
    w.plan = plan;
    w.planned = 1;
    asl_execution *x = start(&w, TASK(",\"ResultPath\":\"$.r\""), "{ \"a\": 1.0 }");
    expect_text("before its start", asl_execution_history(x), "{\"events\":[]}");
    run(&w);
    const char *text = asl_execution_history(x);
    json *v = json_parse(text, strlen(text), 0, &why);
    ck_assert_msg(v != NULL, "%s: %s", why.text, text);
    struct buf types = {0};
    ck_assert_msg(strstr(text, "\"input\":\"{ \\\"a\\\": 1.0 }\"") != NULL, "as given: %s", text);
    const json *events = json_get(v, "events");
    for (size_t i = 0; i < json_count(events); i++) {
        const json *event = json_at(events, i);
        ck_assert_int_eq(json_int_value(json_get(event, "id")), (int64_t)i + 1);
        ck_assert_double_eq(json_double_value(json_get(event, "timestamp")), 1.0);
        buf_printf(&types, "%s ", json_str(json_get(event, "type")));
    }
    expect_text("types", buf_str(&types),
                "ExecutionStarted TaskStateEntered LambdaFunctionScheduled LambdaFunctionStarted "
                "LambdaFunctionSucceeded TaskStateExited ExecutionSucceeded ");
    buf_clear(&types);
    json_unref(v);
    world_clear(&w);
}
END_TEST

START_TEST(two_at_once)
{
    struct world w;
    static const struct reply plan[] = {{.output = "1"}};

    world_init(&w);
    w.plan = plan;
    w.planned = 1;
    asl_execution *slow = start(&w, WAIT("60"), "\"slow\"");
    asl_execution *task = start(&w, TASK(""), "\"task\"");
    asl_advance(w.engine, w.now_ms);
    ck_assert_int_eq(asl_execution_status(task), ASL_SUCCEEDED);
    ck_assert_int_eq(asl_execution_status(slow), ASL_RUNNING);
    ck_assert(asl_next_due(w.engine) == 61000);
    asl_execution_free(task);
    run(&w);
    expect_text("slow", asl_execution_output(slow), "\"slow\"");
    expect_text("the one, then the other", buf_str(&w.log),
                "1000:T#0\"task\" 1000:SUCCEEDED61000:SUCCEEDED");
    world_clear(&w);
}
END_TEST

START_TEST(named_and_seeded)
{
    static const char definition[] =
        "{\"StartAt\":\"P\",\"States\":{\"P\":{\"Type\":\"Pass\",\"Parameters\":{\"name.$\":"
        "\"$$.Execution.Name\",\"who.$\":\"$$.Who\",\"uuid.$\":\"States.UUID()\"},\"End\":true}}}";
    asl_engine *e = asl_engine_new(NULL);
    asl_definition *d = definition_of(definition);
    struct asl_start_options options = {
        .name = "first", .context = "{\"Who\": \"me\"}", .seed = 42};
    asl_execution *a = asl_start(e, d, "{}", &options, NULL);
    asl_execution *b = asl_start(e, d, "{}", &options, NULL);

    for (int64_t t = 0; t != ASL_NEVER; t = asl_next_due(e))
        asl_advance(e, t);
    expect_text("ARN", asl_execution_arn(a),
                "arn:aws:states:us-east-1:123456789012:execution:m:first");
    ck_assert_msg(strstr(asl_execution_output(a), "{\"name\":\"first\",\"who\":\"me\",") != NULL,
                  "%s", asl_execution_output(a));
    expect_text("the same seed, the same UUID", asl_execution_output(a), asl_execution_output(b));
    asl_definition_free(d);
    asl_engine_free(e);
}
END_TEST

START_TEST(limits)
{
    enum { LARGE = 300000 };
    asl_definition *d = definition_of(TASK(""));
    struct buf output = {0};

    buf_addc(&output, '"');
    memset(buf_reserve(&output, LARGE), 'x', LARGE);
    output.len += LARGE;
    buf_addc(&output, '"');
    const struct reply plan[] = {{.output = buf_str(&output)}};
    for (int lifted = 0; lifted < 2; lifted++) {
        struct asl_start_options options = {.no_limits = lifted};
        struct world w;
        world_init(&w);
        w.plan = plan;
        w.planned = 1;
        asl_execution *x = asl_start(w.engine, d, "{}", &options, NULL);
        run(&w);
        expect_text("error", asl_execution_error(x), lifted ? NULL : "States.DataLimitExceeded");
        world_clear(&w);
    }
    buf_clear(&output);
    asl_definition_free(d);
}
END_TEST

/* It comes back from a machine that never waits. */
START_TEST(endless)
{
    struct world w;

    world_init(&w);
    asl_definition *d = definition_of(
        "{\"StartAt\":\"P\",\"States\":{\"P\":{\"Type\":\"Choice\",\"Choices\":[{\"Variable\":\"$"
        "\","
        "\"IsNull\":true,\"Next\":\"S\"}],\"Default\":\"P\"},\"S\":{\"Type\":\"Succeed\"}}}");
    asl_execution *x =
        asl_start(w.engine, d, "{}", &(struct asl_start_options){.no_limits = true}, NULL);
    asl_advance(w.engine, w.now_ms);
    ck_assert_int_eq(asl_execution_status(x), ASL_RUNNING);
    ck_assert(asl_next_due(w.engine) <= w.now_ms);
    /* One that runs may be let go of. */
    asl_execution_free(x);
    run(&w);
    expect_text("nothing is told of it", buf_str(&w.log), "");
    asl_definition_free(d);
    world_clear(&w);
}
END_TEST

START_TEST(freed_in_a_callback)
{
    struct world w;

    world_init(&w);
    w.drop_ended = true;
    start(&w, WAIT("1"), "{}");
    start(&w, WAIT("2"), "{}");
    run(&w);
    expect_text("both end", buf_str(&w.log), "2000:SUCCEEDED3000:SUCCEEDED");
    world_clear(&w);
}
END_TEST

/* ---- step by step, as a test of a definition does ---- */

#define STEPS                                                                                      \
    "{\"StartAt\":\"A\",\"States\":{\"A\":{\"Type\":\"Pass\",\"Assign\":{\"n\":1},\"Next\":\"W\"}" \
    ","                                                                                            \
    "\"W\":{\"Type\":\"Wait\",\"Seconds\":60,\"Next\":\"T\"},"                                     \
    "\"T\":{\"Type\":\"Task\",\"Resource\":\"arn:aws:lambda:us-east-1:123456789012:function:f\","  \
    "\"Assign\":{\"n.$\":\"States.MathAdd($n, 1)\",\"m\":2},\"Next\":\"P\"},"                      \
    "\"P\":{\"Type\":\"Parallel\",\"Branches\":[{\"StartAt\":\"B\",\"States\":{"                   \
    "\"B\":{\"Type\":\"Wait\",\"Seconds\":1,\"Next\":\"C\"},"                                      \
    "\"C\":{\"Type\":\"Pass\",\"Result\":[7],\"End\":true}}}],\"End\":true}}}"

static void expect_at(const char *what, asl_execution *x, const char *state, const char *variables)
{
    expect_text(what, asl_execution_state(x), state);
    expect_text(what, asl_execution_variables(x), variables);
}

START_TEST(steps)
{
    struct world w;

    world_init(&w);
    w.later = true;
    asl_execution *x = start(&w, STEPS, "{}");
    expect_at("before it begins", x, NULL, NULL);
    asl_advance(w.engine, w.now_ms);
    expect_at("waits", x, "W", "{\"n\":1}");
    asl_advance(w.engine, w.now_ms += 60000);
    expect_at("a Task", x, "T", "{\"n\":1}");
    asl_task_succeed(w.engine, w.ids[0], "{}", NULL);
    asl_advance(w.engine, w.now_ms);
    expect_at("a Parallel, not what is in it", x, "P", "{\"n\":2,\"m\":2}");
    asl_advance(w.engine, w.now_ms += 1000);
    ck_assert_int_eq(asl_execution_status(x), ASL_SUCCEEDED);
    expect_at("ended", x, NULL, NULL);
    world_clear(&w);
}
END_TEST

static const struct {
    const char *name, *state, *variables, *input, *at, *output, *why;
} parts[] = {
    {"at its usual start", NULL, NULL, "{}", "W", NULL, NULL},
    {"in the middle, with variables", "W", "{\"n\":41}", "{}", "W", NULL, NULL},
    {"within a Parallel, whose branch is all then", "C", NULL, "{}", NULL, "[7]", NULL},
    {"at no state", "Z", NULL, "{}", NULL, NULL, "the definition has no state 'Z'"},
    {"with variables that are no object", "W", "[]", "{}", NULL, NULL,
     "the text of variables is no JSON object"},
    {"with variables that are no JSON", "W", "{", "{}", NULL, NULL,
     "the text of variables isn't JSON"},
    {"with input that is none", "W", NULL, "x", NULL, NULL, "the input isn't JSON"},
};

START_TEST(part)
{
    struct world w;
    const char *why = NULL;
    asl_definition *d = definition_of(STEPS);

    world_init(&w);
    asl_execution *x = asl_start_at(w.engine, d, parts[_i].state, parts[_i].variables,
                                    parts[_i].input, NULL, &why);
    ck_assert_msg(!x == (parts[_i].why != NULL), "%s: %s", parts[_i].name, why ? why : "");
    if (x) {
        asl_advance(w.engine, w.now_ms);
        expect_text(parts[_i].name, asl_execution_state(x), parts[_i].at);
        expect_text(parts[_i].name, asl_execution_output(x), parts[_i].output);
        ck_assert_msg(strstr(asl_execution_history(x), "ExecutionStarted") != NULL, "%s",
                      parts[_i].name);
        if (parts[_i].variables)
            expect_text(parts[_i].name, asl_execution_variables(x), parts[_i].variables);
    } else {
        ck_assert_msg(strstr(why, parts[_i].why) == why, "%s: %s", parts[_i].name, why);
    }
    world_clear(&w);
    asl_definition_free(d);
}
END_TEST

START_TEST(version)
{
    expect_text("as the Makefile has it", asl_version(), ASL_VERSION);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("embed");
    TCase *t = tcase_create("embed");

    tcase_add_loop_test(t, whole_run, 0, COUNT(runs));
    tcase_add_loop_test(t, bad_definition, 0, COUNT(bad_definitions));
    tcase_add_loop_test(t, bad_start, 0, COUNT(bad_starts));
    tcase_add_test(t, bad_output_leaves_the_task_waiting);
    tcase_add_test(t, time_out_cancels);
    tcase_add_test(t, stop);
    tcase_add_test(t, no_callbacks);
    tcase_add_test(t, history);
    tcase_add_test(t, two_at_once);
    tcase_add_test(t, named_and_seeded);
    tcase_add_test(t, limits);
    tcase_add_test(t, endless);
    tcase_add_test(t, freed_in_a_callback);
    tcase_add_test(t, steps);
    tcase_add_loop_test(t, part, 0, COUNT(parts));
    tcase_add_test(t, version);
    suite_add_tcase(s, t);
    return run_suite(s);
}
