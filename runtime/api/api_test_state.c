/*
 * TestState: one state in a machine of its own, run by the engine as any other. What it leads to,
 * or would retry, is told instead of done.
 */

#include "runtime/api/api_test_state.h"

#include "asl/load/field.h"
#include "asl/report/quota.h"
#include "parsers/base/mem.h"
#include "parsers/base/text.h"
#include "parsers/base/timestamp.h"
#include "runtime/api/api_arn.h"
#include "runtime/api/api_call.h"
#include "runtime/api/api_context.h"
#include "runtime/api/api_members.h"
#include "runtime/api/api_operation.h"
#include "runtime/api/api_start.h"
#include "runtime/api/api_state.h"
#include "runtime/api/api_test_impl.h"
#include "runtime/base/partition.h"

#include <string.h>

/* What AWS calls a state that has no name. */
static const char nameless[] = "StateName";

/* ---- life ---- */

static void test_state_free(struct test_state *t)
{
    json_unref(t->name);
    json_unref(t->input);
    json_unref(t->input_text);
    json_unref(t->context);
    json_unref(t->context_text);
    json_unref(t->variables);
    json_unref(t->mock);
    json_unref(t->mock_text);
    asl_error_clear(&t->mock_error);
    asl_machine_unref(t->whole);
    json_unref(t->before);
    json_unref(t->data);
    json_unref(t->exchange);
    mem_free(t);
}

void test_states_clear(api *a)
{
    struct id_node *n;

    while ((n = id_map_take_any(&a->tests.running)))
        test_state_free((struct test_state *)(void *)n);
    id_map_clear(&a->tests.running);
    mem_free(a->tests.over);
}

struct test_state *test_state_of(const api *a, uint64_t execution)
{
    return (struct test_state *)(void *)id_map_get(&a->tests.running, execution);
}

bool api_is_test(const api *a, uint64_t execution)
{
    return test_state_of(a, execution) != NULL;
}

void test_states_forget(api *a)
{
    struct test_states *tests = &a->tests;

    for (size_t i = 0; i < tests->over_count; i++) {
        engine_forget(a->engine, tests->over[i]);
        test_state_free((struct test_state *)(void *)id_map_take(&tests->running, tests->over[i]));
    }
    tests->over_count = 0;
}

/* ---- the request ---- */

static bool test_is_named(const void *wanted, const json *name, const json *state)
{
    (void)state;
    return json_str_is(name, wanted);
}

/* The state of that name, wherever it is; *in_map: what a Map runs for its items has it. */
static const json *find_state(const json *definition, const char *name, bool *in_map)
{
    struct written_state found;

    if (!field_find_state(definition, test_is_named, name, &found))
        return NULL;
    *in_map = found.in_map;
    return found.value;
}

static json *object_text(struct call *c, const char *member)
{
    const json *text = call_get(c, member);
    json *v = text ? json_parse(json_str(text), json_str_len(text), 0, NULL)
                   : json_ref(json_empty_object());

    if (!v || !json_is_object(v))
        call_fail(c, "ValidationException", "The member '%s' must be the text of a JSON object",
                  member);
    return v;
}

/* NULL with the call failed; a look into `doc`. */
static const json *read_tested_state(struct call *c, const json *doc, bool *in_map)
{
    const char *name = call_text(c, "stateName");

    if (!doc || !json_is_object(doc)) {
        call_fail(c, "InvalidDefinition",
                  "Invalid State Machine Definition: "
                  "'INVALID_JSON_DESCRIPTION: it is no JSON object'");
        return NULL;
    }
    const json *state = name ? find_state(doc, name, in_map) : doc;
    if (state && json_is_object(state))
        return state;
    test_refuse(c, "State not found in definition");
    return NULL;
}

/* All of the request but the definition; false with the call failed. */
static bool read_test_members(struct call *c, const json *state, struct test_state *t)
{
    const char *name = call_text(c, "stateName"), *level = call_text(c, "inspectionLevel");
    const json *input = call_get(c, "input");

    t->name = json_cstring(name ? name : nameless);
    t->inspect = level && strcmp(level, "INFO") != 0;
    if (level && strcmp(level, "TRACE") == 0)
        t->trace = call_flag(c, "revealSecrets") ? TASK_REVEALED : TASK_TRACED;
    if (!test_read_configuration(c, t) || !test_read_mock(c, state, t) ||
        !test_read_context(c, state, t))
        return false;
    t->variables = object_text(c, "variables");
    t->input_text = input ? json_ref(input) : json_cstring("{}");
    t->input = c->error ? NULL : execution_input(c, t->input_text);
    return t->input != NULL;
}

