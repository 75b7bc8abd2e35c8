/*
 * Can an event come next in a history? What this core emits always can. What was kept may have been
 * lost, doubled or changed since, and rt_apply trusts what it gets: so a history that comes from a
 * store is asked here first. Its row in the table of event kinds says what an event needs of its
 * frame; what it needs of the Parallel's or Map's children is told below.
 */

#include "runtime/core/core_impl.h"

#include <string.h>

/* Times are far from where adding to them overflows. */
#define MOST_MS (INT64_MAX / 4)

static bool fits_is_text(const json *v)
{
    return !v || json_is_string(v);
}

static bool is_count(int64_t n)
{
    return n >= 0 && n <= INT32_MAX;
}

static bool is_event_time(int64_t ms)
{
    return ms > -MOST_MS && ms < MOST_MS;
}

/* Returns whether what the union holds is of the types that its shape says. */
static bool has_shape(const struct rt_event *e)
{
    const json *extra = rt_event_extra(e);

    switch (event_kinds[e->kind].shape) {
    case SHAPE_SCHEDULED:
        return fits_is_text(e->scheduled.token) && is_event_time(e->scheduled.due_ms);
    case SHAPE_EXITED: return !extra || json_is_object(extra);
    case SHAPE_MAP_RUN: return !extra || json_is_number(extra);
    case SHAPE_LATER: return is_event_time(e->later.due_ms);
    default: return true;
    }
}

bool rt_event_is_sound(const struct rt_event *e)
{
    const struct event_kind *k = &event_kinds[e->kind];

    return (!(k->needs & NEED_VALUE) || e->data) &&
           (!(k->needs & NEED_TEXT) || fits_is_text(e->data)) && has_shape(e) &&
           (!e->state || e->kind <= RT_EXECUTION_REDRIVEN || k->types & 1u << e->state->type) &&
           fits_is_text(e->error.name) && fits_is_text(e->error.cause) &&
           fits_is_text(e->error.location) && is_event_time(e->at_ms);
}

static bool fits_execution(const rt_exec *x, const struct rt_event *e)
{
    if (e->kind == RT_EXECUTION_STARTED)
        return x->root == RT_NO_FRAME && x->status == RT_RUNNING;
    if (!exec_frame(x, x->root))
        return false;
    if (e->kind == RT_EXECUTION_REDRIVEN)
        return x->status != RT_RUNNING && x->status != RT_SUCCEEDED && is_count(e->redrive.number);
    return x->status == RT_RUNNING;
}

static bool has_group(const struct rt_frame *f, unsigned needs)
{
    return (!(needs & (NEED_GROUP | NEED_MAP_RUN)) || f->group) &&
           (!(needs & NEED_MAP_RUN) || (f->group->map_run && f->group->children));
}

/* As many children as there are branches, or items. */
static bool fits_length(const struct rt_frame *f, const struct rt_event *e)
{
    if (f->state->type == ASL_PARALLEL)
        return e->group.length == (int64_t)f->state->parallel.count;
    return e->group.items && (json_is_array(e->group.items) || json_is_object(e->group.items)) &&
           e->group.length == (int64_t)json_count(e->group.items) && is_count(e->group.limit);
}

static bool fits_child_end(const rt_exec *x, const struct rt_frame *f, const struct rt_event *e)
{
    const struct rt_group *g = f->group;
    const struct rt_frame *child = exec_frame(x, e->child.frame);

    return e->child.index < g->total && !g->results[e->child.index] && g->done < g->total &&
           child && child->parent == f->id && child->index == e->child.index;
}

/* Names are cut out of it, behind as much of an ARN as the execution's own has before its kind. */
static bool fits_map_run(const rt_exec *x, const struct rt_event *e)
{
    const char *own = x->names.arn ? json_str(x->names.arn) : "", *kind = own;

    for (int colons = 0; colons < 5 && kind; colons++)
        kind = (kind = strchr(kind, ':')) ? kind + 1 : NULL;
    size_t before = kind ? (size_t)(kind - own) : 0;
    return json_str_len(e->data) >= before + strlen("mapRun:") &&
           strncmp(json_str(e->data) + before, "mapRun:", strlen("mapRun:")) == 0;
}

/* What an event needs beside its row of the table. */
static bool fits_more(const rt_exec *x, const struct rt_frame *f, const struct rt_event *e)
{
    const struct rt_group *g = f->group;

    switch ((int)e->kind) {
    case RT_STATE_EXITED:
        return e->exited.to == RT_NO_STATE ||
               (e->exited.to < x->machine->count &&
                x->machine->states[e->exited.to]->scope == f->state->scope);
    case RT_TASK_SCHEDULED:
        return is_count(e->scheduled.heartbeat_s) && is_count(e->scheduled.timeout_s);
    case RT_GROUP_STARTED: return fits_length(f, e);
    case RT_GROUP_SUCCEEDED: return g->done == g->total;
    case RT_ITERATION_STARTED:
        return !g->children && !f->state->map.distributed && e->child.index == g->started &&
               g->started < g->total;
    case RT_ITERATION_SUCCEEDED:
    case RT_BRANCH_SUCCEEDED: return fits_child_end(x, f, e);
    case RT_MAP_RUN_STARTED: return f->state->map.distributed && !g->children && fits_map_run(x, e);
    case RT_MAP_RUN_REDRIVEN: return is_count(e->redrive.number);
    case RT_MAP_RUN_UPDATED: return is_count(e->map_run.limit);
    case RT_CHILD_STARTED: return e->child.index == g->started && g->started < g->total;
    case RT_CHILD_ENDED:
        return e->child.index < g->total && g->children[e->child.index].runs && g->done < g->total;
    case RT_CHILD_REDRIVEN:
        return e->child.index < g->total && g->children[e->child.index].pending && g->pending > 0;
    case RT_BACKOFF: return e->later.retrier < f->state->retriers;
    default: return true;
    }
}

bool rt_fits(const rt_exec *x, const struct rt_event *e)
{
    bool public = e->kind < RT_FIRST_PRIVATE;

    if (e->seq != x->seq + 1 || e->id != (public ? x->event_id + 1 : 0) || !rt_event_is_sound(e))
        return false;
    if (e->kind <= RT_EXECUTION_REDRIVEN)
        return fits_execution(x, e);
    const struct rt_frame *f = exec_frame(x, e->frame);
    return f && x->status == RT_RUNNING && e->state == f->state &&
           (event_kinds[e->kind].phases & 1u << f->phase) &&
           has_group(f, event_kinds[e->kind].needs) && fits_more(x, f, e);
}
