/*
 * Memory has a bound. What executions hold grows with their events, so after so many bytes of these
 * the engine asks how much the process has in use (struct engine_hooks). When that is more than a
 * part of what it may have:
 *
 * - executions of Map Runs that have not begun wait, one after another;
 * - executions that are in the store, as all are between their steps, leave memory, and come back
 *   when something comes in for them; with a long history only once they are idle;
 * - at three quarters engine_is_full tells the API to refuse what is new;
 * - when all that was not enough, the execution that holds most fails.
 */

#include "runtime/engine/engine_memory.h"

#include "runtime/engine/engine_call.h"
#include "runtime/engine/engine_turn.h"

#include <inttypes.h>

/* Memory is looked at each time it may have grown by such a part of its bound, or a step under way
 * by so much. */
enum { LOOKS = 64, GROWS_UNDER_WAY = 1 << 20 };
/* That part of the bound is much for one execution: others are not made to fail. */
enum { MUCH = 256 };
/* With more than so many that can go on no execution of a Map Run begins, but for every so many
 * turns. */
enum { MANY = 4, HELD_BACK = 16 };
/* Those at the head of the queue come next: they stay. */
enum { STAY = 4 };
/*
 * An execution that has come back was folded: each event costs some two microseconds. One leaves
 * when it has been idle for so long that it is folded for less than a part of the time, whatever
 * comes in for it: a Map Run of a million children hears of each. With less memory that is a larger
 * part. With none left all go, but for those that were folded lately: they stay for some times as
 * long as that took, so that however often one comes back, little of the time is lost with it.
 */
enum { EVENTS_A_MS = 20, FULL_EVENTS_A_MS = 200, WOKEN_EVENTS_A_MS = 100 };
/* How many executions a turn looks at for what may leave memory. */
enum { LOOKED_AT = 4096 };

void engine_limit_memory(engine *e, size_t bytes)
{
    e->memory = bytes;
}

static void engine_memory_measure(engine *e)
{
    e->used = e->hooks.used_bytes ? e->hooks.used_bytes(e->hooks.user) : 0;
    e->grown = 0;
}

bool engine_is_short(const engine *e)
{
    return e->used >= e->memory / 2;
}

/* What their executions make of inputs, and the results that are to be written, may each be as
 * large as these: so they get a quarter. */
bool engine_is_scarce(const engine *e)
{
    return !e->recovers && e->used >= e->memory / 4;
}

static bool is_nearly_used_up(const engine *e)
{
    return e->used >= e->memory / 4 * 3;
}

bool engine_is_full(engine *e)
{
    if (engine_is_short(e))
        engine_memory_measure(e);
    return is_nearly_used_up(e);
}

/* ---- lists of executions ---- */

static void engine_memory_enlist(struct entry_list *list, struct entry *entry)
{
    entry->in = list;
    entry->behind = NULL;
    entry->ahead = list->last;
    if (list->last)
        list->last->behind = entry;
    else
        list->first = entry;
    list->last = entry;
}

void engine_unlist(struct entry *entry)
{
    struct entry_list *list = entry->in;

    if (!list)
        return;
    if (entry->ahead)
        entry->ahead->behind = entry->behind;
    else
        list->first = entry->behind;
    if (entry->behind)
        entry->behind->ahead = entry->ahead;
    else
        list->last = entry->ahead;
    entry->in = NULL;
}

void engine_note_step(engine *e, struct entry *entry)
{
    entry->stepped_ms = e->now_ms;
    if (entry->in == &e->stepped)
        return;
    engine_unlist(entry);
    engine_memory_enlist(&e->stepped, entry);
}

/* ---- leaving memory ---- */

static bool comes_next(const engine *e, uint64_t execution)
{
    for (size_t i = e->again_head; i < e->again_count && i < e->again_head + STAY; i++)
        if (e->again[i] == execution)
            return true;
    return false;
}

/* What a fold would lose stays: it would be made anew each time that the execution comes back, and
 * never be of use. */
bool engine_can_leave(const engine *e, const struct entry *entry)
{
    return e->recovers && entry->x && entry->kept && !entry->slice &&
           rt_exec_status(entry->x) == RT_RUNNING && !rt_exec_has_unrecorded_work(entry->x);
}

/*
 * What is held for a reading goes with its execution: when that is back, the reading begins anew.
 * One that items were asked of stays, as what it brings is what the execution comes back for.
 */
static void leave_readings(const engine *e, const struct entry *entry)
{
    uint32_t frame = 0;
    uint64_t ref;

    while (rt_exec_next_reading(entry->x, &frame, &ref)) {
        const struct engine_call *call = engine_find_call(e, entry->node.id, ref);
        if (call && call->reading && !call->busy)
            e->hooks.cancel_task(e->hooks.user, call->node.id);
    }
}

static void engine_memory_leave(const engine *e, struct entry *entry)
{
    leave_readings(e, entry);
    engine_unlist(entry);
    rt_exec_free(entry->x);
    entry->x = NULL;
}

typedef bool next_call(const rt_exec *x, uint32_t *frame, uint64_t *ref);

/* What is held for the calls of a kind that the execution has out. */
static size_t held_for_calls(const engine *e, const struct entry *entry, next_call *next)
{
    uint32_t frame = 0;
    uint64_t ref;
    size_t bytes = 0;

    while (e->hooks.held_for && next(entry->x, &frame, &ref)) {
        const struct engine_call *call = engine_find_call(e, entry->node.id, ref);
        bytes += call ? e->hooks.held_for(e->hooks.user, call->node.id) : 0;
    }
    return bytes;
}

