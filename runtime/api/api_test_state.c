/*
 * TestState: one state in a machine of its own, run by the engine as any other. What the state
 * leads to are Succeed states there; a first state assigns the variables; Retry is taken out, as
 * what would follow an error is told instead of done; a Map or Parallel, which must be mocked,
 * becomes a Task with the same ways in and out.
 */

#include "runtime/api/api_impl.h"

#include "asl/flow.h"
#include "asl/model.h"
#include "asl/verdict.h"
#include "parsers/mem.h"

#include <string.h>

enum { TEST_MS = 5 * 60 * 1000 };

static const char first_state[] = "TestState variables", alone[] = "TestState";
/* A state that leads to itself leads to this name behind its own. */
static const char again[] = " (again)";
static const char stand_in[] = "arn:aws:lambda:us-east-1:000000000000:function:mock";

/* ---- finding the state ---- */

/* The state of that name, wherever it is; *language is that of the machine. */
static const json *find_state(const json *v, const char *name)
{
    const json *states = json_is_object(v) ? json_get(v, "States") : NULL;
    const json *found = states ? json_get(states, name) : NULL;

    for (size_t i = 0; i < json_count(v) && !found; i++)
        found = find_state(json_is_array(v) ? json_at(v, i) : json_value_at(v, i), name);
    return found;
}

static json *bad_request(struct call *c, const char *text)
{
    return call_fail(c, "ValidationException", "%s", text);
}

/* ---- the mock ---- */

static bool has_suffix(const char *text, const char *end)
{
    size_t len = strlen(text), n = strlen(end);

    return len >= n && strcmp(text + len - n, end) == 0;
}

static bool waits_for_more(const json *state)
{
    const json *r = json_get(state, "Resource");
    const char *text = r && json_is_string(r) ? json_str(r) : "";

    return has_suffix(text, ".sync") || has_suffix(text, ".sync:2") ||
           has_suffix(text, ".waitForTaskToken");
}

static bool is_type(const json *state, const char *type)
{
    const json *t = json_get(state, "Type");

    return t && json_is_string(t) && json_str_is(t, type);
}

static bool is_group(const json *state)
{
    return is_type(state, "Map") || is_type(state, "Parallel");
}

/* Is the mocked result one that the state can have? *out is its value. */
static bool mock_result(struct call *c, const json *state, const json *text, json **out)
{
    json *v = json_parse(json_str(text), json_str_len(text), 0, NULL);
    bool writes = json_get(state, "ResultWriter") != NULL;

    if (!v)
        bad_request(c, "Mocked result must be valid JSON");
    else if (is_type(state, "Map") && writes && !json_is_object(v))
        bad_request(c, "Mocked result must be a JSON object.");
    else if (is_group(state) && !writes && !json_is_array(v))
        bad_request(c, "Mocked result must be an array.");
    else if (is_type(state, "Parallel") &&
             json_count(v) != json_count(json_get(state, "Branches") ? json_get(state, "Branches")
                                                                     : json_empty_array()))
        bad_request(c, "Mocked result must contain the same number of items as number of Parallel "
                       "branches.");
    if (c->error)
        json_unref(v);
    else
        *out = v;
    return !c->error;
}

static bool text_member(struct call *c, const json *o, const char *key, const char *what)
{
    const json *v = json_get(o, key);

    if (v && json_kind(v) != JSON_NULL && !json_is_string(v))
        call_fail(c, "SerializationException", "The member '%s.%s' is to be a string, not %s", what,
                  key, json_kind_name(v));
    return !c->error;
}

