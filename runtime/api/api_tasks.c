/*
 * Tasks that are calls of this very api: states:startExecution in all its patterns, and whatever
 * operation aws-sdk:sfn names. Parameters and results have AWS's capitals there.
 */

#include "runtime/api/api_tasks.h"

#include "parsers/base/ascii.h"
#include "parsers/base/mem.h"
#include "parsers/base/timestamp.h"
#include "runtime/api/api_call.h"
#include "runtime/api/api_executions.h"
#include "runtime/api/api_redrive.h"
#include "runtime/api/api_start.h"
#include "runtime/api/api_state.h"
#include "runtime/api/api_throttle.h"
#include "runtime/http/message.h"

#include <string.h>

/* ---- capitals ---- */

static json *with_first_letter(const json *key, char (*change)(char))
{
    struct buf text = {0};

    buf_add(&text, json_str(key), json_str_len(key));
    if (text.len)
        text.data[0] = change(text.data[0]);
    return json_take_buf(&text);
}

/* Recursion: requests and answers are no deeper than the api lets them be. */
static json *lowered(const json *v)
{
    struct json_build b;

    if (json_is_array(v)) {
        json_build_array(&b, json_count(v));
        for (size_t i = 0; i < json_count(v); i++)
            json_build_add(&b, lowered(json_at(v, i)));
        return json_build_done(&b);
    }
    if (!json_is_object(v))
        return json_ref(v);
    json_build_object(&b, json_count(v));
    for (size_t i = 0; i < json_count(v); i++)
        json_build_set_key(&b, with_first_letter(json_key_at(v, i), ascii_lower),
                           lowered(json_value_at(v, i)));
    return json_build_done(&b);
}

/* Times are texts in results of the SDK. */
static json *raised(const json *key, const json *v)
{
    struct json_build b;

    if (json_is_array(v)) {
        json_build_array(&b, json_count(v));
        for (size_t i = 0; i < json_count(v); i++)
            json_build_add(&b, raised(NULL, json_at(v, i)));
        return json_build_done(&b);
    }
    if (key && json_is_number(v) && (json_str_ends(key, "Date") || json_str_is(key, "timestamp"))) {
        struct buf text = {0};
        timestamp_write(&text, (int64_t)(json_double_value(v) * 1000 + 0.5));
        return json_take_buf(&text);
    }
    if (!json_is_object(v))
        return json_ref(v);
    json_build_object(&b, json_count(v));
    for (size_t i = 0; i < json_count(v); i++)
        json_build_set_key(&b, with_first_letter(json_key_at(v, i), ascii_upper),
                           raised(json_key_at(v, i), json_value_at(v, i)));
    return json_build_done(&b);
}

/* The request: members that are documents go as text, those that are null not at all. */
static json *request_of_parameters(const json *parameters)
{
    struct json_build b;

    json_build_object(&b, json_count(parameters));
    for (size_t i = 0; i < json_count(parameters); i++) {
        const json *key = json_key_at(parameters, i), *v = json_value_at(parameters, i);
        bool document = json_str_is(key, "Input") || json_str_is(key, "Output");
        if (json_kind(v) != JSON_NULL)
            json_build_set_key(&b, with_first_letter(key, ascii_lower),
                               document && !json_is_string(v) ? json_text(v) : lowered(v));
    }
    return json_build_done(&b);
}

/* ---- results ---- */

/* Adds what AWS's SDK adds to an answer: the headers of a service that speaks AWS JSON 1.0. The
 * two lists have different orders, as they have on AWS. */
static void add_envelope(struct json_build *b, api *a, size_t body_len, int64_t now_ms)
{
    static const char *const all_order[] = {"x-amzn-RequestId", "connection", "Content-Length",
                                            "Date", "Content-Type"};
    static const char *const one_order[] = {"connection", "Content-Length", "Content-Type", "Date",
                                            "x-amzn-RequestId"};
    char date[HTTP_DATE_SIZE];
    struct json_build headers, all, one, meta;
    json *id = api_uuid(a);

    http_date(now_ms, date);
    json_build_object(&headers, 5);
    json_build_set(&headers, "x-amzn-RequestId", json_ref(id));
    json_build_set(&headers, "connection", json_cstring("keep-alive"));
    json_build_set(&headers, "Content-Length", json_stringf("%zu", body_len));
    json_build_set(&headers, "Date", json_cstring(date));
    json_build_set(&headers, "Content-Type", json_cstring("application/x-amz-json-1.0"));
    json *values = json_build_done(&headers);
    json_build_object(&all, 5);
    json_build_object(&one, 5);
    for (size_t i = 0; i < 5; i++) {
        struct json_build list;
        json_build_array(&list, 1);
        json_build_add(&list, json_ref(json_get(values, all_order[i])));
        json_build_set(&all, all_order[i], json_build_done(&list));
        json_build_set(&one, one_order[i], json_ref(json_get(values, one_order[i])));
    }
    json_unref(values);
    json_build_object(&meta, 3);
    json_build_set(&meta, "AllHttpHeaders", json_build_done(&all));
    json_build_set(&meta, "HttpHeaders", json_build_done(&one));
    json_build_set(&meta, "HttpStatusCode", json_int(200));
    json_build_set(b, "SdkHttpMetadata", json_build_done(&meta));
    json_build_object(&meta, 1);
    json_build_set(&meta, "RequestId", id);
    json_build_set(b, "SdkResponseMetadata", json_build_done(&meta));
}

