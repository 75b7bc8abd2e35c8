/* Faults in the rules of a Choice. */
#include "asl/eval/expression.h"
#include "parsers/base/mem.h"
#include "tools/test/mutant_impl.h"

#include <string.h>

/* ---- rules ---- */

/* A rule that assigns or makes an output is noticed even where it leads the same way. */
static bool has_effects(const json *rule)
{
    return json_get(rule, "Assign") || json_get(rule, "Output");
}

/* Whether what a rule takes goes the same way without it: all that follows it leads there. */
static bool rule_is_spare(const struct asl_state *s, const json *rules, size_t i)
{
    const struct asl_state *to = s->choice.rules[i].next;

    if (has_effects(json_at(rules, i)) || !s->choice.fallback ||
        !mutant_is_same_way(s->choice.fallback, to))
        return false;
    for (size_t k = i + 1; k < s->choice.count; k++)
        if (has_effects(json_at(rules, k)) || !mutant_is_same_way(s->choice.rules[k].next, to))
            return false;
    return true;
}

static bool choices_of(const struct making *k, struct asl_at *out)
{
    return k->s->type == ASL_CHOICE && asl_at_member(k->at, "Choices", out);
}

/* ---- the tests in a rule ---- */

typedef void see_test(struct making *k, size_t rule, const struct asl_at *test);

/* Calls `see` for the test and for all within it: under Not, And, Or. */
static void visit_tests(struct making *k, size_t rule, const struct asl_at *test, see_test *see)
{
    static const char *const lists[] = {"And", "Or"};
    struct asl_at inner, each;

    see(k, rule, test);
    if (asl_at_member(test, "Not", &inner))
        visit_tests(k, rule, &inner, see);
    for (size_t n = 0; n < sizeof lists / sizeof *lists; n++)
        for (size_t i = 0; asl_at_member(test, lists[n], &inner) && i < json_count(inner.value);
             i++) {
            asl_at_index(&inner, i, &each);
            visit_tests(k, rule, &each, see);
        }
}

/* Rules that change nothing are left out with all that is in them: nobody could notice. */
static void each_test(struct making *k, see_test *see)
{
    struct asl_at rules, rule;

    for (size_t i = 0; choices_of(k, &rules) && i < json_count(rules.value); i++) {
        asl_at_index(&rules, i, &rule);
        if (!rule_is_spare(k->s, rules.value, i))
            visit_tests(k, i, &rule, see);
    }
}

/* Whether the test is the whole rule, so that the rules before it tell which values it meets. */
static bool is_whole_rule(const struct asl_at *test)
{
    return json_get(test->value, "Next") != NULL;
}

static bool is_taken_before(const struct asl_at *test, size_t rule, const struct interval *of)
{
    return is_whole_rule(test) && interval_is_taken(test->up->value, rule, test->value, of);
}

/* ---- operators and bounds ---- */

/* "NumericLessThanPath" and "NumericLessThanEqualsPath" are each other's. False: it has none. */
static bool other_operator(const char *name, struct buf *out)
{
    static const char than[] = "Than", equals[] = "Equals";
    const char *at = strstr(name, than);

    if (!at)
        return false;
    at += sizeof than - 1;
    buf_reset(out);
    buf_add(out, name, (size_t)(at - name));
    if (strncmp(at, equals, sizeof equals - 1) == 0)
        at += sizeof equals - 1;
    else
        buf_adds(out, equals);
    buf_adds(out, at);
    return true;
}

static void swap_operator(struct making *k, size_t rule, const struct asl_at *test)
{
    struct buf other = {0};
    struct asl_at member;
    struct interval bound;

    for (size_t i = 0; i < json_count(test->value); i++) {
        const char *name = json_str(json_key_at(test->value, i));
        if (!other_operator(name, &other))
            continue;
        asl_at_index(test, i, &member);
        if (json_is_number(member.value)) {
            double n = json_double_value(member.value);
            bound = (struct interval){.low = n, .high = n};
            if (is_taken_before(test, rule, &bound))
                continue;
        }
        mutant_add(
            k,
            (struct change){test,
                            object_renamed(test->value, i, buf_str(&other), json_ref(member.value)),
                            &member, ASL_KEY, k->s->id},
            "rule %zu has %s instead of %s", rule + 1, buf_str(&other), name);
    }
    buf_clear(&other);
}

