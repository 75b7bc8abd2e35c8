/* Events as people and AWS's clients see them: their names and their JSON. */

#include "runtime/core/core_impl.h"

#include "parsers/base/count.h"

#include <string.h>

void rt_event_clear(struct rt_event *e)
{
    json_unref(e->data);
    json_unref(e->extra);
    json_unref(e->token);
    asl_error_clear(&e->error);
    e->data = e->extra = e->token = NULL;
}

/* ---- names ---- */

/* A kind of event has one name, or one for each type of state, or for each kind of task. */
enum naming { BY_NONE, BY_STATE, BY_TASK, PRIVATE };

static const struct {
    enum naming by;
    const char *name;
} kinds[RT_EVENT_KINDS] = {
    [RT_EXECUTION_STARTED] = {BY_NONE, "ExecutionStarted"},
    [RT_EXECUTION_SUCCEEDED] = {BY_NONE, "ExecutionSucceeded"},
    [RT_EXECUTION_FAILED] = {BY_NONE, "ExecutionFailed"},
    [RT_EXECUTION_ABORTED] = {BY_NONE, "ExecutionAborted"},
    [RT_EXECUTION_TIMED_OUT] = {BY_NONE, "ExecutionTimedOut"},
    [RT_EXECUTION_REDRIVEN] = {BY_NONE, "ExecutionRedriven"},
    [RT_STATE_ENTERED] = {BY_STATE, "StateEntered"},
    [RT_STATE_EXITED] = {BY_STATE, "StateExited"},
    [RT_STATE_ABORTED] = {BY_STATE, "StateAborted"},
    [RT_TASK_SCHEDULED] = {BY_TASK, "Scheduled"},
    [RT_TASK_STARTED] = {BY_TASK, "Started"},
    [RT_TASK_SUBMITTED] = {BY_TASK, "Submitted"},
    [RT_TASK_SUCCEEDED] = {BY_TASK, "Succeeded"},
    [RT_TASK_FAILED] = {BY_TASK, "Failed"},
    [RT_TASK_TIMED_OUT] = {BY_TASK, "TimedOut"},
    [RT_GROUP_STARTED] = {BY_STATE, "StateStarted"},
    [RT_GROUP_SUCCEEDED] = {BY_STATE, "StateSucceeded"},
    [RT_GROUP_FAILED] = {BY_STATE, "StateFailed"},
    [RT_ITERATION_STARTED] = {BY_NONE, "MapIterationStarted"},
    [RT_ITERATION_SUCCEEDED] = {BY_NONE, "MapIterationSucceeded"},
    [RT_ITERATION_FAILED] = {BY_NONE, "MapIterationFailed"},
    [RT_ITERATION_ABORTED] = {BY_NONE, "MapIterationAborted"},
    [RT_MAP_RUN_STARTED] = {BY_NONE, "MapRunStarted"},
    [RT_MAP_RUN_SUCCEEDED] = {BY_NONE, "MapRunSucceeded"},
    [RT_MAP_RUN_FAILED] = {BY_NONE, "MapRunFailed"},
    [RT_MAP_RUN_REDRIVEN] = {BY_NONE, "MapRunRedriven"},
    [RT_EVALUATION_FAILED] = {BY_NONE, "EvaluationFailed"},
    [RT_CHILD_STARTED] = {PRIVATE, "child started"},
    [RT_CHILD_ENDED] = {PRIVATE, "child ended"},
    [RT_BRANCH_SUCCEEDED] = {PRIVATE, "branch succeeded"},
    [RT_WAITING] = {PRIVATE, "waiting"},
    [RT_BACKOFF] = {PRIVATE, "backoff"},
    [RT_HEARTBEAT] = {PRIVATE, "heartbeat"},
    [RT_CHILD_REDRIVEN] = {PRIVATE, "child redriven"},
    [RT_MAP_RUN_UPDATED] = {PRIVATE, "map run updated"},
    [RT_TASK_ANSWERED] = {PRIVATE, "task answered"},
};

static const char *const task_prefixes[] = {
    [ASL_LAMBDA] = "LambdaFunction", [ASL_ACTIVITY] = "Activity", [ASL_INTEGRATION] = "Task"};

void rt_event_name(const struct rt_event *e, char out[RT_EVENT_NAME])
{
    const char *prefix = "";

    if (kinds[e->kind].by == BY_STATE)
        prefix = asl_type_names[e->state->type];
    else if (kinds[e->kind].by == BY_TASK)
        prefix = task_prefixes[e->state->task.kind];
    /* Both parts are ours: the longest is LambdaFunctionSubmitted. */
    size_t n = strlen(prefix);
    memcpy(out, prefix, n);
    memcpy(out + n, kinds[e->kind].name, strlen(kinds[e->kind].name) + 1);
}

