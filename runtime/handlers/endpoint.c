/*
 * Services that speak AWS's protocols: AWS itself, an emulator, a server of one's own. The Task's
 * resource says which call; the answer is what the Task gets on AWS. A .sync Task's job is begun,
 * told of, and then asked about until it has ended; one that is cancelled is told to stop, but
 * nobody waits for that. One that had begun before a crash is only asked about.
 */
#include "runtime/handlers/integration.h"

#include "asl/eval/env.h"
#include "parsers/base/mem.h"
#include "parsers/base/text.h"
#include "runtime/aws/aws.h"
#include "runtime/aws/endpoints.h"

#include <string.h>

enum { POLL_MS = 1000, MAX_POLL_MS = 20 * 1000, REQUEST_MS = 5 * 60 * 1000 };

struct endpoint_work {
    struct task_call *task_call; /* NULL: it has gone, and the timer's end is awaited */
    struct aws_call call;
    struct aws_call describe; /* .sync, once the job has begun */
    json *submitted, *describe_parameters;
    char *base;
    bool own;           /* it is AWS's own endpoint … */
    const char *region; /* … and signatures name that region; NULL: ours */
    bool local;         /* its service is at this machine */
    bool elsewhere;     /* asked is not its endpoint: it gets no signature */
    signed_send *transfer;
    uv_timer_t timer;
    bool timer_open;
    int64_t poll_ms;
};

/* A request to stop a job. */
struct stop {
    struct stop *next;
    handlers *h;
    signed_send *send;
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

/*
 * A queue's URL with a path names the queue, wherever it seems to be: an emulator is asked where it
 * is for us. One without a path is the host that the SDK would ask.
 */
static const char *host_of_queue(const struct aws_call *c, const json *parameters)
{
    const json *url = c->integration && !strcmp(c->service->id, "SQS") && json_is_object(parameters)
                          ? json_get(parameters, "QueueUrl")
                          : NULL;
    const char *text = url && json_is_string(url) ? json_str(url) : NULL;

    if (!text || strlen(text) != json_str_len(url) || !http_url_ok(text))
        return NULL;
    return strchr(strstr(text, "://") + 3, '/') ? NULL : text;
}

static char *base_of(const struct task_call *call, const struct aws_call *c,
                     struct endpoint_work *w)
{
    const char *given = call->row->url, *url;
    size_t len;

