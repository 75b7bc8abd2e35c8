/*
 * Tasks that are plain HTTP requests: http:invoke, with what a connection adds, and
 * apigateway:invoke. A connection stands in the handlers file, under the ARN that the definition
 * gives; without one there no request of http:invoke is made.
 */
#include "runtime/handlers/invoke_request.h"

#include "asl/eval/env.h"
#include "parsers/base/ascii.h"
#include "parsers/base/mem.h"
#include "parsers/base/utf8.h"
#include "runtime/aws/endpoints.h"
#include "runtime/base/clock.h"
#include "runtime/base/glob.h"
#include "runtime/handlers/integration.h"
#include "runtime/handlers/oauth.h"
#include "runtime/http/message.h"

#include <string.h>

enum { REQUEST_MS = 60 * 1000, MAX_CAUSE = 8192 };

struct invoke_work {
    struct oauth_wait wait; /* first */
    unsigned token_number;  /* of the token that was sent */
    struct task_call *task_call;
    struct connection *connection; /* NULL: none */
    bool gateway;
    signed_send *transfer;
    int64_t until_ms; /* by clock_steady_ms: the token's request and the call itself have to end */
    json *request, *response; /* what is told of them when the call is traced; or NULL */
};

static bool is_gateway(const struct asl_resource *r)
{
    return asl_resource_calls(r, "apigateway", "invoke");
}

bool is_invoke(const struct asl_resource *r)
{
    return r->kind == ASL_RESOURCE_HTTP || is_gateway(r);
}

/* ---- connections ---- */

static const char *connection_arn(const json *parameters)
{
    const char *arn = invoke_text(invoke_member(parameters, "Authentication"), "ConnectionArn");

    return arn ? arn : invoke_text(invoke_member(parameters, "InvocationConfig"), "ConnectionArn");
}

/* By its ARN, or by the name in it: arn:aws:events:REGION:ACCOUNT:connection/NAME/ID */
static struct connection *connection_of(handlers *h, const char *arn)
{
    const char *name = strstr(arn, ":connection/");
    size_t len;

    name = name ? name + strlen(":connection/") : arn;
    len = strcspn(name, "/");
    for (struct connection *c = h->connections; c; c = c->next)
        if (glob_match(c->pattern, arn, strlen(arn)) || glob_match(c->pattern, name, len))
            return c;
    return NULL;
}

void connections_free(handlers *h)
{
    for (struct connection *c = h->connections; c; c = c->next) {
        json_unref(c->headers);
        json_unref(c->query);
        json_unref(c->body);
        oauth_forget(c);
    }
    h->connections = NULL;
}

char *invoke_host(const struct handler_input *v)
{
    bool is = v->resource && is_invoke(v->resource);
    const char *url = is ? invoke_text(v->payload, "ApiEndpoint") : NULL;
    const char *host = url ? strstr(url, "://") : NULL;
    size_t len;

    if (!url)
        return NULL;
    host = host ? host + 3 : url;
    len = strcspn(host, "/?#");
    char *small = mem_strndup(host, len);
    for (size_t i = 0; i < len; i++)
        small[i] = ascii_lower(small[i]);
    return small;
}

bool invoke_serves(handlers *h, const struct handler_input *v, struct diag *why)
{
    const char *arn;

    if (is_gateway(v->resource)) {
        bool named = h->options.endpoints && endpoints_find(h->options.endpoints, "API Gateway");
        diag_set(why, "NO_ENDPOINT", 0,
                 "say where the API is by a row of a handlers file, {\"resource\": \"%s\", "
                 "\"endpoint\": \"http://127.0.0.1:3000\"}%s",
                 v->target,
                 named ? " (options and variables say only where API Gateway's own calls go)" : "");
        return false;
    }
    arn = connection_arn(v->payload);
    if (arn && connection_of(h, arn))
        return true;
    if (arn)
        diag_set(why, "NO_CONNECTION", 0,
                 "add its connection: \"connections\": [{\"connection\": \"%s\"}], with its "
                 "basic, api_key or oauth",
                 arn);
    else
        diag_set(why, "NO_CONNECTION", 0,
                 "give the Task its Authentication.ConnectionArn, which AWS wants");
    return false;
}