static bool check_mock(struct call *c, const json *state, struct test_state *t)
{
    const json *mock = call_get(c, "mock");
    const json *result = mock ? json_get(mock, "result") : NULL;
    const json *failure = mock ? json_get(mock, "errorOutput") : NULL;

    if (!mock) {
        if (is_group(state))
            call_fail(
                c, "InvalidDefinition",
                "TestState API does not support Map or Parallel states. Supported state types "
                "include: [Task, Wait, Pass, Succeed, Fail, Choice]");
        else if (is_type(state, "Task") && !call_get(c, "roleArn"))
            bad_request(c, "RoleArn must be specified when testing a Task state");
        else if (is_type(state, "Task") && waits_for_more(state))
            bad_request(c, "A mock must be specified when testing a Task state with a '.sync' or "
                           "'.waitForTaskToken' service integration pattern");
        return !c->error;
    }
    if (result && failure)
        bad_request(
            c, "A test mock should have only one of the following fields: [result, errorOutput].");
    else if (call_flag(c, "revealSecrets"))
        bad_request(c, "TestState does not support RevealSecrets when a mock is specified.");
    else if (!is_type(state, "Task") && !is_group(state))
        call_fail(c, "ValidationException",
                  "State type '%s' is not supported when a mock is "
                  "specified",
                  json_is_string(json_get(state, "Type")) ? json_str(json_get(state, "Type")) : "");
    else if (failure && !json_is_object(failure))
        call_fail(c, "SerializationException", "The member 'mock.errorOutput' is to be an object");
    if (c->error || !text_member(c, mock, "result", "mock") ||
        (failure && (!text_member(c, failure, "error", "mock.errorOutput") ||
                     !text_member(c, failure, "cause", "mock.errorOutput"))))
        return false;
    t->mocked = true;
    if (result) {
        t->mock_text = json_ref(result);
        return mock_result(c, state, result, &t->mock);
    }
    const json *error = failure ? json_get(failure, "error") : NULL;
    const json *cause = failure ? json_get(failure, "cause") : NULL;
    t->mock_error.name = error ? json_ref(error) : NULL;
    t->mock_error.cause = cause ? json_ref(cause) : NULL;
    return true;
}

static bool check_context(struct call *c, const json *state, struct test_state *t)
{
    static const char *const allowed[] = {"Execution", "State", "StateMachine", "Task", "Map"};
    const char *prefix = "Invalid Context object provided: ";
    const json *text = call_get(c, "context");

    if (!text)
        return true;
    t->context = json_parse(json_str(text), json_str_len(text), 0, NULL);
    if (!t->context || !json_is_object(t->context)) {
        call_fail(c, "ValidationException", "%sContext object must be a JSON object", prefix);
        return false;
    }
    for (size_t i = 0; i < json_count(t->context); i++) {
        bool known = false;
        for (size_t k = 0; k < sizeof allowed / sizeof *allowed; k++)
            known |= json_str_is(json_key_at(t->context, i), allowed[k]);
        if (!known) {
            call_fail(c, "ValidationException", "%sField '%s' is not allowed", prefix,
                      json_str(json_key_at(t->context, i)));
            return false;
        }
    }
    const json *execution = json_get(t->context, "Execution");
    const json *id = execution ? json_get(execution, "Id") : NULL;
    if (id && !json_is_string(id))
        call_fail(c, "ValidationException", "%sExecution.Id must be a string", prefix);
    else if (json_get(t->context, "Map"))
        call_fail(c, "ValidationException",
                  "%s'Map' field is not supported when mocking a Context object", prefix);
    else if (json_get(t->context, "Task") && !waits_for_more(state))
        call_fail(
            c, "ValidationException",
            "%sContext object contains 'Task' when state is not a Task state with a '.sync' or "
            "'.waitForTaskToken' service integration pattern",
            prefix);
    return !c->error;
}

/* ---- the machine ---- */

struct wrapping {
    struct json_build states;
    const char *name;
};

static json *target(struct wrapping *w, const json *next)
{
    struct json_build b;
    json *name = json_is_string(next) && json_str_is(next, w->name)
                     ? json_stringf("%s%s", w->name, again)
                     : json_ref(next);

    if (json_is_string(name) && !json_get_key(w->states.v, name)) {
        json_build_object(&b, 1);
        json_build_set(&b, "Type", json_cstring("Succeed"));
        json_build_set_key(&w->states, json_ref(name), json_build_done(&b));
    }
    return name;
}

/* The rules of a Choice or the catchers of a state, with the targets they lead to. */
static json *with_targets(struct wrapping *w, const json *list)
{
    struct json_build b;

    if (!json_is_array(list))
        return json_ref(list);
    json_build_array(&b, json_count(list));
    for (size_t i = 0; i < json_count(list); i++) {
        const json *next =
            json_is_object(json_at(list, i)) ? json_get(json_at(list, i), "Next") : NULL;
        json_build_add(&b, next ? json_with(json_at(list, i), json_cstring("Next"), target(w, next))
                                : json_ref(json_at(list, i)));
    }
    return json_build_done(&b);
}

