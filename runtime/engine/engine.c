/*
 * The engine: turns of all its executions, sans I/O. Steps come first, then one commit, and only
 * then does anything leave: hooks, task calls, answers. So whatever the world has heard of is in
 * the store, and what a crash loses nobody has heard of.
 */

#include "runtime/engine/engine_turn.h"

#include "asl/report/quota.h"
#include "parsers/base/mem.h"
#include "runtime/engine/engine_call.h"
#include "runtime/engine/engine_keep.h"
#include "runtime/engine/engine_late.h"
#include "runtime/engine/engine_map_runs.h"
#include "runtime/engine/engine_memory.h"
#include "runtime/engine/engine_recover.h"
#include "runtime/engine/engine_redrive.h"
#include "runtime/engine/engine_slice.h"
#include "runtime/engine/engine_stops.h"
#include "runtime/engine/engine_take_up.h"
#include "runtime/engine/engine_tell.h"

#include <stddef.h>
#include <string.h>

/* ---- due times ---- */

struct entry *engine_entry(const engine *e, uint64_t execution)
{
    return (struct entry *)(void *)id_map_get(&e->entries, execution);
}

void engine_set_due(engine *e, struct entry *entry, int64_t due_ms)
{
    entry->due_ms = due_ms;
    if (due_ms == INT64_MAX)
        due_heap_remove(&e->due, &entry->due);
    else
        due_heap_set(&e->due, &entry->due, (struct due_key){due_ms, entry->node.id, 0});
}

/* The entry that is due first; only asked for when there is one. */
static struct entry *first_due(const engine *e)
{
    return (struct entry *)(void *)((char *)due_heap_first(&e->due) - offsetof(struct entry, due));
}

/* ---- inputs ---- */

size_t input_queue_len(const struct input_queue *q)
{
    return q->count - q->head;
}

struct input *input_queue_add(struct input_queue *q)
{
    MEM_GROW(q->list, q->count, q->cap);
    return &q->list[q->count++];
}

/* What was taken leaves the array when it is half of it: so each input is moved about once. */
struct input input_queue_take(struct input_queue *q)
{
    struct input in = q->list[q->head++];

    if (q->head < q->count - q->head)
        return in;
    q->count -= q->head;
    if (q->count)
        memmove(q->list, q->list + q->head, q->count * sizeof *q->list);
    q->head = 0;
    return in;
}

static void input_queue_clear(struct input_queue *q)
{
    for (size_t i = q->head; i < q->count; i++)
        engine_input_clear(&q->list[i]);
    mem_free(q->list);
}

struct input *engine_add_input(engine *e, enum rt_input_kind kind, uint64_t execution)
{
    struct input *in = input_queue_add(&e->inputs);

    *in = (struct input){.number = ++e->last_input, .kind = kind, .execution = execution};
    return in;
}

void engine_input_clear(struct input *in)
{
    json_unref(in->value);
    in->value = NULL;
    asl_error_clear(&in->error);
}

uint64_t engine_last_input(const engine *e)
{
    return e->last_input;
}

bool engine_is_settled(const engine *e, uint64_t number)
{
    return number <= e->last_stepped && !id_map_get(&e->unsettled, number);
}

struct entry *engine_add_entry(engine *e, uint64_t execution)
{
    struct entry *entry = pool_take(&e->spare_entries);

    entry->node.id = execution;
    entry->due_ms = INT64_MAX;
    entry->kept_due_ms = STORE_AWAKE;
    id_map_put(&e->entries, &entry->node);
    return entry;
}

/* What begins an execution of a Map Run waits for memory. */
static struct input *add_beginning(engine *e, uint64_t execution)
{
    struct input *in = input_queue_add(&e->beginnings);

    *in = (struct input){.kind = RT_IN_START, .execution = execution};
    return in;
}

/* What an execution has in memory, about, before it has anything of its own. */
enum { NEW_BYTES = 4096 };

uint64_t engine_start_entry(engine *e, asl_machine *m, const struct rt_config *config,
                            const json *input, const struct engine_label *label,
                            struct engine_call *call)
{
    struct entry *entry = engine_add_entry(e, e->next++);

