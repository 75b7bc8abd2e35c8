/*
 * Services that speak AWS's protocols: AWS itself, an emulator, a server of one's own. The Task's
 * resource says which call; the answer is what the Task gets on AWS. Some integrations make another
 * call before their own, or after it. The job that a .sync Task has begun is in endpoint_job.c.
 */
#include "runtime/handlers/endpoint_impl.h"

#include "asl/eval/env.h"
#include "parsers/base/count.h"
#include "parsers/base/mem.h"
#include "parsers/base/text.h"
#include "runtime/aws/endpoints.h"
#include "runtime/handlers/integration.h"

#include <string.h>

/* How long answers to some calls take by AWS's own limits, which are more than REQUEST_MS; the last
 * is for bytes of S3 by which a Map reads or writes. */
enum {
    LONGEST_MS = 15 * 60 * 1000,
    SYNC_MS = 5 * 60 * 1000,
    POLL_MS = 70 * 1000,
    RAW_MS = SYNC_MS
};
/* What a model takes and answers may be larger than a Task's data, as it goes by S3. */
enum { MAX_MODEL_BYTES = 25 * 1024 * 1024 };
/* Of a list that is looked through for a name. EMR's have a page: a cluster has 50 groups at most.
 */
enum { MAX_PAGES = 100 };

/* ---- where ---- */

static bool endpoint_serves(handlers *h, const struct handler_input *v, struct diag *why)
{
    struct aws_call c;

    if (!v->resource)
        return false;
    if (is_invoke(v->resource))
        return invoke_serves(h, v, why);
    if (is_of_cluster(v->resource))
        return cluster_serves(h, why);
    if (!aws_call_read(v->resource, &c, why))
        return false;
    return h->options.endpoints && endpoints_find_of_call(h->options.endpoints, &c);
}

bool endpoint_names_job(const struct handler_input *v)
{
    struct aws_call c;
    struct diag why = {0};
    json *named = NULL, *by_name = NULL;

    if (!v->resource)
        return false;
    if (is_of_cluster(v->resource))
        return cluster_names_job(v);
    if (aws_call_read(v->resource, &c, &why) && v->payload)
        named = aws_with_own_names(&c, v->payload, &why);
    if (named)
        by_name = aws_job_by_name(&c, named);
    diag_clear(&why);
    json_unref(named);
    json_unref(by_name);
    return by_name != NULL;
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
    json_unref(w->by_name);
    json_unref(w->describe_parameters);
    json_unref(w->parameters);
    json_unref(w->value);
    aws_result_clear(&w->failed);
    buf_clear(&w->bytes);
    mem_free(w->place.base);
    w->place.base = NULL;
    w->submitted = w->by_name = w->describe_parameters = w->parameters = w->value = NULL;
    job_pause_end(&w->pause, w);
}

void endpoint_finish(struct endpoint_work *w, struct aws_result *r, bool in_start)
{
    struct task_call *call = w->task_call;
    struct handler_answer a = {.outcome = r->ok ? HANDLER_OK : HANDLER_FAILED,
                               .value = r->value,
                               .error = r->error,
                               .cause = r->cause};

    endpoint_work_free(w);
    if (call->lingers) {
        handler_answer_clear(&a);
        task_call_gone(call);
    } else if (in_start) {
        task_call_ready(call, &a);
    } else {
        task_call_done(call, &a);
    }
}

/* Ends the work with an answer that is none. */
static void endpoint_unanswered(struct endpoint_work *w, const struct aws_call *c,
                                const struct http_response *r)
{
    struct aws_result result = {0};

    if (w->task_call->lingers && c == &w->call && look_for_job(w, &result))
        return;
    if (w->task_call->lingers)
        say_not_stopped(w, r->error);
    if (r->outcome == HTTP_TOO_LARGE)
        result.error = json_cstring(ASL_DATA_LIMIT_EXCEEDED);
    else
        aws_not_sent(c, json_stringf("Unable to execute HTTP request: %s", r->error), &result);
    endpoint_finish(w, &result, false);
}