    if (!given && call->h->options.endpoints)
        given = endpoints_find(call->h->options.endpoints, c->service->id);
    w->own = given && call->h->options.endpoints &&
             endpoints_is_own(call->h->options.endpoints, given, &w->region);
    w->local = given && endpoints_url_is_loopback(given);
    url = given ? host_of_queue(c, call->payload) : NULL;
    w->elsewhere = url;
    w->own = w->own && !url;
    if (!url)
        url = given;
    len = url ? strlen(url) : 0;
    while (len && url[len - 1] == '/')
        len--;
    return url ? mem_strndup(url, len) : NULL;
}

/* ---- sending ---- */

/* A call to send for a task call's work. All of it is looked at. */
struct outgoing {
    const struct aws_call *call;
    const json *parameters;
    const char *key; /* the idempotency key; NULL: none */
    int64_t timeout_ms;
    http_done *done;
    void (*no_keys)(void *user, bool of_role, const char *why); /* instead of `done` */
    void *user;                                                 /* of both */
};

/* Only AWS's own hosts are told apart by what stands before them. */
static void write_url(const struct endpoint_work *w, const struct aws_request *q, struct buf *out)
{
    const char *host = strstr(w->base, "://") + 3;

    buf_add(out, w->base, (size_t)(host - w->base));
    if (w->own)
        buf_add(out, q->host.data ? q->host.data : "", q->host.len);
    buf_adds(out, host);
    buf_add(out, q->path.data, q->path.len);
    if (q->query.len) {
        buf_addc(out, '?');
        buf_add(out, q->query.data, q->query.len);
    }
}

/* Returns the service's name in signatures; NULL when the call has none. */
static const char *signs_for(const struct endpoint_work *w, const struct aws_call *c)
{
    bool bearer = !strcmp(c->service->signature, "bearer");

    return w->elsewhere || c->operation.no_signature || bearer ? NULL : c->service->signing;
}

/* Returns NULL with *why filled when it can't be sent; *bad_call: the parameters are why. */
static signed_send *send_call(const struct endpoint_work *w, const struct outgoing *o,
                              bool *bad_call, struct diag *why)
{
    const struct aws_call *c = o->call;
    struct aws_caller caller = {w->task_call->execution, o->key};
    struct sigv4_header headers[AWS_MAX_HEADERS];
    struct aws_request q;
    struct buf url = {0};
    signed_send *t;

    *bad_call = !aws_request_make(c, o->parameters, &caller, &q, why);
    if (*bad_call)
        return NULL;
    write_url(w, &q, &url);
    for (size_t i = 0; i < q.header_count; i++)
        headers[i] = (struct sigv4_header){q.headers[i].name, q.headers[i].value};
    struct signed_request s = {
        .method = q.method,
        .url = buf_str(&url),
        .headers = headers,
        .header_count = q.header_count,
        .body = q.body,
        .service = signs_for(w, c),
        .region = w->region,
        .s3 = text_begins_with(c->service->signature, "s3"),
        .test_keys = w->local,
        .timeout_ms = o->timeout_ms,
        .of = w->task_call,
        .no_keys = o->no_keys,
    };
    q.body = (struct buf){0};
    t = send_signed(w->task_call->h, &s, o->done, o->user, why);
    aws_request_clear(&q);
    buf_clear(&url);
    return t;
}

/* The timer is inside the work, so the work lives until libuv has let go of it. */
static void endpoint_on_timer_closed(uv_handle_t *handle)
{
    mem_free(handle->data);
}

static void endpoint_work_free(struct endpoint_work *w)
{
    json_unref(w->submitted);
    json_unref(w->describe_parameters);
    mem_free(w->base);
    w->base = NULL;
    w->submitted = w->describe_parameters = NULL;
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

/* Waits longer from time to time. */
static void wait_for_job(struct endpoint_work *w)
{
    if (!w->timer_open) {
        uv_timer_init(w->task_call->h->loop, &w->timer);
        w->timer.data = w;
        w->timer_open = true;
        w->poll_ms = w->task_call->h->options.poll_ms ? w->task_call->h->options.poll_ms : POLL_MS;
    } else if (w->poll_ms < MAX_POLL_MS) {
        w->poll_ms += w->poll_ms / 4 + 1;
    }
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
                           .parameters = w->describe_parameters,
                           .timeout_ms = REQUEST_MS,
                           .done = described,
                           .no_keys = not_described,
                           .user = w};
    struct aws_result r = {0};
    struct diag why = {0};
    bool bad_call;

    w->transfer = send_call(w, &ask, &bad_call, &why);
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

static void endpoint_answered(void *user, struct http_response *r)
{
    struct endpoint_work *w = user;
    struct aws_result result = {0};
    json *headers;
    char id[HANDLER_REQUEST_ID];

    w->transfer = NULL;
    if (r->outcome == HTTP_TOO_LARGE) {
        result.error = json_cstring(ASL_DATA_LIMIT_EXCEEDED);
        endpoint_finish(w, &result, false);
        return;
    }
    if (r->outcome != HTTP_ANSWERED) {
        aws_not_sent(&w->call, endpoint_not_answered(r), &result);
        endpoint_finish(w, &result, false);
        return;
    }
    headers = response_headers(r);
    struct aws_answer a = endpoint_answer_of(r, headers, id, w->task_call);
    aws_answer_read(&w->call, &a, &result);
    json_unref(headers);
    if (result.ok && w->call.job)
        endpoint_begun(w, &result);
    else
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

static json *endpoint_bad_parameters(const struct task_call *call, const char *why)
{
    struct buf cause = {0};

    buf_adds(&cause, "The Parameters '");
    json_write(&cause, call->payload);
    buf_printf(&cause, "' could not be used to start the Task: [%s]", why);
    return json_take_buf(&cause);
}

static void endpoint_start(struct task_call *call)
{
    struct endpoint_work *w;
    struct aws_result r = {0};
    struct diag why = {0};
    bool bad_call = true;

    if (is_invoke(&call->resource)) {
        invoke_start(call);
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
    w->base = base_of(call, &w->call, w);
    if (w->base && w->call.job && call->submitted) {
        follow_job(w, json_ref(call->submitted));
        return;
    }
    struct outgoing begin = {.call = &w->call,
                             .parameters = call->payload,
                             .key = call->key,
                             .timeout_ms =
                                 call->row->timeout_ms ? call->row->timeout_ms : REQUEST_MS,
                             .done = endpoint_answered,
                             .no_keys = endpoint_no_keys,
                             .user = w};
    if (w->base)
        w->transfer = send_call(w, &begin, &bad_call, &why);
    if (!w->transfer) {
        if (bad_call) {
            r.error = json_cstring(ASL_RUNTIME);
            r.cause = endpoint_bad_parameters(call, why.text ? why.text : "there is no endpoint");
        } else {
            aws_not_sent(&w->call, json_cstring(why.text), &r);
        }
        endpoint_finish(w, &r, true);
    }
    diag_clear(&why);
}

/* ---- cancelling ---- */

static void stop_done(void *user, struct http_response *r)
{
    struct stop *s = user;
    struct stop **at = &s->h->stops;

    (void)r;
    while (*at != s)
        at = &(*at)->next;
    *at = s->next;
    mem_free(s);
}

static void stop_no_keys(void *user, bool of_role, const char *why)
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
    struct stop *s = mem_calloc(1, sizeof *s);
    s->h = h;
    s->next = h->stops;
    h->stops = s;
    struct outgoing request = {.call = &stop,
                               .parameters = parameters,
                               .timeout_ms = REQUEST_MS,
                               .done = stop_done,
                               .no_keys = stop_no_keys,
                               .user = s};
    s->send = send_call(w, &request, &bad_call, &why);
    if (!s->send) {
        handlers_log(h, w->task_call->execution, "%s: the job could not be stopped: %s",
                     w->task_call->target, why.text);
        h->stops = s->next;
        mem_free(s);
    }
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
