/*
 * Comparing executions: one that lived with one that was folded from its history. All that events
 * decide is compared; the ready queue and the heap of due times are not, as they are derived. So a
 * new member of an execution, frame or group that rt_apply sets gets its line here.
 */

#include "runtime/core/frames.h"
#include "runtime/core/map_results.h"

#include <string.h>

static bool differ(struct buf *why, const char *what, const struct rt_frame *f)
{
    if (f)
        buf_printf(why, "frame %u (%s): %s differs", f->id, json_str(f->state->name), what);
    else
        buf_printf(why, "%s differs", what);
    return false;
}

static bool same_value(const json *a, const json *b)
{
    return a == b || (a && b && json_equal(a, b));
}

static bool same_error(const struct asl_error *a, const struct asl_error *b)
{
    return same_value(a->name, b->name) && same_value(a->cause, b->cause);
}

static bool same_child(const struct rt_child *a, const struct rt_child *b)
{
    return a->node.id == b->node.id && a->ref == b->ref && a->runs == b->runs &&
           a->pending == b->pending && a->redrives == b->redrives && a->items == b->items &&
           a->unbegun == b->unbegun && a->started_ms == b->started_ms &&
           same_value(a->input, b->input) && a->end.status == b->end.status &&
           a->end.began_ms == b->end.began_ms && a->end.ended_ms == b->end.ended_ms &&
           same_error(&a->end.error, &b->end.error);
}

/* What was not begun is listed anew after a crash. */
static bool same_results(const struct rt_results *a, const struct rt_results *b)
{
    if (a->wanted != b->wanted || a->over != b->over || a->pending_written != b->pending_written ||
        a->pending_items != b->pending_items || a->earlier_written != b->earlier_written ||
        !same_value(a->writer, b->writer))
        return false;
    for (size_t kind = 0; kind < RT_RESULTS_PENDING; kind++) {
        const struct rt_unwritten *one = &a->unwritten[kind], *other = &b->unwritten[kind];
        if (unwritten_count(one) != unwritten_count(other) ||
            unwritten_bytes(one) != unwritten_bytes(other) ||
            memcmp(unwritten_text(one), unwritten_text(other), unwritten_bytes(one)) != 0)
            return false;
    }
    return true;
}

static bool same_run(const struct rt_run *a, const struct rt_run *b)
{
    if (!a || !b)
        return a == b;
    if (a->failed != b->failed || !same_value(a->arn, b->arn) || a->redrives != b->redrives ||
        a->pending != b->pending || a->tolerated_count != b->tolerated_count ||
        a->tolerated_percentage != b->tolerated_percentage || a->ref != b->ref ||
        a->taken != b->taken || a->position != b->position || a->misread != b->misread ||
        a->anew != b->anew || a->differs != b->differs || a->open != b->open ||
        a->waits != b->waits || !same_value(a->plan, b->plan) ||
        !same_value(a->source, b->source) || !same_results(&a->results, &b->results) ||
        a->closing != b->closing || a->failing != b->failing || !same_error(&a->error, &b->error))
        return false;
    const struct rt_child *one = a->first, *other = b->first;
    for (; one && other; one = one->next, other = other->next)
        if (!same_child(one, other) || (one == a->next_pending) != (other == b->next_pending))
            return false;
    return one == other;
}

static bool same_group(const struct rt_frame *f, const struct rt_group *a, const struct rt_group *b,
                       struct buf *why)
{
    if (!a || !b)
        return a == b || differ(why, "whether it is a group", f);
    if (a->total != b->total || a->started != b->started || a->done != b->done ||
        a->limit != b->limit || a->begun != b->begun)
        return differ(why, "count of children", f);
    if (a->over != b->over || a->resumed != b->resumed)
        return differ(why, "whether the group goes on", f);
    if (a->first != b->first || a->last_child != b->last_child)
        return differ(why, "the list of children", f);
    if (!same_value(a->input, b->input) || !same_value(a->items, b->items))
        return differ(why, "the group's input", f);
    if (!same_run(a->run, b->run))
        return differ(why, "the Map Run", f);
    for (uint32_t i = 0; a->results && i < a->started; i++)
        if (!same_value(a->results[i], b->results[i]))
            return differ(why, "a result", f);
    return true;
}

