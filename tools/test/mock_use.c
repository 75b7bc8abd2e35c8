/*
 * Rules are counted through, those of a layer's first mock first, so that a list of numbers tells
 * of all of them, in a record as well.
 */
#include "tools/test/mock_use.h"

#include "tools/test/mocking.h"
#include "tools/test/record.h"

#include <string.h>

/* ---- telling ---- */

/* Why nothing called for it, where the definition shows that nothing ever could; else nothing. */
static void write_why_uncalled(struct buf *out, const struct test_case *c, const json *key)
{
    const struct asl_state *s = trial_states_find(c->suite->states, json_str(key), NULL);

    if (s && (s->type == ASL_MAP || s->type == ASL_PARALLEL))
        buf_printf(out,
                   ": a %s is played, and its Tasks have mocks; what all of it gives can be mocked "
                   "where it runs alone (state: %s)",
                   asl_type_names[s->type], json_str(key));
    else if (!s && !mocking_fits_some(key, c->suite->machine.machine))
        buf_adds(out, ", which fits no Task of the definition");
}

static void tell_uncalled(const struct test_case *c, const struct asl_at *mock, bool table,
                          struct failures *out)
{
    struct buf why = {0};

    write_why_uncalled(&why, c, mock->key);
    failures_add(out, mock->places->key, "mocks", "%s called for the mock '%s'%s",
                 table ? "no row" : "nothing", json_str(mock->key), buf_str(&why));
    buf_clear(&why);
}

/* A rule for any call stands behind others for the case that they don't fit. */
static bool takes_any(const json *rule)
{
    return !json_get(rule, "attempt") && !json_get(rule, "call") && !json_get(rule, "item") &&
           !json_get(rule, "when");
}

static enum mock_use use_at(const json *uses, size_t i)
{
    const json *v = i < json_count(uses) ? json_at(uses, i) : NULL;

    return v && json_kind(v) == JSON_INT ? (enum mock_use)json_int_value(v) : MOCK_ANSWERED;
}

/* The rules of one mock are the `count` from `first` on. */
static void tell_mock(const struct test_case *c, const struct asl_at *mock, const json *uses,
                      size_t first, size_t count, bool table, struct failures *out)
{
    const char *rows = table ? " of any row" : "";
    enum mock_use best = MOCK_UNCALLED;
    struct asl_at rule;

    for (size_t i = 0; i < count; i++)
        if (use_at(uses, first + i) < best)
            best = use_at(uses, first + i);
    if (best == MOCK_UNCALLED) {
        tell_uncalled(c, mock, table, out);
        return;
    }
    if (best == MOCK_FITTED_NONE) {
        failures_add(out, mock->places->key, "mocks",
                     "the mock '%s' has answered no call%s: none of them fits what it says of "
                     "attempt, call, item and when",
                     json_str(mock->key), rows);
        return;
    }
    /* A state that runs alone calls once, so only one rule of a list can answer. */
    for (size_t i = 0; json_is_array(mock->value) && !case_text(c, "state") && i < count; i++) {
        asl_at_index(mock, i, &rule);
        if (use_at(uses, first + i) != MOCK_ANSWERED && !takes_any(rule.value))
            failures_add(out, rule.places->value, "mocks",
                         "rule %zu of the mock '%s' has answered no call%s", i + 1,
                         json_str(mock->key), rows);
    }
}

static void tell_layer(const struct test_case *c, const struct asl_at *layer, const json *uses,
                       bool table, struct failures *out)
{
    struct asl_at mocks, mock;
    size_t first = 0;

    if (!uses || !asl_at_member(layer, "mocks", &mocks))
        return;
    for (size_t i = 0; i < json_count(mocks.value); i++) {
        asl_at_index(&mocks, i, &mock);
        size_t count = json_is_array(mock.value) ? json_count(mock.value) : 1;
        tell_mock(c, &mock, uses, first, count, table, out);
        first += count;
    }
}

void mock_use_tell(const struct test_case *c, const struct asl_at *layer, const json *uses,
                   struct failures *out)
{
    tell_layer(c, layer, uses, false, out);
}

/* ---- tables ---- */

/* Takes `a`. */
static json *best_of(json *a, const json *b)
{
    struct json_build best = {0};

    json_build_array(&best, json_count(a));
    for (size_t i = 0; i < json_count(a); i++)
        json_build_add(&best, json_int(use_at(a, i) < use_at(b, i) ? use_at(a, i) : use_at(b, i)));
    json_unref(a);
    return json_build_done(&best);
}

/* All rows have passed: a mock that none of them used fails the last one. */
static json *judge_table(const struct mock_table *t, const struct test_case *c, json *record)
{
    struct failures failures = {0};

    tell_layer(c, c->table, t->uses, true, &failures);
    if (failures.count)
        record = record_fail_table(record, c, &failures);
    failures_clear(&failures);
    return record;
}

json *mock_table_hear(struct mock_table *t, const struct test_case *c, json *record)
{
    const json *uses = json_get(record, "uses");

    if (!c->rows)
        return record;
    if (t->of != c->table) {
        mock_table_clear(t);
        t->of = c->table;
    }
    if (c->row != t->passed || !json_str_is(json_get(record, "outcome"), "passed"))
        return record;
    t->passed++;
    if (uses)
        t->uses = t->uses ? best_of(t->uses, uses) : json_ref(uses);
    return t->passed == c->rows ? judge_table(t, c, record) : record;
}

void mock_table_clear(struct mock_table *t)
{
    json_unref(t->uses);
    *t = (struct mock_table){0};
}
