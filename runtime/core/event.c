/*
 * Events: their values, and how people and AWS's clients see them, as names and as JSON. What is
 * different from kind to kind is taken from the kind's row in the table of apply.c.
 */

#include "runtime/core/event_kinds.h"

#include "runtime/core/frames.h"

#include "parsers/base/count.h"

#include <string.h>

/* ---- values ---- */

/* The values of the union; the last one has no key. */
static const struct event_value *values_of(const struct rt_event *e)
{
    return event_members_of(e->kind)->values;
}

int64_t event_number_of(const struct rt_event *e, const struct event_number *n)
{
    const char *at = (const char *)e + n->at;
    uint32_t u32;
    int64_t number;

    if (n->width == WIDTH_U32) {
        memcpy(&u32, at, sizeof u32);
        return u32 == UINT32_MAX ? -1 : (int64_t)u32;
    }
    memcpy(&number, at, sizeof number);
    return number;
}

static json **event_value_at(struct rt_event *e, const struct event_value *v)
{
    return (json **)(void *)((char *)e + v->at);
}

void rt_event_clear(struct rt_event *e)
{
    json_unref(e->data);
    e->data = NULL;
    for (const struct event_value *v = values_of(e); v->key; v++) {
        json_unref(*event_value_at(e, v));
        *event_value_at(e, v) = NULL;
    }
    asl_error_clear(&e->error);
}

bool rt_event_trim(struct rt_event *e)
{
    bool childs = e->kind == RT_CHILD_STARTED || e->kind == RT_CHILD_ENDED;

    if (!childs || !e->data || json_kind(e->data) == JSON_NULL)
        return false;
    json_unref(e->data);
    e->data = json_null();
    return true;
}

struct rt_event rt_event_copy(const struct rt_event *e)
{
    struct rt_event copy = *e;

    json_ref(e->data);
    for (const struct event_value *v = values_of(e); v->key; v++)
        json_ref(*event_value_at(&copy, v));
    copy.error = asl_error_copy(&e->error);
    return copy;
}

bool event_is_of_execution(enum rt_event_kind kind)
{
    return !event_kinds[kind].types;
}

enum rt_tally rt_event_tally(enum rt_event_kind kind)
{
    return event_kinds[kind].tally;
}

enum rt_news rt_event_news(enum rt_event_kind kind)
{
    return event_kinds[kind].news;
}

bool rt_event_is_end(enum rt_event_kind kind)
{
    return event_kinds[kind].ends != RT_RUNNING;
}

const json *rt_event_extra(const struct rt_event *e)
{
    const struct event_value *v = values_of(e);

    return v->key ? event_value_of(e, v) : NULL;
}

const json *rt_event_token(const struct rt_event *e)
{
    return event_kinds[e->kind].shape == SHAPE_SCHEDULED ? e->scheduled.token : NULL;
}

/* ---- names ---- */

static const char *const task_prefixes[] = {
    [ASL_LAMBDA] = "LambdaFunction", [ASL_ACTIVITY] = "Activity", [ASL_INTEGRATION] = "Task"};

void rt_event_name(const struct rt_event *e, char out[RT_EVENT_NAME])
{
    const struct event_kind *k = &event_kinds[e->kind];
    const char *prefix = "";

    switch (k->naming) {
    case NAMED_BY_STATE:
    case NAMED_BY_GROUP: prefix = asl_type_names[e->state->type]; break;
    case NAMED_BY_TASK: prefix = task_prefixes[e->state->task.kind]; break;
    case NAMED_ALONE: break;
    }
    /* Both parts are ours: the longest is LambdaFunctionSubmitted. */
    size_t n = strlen(prefix);
    memcpy(out, prefix, n);
    memcpy(out + n, k->name, strlen(k->name) + 1);
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

/* Returns whether the state begins a branch of a Parallel that hands on what it got, and so on up
 * to the machine's first state. The depth is that of the definition. */
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

static void event_set_error(struct json_build *b, const struct asl_error *e)
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

/* Of Credentials AWS shows the role, and none of what else a machine may have put there. */
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
        json_build_set(b, "region", json_ref(rt_exec_names(x)->region));
        json_build_set(b, "parameters", json_text(e->data));
    } else {
        json_build_set(b, "resource", json_ref(task->resource));
        set_payload(b, "input", "inputDetails", e->data);
    }
    if (e->scheduled.timeout_s)
        json_build_set(b, "timeoutInSeconds", json_int(e->scheduled.timeout_s));
    /* LambdaFunctionScheduledEventDetails has no member for it. */
    if (e->scheduled.heartbeat_s && task->kind != ASL_LAMBDA)
        json_build_set(b, "heartbeatInSeconds", json_int(e->scheduled.heartbeat_s));
    set_credentials(b, e->scheduled.credentials);
}

