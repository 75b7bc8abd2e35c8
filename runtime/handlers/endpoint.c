/*
 * Services that speak AWS's protocols: AWS itself, an emulator, a server of one's own. The Task's
 * resource says which call; the answer is what the Task gets on AWS. A .sync Task's job is begun,
 * told of, and then asked about until it has ended; one that is cancelled is told to stop, but
 * nobody waits for that. One that had begun before a crash is only asked about. Some integrations
 * make another call before their own, or after it.
 */
#include "runtime/handlers/endpoint_impl.h"

#include "asl/eval/env.h"
#include "parsers/base/mem.h"
#include "runtime/aws/endpoints.h"
#include "runtime/handlers/integration.h"

#include <string.h>

enum {
    POLL_MS = 1000,
    MAX_POLL_MS = 20 * 1000,
    REQUEST_MS = 5 * 60 * 1000,
    CONVERSATION_MS = 15 * 60 * 1000, /* as AWS has it */
};
/* What a model takes and answers may be larger than a Task's data, as it goes by S3. */
enum { MAX_MODEL_BYTES = 25 * 1024 * 1024 };
/* Of an answer that is wanted as bytes: who asks says how many. */
enum { MAX_RAW_BYTES = 65 << 20 };

struct endpoint_work {
    struct task_call *task_call; /* NULL: it has gone, and the timer's end is awaited */
    struct aws_call call;
    struct aws_call describe; /* .sync, once the job has begun */
    json *submitted, *describe_parameters;
    struct endpoint_place place;
    struct aws_side_call side; /* before or after the call, while that is under way */
    struct endpoint_place side_place;
    json *parameters, *value; /* what it made of the Task's; the call's result, while it is after */
    struct buf bytes;         /* what it gives or takes as a body */
    signed_send *transfer;
    uv_timer_t timer;
    bool timer_open;
    int64_t poll_ms;
};

/* ---- where ---- */

static bool endpoint_serves(handlers *h, const struct handler_input *v, struct diag *why)
{
    struct aws_call c;
    struct buf text = {0};

    if (!v->resource)
        return false;
    if (is_invoke(v->resource))
        return invoke_serves(h, v, why);
    if (is_of_cluster(v->resource))
        return cluster_serves(h, why);
    if (!aws_call_read(v->resource, &c, why))
        return false;
    if (h->options.endpoints && endpoints_find(h->options.endpoints, c.service->id))
        return true;
    buf_adds(&text, "or say where the service is: ");
    endpoints_say(c.service->id, &text);
    diag_set(why, "NO_ENDPOINT", 0, "%s", buf_str(&text));
    buf_clear(&text);
    return false;
}

/* The timer is inside the work, so the work lives until libuv has let go of it. */
static void endpoint_on_timer_closed(uv_handle_t *handle)
{
    mem_free(handle->data);
}

/* Ends with a call beside the call itself. */
static void side_clear(struct endpoint_work *w)
{
    json_unref(w->side.parameters);
    mem_free(w->side_place.base);
    w->side = (struct aws_side_call){0};
    w->side_place = (struct endpoint_place){0};
}

static void endpoint_work_free(struct endpoint_work *w)
{
    side_clear(w);
    json_unref(w->submitted);
    json_unref(w->describe_parameters);
    json_unref(w->parameters);
    json_unref(w->value);
    buf_clear(&w->bytes);
    mem_free(w->place.base);
    w->place.base = NULL;
    w->submitted = w->describe_parameters = w->parameters = w->value = NULL;
    if (w->timer_open)
        uv_close((uv_handle_t *)&w->timer, endpoint_on_timer_closed);
    else
        mem_free(w);
}

/* Ends the work with what the Task gets. Takes the result's values. */
static void endpoint_finish(struct endpoint_work *w, struct aws_result *r, bool in_start)
{
    struct task_call *call = w->task_call;
    struct handler_answer a = {.outcome = r->ok ? HANDLER_OK : HANDLER_FAILED,
                               .value = r->value,
                               .error = r->error,
                               .cause = r->cause};

    endpoint_work_free(w);
    if (in_start)
        task_call_ready(call, &a);
    else
        task_call_done(call, &a);
}