void mutate_choice_operator(struct making *k)
{
    each_test(k, swap_operator);
}

/* The bound goes to the side that the other operator doesn't show: > 5 becomes > 6, >= 5 >= 4. */
static void move_bound(struct making *k, size_t rule, const struct asl_at *test)
{
    struct asl_at member;
    struct interval between;

    for (size_t i = 0; i < json_count(test->value); i++) {
        const json *name = json_key_at(test->value, i);
        asl_at_index(test, i, &member);
        if (!strstr(json_str(name), "Than") || json_kind(member.value) != JSON_INT)
            continue;
        bool up =
            json_str_is(name, "NumericGreaterThan") || json_str_is(name, "NumericLessThanEquals");
        int64_t n = json_int_value(member.value);
        if (n == INT64_MAX || n == INT64_MIN)
            continue;
        int64_t moved = up ? n + 1 : n - 1;
        between = (struct interval){.low = (double)(up ? n : moved),
                                    .high = (double)(up ? moved : n),
                                    .low_open = up,
                                    .high_open = !up};
        if (is_taken_before(test, rule, &between))
            continue;
        mutant_add(k, (struct change){&member, json_int(moved), &member, ASL_VALUE, k->s->id},
                   "rule %zu has %s %lld instead of %lld", rule + 1, json_str(name),
                   (long long)moved, (long long)n);
    }
}

void mutate_choice_bound(struct making *k)
{
    each_test(k, move_bound);
}

/* ---- And, Or, Not ---- */

static void swap_logic(struct making *k, size_t rule, const struct asl_at *test)
{
    struct asl_at list;

    for (size_t i = 0; i < json_count(test->value); i++) {
        const json *name = json_key_at(test->value, i);
        bool and = json_str_is(name, "And");
        if (!and&&!json_str_is(name, "Or"))
            continue;
        asl_at_index(test, i, &list);
        if (json_count(list.value) < 2)
            continue;
        mutant_add(
            k,
            (struct change){test,
                            object_renamed(test->value, i, and? "Or" : "And", json_ref(list.value)),
                            &list, ASL_KEY, k->s->id},
            "rule %zu has %s instead of %s", rule + 1, and? "Or" : "And", json_str(name));
    }
}

void mutate_choice_logic(struct making *k)
{
    each_test(k, swap_logic);
}

/* A list of one part stays: And and Or must have one. */
static void drop_operand(struct making *k, size_t rule, const struct asl_at *test)
{
    struct asl_at list, each;

    if (!asl_at_member(test, "And", &list) && !asl_at_member(test, "Or", &list))
        return;
    for (size_t i = 0; json_count(list.value) > 1 && i < json_count(list.value); i++) {
        asl_at_index(&list, i, &each);
        mutant_add(k,
                   (struct change){&list, array_without(list.value, i), &each, ASL_VALUE, k->s->id},
                   "rule %zu lacks part %zu of its %s", rule + 1, i + 1, json_str(list.key));
    }
}

void mutate_choice_operand(struct making *k)
{
    each_test(k, drop_operand);
}

