/*
 * A machine without errors as a graph: ways out of states, loops, blocks, and what can be known
 * before a state runs. Machines have ten thousand states and more, so nothing here recurses along
 * edges, and each walk looks at each edge once, or (graph_solve) a few times.
 */

#include "asl/load/graph.h"

#include "asl/load/field.h"
#include "parsers/base/mem.h"

#include <string.h>

bool graph_edge(const struct asl_state *s, size_t k, struct edge *out)
{
    if (k < s->catchers) {
        *out = (struct edge){EDGE_CATCH, k, s->catch[k].next};
        return true;
    }
    bool chooses = s->type == ASL_CHOICE;
    size_t rules = chooses ? s->choice.count : 0;
    const struct asl_state *last = chooses ? s->choice.fallback : s->next;
    k -= s->catchers;
    if (k < rules) {
        *out = (struct edge){EDGE_RULE, k, s->choice.rules[k].next};
        return true;
    }
    if (k > rules || !last)
        return false;
    *out = (struct edge){chooses ? EDGE_DEFAULT : EDGE_NEXT, 0, last};
    return true;
}

/* A state on the way down, and which of its edges is the next to be followed. */
struct descent {
    size_t state, edge;
};

size_t graph_order(const struct asl_scope *scope, size_t *order)
{
    struct descent *way = mem_calloc(scope->count, sizeof *way);
    bool *seen = mem_calloc(scope->count, sizeof *seen);
    size_t depth = 0, left = scope->count;
    struct edge e;

    way[depth++] = (struct descent){(size_t)(scope->start - scope->states), 0};
    seen[way[0].state] = true;
    while (depth) {
        struct descent *last = &way[depth - 1];
        if (!graph_edge(&scope->states[last->state], last->edge++, &e)) {
            order[--left] = last->state;
            depth--;
            continue;
        }
        if (!e.to)
            continue;
        size_t to = (size_t)(e.to - scope->states);
        if (!seen[to]) {
            seen[to] = true;
            way[depth++] = (struct descent){to, 0};
        }
    }
    mem_free(way);
    mem_free(seen);
    memmove(order, order + left, (scope->count - left) * sizeof *order);
    return scope->count - left;
}

/* Tarjan's search, with a stack of its own. */
struct search {
    const struct asl_scope *scope;
    size_t *component, count;
    size_t *entered, *lowest; /* 0: not entered; the earliest one that it leads back to */
    struct descent *way;
    size_t depth, *open, open_count, clock;
};

static void graph_enter(struct search *s, size_t state)
{
    s->way[s->depth++] = (struct descent){state, 0};
    s->open[s->open_count++] = state;
    s->entered[state] = s->lowest[state] = ++s->clock;
}

/* All that follows the last state on the way has been seen. */
static void graph_finish(struct search *s)
{
    size_t state = s->way[--s->depth].state, out;

    if (s->depth) {
        size_t up = s->way[s->depth - 1].state;
        if (s->lowest[state] < s->lowest[up])
            s->lowest[up] = s->lowest[state];
    }
    if (s->lowest[state] != s->entered[state])
        return;
    do {
        out = s->open[--s->open_count];
        s->component[out] = s->count;
        s->lowest[out] = SIZE_MAX; /* no longer open */
    } while (out != state);
    s->count++;
}

static void search_from(struct search *s, size_t start)
{
    struct edge e;

    graph_enter(s, start);
    while (s->depth) {
        struct descent *last = &s->way[s->depth - 1];
        if (!graph_edge(&s->scope->states[last->state], last->edge++, &e)) {
            graph_finish(s);
            continue;
        }
        size_t to = (size_t)(e.to - s->scope->states);
        if (!s->entered[to])
            graph_enter(s, to);
        else if (s->lowest[to] != SIZE_MAX && s->entered[to] < s->lowest[last->state])
            s->lowest[last->state] = s->entered[to];
    }
}

size_t graph_components(const struct asl_scope *scope, size_t *component)
{
    size_t states = scope->count;
    struct search s = {.scope = scope,
                       .component = component,
                       .entered = mem_calloc(states, sizeof *s.entered),
                       .lowest = mem_calloc(states, sizeof *s.lowest),
                       .way = mem_calloc(states, sizeof *s.way),
                       .open = mem_calloc(states, sizeof *s.open)};

    search_from(&s, (size_t)(scope->start - scope->states));
    for (size_t i = 0; i < states; i++)
        if (!s.entered[i])
            component[i] = s.count;
    mem_free(s.entered);
    mem_free(s.lowest);
    mem_free(s.way);
    mem_free(s.open);
    return s.count;
}

bool graph_is_end(const struct asl_state *s)
{
    return s->type != ASL_CHOICE && !s->next;
}

void graph_top_block(const asl_machine *m, const struct asl_at *top, struct block *out)
{
    out->scope = m->top;
    asl_at_member(top, "States", &out->states);
}

/*
 * The States of a branch or processor, with the chain of places that leads there, kept in `out`
 * since each place points at the one above it.
 */
bool graph_inner_block(const struct asl_state *s, const struct asl_at *at, size_t k,
                       struct block *out)
{
    if (s->type == ASL_PARALLEL && k < s->parallel.count) {
        field_blocks(at, &out->outer[0]);
        asl_at_index(&out->outer[0], k, &out->outer[1]);
        out->scope = s->parallel.branches[k];
    } else if (s->type == ASL_MAP && k == 0) {
        field_blocks(at, &out->outer[1]);
        out->scope = s->map.processor;
    } else {
        return false;
    }
    return asl_at_member(&out->outer[1], "States", &out->states);
}

