/*
 * Checking a value by the tables. A value that has the kind of one form of its shape (an object, a
 * list, text) is judged by that form, so that the message is about what its author meant.
 */
#include "tools/test/schema.h"

#include "parsers/base/mem.h"
#include "parsers/base/nearest.h"
#include "parsers/base/timestamp.h"
#include "parsers/jsonata/jsonata.h"
#include "parsers/jsonpath/jsonpath.h"
#include "tools/test/matcher.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define CODE "TEST_SUITE"

/* All that is wrong with a suite has one code: there is nothing to switch off. */
void schema_refuse(struct asl_report *report, const struct asl_at *at, enum asl_part part,
                   const char *hint, const char *format, ...)
{
    struct buf text = {0};
    va_list args;

    va_start(args, format);
    buf_vprintf(&text, format, args);
    va_end(args);
    asl_report_add(report, ASL_ERROR, CODE, at, part, hint, "%s", buf_str(&text));
    buf_clear(&text);
}

/* ---- values ---- */

static const struct {
    const char *unit;
    double ms;
} units[] = {{"ms", 1}, {"s", 1e3}, {"m", 60e3}, {"h", 3600e3}, {"d", 86400e3}};

static bool read_unit(const char **at, double *ms)
{
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        size_t len = strlen(units[i].unit);
        /* "m" is not the beginning of "ms". */
        if (strncmp(*at, units[i].unit, len) == 0 &&
            !(len == 1 && **at == 'm' && (*at)[1] == 's')) {
            *at += len;
            *ms = units[i].ms;
            return true;
        }
    }
    return false;
}

/* At most 15 characters, which a double holds exactly. */
static bool read_amount(const char **at, double *n)
{
    const char *from = *at;

    while ((**at >= '0' && **at <= '9') || **at == '.')
        (*at)++;
    if (*at == from || *at - from > 15)
        return false;
    *n = strtod(from, NULL);
    return true;
}

enum { MOST_YEARS = 1000 };

/* A number is seconds; text is amounts with units, one behind the other: 1h30m. */
bool schema_duration(const json *v, int64_t *ms)
{
    const double most = MOST_YEARS * 366 * 86400e3;
    double sum = 0, n, unit;

    if (json_is_number(v)) {
        sum = json_double_value(v) * 1e3;
    } else if (json_is_string(v) && *json_str(v)) {
        for (const char *at = json_str(v); *at; sum += n * unit)
            if (!read_amount(&at, &n) || !read_unit(&at, &unit))
                return false;
    } else {
        return false;
    }
    if (!(sum >= 0 && sum <= most))
        return false;
    *ms = (int64_t)llround(sum);
    return true;
}

void schema_write_duration(struct buf *out, double seconds)
{
    long long ms = llround(seconds * 1e3);
    size_t from = out->len;

    /* The shortest unit stands first in the table. */
    for (size_t i = sizeof units / sizeof *units; i-- > 0;) {
        long long unit = (long long)units[i].ms, count = ms / unit;
        ms -= count * unit;
        if (count)
            buf_printf(out, "%lld%s", count, units[i].unit);
    }
    if (out->len == from)
        buf_adds(out, "0s");
}

/* "3" and 3 are one number, "1-3" a range, "4-" has no end. */
bool schema_range(const json *v, int64_t *first, int64_t *last)
{
    char *end;

    if (json_kind(v) == JSON_INT) {
        *first = *last = json_int_value(v);
        return *first >= 0;
    }
    if (!json_is_string(v) || *json_str(v) < '0' || *json_str(v) > '9')
        return false;
    errno = 0;
    *first = *last = strtoll(json_str(v), &end, 10);
    if (*end == '-' && !end[1]) {
        *last = INT64_MAX;
        return true;
    }
    if (*end == '-' && end[1] >= '0' && end[1] <= '9')
        *last = strtoll(end + 1, &end, 10);
    return !*end && *first <= *last && errno == 0;
}

static bool schema_is_word(const struct schema_shape *s, const json *v)
{
    for (const char *const *w = s->words; *w; w++)
        if (json_str_is(v, *w))
            return true;
    return false;
}

static bool is_time(const json *v)
{
    struct timestamp t;

    return json_is_string(v) && timestamp_parse(json_str(v), json_str_len(v), &t) &&
           t.ms >= TIMESTAMP_FIRST_MS && t.ms <= TIMESTAMP_LAST_MS;
}

static bool is_expression(const json *v)
{
    return json_str_begins(v, "{%") && json_str_ends(v, "%}") && json_str_len(v) >= 4;
}