/* ---- details ---- */

static void event_set_ref(struct json_build *b, const char *key, const json *v)
{
    if (v)
        json_build_set(b, key, json_ref(v));
}

static json *truncated(void)
{
    struct json_build b;

    json_build_object(&b, 1);
    json_build_set(&b, "truncated", json_bool(false));
    return json_build_done(&b);
}

/* "input": JSON text, and "inputDetails" beside it. */
static void set_payload(struct json_build *b, const char *key, const char *details, const json *v)
{
    json_build_set(b, key, json_text(v));
    json_build_set(b, details, truncated());
}

/* Does the state begin a branch of a Parallel that hands on what it got, and so on up to the
 * machine's first state? The depth is that of the definition. */
static bool begins_with_input(const struct asl_state *s)
{
    for (; s && s == s->scope->start; s = s->scope->owner) {
        const struct asl_state *owner = s->scope->owner;
        if (!owner)
            return true;
        if (owner->type != ASL_PARALLEL || owner->input_path.path || owner->input_path.null ||
            owner->parameters)
            return false;
    }
    return false;
}

/* The execution's input keeps its text, white space and all, as long as it is the input of first
 * states only: the machine's, and those of branches within one another. */
static void set_input(struct json_build *b, const rt_exec *x, const struct rt_event *e)
{
    bool kept = x->written && (!e->previous ||
                               (e->state && e->state->scope->owner && begins_with_input(e->state) &&
                                x->input && json_equal(e->data, x->input)));
    json *text = kept ? json_ref(x->written) : json_text(e->data);

    json_build_set(b, "input", text);
    json_build_set(b, "inputDetails", truncated());
}

static void set_error(struct json_build *b, const struct asl_error *e)
{
    event_set_ref(b, "error", e->name);
    event_set_ref(b, "cause", e->cause);
}

static void set_resource(struct json_build *b, const struct asl_task *task)
{
    json_build_set(b, "resourceType", json_ref(task->type));
    json_build_set(b, "resource", json_ref(task->api));
}

static void set_variables(struct json_build *b, const json *assigned)
{
    struct json_build vars;

    json_build_object(&vars, json_count(assigned));
    for (size_t i = 0; i < json_count(assigned); i++)
        json_build_set_key(&vars, json_ref(json_key_at(assigned, i)),
                           json_text(json_value_at(assigned, i)));
    json_build_set(b, "assignedVariables", json_build_done(&vars));
    json_build_set(b, "assignedVariablesDetails", truncated());
}

static void set_credentials(struct json_build *b, const json *credentials)
{
    struct json_build c;
    const json *role = credentials ? json_get(credentials, "RoleArn") : NULL;

    if (!role)
        return;
    json_build_object(&c, 1);
    json_build_set(&c, "roleArn", json_ref(role));
    json_build_set(b, "taskCredentials", json_build_done(&c));
}

static void task_scheduled(struct json_build *b, const rt_exec *x, const struct rt_event *e)
{
    const struct asl_task *task = &e->state->task;

    if (task->kind == ASL_INTEGRATION) {
        set_resource(b, task);
        json_build_set(b, "region", json_ref(x->names.region));
        json_build_set(b, "parameters", json_text(e->data));
    } else {
        json_build_set(b, "resource", json_ref(task->resource));
        set_payload(b, "input", "inputDetails", e->data);
    }
    if (e->count)
        json_build_set(b, "timeoutInSeconds", json_int(e->count));
    if (e->limit && task->kind != ASL_LAMBDA)
        json_build_set(b, "heartbeatInSeconds", json_int(e->limit));
    set_credentials(b, e->extra);
}