void endpoint_answer_open(const struct task_call *call, const struct http_response *r,
                          struct endpoint_answer *out)
{
    handler_request_id(call->key ? call->key : "", out->id);
    out->headers = response_headers(r);
    out->as_aws = (struct aws_answer){.status = r->status,
                                      .body = r->body.data ? r->body.data : "",
                                      .len = r->body.len,
                                      .headers = out->headers,
                                      .request_id = out->id,
                                      .url = http_response_url(r),
                                      .raw = call->raw,
                                      .parameters = call->payload};
}

void endpoint_answer_close(struct endpoint_answer *a)
{
    json_unref(a->headers);
}

/* Opens the answer to the call `c`. Returns false when none came: then the work has ended. */
static bool answer_came(struct endpoint_work *w, const struct aws_call *c,
                        const struct http_response *r, struct endpoint_answer *out)
{
    w->transfer = NULL;
    if (r->outcome == HTTP_ANSWERED)
        endpoint_answer_open(w->task_call, r, out);
    else
        endpoint_unanswered(w, c, r);
    return r->outcome == HTTP_ANSWERED;
}

/* Ends the work: the Task's parameters are no good. */
static void endpoint_refuse(struct endpoint_work *w, const char *why, bool in_start)
{
    struct aws_result r = {.error = json_cstring(ASL_RUNTIME),
                           .cause = cause_of_refusal(w->task_call, why)};

    endpoint_finish(w, &r, in_start);
}

/* Nothing was sent. That a Task's role can't be had is the Task's failure, not the service's. */
static void endpoint_not_sent(struct endpoint_work *w, const struct aws_call *c, bool of_role,
                              const char *why, bool in_start)
{
    struct aws_result r = {0};

    if (of_role) {
        r.error = json_cstring(ASL_TASK_FAILED);
        r.cause = json_cstring(why);
    } else {
        aws_not_sent(c, json_cstring(why), &r);
    }
    w->transfer = NULL;
    endpoint_finish(w, &r, in_start);
}

static void endpoint_no_keys(void *user, bool of_role, const char *why)
{
    struct endpoint_work *w = user;

    endpoint_not_sent(w, &w->call, of_role, why, false);
}

/* Sends a request that the Task waits for, or ends the work. */
static void endpoint_send(struct endpoint_work *w, struct outgoing *o, bool in_start)
{
    struct task_call *call = w->task_call;
    struct diag why = {0};
    bool bad_call = false;

    if (!o->timeout_ms)
        o->timeout_ms = REQUEST_MS;
    if (call->row->timeout_ms)
        o->timeout_ms = call->row->timeout_ms;
    o->no_keys = endpoint_no_keys;
    o->user = w;
    w->transfer = endpoint_send_call(w->task_call, o, &bad_call, &why);
    if (!w->transfer && bad_call)
        endpoint_refuse(w, why.text, in_start);
    else if (!w->transfer)
        endpoint_not_sent(w, o->call, is_no_role(&why), why.text, in_start);
    diag_clear(&why);
}

/* ---- the call, and those beside it ---- */

