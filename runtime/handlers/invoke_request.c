/*
 * The request of http:invoke and apigateway:invoke. What a connection adds wins over what the Task
 * says, as on AWS; headers that AWS reserves for itself are refused.
 */
#include "runtime/handlers/invoke_request.h"

#include "asl/report/quota.h"
#include "parsers/base/base64.h"
#include "parsers/base/count.h"
#include "parsers/base/percent.h"
#include "parsers/base/text.h"
#include "runtime/aws/endpoints.h"
#include "runtime/http/client.h"
#include "runtime/http/message.h"

#include <string.h>
#include <strings.h>

/* The code of what is wrong with a Task's parameters. */
static const char wrong[] = "PARAMETERS";

const json *invoke_member(const json *v, const char *name)
{
    return v && json_is_object(v) ? json_get(v, name) : NULL;
}

/*
 * A text with a NUL in it counts as none: it would be cut in a header or a URL, and mean another.
 */
const char *invoke_text(const json *v, const char *name)
{
    const json *m = invoke_member(v, name);

    return m && json_is_string(m) && strlen(json_str(m)) == json_str_len(m) ? json_str(m) : NULL;
}

/* ---- texts and forms ---- */

static void invoke_request_add_text(struct buf *out, const json *v)
{
    if (json_is_string(v))
        buf_add(out, json_str(v), json_str_len(v));
    else
        json_write(out, v);
}

static void add_pair(struct buf *out, const char *name, size_t name_len, const json *v)
{
    struct buf value = {0};

    invoke_request_add_text(&value, v);
    if (out->len)
        buf_addc(out, '&');
    percent_encode(out, name, name_len, false);
    buf_addc(out, '=');
    percent_encode(out, value.data, value.len, false);
    buf_clear(&value);
}

void invoke_request_add_query(struct buf *out, const json *query)
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
            invoke_request_add_text(&all, json_at(v, i));
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