static json *start_result(api *a, const json *answer, size_t body_len)
{
    struct json_build b;

    json_build_object(&b, 4);
    json_build_set(&b, "ExecutionArn", json_ref(json_get(answer, "executionArn")));
    add_envelope(&b, a, body_len, a->now_ms);
    json_build_set(&b, "StartDate", json_ref(json_get(answer, "startDate")));
    return json_build_done(&b);
}

/* "StateMachineDoesNotExist" is the class StateMachineDoesNotExistException. */
static json *error_name(const char *service, const json *type)
{
    const char *end = json_str_ends(type, "Exception") ? "" : "Exception";

    return json_stringf("%s.%s%s", service, json_str(type), end);
}

static void refused_result(api *a, const struct api_task *t, int status, const json *answer,
                           struct task_result *r)
{
    const json *type = json_get(answer, "__type"), *message = json_get(answer, "message");
    json *id = api_uuid(a);

    r->error = error_name(t->own == OWN_SDK ? "Sfn" : "StepFunctions", type);
    r->cause = t->own == OWN_SDK
                   ? json_stringf("%s (Service: Sfn, Status Code: %d, Request ID: %s) (SDK "
                                  "Attempt Count: 1)",
                                  json_str(message), status, json_str(id))
                   : json_stringf("%s (Service: AWSStepFunctions; Status Code: %d; Error Code: "
                                  "%s; Request ID: %s; Proxy: null)",
                                  json_str(message), status, json_str(type), json_str(id));
    json_unref(id);
}

static void finish_own_task(api *a, struct api_task *t, struct task_result *r)
{
    uint64_t id = t->node.id;

    api_task_over(a, id);
    engine_task_done(a->engine, id, r);
}

/* ---- the end of a nested execution ---- */

static json *included(void)
{
    struct json_build b;

    json_build_object(&b, 1);
    json_build_set(&b, "Included", json_bool(true));
    return json_build_done(&b);
}

/* With .sync:2 input and output come as values; text that is no JSON stays text. */
static json *document(const json *text, bool parsed)
{
    json *v =
        parsed ? json_parse(json_str(text), json_str_len(text), JSON_READ_SURROGATES, NULL) : NULL;

    return v ? v : json_ref(text);
}

/* A member of DescribeExecution's answer under its name of the SDK; nothing without a value. */
static void add_text_if_any(struct json_build *b, const char *key, const json *v)
{
    if (v)
        json_build_set(b, key, json_ref(v));
}

/*
 * What DescribeExecution says of it, by the names of the SDK in their order. Of a machine that ran
 * into its own time-out there is no Error.
 */
static json *nested_description(api *a, const struct execution *x, bool parsed)
{
    const char *reason = execution_refusal(a, x);
    struct json_build b;

    json_build_object(&b, 20);
    add_text_if_any(&b, "Cause", x->error.cause);
    add_text_if_any(&b, "Error", x->error.name);
    json_build_set(&b, "ExecutionArn", json_ref(x->names.arn));
    json_build_set(&b, "Input", document(x->input, parsed));
    json_build_set(&b, "InputDetails", included());
    json_build_set(&b, "Name", json_ref(x->names.name));
    if (x->output) {
        json_build_set(&b, "Output", document(x->output, parsed));
        json_build_set(&b, "OutputDetails", included());
    }
    json_build_set(&b, "RedriveCount", json_int(x->redrives));
    if (x->redrives)
        json_build_set(&b, "RedriveDate", json_int(x->redriven_ms));
    json_build_set(&b, "RedriveStatus", json_cstring(reason ? "NOT_REDRIVABLE" : "REDRIVABLE"));
    if (reason)
        json_build_set(&b, "RedriveStatusReason", json_cstring(reason));
    json_build_set(&b, "StartDate", json_int(x->start_ms));
    add_text_if_any(&b, "StateMachineAliasArn", execution_note(x, NOTE_ALIAS));
    json_build_set(&b, "StateMachineArn", json_ref(x->names.machine_arn));
    add_text_if_any(&b, "StateMachineVersionArn", execution_note(x, NOTE_VERSION));
    json_build_set(&b, "Status", json_cstring(rt_status_name(x->status)));
    json_build_set(&b, "StopDate", json_int(x->stop_ms));
    add_text_if_any(&b, "TraceHeader", execution_note(x, NOTE_TRACE));
    return json_build_done(&b);
}