static json *endpoint_not_answered(const struct http_response *r)
{
    return json_stringf("Unable to execute HTTP request: %s", r->error);
}

static void poll(struct endpoint_work *w);

static void endpoint_on_timer(uv_timer_t *timer)
{
    poll(timer->data);
}

int64_t job_wait_ms(const handlers *h, int64_t before_ms)
{
    if (!before_ms)
        return h->options.poll_ms ? h->options.poll_ms : POLL_MS;
    return before_ms < MAX_POLL_MS ? before_ms + before_ms / 4 + 1 : before_ms;
}

static void wait_for_job(struct endpoint_work *w)
{
    if (!w->timer_open) {
        uv_timer_init(w->task_call->h->loop, &w->timer);
        w->timer.data = w;
        w->timer_open = true;
    }
    w->poll_ms = job_wait_ms(w->task_call->h, w->poll_ms);
    uv_timer_start(&w->timer, endpoint_on_timer, (uint64_t)w->poll_ms, 0);
}

/* The headers belong to the answer, and are to be freed. */
static struct aws_answer endpoint_answer_of(const struct http_response *r, json *headers,
                                            char id[HANDLER_REQUEST_ID],
                                            const struct task_call *call)
{
    handler_request_id(call->key ? call->key : "", id);
    return (struct aws_answer){.status = r->status,
                               .body = r->body.data ? r->body.data : "",
                               .len = r->body.len,
                               .headers = headers,
                               .request_id = id,
                               .raw = call->raw,
                               .parameters = call->payload};
}

/* A question that gets no answer tells nothing about the job, which may run for hours: it is asked
 * again. An answer that is an error is the end, if aws_job_progress says so. */
static void described(void *user, struct http_response *r)
{
    struct endpoint_work *w = user;
    struct aws_result result = {0};
    json *headers;
    char id[HANDLER_REQUEST_ID];

    w->transfer = NULL;
    if (r->outcome != HTTP_ANSWERED) {
        wait_for_job(w);
        return;
    }
    headers = response_headers(r);
    struct aws_answer a = endpoint_answer_of(r, headers, id, w->task_call);
    enum aws_progress p = aws_job_progress(&w->call, w->submitted, &w->describe, &a, &result);
    json_unref(headers);
    if (p == AWS_JOB_RUNS)
        wait_for_job(w);
    else
        endpoint_finish(w, &result, false);
}

/* Without keys there is no answer, and so nothing is known of the job either. */
static void not_described(void *user, bool of_role, const char *why)
{
    struct endpoint_work *w = user;

    (void)of_role, (void)why;
    w->transfer = NULL;
    wait_for_job(w);
}

static void poll(struct endpoint_work *w)
{
    struct outgoing ask = {.call = &w->describe,
                           .to = &w->place,
                           .parameters = w->describe_parameters,
                           .timeout_ms = REQUEST_MS,
                           .done = described,
                           .no_keys = not_described,
                           .user = w};
    struct aws_result r = {0};
    struct diag why = {0};
    bool bad_call;

    w->transfer = endpoint_send_call(w->task_call, &ask, &bad_call, &why);
    if (!w->transfer) {
        aws_not_sent(&w->call, json_cstring(why.text), &r);
        endpoint_finish(w, &r, false);
    }
    diag_clear(&why);
}

/* Waits for the end of the job that `submitted` (taken) tells of. */
static void follow_job(struct endpoint_work *w, json *submitted)
{
    w->submitted = submitted;
    w->task_call->begun = true;
    aws_job_describe(&w->call, w->task_call->payload, w->submitted, &w->describe,
                     &w->describe_parameters);
    wait_for_job(w);
}

/* The job has begun; `r` is what the service said to that. */
static void endpoint_begun(struct endpoint_work *w, struct aws_result *r)
{
    handlers *h = w->task_call->h;
    const json *tasks = json_get(r->value, "Tasks"), *failures = json_get(r->value, "Failures");

    /* ECS takes a call well of which nothing came. */
    if (tasks && json_is_array(tasks) && !json_count(tasks) && failures) {
        struct aws_result failed = {.error = json_cstring(ASL_TASK_FAILED),
                                    .cause = json_text(failures)};
        aws_result_clear(r);
        endpoint_finish(w, &failed, false);
        return;
    }
    if (h->submitted)
        h->submitted(h->user, w->task_call->node.id, r->value);
    follow_job(w, r->value);
}

