/*
 * What pictures say of states and transitions, taken from the definition as it is written: a rule
 * of a Choice in the signs that people know, the names of errors, what a Task calls.
 */

#include "asl/drawing/drawing_impl.h"

#include "parsers/base/count.h"

#include <string.h>

/* ---- rules ---- */

static const struct {
    const char *ending, *sign;
} signs[] = {
    /* An ending comes before those that it ends in. */
    {"LessThanEquals", "<="}, {"GreaterThanEquals", ">="}, {"Equals", "="},
    {"LessThan", "<"},        {"GreaterThan", ">"},        {"Matches", "matches"},
};

static bool ends_in(const char *text, size_t len, const char *ending)
{
    size_t n = strlen(ending);

    return len >= n && memcmp(text + len - n, ending, n) == 0;
}

/* Adds "is present" for IsPresent and true, "is not null" for IsNull and false. */
static void add_subject(struct buf *out, const json *key, const json *value)
{
    buf_adds(out, json_kind(value) == JSON_FALSE ? "is not " : "is ");
    for (const char *p = json_str(key) + 2; *p; p++)
        buf_addc(out, *p >= 'A' && *p <= 'Z' ? (char)(*p - 'A' + 'a') : *p);
}

static void add_comparison(struct buf *out, const json *key, const json *value)
{
    const char *name = json_str(key);
    size_t len = json_str_len(key);
    bool path = ends_in(name, len, "Path");
    const char *sign = name;

    if (json_str_begins(key, "Is")) {
        add_subject(out, key, value);
        return;
    }
    len -= path ? strlen("Path") : 0;
    for (size_t i = 0; i < COUNT(signs); i++)
        if (ends_in(name, len, signs[i].ending)) {
            sign = signs[i].sign;
            break;
        }
    buf_printf(out, "%s ", sign);
    if (path && json_is_string(value))
        buf_add(out, json_str(value), json_str_len(value));
    else
        json_write(out, value);
}

/* And, Or, Not nest as deep as the loader lets them. */
static void add_test(struct buf *out, const json *test, bool inner)
{
    const json *all = json_get(test, "And"), *any = json_get(test, "Or");
    const json *not = json_get(test, "Not"), *list = all ? all : any;
    const json *variable = json_get(test, "Variable");

    if (list) {
        bool several = json_count(list) > 1 && inner;
        buf_adds(out, several ? "(" : "");
        for (size_t i = 0; i < json_count(list); i++) {
            buf_adds(out, i == 0 ? "" : all ? " and " : " or ");
            add_test(out, json_at(list, i), true);
        }
        buf_adds(out, several ? ")" : "");
    } else if (not ) {
        buf_adds(out, "not ");
        add_test(out, not, true);
    } else if (variable) {
        buf_add(out, json_str(variable), json_str_len(variable));
        for (size_t i = 0; i < json_count(test); i++) {
            const json *key = json_key_at(test, i);
            bool other = json_str_is(key, "Variable") || json_str_is(key, "Next") ||
                         json_str_is(key, "Assign") || json_str_is(key, "Output") ||
                         json_str_is(key, "Comment");
            if (other)
                continue;
            buf_addc(out, ' ');
            add_comparison(out, key, json_value_at(test, i));
        }
    }
}

/* An expression without its delimiters; one that is true or false by itself as JSON has it. */
static void add_condition(struct buf *out, const json *condition)
{
    const char *text = json_is_string(condition) ? json_str(condition) : "";
    size_t len = json_is_string(condition) ? json_str_len(condition) : 0;

    if (len >= 4 && memcmp(text, "{%", 2) == 0 && ends_in(text, len, "%}")) {
        text += 2;
        len -= 4;
        for (; len && *text == ' '; len--)
            text++;
        for (; len && text[len - 1] == ' ';)
            len--;
        buf_add(out, text, len);
    } else if (json_is_string(condition)) {
        buf_add(out, text, len);
    } else {
        json_write(out, condition);
    }
}

static const char *take_text(struct arena *a, struct buf *b)
{
    const char *text = arena_strndup(a, buf_str(b), b->len);

    buf_clear(b);
    return text;
}

const char *drawing_rule_text(struct arena *a, const json *rule)
{
    struct buf b = {0};
    const json *condition = json_get(rule, "Condition");

    if (condition)
        add_condition(&b, condition);
    else
        add_test(&b, rule, false);
    return take_text(a, &b);
}

/* ---- ways ---- */

/* Returns the state as it is written. */
static const json *written(const struct asl_state *s)
{
    return json_get_key(s->scope->names, s->name);
}