    entry->x = rt_exec_new(m, config);
    entry->keep = label->keep;
    entry->list = json_ref(label->list);
    entry->note = json_ref(label->note);
    e->running++;
    if (call) {
        engine_set_call(e, entry, call);
        entry->parent = (struct store_parent){true, call->execution, call->ref};
        entry->unstarted = true;
        add_beginning(e, entry->node.id)->value = json_ref(input);
    } else {
        engine_add_input(e, RT_IN_START, entry->node.id)->value = json_ref(input);
    }
    e->grown += NEW_BYTES;
    return entry->node.id;
}

uint64_t engine_start(engine *e, asl_machine *m, const struct rt_config *config, const json *input,
                      const struct engine_label *label)
{
    static const struct engine_label none;

    return engine_start_entry(e, m, config, input, label ? label : &none, NULL);
}

/* A stop is an input like any other: it comes after what was put in before it. */
void engine_stop(engine *e, uint64_t execution, const struct asl_error *error)
{
    struct input *in = engine_add_input(e, RT_IN_STOP, execution);

    in->error.name = json_ref(error->name);
    in->error.cause = json_ref(error->cause);
}

/* ---- a turn ---- */

struct rt_output *engine_new_turn_output(engine *e, uint64_t execution)
{
    if (e->turn_count == e->turn_cap) {
        e->turn_cap = mem_grow(e->turn_cap, e->turn_count + 1);
        e->turns = mem_realloc(e->turns, e->turn_cap * sizeof *e->turns);
        memset(e->turns + e->turn_count, 0, (e->turn_cap - e->turn_count) * sizeof *e->turns);
    }
    struct turn_output *t = &e->turns[e->turn_count++];
    t->execution = execution;
    return &t->out;
}

void engine_queue(engine *e, struct entry *entry)
{
    if (entry->queued)
        return;
    entry->queued = true;
    MEM_GROW(e->again, e->again_count, e->again_cap);
    e->again[e->again_count++] = entry->node.id;
}

/* A retry that is held was due: the timers of its execution wait with it. */
void engine_throttle_entry(engine *e, struct entry *entry)
{
    if (entry->due_ms <= engine_due_clock(e))
        engine_set_due(e, entry, INT64_MAX);
    if (entry->throttled)
        return;
    entry->throttled = true;
    e->throttles++;
    id_queue_add(&e->throttled, entry->node.id);
}

/*
 * What each kind of work may do in a turn before the turn is committed and its host looks at what
 * came in: steps, bytes of events and, where there is a clock, time. Each kind has a share of its
 * own, so that executions which write much don't keep out what comes in.
 */
enum { SHARE_STEPS = 4096, SHARE_BYTES = 1 << 20, STEPS_A_LOOK = 16 };
#define SHARE_NS INT64_C(4000000)
/* What is under way has had its share before; what is taken up has waited for a restart. */
#define LATER_SHARE_NS INT64_C(2000000)

static void begin_share(engine *e, int64_t ns)
{
    e->share_steps = 0;
    e->share_end_bytes = e->turn_bytes + SHARE_BYTES;
    e->share_end_ns = engine_used_ns(e) + ns;
}

void engine_begin_later_share(engine *e)
{
    begin_share(e, LATER_SHARE_NS);
}

bool engine_share_is_over(engine *e)
{
    if (e->turn_bytes >= e->share_end_bytes || e->share_steps >= SHARE_STEPS)
        return true;
    if (!e->hooks.used_ns)
        return false;
    /* To ask for the time costs about as much as a small step. */
    return (e->share_steps % STEPS_A_LOOK == STEPS_A_LOOK - 1 ? engine_used_ns(e) : e->clock_ns) >=
           e->share_end_ns;
}

void engine_step(engine *e, struct input *in)
{
    struct entry *entry = in->kind == RT_IN_REDRIVE ? engine_ended_entry(e, in->execution)
                                                    : engine_entry(e, in->execution);

    e->share_steps++;
    if (entry && entry->slice && (in->kind == RT_IN_STOP || in->kind == RT_IN_FAIL))
        engine_abandon_step(e, entry->slice, in);
    else if (entry && entry->slice)
        engine_wait_for_step(entry->slice, in);
    else if (entry && (entry->x || engine_wake(e, entry)) && !engine_is_outdated(e, in))
        engine_step_entry(e, entry, in);
    else
        engine_input_clear(in);
}

