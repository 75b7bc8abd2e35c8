/*
 * TestState: what the request says in place of the world: the mock of a result or an error, the
 * context object, and how far retries and a Map have come. The first check that fails is told.
 */

#include "parsers/base/count.h"
#include "parsers/base/text.h"
#include "runtime/api/api_call.h"
#include "runtime/api/api_test_impl.h"
#include "runtime/shapes/shapes.h"

#include <string.h>

/* ---- the state ---- */

static struct asl_resource resource_of(const json *state)
{
    const json *r = json_get(state, "Resource");
    struct asl_resource out;

    asl_resource_read(r && json_is_string(r) ? json_str(r) : "", &out);
    return out;
}

bool test_waits_for_more(const json *state)
{
    return resource_of(state).pattern != ASL_REQUEST_RESPONSE;
}

static bool is_activity(const json *state)
{
    return resource_of(state).kind == ASL_RESOURCE_ACTIVITY;
}

bool test_is_type(const json *state, const char *type)
{
    const json *t = json_get(state, "Type");

    return t && json_is_string(t) && json_str_is(t, type);
}

bool test_is_group(const json *state)
{
    return test_is_type(state, "Map") || test_is_type(state, "Parallel");
}

json *test_refuse(struct call *c, const char *text)
{
    return call_fail(c, "ValidationException", "%s", text);
}

/* ---- the mock ---- */

/* Returns a member of an object that may be missing; NULL: it isn't given, or is null. */
static const json *given(const json *object, const char *key)
{
    const json *v = object ? json_get(object, key) : NULL;

    return v && json_kind(v) != JSON_NULL ? v : NULL;
}

/* Checks a mocked result against the model of the service's API, unless fieldValidationMode asks
 * for less: PRESENT leaves out what is required, NONE checks nothing. */
static bool check_model(struct call *c, const json *state, const json *v)
{
    const json *mode = given(call_get(c, "mock"), "fieldValidationMode");
    struct asl_resource resource = resource_of(state);
    struct aws_shape_rules rules = {.required = !(mode && json_str_is(mode, "PRESENT"))};
    struct aws_shape_fault fault = {0};
    struct aws_shape shape;

    if (!(mode && json_str_is(mode, "NONE")) && test_is_type(state, "Task") &&
        aws_shape_find(&resource, AWS_SHAPE_MOCKED, &shape) &&
        !aws_shape_fits(&shape, v, &rules, &fault))
        call_fail(c, "ValidationException", "Mock result schema validation error: %s",
                  buf_str(&fault.why));
    buf_clear(&fault.why);
    return !c->error;
}

/* Reads the mocked result into *out. False with the call failed: the state can't have such a
 * result. */
static bool read_result(struct call *c, const json *state, const json *text, json **out)
{
    json *v = json_parse(json_str(text), json_str_len(text), 0, NULL);
    const json *branches = json_get(state, "Branches");
    const json *writer = json_get(state, "ResultWriter");
    /* One that has no Resource only says how the array of results looks. */
    bool writes = writer && json_is_object(writer) && json_get(writer, "Resource");

    if (!v)
        test_refuse(c, "Mocked result must be valid JSON");
    else if (test_is_type(state, "Map") && writes && !json_is_object(v))
        test_refuse(c, "Mocked result must be a JSON object.");
    else if (test_is_group(state) && !writes && !json_is_array(v))
        test_refuse(c, "Mocked result must be an array.");
    else if (test_is_type(state, "Parallel") &&
             json_count(v) != json_count(branches ? branches : json_empty_array()))
        test_refuse(c, "Mocked result must contain the same number of items as number of Parallel "
                       "branches.");
    if (c->error || !check_model(c, state, v)) {
        json_unref(v);
        return false;
    }
    *out = v;
    return true;
}

/* Refuses what can't be tested without a mock, with AWS's messages. False with the call failed. */
static bool check_unmocked(struct call *c, const json *state)
{
    if (test_is_group(state))
        call_fail(c, "InvalidDefinition",
                  "TestState API does not support Map or Parallel states. Supported state types "
                  "include: [Task, Wait, Pass, Succeed, Fail, Choice]");
    else if (test_is_type(state, "Task") && !call_get(c, "roleArn"))
        test_refuse(c, "RoleArn must be specified when testing a Task state");
    else if (test_is_type(state, "Task") && test_waits_for_more(state))
        test_refuse(c, "A mock must be specified when testing a Task state with a '.sync' or "
                       "'.waitForTaskToken' service integration pattern");
    else if (test_is_type(state, "Task") && is_activity(state))
        test_refuse(c, "A mock must be specified when testing a Task state with an activity");
    else if (call_get(c, "context"))
        test_refuse(c, "TestState does not support Context when a mock is not specified.");
    return !c->error;
}

