/* What decides that a mutant would do the same as the definition, whatever comes in. */
#include "asl/load/graph.h"
#include "tools/test/mutant_impl.h"

#include <math.h>
#include <string.h>

/* ---- ways ---- */

static bool is_absent(const struct asl_flow *flow)
{
    return !flow->path && !flow->null;
}

static bool hands_on(const struct asl_state *s)
{
    return (s->type == ASL_PASS || s->type == ASL_SUCCEED) && !s->result && !s->parameters &&
           !s->assign && !s->output && is_absent(&s->input_path) && is_absent(&s->result_path) &&
           is_absent(&s->output_path);
}

const struct asl_state *mutant_acts(const struct asl_state *s)
{
    size_t left = s ? s->scope->count : 0;

    while (s && hands_on(s) && left--)
        s = s->type == ASL_SUCCEED ? NULL : s->next;
    return s;
}

bool mutant_input_is_lost(const struct asl_state *next)
{
    const struct asl_state *s = mutant_acts(next);

    return s && s->type == ASL_FAIL && !s->fail.error_path && !s->fail.cause_path &&
           !s->fail.error_expression && !s->fail.cause_expression;
}

bool mutant_is_same_way(const struct asl_state *a, const struct asl_state *b)
{
    a = mutant_acts(a);
    b = mutant_acts(b);
    if (a == b)
        return true;
    return mutant_input_is_lost(a) && mutant_input_is_lost(b) &&
           json_equal(a->fail.error ? a->fail.error : json_empty_array(),
                      b->fail.error ? b->fail.error : json_empty_array()) &&
           json_equal(a->fail.cause ? a->fail.cause : json_empty_array(),
                      b->fail.cause ? b->fail.cause : json_empty_array());
}

bool mutant_output_is_lost(const struct asl_state *s)
{
    return s->output_path.null ||
           (s->type != ASL_CHOICE && s->next && mutant_input_is_lost(s->next));
}

static bool same_is_elsewhere(const struct asl_state *candidate, const struct asl_state *from,
                              const struct asl_state *to)
{
    return candidate && candidate != from && !mutant_is_same_way(candidate, to);
}

const struct asl_state *mutant_elsewhere(const struct asl_state *from, const struct asl_state *to)
{
    const struct asl_state *acts = mutant_acts(to);
    const struct asl_scope *scope = to->scope;
    size_t at = (size_t)(to - scope->states);
    struct edge e;

    for (size_t i = 0; acts && graph_edge(acts, i, &e); i++)
        if (same_is_elsewhere(e.to, from, to))
            return e.to;
    for (size_t i = 1; i < scope->count; i++) {
        const struct asl_state *candidate = &scope->states[(at + i) % scope->count];
        if (same_is_elsewhere(candidate, from, to))
            return candidate;
    }
    return NULL;
}

/* ---- Choice ---- */

static bool is_about_numbers(const json *test, size_t *member)
{
    for (size_t i = 0; i < json_count(test); i++)
        if (json_str_begins(json_key_at(test, i), "Numeric") &&
            json_is_number(json_value_at(test, i))) {
            *member = i;
            return true;
        }
    return false;
}

bool interval_of(const json *v, struct interval *out)
{
    size_t i;

    if (!is_about_numbers(v, &i))
        return false;
    const json *name = json_key_at(v, i);
    double bound = json_double_value(json_value_at(v, i));
    *out = (struct interval){.low = -INFINITY, .high = INFINITY};
    if (json_str_is(name, "NumericEquals")) {
        out->low = out->high = bound;
    } else if (json_str_begins(name, "NumericLess")) {
        out->high = bound;
        out->high_open = json_str_is(name, "NumericLessThan");
    } else {
        out->low = bound;
        out->low_open = json_str_is(name, "NumericGreaterThan");
    }
    return true;
}

bool interval_contains(const struct interval *outer, const struct interval *inner)
{
    bool low = outer->low < inner->low ||
               (outer->low == inner->low && (!outer->low_open || inner->low_open));
    bool high = outer->high > inner->high ||
                (outer->high == inner->high && (!outer->high_open || inner->high_open));

    return low && high;
}

static bool interval_meets(const struct interval *a, const struct interval *b)
{
    const struct interval *low = a->low > b->low ? a : b, *high = a->high < b->high ? a : b;
    bool open = a->low == b->low ? a->low_open || b->low_open : low->low_open;

    open |= a->high == b->high ? a->high_open || b->high_open : high->high_open;
    return low->low < high->high || (low->low == high->high && !open);
}

static bool is_same_variable(const json *a, const json *b)
{
    const json *x = json_get(a, "Variable"), *y = json_get(b, "Variable");

    return x && y && json_equal(x, y);
}

bool interval_is_taken(const json *rules, size_t i, const json *test, const struct interval *of)
{
    struct interval before;

    for (size_t k = 0; k < i; k++)
        if (is_same_variable(json_at(rules, k), test) && interval_of(json_at(rules, k), &before) &&
            interval_contains(&before, of))
            return true;
    return false;
}