static void set_detail(struct json_build *b, const rt_exec *x, const struct rt_event *e,
                       enum event_detail detail)
{
    switch (detail) {
    case DETAIL_NAME: json_build_set(b, "name", json_ref(e->state->name)); break;
    case DETAIL_STATE: json_build_set(b, "state", json_ref(e->state->name)); break;
    case DETAIL_MAP_RUN: json_build_set(b, "mapRunArn", json_ref(e->data)); break;
    case DETAIL_RESOURCE:
        if (e->state->task.kind == ASL_INTEGRATION)
            set_resource(b, &e->state->task);
        break;
    case DETAIL_TASK: task_scheduled(b, x, e); break;
    case DETAIL_INPUT: set_input(b, x, e); break;
    case DETAIL_ROLE: json_build_set(b, "roleArn", json_ref(rt_exec_names(x)->role_arn)); break;
    case DETAIL_OUTPUT: set_payload(b, "output", "outputDetails", e->data); break;
    case DETAIL_VARIABLES:
        if (e->exited.variables)
            set_variables(b, e->exited.variables);
        break;
    case DETAIL_ERROR: event_set_error(b, &e->error); break;
    case DETAIL_LOCATION: event_set_ref(b, "location", e->error.location); break;
    case DETAIL_INDEX: json_build_set(b, "index", json_int(e->child.index)); break;
    case DETAIL_LENGTH: json_build_set(b, "length", json_int(e->group.length)); break;
    case DETAIL_REDRIVES: json_build_set(b, "redriveCount", json_int(e->redrive.number)); break;
    case DETAIL_WORKER:
        if (e->state->task.kind == ASL_ACTIVITY)
            event_set_ref(b, "workerName", e->data);
        break;
    case EVENT_DETAILS: break;
    }
}

/* A Lambda function's …Started and ParallelStateStarted have none, not even empty ones. */
static bool has_details(const struct rt_event *e)
{
    unsigned details = event_kinds[e->kind].details;

    return details && (!(details & DETAIL(WORKER)) || e->state->task.kind != ASL_LAMBDA) &&
           (!(details & DETAIL(LENGTH)) || e->state->type == ASL_MAP);
}

static json *event_details(const rt_exec *x, const struct rt_event *e)
{
    struct json_build b;

    json_build_object(&b, 4);
    /* In the order of enum event_detail, which is AWS's. */
    for (int d = 0; d < EVENT_DETAILS; d++)
        if (event_kinds[e->kind].details & 1u << d)
            set_detail(&b, x, e, (enum event_detail)d);
    return json_build_done(&b);
}

/* "taskFailedEventDetails" of TaskFailed; what is NAMED_BY_STATE has one name for all types. */
static json *details_key(const struct rt_event *e, const char *name)
{
    struct buf b = {0};

    if (event_kinds[e->kind].naming == NAMED_BY_STATE)
        name = event_kinds[e->kind].name;
    buf_addc(&b, (char)(name[0] | 0x20));
    buf_adds(&b, name + 1);
    buf_adds(&b, "EventDetails");
    return json_take_buf(&b);
}

json *rt_event_json(const rt_exec *x, const struct rt_event *e)
{
    char name[RT_EVENT_NAME];
    struct json_build b;

    rt_event_name(e, name);
    json_build_object(&b, 5);
    json_build_set(&b, "id", json_int(e->id));
    json_build_set(&b, "previousEventId", json_int(e->previous));
    json_build_set(&b, "timestamp", json_double((double)e->at_ms / 1000));
    json_build_set(&b, "type", json_cstring(name));
    if (has_details(e))
        json_build_set_key(&b, details_key(e, name), event_details(x, e));
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
    /* The details, if there are any: rt_event_json puts them last. */
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
