/*
 * Holds answers against shapes. The first thing that is wrong is told, as AWS does: what a
 * structure lacks before what is wrong with the rest of it. Members that the shape doesn't have are
 * let through.
 */
#include "runtime/shapes/shapes_impl.h"

#include "parsers/base/ascii.h"
#include "parsers/base/count.h"
#include "parsers/base/utf8.h"

#include <math.h>
#include <string.h>
#include <strings.h>

struct shape_check {
    const struct aws_shape_rules *rules;
    struct aws_shape_fault *fault;
};

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

static bool shape_is_open(const struct shape_check *k, const json *v)
{
    return k->rules->open && json_is_string(v) && json_str_begins(v, "{%") &&
           json_str_ends(v, "%}");
}

static bool check_shape_members(const struct shape_check *k, const struct aws_shape *s,
                                const json *v);
static bool check_shape_value(const struct shape_check *k, const struct aws_shape *s,
                              const json *name, const json *v);

static bool is_one_of_choices(const struct model_shape *s, const json *v)
{
    for (size_t i = 0; i < s->count; i++)
        if (json_str_is(v, model_value_at(s, i)))
            return true;
    return !s->count;
}

/* TestState doesn't tell which values are expected; whoever writes mocks wants to know. */
static bool wrong_choice(const struct shape_check *k, const json *name, const struct model_shape *s)
{
    enum { MOST_TOLD = 12 };

    wrong(k, name, "is not an expected value");
    for (size_t i = 0; k->rules->execution && i < s->count && i < MOST_TOLD; i++)
        buf_printf(&k->fault->why, "%s%s", i ? ", " : ": ", model_value_at(s, i));
    if (k->rules->execution && s->count > MOST_TOLD)
        buf_adds(&k->fault->why, " …");
    return false;
}

/* Bytes are texts. */
static bool check_shape_text(const struct shape_check *k, const struct model_shape *s,
                             const json *name, const json *v)
{
    if (!json_is_string(v))
        return wrong(k, name, "must be a string");
    if (!s)
        return true;
    if (s->kind == MODEL_STRING && !is_one_of_choices(s, v))
        return wrong_choice(k, name, s);
    return isnan(s->min) || s->count ||
           (double)utf8_count(json_str(v), json_str_len(v)) >= s->min ||
           wrong(k, name, "is smaller than the minimum length");
}

/*
 * Bounds that TestState was recorded to have where the models have wider ones by now: its copy of
 * them is older.
 */
static const struct {
    const char *service, *member;
    double max;
} recorded[] = {{"lambda", "MemorySize", 10240}};

static double greatest(const struct shape_check *k, const struct model_shape *s, const json *name)
{
    for (size_t i = 0; i < COUNT(recorded) && !k->rules->execution; i++)
        if (!strcmp(s->service->name, recorded[i].service) && json_str_is(name, recorded[i].member))
            return recorded[i].max;
    return s->max;
}

static bool check_shape_number(const struct shape_check *k, const struct model_shape *s,
                               const json *name, const json *v)
{
    if (!json_is_number(v))
        return wrong(k, name, "must be a number");
    if (s && !isnan(s->min) && json_double_value(v) < s->min)
        return wrong(k, name, "is less than the minimum value");
    return !s || isnan(s->max) || json_double_value(v) <= greatest(k, s, name) ||
           wrong(k, name, "exceeds the maximum value");
}

static bool check_shape_time(const struct shape_check *k, const json *name, const json *v)
{
    return json_is_string(v) || (k->rules->execution && json_is_number(v)) ||
           wrong(k, name,
                 k->rules->execution ? "must be a time: text or a number" : "must be a string");
}

/* Elements of a list go by the list's name, values of a map by their own keys. */
static bool check_all(const struct shape_check *k, const struct aws_shape *s, const json *name,
                      const json *v)
{
    for (size_t i = 0; i < json_count(v); i++) {
        bool list = json_is_array(v);
        const json *key = list ? name : json_key_at(v, i);
        struct aws_shape of;

        if (aws_shape_within(s, list ? NULL : key, &of) &&
            !check_shape_value(k, &of, key, list ? json_at(v, i) : json_value_at(v, i)))
            return wrong_within(k, i);
    }
    return true;
}

/* Recursion is bounded by the depth of the value, which is that of a request. */
static bool check_shape_value(const struct shape_check *k, const struct aws_shape *s,
                              const json *name, const json *v)
{
    struct model_shape of_service;
    const struct model_shape *shape = NULL;

    if (shape_is_open(k, v))
        return true;
    if (s->service) {
        of_service = model_shape_at(s->service, s->id);
        shape = &of_service;
    }
    switch (s->kind) {
    case MODEL_DOCUMENT: return true;
    case MODEL_TIMESTAMP: return check_shape_time(k, name, v);
    case MODEL_BOOLEAN:
        return json_kind(v) == JSON_TRUE || json_kind(v) == JSON_FALSE ||
               wrong(k, name, "must be a boolean");
    case MODEL_INTEGER:
    case MODEL_LONG:
    case MODEL_FLOAT:
    case MODEL_DOUBLE: return check_shape_number(k, shape, name, v);
    case MODEL_STRING:
    case MODEL_BLOB: return check_shape_text(k, shape, name, v);
    case MODEL_LIST:
        return json_is_array(v) ? check_all(k, s, name, v) : wrong(k, name, "must be an array");
    case MODEL_MAP:
        return json_is_object(v) ? check_all(k, s, name, v) : wrong(k, name, "must be an object");
    case MODEL_STRUCTURE: break;
    }
    return json_is_object(v) ? check_shape_members(k, s, v) : wrong(k, name, "must be an object");
}