static json *endpoint_bad_parameters(const struct task_call *call, const char *why)
{
    struct buf cause = {0};

    buf_adds(&cause, "The Parameters '");
    json_write(&cause, call->payload);
    buf_printf(&cause, "' could not be used to start the Task: [%s]", why);
    return json_take_buf(&cause);
}

/* Ends the work: the Task's parameters are no good. */
static void endpoint_refuse(struct endpoint_work *w, const char *why, bool in_start)
{
    struct aws_result r = {.error = json_cstring(ASL_RUNTIME),
                           .cause = endpoint_bad_parameters(w->task_call, why)};

    endpoint_finish(w, &r, in_start);
}

/* Ends the work with an answer that is none. */
static void endpoint_unanswered(struct endpoint_work *w, const struct aws_call *c,
                                const struct http_response *r)
{
    struct aws_result result = {0};

    if (r->outcome == HTTP_TOO_LARGE)
        result.error = json_cstring(ASL_DATA_LIMIT_EXCEEDED);
    else
        aws_not_sent(c, endpoint_not_answered(r), &result);
    endpoint_finish(w, &result, false);
}

static void endpoint_no_keys(void *user, bool of_role, const char *why)
{
    struct endpoint_work *w = user;
    struct aws_result r = {0};

    if (of_role) {
        r.error = json_cstring(ASL_TASK_FAILED);
        r.cause = json_cstring(why);
    } else {
        aws_not_sent(&w->call, json_cstring(why), &r);
    }
    w->transfer = NULL;
    endpoint_finish(w, &r, false);
}

/* Sends a request that the Task waits for, or ends the work. */
static void endpoint_send(struct endpoint_work *w, struct outgoing *o, bool in_start)
{
    struct task_call *call = w->task_call;
    struct diag why = {0};
    struct aws_result r = {0};
    bool bad_call = false;

    if (!o->timeout_ms)
        o->timeout_ms = REQUEST_MS;
    if (call->row->timeout_ms)
        o->timeout_ms = call->row->timeout_ms;
    o->no_keys = endpoint_no_keys;
    o->user = w;
    w->transfer = o->to->base ? endpoint_send_call(w->task_call, o, &bad_call, &why) : NULL;
    if (!w->transfer && bad_call) {
        endpoint_refuse(w, why.text, in_start);
    } else if (!w->transfer) {
        struct buf text = {0};
        if (!why.text) {
            buf_adds(&text, "nothing says where it is: ");
            endpoints_say(o->call->service->id, &text);
        }
        aws_not_sent(o->call, json_cstring(why.text ? why.text : buf_str(&text)), &r);
        buf_clear(&text);
        endpoint_finish(w, &r, in_start);
    }
    diag_clear(&why);
}

/* ---- the call, and those beside it ---- */

static void send_side_call(struct endpoint_work *w, http_done *done, bool in_start)
{
    const struct aws_body body = {w->bytes.data, w->bytes.len};
    struct aws_call call = w->side.call;
    bool same = call.service == w->call.service;

    if (!same)
        w->side_place = endpoint_place_of(w->task_call->h, &w->side.call, NULL, NULL);
    if (w->side.takes_body)
        call.body = &body;
    struct outgoing o = {.call = &call,
                         .to = same ? &w->place : &w->side_place,
                         .parameters = w->side.parameters,
                         .max_body = w->side.gives_body ? MAX_MODEL_BYTES : 0,
                         .done = done};
    endpoint_send(w, &o, in_start);
}

static void after_answered(void *user, struct http_response *r)
{
    struct endpoint_work *w = user;
    struct aws_result result = {0};
    char id[HANDLER_REQUEST_ID];

    w->transfer = NULL;
    if (r->outcome != HTTP_ANSWERED) {
        endpoint_unanswered(w, &w->side.call, r);
        return;
    }
    json *headers = response_headers(r), *value = w->value;
    struct aws_answer a = endpoint_answer_of(r, headers, id, w->task_call);
    w->value = NULL;
    aws_after_read(&w->side, w->task_call->payload, &a, value, &result);
    json_unref(headers);
    endpoint_finish(w, &result, false);
}