/* ---- running ---- */

static json *text_of_time(int64_t ms)
{
    struct buf text = {0};

    timestamp_write(&text, ms);
    return json_take_buf(&text);
}

static json *context_of_state(const struct call *c, const json *state, const struct test_state *t)
{
    struct json_build b;

    json_build_object(&b, 3);
    json_build_set(&b, "EnteredTime", text_of_time(c->now_ms));
    /* Also of one that has a name (recorded). */
    json_build_set(&b, "Name", json_cstring(nameless));
    if (test_is_type(state, "Task") || test_is_group(state))
        json_build_set(&b, "RetryCount", json_int(t->tries));
    return json_build_done(&b);
}

/* Returns an object with one member. Takes `v`. */
static json *object_with(const char *key, json *v)
{
    struct json_build b;

    json_build_object(&b, 1);
    json_build_set(&b, key, v);
    return json_build_done(&b);
}

/*
 * The context object that AWS makes where the request has none. Of a state inside of a Map the
 * input is the item, the first one.
 */
static json *usual_context(const struct call *c, const json *state, const struct test_state *t,
                           const struct rt_names *names)
{
    const json *given = call_get(c, "roleArn");
    json *role = given ? json_ref(given) : json_null();
    struct json_build b;

    json_build_object(&b, 5);
    json_build_set(&b, "Execution", context_of_execution(names, role, t->input, c->now_ms));
    if (t->in_map)
        json_build_set(&b, "Map", test_context_of_item(t->input, NULL, NULL, 0));
    json_build_set(&b, "State", context_of_state(c, state, t));
    json *machine = object_with("Id", json_ref(names->machine_arn));
    json_build_set(&b, "StateMachine",
                   json_with(machine, json_cstring("Name"), json_ref(names->machine_name)));
    json_unref(machine);
    if (test_waits_for_more(state))
        json_build_set(&b, "Task", object_with("Token", api_uuid(c->api)));
    json_unref(role);
    return json_build_done(&b);
}

/* Names of a machine and an execution that nobody can find, made anew for each test. */
static struct rt_names new_names(struct call *c)
{
    api *a = c->api;
    const json *role = call_get(c, "roleArn");
    json *machine = api_uuid(a), *name = api_uuid(a);

    return (struct rt_names){.name = name,
                             .machine_name = machine,
                             .machine_arn = arn_make(a, "stateMachine", json_str(machine)),
                             .arn = json_stringf("arn:%s:states:%s:%s:express:%s:%s",
                                                 partition_name(a->region), a->region, a->account,
                                                 json_str(machine), json_str(name)),
                             .role_arn = role ? json_ref(role) : json_cstring(""),
                             .region = json_cstring(a->region)};
}

/* Starts the execution apart from the store, in one of its own that is dropped with it: a test
 * leaves no trace, and needs its events only for the answer. */
static void start_test(struct call *c, struct test_state *t, asl_machine *m,
                       const struct rt_names *names)
{
    api *a = c->api;
    struct rt_config config = {.names = *names,
                               .context = t->context,
                               .only_context = true,
                               .written = t->input_text,
                               .aws_limits = !a->no_limits,
                               .seed = asl_chance_next(&a->chance)};

    t->node.id = engine_start(a->engine, m, &config, t->input,
                              &(struct engine_label){.keep = ENGINE_KEEP_APART});
    id_map_put(&a->tests.running, &t->node);
    struct waiter *w = call_wait(c, c->now_ms + QUOTA_TEST_STATE_MS);
    w->test = t;
    t->waiter = w->node.id;
}

static const char *const modes[] = {"STRICT", "PRESENT", "NONE", NULL};

static const char *const inspections[] = {"INFO", "DEBUG", "TRACE", NULL};

static const struct member error_output[] = {
    {.name = "error", .kind = PRIVATE, .max = QUOTA_ERROR},
    {.name = "cause", .kind = PRIVATE, .max = QUOTA_CAUSE},
    {.name = NULL},
};

static const struct member mock[] = {
    {.name = "result", .kind = PAYLOAD, .max = QUOTA_DATA},
    {.name = "errorOutput", .kind = STRUCT, .of = error_output},
    {.name = "fieldValidationMode", .choices = modes},
    {.name = NULL},
};

