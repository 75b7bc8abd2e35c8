/*
 * Requests and answers in API Gateway's payload format 2.0. Members that would be empty are left
 * out, as AWS leaves them out. Bytes that are no UTF-8 are read as Latin-1, which loses nothing.
 */

#include "runtime/serve/http_event.h"

#include "parsers/base/ascii.h"
#include "parsers/base/base64.h"
#include "parsers/base/count.h"
#include "parsers/base/percent.h"
#include "parsers/base/utf8.h"

#include <string.h>
#include <strings.h>

/* ---- the request ---- */

/* Bytes that are no UTF-8 are taken for Latin-1. */
static json *http_event_text_value(const char *text, size_t len)
{
    struct buf out = {0};
    char bytes[4];

    if (utf8_valid(text, len) == len)
        return json_string(text, len);
    for (size_t i = 0; i < len; i++)
        buf_add(&out, bytes, utf8_encode((unsigned char)text[i], bytes));
    return json_take_buf(&out);
}

static json *cstring_value(const char *text)
{
    return http_event_text_value(text, strlen(text));
}

/* Adds a value to those that the name has, behind a comma. Takes both. */
static void http_event_join(struct json_build *b, json *name, json *v)
{
    const json *have = json_get_key(b->v, name);
    struct buf text = {0};

    if (!have) {
        json_build_set_key(b, name, v);
        return;
    }
    buf_add(&text, json_str(have), json_str_len(have));
    buf_addc(&text, ',');
    buf_add(&text, json_str(v), json_str_len(v));
    json_unref(v);
    json_build_set_key(b, name, json_take_buf(&text));
}

static bool field_is_named(const struct http_field *f, const char *name)
{
    return f->name_len == strlen(name) && !strncasecmp(f->name, name, f->name_len);
}

/* All headers but cookies, their names in lower case; values of one name are joined by commas. */
static json *http_event_headers_of(const struct http_message *m)
{
    struct json_build b;

    json_build_object(&b, m->field_count);
    for (size_t i = 0; i < m->field_count; i++) {
        const struct http_field *f = &m->fields[i];
        struct buf name = {0};
        if (field_is_named(f, "Cookie"))
            continue;
        for (size_t k = 0; k < f->name_len; k++) {
            char c = f->name[k];
            buf_addc(&name, ascii_lower(c));
        }
        http_event_join(&b, json_take_buf(&name), http_event_text_value(f->value, f->value_len));
    }
    return json_build_done(&b);
}

/* The pairs of all Cookie headers; NULL: there are none. */
static json *cookies_of(const struct http_message *m)
{
    struct json_build b;

    json_build_array(&b, 0);
    for (size_t i = 0; i < m->field_count; i++) {
        const struct http_field *f = &m->fields[i];
        const char *at = f->value, *end = f->value + f->value_len;
        while (field_is_named(f, "Cookie") && at < end) {
            const char *semicolon = memchr(at, ';', (size_t)(end - at));
            const char *stop = semicolon ? semicolon : end;
            while (at < stop && *at == ' ')
                at++;
            if (at < stop)
                json_build_add(&b, http_event_text_value(at, (size_t)(stop - at)));
            at = semicolon ? semicolon + 1 : end;
        }
    }
    json *v = json_build_done(&b);
    if (json_count(v))
        return v;
    json_unref(v);
    return NULL;
}

/* A name or a value of a query; a %XX that is none stays as it is. */
static json *query_text(const char *text, size_t len)
{
    struct buf spaced = {0}, plain = {0};
    json *v;

    for (size_t i = 0; i < len; i++)
        buf_addc(&spaced, text[i] == '+' ? ' ' : text[i]);
    if (!percent_decode(&plain, buf_str(&spaced), spaced.len)) {
        buf_clear(&plain);
        plain = spaced;
        spaced = (struct buf){0};
    }
    v = http_event_text_value(buf_str(&plain), plain.len);
    buf_clear(&spaced);
    buf_clear(&plain);
    return v;
}

/* NULL: there are no parameters. */
static json *query_of(const char *query)
{
    struct json_build b;

    json_build_object(&b, 0);
    while (query && *query) {
        size_t len = strcspn(query, "&");
        const char *equals = memchr(query, '=', len);
        size_t name_len = equals ? (size_t)(equals - query) : len;
        if (len)
            http_event_join(&b, query_text(query, name_len),
                            equals ? query_text(equals + 1, len - name_len - 1) : json_cstring(""));
        query += len + (query[len] == '&');
    }
    json *v = json_build_done(&b);
    if (json_count(v))
        return v;
    json_unref(v);
    return NULL;
}

/* "05/Aug/2022:08:14:39 +0000" */
static json *log_time(int64_t ms)
{
    char date[HTTP_DATE_SIZE];

    http_date(ms, date); /* Fri, 05 Aug 2022 08:14:39 GMT */
    return json_stringf("%.2s/%.3s/%.4s:%.8s +0000", date + 5, date + 8, date + 12, date + 17);
}

