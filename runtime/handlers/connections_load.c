/*
 * The connections of a handlers file: what http:invoke adds to requests.
 *
 *     {"connection": "stripe", "basic": {"user": "u", "password": "${PASSWORD}"}}
 *     {"connection": "arn:aws:events:*", "api_key": {"name": "X-Key", "value": "${KEY}"},
 *      "headers": {"X-Team": "shop"}, "query": {"v": "2"}, "body": {"source": "asl"}}
 *     {"connection": "crm", "oauth": {"url": "https://…", "client_id": "i", "client_secret": "s"}}
 */
#include "runtime/handlers/handlers_load_impl.h"

#include "parsers/base/count.h"
#include "parsers/base/nearest.h"
#include "runtime/aws/endpoints.h"
#include "runtime/http/client.h"

#include <string.h>

struct text_field {
    const char *name;
    const char **to;
    bool optional;
};

/* Refuses a part of `what` that there is not. */
static bool refuse_part(struct reader *r, struct place at, const json *key, const char *what,
                        const struct text_field *texts, size_t count)
{
    struct nearest near = {.want = json_str(key), .len = json_str_len(key)};

    for (size_t k = 0; k < count; k++)
        nearest_offer(&near, texts[k].name);
    if (near.best)
        return config_refuse(&r->file, at, "'%s' is no part of '%s'; did you mean '%s'?",
                             json_str(key), what, near.best);
    return config_refuse(&r->file, at, "'%s' is no part of '%s'", json_str(key), what);
}

/* An object of strings: all of them, but for those that are optional, and no others. */
static bool read_texts(struct reader *r, const json *v, const struct json_places *at,
                       const char *what, const struct text_field *texts, size_t count)
{
    if (!json_is_object(v))
        return config_refuse(&r->file, at->value, "'%s' must be an object", what);
    for (size_t i = 0; i < json_count(v); i++) {
        const char *name = json_str(json_key_at(v, i));
        size_t k = 0;

        while (k < count && strcmp(texts[k].name, name) != 0)
            k++;
        if (k == count)
            return refuse_part(r, at->kids[i].key, json_key_at(v, i), what, texts, count);
        *texts[k].to = handlers_text(r, json_value_at(v, i), at->kids[i].value, name);
        if (!*texts[k].to)
            return false;
    }
    for (size_t k = 0; k < count; k++)
        if (!texts[k].optional && !*texts[k].to)
            return config_refuse(&r->file, at->value, "'%s' needs '%s'", what, texts[k].name);
    return true;
}

static bool read_basic(struct reader *r, struct connection *c, const json *v,
                       const struct json_places *at)
{
    const struct text_field texts[] = {{"user", &c->user, false},
                                       {"password", &c->password, false}};

    return read_texts(r, v, at, "basic", texts, 2);
}

static bool read_api_key(struct reader *r, struct connection *c, const json *v,
                         const struct json_places *at)
{
    const struct text_field texts[] = {{"name", &c->key_name, false}, {"value", &c->key, false}};

    return read_texts(r, v, at, "api_key", texts, 2);
}

static bool read_oauth(struct reader *r, struct connection *c, const json *v,
                       const struct json_places *at)
{
    const struct text_field texts[] = {{"url", &c->token_url, false},
                                       {"client_id", &c->client_id, false},
                                       {"client_secret", &c->client_secret, false},
                                       {"scope", &c->scope, true}};

    if (!read_texts(r, v, at, "oauth", texts, 4))
        return false;
    if (!http_url_ok(c->token_url))
        return config_refuse(&r->file, at->value,
                             "'url' must be a URL as in https://example.com/token");
    /* The client's secret goes there, and could be read on the way. */
    if (strncmp(c->token_url, "https://", 8) != 0 && !endpoints_url_is_loopback(c->token_url))
        return config_refuse(&r->file, at->value,
                             "'url' takes a URL that begins with https://; http:// is for this "
                             "machine only");
    return true;
}

/* {"name": "text with ${NAME}"} */
static bool read_strings(struct reader *r, json **to, const json *v, const struct json_places *at,
                         const char *what)
{
    struct json_build b;

    if (!json_is_object(v))
        return config_refuse(&r->file, at->value, "'%s' must be an object of strings", what);
    json_build_object(&b, json_count(v));
    for (size_t i = 0; i < json_count(v); i++) {
        const char *text =
            handlers_text(r, json_value_at(v, i), at->kids[i].value, json_str(json_key_at(v, i)));
        if (!text) {
            json_build_drop(&b);
            return false;
        }
        json_build_set_key(&b, json_ref(json_key_at(v, i)), json_cstring(text));
    }
    *to = json_build_done(&b);
    return true;
}

static bool read_added_headers(struct reader *r, struct connection *c, const json *v,
                               const struct json_places *at)
{
    return read_strings(r, &c->headers, v, at, "headers");
}

static bool read_added_query(struct reader *r, struct connection *c, const json *v,
                             const struct json_places *at)
{
    return read_strings(r, &c->query, v, at, "query");
}

static bool read_added_body(struct reader *r, struct connection *c, const json *v,
                            const struct json_places *at)
{
    return read_strings(r, &c->body, v, at, "body");
}

static bool connections_load_read_pattern(struct reader *r, struct connection *c, const json *v,
                                          const struct json_places *at)
{
    c->pattern = handlers_text(r, v, at->value, "connection");
    return c->pattern != NULL;
}

static const struct {
    const char *name;
    bool (*read)(struct reader *r, struct connection *c, const json *v,
                 const struct json_places *at);
} connection_fields[] = {
    {"connection", connections_load_read_pattern},
    {"basic", read_basic},
    {"api_key", read_api_key},
    {"oauth", read_oauth},
    {"headers", read_added_headers},
    {"query", read_added_query},
    {"body", read_added_body},
};

static bool refuse_field(struct reader *r, struct place at, const json *key)
{
    struct nearest near = {.want = json_str(key), .len = json_str_len(key)};

    for (size_t k = 0; k < COUNT(connection_fields); k++)
        nearest_offer(&near, connection_fields[k].name);
    if (near.best)
        return config_refuse_unknown(&r->file, at, key, near.best);
    return config_refuse(&r->file, at, "unknown field '%s' of a connection", json_str(key));
}

static bool read_connection(struct reader *r, struct connection *c, const json *v,
                            const struct json_places *at)
{
    if (!json_is_object(v))
        return config_refuse(&r->file, at->value, "a connection must be an object");
    for (size_t i = 0; i < json_count(v); i++) {
        const json *key = json_key_at(v, i);
        size_t k = 0;

        while (k < COUNT(connection_fields) && !json_str_is(key, connection_fields[k].name))
            k++;
        if (k == COUNT(connection_fields))
            return refuse_field(r, at->kids[i].key, key);
        if (!connection_fields[k].read(r, c, json_value_at(v, i), &at->kids[i]))
            return false;
    }
    if (!c->pattern)
        return config_refuse(&r->file, at->value,
                             "a connection needs 'connection', its ARN or name");
    return true;
}

bool connections_read(struct reader *r, const json *list, const struct json_places *at)
{
    struct connection **end = &r->h->connections;

    if (!json_is_array(list))
        return config_refuse(&r->file, at->value, "'connections' must be an array");
    while (*end)
        end = &(*end)->next;
    for (size_t i = 0; i < json_count(list); i++) {
        *end = arena_calloc(&r->h->arena, 1, sizeof **end);
        if (!read_connection(r, *end, json_at(list, i), &at->kids[i]))
            return false;
        end = &(*end)->next;
    }
    return true;
}
