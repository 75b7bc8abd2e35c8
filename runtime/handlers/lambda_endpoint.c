/*
 * The Invoke call of AWS's Lambda, as local emulators serve it.
 *
 *   2xx                               the result; an empty body (an Event's) is null
 *   2xx with X-Amz-Function-Error     the function's error
 *   other, with x-amzn-ErrorType      Lambda.<that>
 *   other                             by status as above
 */
#include "runtime/handlers/integration.h"

#include "parsers/base/percent.h"
#include "parsers/base/text.h"
#include "parsers/base/utf8.h"

#include <string.h>

/*
 * "Function not found: f (Service: AWSLambda; Status Code: 404; Error Code: ...; Request ID: ...;
 * Proxy: null)", as the SDK in Step Functions words it. The type may end in ":" and a URL.
 */
static struct handler_answer lambda_endpoint_refused(struct task_call *call,
                                                     const struct http_response *r)
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
        handler_request_id(call->key ? call->key : "", id);
        request = id;
    }
    buf_adds(&error, http_error_of(r->status));
    if (type && *type && *type != ':') {
        buf_reset(&error);
        buf_printf(&error, "Lambda.%.*s", (int)strcspn(type, ":"), type);
    }
    if (message && json_is_string(message))
        buf_add(&cause, json_str(message), json_str_len(message));
    else if (r->body.len)
        add_clean(&cause, r->body.data, utf8_cut(r->body.data, r->body.len, HTTP_MAX_CAUSE));
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

static void lambda_endpoint_answered(void *user, struct http_response *r)
{
    struct task_call *call = user;
    struct handler_answer a;

    if (r->outcome != HTTP_ANSWERED) {
        a = http_not_answered(r);
    } else if (r->status < 200 || r->status > 299) {
        a = lambda_endpoint_refused(call, r);
    } else {
        const char *version = http_response_header(r, "X-Amz-Executed-Version");

        if (http_response_header(r, "X-Amz-Function-Error"))
            a = answer_function_error(r->body.data, r->body.len);
        else
            a = answer_from_text(call->h, r->body.data, r->body.len, "The function's answer");
        a.version = version ? clean_cstring(version) : NULL;
        a.headers = response_headers(r);
    }
    task_call_done(call, &a);
}

static void lambda_endpoint_start(struct task_call *call)
{
    struct buf url = {0}, headers = {0};
    const char *base = call->row->url;
    const char *function = call->row->function ? call->row->function : call->target;

    buf_add(&url, base, text_len_before_slashes(base, strlen(base)));
    buf_adds(&url, "/2015-03-31/functions/");
    percent_encode(&url, function, strlen(function), false);
    buf_adds(&url, "/invocations");
    if (call->qualifier) {
        buf_adds(&url, "?Qualifier=");
        percent_encode(&url, call->qualifier, strlen(call->qualifier), false);
    }
    http_header_add(&headers, "Content-Type", "application/json");
    http_header_add(&headers, "X-Amz-Invocation-Type", call->event ? "Event" : "RequestResponse");
    http_header_add(&headers, "X-Amz-Log-Type", call->log_tail ? "Tail" : "None");
    if (call->client_context)
        http_header_add(&headers, "X-Amz-Client-Context", call->client_context);
    if (call->key)
        http_header_add(&headers, "Idempotency-Key", call->key);
    http_post(call, buf_str(&url), &headers, lambda_endpoint_answered);
    buf_clear(&url);
}

static bool lambda_endpoint_serves(handlers *h, const struct handler_input *v, struct diag *why)
{
    (void)why;
    return v->lambda && h->options.lambda_endpoint;
}

const struct handler_kind handler_lambda_endpoint = {.field = "lambda_endpoint",
                                                     .flags = KIND_TAKES_EVENTS,
                                                     .start = lambda_endpoint_start,
                                                     .cancel = http_cancel,
                                                     .serves = lambda_endpoint_serves};