/* ---- members ---- */

/* A member as answers have it: with a first capital, or in the SDK's spelling of several capitals
 * ("MD5OfBody", "Md5OfBody"). */
static bool is_spelled(const json *key, const char *name)
{
    const char *text = json_str(key);
    char title[256];

    if (!*name || strlen(name) + MODEL_TITLE_TAIL >= sizeof title)
        return false;
    if (text[0] == ascii_upper(name[0]) && strcmp(text + 1, name + 1) == 0)
        return true;
    model_member_title(name, title);
    return strcmp(text, title) == 0;
}

/* Returns where the member is in the object; json_count(object): it is not there. */
static size_t index_of_member(const json *object, const char *name)
{
    size_t i = 0;

    while (i < json_count(object) && !is_spelled(json_key_at(object, i), name))
        i++;
    return i;
}

/* A name in other capitals, which AWS ignores, is a slip: of members that are known there is
 * another name. */
static bool check_capitals(const struct shape_check *k, const json *v, const char *name)
{
    size_t len = strlen(name);

    if (index_of_member(v, name) < json_count(v))
        return true;
    for (size_t i = 0; i < json_count(v); i++) {
        const json *key = json_key_at(v, i);
        if (json_str_len(key) == len && strncasecmp(name, json_str(key), len) == 0) {
            buf_printf(&k->fault->why, "Field '%s' is called '%c%s'", json_str(key),
                       ascii_upper(name[0]), name + 1);
            k->fault->name = true;
            return wrong_within(k, i);
        }
    }
    return true;
}

static bool check_member(const struct shape_check *k, const json *v, const char *name,
                         const struct aws_shape *of)
{
    size_t i = index_of_member(v, name);

    if (i == json_count(v) || json_kind(json_value_at(v, i)) == JSON_NULL)
        return true;
    return check_shape_value(k, of, json_key_at(v, i), json_value_at(v, i)) || wrong_within(k, i);
}

static bool check_rows(const struct shape_check *k, const struct aws_shape_row *rows, const json *v)
{
    for (const struct aws_shape_row *row = rows; row->name && k->rules->execution; row++)
        if (!check_capitals(k, v, row->name))
            return false;
    for (const struct aws_shape_row *row = rows; row->name; row++)
        if (!check_member(k, v, row->name, &(struct aws_shape){.kind = row->kind}))
            return false;
    return true;
}

static bool check_shape_members(const struct shape_check *k, const struct aws_shape *s,
                                const json *v)
{
    struct model_shape shape;
    struct aws_shape of;

    if (!s->service)
        return check_rows(k, s->rows, v);
    shape = model_shape_at(s->service, s->id);
    for (size_t i = 0; k->rules->execution && i < shape.count; i++)
        if (!check_capitals(k, v, model_member_at(&shape, i).name))
            return false;
    for (size_t i = 0; k->rules->required && i < shape.count; i++) {
        struct model_member m = model_member_at(&shape, i);
        if (m.required && index_of_member(v, m.name) == json_count(v)) {
            buf_printf(&k->fault->why, "Required field '%c%s' is missing", ascii_upper(m.name[0]),
                       m.name + 1);
            return false;
        }
    }
    for (size_t i = 0; i < shape.count; i++) {
        struct model_member m = model_member_at(&shape, i);
        if (aws_shape_member(s, &m, &of) && !check_member(k, v, m.name, &of))
            return false;
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

static bool is_of_job(const struct aws_shape *s, const struct model_shape *shape, const json *key)
{
    if (s->job->also && json_str_is(key, s->job->also))
        return true;
    for (size_t i = 0; i < shape->count; i++)
        if (is_spelled(key, model_member_at(shape, i).name))
            return true;
    return false;
}

/*
 * The answer that begins a job is easily taken for the Task's result, though it has another form. A
 * result without any member of the job is such a one; an empty one is that of a test which doesn't
 * look at it.
 */
static bool has_some_of_job(const struct shape_check *k, const struct aws_shape *s, const json *v)
{
    struct model_shape shape;

    if (!s->job || !(json_count(v) || k->rules->required))
        return true;
    shape = model_shape_at(s->service, s->id);
    for (size_t i = 0; i < json_count(v); i++)
        if (is_of_job(s, &shape, json_key_at(v, i)))
            return true;
    buf_printf(&k->fault->why, "It has no member of what %s tells of the job", s->job->describe);
    if (s->job->part)
        buf_printf(&k->fault->why, " in '%c%s'", ascii_upper(s->job->part[0]), s->job->part + 1);
    return false;
}

bool aws_shape_fits(const struct aws_shape *s, const json *v, const struct aws_shape_rules *rules,
                    struct aws_shape_fault *fault)
{
    struct shape_check k = {rules, fault};

    if (shape_is_open(&k, v))
        return true;
    if (!json_is_object(v)) {
        if (rules->execution)
            buf_adds(&fault->why, "It must be an object");
        return !rules->execution;
    }
    return check_shape_members(&k, s, v) &&
           (!rules->execution || (has_needed(&k, s->needs, v) && has_some_of_job(&k, s, v)));
}