/* What a comparison takes: a number, text or a Boolean. NULL: another one, or none. */
static const json *literal_of(const json *test, bool *equals)
{
    static const char *const names[] = {"StringEquals", "BooleanEquals", "NumericEquals"};
    size_t i;

    *equals = true;
    for (size_t n = 0; n < sizeof names / sizeof *names; n++)
        if (json_get(test, names[n]))
            return json_get(test, names[n]);
    *equals = false;
    return is_about_numbers(test, &i) ? json_value_at(test, i) : NULL;
}

static bool tests_exclude(const json *a, const json *b)
{
    bool a_equals, b_equals;
    const json *x = literal_of(a, &a_equals), *y = literal_of(b, &b_equals);
    struct interval p, q;

    if (!is_same_variable(a, b) || !x || !y)
        return false;
    if (interval_of(a, &p) && interval_of(b, &q))
        return !interval_meets(&p, &q);
    return json_is_number(x) != json_is_number(y) || (a_equals && b_equals && !json_equal(x, y));
}

/* "{% $x = 'a' %}" and "{% $x = 'b' %}": *left and *right are what stands beside the sign. */
static bool equation_of(const json *condition, size_t *left, const char **right, size_t *right_len)
{
    const char *text, *sign;

    if (!condition || !json_is_string(condition) || json_str_len(condition) < 4)
        return false;
    text = json_str(condition);
    size_t end = json_str_len(condition) - 2;
    sign = strchr(text, '=');
    if (!sign || strchr(sign + 1, '=') || strpbrk(text + 2, "!<>:|&?(~[") || sign == text)
        return false;
    *left = (size_t)(sign - text);
    *right = sign + 1;
    while (**right == ' ')
        (*right)++;
    while (end && text[end - 1] == ' ')
        end--;
    *right_len = (size_t)(text + end - *right);
    bool literal = strchr("'\"0123456789", **right) && **right;
    return literal && !memchr(*right, ' ', *right_len);
}

static bool conditions_exclude(const json *a, const json *b)
{
    size_t left, other_left, len, other_len;
    const char *right, *other_right;
    const json *x = json_get(a, "Condition"), *y = json_get(b, "Condition");

    return equation_of(x, &left, &right, &len) &&
           equation_of(y, &other_left, &other_right, &other_len) && left == other_left &&
           memcmp(json_str(x), json_str(y), left) == 0 && *right == *other_right &&
           (len != other_len || memcmp(right, other_right, len) != 0);
}

bool rules_exclude(const json *a, const json *b)
{
    return tests_exclude(a, b) || conditions_exclude(a, b);
}

/* ---- Catch ---- */

static bool is_wildcard(const json *name)
{
    return json_str_is(name, "States.ALL") || json_str_is(name, "States.TaskFailed") ||
           json_str_is(name, "States.Timeout");
}

/* Whether the catcher takes all errors that the name stands for. */
static bool takes(const struct asl_errors *errors, const json *name)
{
    for (size_t i = 0; i < errors->count; i++)
        if (json_equal(errors->names[i], name) || json_str_is(errors->names[i], "States.ALL"))
            return true;
    return !is_wildcard(name) && asl_errors_match(errors, name);
}

bool catcher_is_dead(const struct asl_state *s, size_t i)
{
    for (size_t n = 0; n < s->catch[i].errors.count; n++) {
        bool taken = false;
        for (size_t k = 0; k < i; k++)
            taken |= takes(&s->catch[k].errors, s->catch[i].errors.names[n]);
        if (!taken)
            return false;
    }
    return true;
}

/* Whether two catchers do the same with what they take. */
static bool is_same_catcher(const json *a, const json *b)
{
    json *x = object_without(a, "ErrorEquals"), *y = object_without(b, "ErrorEquals");
    json *p = object_without(x, "Comment"), *q = object_without(y, "Comment");
    bool same = json_equal(p, q);

    json_unref(x);
    json_unref(y);
    json_unref(p);
    json_unref(q);
    return same;
}

/* Whether a catcher behind does the same with errors of that name. */
static bool name_is_spare(const struct asl_state *s, const json *list, size_t i, const json *name)
{
    for (size_t k = i + 1; k < s->catchers; k++)
        if (takes(&s->catch[k].errors, name))
            return is_same_catcher(json_at(list, i), json_at(list, k));
        else if (is_wildcard(name))
            return false;
    return false;
}

bool catcher_is_spare(const struct asl_state *s, const json *list, size_t i, const json *name)
{
    const struct asl_errors *errors = &s->catch[i].errors;

    if (name)
        return name_is_spare(s, list, i, name);
    for (size_t n = 0; n < errors->count; n++)
        if (!name_is_spare(s, list, i, errors->names[n]))
            return false;
    return true;
}

bool catchers_overlap(const struct asl_state *s, const json *list, size_t i)
{
    const struct asl_errors *a = &s->catch[i].errors, *b = &s->catch[i + 1].errors;
    bool meet = false;

    for (size_t n = 0; n < a->count; n++)
        meet |= asl_errors_match(b, a->names[n]);
    for (size_t n = 0; n < b->count; n++)
        meet |= asl_errors_match(a, b->names[n]);
    return meet && !is_same_catcher(json_at(list, i), json_at(list, i + 1));
}
