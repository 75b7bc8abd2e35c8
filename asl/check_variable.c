/*
 * A branch or iteration may read the variables that its Parallel or Map comes with, and not assign
 * one of the same name: AWS refuses the definition. It takes one whose outer name is assigned
 * later, by a Catcher of that very Parallel for instance. So for each state the set of variables is
 * followed over the graph that some way to it has assigned.
 */

#include "asl/graph.h"
#include "asl/load_impl.h"
#include "parsers/mem.h"

#include <string.h>

/* Of a machine with more names nothing is said: the sets are as wide. */
enum { NAMES_MAX = 1024, BITS = 64 };

struct names {
    const char *text[NAMES_MAX];
    size_t len[NAMES_MAX];
    size_t count, words; /* of a set */
    bool too_many;
};

/* SIZE_MAX: it is not among them. */
static size_t find_name(const struct names *n, const char *text, size_t len)
{
    for (size_t i = 0; i < n->count; i++)
        if (n->len[i] == len && memcmp(n->text[i], text, len) == 0)
            return i;
    return SIZE_MAX;
}

static void add_names(struct names *n, const json *assign, bool jsonata)
{
    for (size_t i = 0; i < json_count(assign); i++) {
        const json *key = json_key_at(assign, i);
        size_t len = graph_variable_len(key, jsonata);
        if (find_name(n, json_str(key), len) != SIZE_MAX)
            continue;
        if (n->count == NAMES_MAX) {
            n->too_many = true;
            return;
        }
        n->text[n->count] = json_str(key);
        n->len[n->count++] = len;
    }
}

/* ---- the names of the machine ---- */

static void collect(void *user, const struct asl_at *assign, bool jsonata)
{
    add_names(user, assign->value, jsonata);
}

/* The names that inner blocks assign: no others matter. */
static void collect_inner(struct names *n, const struct block *b, bool inner)
{
    struct asl_at at;
    struct block below;

    for (size_t i = 0; i < b->scope->count; i++) {
        const struct asl_state *s = &b->scope->states[i];
        asl_at_index(&b->states, i, &at);
        if (inner)
            graph_each_assign(s, &at, collect, n);
        for (size_t k = 0; graph_inner_block(s, &at, k, &below); k++)
            collect_inner(n, &below, true);
    }
}

/* ---- a block: a set for each state ---- */

struct check {
    const struct names *names;
    struct asl_report *report;
    const uint64_t *outer; /* the set that the block's Parallel or Map comes with */
};

static void tell(void *user, const struct asl_at *assign, bool jsonata)
{
    const struct check *c = user;
    struct asl_at at;

    for (size_t i = 0; i < json_count(assign->value); i++) {
        asl_at_index(assign, i, &at);
        size_t len = graph_variable_len(at.key, jsonata);
        size_t name = find_name(c->names, json_str(at.key), len);
        if (name != SIZE_MAX && (c->outer[name / BITS] >> name % BITS & 1))
            asl_report_add(c->report, ASL_ERROR, "VARIABLE_OF_OUTER_SCOPE", &at, ASL_KEY,
                           "give it another name, and let the outer state assign what comes out",
                           "The variable name '%.*s' was already defined in a parent scope.",
                           (int)len, json_str(at.key));
    }
}

static void put(const struct names *n, uint64_t *set, const json *assign, bool jsonata)
{
    for (size_t i = 0; i < json_count(assign); i++) {
        const json *key = json_key_at(assign, i);
        size_t name = find_name(n, json_str(key), graph_variable_len(key, jsonata));
        if (name != SIZE_MAX)
            set[name / BITS] |= (uint64_t)1 << name % BITS;
    }
}

struct flow {
    const struct names *names;
    const struct block *block;
    uint64_t *sets, *leaving;
    bool *seen, *waiting;
    size_t *todo, first, count; /* a ring */
};

static void arrive(struct flow *f, size_t to, const uint64_t *set)
{
    size_t words = f->names->words, states = f->block->scope->count;
    bool news = !f->seen[to];

    for (size_t i = 0; i < words; i++) {
        uint64_t *mine = &f->sets[to * words + i];
        news |= (set[i] & ~*mine) != 0;
        *mine |= set[i];
    }
    f->seen[to] = true;
    if (news && !f->waiting[to]) {
        f->waiting[to] = true;
        f->todo[(f->first + f->count++) % states] = to;
    }
}

static void leave(struct flow *f, size_t from)
{
    const struct asl_state *s = &f->block->scope->states[from];
    size_t words = f->names->words;
    struct asl_at at, place[2], assign;
    struct edge e;

    asl_at_index(&f->block->states, from, &at);
    for (size_t k = 0; graph_edge(s, k, &e); k++) {
        memcpy(f->leaving, f->sets + from * words, words * sizeof *f->leaving);
        if (graph_assign(&at, &e, place, &assign))
            put(f->names, f->leaving, assign.value, s->jsonata);
        arrive(f, (size_t)(e.to - f->block->scope->states), f->leaving);
    }
}

/* `outer`: what the states around have assigned when the block begins. */
static void check_block(const struct check *with, const struct block *b, const uint64_t *outer)
{
    const struct asl_scope *scope = b->scope;
    size_t words = with->names->words;
    struct flow f = {.names = with->names,
                     .block = b,
                     .sets = mem_calloc(scope->count * words, sizeof *f.sets),
                     .leaving = mem_calloc(words, sizeof *f.leaving),
                     .seen = mem_calloc(scope->count, sizeof *f.seen),
                     .waiting = mem_calloc(scope->count, sizeof *f.waiting),
                     .todo = mem_calloc(scope->count, sizeof *f.todo)};
    struct check c = {with->names, with->report, outer};
    struct asl_at at;
    struct block inner;

    arrive(&f, (size_t)(scope->start - scope->states), outer);
    while (f.count) {
        size_t i = f.todo[f.first];
        f.first = (f.first + 1) % scope->count;
        f.count--;
        f.waiting[i] = false;
        leave(&f, i);
    }
    memset(f.leaving, 0, words * sizeof *f.leaving); /* a distributed Map's children get none */
    for (size_t i = 0; i < scope->count; i++) {
        const struct asl_state *s = &scope->states[i];
        bool apart = s->type == ASL_MAP && s->map.distributed;
        asl_at_index(&b->states, i, &at);
        graph_each_assign(s, &at, tell, &c);
        for (size_t k = 0; graph_inner_block(s, &at, k, &inner); k++)
            check_block(with, &inner, apart ? f.leaving : f.sets + i * words);
    }
    mem_free(f.sets);
    mem_free(f.leaving);
    mem_free(f.seen);
    mem_free(f.waiting);
    mem_free(f.todo);
}

static void check_machine(struct loader *l, const struct block *top)
{
    struct names n = {.count = 0};
    struct check c = {&n, l->report, NULL};

    collect_inner(&n, top, false);
    if (n.count == 0 || n.too_many)
        return;
    n.words = (n.count + BITS - 1) / BITS;
    uint64_t *none = mem_calloc(n.words, sizeof *none);
    check_block(&c, top, none);
    mem_free(none);
}

void load_check_variables(struct loader *l, const struct asl_at *top)
{
    struct block b;

    if (l->m->count == l->m->top->count)
        return; /* there are no inner blocks */
    graph_top_block(l->m, top, &b);
    check_machine(l, &b);
}
