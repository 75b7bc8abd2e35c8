/*
 * Answers of services held against the shapes of shapes_table.c. A shape is text, which is read as
 * it is needed; the first thing that is wrong is told, as AWS does, and services and operations
 * that the table lacks are let through.
 */

#include "runtime/shapes/shapes.h"

#include "parsers/base/count.h"
#include "parsers/base/utf8.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* A part of a shape's text. */
struct part {
    const char *text;
    size_t len;
};

struct shape_check {
    struct part service;
    const struct aws_shape_rules *rules;
    struct aws_shape_fault *fault;
};

/* ---- the table ---- */

static int compare_shape_name(const void *key, const void *row)
{
    return strcmp(key, ((const struct aws_shape *)row)->name);
}

/* The table is sorted by name: "service:operation", or "service/Shape". */
static const struct aws_shape *find_row(struct part service, char between, struct part name)
{
    struct buf key = {0};

    buf_add(&key, service.text, service.len);
    buf_addc(&key, between);
    buf_add(&key, name.text, name.len);
    const struct aws_shape *found =
        bsearch(buf_str(&key), aws_shapes, aws_shape_count, sizeof *aws_shapes, compare_shape_name);
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
    buf_printf(&k->fault->why, "Field '%s' %s", json_str(name), what);
    return false;
}

/* Says that the fault is within a value's part `i`. Returns false. */
static bool wrong_within(const struct shape_check *k, size_t i)
{
    if (k->fault->depth < AWS_SHAPE_DEPTH)
        k->fault->trail[k->fault->depth++] = i;
    return false;
}

static bool is_open(const struct shape_check *k, const json *v)
{
    return k->rules->open && json_is_string(v) && json_str_begins(v, "{%") &&
           json_str_ends(v, "%}");
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
            return wrong_within(k, i);
    }
    return true;
}

/* Grammar: aws_shapes.h. Recursion is bounded by the depth of the value, which is that of a
 * request. */