/* ---- ends ---- */

/* {"request": …, "response": …}; NULL: neither is told. */
static json *exchange_of(const struct invoke_work *w)
{
    struct json_build b;

    if (!w->request)
        return NULL;
    json_build_object(&b, 2);
    json_build_set(&b, "request", json_ref(w->request));
    if (w->response)
        json_build_set(&b, "response", json_ref(w->response));
    return json_build_done(&b);
}

static void invoke_work_free(struct invoke_work *w)
{
    json_unref(w->request);
    json_unref(w->response);
    mem_free(w);
}

static void invoke_finish(struct invoke_work *w, struct handler_answer *a, bool in_start)
{
    struct task_call *call = w->task_call;

    a->exchange = exchange_of(w);
    invoke_work_free(w);
    if (in_start)
        task_call_ready(call, a);
    else
        task_call_done(call, a);
}

static void invoke_fail(struct invoke_work *w, const char *error, json *cause, bool in_start)
{
    struct handler_answer a = answer_failed(error, cause);

    invoke_finish(w, &a, in_start);
}

static void invoke_bad_parameters(struct invoke_work *w, const char *why, bool in_start)
{
    invoke_fail(w, ASL_RUNTIME, cause_of_refusal(w->task_call, why), in_start);
}

/* ---- the answer ---- */

/*
 * Each header has a list of values. On AWS the names of http:invoke are in small letters; those of
 * apigateway:invoke are as the API writes them.
 */
static json *invoke_headers_of(const struct invoke_work *w, const struct http_response *r)
{
    json *flat = response_headers(r);
    struct json_build b;

    json_build_object(&b, json_count(flat));
    for (size_t i = 0; i < json_count(flat); i++) {
        struct json_build list;
        struct buf name = {0};
        const char *key = json_str(json_key_at(flat, i));

        for (; *key; key++)
            buf_addc(&name, w->gateway ? *key : ascii_lower(*key));
        json_build_array(&list, 1);
        json_build_add(&list, json_ref(json_value_at(flat, i)));
        json_build_set_key(&b, json_take_buf(&name), json_build_done(&list));
    }
    json_unref(flat);
    return json_build_done(&b);
}

/* Returns the text as it came, with U+FFFD for what is no UTF-8. */
static json *mended_text(const char *text, size_t len)
{
    struct buf mended = {0};

    utf8_add_mended(&mended, text, len);
    return json_take_buf(&mended);
}

json *response_body(const struct http_response *r)
{
    json *v =
        r->body.len ? json_parse(r->body.data, r->body.len, JSON_READ_SURROGATES, NULL) : NULL;

    return v ? v : mended_text(r->body.data, r->body.len);
}

/* "[name: value, name: value]" */
static void add_shown_header(struct buf *out, const char *name, const char *value)
{
    buf_adds(out, out->len ? ", " : "[");
    add_clean(out, name, strlen(name));
    buf_adds(out, ": ");
    add_clean(out, value, strlen(value));
}

static json *shown_headers(struct buf *headers)
{
    buf_adds(headers, headers->len ? "]" : "[]");
    return json_take_buf(headers);
}

static json *shown_text(const struct buf *b)
{
    struct buf clean = {0};

    add_clean(&clean, b->data, b->len);
    return json_take_buf(&clean);
}

/* TestState's inspectionData. It is text all through, numbers too: so AWS has it. The protocol is
 * that of the request. */
static json *shown_response(const struct invoke_work *w, const struct http_response *r)
{
    const char *name, *value;
    struct buf headers = {0};
    struct json_build b;
    void *at = NULL;

    while (http_response_next(r, &at, &name, &value))
        add_shown_header(&headers, name, value);
    json_build_object(&b, 5);
    json_build_set(&b, "protocol", json_ref(json_get(w->request, "protocol")));
    json_build_set(&b, "statusCode", json_stringf("%d", r->status));
    json_build_set(&b, "statusMessage", json_cstring(http_status_name(r->status)));
    json_build_set(&b, "headers", shown_headers(&headers));
    json_build_set(&b, "body", shown_text(&r->body));
    return json_build_done(&b);
}

