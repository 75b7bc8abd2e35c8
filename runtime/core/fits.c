/*
 * Can an event come next in a history? What this core emits always can. What was kept may have been
 * lost, doubled or changed since, and rt_apply trusts what it gets: so a history that comes from a
 * store is asked here first. Each row of the table says what an event of that kind needs of its
 * frame; what it needs of the Parallel's or Map's children is told below.
 */

#include "runtime/core/core_impl.h"

#include <string.h>

/* Phases that a frame may be in, as bits. */
#define IN(phase) (1u << (phase))
#define ANYWHERE (~0u)
#define AT_WORK (IN(RT_ENTERED) | IN(RT_RETRYING) | IN(RT_REDRIVEN))
#define WITH_TASK (IN(RT_SCHEDULED) | IN(RT_TASK))

/* Which types of states have it, as bits. */
#define OF(type) (1u << (type))
#define ANY_TYPE (~0u)
#define GROUPS (OF(ASL_PARALLEL) | OF(ASL_MAP))

enum need {
    NOTHING,
    GROUP = 1,     /* it has a group */
    MAP_RUN = 2,   /* which is a Map Run */
    VALUE = 4,     /* it has data */
    TEXT = 8,      /* which are a string, if there are any */
    NUMBER = 16,   /* extra is one, if there is any */
    VARIABLES = 32 /* extra is an object, if there is any */
};

static const struct {
    unsigned phases, types;
    int needs;
} kinds[RT_EVENT_KINDS] = {
    [RT_EXECUTION_STARTED] = {0, 0, VALUE},
    [RT_EXECUTION_SUCCEEDED] = {0, 0, VALUE},
    [RT_EXECUTION_REDRIVEN] = {0, 0, TEXT},
    [RT_STATE_ENTERED] = {IN(RT_ENTERING), ANY_TYPE, VALUE},
    [RT_STATE_EXITED] = {~IN(RT_ENTERING), ANY_TYPE, VALUE | VARIABLES},
    [RT_STATE_ABORTED] = {ANYWHERE, ANY_TYPE, NOTHING},
    [RT_TASK_SCHEDULED] = {AT_WORK, OF(ASL_TASK), VALUE},
    [RT_TASK_STARTED] = {WITH_TASK, OF(ASL_TASK), TEXT},
    [RT_TASK_SUBMITTED] = {WITH_TASK, OF(ASL_TASK), VALUE},
    [RT_TASK_SUCCEEDED] = {WITH_TASK, OF(ASL_TASK), VALUE},
    [RT_TASK_FAILED] = {WITH_TASK, OF(ASL_TASK), NOTHING},
    [RT_TASK_TIMED_OUT] = {WITH_TASK, OF(ASL_TASK), NOTHING},
    [RT_TASK_ANSWERED] = {WITH_TASK, OF(ASL_TASK), NOTHING},
    [RT_HEARTBEAT] = {WITH_TASK, OF(ASL_TASK), NOTHING},
    [RT_GROUP_STARTED] = {AT_WORK, GROUPS, VALUE},
    [RT_GROUP_SUCCEEDED] = {IN(RT_GROUP), GROUPS, GROUP},
    [RT_GROUP_FAILED] = {ANYWHERE, GROUPS, NOTHING},
    [RT_ITERATION_STARTED] = {IN(RT_GROUP), OF(ASL_MAP), GROUP | VALUE},
    [RT_ITERATION_SUCCEEDED] = {IN(RT_GROUP), OF(ASL_MAP), GROUP | VALUE},
    [RT_BRANCH_SUCCEEDED] = {IN(RT_GROUP), OF(ASL_PARALLEL), GROUP | VALUE},
    [RT_ITERATION_FAILED] = {ANYWHERE, OF(ASL_MAP), NOTHING},
    [RT_ITERATION_ABORTED] = {ANYWHERE, OF(ASL_MAP), NOTHING},
    [RT_MAP_RUN_STARTED] = {IN(RT_GROUP), OF(ASL_MAP), GROUP | VALUE | TEXT | NUMBER},
    [RT_MAP_RUN_SUCCEEDED] = {IN(RT_GROUP), OF(ASL_MAP), MAP_RUN},
    [RT_MAP_RUN_FAILED] = {IN(RT_GROUP), OF(ASL_MAP), MAP_RUN},
    [RT_MAP_RUN_REDRIVEN] = {IN(RT_GROUP), OF(ASL_MAP), MAP_RUN | VALUE | TEXT},
    [RT_MAP_RUN_UPDATED] = {IN(RT_GROUP), OF(ASL_MAP), MAP_RUN | NUMBER},
    [RT_CHILD_STARTED] = {IN(RT_GROUP), OF(ASL_MAP), MAP_RUN | VALUE},
    [RT_CHILD_ENDED] = {IN(RT_GROUP), OF(ASL_MAP), MAP_RUN},
    [RT_CHILD_REDRIVEN] = {IN(RT_GROUP), OF(ASL_MAP), MAP_RUN},
    [RT_WAITING] = {ANYWHERE, OF(ASL_WAIT), NOTHING},
    [RT_BACKOFF] = {ANYWHERE, ANY_TYPE, NOTHING},
    [RT_EVALUATION_FAILED] = {ANYWHERE, ANY_TYPE, NOTHING},
};

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

