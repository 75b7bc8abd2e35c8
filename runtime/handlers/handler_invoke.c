/*
 * Tasks that are plain HTTP requests: http:invoke, with what a connection adds, and
 * apigateway:invoke. A connection stands in the handlers file, under the ARN that the definition
 * gives; without one there no request of http:invoke is made.
 */
#include "runtime/handlers/handlers_impl.h"

#include "asl/env.h"
#include "parsers/base64.h"
#include "parsers/count.h"
#include "parsers/mem.h"
#include "parsers/percent.h"
#include "runtime/aws/aws.h"
#include "runtime/clock.h"
#include "runtime/endpoints.h"
#include "runtime/glob.h"
#include "runtime/http_message.h"

#include <string.h>
#include <strings.h>

enum { REQUEST_MS = 60 * 1000, MAX_CAUSE = 8192, TOKEN_S = 3600 };

static const char http_invoke[] = ":states:::http:invoke";
static const char gateway_invoke[] = ":states:::apigateway:invoke";

struct work {
    struct job *j;
    struct connection *connection; /* NULL: none */
    bool gateway, asked;           /* asked: the request itself is under way, not a token's */
    http_transfer *transfer;
    json *request, *response; /* what is told of them when the call is traced; or NULL */
};

static bool is_gateway(const char *target)
{
    return strstr(target, gateway_invoke) != NULL;
}

bool is_invoke(const char *target)
{
    return strstr(target, http_invoke) || is_gateway(target);
}

static const json *member(const json *v, const char *name)
{
    return v && json_is_object(v) ? json_get(v, name) : NULL;
}

static const char *text(const json *v, const char *name)
{
    const json *m = member(v, name);

    return m && json_is_string(m) && strlen(json_str(m)) == json_str_len(m) ? json_str(m) : NULL;
}

/* ---- connections ---- */

static const char *connection_arn(const json *parameters)
{
    const char *arn = text(member(parameters, "Authentication"), "ConnectionArn");

    return arn ? arn : text(member(parameters, "InvocationConfig"), "ConnectionArn");
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
        mem_free(c->token);
    }
    h->connections = NULL;
}

bool invoke_serves(handlers *h, const struct handler_call *call, struct diag *why)
{
    const char *arn;

    if (is_gateway(call->target)) {
        diag_set(why, "NO_ENDPOINT", 0,
                 "or say where the API is: {\"resource\": \"%s\", \"endpoint\": "
                 "\"http://127.0.0.1:3000\"}",
                 call->target);
        return false;
    }
    arn = connection_arn(call->payload);
    if (arn && connection_of(h, arn))
        return true;
    diag_set(why, "NO_CONNECTION", 0,
             "or add its connection: \"connections\": [{\"connection\": \"%s\"}], with its basic, "
             "api_key or oauth",
             arn ? arn : "*");
    return false;
}

/* ---- ends ---- */

/* {"request": …, "response": …}; NULL: neither is told. */
static json *exchange_of(const struct work *w)
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

static void work_free(struct work *w)
{
    json_unref(w->request);
    json_unref(w->response);
    mem_free(w);
}

static void finish(struct work *w, struct handler_answer *a, bool in_start)
{
    struct job *j = w->j;

    a->exchange = exchange_of(w);
    work_free(w);
    if (in_start)
        job_ready(j, a);
    else
        job_done(j, a);
}

static void fail(struct work *w, const char *error, json *cause, bool in_start)
{
    struct handler_answer a = answer_failed(error, cause);

    finish(w, &a, in_start);
}

static void bad_parameters(struct work *w, const char *why)
{
    struct buf cause = {0};

    buf_adds(&cause, "The Parameters '");
    json_write(&cause, w->j->payload);
    buf_printf(&cause, "' could not be used to start the Task: [%s]", why);
    fail(w, ASL_RUNTIME, json_take_buf(&cause), true);
}

/* ---- the answer ---- */