/* ---- what a shape wants, in words ---- */

static void write_words(struct buf *out, const struct schema_shape *s)
{
    for (const char *const *w = s->words; *w; w++)
        buf_printf(out, "%s%s", w == s->words ? "" : w[1] ? ", " : " or ", *w);
}

static void write_shape(struct buf *out, const struct schema_shape *s)
{
    static const struct {
        unsigned form;
        const char *words;
    } rows[] = {
        {SCHEMA_ANY, "any value"},
        {SCHEMA_TEXT, "text"},
        {SCHEMA_FILE, "the name of a file"},
        {SCHEMA_FLAG, "true or false"},
        {SCHEMA_TRUE, "true"},
        {SCHEMA_COUNT, "a whole number from 0 to 9223372036854775807"},
        {SCHEMA_DURATION, "a duration: seconds, or text like 1h30m, 2.5s, 500ms"},
        {SCHEMA_TIME, "a time like 2024-01-01T00:00:00Z, of the years 1 to 9999"},
        {SCHEMA_RANGE, "a whole number, or a range like 1-3 or 4-"},
        {SCHEMA_EXPRESSION, "JSONata: {% … %}"},
        {SCHEMA_PATH, "a JSONPath like $.a"},
        {SCHEMA_OBJECT, "an object"},
        {SCHEMA_MAP, "an object"},
        {SCHEMA_LIST, "a list"},
        {SCHEMA_MATCHER, "a matcher"},
    };
    bool any = false;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (!(s->forms & rows[i].form))
            continue;
        buf_printf(out, "%s%s", any ? ", or " : "", rows[i].words);
        any = true;
    }
    if (s->forms & SCHEMA_WORD) {
        buf_adds(out, any ? ", or " : "");
        write_words(out, s);
    }
}

static void refuse_shape(const struct schema_shape *s, const struct asl_at *at,
                         struct asl_report *report)
{
    struct buf wanted = {0};
    struct nearest near = {0};

    write_shape(&wanted, s);
    if (json_is_string(at->value) && s->words) {
        near = (struct nearest){.want = json_str(at->value), .len = json_str_len(at->value)};
        for (const char *const *w = s->words; *w; w++)
            nearest_offer(&near, *w);
    }
    struct buf hint = {0};
    if (near.best)
        buf_printf(&hint, "did you mean %s?", near.best);
    else if (s->hint)
        buf_adds(&hint, s->hint);
    schema_refuse(report, at, ASL_VALUE, buf_str(&hint), "this should be %s", buf_str(&wanted));
    buf_clear(&hint);
    buf_clear(&wanted);
}

/* ---- checking ---- */

static const struct schema_field *find_field(const struct schema_object *o, const json *key)
{
    for (size_t i = 0; i < o->count; i++)
        if (json_str_is(key, o->fields[i].name))
            return &o->fields[i];
    return NULL;
}

static bool is_plural(const struct schema_object *o)
{
    return o->name[strcspn(o->name, " ") - 1] == 's';
}

/* "a case has", "an error has", "expectations have" */
static void write_having(struct buf *out, const struct schema_object *o)
{
    const char *article = is_plural(o) ? "" : strchr("aeiou", *o->name) ? "an " : "a ";

    buf_printf(out, "%s%s %s", article, o->name, is_plural(o) ? "have" : "has");
}

/* Where no field is nearly called so, all of them are listed. */
static void schema_refuse_unknown(const struct schema_object *o, const struct asl_at *member,
                                  struct asl_report *report)
{
    struct nearest near = {.want = json_str(member->key), .len = json_str_len(member->key)};
    struct buf hint = {0}, having = {0};

    write_having(&having, o);
    for (size_t i = 0; i < o->count; i++)
        nearest_offer(&near, o->fields[i].name);
    bool inner = o->within && find_field(o->within, member->key);
    if (inner)
        buf_printf(&hint, "write it under %s:", o->within_field);
    else if (near.best)
        buf_printf(&hint, "did you mean '%s'?", near.best);
    else
        buf_printf(&hint, "%s ", buf_str(&having));
    for (size_t i = 0; !inner && !near.best && i < o->count; i++)
        buf_printf(&hint, "%s%s", i ? ", " : "", o->fields[i].name);
    schema_refuse(report, member, ASL_KEY, buf_str(&hint), "%s no field '%s'", buf_str(&having),
                  json_str(member->key));
    buf_clear(&having);
    buf_clear(&hint);
}

/*
 * Each member is checked by itself, then what is missing is told, then what the object alone can
 * know.
 */
