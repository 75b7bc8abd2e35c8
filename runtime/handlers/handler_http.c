/*
 * Handlers that are reached by HTTP.
 *
 * `http`: POST (or the row's method) of the payload as JSON, with the headers Content-Type,
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
 *
 * `lambda_endpoint`: the Invoke call of AWS's Lambda, as local emulators serve it.
 *
 *   2xx                               the result; an empty body (an Event's) is null
 *   2xx with X-Amz-Function-Error     the function's error
 *   other, with x-amzn-ErrorType      Lambda.<that>
 *   other                             by status as above
 */
#include "runtime/handlers/handlers_impl.h"

#include "parsers/base/count.h"
#include "parsers/base/percent.h"
#include "parsers/base/utf8.h"

#include <stdio.h>
#include <string.h>

enum { MAX_CAUSE = 1024 };

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

static const char *error_of(int status)
{
    for (size_t i = 0; i < COUNT(errors); i++)
        if (errors[i].status == status)
            return errors[i].error;
    return "Lambda.AWSLambdaException";
}

/* What is common: there is no answer at all. */
static struct handler_answer http_handler_not_answered(const struct http_response *r)
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
    return h->http;
}

/* Without libcurl on the machine every request is one that could not be sent. */
static void no_client(struct job *j, const struct diag *why)
{
    struct buf cause = {0};

    buf_printf(&cause, "Unable to execute HTTP request: %s", why->text);
    struct handler_answer a = answer_failed("Lambda.SdkClientException", clean_string(&cause));
    job_ready(j, &a);
}

static void post(struct job *j, const char *url, struct buf *headers, http_done *done)
{
    struct handler_row *row = j->row;
    struct diag why = {0};
    http_client *http = handlers_client(j->h, &why);

    if (!http) {
        no_client(j, &why);
        diag_clear(&why);
        buf_clear(headers);
        return;
    }
    struct http_request q = {
        .method = row->method ? row->method : "POST",
        .url = url,
        .headers = *headers,
        .timeout_ms = row->timeout_ms,
        .max_body = j->h->options.max_output,
    };

    if (row->headers.len)
        buf_add(&q.headers, row->headers.data, row->headers.len);
    json_write(&q.body, j->payload);
    j->work = http_client_send(http, &q, done, j);
}

static bool http_cancel(struct job *j)
{
    http_client_cancel(j->work);
    return false;
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
        buf_add(&cause, r->body.data, utf8_cut(r->body.data, r->body.len, MAX_CAUSE));
    }
    return answer_failed(error_of(r->status), clean_string(&cause));
}

static bool http_handler_is_text(const struct http_response *r)
{
    const char *type = http_response_header(r, "Content-Type");

    return type && (!strncmp(type, "text/", 5) || !strncmp(type, "Text/", 5));
}

static void http_answered(void *user, struct http_response *r)
{
    struct job *j = user;
    struct handler_answer a;

    if (r->outcome != HTTP_ANSWERED) {
        a = http_handler_not_answered(r);
    } else if (r->status < 200 || r->status > 299) {
        a = http_refused(r);
    } else {
        a = answer_from_text(j->h, r->body.data, r->body.len, "The handler's answer");
        if (a.outcome == HANDLER_FAILED && http_handler_is_text(r)) {
            handler_answer_clear(&a);
            a.value = clean_string(&r->body);
        }
    }
    job_done(j, &a);
}

static void http_start(struct job *j)
{
    struct buf headers = {0};
    char attempt[16];

    http_header_add(&headers, "Content-Type", "application/json");
    http_header_add(&headers, "Idempotency-Key", j->key ? j->key : "");
    http_header_add(&headers, "X-Asl-Execution-Arn", j->execution ? j->execution : "");
    http_header_add(&headers, "X-Asl-State-Name", j->state_name ? j->state_name : "");
    http_header_add(&headers, "X-Asl-Resource", j->target);
    snprintf(attempt, sizeof attempt, "%u", (unsigned)j->attempt);
    http_header_add(&headers, "X-Asl-Attempt", attempt);
    post(j, j->row->url, &headers, http_answered);
}

