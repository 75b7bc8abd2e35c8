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

/* The latest visit of the state in that execution that is not over. */
static size_t find_open(const struct visits *v, size_t execution, const struct asl_state *state)
{
    for (size_t i = v->count; i-- > 0;)
        if (v->all[i].execution == execution && v->all[i].state == state && !v->all[i].exited)
            return i;
    return NO_VISIT;
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
        set_parent(g, v, find_open(g->out, info->parent, owner), info->index);
    else
        set_parent(g, v, find_open(g->out, v->execution, owner),
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
    case RT_STATE_EXITED: leave(v, e); break;
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
