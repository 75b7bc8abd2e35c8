/*
 * A trial's events put together to visits of states. An event names its chain's frame; which
 * iteration or branch that is for follows from the event before the first state of the chain.
 */
#include "tools/test/visits.h"

#include "parsers/base/mem.h"

#include <string.h>

/* What is known of the chains of one execution while its events go by. */
struct chains {
    size_t *open; /* by frame: the latest visit; NO_VISIT: none */
    size_t count;
    size_t *maps; /* visits of Map states that are not over: those that Map Runs may be of */
    size_t map_count, map_cap;
    struct trial_ids ids;
};

struct gathering {
    struct visits *out;
    struct chains *executions;
    const struct trial_execution *infos;
    size_t count;
    uint64_t *calls, *entries; /* by a state's id: its calls and visits so far */
};

static size_t *open_at(struct chains *c, uint32_t frame)
{
    if (frame >= c->count) {
        size_t count = mem_grow(c->count, (size_t)frame + 1);
        c->open = mem_realloc(c->open, count * sizeof *c->open);
        for (size_t i = c->count; i < count; i++)
            c->open[i] = NO_VISIT;
        c->count = count;
    }
    return &c->open[frame];
}

static void note_map(struct chains *c, size_t visit)
{
    MEM_GROW(c->maps, c->map_count, c->map_cap);
    c->maps[c->map_count++] = visit;
}

static void forget_map(struct chains *c, size_t visit)
{
    size_t i = c->map_count;

    while (i > 0 && c->maps[i - 1] != visit)
        i--;
    if (i > 0)
        memmove(&c->maps[i - 1], &c->maps[i], (c->map_count-- - i) * sizeof *c->maps);
}

/* The latest visit of the Map in that execution that is not over. */
static size_t find_map(const struct gathering *g, size_t execution, const struct asl_state *map)
{
    const struct chains *c = &g->executions[execution];

    for (size_t i = c->map_count; i-- > 0;)
        if (g->out->all[c->maps[i]].state == map)
            return c->maps[i];
    return NO_VISIT;
}

/* The visit of the Map or Parallel that the event before a chain's first state tells of: it is the
 * latest one of that event's frame. Without such an event the execution began in the chain. */
static size_t find_group(struct gathering *g, size_t execution, const struct rt_event *before,
                         const struct asl_state *group)
{
    if (!before || before->frame == RT_NO_FRAME)
        return NO_VISIT;
    size_t at = *open_at(&g->executions[execution], before->frame);
    if (at == NO_VISIT || g->out->all[at].state != group || g->out->all[at].exited)
        return NO_VISIT;
    return at;
}

static void set_parent(struct gathering *g, struct visit *v, size_t parent, uint32_t index)
{
    v->parent = parent;
    v->index = index;
    if (parent != NO_VISIT)
        g->out->all[parent].children++;
}

/* Places a visit that begins a branch, an iteration or an execution. */
static void begin_chain(struct gathering *g, const struct rt_event *e, struct visit *v)
{
    const struct trial_execution *info = &g->infos[v->execution];
    const struct chains *c = &g->executions[v->execution];
    const struct rt_event *before = trial_ids_before(&c->ids, e);
    const struct asl_state *owner = e->state->scope->owner;

    v->previous = NO_VISIT;
    if (!owner)
        v->parent = NO_VISIT;
    else if (info->map == owner)
        set_parent(g, v, find_map(g, info->parent, owner), info->index);
    else
        set_parent(g, v, find_group(g, v->execution, before, owner),
                   before && before->kind == RT_ITERATION_STARTED
                       ? before->child.index
                       : (uint32_t)trial_branch_of(e->state->scope));
}

static bool chain_begins(const struct gathering *g, const struct rt_event *e, size_t execution,
                         size_t last)
{
    const struct chains *c = &g->executions[execution];
    const struct rt_event *before = trial_ids_before(&c->ids, e);

    return last == NO_VISIT || g->out->all[last].state->scope != e->state->scope ||
           !g->out->all[last].exited ||
           (before &&
            (before->kind == RT_ITERATION_STARTED ||
             (before->kind == RT_GROUP_STARTED && before->state == e->state->scope->owner)));
}

static void enter(struct gathering *g, size_t execution, const struct rt_event *e)
{
    size_t *open = open_at(&g->executions[execution], e->frame), last = *open;
    struct visit v = {.state = e->state,
                      .execution = execution,
                      .nth = g->entries[e->state->id]++,
                      .frame = e->frame,
                      .parent = NO_VISIT,
                      .previous = last,
                      .input = e->data,
                      .first_call = g->calls[e->state->id]};

    if (chain_begins(g, e, execution, last)) {
        begin_chain(g, e, &v);
    } else {
        v.parent = g->out->all[last].parent;
        v.index = g->out->all[last].index;
    }
    *open = g->out->count;
    if (e->state->type == ASL_MAP)
        note_map(&g->executions[execution], g->out->count);
    MEM_GROW(g->out->all, g->out->count, g->out->cap);
    g->out->all[g->out->count++] = v;
}

static void leave(struct visit *v, const struct rt_event *e)
{
    v->exited = true;
    v->way = e->exited.way;
    v->by = e->exited.index;
    v->output = e->data;
    v->variables = e->exited.variables;
}

/* Calls are counted over the whole trial, in the order in which they are made. */
static void count_call(struct gathering *g, struct visit *v)
{
    uint64_t n = g->calls[v->state->id]++;

    if (v->calls++ == 0)
        v->first_call = n;
}

static void gather_event(struct gathering *g, const struct trial_event *te)
{
    const struct rt_event *e = &te->event;
    struct chains *c = &g->executions[te->execution];

    trial_ids_note(&c->ids, e);
    if (e->kind == RT_STATE_ENTERED) {
        enter(g, te->execution, e);
        return;
    }
    if (e->frame == RT_NO_FRAME)
        return;
    size_t open = *open_at(c, e->frame);
    struct visit *v = open == NO_VISIT ? NULL : &g->out->all[open];
    if (!v || v->state != e->state)
        return;
    switch ((unsigned)e->kind) {
    case RT_STATE_EXITED:
        leave(v, e);
        if (v->state->type == ASL_MAP)
            forget_map(c, open);
        break;
    case RT_STATE_ABORTED: v->aborted = true; break;
    case RT_TASK_SCHEDULED: count_call(g, v); break;
    case RT_TASK_SUCCEEDED:
    case RT_GROUP_SUCCEEDED: v->result = e->data; break;
    case RT_BACKOFF: v->retried |= UINT64_C(1) << (e->later.retrier & 63); break;
    default: break;
    }
}

void visits_of(const trial *t, size_t states, struct visits *out)
{
    struct gathering g = {.out = out};
    const struct trial_event *events;
    size_t count = trial_events(t, &events);

    *out = (struct visits){0};
    g.count = trial_executions(t, &g.infos);
    g.executions = mem_calloc(g.count, sizeof *g.executions);
    g.calls = mem_calloc(states, sizeof *g.calls);
    g.entries = mem_calloc(states, sizeof *g.entries);
    for (size_t i = 0; i < count; i++)
        gather_event(&g, &events[i]);
    for (size_t i = 0; i < g.count; i++) {
        mem_free(g.executions[i].open);
        mem_free(g.executions[i].maps);
        trial_ids_clear(&g.executions[i].ids);
    }
    mem_free(g.executions);
    mem_free(g.calls);
    mem_free(g.entries);
}

void visits_clear(struct visits *v)
{
    mem_free(v->all);
    *v = (struct visits){0};
}