/* Bytes of one that could be made to fail, with those that are held to read and write for it. */
static size_t bytes_held(const engine *e, const struct entry *entry)
{
    if (!entry->x || rt_exec_status(entry->x) != RT_RUNNING)
        return 0;
    return rt_exec_held(entry->x) + held_for_calls(e, entry, rt_exec_next_reading) +
           held_for_calls(e, entry, rt_exec_next_writing);
}

static uint64_t engine_ms_since(const engine *e, int64_t ms)
{
    return (uint64_t)(e->now_ms > ms ? e->now_ms - ms : 0);
}

static bool will_be_back_soon(const engine *e, const struct entry *entry)
{
    uint64_t length = rt_exec_length(entry->x);

    if (e->used >= e->memory)
        return engine_ms_since(e, entry->woken_ms) < length / WOKEN_EVENTS_A_MS;
    return engine_ms_since(e, entry->stepped_ms) <
           length / (is_nearly_used_up(e) ? FULL_EVENTS_A_MS : EVENTS_A_MS);
}

/* Those that were busy when they were looked at may be idle by now, or there is less memory. */
static void let_idle_leave(engine *e)
{
    struct entry *next = e->busy.first;

    for (size_t n = 0; n < LOOKED_AT && next; n++) {
        struct entry *entry = next;
        next = entry->behind;
        if (!engine_can_leave(e, entry)) {
            engine_unlist(entry);
            engine_memory_enlist(&e->stepped, entry);
        } else if (!will_be_back_soon(e, entry)) {
            engine_memory_leave(e, entry);
        }
    }
}

/*
 * Only a step changes what an execution holds, and whether it can leave: so those that have had one
 * since they were looked at are all that matter, and those of them that stay and hold much are the
 * ones to fail. Each turn looks at so many.
 */
static void let_leave(engine *e)
{
    struct entry *entry;

    for (size_t n = 0; n < LOOKED_AT && (entry = e->stepped.first); n++) {
        if (engine_can_leave(e, entry) && !comes_next(e, entry->node.id)) {
            if (will_be_back_soon(e, entry)) {
                engine_unlist(entry);
                engine_memory_enlist(&e->busy, entry);
            } else {
                engine_memory_leave(e, entry);
            }
            continue;
        }
        engine_unlist(entry);
        entry->held = bytes_held(e, entry);
        if (entry->held >= e->memory / MUCH)
            engine_memory_enlist(&e->large, entry);
    }
}

/* ---- failing ---- */

static struct entry *largest(const engine *e)
{
    struct entry *most = e->large.first;

    for (struct entry *entry = most; entry; entry = entry->behind)
        if (entry->held > most->held)
            most = entry;
    return most;
}

/* Returns whether memory would be used up without those that stay for some time, too. */
static bool others_use_all(const engine *e)
{
    size_t staying = 0;

    for (const struct entry *entry = e->busy.first; entry; entry = entry->behind)
        staying += bytes_held(e, entry);
    return e->used >= e->memory && e->used - e->memory >= staying;
}

static void fail_largest(engine *e)
{
    struct entry *entry = largest(e);
    struct input in = {.kind = RT_IN_FAIL};

    if (!entry)
        return;
    in.execution = entry->node.id;
    asl_error_set(
        &in.error, ASL_DATA_LIMIT_EXCEEDED,
        "The execution holds data of %zu bytes, and the process has no more than %zu bytes "
        "of memory for all executions together (--memory).",
        entry->held, e->memory);
    engine_step(e, &in);
}

/* ---- looking ---- */

void engine_look_at_memory(engine *e)
{
    e->grown += e->under_way_count ? GROWS_UNDER_WAY : 0;
    if (!e->hooks.used_bytes || (!engine_is_short(e) && e->grown < e->memory / LOOKS))
        return;
    engine_memory_measure(e);
    if (!engine_is_short(e))
        return;
    let_leave(e);
    let_idle_leave(e);
    engine_memory_measure(e);
    if (e->used >= e->memory && !e->stepped.first && others_use_all(e))
        fail_largest(e);
}

/* ---- executions of Map Runs that wait to begin ---- */

/* When memory is short, only if nothing else goes on; what can't leave memory must end first. */
bool engine_may_begin(const engine *e)
{
    if (!engine_is_short(e))
        return true;
    if (e->again_count || input_queue_len(&e->inputs) || e->under_way || engine_takes_up(e))
        return false;
    return e->recovers || (e->tasks_busy == 0 && e->due.count == 0);
}

/*
 * While some have more to do at once, those go on first: what they hold shows before others begin,
 * and nothing is done later for it. But that they never end must not keep others from beginning.
 */
static bool others_go_first(engine *e)
{
    return e->again_count - e->again_head > MANY && ++e->held_back % HELD_BACK != 0;
}

void engine_step_beginnings(engine *e)
{
    while (input_queue_len(&e->beginnings) && !engine_share_is_over(e) && engine_may_begin(e) &&
           !others_go_first(e)) {
        struct input in = input_queue_take(&e->beginnings);
        struct entry *entry = engine_entry(e, in.execution);
        if (entry && entry->withdrawn) {
            engine_input_clear(&in);
            continue;
        }
        if (entry)
            entry->unstarted = false;
        engine_step(e, &in);
        /* What it will hold is seen when it has made its step; nothing if that was its last. */
        entry = engine_entry(e, in.execution);
        if (engine_is_short(e) && entry && entry->x && rt_exec_status(entry->x) == RT_RUNNING)
            break;
    }
}
