/*
 * Rules that can never answer: those behind a rule that takes each call which they are for, and
 * those for items where no state stands in a Map. Whoever writes one means something else, and the
 * case would pass without it.
 */
#include "tools/test/mock_reach.h"

#include "tools/test/mocking.h"
#include "tools/test/schema.h"

/* Returns whether the earlier rule takes all numbers that the later one is for. A rule without the
 * field takes any call; one for all items still takes none outside of a Map. */
static bool covers_numbers(const json *earlier, const json *later, const char *field, bool always)
{
    const json *a = json_get(earlier, field), *b = json_get(later, field);
    int64_t first, last, from = 0, to = INT64_MAX;

    if (!a)
        return true;
    if (!schema_range(a, &first, &last) || (!b && !always) || (b && !schema_range(b, &from, &to)))
        return false;
    return first <= from && last >= to;
}

static bool covers(const json *earlier, const json *later)
{
    const json *when = json_get(earlier, "when"), *too = json_get(later, "when");

    return covers_numbers(earlier, later, "attempt", true) &&
           covers_numbers(earlier, later, "call", true) &&
           covers_numbers(earlier, later, "item", false) &&
           (!when || (too && json_equal(when, too)));
}

static bool reach_is_plain(const json *rule)
{
    return !json_get(rule, "attempt") && !json_get(rule, "call") && !json_get(rule, "item") &&
           !json_get(rule, "when");
}

static void check_covered(const struct asl_at *mock, struct asl_report *report)
{
    const json *rules = mock->value;
    struct asl_at rule;

    for (size_t i = 1; json_is_array(rules) && i < json_count(rules); i++) {
        const json *later = json_at(rules, i);
        size_t k = 0;
        while (k < i && json_is_object(later) &&
               !(json_is_object(json_at(rules, k)) && covers(json_at(rules, k), later)))
            k++;
        if (k == i || !json_is_object(later))
            continue;
        asl_at_index(mock, i, &rule);
        schema_refuse(report, &rule, ASL_VALUE,
                      reach_is_plain(json_at(rules, k))
                          ? "the first rule that fits answers: for one answer after another write "
                            "call: 0 in the first, or attempt: 0 if they are tries"
                          : "the first rule that fits answers: write this one before that",
                      "this rule never answers, as rule %zu takes all of its calls", k + 1);
        return; /* the rules behind it are told when this one is mended */
    }
}

/* ---- items ---- */

static bool is_in_map(const struct asl_state *s)
{
    for (s = s->scope->owner; s; s = s->scope->owner)
        if (s->type == ASL_MAP)
            return true;
    return false;
}

/* Returns whether Tasks fit the key, but none of them stands in a Map. */
static bool has_no_items(const asl_machine *m, const json *key)
{
    bool some = false;

    for (size_t i = 0; i < m->count; i++) {
        if (m->states[i]->type != ASL_TASK || !mocking_may_answer(key, m->states[i]))
            continue;
        if (is_in_map(m->states[i]))
            return false;
        some = true;
    }
    return some;
}

static void check_items(const asl_machine *m, const struct asl_at *mock, const struct asl_at *rule,
                        struct asl_report *report)
{
    struct asl_at item;

    if (json_is_object(rule->value) && asl_at_member(rule, "item", &item) &&
        has_no_items(m, mock->key))
        schema_refuse(report, &item, ASL_KEY, "call: 0 is for the first call of the state",
                      "no Map runs '%s', so this rule never answers", json_str(mock->key));
}

void mock_reach_check(const asl_machine *m, const struct asl_at *mock, struct asl_report *report)
{
    struct asl_at rule;

    check_covered(mock, report);
    if (!m)
        return;
    if (!json_is_array(mock->value))
        check_items(m, mock, mock, report);
    for (size_t i = 0; json_is_array(mock->value) && i < json_count(mock->value); i++) {
        asl_at_index(mock, i, &rule);
        check_items(m, mock, &rule, report);
    }
}