/* The call went well. Returns true when another follows, which then ends the work. */
static bool goes_on_after(struct endpoint_work *w, struct http_response *r,
                          const struct aws_answer *a, struct aws_result *result)
{
    struct diag why = {0};

    side_clear(w);
    if (!aws_call_after(&w->call, w->task_call->payload, a, &w->side, &why)) {
        diag_clear(&why);
        return false;
    }
    w->value = result->value;
    buf_clear(&w->bytes);
    w->bytes = r->body;
    r->body = (struct buf){0};
    send_side_call(w, after_answered, false);
    return true;
}

static void endpoint_answered(void *user, struct http_response *r)
{
    struct endpoint_work *w = user;
    struct aws_result result = {0};
    json *headers;
    char id[HANDLER_REQUEST_ID];

    w->transfer = NULL;
    if (r->outcome != HTTP_ANSWERED) {
        endpoint_unanswered(w, &w->call, r);
        return;
    }
    headers = response_headers(r);
    struct aws_answer a = endpoint_answer_of(r, headers, id, w->task_call);
    aws_answer_read(&w->call, &a, &result);
    if (result.ok && w->call.job)
        endpoint_begun(w, &result);
    else if (!result.ok || !goes_on_after(w, r, &a, &result))
        endpoint_finish(w, &result, false);
    json_unref(headers);
}

/* Makes the call itself, with what the one before it has given. */
static void start_call(struct endpoint_work *w, bool in_start)
{
    const struct aws_body body = {w->bytes.data, w->bytes.len};
    struct aws_call call = w->call;
    struct aws_side_call after = {0};
    struct diag why = {0};

    /* What is to follow must be possible before anything is done. */
    bool follows = aws_call_after(&w->call, w->task_call->payload, NULL, &after, &why);
    json_unref(after.parameters);
    if (why.text) {
        endpoint_refuse(w, why.text, in_start);
        diag_clear(&why);
        return;
    }
    if (w->side.gives_body)
        call.body = &body;
    bool talks = aws_call_converses(&call);
    size_t most = follows || talks ? MAX_MODEL_BYTES : w->task_call->raw ? MAX_RAW_BYTES : 0;
    struct outgoing o = {.call = &call,
                         .to = &w->place,
                         .parameters = w->parameters ? w->parameters : w->task_call->payload,
                         .key = w->task_call->key,
                         .timeout_ms = talks ? CONVERSATION_MS : 0,
                         .max_body = most,
                         .done = endpoint_answered};
    endpoint_send(w, &o, in_start);
}

static void start_before(struct endpoint_work *w, const json *marker, bool in_start);

static void before_answered(void *user, struct http_response *r)
{
    struct endpoint_work *w = user;
    struct aws_result failed = {0};
    char id[HANDLER_REQUEST_ID];
    json *given = NULL;

    w->transfer = NULL;
    if (r->outcome != HTTP_ANSWERED) {
        endpoint_unanswered(w, &w->side.call, r);
        return;
    }
    json *headers = response_headers(r);
    struct aws_answer a = endpoint_answer_of(r, headers, id, w->task_call);
    enum aws_side_end end =
        aws_before_read(&w->call, w->task_call->payload, &w->side, &a, &given, &failed);
    json_unref(headers);
    switch (end) {
    case AWS_SIDE_DONE:
        w->parameters = given;
        if (w->side.gives_body) {
            w->bytes = r->body;
            r->body = (struct buf){0};
        }
        start_call(w, false);
        break;
    case AWS_SIDE_MORE:
        side_clear(w);
        start_before(w, given, false);
        json_unref(given);
        break;
    case AWS_SIDE_FAILED: endpoint_finish(w, &failed, false); break;
    }
}

