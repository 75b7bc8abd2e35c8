/*
 * Values for needs: those that are about one place are tried together on candidates that the
 * comparisons themselves suggest (their bounds and what lies beside them), by the evaluator that
 * executions use.
 */
#include "tools/test/solve.h"

#include "asl/eval/choice.h"
#include "parsers/base/count.h"
#include "parsers/base/mem.h"
#include "parsers/base/timestamp.h"
#include "tools/test/mock_shape.h"

#include <string.h>

void pins_clear(struct pins *p)
{
    for (size_t i = 0; i < p->count; i++) {
        mem_free(p->all[i].origin);
        json_unref(p->all[i].test);
    }
    mem_free(p->all);
    *p = (struct pins){0};
}

/* Forgets what the owner asked for: it is about to ask for something else. */
static void pins_drop(struct pins *p, size_t owner)
{
    size_t kept = 0;

    for (size_t i = 0; i < p->count; i++) {
        if (p->all[i].owner != owner) {
            p->all[kept++] = p->all[i];
            continue;
        }
        mem_free(p->all[i].origin);
        json_unref(p->all[i].test);
    }
    p->count = kept;
}

/* ---- trying ---- */

struct check {
    const asl_test *test;
    const json *text;
    bool truth;
};

/* All that has to hold of the value at one place. */
struct group {
    char *key; /* the origin; NULL: it can't be set */
    const struct origin *origin;
    const json *now;
    struct check *checks;
    size_t count, cap;
    const json **candidates;
    size_t candidate_count, candidate_cap;
    const json *chosen;
    bool keeps; /* what it has is good */
};

struct solving {
    const struct history *h;
    struct group *groups;
    size_t count, cap;
};

/*
 * Evaluates the comparison on an object whose member `v` is the value. Without a value the member
 * is missing, which IsPresent asks about. A test that can't be compiled holds for nothing.
 */
static bool check_holds(struct arena *a, const struct check *c, const json *v)
{
    struct json_build b;
    struct asl_error error = {0};

    json_build_object(&b, 1);
    if (v)
        json_build_set(&b, "v", json_ref((json *)(uintptr_t)v));
    const json *input = arena_keep(a, json_build_done(&b));
    int got = c->test ? asl_test_eval(c->test, &(struct asl_env){.input = input}, &error) : -1;
    asl_error_clear(&error);
    return got == (int)c->truth;
}

static bool all_hold(struct arena *a, const struct group *g, const json *v)
{
    for (size_t i = 0; i < g->count; i++)
        if (!check_holds(a, &g->checks[i], v))
            return false;
    return true;
}

static void add_check(struct arena *a, struct group *g, const json *text, bool truth)
{
    struct asl_report report = {0};
    struct check c = {.text = text, .truth = truth};

    c.test = asl_test_compile(a, &(struct asl_at){.value = text}, false, &report);
    asl_report_clear(&report);
    MEM_GROW(g->checks, g->count, g->cap);
    g->checks[g->count++] = c;
}

/*
 * Needs of values that come from one place are one group: one value has to satisfy all of them. A
 * need that can't be set has a group of its own, which holds or doesn't.
 */
static struct group *group_of(struct solving *s, const struct need *n)
{
    struct buf key = {0};

    if (n->settable)
        origin_write(&key, &n->origin);
    for (size_t i = 0; n->settable && i < s->count; i++)
        if (s->groups[i].key && !strcmp(s->groups[i].key, buf_str(&key))) {
            buf_clear(&key);
            return &s->groups[i];
        }
    MEM_GROW(s->groups, s->count, s->cap);
    struct group *g = &s->groups[s->count++];
    *g = (struct group){.now = n->now, .origin = &n->origin};
    if (n->settable) {
        buf_str(&key);
        g->key = buf_take(&key);
    }
    return g;
}

/* ---- candidates ---- */

static void suggest(struct arena *a, struct group *g, json *v)
{
    MEM_GROW(g->candidates, g->candidate_count, g->candidate_cap);
    g->candidates[g->candidate_count++] = arena_keep(a, v);
}

/* Texts beside the one that a comparison names, for when those are all that is left. */
static void suggest_beside(struct arena *a, struct group *g, const json *text)
{
    suggest(a, g, json_stringf("%sx", json_str(text)));
    suggest(a, g, json_stringf("x%s", json_str(text)));
}