static json *headers_of(const struct http_response *r)
{
    json *flat = response_headers(r);
    struct json_build b;

    json_build_object(&b, json_count(flat));
    for (size_t i = 0; i < json_count(flat); i++) {
        struct json_build list;
        struct buf name = {0};
        const char *key = json_str(json_key_at(flat, i));

        for (; *key; key++)
            buf_addc(&name, *key >= 'A' && *key <= 'Z' ? (char)(*key + 'a' - 'A') : *key);
        json_build_array(&list, 1);
        json_build_add(&list, json_ref(json_value_at(flat, i)));
        json_build_set_key(&b, json_take_buf(&name), json_build_done(&list));
    }
    json_unref(flat);
    return json_build_done(&b);
}

static json *body_of(struct http_response *r)
{
    json *v =
        r->body.len ? json_parse(r->body.data, r->body.len, JSON_READ_SURROGATES, NULL) : NULL;

    return v ? v : clean_string(&r->body);
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

/* The protocol is that of the request. */
static json *shown_response(const struct work *w, const struct http_response *r)
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

static void answered(void *user, struct http_response *r)
{
    struct work *w = user;
    struct handler_answer a = {0};
    struct json_build b;

    w->transfer = NULL;
    if (w->request && r->outcome == HTTP_ANSWERED)
        w->response = shown_response(w, r);
    if (r->outcome == HTTP_TOO_LARGE) {
        fail(w, ASL_DATA_LIMIT_EXCEEDED, NULL, false);
        return;
    }
    if (r->outcome != HTTP_ANSWERED) {
        fail(w, w->gateway ? "ApiGateway.SdkClientException" : "States.Http.Socket",
             json_stringf("Unable to execute HTTP request: %s", r->error), false);
        return;
    }
    if (r->status < 200 || r->status > 299) {
        struct buf error = {0}, cause = {0};

        buf_printf(&error, w->gateway ? "ApiGateway.%d" : "States.Http.StatusCode.%d", r->status);
        add_clean(&cause, r->body.data, r->body.len < MAX_CAUSE ? r->body.len : MAX_CAUSE);
        fail(w, buf_str(&error), json_take_buf(&cause), false);
        buf_clear(&error);
        return;
    }
    json_build_object(&b, 4);
    json_build_set(&b, "Headers", headers_of(r));
    json_build_set(&b, "ResponseBody", body_of(r));
    json_build_set(&b, "StatusCode", json_int(r->status));
    json_build_set(&b, "StatusText", json_cstring(http_status_name(r->status)));
    a.value = json_build_done(&b);
    finish(w, &a, false);
}

/* ---- the request ---- */

static void add_text(struct buf *out, const json *v)
{
    if (json_is_string(v))
        buf_add(out, json_str(v), json_str_len(v));
    else
        json_write(out, v);
}

static void add_pair(struct buf *out, const char *name, size_t name_len, const json *v)
{
    struct buf value = {0};

    add_text(&value, v);
    if (out->len)
        buf_addc(out, '&');
    percent_encode(out, name, name_len, false);
    buf_addc(out, '=');
    percent_encode(out, value.data, value.len, false);
    buf_clear(&value);
}

/* An array repeats the name. */
static void add_query(struct buf *out, const json *query)
{
    for (size_t i = 0; query && i < json_count(query); i++) {
        const json *key = json_key_at(query, i), *v = json_value_at(query, i);

        if (!json_is_array(v))
            add_pair(out, json_str(key), json_str_len(key), v);
        for (size_t k = 0; json_is_array(v) && k < json_count(v); k++)
            add_pair(out, json_str(key), json_str_len(key), json_at(v, k));
    }
}

/* A form, by Transform.RequestEncodingOptions.ArrayFormat; nested objects are name[key]. */
static void add_form(struct buf *out, const char *name, size_t name_len, const json *v,
                     const char *format)
{
    struct buf inner = {0};

    if (json_is_array(v) && !strcmp(format, "COMMAS")) {
        struct buf all = {0};
        for (size_t i = 0; i < json_count(v); i++) {
            if (i)
                buf_addc(&all, ',');
            add_text(&all, json_at(v, i));
        }
        json *one = json_take_buf(&all);
        add_pair(out, name, name_len, one);
        json_unref(one);
        return;
    }
    for (size_t i = 0; json_is_array(v) && i < json_count(v); i++) {
        buf_reset(&inner);
        buf_add(&inner, name, name_len);
        if (!strcmp(format, "BRACKETS"))
            buf_adds(&inner, "[]");
        else if (strcmp(format, "REPEAT") != 0)
            buf_printf(&inner, "[%zu]", i);
        add_form(out, inner.data, inner.len, json_at(v, i), format);
    }
    for (size_t i = 0; json_is_object(v) && i < json_count(v); i++) {
        const json *key = json_key_at(v, i);
        buf_reset(&inner);
        buf_add(&inner, name, name_len);
        buf_printf(&inner, name_len ? "[%s]" : "%s", json_str(key));
        add_form(out, inner.data, inner.len, json_value_at(v, i), format);
    }
    if (json_is_scalar(v) && name_len)
        add_pair(out, name, name_len, v);
    buf_clear(&inner);
}

/* Names that a machine's author can't set. */
static bool is_refused(const char *name)
{
    static const char *const names[] = {"A-IM",
                                        "Accept-Charset",
                                        "Accept-Datetime",
                                        "Accept-Encoding",
                                        "Cache-Control",
                                        "Connection",
                                        "Content-Encoding",
                                        "Content-Length",
                                        "Content-MD5",
                                        "Date",
                                        "Expect",
                                        "Forwarded",
                                        "From",
                                        "Host",
                                        "HTTP2-Settings",
                                        "If-*",
                                        "Max-Forwards",
                                        "Origin",
                                        "Pragma",
                                        "Proxy-Authorization",
                                        "Referer",
                                        "Server",
                                        "TE",
                                        "Trailer",
                                        "Transfer-Encoding",
                                        "Upgrade",
                                        "Via",
                                        "Warning",
                                        "x-forwarded-*",
                                        "x-amz-*",
                                        "x-amzn-*"};

    for (size_t i = 0; i < COUNT(names); i++) {
        size_t n = strlen(names[i]);
        bool begins = names[i][n - 1] == '*';
        if (begins ? !strncasecmp(name, names[i], n - 1) : !strcasecmp(name, names[i]))
            return true;
    }
    return false;
}

struct request {
    struct work *w;
    struct buf url, query, texts;
    struct sigv4_header headers[AWS_MAX_HEADERS];
    size_t header_count;
    json *strings[2 * AWS_MAX_HEADERS];
    size_t string_count;
};

/* The last one of a name wins. False: it can't be one. */
static bool set_header(struct request *q, const char *name, const json *v)
{
    struct buf value = {0};
    json *kept[2];
    size_t i = 0;

    if (json_is_array(v)) {
        for (size_t k = 0; k < json_count(v); k++) {
            if (k)
                buf_adds(&value, ",");
            add_text(&value, json_at(v, k));
        }
    } else {
        add_text(&value, v);
    }
    bool good = http_header_name_ok(name) && strlen(buf_str(&value)) == value.len &&
                http_header_value_ok(buf_str(&value));
    while (i < q->header_count && strcasecmp(q->headers[i].name, name) != 0)
        i++;
    if (!good || i == AWS_MAX_HEADERS || q->string_count + 2 > 2 * AWS_MAX_HEADERS) {
        buf_clear(&value);
        return false;
    }
    kept[0] = json_cstring(name);
    kept[1] = json_take_buf(&value);
    q->strings[q->string_count++] = kept[0];
    q->strings[q->string_count++] = kept[1];
    q->headers[i] = (struct sigv4_header){json_str(kept[0]), json_str(kept[1])};
    if (i == q->header_count)
        q->header_count++;
    return true;
}

static bool set_text(struct request *q, const char *name, const char *value)
{
    json *v = json_cstring(value);
    bool good = set_header(q, name, v);

    json_unref(v);
    return good;
}

static bool set_headers(struct request *q, const json *headers, bool of_machine)
{
    for (size_t i = 0; headers && i < json_count(headers); i++) {
        const char *name = json_str(json_key_at(headers, i));
        if ((of_machine && is_refused(name)) || !set_header(q, name, json_value_at(headers, i)))
            return false;
    }
    return true;
}

static void request_clear(struct request *q)
{
    buf_clear(&q->url);
    buf_clear(&q->query);
    for (size_t i = 0; i < q->string_count; i++)
        json_unref(q->strings[i]);
}

static bool set_basic(struct request *q, const char *user, const char *password)
{
    struct buf plain = {0}, value = {0};
    bool good;

    buf_printf(&plain, "%s:%s", user, password);
    buf_adds(&value, "Basic ");
    base64_encode(&value, plain.data, plain.len);
    good = set_text(q, "Authorization", buf_str(&value));
    buf_clear(&plain);
    buf_clear(&value);
    return good;
}

/* What the connection adds wins over what the machine says. */
static bool add_connection(struct request *q, const struct connection *c)
{
    bool good = set_headers(q, c->headers, false);

    add_query(&q->query, c->query);
    if (good && c->user)
        good = set_basic(q, c->user, c->password);
    if (good && c->key_name)
        good = set_text(q, c->key_name, c->key);
    if (good && c->token) {
        struct buf value = {0};
        buf_printf(&value, "Bearer %s", c->token);
        good = set_text(q, "Authorization", buf_str(&value));
        buf_clear(&value);
    }
    return good;
}

static json *without(const json *object, const json *names)
{
    struct json_build b;

    json_build_object(&b, json_count(object));
    for (size_t i = 0; i < json_count(object); i++)
        if (!names || !json_get_key(names, json_key_at(object, i)))
            json_build_set_key(&b, json_ref(json_key_at(object, i)),
                               json_ref(json_value_at(object, i)));
    return json_build_done(&b);
}

/* The machine's body with the connection's members; NULL: none. */
static json *whole_body(const struct work *w, const json *given)
{
    const json *more = w->connection ? w->connection->body : NULL;
    struct json_build b;

    if (!more)
        return given ? json_ref(given) : NULL;
    if (given && !json_is_object(given))
        return json_ref(given);
    json_build_copy(&b, given ? given : json_empty_object(), json_count(more));
    for (size_t i = 0; i < json_count(more); i++)
        json_build_set_key(&b, json_ref(json_key_at(more, i)), json_ref(json_value_at(more, i)));
    return json_build_done(&b);
}

static const char *header_value(const struct request *q, const char *name)
{
    for (size_t i = 0; i < q->header_count; i++)
        if (!strcasecmp(q->headers[i].name, name))
            return q->headers[i].value;
    return NULL;
}

static void write_body(struct request *q, const json *parameters, struct buf *out)
{
    const json *transform = member(parameters, "Transform");
    const char *encoding = text(transform, "RequestBodyEncoding");
    const char *format = text(member(transform, "RequestEncodingOptions"), "ArrayFormat");
    json *body = whole_body(q->w, member(parameters, "RequestBody"));

    if (body && encoding && !strcmp(encoding, "URL_ENCODED"))
        add_form(out, "", 0, body, format ? format : "INDICES");
    else if (body && json_is_string(body) && header_value(q, "Content-Type") &&
             !strstr(header_value(q, "Content-Type"), "json"))
        add_text(out, body);
    else if (body)
        json_write(out, body);
    json_unref(body);
}

static bool is_method(const char *method)
{
    static const char *const methods[] = {"GET",   "POST",    "PUT", "DELETE",
                                          "PATCH", "OPTIONS", "HEAD"};

    for (size_t i = 0; method && i < COUNT(methods); i++)
        if (!strcmp(methods[i], method))
            return true;
    return false;
}

static void add_base(struct buf *url, const char *base)
{
    size_t len = strlen(base);

    while (len && base[len - 1] == '/')
        len--;
    buf_add(url, base, len);
}

/* https://api.example.com/path?x=1: a row's endpoint stands for the scheme and the host. */
static bool make_http_url(struct request *q, const json *p, const char *base)
{
    const char *given = text(p, "ApiEndpoint");
    struct buf whole = {0};
    const char *rest;
    bool good;

    if (!given)
        return false;
    buf_printf(&whole, "%s%s", strstr(given, "://") ? "" : "https://", given);
    good = http_url_ok(buf_str(&whole)) && !strchr(whole.data, '#');
    rest = strstr(whole.data, "://");
    rest = good ? rest + 3 + strcspn(rest + 3, "/?@") : NULL;
    good = good && *rest != '@'; /* a user's name */
    if (good && base)
        add_base(&q->url, base);
    else if (good)
        buf_add(&q->url, whole.data, (size_t)(rest - whole.data));
    if (good)
        buf_adds(&q->url, *rest ? rest : "/");
    buf_clear(&whole);
    return good;
}

/* ENDPOINT/stage/path */
static bool make_gateway_url(struct request *q, const json *p, const char *base)
{
    const char *stage = text(p, "Stage"), *path = text(p, "Path");

    add_base(&q->url, base);
    if (stage) {
        buf_addc(&q->url, '/');
        percent_encode(&q->url, stage, strlen(stage), false);
    }
    if (!path || *path != '/')
        buf_addc(&q->url, '/');
    if (path)
        percent_encode(&q->url, path, strlen(path), true);
    return true;
}

static bool fill(struct request *q, const json *p, const char *region)
{
    struct work *w = q->w;
    json *query;
    bool good = true;

    if (!w->gateway) {
        struct buf agent = {0};
        buf_printf(&agent, "Amazon|StepFunctions|HttpInvoke|%s", region);
        set_text(q, "User-Agent", buf_str(&agent));
        set_text(q, "Range", "bytes=0-262144");
        buf_clear(&agent);
    }
    set_text(q, "Content-Type", "application/json");
    good = set_headers(q, member(p, "Headers"), true);
    if (member(p, "QueryParameters")) {
        query = without(member(p, "QueryParameters"), w->connection ? w->connection->query : NULL);
        add_query(&q->query, query);
        json_unref(query);
    }
    if (good && w->connection)
        good = add_connection(q, w->connection);
    if (q->query.len) {
        buf_addc(&q->url, strchr(buf_str(&q->url), '?') ? '&' : '?');
        buf_add(&q->url, q->query.data, q->query.len);
    }
    return good;
}

/* What is told of the request: without the connection's part, unless that is to be revealed. */
static json *shown_request(const struct work *w, const char *method, const char *base)
{
    struct work told = *w;
    struct request q = {.w = &told};
    struct buf headers = {0}, body = {0};
    struct json_build b;

    if (w->j->trace != TASK_REVEALED)
        told.connection = NULL;
    make_http_url(&q, w->j->payload, base);
    fill(&q, w->j->payload, handlers_region(w->j->h));
    write_body(&q, w->j->payload, &body);
    for (size_t i = 0; i < q.header_count; i++)
        add_shown_header(&headers, q.headers[i].name, q.headers[i].value);
    const char *url = buf_str(&q.url), *colon = strchr(url, ':');
    json_build_object(&b, 5);
    json_build_set(&b, "protocol", json_string(url, colon ? (size_t)(colon - url) : 0));
    json_build_set(&b, "method", json_cstring(method));
    json_build_set(&b, "url", json_cstring(url));
    json_build_set(&b, "headers", shown_headers(&headers));
    if (body.len)
        json_build_set(&b, "body", shown_text(&body));
    buf_clear(&body);
    request_clear(&q);
    return json_build_done(&b);
}

static void send_request(struct work *w, bool in_start)
{
    const json *p = w->j->payload;
    const char *region = handlers_region(w->j->h);
    const char *method = text(p, "Method"), *base = w->j->row->url, *auth = text(p, "AuthType");
    struct request q = {.w = w};
    struct diag why = {0};
    const char *wrong = NULL;

    if (!is_method(method))
        wrong = "The field 'Method' is required but was missing";
    else if (w->gateway ? !make_gateway_url(&q, p, base) : !make_http_url(&q, p, base))
        wrong = "The field 'ApiEndpoint' must be a URL";
    else if (!fill(&q, p, region))
        wrong = "The field 'Headers' has one that can't be set";
    if (!wrong) {
        struct signed_request s = {
            .method = method,
            .url = buf_str(&q.url),
            .headers = q.headers,
            .header_count = q.header_count,
            .test_keys = endpoints_url_is_loopback(buf_str(&q.url)),
            .service = auth && !strcmp(auth, "IAM_ROLE") ? "execute-api" : NULL,
            .timeout_ms = w->j->row->timeout_ms ? w->j->row->timeout_ms : REQUEST_MS,
        };
        write_body(&q, p, &s.body);
        if (w->j->trace && !w->gateway)
            w->request = shown_request(w, method, base);
        w->asked = true;
        w->transfer = send_signed(w->j->h, &s, answered, w, &why);
    }
    request_clear(&q);
    if (wrong && in_start)
        bad_parameters(w, wrong);
    else if (!w->transfer)
        fail(w, wrong ? ASL_RUNTIME : "States.Http.Socket", json_cstring(wrong ? wrong : why.text),
             in_start);
    diag_clear(&why);
}

/* ---- oauth: client credentials ---- */

static void token_came(void *user, struct http_response *r)
{
    struct work *w = user;
    struct connection *c = w->connection;
    json *body = r->outcome == HTTP_ANSWERED && r->body.len
                     ? json_parse(r->body.data, r->body.len, 0, NULL)
                     : NULL;
    const char *token = text(body, "access_token");
    const json *lives = member(body, "expires_in");

    w->transfer = NULL;
    if (!token || !http_header_value_ok(token)) {
        struct buf cause = {0};
        if (r->outcome == HTTP_ANSWERED)
            buf_printf(&cause, "The connection's token endpoint answered with status %d",
                       r->status);
        else
            buf_printf(&cause, "The connection's token endpoint: %s", r->error);
        json_unref(body);
        fail(w, "States.Http.Socket", clean_string(&cause), false);
        return;
    }
    mem_free(c->token);
    c->token = mem_strdup(token);
    double seconds = lives && json_is_number(lives) ? json_double_value(lives) : TOKEN_S;
    if (seconds < 0 || seconds > 24 * TOKEN_S)
        seconds = TOKEN_S;
    /* A minute early, so that it is good on the way. */
    c->token_until_ms = clock_wall_ms() + (int64_t)(seconds * 1000) - 60 * 1000;
    json_unref(body);
    send_request(w, false);
}

static void ask_for_token(struct work *w)
{
    struct connection *c = w->connection;
    struct sigv4_header type = {"Content-Type", "application/x-www-form-urlencoded"};
    struct signed_request s = {.method = "POST",
                               .url = c->token_url,
                               .headers = &type,
                               .header_count = 1,
                               .timeout_ms = REQUEST_MS};
    struct diag why = {0};

    buf_adds(&s.body, "grant_type=client_credentials&client_id=");
    percent_encode(&s.body, c->client_id, strlen(c->client_id), false);
    buf_adds(&s.body, "&client_secret=");
    percent_encode(&s.body, c->client_secret, strlen(c->client_secret), false);
    if (c->scope) {
        buf_adds(&s.body, "&scope=");
        percent_encode(&s.body, c->scope, strlen(c->scope), false);
    }
    w->transfer = send_signed(w->j->h, &s, token_came, w, &why);
    if (!w->transfer)
        fail(w, "States.Http.Socket", json_cstring(why.text), true);
    diag_clear(&why);
}

/* ---- the job ---- */

void invoke_start(struct job *j)
{
    struct work *w = mem_calloc(1, sizeof *w);
    const char *arn = connection_arn(j->payload);

    w->j = j;
    w->gateway = is_gateway(j->target);
    w->connection = arn && !w->gateway ? connection_of(j->h, arn) : NULL;
    j->work = w;
    if (w->connection && w->connection->token_url &&
        (!w->connection->token || clock_wall_ms() >= w->connection->token_until_ms))
        ask_for_token(w);
    else
        send_request(w, true);
}

void invoke_cancel(struct job *j)
{
    struct work *w = j->work;

    if (w->transfer)
        http_client_cancel(w->transfer);
    work_free(w);
}