/* A nested execution that failed in any way is States.TaskFailed; its description, as text, is the
 * cause. */
static void finish_with_nested(api *a, struct api_task *t, const struct execution *x)
{
    struct task_result r = {.ok = x->status == RT_SUCCEEDED};
    /* A cause is text throughout, whatever the pattern makes of a result. */
    json *description = nested_description(a, x, r.ok && t->own == OWN_SYNC_2);

    if (r.ok) {
        r.output = description;
    } else {
        r.error = json_cstring(ASL_TASK_FAILED);
        r.cause = json_text(description);
        json_unref(description);
    }
    finish_own_task(a, t, &r);
}

/* Each parent is told, but for those whose tasks were cancelled meanwhile. */
void own_nested_ended(api *a, struct run *run, const struct execution *x)
{
    struct id_queue *q = &run->parents;

    for (; q->first < q->count; q->first++) {
        struct api_task *t = task_at(a, q->ids[q->first]);
        if (t)
            finish_with_nested(a, t, x);
    }
}

/* ---- what is stopped with its Task ---- */

static struct awaiting *awaiting_of(const api *a, uint64_t execution)
{
    return (struct awaiting *)(void *)id_map_get(&a->own.awaiting, execution);
}

/* Kept by the execution that waits, so that stopping it finds all that it waits for. */
static void await_nested(api *a, struct api_task *t, uint64_t nested)
{
    struct awaiting *w = awaiting_of(a, t->number);

    if (!w) {
        w = mem_calloc(1, sizeof *w);
        w->node.id = t->number;
        id_map_put(&a->own.awaiting, &w->node);
    }
    t->nested = nested;
    t->next = w->first;
    w->first = t;
}

/* The lists are short: the tasks of one execution that wait for others at this moment. */
void own_leaves(api *a, struct api_task *t)
{
    struct awaiting *w = t->nested == NO_NESTED ? NULL : awaiting_of(a, t->number);
    struct api_task **at = w ? &w->first : NULL;

    while (at && *at && *at != t)
        at = &(*at)->next;
    if (at && *at)
        *at = t->next;
    if (w && !w->first) {
        id_map_take(&a->own.awaiting, t->number);
        mem_free(w);
    }
}

/* The words are AWS's; the error has no name. */
static void stop_nested(api *a, const struct api_task *t)
{
    struct asl_error e = {
        .cause = json_stringf("The Task state in AWS Step Functions execution [%s] which was "
                              "managing this resource was aborted",
                              json_str(t->parent))};

    engine_stop(a->engine, t->nested, &e);
    asl_error_clear(&e);
}

/* All at once: a chain that grows at its end is not to run away from who stops it. */
void own_cancelled(api *a, const struct api_task *t)
{
    struct id_queue below = {0};

    if (t->nested == NO_NESTED)
        return;
    stop_nested(a, t);
    id_queue_add(&below, t->nested);
    while (below.first < below.count) {
        const struct awaiting *w = awaiting_of(a, below.ids[below.first++]);
        for (const struct api_task *next = w ? w->first : NULL; next; next = next->next) {
            stop_nested(a, next);
            id_queue_add(&below, next->nested);
        }
    }
    id_queue_clear(&below);
}

/* ---- calls ---- */

/* The execution's end is the task's. */
static void wait_for_nested(api *a, struct api_task *t, const json *arn)
{
    struct execution x;
    uint64_t number;

    if (!execution_number(a, json_str(arn), &number) || !execution_look(a, number, &x))
        return;
    if (x.status == RT_RUNNING) {
        await_nested(a, t, number);
        id_queue_add(&run_of(a, number)->parents, t->node.id);
    } else {
        execution_result(a, &x);
        finish_with_nested(a, t, &x);
    }
    execution_clear(&x);
}

/*
 * Tasks that are out are handed out again after a restart. One that has been submitted has started
 * its execution already, and must not start another.
 */
void own_resume(api *a, struct api_task *t, const json *submitted)
{
    const json *arn = json_get(submitted, "ExecutionArn");

    if (t->own != OWN_CALLBACK && arn && json_is_string(arn))
        wait_for_nested(a, t, arn);
}

/*
 * The API's answer to the task's call. By the pattern it is the result, or its end will
 * be, or the token brings it.
 */