/* Begins with the call that comes before the Task's own, if one does. */
static void start_before(struct endpoint_work *w, const json *marker, bool in_start)
{
    struct diag why = {0};

    if (aws_call_before(&w->call, w->task_call->payload, marker, &w->side, &why))
        send_side_call(w, before_answered, in_start);
    else if (why.text)
        endpoint_refuse(w, why.text, in_start);
    else
        start_call(w, in_start);
    diag_clear(&why);
}

static void endpoint_start(struct task_call *call)
{
    struct endpoint_work *w;
    struct aws_result r = {0};
    struct diag why = {0};

    if (is_invoke(&call->resource)) {
        invoke_start(call);
        return;
    }
    if (is_of_cluster(&call->resource)) {
        cluster_start(call);
        return;
    }
    w = mem_calloc(1, sizeof *w);
    w->task_call = call;
    call->work = w;
    if (!aws_call_read(&call->resource, &w->call, &why)) {
        r.error = json_cstring(ASL_RUNTIME);
        r.cause = json_stringf("No endpoint can serve '%s'%s%s", call->target, why.text ? ": " : "",
                               why.text ? why.text : "");
        endpoint_finish(w, &r, true);
        diag_clear(&why);
        return;
    }
    w->place = endpoint_place_of(call->h, &w->call, call->row->url, call->payload);
    if (w->place.base && w->call.job && call->submitted)
        follow_job(w, json_ref(call->submitted));
    else
        start_before(w, NULL, true);
}

/* ---- cancelling ---- */

struct stop *stop_new(handlers *h)
{
    struct stop *s = mem_calloc(1, sizeof *s);

    s->h = h;
    s->next = h->stops;
    h->stops = s;
    return s;
}

void stop_sent(struct stop *s, signed_send *send, const struct task_call *of, const char *why)
{
    s->send = send;
    if (send)
        return;
    handlers_log(s->h, of->execution, "%s: the job could not be stopped: %s", of->target, why);
    s->h->stops = s->next;
    mem_free(s);
}

void stop_done(void *user, struct http_response *r)
{
    struct stop *s = user;
    struct stop **at = &s->h->stops;

    (void)r;
    while (*at != s)
        at = &(*at)->next;
    *at = s->next;
    mem_free(s);
}

void stop_no_keys(void *user, bool of_role, const char *why)
{
    struct stop *s = user;

    (void)of_role;
    handlers_log(s->h, NULL, "a job could not be stopped: %s", why);
    stop_done(s, NULL);
}

static void stops_close(handlers *h)
{
    while (h->stops) {
        struct stop *s = h->stops;
        h->stops = s->next;
        signed_send_cancel(s->send);
        mem_free(s);
    }
}

/* The Task won't hear of the job's end: it needn't go on. */
static void stop_job(struct endpoint_work *w)
{
    handlers *h = w->task_call->h;
    struct aws_call stop;
    struct diag why = {0};
    json *parameters = NULL;
    bool bad_call;

    if (!aws_job_stop(&w->call, w->task_call->payload, w->submitted, w->task_call->execution, &stop,
                      &parameters))
        return;
    struct stop *s = stop_new(h);
    struct outgoing request = {.call = &stop,
                               .to = &w->place,
                               .parameters = parameters,
                               .timeout_ms = REQUEST_MS,
                               .done = stop_done,
                               .no_keys = stop_no_keys,
                               .user = s};
    stop_sent(s, endpoint_send_call(w->task_call, &request, &bad_call, &why), w->task_call,
              why.text);
    diag_clear(&why);
    json_unref(parameters);
}

static bool endpoint_cancel(struct task_call *call)
{
    struct endpoint_work *w = call->work;

    if (is_invoke(&call->resource)) {
        invoke_cancel(call);
        return false;
    }
    if (is_of_cluster(&call->resource)) {
        cluster_cancel(call);
        return false;
    }
    if (w->transfer)
        signed_send_cancel(w->transfer);
    if (w->submitted && !call->released && !call->h->closing)
        stop_job(w);
    endpoint_work_free(w);
    return false;
}

const struct handler_kind handler_endpoint = {.field = "endpoint",
                                              .start = endpoint_start,
                                              .cancel = endpoint_cancel,
                                              .serves = endpoint_serves,
                                              .close = stops_close};
