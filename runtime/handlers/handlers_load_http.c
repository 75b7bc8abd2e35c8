/*
 * Reads the fields of a handlers file's row that say where a server is and how it is asked.
 */
#include "runtime/handlers/handlers_load_impl.h"

#include "parsers/base/ascii.h"
#include "parsers/base/count.h"
#include "runtime/base/glob.h"
#include "runtime/http/client.h"
#include "runtime/http/message.h"

#include <string.h>

typedef struct handler_row row;

enum { MAX_POLL_S = 3600 };

bool handlers_read_headers(struct reader *r, row *w, const json *v, const struct json_places *at)
{
    if (!json_is_object(v))
        return config_refuse(&r->file, at->value, "'headers' must be an object of strings");
    for (size_t i = 0; i < json_count(v); i++) {
        const char *name = json_str(json_key_at(v, i));
        const char *value = handlers_text(r, json_value_at(v, i), at->kids[i].value, name);

        if (!value)
            return false;
        if (!http_header_name_ok(name) || strlen(name) != json_str_len(json_key_at(v, i)))
            return config_refuse(&r->file, at->kids[i].key, "this can't be the name of a header");
        if (!http_header_value_ok(value))
            return config_refuse(&r->file, at->kids[i].value,
                                 "a header can't have control characters");
        /* As it was written: whoever configures a header knows what it should be. */
        http_header_add_plain(&w->headers, name, value);
    }
    return true;
}

static bool read_url(struct reader *r, row *w, const json *v, const struct json_places *at,
                     const char *field)
{
    const char *text = handlers_text(r, v, at->value, field);

    if (!text)
        return false;
    if (!http_url_ok(text))
        return config_refuse(&r->file, at->value,
                             "'%s' must be a URL as in http://127.0.0.1:3001/path", field);
    w->url = text;
    return true;
}

bool handlers_read_http(struct reader *r, row *w, const json *v, const struct json_places *at)
{
    return read_url(r, w, v, at, "http");
}

/* The paths of calls are added to it. */
static bool is_base(struct reader *r, const row *w, const struct json_places *at, const char *field)
{
    return http_url_is_base(w->url) ||
           config_refuse(&r->file, at->value,
                         "'%s' takes a URL without a user, a query and a fragment, as "
                         "http://127.0.0.1:3001",
                         field);
}

bool handlers_read_lambda_endpoint(struct reader *r, row *w, const json *v,
                                   const struct json_places *at)
{
    return read_url(r, w, v, at, "lambda_endpoint") && is_base(r, w, at, "lambda_endpoint");
}

bool handlers_read_endpoint(struct reader *r, row *w, const json *v, const struct json_places *at)
{
    if (json_is_string(v) && json_str_is(v, "aws"))
        return config_refuse(&r->file, at->value,
                             "'endpoint' must be a URL: AWS's own is for an option to say, as "
                             "--endpoint sqs=aws");
    return read_url(r, w, v, at, "endpoint") && is_base(r, w, at, "endpoint");
}

bool handlers_read_method(struct reader *r, row *w, const json *v, const struct json_places *at)
{
    static const char *const methods[] = {"POST", "PUT", "PATCH", "DELETE", "GET"};

    for (size_t i = 0; i < COUNT(methods); i++)
        if (json_is_string(v) && json_str_is(v, methods[i])) {
            w->method = methods[i];
            return true;
        }
    return config_refuse(&r->file, at->value, "'method' must be POST, PUT, PATCH, DELETE or GET");
}

bool handlers_read_function(struct reader *r, row *w, const json *v, const struct json_places *at)
{
    w->function = handlers_text(r, v, at->value, "function");
    if (w->function && !*w->function)
        return config_refuse(&r->file, at->value, "'function' must not be empty");
    return w->function != NULL;
}

/* Returns whether a resource's pattern is for calls that name a host of their own. */
static bool is_for_apis(const char *pattern)
{
    static const char *const partitions[] = {"aws", "aws-cn", "aws-us-gov"};
    static const char *const calls[] = {"http:invoke", "apigateway:invoke",
                                        "apigateway:invoke.waitForTaskToken"};
    struct buf text = {0};
    bool is = false;

    for (size_t i = 0; i < COUNT(partitions) * COUNT(calls) && !is; i++) {
        buf_reset(&text);
        buf_printf(&text, "arn:%s:states:::%s", partitions[i / COUNT(calls)],
                   calls[i % COUNT(calls)]);
        is = glob_match(pattern, buf_str(&text), text.len);
    }
    buf_clear(&text);
    return is;
}

bool handlers_read_host(struct reader *r, row *w, const json *v, const struct json_places *at)
{
    const char *text = handlers_text(r, v, at->value, "host");
    struct buf small = {0};

    if (!text)
        return false;
    if (!*text || strpbrk(text, "/#@") != NULL)
        return config_refuse(
            &r->file, at->value,
            "'host' must be a host's name, as in api.example.com or *.example.com");
    for (; *text; text++)
        buf_addc(&small, ascii_lower(*text));
    w->host = arena_strndup(&r->h->arena, buf_str(&small), small.len);
    buf_clear(&small);
    return true;
}

bool handlers_read_stage(struct reader *r, row *w, const json *v, const struct json_places *at)
{
    w->no_stage = json_kind(v) == JSON_FALSE;
    return w->no_stage || json_kind(v) == JSON_TRUE ||
           config_refuse(&r->file, at->value, "'stage' is true or false");
}

bool handlers_read_poll(struct reader *r, row *w, const json *v, const struct json_places *at)
{
    return config_seconds(&r->file, at->value, "poll_s", v, false, MAX_POLL_S, &w->poll_ms);
}

bool handlers_check_api_fields(struct reader *r, const row *w, struct place at)
{
    const char *field = w->host ? "host" : w->no_stage ? "stage" : NULL;

    return !field || is_for_apis(w->pattern) ||
           config_refuse(&r->file, at,
                         "'%s' is for calls of http:invoke and apigateway:invoke, which this "
                         "'resource' is not for",
                         field);
}