/* Makes the cause of an answer that is an error: the body, cut. A redirection mostly has none, and
 * is not followed: what stands behind the path it leads to may be secret. */
static json *cause_of_answer(const struct http_response *r)
{
    const char *to = r->status >= 300 && r->status <= 399 && !r->body.len
                         ? http_response_header(r, "Location")
                         : NULL;
    struct buf text = {0};

    if (!to || !*to)
        return mended_text(r->body.data, utf8_cut(r->body.data, r->body.len, MAX_CAUSE));
    buf_adds(&text, "The answer redirects to ");
    utf8_add_mended(&text, to, utf8_cut(to, strcspn(to, "?#"), MAX_CAUSE));
    buf_adds(&text, ", where nothing is asked");
    return json_take_buf(&text);
}

/* An error's name has the status in it, as States.Http.StatusCode.404, so that a Retry can tell
 * them apart. */
static void invoke_answered(void *user, struct http_response *r)
{
    struct invoke_work *w = user;
    struct handler_answer a = {0};
    struct json_build b;

    w->transfer = NULL;
    if (w->request && r->outcome == HTTP_ANSWERED)
        w->response = shown_response(w, r);
    if (r->outcome == HTTP_TOO_LARGE) {
        invoke_fail(w, ASL_DATA_LIMIT_EXCEEDED, NULL, false);
        return;
    }
    if (r->outcome != HTTP_ANSWERED) {
        invoke_fail(w, w->gateway ? "ApiGateway.SdkClientException" : "States.Http.Socket",
                    json_stringf("Unable to execute HTTP request: %s", r->error), false);
        return;
    }
    if (w->connection && (r->status == 401 || r->status == 407))
        oauth_refused(w->connection, w->token_number);
    if (r->status < 200 || r->status > 299) {
        struct buf error = {0};

        buf_printf(&error, w->gateway ? "ApiGateway.%d" : "States.Http.StatusCode.%d", r->status);
        invoke_fail(w, buf_str(&error), cause_of_answer(r), false);
        buf_clear(&error);
        return;
    }
    json_build_object(&b, 4);
    json_build_set(&b, "Headers", invoke_headers_of(w, r));
    json_build_set(&b, "ResponseBody", response_body(r));
    json_build_set(&b, "StatusCode", json_int(r->status));
    json_build_set(&b, "StatusText", json_cstring(http_status_name(r->status)));
    a.value = json_build_done(&b);
    invoke_finish(w, &a, false);
}

/* ---- the request ---- */

/* Returns what is left for the token and the request together; never 0, which would be no bound. */
static int64_t time_left(const struct invoke_work *w)
{
    int64_t left_ms = w->until_ms - clock_steady_ms();

    return left_ms > 1 ? left_ms : 1;
}

static struct invoke_request invoke_request_of(const struct invoke_work *w,
                                               const struct connection *c)
{
    return (struct invoke_request){.parameters = w->task_call->payload,
                                   .connection = c,
                                   .gateway = w->gateway,
                                   .base = w->task_call->row->url,
                                   .no_stage = w->task_call->row->no_stage,
                                   .region = handlers_region(w->task_call->h)};
}

/* What is told of the request: without the connection's part, unless that is to be revealed. */
static json *shown_request(const struct invoke_work *w)
{
    bool whole = w->task_call->trace == TASK_REVEALED;
    struct invoke_request q = invoke_request_of(w, whole ? w->connection : NULL);
    struct buf headers = {0};
    struct json_build b;

    invoke_request_make(&q, NULL);
    for (size_t i = 0; i < q.header_count; i++)
        add_shown_header(&headers, q.headers[i].name, q.headers[i].value);
    const char *url = buf_str(&q.url), *colon = strchr(url, ':');
    json_build_object(&b, 5);
    json_build_set(&b, "protocol", json_string(url, colon ? (size_t)(colon - url) : 0));
    json_build_set(&b, "method", json_cstring(q.method));
    json_build_set(&b, "url", json_cstring(url));
    json_build_set(&b, "headers", shown_headers(&headers));
    if (q.body.len)
        json_build_set(&b, "body", shown_text(&q.body));
    invoke_request_clear(&q);
    return json_build_done(&b);
}

