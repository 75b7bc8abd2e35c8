/* Warnings of Choice states. */

#include "asl/expression.h"
#include "asl/warn_impl.h"
#include "parsers/count.h"

#include <string.h>

static const json *choices(const struct asl_at *state, struct asl_at *out)
{
    asl_at_member(state, "Choices", out);
    return out->value;
}

/* ---- the tests of rules ---- */

/* Is the member part of what a rule asks, not of what follows? */
static bool is_test(const json *key)
{
    return !json_str_is(key, "Next") && !json_str_is(key, "Comment") &&
           !json_str_is(key, "Assign") && !json_str_is(key, "Output");
}

static size_t count_tests(const json *rule)
{
    size_t n = 0;

    for (size_t i = 0; i < json_count(rule); i++)
        n += is_test(json_key_at(rule, i));
    return n;
}

static bool same_test(const json *a, const json *b)
{
    if (count_tests(a) != count_tests(b))
        return false;
    for (size_t i = 0; i < json_count(a); i++) {
        const json *key = json_key_at(a, i), *other = json_get_key(b, key);
        if (is_test(key) && (!other || !json_equal(json_value_at(a, i), other)))
            return false;
    }
    return true;
}

/* "Condition": true, "{% true %}" */
static bool always_holds(const json *rule)
{
    const json *condition = json_get(rule, "Condition");
    const char *text;

    if (!condition || !json_is_string(condition))
        return condition && json_kind(condition) == JSON_TRUE;
    if (!asl_expression_begins(condition))
        return false;
    text = json_str(condition) + 2;
    text += strspn(text, " \t\r\n");
    return strncmp(text, "true", 4) == 0 && strspn(text + 4, " \t\r\n") + 2 == strlen(text + 4);
}

void warn_unreachable_rule(struct warner *w, const struct asl_state *s, const struct asl_at *at)
{
    struct asl_at list, rule;
    const json *rules;

    if (s->type != ASL_CHOICE)
        return;
    rules = choices(at, &list);
    for (size_t i = 1; i < json_count(rules); i++)
        for (size_t k = 0; k < i; k++) {
            bool always = always_holds(json_at(rules, k));
            if (!always && !same_test(json_at(rules, k), json_at(rules, i)))
                continue;
            asl_at_index(&list, i, &rule);
            warn_at(w, &rule, ASL_VALUE,
                    always ? "Choices[%zu] always holds, this rule is never asked"
                           : "Choices[%zu] asks the same, so this rule is never taken",
                    k);
            break;
        }
}

/* ---- Default ---- */

/* Is `a` true whenever `b` is false? {"IsPresent": true} and {"IsPresent": false}; X and Not X. */
static bool are_opposite(const json *a, const json *b)
{
    static const char *const yes_or_no[] = {"BooleanEquals", "IsBoolean", "IsNull",     "IsNumeric",
                                            "IsPresent",     "IsString",  "IsTimestamp"};
    const json *variable = json_get(a, "Variable"), *not_b = json_get(b, "Not");

    if (not_b && same_test(a, not_b))
        return true;
    if (!variable || !json_get(b, "Variable") || !json_equal(variable, json_get(b, "Variable")))
        return false;
    for (size_t i = 0; i < COUNT(yes_or_no); i++) {
        const json *x = json_get(a, yes_or_no[i]), *y = json_get(b, yes_or_no[i]);
        if (x && y && !json_equal(x, y))
            return true;
    }
    return false;
}

static bool covers_all(const json *rules)
{
    size_t count = json_count(rules);

    for (size_t i = 0; i < count; i++) {
        if (always_holds(json_at(rules, i)))
            return true;
        for (size_t k = 0; k < count; k++)
            if (are_opposite(json_at(rules, i), json_at(rules, k)))
                return true;
    }
    return false;
}

void warn_choice_without_default(struct warner *w, const struct asl_state *s,
                                 const struct asl_at *at)
{
    struct asl_at list;

    if (s->type == ASL_CHOICE && !s->choice.fallback && !covers_all(choices(at, &list)))
        warn_at(w, at, ASL_KEY, "The Choice has no Default");
}

/* ---- types ---- */

enum type { TYPE_ANY, TYPE_NUMBER, TYPE_BOOLEAN, TYPE_NULL, TYPE_STRING };

/* What a value must be for the comparison to hold. A timestamp is a string. */
static enum type type_of(const json *test)
{
    static const struct {
        const char *head;
        enum type type;
    } types[] = {
        {"Numeric", TYPE_NUMBER},    {"IsNumeric", TYPE_NUMBER},   {"Boolean", TYPE_BOOLEAN},
        {"IsBoolean", TYPE_BOOLEAN}, {"String", TYPE_STRING},      {"IsString", TYPE_STRING},
        {"Timestamp", TYPE_STRING},  {"IsTimestamp", TYPE_STRING}, {"IsNull", TYPE_NULL},
    };

    for (size_t i = 0; i < json_count(test); i++) {
        const json *v = json_value_at(test, i);
        for (size_t k = 0; k < COUNT(types); k++)
            if (warn_begins(json_key_at(test, i), types[k].head))
                return types[k].head[0] == 'I' && json_kind(v) != JSON_TRUE ? TYPE_ANY
                                                                            : types[k].type;
    }
    return TYPE_ANY;
}

static void check_and(struct warner *w, const struct asl_at *list)
{
    struct asl_at test;

    for (size_t i = 1; i < json_count(list->value); i++) {
        const json *b = json_at(list->value, i), *variable = json_get(b, "Variable");
        for (size_t k = 0; variable && k < i; k++) {
            const json *a = json_at(list->value, k), *other = json_get(a, "Variable");
            if (!other || !json_equal(variable, other) || type_of(a) == TYPE_ANY ||
                type_of(b) == TYPE_ANY || type_of(a) == type_of(b))
                continue;
            asl_at_index(list, i, &test);
            warn_at(w, &test, ASL_VALUE, "%s can't be what And[%zu] compares it with, and this too",
                    json_str(variable), k);
            return;
        }
    }
}

/* As deep as rules nest, which the loader bounds. */
static void find_ands(struct warner *w, const struct asl_at *test)
{
    static const char *const lists[] = {"And", "Or"};
    struct asl_at list, each;

    if (asl_at_member(test, "And", &list))
        check_and(w, &list);
    for (size_t i = 0; i < COUNT(lists); i++) {
        if (!asl_at_member(test, lists[i], &list))
            continue;
        for (size_t k = 0; k < json_count(list.value); k++) {
            asl_at_index(&list, k, &each);
            find_ands(w, &each);
        }
    }
    if (asl_at_member(test, "Not", &each))
        find_ands(w, &each);
}

void warn_compared_by_two_types(struct warner *w, const struct asl_state *s,
                                const struct asl_at *at)
{
    struct asl_at list, rule;

    if (s->type != ASL_CHOICE || s->jsonata)
        return;
    for (size_t i = 0; i < json_count(choices(at, &list)); i++) {
        asl_at_index(&list, i, &rule);
        find_ands(w, &rule);
    }
}