static bool stays_in_stand_in(const json *key)
{
    static const char *const fields[] = {"Comment",    "QueryLanguage",  "InputPath", "OutputPath",
                                         "ResultPath", "ResultSelector", "Assign",    "Output",
                                         "Catch",      "Next",           "End"};

    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (json_str_is(key, fields[i]))
            return true;
    return false;
}

static json *wrapped_state(struct wrapping *w, const json *state, bool stand_in_for)
{
    struct json_build b;

    json_build_object(&b, json_count(state));
    for (size_t i = 0; i < json_count(state); i++) {
        const json *key = json_key_at(state, i), *v = json_value_at(state, i);
        if (json_str_is(key, "Retry") || (stand_in_for && !stays_in_stand_in(key)))
            continue;
        if (json_str_is(key, "Next") || json_str_is(key, "Default"))
            json_build_set_key(&b, json_ref(key), target(w, v));
        else if (json_str_is(key, "Catch") || json_str_is(key, "Choices"))
            json_build_set_key(&b, json_ref(key), with_targets(w, v));
        else
            json_build_set_key(&b, json_ref(key), json_ref(v));
    }
    if (stand_in_for) {
        json_build_set(&b, "Type", json_cstring("Task"));
        json_build_set(&b, "Resource", json_cstring(stand_in));
    }
    return json_build_done(&b);
}

static json *variables_state(const json *variables, const char *next)
{
    struct json_build b;

    json_build_object(&b, 3);
    json_build_set(&b, "Type", json_cstring("Pass"));
    if (json_count(variables))
        json_build_set(&b, "Assign", json_ref(variables));
    json_build_set(&b, "Next", json_cstring(next));
    return json_build_done(&b);
}

/* A machine of that state; NULL with the call failed. `kept` keeps Retry and the type. */
static asl_machine *wrap(struct call *c, const json *state, const char *name, const json *language,
                         const json *variables, bool kept)
{
    struct asl_report report = {0};
    struct wrapping w = {.name = name};
    struct json_build b;

    json_build_object(&w.states, 4);
    json_build_set(&w.states, first_state, variables_state(variables, name));
    json *inner = wrapped_state(&w, state, !kept && is_group(state));
    if (kept && json_get(state, "Retry")) {
        json *more = json_with(inner, json_cstring("Retry"), json_ref(json_get(state, "Retry")));
        json_unref(inner);
        inner = more;
    }
    json_build_set(&w.states, name, inner);
    json_build_object(&b, 3);
    if (language)
        json_build_set(&b, "QueryLanguage", json_ref(language));
    json_build_set(&b, "StartAt", json_cstring(first_state));
    json_build_set(&b, "States", json_build_done(&w.states));
    json *machine = json_build_done(&b), *text = json_text(machine);
    asl_machine *m = asl_compile(json_str(text), json_str_len(text), DOCUMENT_JSON, &report);
    if (!m)
        refuse_definition(c, &report);
    json_unref(machine);
    json_unref(text);
    asl_report_clear(&report);
    return m;
}

static const struct asl_state *state_of(const asl_machine *m, const char *name)
{
    for (size_t i = 0; i < m->top->count; i++)
        if (json_str_is(m->top->states[i].name, name))
            return &m->top->states[i];
    return NULL;
}

/* ---- life ---- */

