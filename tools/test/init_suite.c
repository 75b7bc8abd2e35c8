/* The suite of cases that were made: what differs between cases stands in them, the rest in mocks
 * of the suite. */
#include "tools/test/init.h"

#include "parsers/base/mem.h"
#include "parsers/base/utf8.h"
#include "tools/test/init_expect.h"
#include "tools/test/mock_check.h"
#include "tools/test/mock_shape.h"
#include "tools/test/suite_write.h"

#include <string.h>

/* ---- mocks ---- */

static json *mock_rule(const struct scenario_answer *a)
{
    struct json_build b;

    json_build_object(&b, 2);
    if (a->value)
        json_build_set(&b, "return", json_ref(a->value));
    else if (a->error)
        json_build_set(&b, "throw", json_ref(a->error));
    else
        json_build_set(&b, "never", json_bool(true));
    return json_build_done(&b);
}

static json *mock_key(const struct asl_state *s)
{
    struct buf b = {0};

    trial_state_path(&b, s);
    return json_take_buf(&b);
}

/* The calls of one state in a trial. */
struct calls {
    size_t count;
    bool in_order; /* call number n is try number n, so that `attempt` tells them apart */
};

static struct calls init_calls(const trial *t, const struct asl_state *s)
{
    const struct trial_made_call *const none = NULL;
    const struct trial_made_call *calls = none;
    size_t all = trial_calls(t, &calls);
    struct calls out = {.in_order = true};

    for (size_t i = 0; i < all; i++) {
        if (calls[i].state != s)
            continue;
        out.in_order &= calls[i].attempt == out.count;
        out.count++;
    }
    return out;
}

/* The rules for the calls of a state, in runs of the same answer; the last run is for all that
 * follow. What is as `base` says needs none: NULL. */
static json *mock_rules(const struct init_case *c, const struct asl_state *s, const json *base)
{
    struct calls calls = init_calls(c->played.trial, s);
    struct json_build list;
    size_t first = 0;

    json_build_array(&list, 2);
    for (size_t i = 0; i < calls.count; i++) {
        json *rule = mock_rule(scenario_answer(c->scenario, s, i));
        json *next = i + 1 < calls.count ? mock_rule(scenario_answer(c->scenario, s, i + 1)) : NULL;
        bool ends = !next || !json_equal(rule, next);
        if (ends && !(!next && base && json_equal(rule, base))) {
            json *range = i == first ? json_int((int64_t)i) : json_stringf("%zu-%zu", first, i);
            struct json_build with;
            json_build_object(&with, 2);
            if (next)
                json_build_set(&with, calls.in_order ? "attempt" : "call", json_ref(range));
            for (size_t k = 0; k < json_count(rule); k++)
                json_build_set_key(&with, json_ref((json *)(uintptr_t)json_key_at(rule, k)),
                                   json_ref((json *)(uintptr_t)json_value_at(rule, k)));
            json_build_add(&list, json_build_done(&with));
            json_unref(range);
        }
        if (ends)
            first = i + 1;
        json_unref(rule);
        json_unref(next);
    }
    json *rules = json_build_done(&list);
    if (json_count(rules) > 1)
        return rules;
    json *one = json_count(rules) ? json_ref((json *)(uintptr_t)json_at(rules, 0)) : NULL;
    json_unref(rules);
    return one;
}

/* What the states return at first in the first case that calls them: mocks of the whole suite. */
static json *base_mocks(const struct init *i)
{
    const asl_machine *m = i->machine->machine;
    struct json_build b;

    json_build_object(&b, 4);
    for (size_t s = 0; s < m->count; s++)
        for (size_t c = 0; c < i->count; c++) {
            const struct scenario_answer *a;
            if (m->states[s]->type != ASL_TASK ||
                !init_calls(i->cases[c].played.trial, m->states[s]).count)
                continue;
            a = scenario_answer(i->cases[c].scenario, m->states[s], 0);
            if (!a->value)
                continue;
            json_build_set_key(&b, mock_key(m->states[s]), mock_rule(a));
            break;
        }
    return json_build_done(&b);
}

static json *case_mocks(const struct init *i, const struct init_case *c, const json *base)
{
    const asl_machine *m = i->machine->machine;
    struct json_build b;

    json_build_object(&b, 2);
    for (size_t s = 0; s < m->count; s++) {
        if (m->states[s]->type != ASL_TASK)
            continue;
        json *key = mock_key(m->states[s]);
        json *rules = mock_rules(c, m->states[s], json_get_key(base, key));
        if (rules)
            json_build_set_key(&b, json_ref(key), rules);
        json_unref(key);
    }
    return json_build_done(&b);
}

/* ---- the suite ---- */

/* Returns whether all that the mocks of the suite return is what the services give. */
static bool base_is_given(const struct init *i, const json *base)
{
    const asl_machine *m = i->machine->machine;
    bool given = true;

    for (size_t s = 0; given && s < m->count; s++) {
        json *key = mock_key(m->states[s]);
        const json *rule = json_get_key(base, key);
        const json *v = rule ? json_get(rule, "return") : NULL;
        given = !v || mock_shape_fits(m->states[s], v);
        json_unref(key);
    }
    return given;
}

