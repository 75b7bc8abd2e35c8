/*
 * A handler that is an HTTP server of the user's own, and what all handlers that are reached by
 * HTTP share.
 *
 * POST (or the row's method) of the payload as JSON, with the headers Content-Type,
 * Idempotency-Key, X-Asl-Execution-Arn, X-Asl-State-Name, X-Asl-Resource, X-Asl-Attempt and the
 * row's own. In values that come from a machine, what can't stand in a header is %XX. The answer:
 *
 *   2xx, JSON                         the result; an empty body is null
 *   2xx, Content-Type text/...        the text as a string
 *   2xx, else                         Lambda.Unknown
 *   other, an object with errorType   the function's error: errorType names it
 *   400                               Lambda.InvalidRequestContentException
 *   404                               Lambda.ResourceNotFoundException
 *   413                               Lambda.RequestTooLargeException
 *   429                               Lambda.TooManyRequestsException
 *   500, 502, 503, 504                Lambda.ServiceException
 *   other, redirects too              Lambda.AWSLambdaException
 *   no such host, no connection,
 *   connect time-out, reset           Lambda.SdkClientException
 *   timeout_s went by                 Lambda.ClientExecutionTimeoutException
 *   larger than max_output            States.DataLimitExceeded
 */
#include "runtime/handlers/handlers_impl.h"

#include "parsers/base/count.h"
#include "parsers/base/utf8.h"

#include <stdio.h>
#include <string.h>

static const struct {
    int status;
    const char *error;
} errors[] = {
    {400, "Lambda.InvalidRequestContentException"},
    {404, "Lambda.ResourceNotFoundException"},
    {413, "Lambda.RequestTooLargeException"},
    {429, "Lambda.TooManyRequestsException"},
    {500, "Lambda.ServiceException"},
    {502, "Lambda.ServiceException"},
    {503, "Lambda.ServiceException"},
    {504, "Lambda.ServiceException"},
};

const char *http_error_of(int status)
{
    for (size_t i = 0; i < COUNT(errors); i++)
        if (errors[i].status == status)
            return errors[i].error;
    return "Lambda.AWSLambdaException";
}

/* What is common: there is no answer at all. */
struct handler_answer http_not_answered(const struct http_response *r)
{
    static const struct {
        const char *error, *words;
    } outcomes[] = {
        [HTTP_UNREACHED] = {"Lambda.SdkClientException", "Unable to execute HTTP request: "},
        [HTTP_TIMED_OUT] = {"Lambda.ClientExecutionTimeoutException",
                            "Unable to execute HTTP request: "},
    };
    struct buf cause = {0};

    if (r->outcome == HTTP_TOO_LARGE)
        return answer_failed("States.DataLimitExceeded", NULL);
    buf_adds(&cause, outcomes[r->outcome].words);
    buf_adds(&cause, r->error);
    return answer_failed(outcomes[r->outcome].error, clean_string(&cause));
}

http_client *handlers_client(handlers *h, struct diag *why)
{
    if (!h->http)
        h->http = http_client_new(h->loop, h->options.max_in_flight, why);
    if (h->http)
        http_client_bound_bodies(h->http, h->options.max_bodies);
    return h->http;
}

json *response_headers(const struct http_response *r)
{
    struct json_build b;
    const char *name, *value;
    void *at = NULL;

    json_build_object(&b, 12);
    while (http_response_next(r, &at, &name, &value))
        json_build_set_key(&b, clean_cstring(name), clean_cstring(value));
    return json_build_done(&b);
}

/* ---- http ---- */

static struct handler_answer http_refused(const struct http_response *r)
{
    const char *location = http_response_header(r, "Location");
    struct buf cause = {0};

    if (is_function_error(r->body.data, r->body.len))
        return answer_function_error(r->body.data, r->body.len);
    buf_printf(&cause, "The handler answered with status %d", r->status);
    if (r->status >= 300 && r->status < 400)
        buf_printf(&cause, " (redirects are not followed) %s", location ? location : "");
    if (r->body.len) {
        buf_adds(&cause, ": ");
        buf_add(&cause, r->body.data, utf8_cut(r->body.data, r->body.len, HTTP_MAX_CAUSE));
    }
    return answer_failed(http_error_of(r->status), clean_string(&cause));
}

static bool http_is_text(const struct http_response *r)
{
    const char *type = http_response_header(r, "Content-Type");

    return type && (!strncmp(type, "text/", 5) || !strncmp(type, "Text/", 5));
}

static void http_answered(void *user, struct http_response *r)
{
    struct task_call *call = user;
    struct handler_answer a;

    if (r->outcome != HTTP_ANSWERED) {
        a = http_not_answered(r);
    } else if (r->status < 200 || r->status > 299) {
        a = http_refused(r);
    } else {
        a = answer_from_text(call->h, r->body.data, r->body.len, "The handler's answer");
        if (a.outcome == HANDLER_FAILED && http_is_text(r)) {
            handler_answer_clear(&a);
            a.value = clean_string(&r->body);
        }
    }
    task_call_done(call, &a);
}

/* Without libcurl on the machine every request is one that could not be sent. */
static void no_client(struct task_call *call, const struct diag *why)
{
    struct buf cause = {0};

    buf_printf(&cause, "Unable to execute HTTP request: %s", why->text);
    struct handler_answer a = answer_failed("Lambda.SdkClientException", clean_string(&cause));
    task_call_ready(call, &a);
}

/* Sends the call's payload with `headers` (taken) and the row's own. */
static void http_post(struct task_call *call, struct buf *headers, http_done *done)
{
    struct handler_row *row = call->row;
    struct diag why = {0};
    http_client *http = handlers_client(call->h, &why);

    if (!http) {
        no_client(call, &why);
        diag_clear(&why);
        buf_clear(headers);
        return;
    }
    struct http_request q = {
        .method = row->method ? row->method : "POST",
        .url = row->url,
        .headers = *headers,
        .timeout_ms = row->timeout_ms,
        .max_body = call->h->options.max_output,
    };

    if (row->headers.len)
        buf_add(&q.headers, row->headers.data, row->headers.len);
    json_write(&q.body, call->payload);
    call->work = http_client_send(http, &q, done, call);
}

static void http_start(struct task_call *call)
{
    struct buf headers = {0};
    char attempt[16];

    http_header_add(&headers, "Content-Type", "application/json");
    http_header_add(&headers, "Idempotency-Key", call->key ? call->key : "");
    http_header_add(&headers, "X-Asl-Execution-Arn", call->execution ? call->execution : "");
    http_header_add(&headers, "X-Asl-State-Name", call->state_name ? call->state_name : "");
    http_header_add(&headers, "X-Asl-Resource", call->target);
    snprintf(attempt, sizeof attempt, "%u", (unsigned)call->attempt);
    http_header_add(&headers, "X-Asl-Attempt", attempt);
    http_post(call, &headers, http_answered);
}

static bool http_cancel(struct task_call *call)
{
    http_client_cancel(call->work);
    return false;
}

const struct handler_kind handler_http = {
    .field = "http", .start = http_start, .cancel = http_cancel};