static void add_errors(struct buf *out, const struct asl_errors *errors)
{
    for (size_t i = 0; i < errors->count; i++) {
        buf_adds(out, i ? ", " : "");
        buf_add(out, json_str(errors->names[i]), json_str_len(errors->names[i]));
    }
}

const char *drawing_way_text(struct arena *a, const struct asl_state *s, const struct edge *way)
{
    struct buf b = {0};
    const json *rules;

    switch (way->kind) {
    case EDGE_NEXT: return NULL;
    case EDGE_DEFAULT: return "default";
    case EDGE_RULE:
        rules = json_get(written(s), "Choices");
        return way->index < json_count(rules) ? drawing_rule_text(a, json_at(rules, way->index))
                                              : NULL;
    case EDGE_CATCH: add_errors(&b, &s->catch[way->index].errors); break;
    }
    return take_text(a, &b);
}

/* ---- states ---- */

static void add_task(struct buf *out, const struct asl_task *t)
{
    const struct asl_resource *r = &t->parts;

    switch (r->kind) {
    case ASL_RESOURCE_LAMBDA: buf_adds(out, "Lambda"); break;
    case ASL_RESOURCE_ACTIVITY: buf_adds(out, "Activity"); break;
    case ASL_RESOURCE_OWN: buf_adds(out, "Task"); break;
    case ASL_RESOURCE_HTTP:
    case ASL_RESOURCE_SDK:
    case ASL_RESOURCE_OPTIMIZED:
        buf_add(out, r->service.at, r->service.len);
        buf_addc(out, ':');
        buf_add(out, r->action.at, r->action.len);
        buf_adds(out, asl_pattern_ending(r->pattern));
        break;
    }
}

static void add_wait(struct buf *out, const struct asl_state *s)
{
    static const char *const fields[] = {"Seconds", "SecondsPath", "Timestamp", "TimestampPath"};

    buf_adds(out, "Wait");
    for (size_t i = 0; i < COUNT(fields); i++) {
        const json *v = json_get(written(s), fields[i]);
        if (!v)
            continue;
        buf_adds(out, i < 2 ? " " : " until ");
        add_condition(out, v);
        buf_adds(out, i < 2 ? " s" : "");
        return;
    }
}

/* Returns how often it is retried at most, by the retrier that retries most. */
static uint32_t most_retries(const struct asl_state *s)
{
    uint32_t most = 0;

    for (size_t i = 0; i < s->retriers; i++)
        most = s->retry[i].max_attempts > most ? s->retry[i].max_attempts : most;
    return most;
}

static void add_kind(struct buf *out, const struct asl_state *s)
{
    switch (s->type) {
    case ASL_TASK: add_task(out, &s->task); break;
    case ASL_WAIT: add_wait(out, s); break;
    case ASL_MAP: buf_adds(out, s->map.distributed ? "Distributed Map" : "Map"); break;
    case ASL_FAIL:
        buf_adds(out, "Fail");
        if (s->fail.error && json_is_string(s->fail.error))
            buf_printf(out, ": %s", json_str(s->fail.error));
        break;
    case ASL_PASS:
    case ASL_CHOICE:
    case ASL_SUCCEED:
    case ASL_PARALLEL: buf_adds(out, asl_type_names[s->type]); break;
    }
}

const char *drawing_note(struct arena *a, const struct asl_state *s)
{
    struct buf b = {0};
    uint32_t retries = most_retries(s);

    add_kind(&b, s);
    if (retries)
        buf_printf(&b, " · retry %u×", (unsigned)retries);
    return take_text(a, &b);
}

static void add_retriers(struct buf *out, const struct asl_state *s)
{
    for (size_t i = 0; i < s->retriers; i++) {
        const struct asl_retrier *r = &s->retry[i];
        buf_adds(out, "\nRetry ");
        add_errors(out, &r->errors);
        buf_printf(out, ": %u times, the first after %lld s", (unsigned)r->max_attempts,
                   (long long)r->interval_s);
    }
}

const char *drawing_about(struct arena *a, const struct asl_state *s)
{
    struct buf b = {0};
    const json *comment = json_get(written(s), "Comment");

    buf_add(&b, json_str(s->name), json_str_len(s->name));
    buf_printf(&b, "\n%s", asl_type_names[s->type]);
    if (s->type == ASL_TASK && json_is_string(s->task.resource))
        buf_printf(&b, ": %s", json_str(s->task.resource));
    add_retriers(&b, s);
    if (comment && json_is_string(comment))
        buf_printf(&b, "\n%s", json_str(comment));
    return take_text(a, &b);
}