/* Returns whether all that the case's Tasks return is what the services give. */
static bool case_is_given(const struct init *i, const struct init_case *c)
{
    const asl_machine *m = i->machine->machine;

    for (size_t s = 0; s < m->count; s++) {
        bool task = m->states[s]->type == ASL_TASK;
        size_t calls = task ? init_calls(c->played.trial, m->states[s]).count : 0;
        for (size_t n = 0; n < calls; n++) {
            const struct scenario_answer *a = scenario_answer(c->scenario, m->states[s], n);
            if ((a->value && !mock_shape_fits(m->states[s], a->value)) ||
                (a->error && !mock_check_error(m->states[s], a->error)))
                return false;
        }
    }
    return true;
}

/* An error that no mock throws is the definition's own, or comes of data that fit it badly: its
 * cause says which. */
static void set_why_it_fails(struct json_build *b, const struct init_case *c)
{
    enum { MOST_SHOWN = 300 };
    const struct asl_error *e = rt_exec_error(trial_exec(c->played.trial));

    if (!e || !e->name || !json_str_is(e->name, "States.Runtime") || !e->cause)
        return;
    size_t len = utf8_cut(json_str(e->cause), json_str_len(e->cause), MOST_SHOWN);
    json_build_set(b, "about",
                   json_stringf("It fails with States.Runtime: %.*s%s", (int)len,
                                json_str(e->cause), len < json_str_len(e->cause) ? " …" : ""));
}

static json *init_case_value(const struct init *i, const struct init_case *c, const json *base,
                             bool checks, struct json_set *told)
{
    json *mocks = case_mocks(i, c, base);
    struct json_build b;

    json_build_object(&b, 7);
    set_why_it_fails(&b, c);
    if (c->scenario->first)
        json_build_set(&b, "start", mock_key(c->scenario->first));
    if (checks && !case_is_given(i, c))
        json_build_set(&b, "check", json_cstring("none"));
    json_build_set(&b, "input", json_ref(c->scenario->input));
    if (json_count(c->scenario->objects))
        json_build_set(&b, "buckets", scenario_buckets(c->scenario, i->machine->machine));
    if (json_count(c->scenario->variables))
        json_build_set(&b, "variables", json_ref(c->scenario->variables));
    if (json_count(mocks))
        json_build_set(&b, "mocks", json_ref(mocks));
    json_build_set(&b, "expect", init_expectations(i, c, told));
    json_unref(mocks);
    return json_build_done(&b);
}

static json *missing_remark(const struct init *i)
{
    struct buf out = {0};

    buf_adds(&out, "What no case passes, as no input or mock for it was found:\n");
    for (size_t k = 0; k < i->missing_count; k++) {
        buf_adds(&out, "  ");
        size_t from = out.len;
        element_write(&out, &i->machine->elements->all[i->missing[k].element]);
        buf_printf(&out, "%s%s", *i->missing[k].why ? ": " : "", i->missing[k].why);
        /* A state's name may have the end of a line in it, which would begin another remark. */
        for (; from < out.len; from++)
            if (out.data[from] == '\n')
                out.data[from] = ' ';
        buf_addc(&out, '\n');
    }
    return json_take_buf(&out);
}

static json *case_remarks(const struct init *i)
{
    struct json_build b, one;

    json_build_object(&b, 2);
    for (size_t k = 0; k < i->count; k++) {
        bool given = case_is_given(i, &i->cases[k]);
        if (!i->cases[k].scenario->first && given)
            continue;
        json_build_object(&one, 2);
        if (i->cases[k].scenario->first)
            json_build_set(
                &one, "start",
                json_cstring("It begins in the midst, as no way there that ends so was found."));
        if (!given)
            json_build_set(
                &one, "check",
                json_cstring("A mock is not what its service gives: nothing else was found."));
        json_build_set(&b, i->cases[k].name, json_build_done(&one));
    }
    return json_build_done(&b);
}

json *init_remarks(const struct init *i)
{
    static const struct {
        const char *member, *text;
    } remarks[] = {
        {"definition",
         "Made by asl test --init: cases that pass each way through the definition, with what\n"
         "came of them. Look at what is expected, and change it to what should be."},
        {"mocks", "What Tasks return unless a case says otherwise."},
        {"defaults", "Some mocks are not what their services give: nothing else was found."},
    };
    struct json_build b;

    json_build_object(&b, 5);
    for (size_t k = 0; k < sizeof remarks / sizeof *remarks; k++)
        json_build_set(&b, remarks[k].member, json_cstring(remarks[k].text));
    json_build_set(&b, "cases", case_remarks(i));
    if (i->missing_count)
        json_build_set(&b, "", missing_remark(i));
    return json_build_done(&b);
}

json *init_suite(const struct init *i, const char *path, const char *definition,
                 json *substitutions)
{
    json *base = base_mocks(i);
    struct json_set told = {0};
    struct json_build more, cases, check;

    json_build_object(&more, 2);
    json_build_object(&cases, i->count);
    if (json_count(base))
        json_build_set(&more, "mocks", json_ref(base));
    bool checks = base_is_given(i, base);
    if (!checks) {
        json_build_object(&check, 1);
        json_build_set(&check, "check", json_cstring("none"));
        json_build_set(&more, "defaults", json_build_done(&check));
    }
    for (size_t k = 0; k < i->count; k++)
        json_build_set(&cases, i->cases[k].name,
                       init_case_value(i, &i->cases[k], base, checks, &told));
    json_set_clear(&told);
    json_unref(base);
    return suite_of_cases(path, definition, substitutions, json_build_done(&more),
                          json_build_done(&cases));
}
