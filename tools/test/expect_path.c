/*
 * Expectations about the way that an execution took: the states of the machine itself, those that
 * were entered anywhere, and what each iteration and branch went through.
 */
#include "tools/test/expect_impl.h"

#include <string.h>

const char *expect_path_named(const struct checking *k, const json *name)
{
    const trial_states *states = k->c->suite->states;
    const struct asl_state *s = trial_states_find(states, json_str(name), NULL);

    return s ? trial_states_path(states, s) : json_str(name);
}

/* Counts how often the state was entered. */
static size_t count_visits(const struct checking *k, const json *visits, const json *state)
{
    const char *path = expect_path_named(k, state);
    size_t count = 0;

    for (size_t i = 0; i < json_count(visits); i++)
        count += json_str_is(json_at(visits, i), path);
    return count;
}

/* States joined by arrows; `marked` < json_count: that one stands in brackets. */
static void write_way(struct buf *out, const json *states, size_t marked)
{
    for (size_t i = 0; i < json_count(states); i++)
        buf_printf(out, "%s%s%s%s", i ? " → " : "", i == marked ? "[" : "",
                   json_str(json_at(states, i)), i == marked ? "]" : "");
}

/* Only the place where the ways part is marked, in both of them: all behind it differs anyway. */
static void expect_way(struct checking *k, const char *what, const struct asl_at *at,
                       const json *actual)
{
    size_t wants = json_count(at->value), has = json_count(actual), i = 0;
    struct buf expected = {0}, taken = {0};

    while (i < wants && i < has && json_equal(json_at(at->value, i), json_at(actual, i)))
        i++;
    if (i == wants && i == has)
        return;
    write_way(&expected, at->value, i);
    write_way(&taken, actual, i);
    if (i >= wants)
        buf_adds(&expected, " and then the end");
    if (i >= has)
        buf_adds(&taken, has ? " and then ended" : "nothing");
    failures_add_parts(k->out, expect_place(at), what, buf_str(&expected), "\n  but took ",
                       buf_str(&taken));
    buf_clear(&expected);
    buf_clear(&taken);
}

/* The member of `path` of the nearest layer that has it: a list is the member `exact`. */
static bool path_member(const struct test_case *c, const char *name, struct asl_at *out)
{
    for (size_t i = 0; i < c->layer_count; i++) {
        struct asl_at path;
        if (!layer_expects(c, i, "path", &path))
            continue;
        bool exact = json_is_array(path.value) && strcmp(name, "exact") == 0;
        if (exact)
            *out = path;
        if (exact || asl_at_member(&path, name, out)) {
            out->up = NULL;
            return true;
        }
    }
    return false;
}

static void expect_contains(struct checking *k, const json *visits)
{
    struct asl_at list, state;

    if (!path_member(k->c, "contains", &list))
        return;
    for (size_t i = 0; i < json_count(list.value); i++) {
        asl_at_index(&list, i, &state);
        if (!count_visits(k, visits, state.value))
            failures_add(k->out, expect_place(&state), "path", "'%s' was never entered",
                         json_str(state.value));
    }
}

static void expect_never(struct checking *k, const json *visits)
{
    struct asl_at list, state;

    if (!path_member(k->c, "never", &list))
        return;
    for (size_t i = 0; i < json_count(list.value); i++) {
        asl_at_index(&list, i, &state);
        size_t count = count_visits(k, visits, state.value);
        if (count)
            failures_add(k->out, expect_place(&state), "path", "'%s' was entered%s",
                         json_str(state.value), count > 1 ? " more than once" : "");
    }
}

/*
 * Other states may stand between those that are named. The first that is missing is told; the rest
 * would follow from it.
 */
static void expect_order(struct checking *k, const json *visits)
{
    struct asl_at list, state;
    size_t from = 0;

    if (!path_member(k->c, "order", &list))
        return;
    for (size_t i = 0; i < json_count(list.value); i++) {
        asl_at_index(&list, i, &state);
        const char *path = expect_path_named(k, state.value);
        while (from < json_count(visits) && !json_str_is(json_at(visits, from), path))
            from++;
        if (from++ < json_count(visits))
            continue;
        failures_add(k->out, expect_place(&state), "path", "'%s' was not entered %s%s%s",
                     json_str(state.value), i ? "behind '" : "at all",
                     i ? json_str(json_at(list.value, i - 1)) : "", i ? "'" : "");
        return;
    }
}

/* A count may be a matcher, too, so it is compared as any value is. */
static void expect_counts(struct checking *k, const json *visits)
{
    struct asl_at counts, count;

    if (!path_member(k->c, "counts", &counts))
        return;
    for (size_t i = 0; i < json_count(counts.value); i++) {
        struct buf what = {0};
        asl_at_index(&counts, i, &count);
        json *actual = json_int((int64_t)count_visits(k, visits, count.key));
        buf_printf(&what, "visits of %s", json_str(count.key));
        expect_compare(k, buf_str(&what), &count, actual, false);
        json_unref(actual);
        buf_clear(&what);
    }
}

void expect_path(struct checking *k)
{
    static void (*const parts[])(struct checking *, const json *) = {expect_contains, expect_order,
                                                                     expect_never, expect_counts};
    struct asl_at exact;

    if (path_member(k->c, "exact", &exact))
        expect_way(k, "path", &exact, result_member(k->r, "path"));
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        parts[i](k, result_member(k->r, "visits"));
}

/* Names the chains of the same Map or Parallel, of many the last. */
static void write_chains_like(struct buf *out, const json *chains, const char *name)
{
    size_t group = (size_t)(strrchr(name, '[') - name) + 1, count = 0;
    const char *last = NULL;

    for (size_t i = 0; i < json_count(chains); i++) {
        const char *one = json_str(json_key_at(chains, i));
        if (strncmp(one, name, group) != 0 || strchr(one + group, '['))
            continue;
        last = one;
        count++;
    }
    if (count == 0)
        buf_printf(out, "'%.*s' had none", (int)group - 1, name);
    else
        buf_printf(out, "'%.*s' had %zu, the last of them %s", (int)group - 1, name, count, last);
}

/* A branch or iteration that never ran has an empty way, which an expectation may name as well. */
static void expect_chain(struct checking *k, const struct asl_at *chain)
{
    const json *chains = result_member(k->r, "chains");
    const json *actual = json_get_key(chains, chain->key);
    struct buf what = {0}, wanted = {0}, others = {0};

    buf_printf(&what, "chain %s", json_str(chain->key));
    if (actual || !json_count(chain->value)) {
        expect_way(k, buf_str(&what), chain, actual ? actual : json_empty_array());
    } else {
        write_way(&wanted, chain->value, 0);
        write_chains_like(&others, chains, json_str(chain->key));
        failures_add_parts(k->out, expect_place(chain), buf_str(&what), buf_str(&wanted),
                           "\n  but there was no such iteration or branch: ", buf_str(&others));
    }
    buf_clear(&what);
    buf_clear(&wanted);
    buf_clear(&others);
}

void expect_chains(struct checking *k)
{
    expect_each(k, "chains", expect_chain);
}