static void send_side_call(struct endpoint_work *w, http_done *done, bool in_start)
{
    const struct aws_body body = {w->bytes.data, w->bytes.len};
    struct aws_call call = w->side.call;
    bool same = call.service == w->call.service;

    if (!same)
        w->side_place =
            endpoint_place_of(w->task_call->h, &w->side.call, NULL, NULL, w->task_call->region);
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
    struct endpoint_answer a;
    struct aws_result result = {0};
    json *value = w->value;

    if (!answer_came(w, &w->side.call, r, &a))
        return;
    w->value = NULL;
    aws_after_read(&w->side, w->task_call->payload, &a.as_aws, value, &result);
    endpoint_answer_close(&a);
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

/* Goes on when the call itself got an error `r` (taken) as its answer `a`. One that an earlier
 * process has sent, too, may be refused for what that has done. */
static void begin_refused(struct endpoint_work *w, const struct aws_answer *a, struct aws_result *r)
{
    const struct task_call *call = w->task_call;
    bool lingers = call->lingers && job_may_be_there(a->status);

    if (call->repeated && aws_job_is_gone(&w->call, r)) {
        aws_result_clear(r);
        *r = (struct aws_result){.ok = true, .value = json_ref(json_empty_object())};
    } else if ((lingers || (call->repeated && aws_job_is_taken(&w->call, a))) &&
               look_for_job(w, r)) {
        return;
    } else if (lingers) {
        say_not_stopped(w, json_str(r->cause ? r->cause : r->error));
    }
    endpoint_finish(w, r, false);
}

static void endpoint_answered(void *user, struct http_response *r)
{
    struct endpoint_work *w = user;
    struct endpoint_answer a;
    struct aws_result result = {0}, half = {0};

    if (!answer_came(w, &w->call, r, &a))
        return;
    aws_answer_read(&w->call, &a.as_aws, &result);
    if (result.ok && w->call.job) {
        endpoint_begun(w, &a.as_aws, &result);
    } else if (result.ok && w->task_call->resource.pattern == ASL_WAIT_FOR_TASK_TOKEN &&
               aws_job_half_begun(&w->call, result.value, &half)) {
        aws_result_clear(&result);
        endpoint_finish(w, &half, false);
    } else if (!result.ok) {
        begin_refused(w, &a.as_aws, &result);
    } else if (!goes_on_after(w, r, &a.as_aws, &result)) {
        endpoint_finish(w, &result, false);
    }
    endpoint_answer_close(&a);
}

/* Returns how long an answer is waited for; 0: as for most. */
static int64_t patience_ms(const struct task_call *of, const struct aws_call *c)
{
    static const struct {
        const char *service, *operations; /* NULL: all of them */
        int64_t ms;
    } slow[] = {
        {"Lambda", " Invoke ", LONGEST_MS},
        {"Bedrock Runtime", NULL, LONGEST_MS},
        {"Bedrock AgentCore", NULL, LONGEST_MS},
        {"SFN", " StartSyncExecution TestState ", SYNC_MS},
        {"SFN", " GetActivityTask ", POLL_MS},
        {"SWF", " PollForActivityTask PollForDecisionTask ", POLL_MS},
    };
    const char *operation = c->operation.name;

    for (size_t i = 0; i < COUNT(slow); i++)
        if (!strcmp(slow[i].service, c->service->id) &&
            (!slow[i].operations ||
             text_has_word(slow[i].operations, operation, strlen(operation))))
            return slow[i].ms;
    return of->raw ? RAW_MS : 0;
}

/* Makes the call itself, with what the one before it has given. */
static void start_call(struct endpoint_work *w, bool in_start)
{
    const struct aws_body body =
        w->side.gives_body ? (struct aws_body){w->bytes.data ? w->bytes.data : "", w->bytes.len}
                           : endpoint_raw_body(w->task_call);
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
    if (body.bytes)
        call.body = &body;
    bool talks = aws_call_converses(&call);
    size_t most = follows || talks ? MAX_MODEL_BYTES : w->task_call->raw ? HANDLER_RAW_MOST : 0;
    struct outgoing o = {.call = &call,
                         .to = &w->place,
                         .parameters = w->parameters ? w->parameters : w->task_call->payload,
                         .key = w->task_call->key,
                         .timeout_ms = patience_ms(w->task_call, &call),
                         .max_body = most,
                         .done = endpoint_answered};
    endpoint_send(w, &o, in_start);
}

static void start_before(struct endpoint_work *w, const json *marker, bool in_start);

static void before_answered(void *user, struct http_response *r)
{
    struct endpoint_work *w = user;
    struct endpoint_answer a;
    struct aws_result failed = {0};
    json *given = NULL;

    if (!answer_came(w, &w->side.call, r, &a))
        return;
    enum aws_side_end end =
        aws_before_read(&w->call, w->task_call->payload, &w->side, &a.as_aws, &given, &failed);
    endpoint_answer_close(&a);
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
        if (++w->pages == MAX_PAGES) {
            aws_not_sent(&w->call, json_cstring(AWS_NO_END_OF_LIST), &failed);
            endpoint_finish(w, &failed, false);
        } else {
            side_clear(w);
            start_before(w, given, false);
        }
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

/* What a job is asked about by must be there before it begins. Returns false when it isn't: then
 * the work has ended. */
static bool job_has_name(struct endpoint_work *w)
{
    struct buf path = {0}, why = {0};
    bool lacks = w->call.job && aws_job_lacks(&w->call, w->task_call->payload, NULL, &path);

    if (lacks) {
        buf_printf(&why, "The field '%s' is required but was missing", buf_str(&path));
        endpoint_refuse(w, buf_str(&why), true);
    }
    buf_clear(&path);
    buf_clear(&why);
    return !lacks;
}

static void endpoint_open(struct endpoint_work *w, bool in_start);

static void endpoint_open_again(void *work)
{
    endpoint_open(work, false);
}

/* Ends the work, as the models of services don't have the call, or aren't there. A job that has
 * begun runs all the same: with `why` it waits until they are there again. */
static void endpoint_without_model(struct endpoint_work *w, const char *why, bool in_start)
{
    struct task_call *call = w->task_call;
    struct aws_result r = {0};

    w->call = (struct aws_call){0};
    if (task_call_has_job(call) && why) {
        job_waits_for_model(w, endpoint_open_again, why);
        return;
    }
    r.error = json_cstring(ASL_RUNTIME);
    r.cause = json_stringf("No endpoint can serve '%s'%s%s", call->target, why ? ": " : "",
                           why ? why : "");
    endpoint_finish(w, &r, in_start);
}

/* A service that knows a repeat, by its token or by the job's name, has no second job. */
static void tell_of_repeat(const struct endpoint_work *w)
{
    json *by_name = aws_job_by_name(&w->call, w->task_call->payload);

    if (w->call.job && !by_name && !aws_call_has_token(&w->call))
        job_tell_repeat(w->task_call);
    json_unref(by_name);
}

/* Finds out which call it is, and makes it; or goes on with its job. */
static void endpoint_open(struct endpoint_work *w, bool in_start)
{
    struct task_call *call = w->task_call;
    struct diag why = {0};

    if (!aws_call_read(&call->resource, &w->call, &why)) {
        endpoint_without_model(w, why.text, in_start);
        diag_clear(&why);
        return;
    }
    if (!call->submitted && !endpoint_may_start(call, &why)) {
        endpoint_refuse(w, why.text, in_start);
        diag_clear(&why);
        return;
    }
    json *named = aws_with_own_names(&w->call, call->payload, &why);
    if (!named) {
        endpoint_refuse(w, why.text, in_start);
        diag_clear(&why);
        return;
    }
    json_unref(call->payload);
    call->payload = named;
    w->place = endpoint_place_of(call->h, &w->call, call->row->url, call->payload, call->region);
    w->pause.first_ms = job_first_pause_ms(call, w->place.own);
    if (w->call.job && call->submitted)
        follow_job(w, json_ref(call->submitted), in_start);
    else if (call->only_stops)
        look_for_job(w, &(struct aws_result){0});
    else if (job_has_name(w)) {
        tell_of_repeat(w);
        start_before(w, NULL, in_start);
    }
}

static void endpoint_start(struct task_call *call)
{
    struct endpoint_work *w;

    if (!call->submitted && (is_invoke(&call->resource) || is_of_cluster(&call->resource)))
        endpoint_tell_problems(call);
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
    endpoint_open(w, true);
}

/* ---- cancelling ---- */

/* What is still out takes its place among the calls that the service may have at once: a service
 * that is too slow to begin jobs in time would get more and more of them. */
static bool endpoint_cancel(struct task_call *call)
{
    struct endpoint_work *w = call->work;

    if (is_invoke(&call->resource)) {
        invoke_cancel(call);
        return false;
    }
    if (is_of_cluster(&call->resource))
        return cluster_cancel(call);
    if (call->lingers || (call->h->closing && job_is_beginning(w)))
        say_not_stopped(w, "asl ended before the service had answered");
    else if (call->forgotten)
        say_not_stopped(w, JOB_FORGOTTEN);
    else
        call->lingers = leave_job(w);
    if (call->lingers && !call->h->closing)
        return true;
    if (w->transfer)
        signed_send_cancel(w->transfer);
    endpoint_work_free(w);
    return call->lingers;
}

const struct handler_kind handler_endpoint = {.field = "endpoint",
                                              .flags = KIND_HAS_JOBS,
                                              .start = endpoint_start,
                                              .cancel = endpoint_cancel,
                                              .serves = endpoint_serves};