static bool has_values(const struct rt_event *e, int needs)
{
    return (!(needs & VALUE) || e->data) && (!(needs & TEXT) || fits_is_text(e->data)) &&
           (!(needs & NUMBER) || !e->extra || json_is_number(e->extra)) &&
           (!(needs & VARIABLES) || !e->extra || json_is_object(e->extra));
}

bool rt_event_is_sound(const struct rt_event *e)
{
    return has_values(e, kinds[e->kind].needs) &&
           (!e->state || e->kind <= RT_EXECUTION_REDRIVEN ||
            kinds[e->kind].types & OF(e->state->type)) &&
           fits_is_text(e->token) && fits_is_text(e->error.name) && fits_is_text(e->error.cause) &&
           fits_is_text(e->error.location) && e->at_ms > -MOST_MS && e->at_ms < MOST_MS &&
           e->due_ms > -MOST_MS && e->due_ms < MOST_MS;
}

static bool fits_execution(const rt_exec *x, const struct rt_event *e)
{
    if (e->kind == RT_EXECUTION_STARTED)
        return x->root == RT_NO_FRAME && x->status == RT_RUNNING;
    if (!exec_frame(x, x->root))
        return false;
    if (e->kind == RT_EXECUTION_REDRIVEN)
        return x->status != RT_RUNNING && x->status != RT_SUCCEEDED && is_count(e->count);
    return x->status == RT_RUNNING;
}

static bool has_group(const struct rt_frame *f, int needs)
{
    return (!(needs & (GROUP | MAP_RUN)) || f->group) &&
           (!(needs & MAP_RUN) || (f->group->map_run && f->group->children));
}

/* As many children as there are branches, or items. */
static bool fits_length(const struct rt_frame *f, const struct rt_event *e)
{
    if (f->state->type == ASL_PARALLEL)
        return e->count == (int64_t)f->state->parallel.count;
    return e->extra && (json_is_array(e->extra) || json_is_object(e->extra)) &&
           e->count == (int64_t)json_count(e->extra) && is_count(e->limit);
}

static bool fits_child_end(const rt_exec *x, const struct rt_frame *f, const struct rt_event *e)
{
    const struct rt_group *g = f->group;
    const struct rt_frame *child = exec_frame(x, e->to);

    return e->index < g->total && !g->results[e->index] && g->done < g->total && child &&
           child->parent == f->id && child->index == e->index;
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
        return e->to == RT_NO_STATE ||
               (e->to < x->machine->count && x->machine->states[e->to]->scope == f->state->scope);
    case RT_TASK_SCHEDULED: return is_count(e->limit) && is_count(e->count);
    case RT_GROUP_STARTED: return fits_length(f, e);
    case RT_GROUP_SUCCEEDED: return g->done == g->total;
    case RT_ITERATION_STARTED:
        return !g->children && !f->state->map.distributed && e->index == g->started &&
               g->started < g->total;
    case RT_ITERATION_SUCCEEDED:
    case RT_BRANCH_SUCCEEDED: return fits_child_end(x, f, e);
    case RT_MAP_RUN_STARTED: return f->state->map.distributed && !g->children && fits_map_run(x, e);
    case RT_MAP_RUN_REDRIVEN: return is_count(e->count);
    case RT_MAP_RUN_UPDATED: return is_count(e->limit);
    case RT_CHILD_STARTED: return e->index == g->started && g->started < g->total;
    case RT_CHILD_ENDED:
        return e->index < g->total && g->children[e->index].runs && g->done < g->total;
    case RT_CHILD_REDRIVEN:
        return e->index < g->total && g->children[e->index].pending && g->pending > 0;
    case RT_BACKOFF: return e->index < f->state->retriers;
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
           (kinds[e->kind].phases & IN(f->phase)) && has_group(f, kinds[e->kind].needs) &&
           fits_more(x, f, e);
}