/* The last one of a name wins. Returns false when it can't be one. */
static bool set_header(struct invoke_request *q, const char *name, const json *v)
{
    struct buf value = {0};
    json *kept[2];
    size_t i = 0;

    if (json_is_array(v)) {
        for (size_t k = 0; k < json_count(v); k++) {
            if (k)
                buf_adds(&value, ",");
            invoke_request_add_text(&value, json_at(v, k));
        }
    } else {
        invoke_request_add_text(&value, v);
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

static bool invoke_request_set_text(struct invoke_request *q, const char *name, const char *value)
{
    json *v = json_cstring(value);
    bool good = set_header(q, name, v);

    json_unref(v);
    return good;
}

/* Returns false with *why filled: it names the header, but not its value, which may be a secret. */
static bool invoke_refuse_header(const char *name, const char *words, struct diag *why)
{
    struct buf shown = {0};

    add_clean(&shown, name, strlen(name));
    diag_set(why, wrong, 0, "The field 'Headers' has '%s', %s", buf_str(&shown), words);
    buf_clear(&shown);
    return false;
}

/* Returns false with *why filled: the header could not be set. */
static bool invoke_tell_header(const struct invoke_request *q, const char *name, struct diag *why)
{
    return invoke_refuse_header(name,
                                !http_header_name_ok(name) ? "which is no name of a header"
                                : q->header_count == AWS_MAX_HEADERS
                                    ? "which is one more than can be sent"
                                    : "whose value no header can have",
                                why);
}

/* Names that AWS reserves are refused from the machine's author; a connection may set them. */
static bool set_headers(struct invoke_request *q, const json *headers, bool of_machine,
                        struct diag *why)
{
    for (size_t i = 0; headers && i < json_count(headers); i++) {
        const char *name = json_str(json_key_at(headers, i));

        if (of_machine && is_refused(name))
            return invoke_refuse_header(name, "which Step Functions reserves", why);
        if (!set_header(q, name, json_value_at(headers, i)))
            return invoke_tell_header(q, name, why);
    }
    return true;
}

/* Step Functions hands the headers of an API as lists of strings, and takes them in no other form.
 */
static bool are_lists_of_strings(const json *headers)
{
    for (size_t i = 0; headers && i < json_count(headers); i++) {
        const json *list = json_value_at(headers, i);

        if (!json_is_array(list))
            return false;
        for (size_t k = 0; k < json_count(list); k++)
            if (!json_is_string(json_at(list, k)))
                return false;
    }
    return true;
}

void invoke_request_clear(struct invoke_request *q)
{
    buf_clear(&q->url);
    buf_clear(&q->query);
    buf_clear(&q->body);
    for (size_t i = 0; i < q->string_count; i++)
        json_unref(q->strings[i]);
}

static bool set_basic(struct invoke_request *q, const char *user, const char *password)
{
    struct buf plain = {0}, value = {0};
    bool good;

    buf_printf(&plain, "%s:%s", user, password);
    buf_adds(&value, "Basic ");
    base64_encode(&value, plain.data, plain.len);
    good = invoke_request_set_text(q, "Authorization", buf_str(&value));
    buf_clear(&plain);
    buf_clear(&value);
    return good;
}

/* What the connection adds wins over what the machine says. */
static bool add_connection(struct invoke_request *q, const struct connection *c, struct diag *why)
{
    if (!set_headers(q, c->headers, false, why))
        return false;

    invoke_request_add_query(&q->query, c->query);
    if (c->user && !set_basic(q, c->user, c->password))
        return invoke_tell_header(q, "Authorization", why);
    if (c->key_name && !invoke_request_set_text(q, c->key_name, c->key))
        return invoke_tell_header(q, c->key_name, why);
    if (c->token) {
        struct buf value = {0};
        buf_printf(&value, "Bearer %s", c->token);
        bool good = invoke_request_set_text(q, "Authorization", buf_str(&value));
        buf_clear(&value);
        return good || invoke_tell_header(q, "Authorization", why);
    }
    return true;
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
static json *whole_body(const struct connection *c, const json *given)
{
    const json *more = c ? c->body : NULL;
    struct json_build b;

    if (!more)
        return json_ref(given);
    if (given && !json_is_object(given))
        return json_ref(given);
    json_build_copy(&b, given ? given : json_empty_object(), json_count(more));
    for (size_t i = 0; i < json_count(more); i++)
        json_build_set_key(&b, json_ref(json_key_at(more, i)), json_ref(json_value_at(more, i)));
    return json_build_done(&b);
}

static const char *invoke_request_header_value(const struct invoke_request *q, const char *name)
{
    for (size_t i = 0; i < q->header_count; i++)
        if (!strcasecmp(q->headers[i].name, name))
            return q->headers[i].value;
    return NULL;
}

/*
 * A string goes as it is where the Content-Type is not JSON's; else it is written as JSON, in
 * quotes.
 */
static void write_body(struct invoke_request *q)
{
    const json *transform = invoke_member(q->parameters, "Transform");
    const char *encoding = invoke_text(transform, "RequestBodyEncoding");
    const json *options = invoke_member(transform, "RequestEncodingOptions");
    const char *format = invoke_text(options, "ArrayFormat");
    const char *type = invoke_request_header_value(q, "Content-Type");
    json *body;

    if (!http_sends_body(q->method))
        return;
    body = whole_body(q->connection, invoke_member(q->parameters, "RequestBody"));
    /* For null the SDK of API Gateway sends nothing. */
    if (q->gateway && body && json_kind(body) == JSON_NULL) {
        json_unref(body);
        return;
    }
    if (body && encoding && !strcmp(encoding, "URL_ENCODED"))
        add_form(&q->body, "", 0, body, format ? format : "INDICES");
    else if (body && json_is_string(body) && type && !strstr(type, "json"))
        invoke_request_add_text(&q->body, body);
    else if (body)
        json_write(&q->body, body);
    json_unref(body);
}

static bool invoke_request_set_method(struct invoke_request *q, struct diag *why)
{
    static const char *const methods[] = {"GET",   "POST",    "PUT", "DELETE",
                                          "PATCH", "OPTIONS", "HEAD"};

    q->method = invoke_text(q->parameters, "Method");
    for (size_t i = 0; q->method && i < COUNT(methods); i++)
        if (!strcmp(methods[i], q->method))
            return true;
    diag_set(why, wrong, 0,
             invoke_member(q->parameters, "Method")
                 ? "The field 'Method' must be GET, POST, PUT, DELETE, PATCH, OPTIONS or HEAD"
                 : "The field 'Method' is required but was missing");
    return false;
}

static void add_base(struct buf *url, const char *base)
{
    buf_add(url, base, text_len_before_slashes(base, strlen(base)));
}

/*
 * Returns what is wrong with an ApiEndpoint, in the words of `asl validate` where it looks for the
 * same; NULL: nothing. A user's name is refused, because what stands before an @ looks like the
 * host. So is a fragment, which is never sent. Over plain HTTP the connection's secrets could be
 * read on the way, and the URL may come from data: `clear` tells that it is good here.
 */
static const char *wrong_with_url(const char *url, bool clear)
{
    const char *rest = strstr(url, "://");

    if (strchr(url, '#'))
        return "must be a URL without a fragment: '#' can only stand in it as %23";
    if (rest && rest[3 + strcspn(rest + 3, "/?@")] == '@')
        return "must be a URL without a user: what stands before '@' would be taken for the host";
    if (!http_url_ok(url))
        return "must be a URL";
    if (strncmp(url, "https://", 8) != 0 && !clear && !endpoints_url_is_loopback(url))
        return "takes a URL that begins with https://; http:// is for this machine only";
    return NULL;
}

/* Returns the ApiEndpoint; NULL with *why filled when there is none, or it is no text. */
static const char *invoke_endpoint(const struct invoke_request *q, struct diag *why)
{
    const char *given = invoke_text(q->parameters, "ApiEndpoint");

    if (!given)
        diag_set(why, wrong, 0, "The field 'ApiEndpoint' %s",
                 invoke_member(q->parameters, "ApiEndpoint") ? "must be a URL"
                                                             : "is required but was missing");
    return given;
}

/* "http:/host/path" is not on the host "http", which no port follows. */
static bool lacks_a_slash(const char *given)
{
    const char *colon = given + strcspn(given, ":/?#");

    return colon[0] == ':' && colon[1] == '/' && colon[2] != '/';
}

/* https://api.example.com/path?x=1: a row's endpoint stands for the scheme and the host. */
static bool make_http_url(struct invoke_request *q, struct diag *why)
{
    const char *given = invoke_endpoint(q, why);
    const char *is_wrong, *rest;
    struct buf whole = {0};

    if (!given)
        return false;
    buf_printf(&whole, "%s%s", strstr(given, "://") ? "" : "https://", given);
    is_wrong = lacks_a_slash(given) ? "must be a URL: two slashes stand behind the scheme"
                                    : wrong_with_url(buf_str(&whole), q->base);
    if (is_wrong) {
        diag_set(why, wrong, 0, "The field 'ApiEndpoint' %s", is_wrong);
    } else {
        rest = strstr(whole.data, "://") + 3;
        rest += strcspn(rest, "/?");
        if (q->base)
            add_base(&q->url, q->base);
        else
            buf_add(&q->url, whole.data, (size_t)(rest - whole.data));
        buf_adds(&q->url, *rest ? rest : "/");
    }
    buf_clear(&whole);
    return !is_wrong;
}

/* ENDPOINT/stage/path: what the API's own endpoint is does not matter here, but AWS asks for it. */
static bool make_gateway_url(struct invoke_request *q, struct diag *why)
{
    const char *stage = invoke_text(q->parameters, "Stage");
    const char *path = invoke_text(q->parameters, "Path");

    if (!invoke_endpoint(q, why))
        return false;
    add_base(&q->url, q->base);
    if (stage && !q->no_stage) {
        buf_addc(&q->url, '/');
        percent_encode(&q->url, stage, strlen(stage), false);
    }
    if (!path || *path != '/')
        buf_addc(&q->url, '/');
    if (path)
        percent_encode(&q->url, path, strlen(path), true);
    return true;
}

/*
 * Fills in headers and query. Returns false with *why filled when a header can't be set. What Step
 * Functions sends of its own comes first, so that the author's header of the same name replaces it;
 * the connection's comes last, and so wins.
 */
static bool invoke_request_fill(struct invoke_request *q, struct diag *why)
{
    const struct connection *c = q->connection;
    const json *query = invoke_member(q->parameters, "QueryParameters");

    if (!q->gateway) {
        struct buf agent = {0};
        buf_printf(&agent, "Amazon|StepFunctions|HttpInvoke|%s", q->region);
        invoke_request_set_text(q, "User-Agent", buf_str(&agent));
        invoke_request_set_text(q, "Range", "bytes=0-" QUOTA_TEXT(QUOTA_DATA));
        buf_clear(&agent);
    }
    invoke_request_set_text(q, "Content-Type", "application/json");
    bool good = set_headers(q, invoke_member(q->parameters, "Headers"), true, why);
    if (query) {
        json *own = without(query, c ? c->query : NULL);
        invoke_request_add_query(&q->query, own);
        json_unref(own);
    }
    if (good && c)
        good = add_connection(q, c, why);
    if (q->query.len) {
        buf_addc(&q->url, strchr(buf_str(&q->url), '?') ? '&' : '?');
        buf_add(&q->url, q->query.data, q->query.len);
    }
    return good;
}

static bool check_headers_and_query(const struct invoke_request *q, struct diag *why)
{
    const json *headers = invoke_member(q->parameters, "Headers"),
               *query = invoke_member(q->parameters, "QueryParameters");
    const char *is_wrong = NULL;

    if (headers && !json_is_object(headers))
        is_wrong = "The field 'Headers' must be an object";
    else if (query && !json_is_object(query))
        is_wrong = "The field 'QueryParameters' must be an object";
    else if (q->gateway && !are_lists_of_strings(headers))
        is_wrong = "The values of the field 'Headers' must be lists of strings";
    if (is_wrong)
        diag_set(why, wrong, 0, "%s", is_wrong);
    return !is_wrong;
}

bool invoke_request_make(struct invoke_request *q, struct diag *why)
{
    if (!check_headers_and_query(q, why) || !invoke_request_set_method(q, why))
        return false;
    if (!(q->gateway ? make_gateway_url(q, why) : make_http_url(q, why)))
        return false;
    if (!invoke_request_fill(q, why))
        return false;
    write_body(q);
    return true;
}
