/*
 * A branch or iteration may read the variables that its Parallel or Map comes with, and not assign
 * one of the same name: AWS refuses the definition. It takes one whose outer name is assigned
 * later, by a Catcher of that very Parallel for instance. So for each state the set of variables is
 * followed over the graph that some way to it has assigned.
 */

#include "asl/load/graph.h"
#include "asl/load/load_impl.h"
#include "parsers/base/mem.h"

#include <string.h>

/* Of a machine with more names nothing is said: the sets are as wide. */
enum { NAMES_MAX = 1024, BITS = 64 };

struct names {
    struct json_build all; /* an object, whose keys they are */
    size_t words;          /* of a set */
    bool too_many;
};

/* SIZE_MAX: it is not among them. */
static size_t check_variable_find_name(const struct names *n, const char *text, size_t len)
{
    return json_find(n->all.v, text, len);
}

static void check_variable_add_names(struct names *n, const json *assign, bool jsonata)
{
    for (size_t i = 0; i < json_count(assign) && !n->too_many; i++) {
        const json *key = json_key_at(assign, i);
        size_t len = graph_variable_len(key, jsonata);
        json_build_set_key(&n->all, json_string(json_str(key), len), json_null());
        n->too_many = json_count(n->all.v) > NAMES_MAX;
    }
}

/* ---- the names of the machine ---- */

static void check_variable_collect(void *user, const struct asl_at *assign, bool jsonata)
{
    check_variable_add_names(user, assign->value, jsonata);
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
            graph_each_assign(s, &at, check_variable_collect, n);
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

static void check_variable_tell(void *user, const struct asl_at *assign, bool jsonata)
{
    const struct check *c = user;
    struct asl_at at;

    for (size_t i = 0; i < json_count(assign->value); i++) {
        asl_at_index(assign, i, &at);
        size_t len = graph_variable_len(at.key, jsonata);
        size_t name = check_variable_find_name(c->names, json_str(at.key), len);
        if (name != SIZE_MAX && (c->outer[name / BITS] >> name % BITS & 1))
            asl_report_add(c->report, ASL_ERROR, "VARIABLE_OF_OUTER_SCOPE", &at, ASL_KEY,
                           "give it another name, and let the outer state assign what comes out",
                           "The variable name '%.*s' was already defined in a parent scope.",
                           (int)len, json_str(at.key));
    }
}

/* Adds the names to the set; true when it has not had all of them. */
static bool check_variable_put(const struct names *n, uint64_t *set, const json *assign,
                               bool jsonata)
{
    bool grows = false;

    for (size_t i = 0; i < json_count(assign); i++) {
        const json *key = json_key_at(assign, i);
        size_t name = check_variable_find_name(n, json_str(key), graph_variable_len(key, jsonata));
        if (name == SIZE_MAX)
            continue;
        uint64_t bit = (uint64_t)1 << name % BITS;
        grows |= !(set[name / BITS] & bit);
        set[name / BITS] |= bit;
    }
    return grows;
}

/*
 * States in a loop have all that one of its ways assigns: there is one set for all of them, so that
 * the sets come to rest whatever the graph is.
 */
struct flow {
    const struct names *names;
    const struct block *block;
    size_t *component; /* of each state; `count` of those that nothing leads to */
    size_t count;
    uint64_t *sets; /* of the components, and one that is empty */
};

static uint64_t *set_of(const struct flow *f, size_t state)
{
    return f->sets + f->component[state] * f->names->words;
}

/* Adds what is assigned before the state and on the way out of it. */
static bool check_variable_join(void *user, const struct leaving *l, const struct edge *e,
                                size_t to)
{
    const struct flow *f = user;
    uint64_t *set = set_of(f, to), *from = set_of(f, l->from);
    struct asl_at place[2], assign;
    bool grows = false;

    for (size_t i = 0; i < f->names->words; i++) {
        grows |= (from[i] & ~set[i]) != 0;
        set[i] |= from[i];
    }
    if (graph_assign(&l->at, e, place, &assign))
        grows |= check_variable_put(f->names, set, assign.value, l->state->jsonata);
    return grows;
}

static void check_variable_spread(struct flow *f, const uint64_t *outer)
{
    const struct asl_scope *scope = f->block->scope;
    const struct graph_flow flow = {.user = f, .join = check_variable_join, .loops_share = true};

    f->count = graph_components(scope, f->component);
    f->sets = mem_calloc((f->count + 1) * f->names->words, sizeof *f->sets);
    memcpy(set_of(f, (size_t)(scope->start - scope->states)), outer,
           f->names->words * sizeof *f->sets);
    graph_solve(f->block, &flow);
}

static void check_block(const struct check *with, const struct block *b, const uint64_t *outer);

/* What the block's states and the blocks inside assign, now that the sets are known. */
static void check_states(const struct check *with, struct flow *f, const uint64_t *outer)
{
    struct check c = {with->names, with->report, outer};
    const struct block *b = f->block;
    /* A distributed Map's children get none. */
    const uint64_t *none = f->sets + f->count * f->names->words;
    struct asl_at at;
    struct block inner;

    for (size_t i = 0; i < b->scope->count; i++) {
        const struct asl_state *s = &b->scope->states[i];
        bool apart = s->type == ASL_MAP && s->map.distributed;
        asl_at_index(&b->states, i, &at);
        graph_each_assign(s, &at, check_variable_tell, &c);
        for (size_t k = 0; graph_inner_block(s, &at, k, &inner); k++)
            check_block(with, &inner, apart ? none : set_of(f, i));
    }
}

/* `outer`: what the states around have assigned when the block begins. */
static void check_block(const struct check *with, const struct block *b, const uint64_t *outer)
{
    struct flow f = {.names = with->names,
                     .block = b,
                     .component = mem_calloc(b->scope->count, sizeof *f.component)};

    check_variable_spread(&f, outer);
    check_states(with, &f, outer);
    mem_free(f.component);
    mem_free(f.sets);
}

static void check_machine(struct loader *l, const struct block *top)
{
    struct names n = {.words = 0};
    struct check c = {&n, l->report, NULL};
    size_t count;

    json_build_object(&n.all, 0);
    collect_inner(&n, top, false);
    count = json_count(n.all.v);
    if (count && !n.too_many) {
        n.words = (count + BITS - 1) / BITS;
        uint64_t *none = mem_calloc(n.words, sizeof *none);
        check_block(&c, top, none);
        mem_free(none);
    }
    json_build_drop(&n.all);
}

void load_check_variables(struct loader *l, const struct asl_at *top)
{
    struct block b;

    if (l->m->count == l->m->top->count)
        return; /* there are no inner blocks */
    graph_top_block(l->m, top, &b);
    check_machine(l, &b);
}
