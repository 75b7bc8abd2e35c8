/*
 * Warnings of variables. For each state, two sets are followed over the graph: the variables that
 * some way to it has assigned, and those that each way has.
 */

#include "asl/warn_impl.h"
#include "parsers/mem.h"

#include <string.h>

/* The sets are looked up name by name: of a machine with more names nothing is said. */
enum { NAMES_MAX = 1000 };

struct name {
    const char *text;
    size_t len;
    bool read;
};

struct analysis {
    struct warner *w;
    struct block top;
    struct arena arena; /* of the texts of names */
    struct name *names;
    size_t count, cap;
    bool too_many;
};

/* SIZE_MAX when there are too many. */
static size_t name_index(struct analysis *a, const char *text, size_t len)
{
    for (size_t i = 0; i < a->count; i++)
        if (a->names[i].len == len && memcmp(a->names[i].text, text, len) == 0)
            return i;
    if (a->count == NAMES_MAX) {
        a->too_many = true;
        return SIZE_MAX;
    }
    MEM_GROW(a->names, a->count, a->cap);
    a->names[a->count] = (struct name){arena_strndup(&a->arena, text, len), len, false};
    return a->count++;
}

/* ---- Assign ---- */

/* A member of an Assign. */
typedef void see_assigned(struct analysis *a, const struct asl_at *at, size_t name, void *user);

static void each_member(struct analysis *a, const struct asl_at *assign, bool jsonata,
                        see_assigned *see, void *user)
{
    struct asl_at member;

    for (size_t i = 0; i < json_count(assign->value); i++) {
        asl_at_index(assign, i, &member);
        size_t name = name_index(a, json_str(member.key), graph_variable_len(member.key, jsonata));
        if (name != SIZE_MAX)
            see(a, &member, name, user);
    }
}

struct assigned {
    struct analysis *a;
    see_assigned *see;
    void *user;
};

static void see_members(void *user, const struct asl_at *assign, bool jsonata)
{
    const struct assigned *to = user;

    each_member(to->a, assign, jsonata, to->see, to->user);
}

static void each_assign(struct analysis *a, const struct asl_state *s, const struct asl_at *at,
                        see_assigned *see, void *user)
{
    struct assigned to = {a, see, user};

    graph_each_assign(s, at, see_members, &to);
}

/* ---- the names of the machine ---- */

static void note_assigned(struct analysis *a, const struct asl_at *at, size_t name, void *user)
{
    /* Being among the names is all. */
    (void)a;
    (void)at;
    (void)name;
    (void)user;
}

static void note_read(void *user, const struct asl_at *at, const char *text, size_t len)
{
    struct analysis *a = user;
    size_t name = name_index(a, text, len);

    (void)at;
    if (name != SIZE_MAX)
        a->names[name].read = true;
}

static void collect(struct analysis *a, const struct block *b)
{
    struct asl_at at;
    struct block inner;

    for (size_t i = 0; i < b->scope->count; i++) {
        const struct asl_state *s = &b->scope->states[i];
        asl_at_index(&b->states, i, &at);
        each_assign(a, s, &at, note_assigned, NULL);
        warn_variables(a->w, s, &at, note_read, a);
        for (size_t k = 0; graph_inner_block(s, &at, k, &inner); k++)
            collect(a, &inner);
    }
}

void warn_forget_variables(struct warner *w)
{
    if (!w->variables)
        return;
    arena_clear(&w->variables->arena);
    mem_free(w->variables->names);
    mem_free(w->variables);
    w->variables = NULL;
}

/* NULL: there are none, or too many. */
static struct analysis *names_of(struct warner *w)
{
    struct analysis *a = w->variables;

    if (!a) {
        a = w->variables = mem_calloc(1, sizeof *a);
        a->w = w;
        graph_top_block(w->m, w->top, &a->top);
        collect(a, &a->top);
    }
    return a->count && !a->too_many ? a : NULL;
}

/* ---- the sets of a block: a row for each state, in which each name has a place ---- */

struct sets {
    bool *some, *each, *seen;
    bool *leaving_some, *leaving_each; /* one row */
};

static void sets_init(struct sets *s, const struct analysis *a, const struct asl_scope *scope)
{
    s->some = mem_calloc(scope->count * a->count, sizeof *s->some);
    s->each = mem_calloc(scope->count * a->count, sizeof *s->each);
    s->seen = mem_calloc(scope->count, sizeof *s->seen);
    s->leaving_some = mem_calloc(a->count, sizeof *s->leaving_some);
    s->leaving_each = mem_calloc(a->count, sizeof *s->leaving_each);
}

static void sets_clear(struct sets *s)
{
    mem_free(s->some);
    mem_free(s->each);
    mem_free(s->seen);
    mem_free(s->leaving_some);
    mem_free(s->leaving_each);
}

/* One may come to state `to` with these; true when that is news. */
static bool arrive(const struct analysis *a, struct sets *sets, size_t to, const bool *some,
                   const bool *each)
{
    bool *s = sets->some + to * a->count, *e = sets->each + to * a->count;
    bool news = !sets->seen[to];

    for (size_t i = 0; i < a->count; i++) {
        bool all = sets->seen[to] ? e[i] && each[i] : each[i];
        news |= (some[i] && !s[i]) || all != e[i];
        s[i] |= some[i];
        e[i] = all;
    }
    sets->seen[to] = true;
    return news;
}