bool test_read_mock(struct call *c, const json *state, struct test_state *t)
{
    const json *mock = call_get(c, "mock"), *type = json_get(state, "Type");
    const json *result = given(mock, "result"), *failure = given(mock, "errorOutput");

    if (!mock)
        return check_unmocked(c, state);
    if (result && failure)
        test_refuse(
            c, "A test mock should have only one of the following fields: [result, errorOutput].");
    else if (call_flag(c, "revealSecrets"))
        test_refuse(c, "TestState does not support RevealSecrets when a mock is specified.");
    else if (!test_is_type(state, "Task") && !test_is_group(state))
        call_fail(c, "ValidationException",
                  "State type '%s' is not supported when a mock is specified",
                  type && json_is_string(type) ? json_str(type) : "");
    if (c->error)
        return false;
    t->mocked = true;
    if (result) {
        t->mock_text = json_ref(result);
        return read_result(c, state, result, &t->mock);
    }
    t->mock_error.name = json_ref(given(failure, "error"));
    t->mock_error.cause = json_ref(given(failure, "cause"));
    return true;
}

/* ---- the context object ---- */

enum context_kind { ANY, STRING, WHOLE };

static const struct {
    const char *root, *field;
    enum context_kind kind;
} context_fields[] = {
    {"Execution", "Id", STRING},
    {"Execution", "Input", ANY},
    {"Execution", "Name", STRING},
    {"Execution", "RoleArn", STRING},
    {"Execution", "StartTime", STRING},
    {"Execution", "RedriveCount", WHOLE},
    {"Execution", "RedriveTime", STRING},
    {"State", "EnteredTime", STRING},
    {"State", "Name", STRING},
    {"State", "RetryCount", WHOLE},
    {"StateMachine", "Id", STRING},
    {"StateMachine", "Name", STRING},
    {"Task", "Token", STRING},
};

static bool bad_context(struct call *c, const char *text)
{
    call_fail(c, "ValidationException", "Invalid Context object provided: %s", text);
    return false;
}

/* AWS knows the fields of the context object, and lets nothing else through. */
static bool not_allowed(struct call *c, const json *field)
{
    call_fail(c, "ValidationException",
              "Invalid Context object provided: Field '%s' is not allowed", json_str(field));
    return false;
}

/* A table of what may be there, and of which type. */
static bool check_context_field(struct call *c, const json *root, const json *field, const json *v)
{
    size_t i = 0;

    while (i < COUNT(context_fields) && !(json_str_is(root, context_fields[i].root) &&
                                          json_str_is(field, context_fields[i].field)))
        i++;
    if (i == COUNT(context_fields))
        return not_allowed(c, field);
    const char *want = context_fields[i].kind == STRING && !json_is_string(v)  ? "string"
                       : context_fields[i].kind == WHOLE && !json_is_number(v) ? "number"
                                                                               : NULL;
    if (want)
        call_fail(c, "ValidationException", "Invalid Context object provided: %s.%s must be a %s",
                  json_str(root), json_str(field), want);
    return !want;
}

static bool check_context_root(struct call *c, const json *root, const json *v)
{
    bool known = json_str_is(root, "Map");

    for (size_t i = 0; i < COUNT(context_fields); i++)
        known |= json_str_is(root, context_fields[i].root);
    if (!known)
        return not_allowed(c, root);
    if (json_str_is(root, "Map"))
        return bad_context(c, "'Map' field is not supported when mocking a Context object");
    if (!json_is_object(v)) {
        call_fail(c, "ValidationException",
                  "Invalid Context object provided: %s must be a JSON object", json_str(root));
        return false;
    }
    for (size_t i = 0; i < json_count(v); i++)
        if (!check_context_field(c, root, json_key_at(v, i), json_value_at(v, i)))
            return false;
    return true;
}

bool test_read_context(struct call *c, const json *state, struct test_state *t)
{
    const json *text = call_get(c, "context");

    if (!text)
        return true;
    t->context = json_parse(json_str(text), json_str_len(text), 0, NULL);
    if (!t->context || !json_is_object(t->context))
        return bad_context(c, "Context object must be a JSON object");
    t->context_text = json_ref(text);
    for (size_t i = 0; i < json_count(t->context); i++)
        if (!check_context_root(c, json_key_at(t->context, i), json_value_at(t->context, i)))
            return false;
    if (json_get(t->context, "Task") && !test_waits_for_more(state))
        return bad_context(c, "Context object contains 'Task' when state is not a Task state with "
                              "a '.sync' or '.waitForTaskToken' service integration pattern");
    return true;
}

/* ---- stateConfiguration ---- */

bool test_read_configuration(struct call *c, struct test_state *t)
{
    const json *all = call_get(c, "stateConfiguration");
    const json *tries = given(all, "retrierRetryCount");
    const json *failures = given(all, "mapIterationFailureCount");
    const json *data = given(all, "mapItemReaderData");

    if (failures && !call_get(c, "mock")) {
        test_refuse(
            c, "TestState does not support MapIterationFailureCount when a mock is not specified.");
        return false;
    }
    if (tries)
        t->tries =
            json_int_value(tries) < UINT32_MAX ? (uint32_t)json_int_value(tries) : UINT32_MAX;
    t->failures = failures ? json_int_value(failures) : 0;
    t->data = json_ref(data);
    return true;
}
