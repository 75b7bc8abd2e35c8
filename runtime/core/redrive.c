/*
 * Redrive: an execution that ended unsuccessfully keeps its frames, and goes on from them. A state
 * that was entered and not left is worked on anew, without entering it again; what succeeded in a
 * Parallel or Map stays, unless the state failed by itself.
 */

#include "runtime/core/redrive.h"

#include "asl/report/quota.h"
#include "runtime/core/map_items.h"
#include "runtime/core/map_run.h"
#include "runtime/core/map_write.h"

/* ---- when it is allowed ---- */

static const int64_t day_ms = 86400000;

const char *rt_redrive_refusal(enum rt_status status, int64_t start_ms, int64_t stop_ms,
                               uint32_t events, int64_t now_ms)
{
    if (status == RT_RUNNING)
        return "Execution is RUNNING and cannot be redriven";
    if (status == RT_SUCCEEDED)
        return "Execution is SUCCEEDED and cannot be redriven";
    /* There must be room for ExecutionRedriven and one more. */
    if (events >= QUOTA_EVENTS - 1)
        return "Execution history event limit exceeded";
    if (now_ms - start_ms > QUOTA_OPEN_DAYS * day_ms)
        return "Execution has exceeded the max execution time";
    if (now_ms - stop_ms > QUOTA_REDRIVABLE_DAYS * day_ms)
        return "Execution redrivable period exceeded";
    return NULL;
}

const char *rt_exec_redrive_refusal(const rt_exec *x, int64_t now_ms)
{
    return rt_redrive_refusal(x->status, x->started_ms, x->stopped_ms,
                              x->aws_limits ? x->event_id : 0, now_ms);
}

/* A redrive that came too late is dropped: whoever asked was told why before
 * (rt_exec_redrive_refusal). */
void redrive(struct step *s, const json *token)
{
    rt_exec *x = s->x;

    if (rt_exec_redrive_refusal(x, s->now_ms))
        return;
    emit_anyway(s, &(struct rt_event){.kind = RT_EXECUTION_REDRIVEN,
                                      .frame = RT_NO_FRAME,
                                      .previous = x->event_id,
                                      .data = json_ref(token),
                                      .redrive = {(int64_t)x->redrives + 1}});
}

/* ---- applying ---- */

bool group_has_room(const struct rt_group *g)
{
    uint32_t most =
        g->run && g->limit > QUOTA_DISTRIBUTED_CHILDREN ? QUOTA_DISTRIBUTED_CHILDREN : g->limit;

    return g->started - g->done - (g->run ? g->run->pending : 0) < most;
}

static bool has_next(const struct rt_group *g)
{
    return g->run ? run_has_next(g) : g->started < g->total;
}

bool group_wants_more(const struct rt_group *g)
{
    const struct rt_run *run = g->run;

    if (g->over ||
        (run && (run->waits || run->failing || results_are_behind(run) || too_many_failed(g))))
        return false;
    return ((run && run->pending) || has_next(g)) && group_has_room(g);
}

/* The Parallel or Map failed with data that are too large or an expression that can't be: that is
 * no child's fault, and all of it is run again. */
static bool fails_by_itself(const rt_exec *x, const struct rt_frame *f)
{
    const json *name = x->error.name;

    return f->id == x->failed_frame && name &&
           (json_str_is(name, ASL_DATA_LIMIT_EXCEEDED) || asl_error_is_terminal(name));
}

/* Nesting is bounded by that of the definition. */
static void redrive_frame(rt_exec *x, struct rt_frame *f, uint64_t seq)
{
    f->seq = seq;
    if (f->phase == RT_ENTERING)
        return;
    /* What comes next points back to the state's …Entered event, as if its first work hadn't been.
     */
    f->last = f->entered;
    exec_clear_work(f);
    /* A distributed Map that failed before its Map Run began has no children to keep. */
    bool unstarted =
        f->group && f->state->type == ASL_MAP && f->state->map.distributed && !f->group->run;
    if (!f->group || unstarted || fails_by_itself(x, f)) {
        exec_drop_group(x, f);
        f->phase = RT_REDRIVEN;
        return;
    }
    struct rt_group *g = f->group;
    f->phase = RT_GROUP;
    g->over = false;
    g->resumed = g->run || (g->started < g->total && group_has_room(g));
    for (uint32_t id = g->first; id != RT_NO_FRAME; id = x->frames[id]->next)
        redrive_frame(x, x->frames[id], seq);
}

void apply_redrive(rt_exec *x, struct rt_frame *f, const struct rt_event *e)
{
    (void)f;
    x->status = RT_RUNNING;
    x->redrives = (uint32_t)e->redrive.number;
    x->redriven_ms = e->at_ms;
    x->cut_ms = x->stopped_ms;
    x->stopped_ms = 0;
    x->transitions++;
    exec_set_deadline(x, e->at_ms + e->skew_ms);
    json_unref(x->execution_context);
    x->execution_context = NULL;
    /* All frames get the age of this event, so they go on in the order of their indexes. */
    redrive_frame(x, x->frames[x->root], e->seq);
    x->failed_frame = RT_NO_FRAME;
    asl_error_clear(&x->error);
}
