/*
 * Warnings of variables. For each state, two sets are followed over the graph: the variables that
 * some way to it has assigned, and those that each way has.
 */

#include "asl/warn/warn_impl.h"
#include "parsers/base/mem.h"

#include <string.h>

/* Of a machine with more names nothing is said: the sets are as wide. */
enum { NAMES_MAX = 1024, BITS = 64 };

struct analysis {
    struct warner *w;
    struct block top;
    struct json_build names; /* an object, whose keys they are */
    bool *read;              /* of each name: something reads it */
    size_t cap;
    bool too_many;
};

static size_t count_names(const struct analysis *a)
{
    return json_count(a->names.v);
}

static const char *name_text(const struct analysis *a, size_t name)
{
    return json_str(json_key_at(a->names.v, name));
}

/* SIZE_MAX when there are too many. */
static size_t name_index(struct analysis *a, const char *text, size_t len)
{
    size_t i = json_find(a->names.v, text, len), count = count_names(a);

    if (i != SIZE_MAX)
        return i;
    if (count == NAMES_MAX) {
        a->too_many = true;
        return SIZE_MAX;
    }
    MEM_GROW(a->read, count, a->cap);
    a->read[count] = false;
    json_build_set_key(&a->names, json_string(text, len), json_null());
    return count;
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
        a->read[name] = true;
}

/* All that is assigned or read anywhere: each name gets a bit. */
static void warn_variable_collect(struct analysis *a, const struct block *b)
{
    struct asl_at at;
    struct block inner;

    for (size_t i = 0; i < b->scope->count; i++) {
        const struct asl_state *s = &b->scope->states[i];
        asl_at_index(&b->states, i, &at);
        each_assign(a, s, &at, note_assigned, NULL);
        warn_variables(a->w, s, &at, note_read, a);
        for (size_t k = 0; graph_inner_block(s, &at, k, &inner); k++)
            warn_variable_collect(a, &inner);
    }
}

void warn_forget_variables(struct warner *w)
{
    if (!w->variables)
        return;
    json_build_drop(&w->variables->names);
    mem_free(w->variables->read);
    mem_free(w->variables);
    w->variables = NULL;
}

/*
 * The names of the machine; NULL when there are none, or too many. They are made by the first of
 * the three warnings that is wanted, and kept for the others.
 */
static struct analysis *names_of(struct warner *w)
{
    struct analysis *a = w->variables;

    if (!a) {
        a = w->variables = mem_calloc(1, sizeof *a);
        a->w = w;
        json_build_object(&a->names, 0);
        graph_top_block(w->m, w->top, &a->top);
        warn_variable_collect(a, &a->top);
    }
    return count_names(a) && !a->too_many ? a : NULL;
}

/* ---- the sets of a block: a row for each state, in which each name has a bit ---- */

struct sets {
    struct analysis *a;
    size_t words; /* of a row */
    uint64_t *some, *each;
    bool *seen;
    uint64_t *leaving_some, *leaving_each; /* one row */
};

static size_t words_of(const struct analysis *a)
{
    return (count_names(a) + BITS - 1) / BITS;
}

static bool has_name(const uint64_t *row, size_t name)
{
    return row[name / BITS] >> name % BITS & 1;
}

static void sets_init(struct sets *s, struct analysis *a, const struct asl_scope *scope)
{
    s->a = a;
    s->words = words_of(a);
    s->some = mem_calloc(scope->count * s->words, sizeof *s->some);
    s->each = mem_calloc(scope->count * s->words, sizeof *s->each);
    s->seen = mem_calloc(scope->count, sizeof *s->seen);
    s->leaving_some = mem_calloc(s->words, sizeof *s->leaving_some);
    s->leaving_each = mem_calloc(s->words, sizeof *s->leaving_each);
}

static void sets_clear(struct sets *s)
{
    mem_free(s->some);
    mem_free(s->each);
    mem_free(s->seen);
    mem_free(s->leaving_some);
    mem_free(s->leaving_each);
}

/* One may come to state `to` with these. True: that is news. */
static bool warn_variable_arrive(struct sets *sets, size_t to, const uint64_t *some,
                                 const uint64_t *each)
{
    uint64_t *s = sets->some + to * sets->words, *e = sets->each + to * sets->words;
    bool news = !sets->seen[to];

    for (size_t i = 0; i < sets->words; i++) {
        uint64_t all = sets->seen[to] ? e[i] & each[i] : each[i];
        news |= (some[i] & ~s[i]) != 0 || all != e[i];
        s[i] |= some[i];
        e[i] = all;
    }
    sets->seen[to] = true;
    return news;
}