/* What a rule has beside its test. */
static bool is_beside_test(const json *key)
{
    static const char *const names[] = {"Next", "Assign", "Output", "Comment"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (json_str_is(key, names[i]))
            return true;
    return false;
}

/* In a rule the test stands beside Next and the like; Not takes the test alone. */
static json *negated_rule(const json *rule)
{
    struct json_build b = {0}, test = {0};

    json_build_object(&b, 4);
    json_build_object(&test, 2);
    for (size_t i = 0; i < json_count(rule); i++) {
        const json *key = json_key_at(rule, i);
        json_build_set_key(is_beside_test(key) ? &b : &test, json_ref(key),
                           json_ref(json_value_at(rule, i)));
    }
    json_build_set(&b, "Not", json_build_done(&test));
    return json_build_done(&b);
}

/* The text within {% and %} becomes the argument of $not(), whatever operators it has. */
static json *negated_condition(const json *condition)
{
    if (!json_is_string(condition))
        return json_bool(json_kind(condition) == JSON_FALSE);
    return json_stringf("{%% $not(%.*s) %%}", (int)(json_str_len(condition) - 4),
                        json_str(condition) + 2);
}

void mutate_choice_negation(struct making *k)
{
    struct asl_at rules, rule, condition;

    for (size_t i = 0; choices_of(k, &rules) && i < json_count(rules.value); i++) {
        if (rule_is_spare(k->s, rules.value, i))
            continue;
        asl_at_index(&rules, i, &rule);
        if (asl_at_member(&rule, "Condition", &condition))
            mutant_add(k,
                       (struct change){&condition, negated_condition(condition.value), &condition,
                                       ASL_VALUE, k->s->id},
                       "the Condition of rule %zu is negated", i + 1);
        else
            mutant_add(k,
                       (struct change){&rule, negated_rule(rule.value), &rule, ASL_VALUE, k->s->id},
                       "rule %zu is negated", i + 1);
    }
}

/* ---- Conditions ---- */

void mutate_condition(struct making *k)
{
    struct asl_at rules, rule, condition;

    for (size_t i = 0; choices_of(k, &rules) && i < json_count(rules.value); i++) {
        asl_at_index(&rules, i, &rule);
        if (asl_at_member(&rule, "Condition", &condition) && json_is_string(condition.value) &&
            !rule_is_spare(k->s, rules.value, i))
            mutate_condition_text(k, i, &condition);
    }
}

/* ---- rules and Default ---- */

/* A rule that those before it leave nothing for is never taken, so nothing would be missed. */
static bool rule_is_dead(const json *rules, size_t i)
{
    struct interval of;
    const json *rule = json_at(rules, i);

    return interval_of(rule, &of) && interval_is_taken(rules, i, rule, &of);
}

void mutate_rule_dropped(struct making *k)
{
    struct asl_at rules, rule;

    for (size_t i = 0; choices_of(k, &rules) && i < json_count(rules.value); i++) {
        if (rule_is_spare(k->s, rules.value, i) || rule_is_dead(rules.value, i))
            continue;
        asl_at_index(&rules, i, &rule);
        json *by;
        if (json_count(rules.value) > 1) {
            by = array_without(rules.value, i);
            mutant_add(
                k,
                (struct change){&rules, by, &rule, ASL_VALUE, mutant_element(k, ELEMENT_RULE, i)},
                "rule %zu is gone", i + 1);
        } else if (k->s->choice.fallback) {
            /* A Choice without rules is no Choice. */
            struct json_build b = {0};
            json_build_object(&b, 2);
            json_build_set(&b, "Type", json_cstring("Pass"));
            json_build_set(&b, "Next", json_ref(k->s->choice.fallback->name));
            by = json_build_done(&b);
            mutant_add(
                k, (struct change){k->at, by, &rule, ASL_VALUE, mutant_element(k, ELEMENT_RULE, i)},
                "its only rule is gone");
        }
    }
}

/*
 * Rules that can't both be true may stand in any order; nor does the order matter where both lead
 * the same way.
 */
void mutate_rule_order(struct making *k)
{
    const struct asl_rule *compiled = k->s->choice.rules;
    struct asl_at rules, rule;

    for (size_t i = 0; choices_of(k, &rules) && i + 1 < json_count(rules.value); i++) {
        const json *a = json_at(rules.value, i), *b = json_at(rules.value, i + 1);
        bool same = mutant_is_same_way(compiled[i].next, compiled[i + 1].next) && !has_effects(a) &&
                    !has_effects(b);
        if (same || rules_exclude(a, b))
            continue;
        asl_at_index(&rules, i, &rule);
        mutant_add(
            k, (struct change){&rules, array_swapped(rules.value, i), &rule, ASL_VALUE, k->s->id},
            "rules %zu and %zu change places", i + 1, i + 2);
    }
}

void mutate_default_dropped(struct making *k)
{
    struct asl_at fallback;

    if (k->s->type == ASL_CHOICE && asl_at_member(k->at, "Default", &fallback))
        mutant_add(k,
                   (struct change){k->at, object_without(k->at->value, "Default"), &fallback,
                                   ASL_KEY, mutant_element(k, ELEMENT_DEFAULT, 0)},
                   "Default is gone");
}