/* The address of the client without its port. One of IPv6 stands in brackets. */
static json *source_ip(const char *peer)
{
    const char *colon = strrchr(peer, ':');
    size_t len = colon ? (size_t)(colon - peer) : strlen(peer);

    if (len > 2 && peer[0] == '[')
        return json_string(peer + 1, len - 2);
    return json_string(peer, len);
}

/* "POST /orders" of a route with methods, "ANY /orders" of one without, or "$default". */
static json *route_key(const struct http_event *e)
{
    if (e->route[0] != '/')
        return json_cstring(e->route);
    return json_stringf("%s %s", e->lists_methods ? e->message->method : "ANY", e->route);
}

static json *http_event_context_of(const struct http_event *e)
{
    const struct http_message *m = e->message;
    const char *agent = http_message_header(m, "User-Agent");
    size_t len;
    const char *host = http_host_name(m->host, &len, NULL);
    json *name = http_event_text_value(host, len);
    /* An address has no first label. */
    bool address = len && ((host[len - 1] >= '0' && host[len - 1] <= '9') || host[len - 1] == ']');
    json *prefix =
        address ? json_ref(name) : json_string(json_str(name), strcspn(json_str(name), "."));
    struct json_build b, http;

    json_build_object(&http, 5);
    json_build_set(&http, "method", json_cstring(m->method));
    json_build_set(&http, "path", cstring_value(m->path));
    json_build_set(&http, "protocol", json_cstring("HTTP/1.1"));
    json_build_set(&http, "sourceIp", source_ip(e->peer));
    json_build_set(&http, "userAgent", cstring_value(agent ? agent : ""));
    json_build_object(&b, 10);
    json_build_set(&b, "accountId", json_cstring(e->account ? e->account : "anonymous"));
    json_build_set(&b, "apiId", json_ref(prefix));
    json_build_set(&b, "domainName", name);
    json_build_set(&b, "domainPrefix", prefix);
    json_build_set(&b, "http", json_build_done(&http));
    json_build_set(&b, "requestId", json_cstring(e->request_id));
    json_build_set(&b, "routeKey", route_key(e));
    json_build_set(&b, "stage", json_cstring("$default"));
    json_build_set(&b, "time", log_time(e->now_ms));
    json_build_set(&b, "timeEpoch", json_int(e->now_ms));
    return json_build_done(&b);
}

/* Returns whether a body of this Content-Type stands for text. One without a type may, if its
 * bytes are UTF-8. */
static bool is_text_type(const char *type)
{
    static const char *const texts[] = {"application/json", "application/xml",
                                        "application/javascript", "application/yaml",
                                        "application/x-www-form-urlencoded"};

    if (!type || !strncasecmp(type, "text/", 5))
        return true;
    size_t len = strcspn(type, "; \t");
    if ((len > 5 && !strncasecmp(type + len - 5, "+json", 5)) ||
        (len > 4 && !strncasecmp(type + len - 4, "+xml", 4)))
        return true;
    for (size_t i = 0; i < COUNT(texts); i++)
        if (strlen(texts[i]) == len && !strncasecmp(type, texts[i], len))
            return true;
    return false;
}

/* What its headers call text, and what is UTF-8 as it came, stays text. All else is Base64. */
static void http_event_add_body(struct json_build *b, const struct http_message *m)
{
    const struct buf *body = &m->body;
    bool text = is_text_type(http_message_header(m, "Content-Type")) &&
                !http_message_header(m, "Content-Encoding") &&
                utf8_valid(body->data, body->len) == body->len;
    struct buf encoded = {0};

    if (body->len && text) {
        json_build_set(b, "body", json_string(body->data, body->len));
    } else if (body->len) {
        base64_encode(&encoded, body->data, body->len);
        json_build_set(b, "body", json_take_buf(&encoded));
    }
    json_build_set(b, "isBase64Encoded", json_bool(body->len && !text));
}

json *http_event_json(const struct http_event *e)
{
    const struct http_message *m = e->message;
    json *cookies = cookies_of(m), *query = query_of(m->query);
    struct json_build b;

    json_build_object(&b, 12);
    json_build_set(&b, "version", json_cstring("2.0"));
    json_build_set(&b, "routeKey", route_key(e));
    json_build_set(&b, "rawPath", cstring_value(m->path));
    json_build_set(&b, "rawQueryString", cstring_value(m->query ? m->query : ""));
    if (cookies)
        json_build_set(&b, "cookies", cookies);
    json_build_set(&b, "headers", http_event_headers_of(m));
    if (query)
        json_build_set(&b, "queryStringParameters", query);
    if (e->parameters)
        json_build_set(&b, "pathParameters", json_ref(e->parameters));
    json_build_set(&b, "requestContext", http_event_context_of(e));
    http_event_add_body(&b, m);
    return json_build_done(&b);
}

/* ---- the answer ---- */

static const char BAD_ANSWER[] = "HTTP_ANSWER";