static void warn_variable_put(struct analysis *a, const struct asl_at *at, size_t name, void *user)
{
    struct sets *sets = user;
    uint64_t bit = (uint64_t)1 << name % BITS;

    (void)a;
    (void)at;
    sets->leaving_some[name / BITS] |= bit;
    sets->leaving_each[name / BITS] |= bit;
}

/* What is assigned on a way out is not known on the others. */
static bool warn_variable_join(void *user, const struct leaving *l, const struct edge *e, size_t to)
{
    struct sets *sets = user;
    size_t words = sets->words;
    struct asl_at place[2], assign;

    memcpy(sets->leaving_some, sets->some + l->from * words, words * sizeof *sets->some);
    memcpy(sets->leaving_each, sets->each + l->from * words, words * sizeof *sets->each);
    if (graph_assign(&l->at, e, place, &assign))
        each_member(sets->a, &assign, l->state->jsonata, warn_variable_put, sets);
    return warn_variable_arrive(sets, to, sets->leaving_some, sets->leaving_each);
}

/* ---- what is read, with what has been assigned before ---- */

typedef void see_read(struct analysis *a, const struct asl_at *at, size_t name, bool some,
                      bool each);

struct reading {
    struct analysis *a;
    see_read *see;
    const uint64_t *some, *each;
};

static void read_variable(void *user, const struct asl_at *at, const char *text, size_t len)
{
    const struct reading *r = user;
    size_t name = name_index(r->a, text, len);

    r->see(r->a, at, name, has_name(r->some, name), has_name(r->each, name));
}

static void warn_variable_follow(struct analysis *a, const struct block *b, see_read *see,
                                 const uint64_t *some, const uint64_t *each);

/* What the block's states and the blocks inside read, now that the sets are known. */
static void read_states(struct analysis *a, const struct block *b, see_read *see,
                        const struct sets *sets)
{
    uint64_t *none = mem_calloc(sets->words, sizeof *none);
    struct block inner;
    struct asl_at at;

    for (size_t i = 0; i < b->scope->count; i++) {
        const struct asl_state *s = &b->scope->states[i];
        struct reading r = {a, see, sets->some + i * sets->words, sets->each + i * sets->words};
        /* The executions of a distributed Map have none of its variables. */
        bool apart = s->type == ASL_MAP && s->map.distributed;
        asl_at_index(&b->states, i, &at);
        warn_variables(a->w, s, &at, read_variable, &r);
        for (size_t k = 0; graph_inner_block(s, &at, k, &inner); k++)
            warn_variable_follow(a, &inner, see, apart ? none : r.some, apart ? none : r.each);
    }
    mem_free(none);
}

/* Comes into the block with what some and each way to it has assigned. */
static void warn_variable_follow(struct analysis *a, const struct block *b, see_read *see,
                                 const uint64_t *some, const uint64_t *each)
{
    struct sets sets;

    sets_init(&sets, a, b->scope);
    warn_variable_arrive(&sets, (size_t)(b->scope->start - b->scope->states), some, each);
    if (graph_solve(b, &(struct graph_flow){.user = &sets, .join = warn_variable_join}))
        read_states(a, b, see, &sets);
    sets_clear(&sets);
}

static void follow_all(struct warner *w, see_read *see)
{
    struct analysis *a = names_of(w);

    if (!a)
        return;
    uint64_t *none = mem_calloc(words_of(a), sizeof *none);
    warn_variable_follow(a, &a->top, see, none, none);
    mem_free(none);
}

/* A variable that no way assigns is no "maybe": it is told here alone. */
static void see_never(struct analysis *a, const struct asl_at *at, size_t name, bool some,
                      bool each)
{
    (void)each;
    if (!some)
        warn_at(a->w, at, ASL_VALUE, "No way to this state assigns $%s", name_text(a, name));
}

void warn_variable_never_assigned(struct warner *w)
{
    follow_all(w, see_never);
}

static void see_maybe(struct analysis *a, const struct asl_at *at, size_t name, bool some,
                      bool each)
{
    if (some && !each)
        warn_at(a->w, at, ASL_VALUE, "Not each way to this state assigns $%s", name_text(a, name));
}

void warn_variable_maybe_unassigned(struct warner *w)
{
    follow_all(w, see_maybe);
}

/* ---- what is assigned, whatever the way ---- */

static void see_unused(struct analysis *a, const struct asl_at *at, size_t name, void *user)
{
    (void)user;
    if (a->read[name])
        return;
    warn_at(a->w, at, ASL_KEY, "Nothing reads $%s", name_text(a, name));
    a->read[name] = true; /* it is told once */
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