static const struct member state_configuration[] = {
    {.name = "retrierRetryCount", .kind = NUMBER},
    {.name = "errorCausedByState", .kind = PRIVATE, .min = 1, .max = QUOTA_NAME},
    {.name = "mapIterationFailureCount", .kind = NUMBER},
    {.name = "mapItemReaderData", .kind = PAYLOAD, .max = QUOTA_DATA},
    {.name = NULL},
};

static const struct member test_state_members[] = {
    {.name = "definition", .kind = PRIVATE, .required = true, .min = 1, .max = QUOTA_DEFINITION},
    {.name = "roleArn", .min = 1, .max = QUOTA_ARN},
    {.name = "input", .kind = PAYLOAD, .max = QUOTA_DATA},
    {.name = "inspectionLevel", .choices = inspections},
    {.name = "revealSecrets", .kind = FLAG},
    {.name = "variables", .kind = PAYLOAD, .max = QUOTA_DATA},
    {.name = "stateName", .kind = PRIVATE, .min = 1, .max = QUOTA_NAME},
    {.name = "mock", .kind = STRUCT, .of = mock},
    {.name = "context", .kind = PAYLOAD, .max = QUOTA_DATA},
    {.name = "stateConfiguration", .kind = STRUCT, .of = state_configuration},
    {.name = NULL},
};

/* The call becomes a waiter, which the end of the execution answers. */
static json *test_state(struct call *c)
{
    const json *definition = call_get(c, "definition");
    struct test_state *t = mem_calloc(1, sizeof *t);
    json *doc = json_parse(json_str(definition), json_str_len(definition), 0, NULL);
    const json *state = read_tested_state(c, doc, &t->in_map);
    struct rt_names names = {0};
    asl_machine *m = NULL;

    if (!state || !read_test_members(c, state, t))
        goto out;
    m = test_machine(c, doc, state, t);
    if (!m)
        goto out;
    names = new_names(c);
    if (!t->context)
        t->context = usual_context(c, state, t, &names);
    if (test_is_group(state) && !test_prepare_group(c, t))
        goto out;
    start_test(c, t, m, &names);
out:
    rt_names_clear(&names);
    asl_machine_unref(m);
    json_unref(doc);
    if (c->error)
        test_state_free(t);
    return NULL;
}

const struct operation test_state_operation = {
    .name = "TestState",
    .run = test_state,
    .in = test_state_members,
};

bool test_state_is_mocked(const api *a, uint64_t execution)
{
    const struct test_state *t = test_state_of(a, execution);

    return t && t->mocked;
}

/* A mocked Task never reaches a handler. */
bool test_state_answers(api *a, const struct task *task)
{
    struct test_state *t = test_state_of(a, task->number);
    struct task_result r = {0};

    if (!t || !t->mocked)
        return false;
    r.ok = t->mock != NULL;
    r.output = json_ref(t->mock);
    r.error = json_ref(t->mock_error.name);
    r.cause = json_ref(t->mock_error.cause);
    engine_task_done(a->engine, task->id, &r);
    return true;
}

enum task_trace api_trace(const api *a, const struct task *task)
{
    const struct test_state *t = test_state_of(a, task->number);

    return t && task->resource->kind == ASL_RESOURCE_HTTP ? t->trace : TASK_UNTRACED;
}

/* What went over HTTP is told while the task runs, so it is kept for the answer; of several, the
 * last. */
void api_task_traced(api *a, uint64_t id, const json *exchange)
{
    uint64_t execution;
    struct test_state *t =
        engine_execution_of(a->engine, id, &execution) ? test_state_of(a, execution) : NULL;

    if (!t)
        return;
    json_unref(t->exchange);
    t->exchange = json_ref(exchange);
}

void test_state_left(struct test_state *t)
{
    t->waiter = 0;
}

void test_state_timed_out(api *a, struct waiter *w)
{
    static const struct asl_error none;
    struct test_state *t = w->test;
    struct json_build b;

    engine_stop(a->engine, t->node.id, &none);
    t->waiter = 0;
    json_build_object(&b, 2);
    json_build_set(&b, "status", json_cstring("FAILED"));
    json_build_set(&b, "error", json_cstring(ASL_TIMEOUT));
    waiter_answer(a, w, json_build_done(&b));
}