static bool check_shape_value(const struct shape_check *k, struct part type, const json *name,
                              const json *v)
{
    struct part inner = {type.text + 1, type.len - 1};
    const struct aws_shape *shape;

    if (is_open(k, v))
        return true;
    switch (*type.text) {
    case '*': return true;
    case 't':
        return json_is_string(v) || (k->rules->execution && json_is_number(v)) ||
               wrong(k, name,
                     k->rules->execution ? "must be a time: text or a number" : "must be a string");
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
        shape = find_row(k->service, '/', type);
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

static size_t index_of(const json *object, struct part name)
{
    size_t i = 0;

    while (i < json_count(object) &&
           !(json_str_len(json_key_at(object, i)) == name.len &&
             memcmp(json_str(json_key_at(object, i)), name.text, name.len) == 0))
        i++;
    return i;
}

/* A name in other capitals, which AWS ignores, is a slip: of members that are known there is
 * another name. */
static bool check_capitals(const struct shape_check *k, const char *members, const json *v)
{
    struct shape_member m;

    for (size_t i = 0; i < json_count(v); i++) {
        const json *key = json_key_at(v, i);
        for (const char *at = members; next_member(&at, &m);)
            if (m.name.len == json_str_len(key) &&
                strncasecmp(m.name.text, json_str(key), m.name.len) == 0 &&
                memcmp(m.name.text, json_str(key), m.name.len) != 0 &&
                !json_get_n(v, m.name.text, m.name.len)) {
                buf_printf(&k->fault->why, "Field '%s' is called '%.*s'", json_str(key),
                           (int)m.name.len, m.name.text);
                k->fault->name = true;
                return wrong_within(k, i);
            }
    }
    return true;
}

/* What AWS's own structure lacks is told before what is wrong with the rest. */
static bool check_shape_members(const struct shape_check *k, const char *members, const json *v)
{
    struct shape_member m;

    if (k->rules->execution && !check_capitals(k, members, v))
        return false;
    for (const char *at = members; k->rules->required && next_member(&at, &m);)
        if (m.required && !json_get_n(v, m.name.text, m.name.len)) {
            buf_printf(&k->fault->why, "Required field '%.*s' is missing", (int)m.name.len,
                       m.name.text);
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
            return wrong_within(k, index_of(v, m.name));
    }
    return true;
}

/* An answer of 202 or 204 says that there is nothing in it. */
static bool has_needed(const struct shape_check *k, const char *needed, const json *v)
{
    const json *status = json_get(v, "StatusCode");

    if (!needed || json_get(v, needed) ||
        (status && json_is_number(status) &&
         (json_double_value(status) == 202 || json_double_value(status) == 204)))
        return true;
    buf_printf(&k->fault->why, "Field '%s' is missing", needed);
    k->fault->needed = needed;
    return false;
}

bool aws_shape_fits(const struct aws_shape *s, const json *v, const struct aws_shape_rules *rules,
                    struct aws_shape_fault *fault)
{
    struct shape_check k = {{s->name, strcspn(s->name, ":/")}, rules, fault};

    if (is_open(&k, v))
        return true;
    if (!json_is_object(v)) {
        if (rules->execution)
            buf_adds(&fault->why, "It must be an object");
        return !rules->execution;
    }
    return check_shape_members(&k, s->members, v) &&
           (!rules->execution || has_needed(&k, s->needs, v));
}

/* ---- resources ---- */

/* Integrations whose models have other names. */
static const struct {
    const char *integration, *service;
} names[] = {{"states", "sfn"}, {"events", "eventbridge"}};

/* What Step Functions makes of answers itself. TestState does not look at HTTP's. */
static const struct aws_shape results[] = {
    {"apigateway:invoke", "StatusCode:n,StatusText:s,Headers:{*,ResponseBody:*", "ResponseBody"},
    {"http:invoke", "StatusCode:n,StatusText:s,Headers:{*,ResponseBody:*", "ResponseBody"},
    {"lambda:invoke", "StatusCode:n,FunctionError:s,LogResult:s,Payload:*,ExecutedVersion:s<1",
     "Payload"},
};

static const struct aws_shape *find_result(const struct asl_resource *r)
{
    for (size_t i = 0; i < COUNT(results); i++) {
        size_t service = strcspn(results[i].name, ":");
        if (r->kind != ASL_RESOURCE_SDK && r->service.len == service &&
            memcmp(r->service.at, results[i].name, service) == 0 &&
            strcmp(r->api, results[i].name + service + 1) == 0)
            return &results[i];
    }
    return NULL;
}

static bool waits_for_job(const struct asl_resource *r)
{
    return r->pattern == ASL_SYNC || r->pattern == ASL_SYNC_2;
}

const struct aws_shape *aws_shape_find(const struct asl_resource *r, enum aws_shape_moment moment)
{
    struct part service = {r->service.at, r->service.len}, operation = {r->api, 0};
    const struct aws_shape *result;

    if (!asl_resource_is_call(r))
        return NULL;
    if (moment == AWS_SHAPE_RESULT && (result = find_result(r)))
        return result;
    /* "….waitForTaskToken" finds none: what a token brings is its sender's. */
    operation.len = strlen(r->api);
    if (moment == AWS_SHAPE_SUBMITTED)
        operation = (struct part){r->action.at, r->action.len};
    /* TestState looks at the description of an execution as the API gives it; of other jobs nobody
     * knows what it looks at. */
    if (moment == AWS_SHAPE_MOCKED && waits_for_job(r)) {
        if (!asl_resource_calls(r, "states", "startExecution"))
            return NULL;
        operation = (struct part){"describeExecution", strlen("describeExecution")};
    }
    for (size_t i = 0; i < COUNT(names); i++)
        if (part_is(service, names[i].integration))
            service = (struct part){names[i].service, strlen(names[i].service)};
    return find_row(service, ':', operation);
}