/* ---- what is known before each state ---- */

/* Facts only grow, so each loop comes to rest; this bounds the time that it may take. */
enum { ROUNDS_MAX = 32 };

struct solving {
    const struct block *block;
    const struct graph_flow *flow;
    size_t *component, components;
    size_t *order, count; /* the states that can be reached, loop by loop */
    bool *news;           /* of each state: what is known of it has not been passed on */
};

/* Those of the highest component first, which no other leads to; within one, in reverse postorder.
 */
static void order_by_component(struct solving *s)
{
    size_t states = s->block->scope->count;
    size_t *plain = mem_calloc(states, sizeof *plain);
    size_t *from = mem_calloc(s->components + 1, sizeof *from);

    s->count = graph_order(s->block->scope, plain);
    for (size_t i = 0; i < s->count; i++)
        from[s->components - s->component[plain[i]]]++;
    for (size_t k = 1; k <= s->components; k++)
        from[k] += from[k - 1];
    for (size_t i = 0; i < s->count; i++)
        s->order[from[s->components - s->component[plain[i]] - 1]++] = plain[i];
    mem_free(plain);
    mem_free(from);
}

/*
 * Goes out of a state each way. Returns true when a state of the same loop has learnt something by
 * it, so that the loop must be gone through once more.
 */
static bool graph_leave(struct solving *s, size_t from)
{
    const struct asl_scope *scope = s->block->scope;
    const struct graph_flow *flow = s->flow;
    struct leaving l = {.state = &scope->states[from], .from = from};
    bool again = false;
    struct edge e;

    s->news[from] = false;
    asl_at_index(&s->block->states, from, &l.at);
    if (flow->transfer)
        flow->transfer(flow->user, &l);
    for (size_t k = 0; graph_edge(l.state, k, &e); k++) {
        size_t to = (size_t)(e.to - scope->states);
        if (!flow->join(flow->user, &l, &e, to))
            continue;
        s->news[to] = true;
        again |= s->component[to] == s->component[from];
    }
    return again;
}

/* The states order[first…last - 1] are a loop, or one state that is in none. */
static bool solve_loop(struct solving *s, size_t first, size_t last)
{
    bool again = true;

    for (int round = 0; again; round++) {
        if (round == ROUNDS_MAX)
            return false;
        again = false;
        for (size_t i = first; i < last; i++)
            if (s->news[s->order[i]] || s->flow->loops_share)
                again |= graph_leave(s, s->order[i]);
    }
    return true;
}

bool graph_solve(const struct block *b, const struct graph_flow *flow)
{
    size_t states = b->scope->count, last;
    struct solving s = {.block = b,
                        .flow = flow,
                        .component = mem_calloc(states, sizeof *s.component),
                        .order = mem_calloc(states, sizeof *s.order),
                        .news = mem_calloc(states, sizeof *s.news)};
    bool rests = true;

    s.components = graph_components(b->scope, s.component);
    order_by_component(&s);
    s.news[b->scope->start - b->scope->states] = true;
    /* What comes into a loop is all there before the loop is gone through. */
    for (size_t i = 0; i < s.count && rests; i = last) {
        for (last = i; last < s.count && s.component[s.order[last]] == s.component[s.order[i]];)
            last++;
        rests = solve_loop(&s, i, last);
    }
    mem_free(s.component);
    mem_free(s.order);
    mem_free(s.news);
    return rests;
}

/* ---- variables ---- */

/* The member of an object by which it assigns, as the table of its fields has it. */
static bool assign_of(const struct asl_fields *table, const struct asl_at *object,
                      struct asl_at *out)
{
    return asl_at_member(object, field_with_role(table, FIELD_ASSIGN)->name, out);
}

bool graph_assign(const struct asl_at *at, const struct edge *e, struct asl_at place[2],
                  struct asl_at *out)
{
    const struct asl_fields *inside = NULL;

    switch (e->kind) {
    case EDGE_NEXT:
    case EDGE_DEFAULT: return assign_of(&asl_state_fields, at, out);
    case EDGE_RULE: inside = &asl_rule_fields; break;
    case EDGE_CATCH: inside = &asl_catcher_fields; break;
    }
    asl_at_member(at, field_with_inside(&asl_state_fields, inside)->name, &place[0]);
    asl_at_index(&place[0], e->index, &place[1]);
    return assign_of(inside, &place[1], out);
}

void graph_each_assign(const struct asl_state *s, const struct asl_at *at, graph_see_assign *see,
                       void *user)
{
    struct asl_at place[2], assign;
    struct edge e;

    if (assign_of(&asl_state_fields, at, &assign))
        see(user, &assign, s->jsonata);
    for (size_t k = 0; graph_edge(s, k, &e); k++)
        if ((e.kind == EDGE_RULE || e.kind == EDGE_CATCH) && graph_assign(at, &e, place, &assign))
            see(user, &assign, s->jsonata);
}

size_t graph_variable_len(const json *key, bool jsonata)
{
    size_t len = json_str_len(key);
    bool evaluated = !jsonata && json_str_ends(key, ".$");

    return evaluated ? len - 2 : len;
}