/* False when an event of this kind has no details at all. */
static bool details(struct json_build *b, const rt_exec *x, const struct rt_event *e)
{
    switch (e->kind) {
    case RT_EXECUTION_STARTED:
        set_input(b, x, e);
        json_build_set(b, "roleArn", json_ref(x->names.role_arn));
        return true;
    case RT_EXECUTION_SUCCEEDED: set_payload(b, "output", "outputDetails", e->data); return true;
    case RT_EXECUTION_FAILED:
    case RT_EXECUTION_ABORTED:
    case RT_EXECUTION_TIMED_OUT: set_error(b, &e->error); return true;
    case RT_EXECUTION_REDRIVEN: json_build_set(b, "redriveCount", json_int(e->count)); return true;
    case RT_STATE_ENTERED:
        json_build_set(b, "name", json_ref(e->state->name));
        set_input(b, x, e);
        return true;
    case RT_STATE_EXITED:
        json_build_set(b, "name", json_ref(e->state->name));
        set_payload(b, "output", "outputDetails", e->data);
        if (e->extra)
            set_variables(b, e->extra);
        return true;
    case RT_TASK_SCHEDULED: task_scheduled(b, x, e); return true;
    case RT_TASK_STARTED:
        if (e->state->task.kind == ASL_INTEGRATION)
            set_resource(b, &e->state->task);
        else if (e->state->task.kind == ASL_ACTIVITY)
            event_set_ref(b, "workerName", e->data);
        return e->state->task.kind != ASL_LAMBDA;
    case RT_TASK_SUBMITTED:
    case RT_TASK_SUCCEEDED:
        if (e->state->task.kind == ASL_INTEGRATION)
            set_resource(b, &e->state->task);
        set_payload(b, "output", "outputDetails", e->data);
        return true;
    case RT_TASK_FAILED:
    case RT_TASK_TIMED_OUT:
        if (e->state->task.kind == ASL_INTEGRATION)
            set_resource(b, &e->state->task);
        set_error(b, &e->error);
        return true;
    case RT_GROUP_STARTED:
        if (e->state->type == ASL_MAP)
            json_build_set(b, "length", json_int(e->count));
        return e->state->type == ASL_MAP;
    case RT_ITERATION_STARTED:
    case RT_ITERATION_SUCCEEDED:
    case RT_ITERATION_FAILED:
    case RT_ITERATION_ABORTED:
        json_build_set(b, "name", json_ref(e->state->name));
        json_build_set(b, "index", json_int(e->index));
        return true;
    case RT_MAP_RUN_STARTED: json_build_set(b, "mapRunArn", json_ref(e->data)); return true;
    case RT_MAP_RUN_FAILED: set_error(b, &e->error); return true;
    case RT_MAP_RUN_REDRIVEN:
        json_build_set(b, "mapRunArn", json_ref(e->data));
        json_build_set(b, "redriveCount", json_int(e->count));
        return true;
    case RT_EVALUATION_FAILED:
        json_build_set(b, "state", json_ref(e->state->name));
        set_error(b, &e->error);
        event_set_ref(b, "location", e->error.location);
        return true;
    case RT_STATE_ABORTED:
    case RT_GROUP_SUCCEEDED:
    case RT_GROUP_FAILED:
    case RT_MAP_RUN_SUCCEEDED:
    case RT_CHILD_STARTED:
    case RT_CHILD_ENDED:
    case RT_BRANCH_SUCCEEDED:
    case RT_WAITING:
    case RT_BACKOFF:
    case RT_HEARTBEAT:
    case RT_CHILD_REDRIVEN:
    case RT_MAP_RUN_UPDATED:
    case RT_TASK_ANSWERED: break;
    }
    return false;
}

/* "taskFailedEventDetails" of TaskFailed; those of states go by one name for all types. */
static json *details_key(const struct rt_event *e, const char *name)
{
    if (e->kind == RT_STATE_ENTERED || e->kind == RT_STATE_EXITED)
        name = kinds[e->kind].name;
    json *key = NULL;
    struct buf b = {0};
    buf_addc(&b, (char)(name[0] | 0x20));
    buf_adds(&b, name + 1);
    buf_adds(&b, "EventDetails");
    key = json_take_buf(&b);
    return key;
}

json *rt_event_json(const rt_exec *x, const struct rt_event *e)
{
    char name[RT_EVENT_NAME];
    struct json_build b, d;

    rt_event_name(e, name);
    json_build_object(&b, 5);
    json_build_set(&b, "id", json_int(e->id));
    json_build_set(&b, "previousEventId", json_int(e->previous));
    json_build_set(&b, "timestamp", json_double((double)e->at_ms / 1000));
    json_build_set(&b, "type", json_cstring(name));
    json_build_object(&d, 4);
    if (details(&d, x, e))
        json_build_set_key(&b, details_key(e, name), json_build_done(&d));
    else
        json_build_drop(&d);
    return json_build_done(&b);
}

json *rt_event_without_data(json *event)
{
    static const char *const data[] = {"input",
                                       "inputDetails",
                                       "output",
                                       "outputDetails",
                                       "parameters",
                                       "assignedVariables",
                                       "assignedVariablesDetails"};
    size_t last = json_count(event) - 1;
    const json *details = json_value_at(event, last);
    struct json_build b;

    if (!json_is_object(details))
        return event;
    json_build_object(&b, json_count(details));
    for (size_t i = 0; i < json_count(details); i++) {
        bool keep = true;
        for (size_t d = 0; d < COUNT(data); d++)
            keep &= !json_str_is(json_key_at(details, i), data[d]);
        if (keep)
            json_build_set_key(&b, json_ref(json_key_at(details, i)),
                               json_ref(json_value_at(details, i)));
    }
    json *out = json_with(event, json_ref(json_key_at(event, last)), json_build_done(&b));
    json_unref(event);
    return out;
}