static void step_timers(engine *e)
{
    if (due_heap_next_ms(&e->due) > engine_due_clock(e))
        return;
    begin_share(e, SHARE_NS);
    /* A step may stop at its budget with more that is due: the next turn's. */
    for (size_t n = e->due.count; n > 0 && e->due.count && !e->unreadable; n--) {
        if (due_heap_next_ms(&e->due) > engine_due_clock(e) || engine_share_is_over(e))
            return;
        engine_step(e, &(struct input){.kind = RT_IN_TIMER, .execution = first_due(e)->node.id});
    }
}

static void step_again(engine *e)
{
    /* What is queued from now on is the next turn's. */
    const size_t end = e->again_count;

    if (e->again_head == end)
        return;
    begin_share(e, SHARE_NS);
    while (e->again_head < end && !engine_share_is_over(e)) {
        uint64_t execution = e->again[e->again_head++];
        struct entry *entry = engine_entry(e, execution);
        if (entry)
            entry->queued = false;
        engine_step(e, &(struct input){.kind = RT_IN_CONTINUE, .execution = execution});
    }
    if (e->again_head < e->again_count - e->again_head)
        return;
    e->again_count -= e->again_head;
    if (e->again_count)
        memmove(e->again, e->again + e->again_head, e->again_count * sizeof *e->again);
    e->again_head = 0;
}

/* Those that wait for room, the longest waiting first. */
static void step_throttled(engine *e)
{
    struct entry *entry;

    begin_share(e, SHARE_NS);
    while (e->transitions.left > 0 && !engine_share_is_over(e) &&
           (entry = (struct entry *)(void *)id_queue_take(&e->throttled, &e->entries))) {
        if (!entry->throttled)
            continue;
        entry->throttled = false;
        engine_step(e, &(struct input){.kind = RT_IN_TIMER, .execution = entry->node.id});
    }
}

/* An input is settled only when its step is committed: last_stepped tells how far the queue has
 * come. */
static void step_inputs(engine *e)
{
    if (!input_queue_len(&e->inputs))
        return;
    begin_share(e, SHARE_NS);
    while (input_queue_len(&e->inputs) && !engine_share_is_over(e)) {
        struct input in = input_queue_take(&e->inputs);
        e->last_stepped = in.number;
        engine_step(e, &in);
    }
}

/* Those that the store knows to sleep leave memory. Only now: until the hooks had heard of the
 * turn, they could ask for the execution. */
static void sleep_after_turn(engine *e)
{
    for (size_t i = 0; e->recovers && i < e->turn_count; i++) {
        struct entry *entry = engine_entry(e, e->turns[i].execution);
        if (!entry || !entry->x || entry->slice || entry->kept_due_ms == STORE_AWAKE)
            continue;
        rt_exec_free(entry->x);
        entry->x = NULL;
    }
}

bool engine_advance(engine *e, int64_t now_ms, struct diag *why)
{
    e->now_ms = now_ms;
    e->turn_bytes = 0;
    engine_look_at_memory(e);
    if (e->under_way) {
        engine_begin_later_share(e);
        engine_resume_steps(e);
    }
    if (e->transitions.size) {
        bucket_fill(&e->transitions, engine_due_clock(e));
        step_throttled(e);
    }
    engine_open_map_runs(e);
    engine_step_late(e);
    step_timers(e);
    step_again(e);
    step_inputs(e);
    if (input_queue_len(&e->beginnings)) {
        begin_share(e, SHARE_NS);
        engine_step_beginnings(e);
    }
    engine_take_up_some(e);
    /* Nothing of the turn is kept: what it made is based on an execution that could not be fetched.
     */
    if (e->unreadable) {
        diag_set(why, e->why.code, 0, "%s", e->why.text);
        return false;
    }
    if (!engine_keep_events(e, why))
        return false;
    /* Hooks add inputs, never turns. */
    for (size_t i = 0; i < e->turn_count; i++)
        engine_tell(e, &e->turns[i]);
    sleep_after_turn(e);
    e->turn_count = 0;
    e->ordered = 0;
    e->grown += e->turn_bytes;
    return true;
}

int64_t engine_next_due(const engine *e)
{
    if (input_queue_len(&e->inputs) || e->again_count || e->under_way ||
        (input_queue_len(&e->beginnings) && engine_may_begin(e)) ||
        (engine_takes_up(e) && !e->takes_up_later) || engine_can_open_map_runs(e) ||
        engine_can_step_late(e))
        return INT64_MIN;
    int64_t due_ms = due_heap_next_ms(&e->due);
    int64_t room_ms =
        e->throttled.first < e->throttled.count ? bucket_due(&e->transitions) : INT64_MAX;
    return room_ms < due_ms ? room_ms : due_ms;
}