static bool same_tries(const struct rt_frame *a, const struct rt_frame *b)
{
    /* They are made at the first retry, so none and none is the same, none and some is not. */
    if (!a->tries || !b->tries)
        return a->tries == b->tries;
    for (size_t i = 0; i < a->state->retriers; i++)
        if (a->tries[i] != b->tries[i])
            return false;
    return true;
}

static bool same_frame(const struct rt_frame *a, const struct rt_frame *b, struct buf *why)
{
    if (a->state != b->state)
        return differ(why, "the state", a);
    if (a->phase != b->phase || a->started != b->started)
        return differ(why, "the phase", a);
    if (a->parent != b->parent || a->index != b->index || a->next != b->next || a->prev != b->prev)
        return differ(why, "the place in the tree", a);
    if (a->entered != b->entered || a->last != b->last || a->scheduled != b->scheduled ||
        a->seq != b->seq || a->ref != b->ref)
        return differ(why, "an event's id", a);
    if (a->entered_ms != b->entered_ms || a->due_ms != b->due_ms || a->beat_ms != b->beat_ms)
        return differ(why, "a time", a);
    if (a->retries != b->retries || !same_tries(a, b) || a->heartbeat_missed != b->heartbeat_missed)
        return differ(why, "a count of retries", a);
    if (!same_value(a->input, b->input) || !same_value(a->task, b->task) ||
        !same_value(a->token, b->token) || !same_value(a->role, b->role) ||
        !same_value(a->submitted, b->submitted) || a->answered != b->answered ||
        !same_value(a->answer, b->answer))
        return differ(why, "the input", a);
    if (!same_value(a->vars, b->vars) || a->vars_len != b->vars_len)
        return differ(why, "the variables", a);
    if (!same_error(&a->error, &b->error))
        return differ(why, "the error", a);
    return same_group(a, a->group, b->group, why);
}

bool rt_exec_same(const rt_exec *a, const rt_exec *b, struct buf *why)
{
    /* The machine and the configuration are given to both; all else follows from events. */
    if (a->machine != b->machine)
        return differ(why, "the machine", NULL);
    if (a->status != b->status)
        return differ(why, "the status", NULL);
    if (a->seq != b->seq || a->event_id != b->event_id || a->transitions != b->transitions)
        return differ(why, "the count of events", NULL);
    if (!same_value(a->input, b->input) || !same_value(a->output, b->output) ||
        !same_error(&a->error, &b->error))
        return differ(why, "the input, output or error", NULL);
    if (a->started_ms != b->started_ms || a->deadline_ms != b->deadline_ms ||
        a->stopped_ms != b->stopped_ms || a->redriven_ms != b->redriven_ms)
        return differ(why, "a time", NULL);
    if (a->redrives != b->redrives || a->failed_frame != b->failed_frame)
        return differ(why, "how often it was redriven, or whose failure it was", NULL);
    /* What frames an execution had that succeeded is of no use to anybody. */
    if (a->status == RT_SUCCEEDED)
        return true;
    if (a->frame_count != b->frame_count || a->root != b->root || a->free_count != b->free_count)
        return differ(why, "the count of frames", NULL);
    for (uint32_t i = 0; i < a->frame_count; i++) {
        if (!a->frames[i] || !b->frames[i]) {
            if (a->frames[i] != b->frames[i])
                return differ(why, "which slots have frames", NULL);
        } else if (!same_frame(a->frames[i], b->frames[i], why)) {
            return false;
        }
    }
    return true;
}
