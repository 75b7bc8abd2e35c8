/*
 * Results of Tasks held against the shapes of api_shapes_table.c, for TestState. A shape is text,
 * which is read as it is needed; the first thing that is wrong is told, as AWS does, and services
 * and operations that the table lacks are let through.
 */

#include "runtime/api/api_shapes.h"

#include "parsers/base/count.h"
#include "parsers/base/utf8.h"

#include <stdlib.h>
#include <string.h>

/* A part of a shape's text. */
struct part {
    const char *text;
    size_t len;
};

struct shape_check {
    struct part service;
    bool required;
    struct buf *why;
};

/* ---- the table ---- */

static int compare_shape_name(const void *key, const void *row)
{
    return strcmp(key, ((const struct api_shape *)row)->name);
}

/* The table is sorted by name: "service:operation", or "service/Shape". */
static const struct api_shape *find_shape(struct part service, char between, struct part name)
{
    struct buf key = {0};

    buf_add(&key, service.text, service.len);
    buf_addc(&key, between);
    buf_add(&key, name.text, name.len);
    const struct api_shape *found =
        bsearch(buf_str(&key), api_shapes, api_shape_count, sizeof *api_shapes, compare_shape_name);
    buf_clear(&key);
    return found;
}

static bool part_is(struct part p, const char *text)
{
    return p.len == strlen(text) && memcmp(p.text, text, p.len) == 0;
}

/* ---- values ---- */

static bool wrong(const struct shape_check *k, const json *name, const char *what)
{
    buf_printf(k->why, "Field '%s' %s", json_str(name), what);
    return false;
}

static bool check_shape_members(const struct shape_check *k, const char *members, const json *v);
static bool check_shape_value(const struct shape_check *k, struct part type, const json *name,
                              const json *v);

static bool is_one_of_choices(struct part choices, const json *v)
{
    const char *at = choices.text, *end = choices.text + choices.len;

    while (at < end) {
        const char *stop = memchr(at, '|', (size_t)(end - at));
        size_t n = (size_t)((stop ? stop : end) - at);
        if (n == json_str_len(v) && memcmp(at, json_str(v), n) == 0)
            return true;
        at += n + 1;
    }
    return false;
}

static bool check_shape_text(const struct shape_check *k, struct part type, const json *name,
                             const json *v)
{
    if (!json_is_string(v))
        return wrong(k, name, "must be a string");
    if (*type.text == '=') {
        struct part choices = {type.text + 1, type.len - 1};
        return is_one_of_choices(choices, v) || wrong(k, name, "is not an expected value");
    }
    size_t min = type.len > 2 ? strtoul(type.text + 2, NULL, 10) : 0;
    return utf8_count(json_str(v), json_str_len(v)) >= min ||
           wrong(k, name, "is smaller than the minimum length");
}

static bool check_shape_number(const struct shape_check *k, struct part type, const json *name,
                               const json *v)
{
    const char *min = memchr(type.text, '<', type.len), *max = memchr(type.text, '>', type.len);

    if (!json_is_number(v))
        return wrong(k, name, "must be a number");
    if (min && json_double_value(v) < (double)strtol(min + 1, NULL, 10))
        return wrong(k, name, "is less than the minimum value");
    return !max || json_double_value(v) <= (double)strtol(max + 1, NULL, 10) ||
           wrong(k, name, "exceeds the maximum value");
}

/* Elements of a list go by the list's name, values of a map by their own keys. */
static bool check_all(const struct shape_check *k, struct part type, const json *name,
                      const json *v)
{
    for (size_t i = 0; i < json_count(v); i++) {
        const json *key = json_is_array(v) ? name : json_key_at(v, i);
        if (!check_shape_value(k, type, key,
                               json_is_array(v) ? json_at(v, i) : json_value_at(v, i)))
            return false;
    }
    return true;
}

/* Grammar: api_shapes.h. Recursion is bounded by the depth of the value, which is that of a
 * request. */
static bool check_shape_value(const struct shape_check *k, struct part type, const json *name,
                              const json *v)
{
    struct part inner = {type.text + 1, type.len - 1};
    const struct api_shape *shape;

    switch (*type.text) {
    case '*': return true;
    case 'b':
        return json_kind(v) == JSON_TRUE || json_kind(v) == JSON_FALSE ||
               wrong(k, name, "must be a boolean");
    case 'n': return check_shape_number(k, type, name, v);
    case '=':
    case 's': return check_shape_text(k, type, name, v);
    case '[':
        return json_is_array(v) ? check_all(k, inner, name, v) : wrong(k, name, "must be an array");
    case '{':
        return json_is_object(v) ? check_all(k, inner, name, v)
                                 : wrong(k, name, "must be an object");
    default:
        shape = find_shape(k->service, '/', type);
        if (!json_is_object(v))
            return wrong(k, name, "must be an object");
        return !shape || check_shape_members(k, shape->members, v);
    }
}

/* ---- members ---- */

struct shape_member {
    struct part name, type;
    bool required;
};

/* Takes the next off the front of *text. */
static bool next_member(const char **text, struct shape_member *out)
{
    const char *colon = strchr(*text, ':');

    if (!colon)
        return false;
    size_t len = strcspn(colon, ",");
    out->name = (struct part){*text, (size_t)(colon - *text)};
    out->required = colon[-1] == '!';
    out->name.len -= out->required;
    out->type = (struct part){colon + 1, len - 1};
    *text = colon + len + (colon[len] == ',');
    return true;
}

/* What AWS's own structure lacks is told before what is wrong with the rest. */
static bool check_shape_members(const struct shape_check *k, const char *members, const json *v)
{
    struct shape_member m;

    for (const char *at = members; k->required && next_member(&at, &m);)
        if (m.required && !json_get_n(v, m.name.text, m.name.len)) {
            buf_printf(k->why, "Required field '%.*s' is missing", (int)m.name.len, m.name.text);
            return false;
        }
    for (const char *at = members; next_member(&at, &m);) {
        const json *value = json_get_n(v, m.name.text, m.name.len);
        if (!value || json_kind(value) == JSON_NULL)
            continue;
        json *name = json_string(m.name.text, m.name.len);
        bool good = check_shape_value(k, m.type, name, value);
        json_unref(name);
        if (!good)
            return false;
    }
    return true;
}

/* ---- resources ---- */

/* Integrations whose models have other names, or none. */
static const struct {
    const char *integration, *service;
} names[] = {{"states", "sfn"}, {"events", "eventbridge"}};

bool api_shape_check(const struct asl_resource *r, const json *v, bool required, struct buf *why)
{
    struct shape_check k = {.required = required, .why = why};
    struct part operation;

    if (!asl_resource_is_call(r) || !json_is_object(v))
        return true;
    k.service = (struct part){r->service.at, r->service.len};
    /* "….waitForTaskToken" finds none: what a token brings is its sender's. */
    operation = (struct part){r->api, strlen(r->api)};
    /* What comes of a job is what its description says. */
    if (asl_resource_calls(r, "states", "startExecution") &&
        (r->pattern == ASL_SYNC || r->pattern == ASL_SYNC_2))
        operation = (struct part){"describeExecution", strlen("describeExecution")};
    for (size_t i = 0; i < COUNT(names); i++)
        if (part_is(k.service, names[i].integration))
            k.service = (struct part){names[i].service, strlen(names[i].service)};
    const struct api_shape *shape = find_shape(k.service, ':', operation);
    return !shape || check_shape_members(&k, shape->members, v);
}