static void invoke_no_keys(void *user, bool of_role, const char *why)
{
    struct invoke_work *w = user;

    w->transfer = NULL;
    invoke_fail(w, of_role ? ASL_TASK_FAILED : "ApiGateway.SdkClientException", json_cstring(why),
                false);
}

static void send_request(struct invoke_work *w, bool in_start)
{
    const char *auth = invoke_text(w->task_call->payload, "AuthType");
    struct invoke_request q = invoke_request_of(w, w->connection);
    struct diag why = {0};
    bool good = invoke_request_make(&q, &why);

    if (good) {
        struct signed_request s = {
            .method = q.method,
            .url = buf_str(&q.url),
            .headers = q.headers,
            .header_count = q.header_count,
            .body = q.body,
            .test_keys = endpoints_url_is_loopback(buf_str(&q.url)),
            /* Of http:invoke AWS has no such field. */
            .service = w->gateway && auth && !strcmp(auth, "IAM_ROLE") ? "execute-api" : NULL,
            .timeout_ms = time_left(w),
            .of = w->task_call,
            .no_keys = invoke_no_keys,
        };
        q.body = (struct buf){0};
        if (w->task_call->trace && !w->gateway)
            w->request = shown_request(w);
        w->token_number = w->connection ? w->connection->token_number : 0;
        w->transfer = send_signed(w->task_call->h, &s, invoke_answered, w, &why);
    }
    invoke_request_clear(&q);
    if (!good)
        invoke_bad_parameters(w, why.text, in_start);
    else if (!w->transfer)
        invoke_fail(w,
                    is_no_role(&why) ? ASL_TASK_FAILED
                    : w->gateway     ? "ApiGateway.SdkClientException"
                                     : "States.Http.Socket",
                    json_cstring(why.text), in_start);
    diag_clear(&why);
}

/* ---- its life ---- */

static void invoke_token_came(struct oauth_wait *wait, const char *why, bool late);

/* The connection's token is asked for first where there is none; the request then goes on from
 * invoke_token_came. */
static void invoke_go_on(struct invoke_work *w, bool in_start)
{
    struct diag why = {0};
    enum oauth_found found = OAUTH_FOUND;

    if (w->connection)
        found = oauth_find(w->task_call->h, w->connection, time_left(w), &w->wait, &why);
    if (found == OAUTH_FOUND)
        send_request(w, in_start);
    else if (found == OAUTH_NOT_ASKED)
        invoke_fail(w, "States.Http.Socket", json_cstring(why.text), in_start);
    diag_clear(&why);
}

/* Who asked first may have had less time than this call has. */
static void invoke_token_came(struct oauth_wait *wait, const char *why, bool late)
{
    struct invoke_work *w = (struct invoke_work *)wait;

    if (!why)
        send_request(w, false);
    else if (late && time_left(w) > 1)
        invoke_go_on(w, false);
    else
        invoke_fail(w, "States.Http.Socket", clean_cstring(why), false);
}

void invoke_start(struct task_call *call)
{
    struct invoke_work *w = mem_calloc(1, sizeof *w);
    const char *arn = connection_arn(call->payload);

    w->wait.done = invoke_token_came;
    w->task_call = call;
    w->gateway = is_gateway(&call->resource);
    w->connection = arn && !w->gateway ? connection_of(call->h, arn) : NULL;
    w->until_ms = clock_steady_ms() + (call->row->timeout_ms ? call->row->timeout_ms : REQUEST_MS);
    call->work = w;
    invoke_go_on(w, true);
}

void invoke_cancel(struct task_call *call)
{
    struct invoke_work *w = call->work;

    oauth_leave(&w->wait);
    if (w->transfer)
        signed_send_cancel(w->transfer);
    invoke_work_free(w);
}