const struct handler_kind handler_http = {"http", http_start, http_cancel};

/* ---- lambda_endpoint ---- */

static json *clean_cstring(const char *text)
{
    struct buf clean = {0};

    add_clean(&clean, text, strlen(text));
    return json_take_buf(&clean);
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

/*
 * "Function not found: f (Service: AWSLambda; Status Code: 404; Error Code: ...; Request ID: ...;
 * Proxy: null)", as the SDK in Step Functions words it. The type may end in ":" and a URL.
 */
static struct handler_answer lambda_refused(struct job *j, const struct http_response *r)
{
    const char *type = http_response_header(r, "x-amzn-ErrorType");
    const char *request = http_response_header(r, "x-amzn-RequestId");
    json *body = r->body.len ? json_parse(r->body.data, r->body.len, 0, NULL) : NULL;
    const json *message = body ? json_get(body, "Message") : NULL;
    struct handler_answer a;
    struct buf error = {0}, cause = {0};
    char id[HANDLER_REQUEST_ID];

    if (body && !message)
        message = json_get(body, "message");
    if (!request) {
        handler_request_id(j->key ? j->key : "", id);
        request = id;
    }
    buf_adds(&error, error_of(r->status));
    if (type && *type && *type != ':') {
        buf_reset(&error);
        buf_printf(&error, "Lambda.%.*s", (int)strcspn(type, ":"), type);
    }
    if (message && json_is_string(message))
        buf_add(&cause, json_str(message), json_str_len(message));
    else if (r->body.len)
        add_clean(&cause, r->body.data, utf8_cut(r->body.data, r->body.len, MAX_CAUSE));
    else
        buf_adds(&cause, "null");
    buf_printf(&cause,
               " (Service: AWSLambda; Status Code: %d; Error Code: %s; Request ID: %s; Proxy: "
               "null)",
               r->status, buf_str(&error) + strlen("Lambda."), request);
    a = answer_failed("", clean_string(&cause));
    json_unref(a.error);
    a.error = clean_string(&error);
    json_unref(body);
    return a;
}

static void lambda_answered(void *user, struct http_response *r)
{
    struct job *j = user;
    struct handler_answer a;

    if (r->outcome != HTTP_ANSWERED) {
        a = http_handler_not_answered(r);
    } else if (r->status < 200 || r->status > 299) {
        a = lambda_refused(j, r);
    } else {
        const char *version = http_response_header(r, "X-Amz-Executed-Version");

        if (http_response_header(r, "X-Amz-Function-Error"))
            a = answer_function_error(r->body.data, r->body.len);
        else
            a = answer_from_text(j->h, r->body.data, r->body.len, "The function's answer");
        a.version = version ? clean_cstring(version) : NULL;
        a.headers = response_headers(r);
    }
    job_done(j, &a);
}

static void lambda_start(struct job *j)
{
    struct buf url = {0}, headers = {0};
    const char *base = j->row->url;
    const char *function = j->row->function ? j->row->function : j->target;
    size_t base_len = strlen(base);

    while (base_len && base[base_len - 1] == '/')
        base_len--;
    buf_add(&url, base, base_len);
    buf_adds(&url, "/2015-03-31/functions/");
    percent_encode(&url, function, strlen(function), false);
    buf_adds(&url, "/invocations");
    if (j->qualifier) {
        buf_adds(&url, "?Qualifier=");
        percent_encode(&url, j->qualifier, strlen(j->qualifier), false);
    }
    http_header_add(&headers, "Content-Type", "application/json");
    http_header_add(&headers, "X-Amz-Invocation-Type", j->event ? "Event" : "RequestResponse");
    http_header_add(&headers, "X-Amz-Log-Type", j->log_tail ? "Tail" : "None");
    if (j->client_context)
        http_header_add(&headers, "X-Amz-Client-Context", j->client_context);
    if (j->key)
        http_header_add(&headers, "Idempotency-Key", j->key);
    post(j, buf_str(&url), &headers, lambda_answered);
    buf_clear(&url);
}

const struct handler_kind handler_lambda = {"lambda_endpoint", lambda_start, http_cancel};