static void put(struct analysis *a, const struct asl_at *at, size_t name, void *user)
{
    struct sets *sets = user;

    (void)a;
    (void)at;
    sets->leaving_some[name] = sets->leaving_each[name] = true;
}

/* Goes out of a state each way; true when that was news to a state behind it. */
static bool leave(struct analysis *a, struct sets *sets, const struct block *b, size_t from)
{
    const struct asl_state *s = &b->scope->states[from];
    struct asl_at at, place[2], assign;
    struct edge e;
    bool news = false;

    asl_at_index(&b->states, from, &at);
    for (size_t k = 0; graph_edge(s, k, &e); k++) {
        memcpy(sets->leaving_some, sets->some + from * a->count, a->count * sizeof(bool));
        memcpy(sets->leaving_each, sets->each + from * a->count, a->count * sizeof(bool));
        if (graph_assign(&at, &e, place, &assign))
            each_member(a, &assign, s->jsonata, put, sets);
        news |= arrive(a, sets, (size_t)(e.to - b->scope->states), sets->leaving_some,
                       sets->leaving_each);
    }
    return news;
}

/* ---- what is read, with what has been assigned before ---- */

typedef void see_read(struct analysis *a, const struct asl_at *at, size_t name, bool some,
                      bool each);

struct reading {
    struct analysis *a;
    see_read *see;
    const bool *some, *each;
};

static void read_variable(void *user, const struct asl_at *at, const char *text, size_t len)
{
    const struct reading *r = user;
    size_t name = name_index(r->a, text, len);

    r->see(r->a, at, name, r->some[name], r->each[name]);
}

/* Comes into the block with what some and each way to it has assigned. */
static void follow(struct analysis *a, const struct block *b, see_read *see, const bool *some,
                   const bool *each)
{
    bool *none = mem_calloc(a->count, sizeof *none);
    bool news = true;
    struct sets sets;
    struct block inner;
    struct asl_at at;

    sets_init(&sets, a, b->scope);
    arrive(a, &sets, (size_t)(b->scope->start - b->scope->states), some, each);
    while (news) {
        news = false;
        for (size_t i = 0; i < b->scope->count; i++)
            if (sets.seen[i])
                news |= leave(a, &sets, b, i);
    }
    for (size_t i = 0; i < b->scope->count; i++) {
        const struct asl_state *s = &b->scope->states[i];
        struct reading r = {a, see, sets.some + i * a->count, sets.each + i * a->count};
        /* The executions of a distributed Map have none of its variables. */
        bool apart = s->type == ASL_MAP && s->map.distributed;
        asl_at_index(&b->states, i, &at);
        warn_variables(a->w, s, &at, read_variable, &r);
        for (size_t k = 0; graph_inner_block(s, &at, k, &inner); k++)
            follow(a, &inner, see, apart ? none : r.some, apart ? none : r.each);
    }
    sets_clear(&sets);
    mem_free(none);
}

static void follow_all(struct warner *w, see_read *see)
{
    struct analysis *a = names_of(w);

    if (!a)
        return;
    bool *none = mem_calloc(a->count, sizeof *none);
    follow(a, &a->top, see, none, none);
    mem_free(none);
}

static void see_never(struct analysis *a, const struct asl_at *at, size_t name, bool some,
                      bool each)
{
    (void)each;
    if (!some)
        warn_at(a->w, at, ASL_VALUE, "No way to this state assigns $%.*s", (int)a->names[name].len,
                a->names[name].text);
}

void warn_variable_never_assigned(struct warner *w)
{
    follow_all(w, see_never);
}

static void see_maybe(struct analysis *a, const struct asl_at *at, size_t name, bool some,
                      bool each)
{
    if (some && !each)
        warn_at(a->w, at, ASL_VALUE, "Not each way to this state assigns $%.*s",
                (int)a->names[name].len, a->names[name].text);
}

void warn_variable_maybe_unassigned(struct warner *w)
{
    follow_all(w, see_maybe);
}

/* ---- what is assigned, whatever the way ---- */

static void see_unused(struct analysis *a, const struct asl_at *at, size_t name, void *user)
{
    (void)user;
    if (a->names[name].read)
        return;
    warn_at(a->w, at, ASL_KEY, "Nothing reads $%.*s", (int)a->names[name].len, a->names[name].text);
    a->names[name].read = true; /* it is told once */
}

static void each_assign_below(struct analysis *a, const struct block *b, see_assigned *see,
                              void *user)
{
    struct asl_at at;
    struct block inner;

    for (size_t i = 0; i < b->scope->count; i++) {
        asl_at_index(&b->states, i, &at);
        each_assign(a, &b->scope->states[i], &at, see, user);
        for (size_t k = 0; graph_inner_block(&b->scope->states[i], &at, k, &inner); k++)
            each_assign_below(a, &inner, see, user);
    }
}

void warn_unused_variable(struct warner *w)
{
    struct analysis *a = names_of(w);

    if (a)
        each_assign_below(a, &a->top, see_unused, NULL);
}