/* What a pattern stands for: its stars by some text, or by none. */
static void suggest_pattern(struct arena *a, struct group *g, const json *pattern)
{
    for (int full = 1; full >= 0; full--) {
        struct buf b = {0};
        for (const char *p = json_str(pattern); *p; p++) {
            if (*p == '\\' && p[1])
                buf_addc(&b, *++p);
            else if (*p != '*')
                buf_addc(&b, *p);
            else if (full)
                buf_addc(&b, '1'); /* a digit is good for numbers, too */
        }
        suggest(a, g, json_take_buf(&b));
    }
}

/*
 * The bound itself and both sides of it: one of them is good for <, <=, = and the like, true or
 * false.
 */
static void suggest_number(struct arena *a, struct group *g, const json *n)
{
    suggest(a, g, json_ref((json *)(uintptr_t)n));
    for (int by = 1; by >= -1; by -= 2)
        suggest(a, g,
                json_kind(n) == JSON_INT ? json_int(json_int_value(n) + by)
                                         : json_double(json_double_value(n) + by));
}

/* A second before and after the bound, by the same thought as for numbers. */
static void suggest_time(struct arena *a, struct group *g, const json *text)
{
    struct timestamp t;

    suggest(a, g, json_ref((json *)(uintptr_t)text));
    if (!timestamp_parse(json_str(text), json_str_len(text), &t))
        return;
    for (int by = 1; by >= -1; by -= 2) {
        struct buf b = {0};
        timestamp_write(&b, t.ms + by * 1000);
        suggest(a, g, json_take_buf(&b));
    }
}

/*
 * Operators that compare with a path have their value elsewhere, and the general suggestions must
 * do.
 */
static void suggest_for(struct arena *a, struct group *g, const struct check *c)
{
    for (size_t i = 0; i < json_count(c->text); i++) {
        const char *operator= json_str(json_key_at(c->text, i));
        const json *v = json_value_at(c->text, i);
        if (!strcmp(operator, "Variable"))
            continue;
        if (!strcmp(operator, "StringMatches"))
            suggest_pattern(a, g, v);
        else if (!strncmp(operator, "Timestamp", 9))
            suggest_time(a, g, v);
        else if (json_is_string(v))
            suggest(a, g, json_ref((json *)(uintptr_t)v));
        else if (json_is_number(v))
            suggest_number(a, g, v);
    }
}

/* Between two bounds there may be only a fraction. */
static void suggest_between(struct arena *a, struct group *g)
{
    size_t count = g->candidate_count;

    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < i && count < 40; k++)
            if (json_is_number(g->candidates[i]) && json_is_number(g->candidates[k]))
                suggest(a, g,
                        json_double((json_double_value(g->candidates[i]) +
                                     json_double_value(g->candidates[k])) /
                                    2));
}

struct suggesting {
    struct arena *a;
    struct group *g;
};

static void suggest_word(void *user, const char *text, size_t len)
{
    const struct suggesting *s = user;

    suggest(s->a, s->g, json_string(text, len));
}

/*
 * The order matters: the first that fits is taken, and reads best in the case. Values of the
 * comparisons come first, then words that the service's model has, then plain ones.
 */
static void suggest_all(struct arena *a, struct group *g)
{
    const struct origin *o = g->origin;

    for (size_t i = 0; i < g->count; i++)
        suggest_for(a, g, &g->checks[i]);
    if (o->task && !o->change_count)
        mock_shape_words(o->task, &o->steps, suggest_word, &(struct suggesting){a, g});
    suggest(a, g, json_cstring("other"));
    for (size_t i = g->candidate_count; i-- > 0;)
        if (json_is_string(g->candidates[i]))
            suggest_beside(a, g, g->candidates[i]);
    suggest(a, g, json_int(1));
    suggest(a, g, json_int(0));
    suggest(a, g, json_bool(true));
    suggest(a, g, json_bool(false));
    suggest(a, g, json_cstring("2024-01-01T00:00:00Z"));
    suggest(a, g, json_cstring(""));
    suggest(a, g, json_null());
    suggest(a, g, json_ref((json *)(uintptr_t)json_empty_object()));
    suggest_between(a, g);
}

/* ---- solving ---- */

/* Returns whether the service may answer so. A value that does not come from a Task may be
 * anything. */
static bool solve_is_given(const struct solving *s, const struct group *g, const json *v)
{
    const struct origin *o = g->origin;

    if (!o->task || o->change_count)
        return true;
    json *whole = steps_set(origin_whole(s->h->scenario, o), &o->steps, v);
    bool fits = mock_shape_fits(o->task, whole);
    json_unref(whole);
    return fits;
}