static void check_object(const struct schema_object *o, const struct asl_at *at,
                         struct asl_report *report)
{
    for (size_t i = 0; i < json_count(at->value); i++) {
        struct asl_at member;
        asl_at_index(at, i, &member);
        const struct schema_field *f = find_field(o, member.key);
        if (f)
            schema_check(f->shape, &member, report);
        else if (!o->remarks || !json_str_begins(member.key, "x-"))
            schema_refuse_unknown(o, &member, report);
    }
    for (size_t i = 0; i < o->count; i++)
        if (o->fields[i].required && !json_get(at->value, o->fields[i].name))
            schema_refuse(report, at, ASL_VALUE, o->fields[i].about, "%s %s need%s '%s'",
                          is_plural(o) ? "these" : "this", o->name, is_plural(o) ? "" : "s",
                          o->fields[i].name);
    if (o->check)
        o->check(at, report);
}

static void check_expression(const struct asl_at *at, struct asl_report *report)
{
    const char *text = json_str(at->value);
    struct jsonata_error why = {0};
    jsonata *x = jsonata_compile(text + 2, json_str_len(at->value) - 4, JSONATA_AWS, &why);

    if (!x)
        schema_refuse(report, at, ASL_VALUE, "", "this JSONata can't be read: %s", why.text);
    jsonata_free(x);
    jsonata_error_clear(&why);
}

static void schema_check_path(const struct asl_at *at, struct asl_report *report)
{
    struct diag why = {0};
    jsonpath *p = jsonpath_compile(json_str(at->value), json_str_len(at->value), &why);

    if (!p)
        schema_refuse(report, at, ASL_VALUE, "", "this JSONPath can't be read: %s", why.text);
    jsonpath_free(p);
    diag_clear(&why);
}

static bool scalar_fits(const struct schema_shape *s, const json *v)
{
    int64_t a, b;

    return ((s->forms & SCHEMA_TEXT) && json_is_string(v)) ||
           ((s->forms & SCHEMA_FILE) && json_is_string(v) && json_str_len(v)) ||
           ((s->forms & SCHEMA_FLAG) &&
            (json_kind(v) == JSON_TRUE || json_kind(v) == JSON_FALSE)) ||
           ((s->forms & SCHEMA_TRUE) && json_kind(v) == JSON_TRUE) ||
           ((s->forms & SCHEMA_COUNT) && json_kind(v) == JSON_INT && json_int_value(v) >= 0) ||
           ((s->forms & SCHEMA_DURATION) && schema_duration(v, &a)) ||
           ((s->forms & SCHEMA_TIME) && is_time(v)) ||
           ((s->forms & SCHEMA_RANGE) && schema_range(v, &a, &b)) ||
           ((s->forms & SCHEMA_WORD) && json_is_string(v) && schema_is_word(s, v));
}

/* Several matchers in one object, or one beside other members, were meant as one, too. */
static bool is_meant_as_matcher(const struct asl_at *at)
{
    bool any = false;

    for (size_t i = 0; json_is_object(at->value) && !any && i < json_count(at->value); i++)
        any = json_str_begins(json_key_at(at->value, i), "$");
    return any;
}

void schema_check(const struct schema_shape *shape, const struct asl_at *at,
                  struct asl_report *report)
{
    const json *v = at->value;
    struct asl_at inner;

    if (shape->forms & SCHEMA_ANY)
        return;
    if ((shape->forms & SCHEMA_PATTERN) ||
        ((shape->forms & SCHEMA_MATCHER) && is_meant_as_matcher(at))) {
        matcher_check(at, report);
    } else if (json_is_object(v) && (shape->forms & SCHEMA_OBJECT)) {
        check_object(shape->object, at, report);
    } else if (json_is_object(v) && (shape->forms & SCHEMA_MAP)) {
        for (size_t i = 0; i < json_count(v); i++) {
            asl_at_index(at, i, &inner);
            schema_check(shape->of, &inner, report);
        }
    } else if (json_is_array(v) && (shape->forms & SCHEMA_LIST)) {
        for (size_t i = 0; i < json_count(v); i++) {
            asl_at_index(at, i, &inner);
            schema_check(shape->of, &inner, report);
        }
    } else if (json_is_string(v) && is_expression(v) && (shape->forms & SCHEMA_EXPRESSION)) {
        check_expression(at, report);
    } else if (json_is_string(v) && json_str_begins(v, "$") && (shape->forms & SCHEMA_PATH)) {
        schema_check_path(at, report);
    } else if (!scalar_fits(shape, v)) {
        refuse_shape(shape, at, report);
    }
}
