/* Warnings of Choice states. */

#include "asl/eval/expression.h"
#include "asl/warn/warn_impl.h"
#include "parsers/base/count.h"
#include "parsers/base/mem.h"
#include "parsers/base/text.h"
#include "parsers/json/json_set.h"

#include <string.h>

static const json *choices(const struct asl_at *state, struct asl_at *out)
{
    asl_at_member(state, "Choices", out);
    return out->value;
}

/* ---- the tests of rules ---- */

/* Returns whether the member is part of what a rule asks, not of what follows. */
static bool is_test(const json *key)
{
    return !json_str_is(key, "Next") && !json_str_is(key, "Comment") &&
           !json_str_is(key, "Assign") && !json_str_is(key, "Output");
}

/* What the rule asks, without what follows. */
static json *test_of(const json *rule)
{
    struct json_build b;

    json_build_object(&b, json_count(rule));
    for (size_t i = 0; i < json_count(rule); i++)
        if (is_test(json_key_at(rule, i)))
            json_build_set_key(&b, json_ref(json_key_at(rule, i)),
                               json_ref(json_value_at(rule, i)));
    return json_build_done(&b);
}

/* The number of the first rule that asks what rule `i` asks; `tests` has those before it. */
static size_t first_to_ask(struct json_set *tests, size_t *rule_of, const json *rule, size_t i)
{
    size_t before = tests->count, number;
    json *test = test_of(rule);

    number = json_set_add(tests, test);
    if (tests->count > before)
        rule_of[number] = i;
    json_unref(test);
    return rule_of[number];
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
    text += strspn(text, ASCII_JSON_BLANKS);
    return text_begins_with(text, "true") &&
           strspn(text + 4, ASCII_JSON_BLANKS) + 2 == strlen(text + 4);
}

/*
 * A rule is never taken behind one that always holds, or that asks the same; the earlier of the two
 * is named.
 */
void warn_unreachable_rule(struct warner *w, const struct asl_state *s, const struct asl_at *at)
{
    struct json_set tests = {0};
    struct asl_at list, rule;
    const json *rules;
    size_t holding = SIZE_MAX; /* the first that always holds */
    size_t *rule_of;

    if (s->type != ASL_CHOICE)
        return;
    rules = choices(at, &list);
    rule_of = mem_calloc(json_count(rules), sizeof *rule_of);
    for (size_t i = 0; i < json_count(rules); i++) {
        size_t same = first_to_ask(&tests, rule_of, json_at(rules, i), i);
        bool always = holding <= same && holding < i;
        if (always || same < i) {
            asl_at_index(&list, i, &rule);
            warn_at(w, &rule, ASL_VALUE,
                    always ? "Choices[%zu] always holds, this rule is never asked"
                           : "Choices[%zu] asks the same, so this rule is never taken",
                    always ? holding : same);
        }
        if (holding == SIZE_MAX && always_holds(json_at(rules, i)))
            holding = i;
    }
    json_set_clear(&tests);
    mem_free(rule_of);
}

/* ---- Default ---- */

/* What of rules has been seen that another may be the opposite of. */
struct asked {
    struct json_set tests;     /* what rules ask */
    struct json_set questions; /* ["$.x", "IsPresent"] */
    const json **answers;      /* to each of the questions: true or false */
    size_t cap;
};

/* Is it the other answer to a question that was asked before? {"IsPresent": true} and false. */
static bool answers_otherwise(struct asked *a, const json *rule)
{
    static const char *const yes_or_no[] = {"BooleanEquals", "IsBoolean", "IsNull",     "IsNumeric",
                                            "IsPresent",     "IsString",  "IsTimestamp"};
    const json *variable = json_get(rule, "Variable");

    for (size_t i = 0; variable && i < COUNT(yes_or_no); i++) {
        const json *answer = json_get(rule, yes_or_no[i]);
        size_t before = a->questions.count, number;
        struct json_build b;
        json *question;
        if (!answer)
            continue;
        json_build_array(&b, 2);
        json_build_add(&b, json_ref(variable));
        json_build_add(&b, json_cstring(yes_or_no[i]));
        question = json_build_done(&b);
        number = json_set_add(&a->questions, question);
        json_unref(question);
        if (number < before) {
            if (!json_equal(a->answers[number], answer))
                return true;
            continue;
        }
        MEM_GROW(a->answers, before, a->cap);
        a->answers[number] = answer;
    }
    return false;
}

/* Returns whether one rule is the Not of the other. */
static bool negates_another(const struct asked *a, const json *rule)
{
    const json *negated = json_get(rule, "Not");
    json *test = negated ? test_of(negated) : NULL;
    bool does = test && json_set_find(&a->tests, test) != SIZE_MAX;

    json_unref(test);
    return does;
}

/* True when some rule always holds: one by itself, or one of two that are opposite. */
static bool covers_all(const json *rules)
{
    size_t count = json_count(rules);
    struct asked a = {0};
    bool all = false;

    for (size_t i = 0; i < count && !all; i++) {
        json *test = test_of(json_at(rules, i));
        json_set_add(&a.tests, test);
        json_unref(test);
        all = always_holds(json_at(rules, i)) || answers_otherwise(&a, json_at(rules, i));
    }
    for (size_t i = 0; i < count && !all; i++)
        all = negates_another(&a, json_at(rules, i));
    json_set_clear(&a.tests);
    json_set_clear(&a.questions);
    mem_free(a.answers);
    return all;
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
static enum type warn_choice_type_of(const json *test)
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
            if (json_str_begins(json_key_at(test, i), types[k].head))
                return types[k].head[0] == 'I' && json_kind(v) != JSON_TRUE ? TYPE_ANY
                                                                            : types[k].type;
    }
    return TYPE_ANY;
}

/* Up to the first that doesn't fit, all comparisons of a variable are of one type. */
static void check_and(struct warner *w, const struct asl_at *list)
{
    size_t count = json_count(list->value);
    struct json_set variables = {0};
    struct {
        size_t at;
        enum type type;
    } *first = mem_calloc(count, sizeof *first);
    struct asl_at test;
    bool fits = true;

    for (size_t i = 0; i < count && fits; i++) {
        const json *variable = json_get(json_at(list->value, i), "Variable");
        enum type type = warn_choice_type_of(json_at(list->value, i));
        size_t before = variables.count, number;
        if (!variable || type == TYPE_ANY)
            continue;
        number = json_set_add(&variables, variable);
        if (number == before) {
            first[number].at = i;
            first[number].type = type;
        }
        fits = first[number].type == type;
        if (fits)
            continue;
        asl_at_index(list, i, &test);
        warn_at(w, &test, ASL_VALUE, "%s can't be what And[%zu] compares it with, and this too",
                json_str(variable), first[number].at);
    }
    json_set_clear(&variables);
    mem_free(first);
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