/* Finds a value that all checks of the group take, if there is one that the service gives. False:
 * there is none. */
static bool group_choose(const struct solving *s, struct group *g)
{
    struct arena *a = s->h->arena;

    g->keeps = all_hold(a, g, g->now);
    if (g->keeps || !g->key)
        return g->keeps;
    suggest_all(a, g);
    for (size_t i = 0; i < g->candidate_count; i++) {
        if (!all_hold(a, g, g->candidates[i]))
            continue;
        bool given = solve_is_given(s, g, g->candidates[i]);
        if (given || !g->chosen)
            g->chosen = g->candidates[i];
        if (given)
            return true;
    }
    return g->chosen || all_hold(a, g, NULL);
}

/*
 * A value that an earlier choice has asked for must go on to satisfy that when a later one asks for
 * more.
 */
static void add_pins(struct solving *s, const struct pins *pins, size_t owner)
{
    for (size_t i = 0; i < s->count; i++)
        for (size_t k = 0; s->groups[i].key && k < pins->count; k++)
            if (pins->all[k].owner != owner && !strcmp(pins->all[k].origin, s->groups[i].key))
                add_check(s->h->arena, &s->groups[i], pins->all[k].test, pins->all[k].truth);
}

static void keep_pins(const struct needs *needs, struct pins *pins, size_t owner)
{
    pins_drop(pins, owner);
    for (size_t i = 0; i < needs->count; i++) {
        const struct need *n = &needs->all[i];
        struct buf key = {0};
        if (!n->settable)
            continue;
        origin_write(&key, &n->origin);
        buf_str(&key);
        MEM_GROW(pins->all, pins->count, pins->cap);
        pins->all[pins->count++] =
            (struct pin){buf_take(&key), json_ref((json *)(uintptr_t)n->test), n->truth, owner};
    }
}

static void tell_unsolved(const struct origin *o, struct buf *why)
{
    buf_adds(why, "no value is all that the rules ask of '");
    buf_adds(why, o->variables ? "$" : "");
    steps_write(why, &o->steps);
    buf_adds(why, o->task || o->map ? "', which " : "'");
    if (o->task)
        buf_printf(why, "'%s' returns", json_str(o->task->name));
    if (o->map)
        buf_printf(why, "'%s' reads from a file", json_str(o->map->name));
}

/* One group that has no value is enough: the rule can't be brought about in this way. */
static bool choose_all(struct solving *s, struct buf *why)
{
    for (size_t i = 0; i < s->count; i++) {
        struct group *g = &s->groups[i];
        if (group_choose(s, g))
            continue;
        if (g->key && why->len == 0)
            tell_unsolved(g->origin, why);
        return false;
    }
    return true;
}

static void solving_clear(struct solving *s)
{
    for (size_t i = 0; i < s->count; i++) {
        mem_free(s->groups[i].key);
        mem_free(s->groups[i].checks);
        mem_free((void *)(uintptr_t)s->groups[i].candidates);
    }
    mem_free(s->groups);
}

/*
 * Asks what must hold for the rule to be the one that is taken, finds a value for each place, and
 * puts them into the scenario. Pins are kept only when all went well.
 */
enum solved solve_choice(const struct history *h, size_t visit, size_t rule, size_t alternative,
                         struct scenario *s, struct pins *pins, size_t owner, size_t *alternatives,
                         struct buf *why)
{
    struct solving solving = {.h = h};
    struct needs needs = {0};
    enum solved how = UNSOLVED;

    bool good = condition_needs(h, visit, rule, alternative, &needs, why);
    *alternatives = needs.alternatives;
    for (size_t i = 0; good && i < needs.count; i++)
        add_check(h->arena, group_of(&solving, &needs.all[i]), needs.all[i].test,
                  needs.all[i].truth);
    if (good) {
        add_pins(&solving, pins, owner);
        good = choose_all(&solving, why);
    }
    for (size_t i = 0; good && i < solving.count; i++) {
        const struct group *g = &solving.groups[i];
        how = how == UNSOLVED ? SOLVED_ALREADY : how;
        if (!g->keeps && origin_put(s, h->arena, g->origin, g->chosen))
            how = SOLVED;
    }
    if (good)
        keep_pins(&needs, pins, owner);
    solving_clear(&solving);
    needs_clear(&needs);
    return how;
}