static void own_answered(void *user, int status, struct buf *body)
{
    struct api_task *t = user;
    api *a = t->api;
    struct task_result r = {.ok = status == 200};
    json *answer = json_parse(body->data, body->len, JSON_READ_SURROGATES, NULL);

    t->call = 0;
    if (!r.ok) {
        refused_result(a, t, status, answer, &r);
        finish_own_task(a, t, &r);
    } else if (t->own == OWN_SDK) {
        r.output = raised(NULL, answer);
        finish_own_task(a, t, &r);
    } else {
        json *result = start_result(a, answer, body->len);
        if (t->own == OWN_START) {
            r.output = result;
            finish_own_task(a, t, &r);
        } else {
            engine_task_submitted(a->engine, t->node.id, result);
            json_unref(result);
            if (t->own != OWN_CALLBACK)
                wait_for_nested(a, t, json_get(answer, "executionArn"));
        }
    }
    json_unref(answer);
}

/* ---- which tasks ---- */

static const char start_operation[] = "StartExecution";

/* The SDK's resources have the operation's name with a small first letter. */
enum own_task own_task_of(const struct asl_resource *r, char **operation)
{
    static const enum own_task by_pattern[] = {[ASL_REQUEST_RESPONSE] = OWN_START,
                                               [ASL_SYNC] = OWN_SYNC,
                                               [ASL_SYNC_2] = OWN_SYNC_2,
                                               [ASL_WAIT_FOR_TASK_TOKEN] = OWN_CALLBACK};

    if (asl_resource_calls(r, "states", "startExecution")) {
        *operation = mem_strdup(start_operation);
        return by_pattern[r->pattern];
    }
    if (r->kind != ASL_RESOURCE_SDK || !asl_piece_is(r->service, "sfn") ||
        r->pattern != ASL_REQUEST_RESPONSE)
        return OWN_NONE;
    *operation = mem_strndup(r->action.at, r->action.len);
    (*operation)[0] = ascii_upper((*operation)[0]);
    return OWN_SDK;
}

/* The call may be answered before this returns, and with its answer the task is over. */
static void own_call(api *a, struct api_task *t, const char *operation, const struct buf *body)
{
    uint64_t id = t->node.id;
    uint64_t waits = api_call_own(a, operation, body->data, body->len, a->now_ms, own_answered, t);

    /* Unless it waits, `t` may be gone. */
    if (waits && (t = task_at(a, id)))
        t->call = waits;
}

/* Starts may have to wait for their turn; other operations wait only while executions are taken up
 * after a restart, as some of them name such a one. */
void own_start(api *a, struct api_task *t, const struct task *task, const char *operation)
{
    struct buf body = {0};

    if (json_depth(task->parameters) > API_MAX_DEPTH) {
        struct task_result r = {.error = json_cstring(ASL_RUNTIME),
                                .cause = json_cstring("The Parameters are nested too deeply")};
        finish_own_task(a, t, &r);
        return;
    }
    json *request = request_of_parameters(task->parameters);
    json_write(&body, request);
    a->now_ms = task->now_ms;
    bool starts = strcmp(operation, start_operation) == 0;
    if (!starts && engine_takes_up(a->engine)) {
        t->operation = json_cstring(operation);
        id_queue_add(&a->own.later, t->node.id);
        t->request = json_take_buf(&body);
    } else if (starts && start_must_wait(a, t, request)) {
        t->request = json_take_buf(&body);
    } else {
        own_call(a, t, operation, &body);
    }
    json_unref(request);
    buf_clear(&body);
}

void own_start_now(api *a, struct api_task *t)
{
    struct buf body = {0};
    json *operation = t->operation;

    buf_add(&body, json_str(t->request), json_str_len(t->request));
    json_unref(t->request);
    t->request = t->operation = NULL;
    own_call(a, t, operation ? json_str(operation) : start_operation, &body);
    json_unref(operation);
    buf_clear(&body);
}

/* A bound for one turn, as each call may take up an execution, which reads its history. */
enum { CALLS_A_TURN = 16 };

/*
 * While executions are taken up after a restart, a task that is handed out may be a call with the
 * token of one that is not yet. As its tasks would be handed out within the call, and these may be
 * such calls again, they wait for the end of the turn.
 */
void own_calls_go_on(api *a)
{
    struct api_task *t;

    for (int n = 0; n < CALLS_A_TURN && (t = task_next(a, &a->own.later)); n++)
        own_start_now(a, t);
}

bool own_calls_wait(const api *a)
{
    return a->own.later.first < a->own.later.count;
}

/* To be called after the tasks themselves have gone, each of which ends its wait. */
void own_clear(api *a)
{
    id_map_clear(&a->own.awaiting);
    id_queue_clear(&a->own.later);
}
