/*
 * Slices: steps that may be left in their midst, so that nobody waits for a long one.
 *
 * A step runs as a coroutine. Where it counts its work (parsers/base/work.h) it is asked now and
 * then whether it has had its share of the turn; if so it pauses, and the execution is under way:
 * nobody but its coroutine touches it, and what comes in for it waits here, in order. Later turns
 * give it more time, one such execution after another. The output of a step belongs to the turn in
 * which the step ends, as if the whole step had been made there.
 *
 * Threads would do the same for processors that have nothing to do, but values are counted with
 * plain integers and shared by executions: a coroutine stays in the thread, so nothing needs locks.
 *
 * Nothing of a step under way is in the store but the start of its execution: after a crash it is
 * made again from its beginning.
 */

#include "runtime/engine/engine_slice.h"

#include "parsers/base/mem.h"
#include "runtime/engine/engine_call.h"
#include "runtime/engine/engine_late.h"
#include "runtime/engine/engine_map_runs.h"
#include "runtime/engine/engine_memory.h"
#include "runtime/engine/engine_redrive.h"
#include "runtime/engine/engine_take_up.h"
#include "runtime/engine/engine_turn.h"

#include <assert.h>

/* More steps than that are not left in their midst, as each keeps a stack: they run to their end.
 */
enum { MOST_UNDER_WAY = 4096 };
/* Stacks that are kept for the next steps. */
enum { MOST_SPARE = 16 };

static bool engine_slice_has_activity(void *world, const char *arn)
{
    const struct slice *s = world;
    const struct engine_hooks *hooks = &s->engine->hooks;

    return hooks->has_activity(hooks->user, s->entry->node.id, arn);
}

static bool engine_slice_withdraw(void *world, uint64_t ref, bool kept)
{
    const struct slice *s = world;

    return engine_withdraw_child(s->engine, s->entry->node.id, ref, kept);
}

static json *engine_slice_child_output(void *world, uint64_t ref, int64_t *began_ms,
                                       int64_t *ended_ms)
{
    const struct slice *s = world;

    return engine_output_of_child(s->engine, s->entry->node.id, ref, began_ms, ended_ms);
}

/* ---- time ---- */

int64_t engine_used_ns(engine *e)
{
    if (e->hooks.used_ns)
        e->clock_ns = e->hooks.used_ns(e->hooks.user);
    return e->clock_ns;
}

/* Of the evaluation that the step is in; another one begins with nothing. */
static void count_time(struct slice *s, int64_t now_ns)
{
    if (s->evaluation != s->work.evaluations) {
        s->evaluation = s->work.evaluations;
        s->evaluation_ns = 0;
    }
    s->evaluation_ns += now_ns - s->since_ns;
    s->since_ns = now_ns;
}

static enum work_verdict tick(struct work *w)
{
    struct slice *s = w->user;
    engine *e = s->engine;

    if (s->abandoned)
        return WORK_ABANDONED;
    int64_t now_ns = engine_used_ns(e);
    count_time(s, now_ns);
    if (s->evaluation_ns > e->evaluation_ns)
        return WORK_TOO_MUCH;
    if (now_ns < e->share_end_ns || (!s->under_way && e->under_way_count >= MOST_UNDER_WAY))
        return WORK_GOES_ON;
    coroutine_pause(s->coroutine);
    if (s->abandoned)
        return WORK_ABANDONED;
    s->since_ns = engine_used_ns(e);
    return WORK_GOES_ON;
}

/* ---- slices that nobody uses ---- */

static struct slice *take_slice(engine *e)
{
    struct slice *s = e->spare;

    if (s) {
        e->spare = s->next;
        e->spare_count--;
        s->next = NULL;
        return s;
    }
    s = mem_calloc(1, sizeof *s);
    s->engine = e;
    if (e->hooks.used_ns)
        s->coroutine = coroutine_new();
    return s;
}

static void free_slice(struct slice *s)
{
    coroutine_free(s->coroutine);
    rt_output_clear(&s->out);
    mem_free(s->waiting);
    mem_free(s);
}