static bool http_event_refuse(struct diag *why, const char *text)
{
    diag_set(why, BAD_ANSWER, 0, "%s", text);
    return false;
}

/* 1xx is refused as well: such an answer is never the last one of a request. */
static bool find_status(const json *v, int *status, struct diag *why)
{
    double n = json_is_number(v) ? json_double_value(v) : 0;

    if (!(n >= 200 && n <= 599) || n != (int)n)
        return http_event_refuse(why, "the output's statusCode is no whole number from 200 to 599");
    *status = (int)n;
    return true;
}

static const char *http_event_keep(struct http_event_answer *a, const char *text, size_t len)
{
    return arena_strndup(&a->arena, text, len);
}

static void http_event_add_header(struct http_event_answer *a, const char *name, const char *value)
{
    a->headers[a->header_count++] = (struct http_header){name, value};
}

/* Takes headers as they are. Without a Content-Type among them the answer is application/json. */
static bool http_event_add_headers(struct http_event_answer *a, const json *headers,
                                   struct diag *why)
{
    bool typed = false;

    if (headers && !json_is_object(headers))
        return http_event_refuse(why, "the output's headers are no object");
    for (size_t i = 0; headers && i < json_count(headers); i++) {
        const json *name = json_key_at(headers, i), *v = json_value_at(headers, i);
        struct buf text = {0};
        if (!json_is_scalar(v) || json_kind(v) == JSON_NULL)
            return http_event_refuse(why, "a header of the output is no text, number or boolean");
        if (json_is_string(v))
            buf_add(&text, json_str(v), json_str_len(v));
        else
            json_write(&text, v);
        typed |= !strcasecmp(json_str(name), "Content-Type");
        http_event_add_header(a, http_event_keep(a, json_str(name), json_str_len(name)),
                              http_event_keep(a, buf_str(&text), text.len));
        buf_clear(&text);
    }
    if (!typed)
        http_event_add_header(a, "Content-Type", "application/json");
    return true;
}

static bool add_cookies(struct http_event_answer *a, const json *cookies, struct diag *why)
{
    for (size_t i = 0; cookies && i < json_count(cookies); i++) {
        const json *v = json_is_array(cookies) ? json_at(cookies, i) : NULL;
        if (!v || !json_is_string(v))
            return http_event_refuse(why, "the output's cookies are no array of texts");
        http_event_add_header(a, "Set-Cookie", http_event_keep(a, json_str(v), json_str_len(v)));
    }
    return !cookies || json_is_array(cookies) ||
           http_event_refuse(why, "the output's cookies are no array of texts");
}

/* A body that is no text is sent as JSON. Only a text can be Base64. */
static bool add_answer_body(struct http_event_answer *a, const json *body, const json *encoded,
                            struct diag *why)
{
    bool decode = encoded && json_kind(encoded) == JSON_TRUE;

    if (encoded && !decode && json_kind(encoded) != JSON_FALSE)
        return http_event_refuse(why, "the output's isBase64Encoded is no boolean");
    if (decode)
        return !body ||
               (json_is_string(body) &&
                base64_decode(&a->body, json_str(body), json_str_len(body))) ||
               http_event_refuse(why,
                                 "the output's body is not the Base64 that isBase64Encoded says");
    if (body && json_is_string(body))
        buf_add(&a->body, json_str(body), json_str_len(body));
    else if (body)
        json_write(&a->body, body);
    return true;
}

/* A member that is null is none. */
static const json *http_event_member(const json *output, const char *name)
{
    const json *v = json_get(output, name);

    return v && json_kind(v) != JSON_NULL ? v : NULL;
}

/* API Gateway's rule for format 2.0: an output with statusCode is an answer, any other output is
 * the body of a 200 with application/json. */
bool http_event_answer(const json *output, struct http_event_answer *out, struct diag *why)
{
    const json *status = json_get(output, "statusCode"); /* NULL of what is no object */
    const json *headers = status ? http_event_member(output, "headers") : NULL;
    const json *cookies = status ? http_event_member(output, "cookies") : NULL;
    struct http_event_answer a = {.status = 200};

    /* One more, for the Content-Type that is added where none is given. */
    size_t room = (headers ? json_count(headers) : 0) + (cookies ? json_count(cookies) : 0) + 1;
    a.headers = arena_calloc(&a.arena, room, sizeof *a.headers);
    if (!status) {
        http_event_add_header(&a, "Content-Type", "application/json");
        json_write(&a.body, output);
    } else if (!find_status(status, &a.status, why) || !http_event_add_headers(&a, headers, why) ||
               !add_cookies(&a, cookies, why) ||
               !add_answer_body(&a, http_event_member(output, "body"),
                                http_event_member(output, "isBase64Encoded"), why)) {
        http_event_answer_clear(&a);
        return false;
    }
    *out = a;
    return true;
}

void http_event_answer_clear(struct http_event_answer *a)
{
    buf_clear(&a->body);
    arena_clear(&a->arena);
    *a = (struct http_event_answer){0};
}