size_t engine_tasks(const engine *e)
{
    return e->tasks_busy;
}

size_t engine_running(const engine *e)
{
    return e->running;
}

size_t engine_inputs(const engine *e)
{
    return input_queue_len(&e->inputs) + e->again_count - e->again_head + e->under_way_count +
           input_queue_len(&e->beginnings);
}

const rt_exec *engine_execution(const engine *e, uint64_t execution)
{
    const struct entry *entry = engine_entry(e, execution);

    return entry ? entry->x : NULL;
}

/* ---- life ---- */

engine *engine_new(store *s, const struct engine_hooks *hooks)
{
    engine *e = mem_calloc(1, sizeof *e);

    e->store = s;
    e->hooks = *hooks;
    e->wait_scale = 1;
    e->spare_entries.size = sizeof(struct entry);
    e->spare_calls.size = sizeof(struct engine_call);
    engine_limit_evaluations(e, ENGINE_EVALUATION_MS);
    engine_limit_memory(e, SIZE_MAX);
    engine_limit_map_runs(e, QUOTA_OPEN_MAP_RUNS);
    return e;
}

void engine_limit_map_runs(engine *e, int64_t most)
{
    e->most_map_runs = most;
}

void engine_limit_evaluations(engine *e, int64_t ms)
{
    e->evaluation_ns = ms < INT64_MAX / 1000000 ? ms * 1000000 : INT64_MAX;
}

void engine_scale_waits(engine *e, double factor)
{
    e->wait_scale = factor;
}

void engine_throttle(engine *e, const struct bucket *rate)
{
    e->transitions = *rate;
}

uint64_t engine_throttled(const engine *e)
{
    return e->throttles;
}

void engine_set_skew(engine *e, int64_t skew_ms)
{
    e->skew_ms = skew_ms;
}

int64_t engine_due_clock(const engine *e)
{
    return e->now_ms + e->skew_ms;
}

static void free_entry(engine *e, struct entry *entry)
{
    rt_exec_free(entry->x);
    json_unref(entry->list);
    json_unref(entry->note);
    pool_give(&e->spare_entries, entry);
}

void engine_release(engine *e, uint64_t execution)
{
    struct entry *entry = engine_entry(e, execution);

    if (!entry)
        return;
    if (entry->slice)
        engine_drop_step(e, entry->slice);
    engine_set_due(e, entry, INT64_MAX);
    engine_unlist(entry);
    engine_close_map_runs(e, entry);
    id_map_take(&e->entries, execution);
    free_entry(e, entry);
}

void engine_forget(engine *e, uint64_t execution)
{
    engine_release(e, execution);
    if (e->apart)
        store_forget(e->apart, execution);
    if (e->store)
        store_forget(e->store, execution);
}

store *engine_store(const engine *e, uint64_t execution)
{
    const struct entry *entry = engine_entry(e, execution);

    return entry && entry->keep == ENGINE_KEEP_APART && e->apart ? e->apart : e->store;
}

void engine_free(engine *e)
{
    if (!e)
        return;
    while (e->under_way)
        engine_drop_step(e, e->under_way);
    engine_free_slices(e);
    for (struct id_node *n; (n = id_map_take_any(&e->entries));)
        free_entry(e, (struct entry *)(void *)n);
    id_map_clear(&e->entries);
    pool_clear(&e->spare_entries);
    store_free(e->apart);
    diag_clear(&e->why);
    input_queue_clear(&e->inputs);
    input_queue_clear(&e->beginnings);
    id_map_clear(&e->unsettled);
    for (size_t i = 0; i < e->turn_cap; i++)
        rt_output_clear(&e->turns[i].out);
    due_heap_clear(&e->due);
    mem_free(e->untaken);
    rt_exec_free(e->fold.x);
    for (struct id_node *n; (n = id_map_take_any(&e->calls));)
        mem_free(n);
    id_map_clear(&e->calls);
    pool_clear(&e->spare_calls);
    engine_clear_stops(e);
    mem_free(e->again);
    id_queue_clear(&e->throttled);
    id_queue_clear(&e->late);
    engine_clear_map_runs(e);
    mem_free(e->turns);
    mem_free(e);
}
