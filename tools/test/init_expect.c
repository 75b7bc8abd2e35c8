/*
 * What a case that was made expects. It is played once more on another day, under another name and
 * with other chance: what comes out otherwise then would not hold for long, and is not expected.
 */
#include "tools/test/init_expect.h"

#include "parsers/base/mem.h"
#include "tools/test/result.h"

#include <string.h>

enum { SMALL_OUTPUT = 1000 };

/* A value that stands for itself: without names that begin as matchers do. Nested as deep as it. */
static bool stands_for_itself(const json *v)
{
    for (size_t i = 0; json_is_array(v) && i < json_count(v); i++)
        if (!stands_for_itself(json_at(v, i)))
            return false;
    for (size_t i = 0; json_is_object(v) && i < json_count(v); i++)
        if (json_str_begins(json_key_at(v, i), "$") || !stands_for_itself(json_value_at(v, i)))
            return false;
    return true;
}

static json *anything(void)
{
    struct json_build b;

    json_build_object(&b, 1);
    json_build_set(&b, "$any", json_bool(true));
    return json_build_done(&b);
}

/* Returns `v` with a matcher where it is another value than `other`: that follows from the time, a
 * name or chance. Nested as deep as it. */
static json *settled(const json *v, const json *other)
{
    bool object = json_is_object(v) && json_is_object(other);
    bool array = json_is_array(v) && json_is_array(other) && json_count(v) == json_count(other);
    struct json_build b;

    if (json_equal(v, other))
        return json_ref((json *)(uintptr_t)v);
    if (!object && !array)
        return anything();
    if (array)
        json_build_array(&b, json_count(v));
    else
        json_build_object(&b, json_count(v));
    for (size_t i = 0; i < json_count(v); i++) {
        const json *now = array ? json_at(v, i) : json_value_at(v, i);
        const json *then = array ? json_at(other, i) : json_get_key(other, json_key_at(v, i));
        json *one = then ? settled(now, then) : anything();
        if (array)
            json_build_add(&b, one);
        else
            json_build_set_key(&b, json_ref((json *)(uintptr_t)json_key_at(v, i)), one);
    }
    return json_build_done(&b);
}

/* A case, and how it is played once more otherwise. */
struct expecting {
    const asl_machine *machine;
    result *now, *otherwise;
    struct json_set *told; /* the calls of states that cases before this one expect */
};

/* Returns what is expected of a state's calls: what each sends, or how many there are. NULL: that
 * follows from chance. */
static json *calls_expected(const json *calls, const json *others)
{
    struct json_build list, count;
    bool plain = true;

    if (!others || json_count(others) != json_count(calls))
        return NULL;
    json_build_array(&list, json_count(calls));
    for (size_t i = 0; i < json_count(calls); i++) {
        const json *v = json_get(json_at(calls, i), "input"),
                   *other = json_get(json_at(others, i), "input");
        plain &= v && other && stands_for_itself(v);
        json_build_add(&list, v && other ? settled(v, other) : json_null());
    }
    json *sent = json_build_done(&list);
    if (plain && json_text_len(sent) <= SMALL_OUTPUT)
        return sent;
    json_unref(sent);
    json_build_object(&count, 1);
    json_build_set(&count, "count", json_int((int64_t)json_count(calls)));
    return json_build_done(&count);
}

/* What one case expects of a state's calls needs no other to say it again. */
static bool is_told_before(struct json_set *told, const json *state, const json *calls)
{
    struct json_build b;
    size_t before = told->count;

    json_build_array(&b, 2);
    json_build_add(&b, json_ref((json *)(uintptr_t)state));
    json_build_add(&b, json_ref((json *)(uintptr_t)calls));
    json *both = json_build_done(&b);
    bool known = json_set_add(told, both) < before;
    json_unref(both);
    return known;
}

static void init_expect_calls(const struct expecting *x, struct json_build *out)
{
    const json *now = result_member(x->now, "calls"),
               *otherwise = result_member(x->otherwise, "calls");
    struct json_build b;

    json_build_object(&b, 4);
    for (size_t i = 0; now && otherwise && i < json_count(now); i++) {
        const json *state = json_key_at(now, i);
        const struct asl_state *s = trial_find_state(x->machine, json_str(state), NULL);
        if (!s || s->type != ASL_TASK)
            continue;
        json *calls = calls_expected(json_value_at(now, i), json_get_key(otherwise, state));
        if (calls && !is_told_before(x->told, state, calls))
            json_build_set_key(&b, json_ref((json *)(uintptr_t)state), json_ref(calls));
        json_unref(calls);
    }
    json *all = json_build_done(&b);
    if (json_count(all))
        json_build_set(out, "calls", json_ref(all));
    json_unref(all);
}

/* Expects what is the same however the case is played, if it is long enough to be worth a line. */
static void expect_settled(const struct expecting *x, struct json_build *out)
{
    const json *took = result_member(x->now, "duration"), *chains = result_member(x->now, "chains");

    if (took && json_double_value(took) > 0 &&
        json_equal(took, result_member(x->otherwise, "duration")))
        json_build_set(out, "duration", json_ref((json *)(uintptr_t)took));
    if (chains && json_count(chains) && json_text_len(chains) <= SMALL_OUTPUT &&
        stands_for_itself(chains) && json_equal(chains, result_member(x->otherwise, "chains")))
        json_build_set(out, "chains", json_ref((json *)(uintptr_t)chains));
}

json *init_expectations(const struct init *i, const struct init_case *c, struct json_set *told)
{
    static const char *const members[] = {"status", "error", "path", "output"};
    struct played otherwise = scenario_play_otherwise(
        c->scenario, (asl_machine *)(uintptr_t)i->machine->machine, json_str(i->machine->name));
    struct expecting x = {i->machine->machine, result_new(c->played.trial),
                          result_new(otherwise.trial), told};
    struct json_build b;

    json_build_object(&b, 8);
    for (size_t n = 0; n < sizeof members / sizeof *members; n++) {
        const json *v = result_member(x.now, members[n]);
        const json *other = result_member(x.otherwise, members[n]);
        bool output = strcmp(members[n], "output") == 0;
        bool fits = v && json_kind(v) != JSON_NULL && stands_for_itself(v) &&
                    (!output || json_text_len(v) <= SMALL_OUTPUT);
        if (fits)
            json_build_set(&b, members[n],
                           output && other ? settled(v, other) : json_ref((json *)(uintptr_t)v));
    }
    expect_settled(&x, &b);
    init_expect_calls(&x, &b);
    result_free(x.now);
    result_free(x.otherwise);
    played_clear(&otherwise);
    return json_build_done(&b);
}