static void give_slice_back(engine *e, struct slice *s)
{
    engine_input_clear(&s->given);
    rt_output_reset(&s->out);
    s->entry = NULL;
    s->abandoned = s->left = false;
    if (e->spare_count == MOST_SPARE) {
        free_slice(s);
        return;
    }
    s->next = e->spare;
    e->spare = s;
    e->spare_count++;
}

/* ---- those that are under way: a ring, the next one to go on first ---- */

static void set_aside(engine *e, struct slice *s)
{
    s->under_way = true;
    e->under_way_count++;
    s->next = NULL;
    s->prev = e->last_under_way;
    if (s->prev)
        s->prev->next = s;
    else
        e->under_way = s;
    e->last_under_way = s;
}

static void take_up_again(engine *e, struct slice *s)
{
    s->under_way = false;
    e->under_way_count--;
    if (s->prev)
        s->prev->next = s->next;
    else
        e->under_way = s->next;
    if (s->next)
        s->next->prev = s->prev;
    else
        e->last_under_way = s->prev;
    s->next = s->prev = NULL;
}

/* ---- a step ---- */

static void run_step(void *user)
{
    struct slice *s = user;

    rt_step(s->entry->x, &s->in, &s->out);
}

static void engine_slice_prepare(engine *e, struct slice *s, struct entry *entry,
                                 struct input *given)
{
    s->entry = entry;
    s->given = *given;
    s->map_runs_left = engine_map_runs_left(e, entry);
    s->children_left = engine_children_left(e, entry);
    s->in = (struct rt_input){
        .kind = given->kind,
        .frame = given->frame,
        .status = given->status,
        .began_ms = given->began_ms,
        .ended_ms = given->ended_ms,
        .index = given->index,
        .ref = given->ref,
        .now_ms = e->now_ms,
        .skew_ms = e->skew_ms,
        .value = s->given.value,
        .error = &s->given.error,
        .room = e->transitions.size ? &e->transitions.left : NULL,
        .map_runs = &s->map_runs_left,
        .children = &s->children_left,
        .scarce = engine_is_scarce(e),
        .wait_scale = e->wait_scale == 1 ? NULL : &e->wait_scale,
        .has_activity = e->hooks.has_activity ? engine_slice_has_activity : NULL,
        .withdraw = engine_slice_withdraw,
        .child_output = engine_slice_child_output,
        .world = s,
        .work = &s->work,
    };
    /* The first tick comes like any other: most steps end before it, and it asks for the time. */
    s->work = (struct work){.left = WORK_TICK, .total = WORK_TICK, .user = s};
    s->evaluation = 0;
    if (!s->coroutine)
        return;
    /* The time bounds it; units would cut off what is slow to be counted but quick to be done. */
    s->work.most = UINT64_MAX / 4;
    s->work.most_ms = e->evaluation_ns / 1000000;
    s->work.tick = tick;
}

/* ---- inputs whose outcome is to come ---- */

static void unsettle(engine *e, uint64_t number)
{
    if (!number)
        return;
    struct id_node *n = mem_calloc(1, sizeof *n);
    n->id = number;
    id_map_put(&e->unsettled, n);
}

static void engine_slice_settle(engine *e, uint64_t number)
{
    mem_free(id_map_take(&e->unsettled, number));
}

/* What the step let out is the turn's. */
static void finish_step(engine *e, struct slice *s)
{
    struct entry *entry = s->entry;
    struct rt_output *out = engine_new_turn_output(e, entry->node.id), none = *out;

    *out = s->out;
    s->out = none;
    e->turn_bytes += out->bytes;
    entry->slice = NULL;
    if (s->given.kind == RT_IN_REDRIVE && out->count)
        engine_forget_end(e, entry);
    engine_set_due(e, entry, rt_next_due(entry->x));
    if (out->held)
        engine_throttle_entry(e, entry);
    for (size_t i = 0; i < out->command_count; i++) {
        entry->calls += starts_call(&out->commands[i]);
        entry->to_open += out->commands[i].kind == RT_OPEN_MAP_RUN;
        e->ordered += out->commands[i].kind == RT_START_CHILD;
    }
    if (out->late)
        engine_begin_children_later(e, entry);
    if (out->more)
        engine_queue(e, entry);
    engine_note_map_runs(e, entry);
    engine_note_step(e, entry);
}

