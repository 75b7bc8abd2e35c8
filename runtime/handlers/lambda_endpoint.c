/*
 * The Invoke call of AWS's Lambda, as local emulators serve it.
 *
 *   2xx                               the result; an empty body (an Event's) is null
 *   2xx with X-Amz-Function-Error     the function's error
 *   other, with x-amzn-ErrorType      Lambda.<that>
 *   other                             by status as above
 */
#include "runtime/handlers/integration.h"

#include "asl/eval/env.h"
#include "parsers/base/mem.h"
#include "parsers/base/percent.h"
#include "parsers/base/text.h"
#include "parsers/base/utf8.h"
#include "runtime/aws/endpoints.h"

#include <string.h>
#include <strings.h>

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

/* Nothing was sent. That a Task's role can't be had is the Task's failure, not Lambda's. */
static struct handler_answer lambda_endpoint_not_sent(bool of_role, const char *why)
{
    return answer_failed(of_role ? ASL_TASK_FAILED : "Lambda.SdkClientException",
                         clean_cstring(why));
}

static void lambda_endpoint_no_keys(void *user, bool of_role, const char *why)
{
    struct handler_answer a = lambda_endpoint_not_sent(of_role, why);

    task_call_done(user, &a);
}

/* Returns whether `url` is AWS's own endpoint of Lambda; *region (NULL: ours) then signs. */
static bool is_own_lambda(const handlers *h, const char *url, const char **region)
{
    const char *found =
        h->options.endpoints ? endpoints_find(h->options.endpoints, "Lambda") : NULL;

    return found && !strcmp(found, url) && endpoints_is_own(h->options.endpoints, found, region);
}

static void add_url(const struct task_call *call, struct buf *url)
{
    const char *base = call->row->url;
    const char *function = call->row->function ? call->row->function : call->target;

    buf_add(url, base, text_len_before_slashes(base, strlen(base)));
    buf_adds(url, "/2015-03-31/functions/");
    percent_encode(url, function, strlen(function), false);
    buf_adds(url, "/invocations");
    if (call->qualifier) {
        buf_adds(url, "?Qualifier=");
        percent_encode(url, call->qualifier, strlen(call->qualifier), false);
    }
}

/* Adds lines of headers as pairs, whose texts stay in `lines`: there each name ends where its colon
 * was. One whose name is there already is left out, so that the first one counts. */
static void add_pairs(struct buf *lines, struct sigv4_header *pairs, size_t *count)
{
    for (size_t at = 0, next; at < lines->len; at = next) {
        char *name = lines->data + at, *value = name + strcspn(name, ":;");
        bool again = false;

        next = at + strlen(name) + 1;
        *value++ = '\0';
        for (size_t i = 0; i < *count; i++)
            again = again || !strcasecmp(pairs[i].name, name);
        if (!again)
            pairs[(*count)++] = (struct sigv4_header){name, value + strspn(value, " ")};
    }
}

static bool has_authorization(const struct sigv4_header *pairs, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!strcasecmp(pairs[i].name, "Authorization"))
            return true;
    return false;
}

static size_t count_lines(const struct buf *lines)
{
    size_t count = 0;

    for (size_t i = 0; i < lines->len; i++)
        count += !lines->data[i];
    return count;
}

/* The headers of the row come first, as they count before ours. */
static void add_headers(const struct task_call *call, struct buf *headers)
{
    buf_add(headers, call->row->headers.data ? call->row->headers.data : "",
            call->row->headers.len);
    http_header_add(headers, "Content-Type", "application/json");
    http_header_add(headers, "X-Amz-Invocation-Type", call->event ? "Event" : "RequestResponse");
    http_header_add(headers, "X-Amz-Log-Type", call->log_tail ? "Tail" : "None");
    if (call->client_context)
        http_header_add(headers, "X-Amz-Client-Context", call->client_context);
    if (call->key)
        http_header_add(headers, "Idempotency-Key", call->key);
}

/* It is signed as other calls of AWS are, as some emulators know by that which service is meant.
 * Lambda's own emulators look at no signature, so without keys it goes to all but AWS itself. */
static void lambda_endpoint_start(struct task_call *call)
{
    struct buf url = {0}, headers = {0};
    const char *region = NULL;
    struct diag why = {0};
    size_t count = 0;

    add_url(call, &url);
    add_headers(call, &headers);
    struct sigv4_header *pairs = mem_calloc(count_lines(&headers), sizeof *pairs);
    add_pairs(&headers, pairs, &count);
    struct signed_request q = {
        .method = "POST",
        .url = buf_str(&url),
        .headers = pairs,
        .header_count = count,
        .service = has_authorization(pairs, count) ? NULL : "lambda",
        .test_keys = endpoints_url_is_loopback(call->row->url),
        .keys_optional = !is_own_lambda(call->h, call->row->url, &region),
        .timeout_ms = call->row->timeout_ms,
        .of = call,
        .no_keys = lambda_endpoint_no_keys,
    };
    q.region = region;
    json_write(&q.body, call->payload);
    call->work = send_signed(call->h, &q, lambda_endpoint_answered, call, &why);
    if (!call->work) {
        struct handler_answer a = lambda_endpoint_not_sent(is_no_role(&why), why.text);
        task_call_ready(call, &a);
    }
    diag_clear(&why);
    mem_free(pairs);
    buf_clear(&headers);
    buf_clear(&url);
}

static bool lambda_endpoint_cancel(struct task_call *call)
{
    signed_send_cancel(call->work);
    return false;
}

static bool lambda_endpoint_serves(handlers *h, const struct handler_input *v, struct diag *why)
{
    (void)why;
    return v->lambda && h->options.lambda_endpoint;
}

const struct handler_kind handler_lambda_endpoint = {.field = "lambda_endpoint",
                                                     .flags = KIND_TAKES_EVENTS,
                                                     .start = lambda_endpoint_start,
                                                     .cancel = lambda_endpoint_cancel,
                                                     .serves = lambda_endpoint_serves};