void test_state_free(struct test_state *t)
{
    json_unref(t->name);
    json_unref(t->input);
    json_unref(t->input_text);
    json_unref(t->context);
    json_unref(t->variables);
    json_unref(t->mock);
    json_unref(t->mock_text);
    asl_error_clear(&t->mock_error);
    asl_machine_unref(t->whole);
    mem_free(t);
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

static void start_test(struct call *c, struct test_state *t, asl_machine *m)
{
    api *a = c->api;
    const json *role = call_get(c, "roleArn");
    json *machine = api_uuid(a), *name = api_uuid(a), *id = api_uuid(a);
    struct rt_config config = {
        .names = {.name = name,
                  .machine_name = machine,
                  .machine_arn = arn_make(a, "stateMachine", json_str(machine)),
                  .arn = json_stringf("arn:aws:states:%s:%s:express:%s:%s:%s", a->region,
                                      a->account, json_str(machine), json_str(name), json_str(id)),
                  .role_arn = role ? json_ref(role) : json_cstring(""),
                  .region = json_cstring(a->region)},
        .context = t->context,
        .written = t->input_text,
        .aws_limits = !a->no_limits,
        .seed = asl_chance_next(&a->chance)};

    t->node.id = engine_start(a->engine, m, &config, t->input,
                              &(struct engine_label){.keep = ENGINE_KEEP_APART});
    id_map_put(&a->tests, &t->node);
    struct waiter *w = call_wait(c, c->now_ms + TEST_MS);
    w->test = t;
    t->waiter = w->node.id;
    json_unref(id);
    rt_names_clear(&config.names);
}

json *test_state(struct call *c)
{
    const json *definition = call_get(c, "definition"), *given = call_get(c, "input");
    const char *name = call_text(c, "stateName"), *level = call_text(c, "inspectionLevel");
    const json *configuration = call_get(c, "stateConfiguration");
    struct test_state *t = mem_calloc(1, sizeof *t);
    json *doc = json_parse(json_str(definition), json_str_len(definition), 0, NULL);
    asl_machine *m = NULL;

    t->inspect = level && strcmp(level, "INFO") != 0;
    t->name = json_cstring(name ? name : alone);
    if (!doc || !json_is_object(doc)) {
        call_fail(c, "InvalidDefinition",
                  "Invalid State Machine Definition: "
                  "'INVALID_JSON_DESCRIPTION: it is no JSON object'");
        goto out;
    }
    const json *state = name ? find_state(doc, name) : doc;
    if (!state || !json_is_object(state)) {
        bad_request(c, "State not found in definition");
        goto out;
    }
    if (configuration && json_get(configuration, "mapIterationFailureCount") &&
        !call_get(c, "mock")) {
        bad_request(
            c, "TestState does not support MapIterationFailureCount when a mock is not specified.");
        goto out;
    }
    if (!check_mock(c, state, t) || !check_context(c, state, t))
        goto out;
    t->variables = object_text(c, "variables");
    t->input_text = given ? json_ref(given) : json_cstring("{}");
    if (c->error || !(t->input = execution_input(c, t->input_text)))
        goto out;
    const json *tries = configuration ? json_get(configuration, "retrierRetryCount") : NULL;
    t->tries = tries && json_kind(tries) == JSON_INT && json_int_value(tries) > 0
                   ? (uint32_t)json_int_value(tries)
                   : 0;
    const json *language = name ? json_get(doc, "QueryLanguage") : NULL;
    t->whole = wrap(c, state, json_str(t->name), language, t->variables, true);
    if (t->whole)
        m = wrap(c, state, json_str(t->name), language, t->variables, false);
    if (m)
        start_test(c, t, m);
out:
    asl_machine_unref(m);
    json_unref(doc);
    if (c->error)
        test_state_free(t);
    return NULL;
}

bool test_state_answers(api *a, const struct task *task)
{
    struct test_state *t = (struct test_state *)(void *)id_map_get(&a->tests, task->number);
    struct task_result r = {0};

    if (!t || !t->mocked)
        return false;
    r.ok = t->mock != NULL;
    r.output = t->mock ? json_ref(t->mock) : NULL;
    r.error = t->mock_error.name ? json_ref(t->mock_error.name) : NULL;
    r.cause = t->mock_error.cause ? json_ref(t->mock_error.cause) : NULL;
    engine_task_done(a->engine, task->id, &r);
    return true;
}

/* ---- what came of it ---- */

struct outcome {
    const char *name; /* of the state */
    const json *parameters, *result, *output;
    const struct asl_error *error; /* of its work */
    const struct asl_state *next;
    bool exited;
};

static bool look(void *user, const struct rt_event *e)
{
    struct outcome *o = user;
    bool own = e->state && json_str_is(e->state->name, o->name);

    switch ((int)e->kind) {
    case RT_TASK_SCHEDULED: o->parameters = own ? e->data : o->parameters; break;
    case RT_TASK_SUCCEEDED: o->result = own ? e->data : o->result; break;
    case RT_TASK_FAILED:
    case RT_TASK_TIMED_OUT: o->error = &e->error; break;
    case RT_STATE_EXITED:
        if (own) {
            o->output = e->data;
            o->exited = true;
        }
        break;
    case RT_STATE_ENTERED:
        if (!own && o->exited && !o->next)
            o->next = e->state;
        break;
    default: break;
    }
    return true;
}

static json *text_of(const struct test_state *t, const json *v)
{
    if (v == t->input)
        return json_ref(t->input_text);
    return t->mock && v == t->mock ? json_ref(t->mock_text) : json_text(v);
}

static const json *test_context(void *user)
{
    const struct test_state *t = user;

    return t->context ? t->context : json_empty_object();
}

static const json *test_variable(void *user, const json *name)
{
    const struct test_state *t = user;

    return json_get_key(t->variables, name);
}

/* Takes `v`; what could not be evaluated is left out. */
static void show(struct json_build *b, const struct test_state *t, const char *key, json *v)
{
    if (v)
        json_build_set(b, key, text_of(t, v));
    json_unref(v);
}

static json *after_input_path(const struct asl_state *s, const struct asl_env *env)
{
    struct asl_error e = {0};
    json *v;

    if (s->input_path.null)
        return api_empty();
    v = s->input_path.path ? asl_flow_path(s->input_path.path, env, &e) : json_ref(env->input);
    asl_error_clear(&e);
    return v;
}

static json *after_result_selector(const struct asl_state *s, const struct asl_env *env,
                                   const json *result)
{
    struct asl_env inner = *env;
    struct asl_error e = {0};

    if (!s->result_selector)
        return json_ref(result);
    inner.input = result;
    json *v = asl_template_eval(s->result_selector, &inner, &e);
    asl_error_clear(&e);
    return v;
}

static json *after_result_path(const struct asl_state *s, const struct asl_env *env,
                               const json *selected)
{
    if (s->result_path.null)
        return json_ref(env->input);
    if (!s->result_path.path || asl_path_is_input(s->result_path.path))
        return json_ref(selected);
    return asl_path_set(s->result_path.path, env->input, json_ref(selected), NULL);
}

static void inspect_results(struct json_build *b, const struct test_state *t,
                            const struct asl_state *s, const struct asl_env *env,
                            const json *result)
{
    json *selected = after_result_selector(s, env, result);

    if (selected)
        show(b, t, "afterResultPath", after_result_path(s, env, selected));
    show(b, t, "afterResultSelector", selected);
}

static void inspect_map(struct json_build *b, const struct test_state *t, const struct asl_state *s,
                        const struct asl_env *env)
{
    struct asl_error e = {0};
    struct asl_env inner = *env;
    json *effective = after_input_path(s, env);
    int64_t n = 0;
    double share = 0;

    inner.input = effective ? effective : env->input;
    if (s->map.items_path)
        show(b, t, "afterItemsPath", asl_flow_path(s->map.items_path, &inner, &e));
    asl_error_clear(&e);
    if (!s->map.max_concurrency.set ||
        asl_flow_number(&s->map.max_concurrency, "MaxConcurrencyPath", env, &n, &e))
        json_build_set(b, "maxConcurrency", json_int(n));
    asl_error_clear(&e);
    if (s->map.tolerated_count.set &&
        asl_flow_number(&s->map.tolerated_count, "ToleratedFailureCountPath", env, &n, &e))
        json_build_set(b, "toleratedFailureCount", json_int(n));
    asl_error_clear(&e);
    if (s->map.tolerated_percentage.set &&
        asl_flow_share(&s->map.tolerated_percentage, "ToleratedFailurePercentagePath", env, &share,
                       &e))
        json_build_set(b, "toleratedFailurePercentage", json_double(share));
    asl_error_clear(&e);
    json_unref(effective);
}

static void inspect(struct json_build *b, struct test_state *t, const struct outcome *o)
{
    const struct asl_state *s = state_of(t->whole, json_str(t->name));
    struct asl_chance chance = {1};
    struct asl_env env = {.input = t->input,
                          .context = test_context,
                          .variable = test_variable,
                          .user = t,
                          .chance = &chance};
    struct asl_error e = {0};
    bool fixed = s->type == ASL_PASS && s->result;

    json_build_set(b, "input", json_ref(t->input_text));
    if (!fixed && s->type != ASL_PARALLEL)
        show(b, t, "afterInputPath", after_input_path(s, &env));
    if (o->parameters && s->type == ASL_TASK)
        json_build_set(b, "afterParameters", text_of(t, o->parameters));
    if (o->result && s->type == ASL_TASK)
        json_build_set(b, "result", text_of(t, o->result));
    if (fixed)
        json_build_set(b, "result", json_text(s->result));
    if (s->type == ASL_MAP)
        inspect_map(b, t, s, &env);
    if (o->result) {
        inspect_results(b, t, s, &env, o->result);
    } else if (fixed) {
        inspect_results(b, t, s, &env, s->result);
    } else if (s->type == ASL_PASS) {
        json *arguments = asl_flow_arguments(s, &env, &e);
        if (arguments) {
            json_build_set(b, "afterParameters", text_of(t, arguments));
            inspect_results(b, t, s, &env, arguments);
        }
        json_unref(arguments);
        asl_error_clear(&e);
    }
}

/* AWS's words before a cause, which tell the state and its event, are left out here. */
static const char *bare_cause(const char *cause)
{
    static const char begin[] = "An error occurred while executing the state '";
    const char *end = strncmp(cause, begin, strlen(begin)) == 0 ? strstr(cause, "). ") : NULL;

    return end ? end + 3 : cause;
}

/* What the state's own Retry and Catch make of the error. */
static struct asl_verdict verdict_of(const struct test_state *t, const struct asl_error *error)
{
    const struct asl_state *s = state_of(t->whole, json_str(t->name));
    struct asl_chance chance = {1};
    uint32_t *tries = mem_calloc(s->retriers + 1, sizeof *tries);

    for (size_t i = 0; i < s->retriers; i++)
        tries[i] = t->tries;
    struct asl_verdict v = asl_after_error(s, error->name, tries, &chance);
    mem_free(tries);
    return v;
}

static json *error_details(const struct test_state *t, const struct asl_verdict *v)
{
    const struct asl_state *s = state_of(t->whole, json_str(t->name));
    struct json_build b;

    json_build_object(&b, 2);
    if (v->kind == ASL_VERDICT_RETRY) {
        json_build_set(&b, "retryIndex", json_int((int64_t)v->retrier));
        json_build_set(&b, "retryBackoffIntervalSeconds", json_int(v->delay_ms / 1000));
    } else if (v->kind == ASL_VERDICT_CATCH) {
        json_build_set(&b, "catchIndex", json_int(v->catcher - s->catch));
    }
    return json_build_done(&b);
}

static void add_failure(struct json_build *b, const struct asl_error *e)
{
    if (e && e->name)
        json_build_set(b, "error", json_ref(e->name));
    if (e && e->cause)
        json_build_set(b, "cause", json_cstring(bare_cause(json_str(e->cause))));
}

static void add_next(struct json_build *b, const struct test_state *t, const struct asl_state *next)
{
    json *self = json_stringf("%s%s", json_str(t->name), again);

    if (next)
        json_build_set(b, "nextState",
                       json_ref(json_equal(next->name, self) ? t->name : next->name));
    json_unref(self);
}

static json *outcome_json(struct test_state *t, const rt_exec *x, const struct outcome *o)
{
    const struct asl_error *error = o->error ? o->error : rt_exec_error(x);
    struct asl_verdict v = {.kind = ASL_VERDICT_FAIL};
    const char *status = "SUCCEEDED";
    struct json_build b, data;

    if (error)
        v = verdict_of(t, error);
    json_build_object(&b, 6);
    if (error && v.kind == ASL_VERDICT_RETRY)
        status = "RETRIABLE";
    else if (error && o->exited)
        status = "CAUGHT_ERROR";
    else if (error)
        status = "FAILED";
    if (o->exited && strcmp(status, "RETRIABLE") != 0) {
        json_build_set(&b, "output", text_of(t, o->output));
        add_next(&b, t, o->next);
    }
    add_failure(&b, error);
    json_build_set(&b, "status", json_cstring(status));
    if (t->inspect) {
        json_build_object(&data, 8);
        inspect(&data, t, o);
        if (v.kind != ASL_VERDICT_FAIL)
            json_build_set(&data, "errorDetails", error_details(t, &v));
        json_build_set(&b, "inspectionData", json_build_done(&data));
    }
    return json_build_done(&b);
}

void test_state_ended(api *a, struct test_state *t, const rt_exec *x)
{
    struct outcome o = {.name = json_str(t->name)};
    struct waiter *w = (struct waiter *)(void *)id_map_get(&a->waiters, t->waiter);

    store_read(engine_store(a->engine, t->node.id), t->node.id, 0, look, &o, NULL);
    if (w)
        waiter_answer(a, w, outcome_json(t, x, &o));
    t->waiter = 0;
    API_GROW(a->over, a->over_count, a->over_cap);
    a->over[a->over_count++] = t->node.id;
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