/*
 * The step is left where it is. That an execution has started is told at once, so that who started
 * it has an answer: its first event stands for itself, where later ones may belong together.
 */
static void leave_step(engine *e, struct slice *s)
{
    struct entry *entry = s->entry;

    entry->slice = s;
    engine_set_due(e, entry, INT64_MAX);
    set_aside(e, s);
    engine_note_step(e, entry);
    if (s->left)
        return;
    s->left = true;
    if (s->given.kind != RT_IN_START) {
        unsettle(e, s->given.number);
        return;
    }
    assert(s->out.count && rt_packed_kind(&s->out.events[0]) == RT_EXECUTION_STARTED);
    rt_output_move_first(engine_new_turn_output(e, entry->node.id), &s->out);
}

void engine_step_entry(engine *e, struct entry *entry, struct input *given)
{
    struct slice *s = take_slice(e);

    assert(!entry->slice);
    engine_slice_prepare(e, s, entry, given);
    if (!s->coroutine) {
        run_step(s);
    } else {
        s->since_ns = e->clock_ns;
        if (!coroutine_run(s->coroutine, run_step, s)) {
            leave_step(e, s);
            return;
        }
    }
    finish_step(e, s);
    give_slice_back(e, s);
}

void engine_wait_for_step(struct slice *s, struct input *given)
{
    unsettle(s->engine, given->number);
    MEM_GROW(s->waiting, s->waiting_count, s->waiting_cap);
    s->waiting[s->waiting_count++] = *given;
}

/* The step is done: what waited for its end comes now. */
static void end_step(engine *e, struct slice *s, bool kept)
{
    struct input *waiting = s->waiting;
    size_t count = s->waiting_count;

    s->waiting = NULL;
    s->waiting_count = s->waiting_cap = 0;
    engine_slice_settle(e, s->given.number);
    if (kept)
        finish_step(e, s);
    else
        s->entry->slice = NULL;
    give_slice_back(e, s);
    for (size_t i = 0; i < count; i++) {
        engine_slice_settle(e, waiting[i].number);
        if (kept)
            engine_step(e, &waiting[i]);
        else
            engine_input_clear(&waiting[i]);
    }
    mem_free(waiting);
}

static void resume_step(engine *e, struct slice *s)
{
    take_up_again(e, s);
    s->since_ns = engine_used_ns(e);
    /* Others may have opened some meanwhile. */
    int64_t left = engine_map_runs_left(e, s->entry);
    if (left < s->map_runs_left)
        s->map_runs_left = left;
    if (coroutine_resume(s->coroutine))
        end_step(e, s, true);
    else
        leave_step(e, s);
}

/* Its evaluations fail, and it comes to its end without another event. */
static void unwind(engine *e, struct slice *s)
{
    take_up_again(e, s);
    s->abandoned = true;
    bool done = coroutine_resume(s->coroutine);
    assert(done);
    (void)done;
}

void engine_abandon_step(engine *e, struct slice *s, struct input *instead)
{
    unwind(e, s);
    /* What stops the execution comes before what waited longer. */
    engine_wait_for_step(s, instead);
    for (size_t i = s->waiting_count - 1; i > 0; i--) {
        struct input before = s->waiting[i - 1];
        s->waiting[i - 1] = s->waiting[i];
        s->waiting[i] = before;
    }
    end_step(e, s, true);
}

void engine_drop_step(engine *e, struct slice *s)
{
    unwind(e, s);
    end_step(e, s, false);
}

void engine_resume_steps(engine *e)
{
    for (size_t n = e->under_way_count; n > 0 && e->under_way && !engine_share_is_over(e); n--)
        resume_step(e, e->under_way);
}

void engine_free_slices(engine *e)
{
    for (struct slice *s; (s = e->spare);) {
        e->spare = s->next;
        free_slice(s);
    }
    e->spare_count = 0;
}
