/*
 * The engine: turns of all its executions, sans I/O. Steps come first, then one commit, and only
 * then does anything leave: hooks, task calls, answers. So whatever the world has heard of is in
 * the store, and what a crash loses nobody has heard of.
 */

#include "runtime/engine/engine_impl.h"

#include "parsers/base/mem.h"

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

/* ---- calls ---- */

static uint64_t call_id(uint64_t execution, uint64_t ref)
{
    return execution << 32 | (ref & UINT32_MAX);
}

static struct engine_call *call_by_id(const engine *e, uint64_t id)
{
    return (struct engine_call *)(void *)id_map_get(&e->calls, id);
}

struct engine_call *engine_find_call(const engine *e, uint64_t execution, uint64_t ref)
{
    return call_by_id(e, call_id(execution, ref));
}

bool engine_parent(const engine *e, uint64_t execution, uint64_t *parent)
{
    const struct entry *entry = engine_entry(e, execution);

    if (!entry || !entry->call)
        return false;
    *parent = entry->call->execution;
    return true;
}

bool starts_call(const struct rt_command *c)
{
    return c->kind == RT_RUN_TASK || c->kind == RT_START_CHILD || c->kind == RT_REDRIVE_CHILD;
}

struct engine_call *engine_new_call(engine *e, uint64_t execution, uint64_t ref, bool child)
{
    struct engine_call *call = mem_calloc(1, sizeof *call);

    call->node.id = call_id(execution, ref);
    call->execution = execution;
    call->ref = ref;
    call->child = child;
    call->number = NO_CHILD;
    id_map_put(&e->calls, &call->node);
    e->tasks_busy += !child;
    return call;
}

/* Its execution has counted it when the command was given. */
struct engine_call *engine_add_call(engine *e, uint64_t execution, const struct rt_command *c)
{
    struct engine_call *call = engine_find_call(e, execution, c->ref);

    /* In a file that was changed a child may be of an event that started none. */
    if (call && c->kind == RT_RUN_TASK) {
        engine_orphan(e, engine_entry(e, call->number));
        call = NULL;
    }
    if (!call)
        call = engine_new_call(e, execution, c->ref, c->kind != RT_RUN_TASK);
    call->unasked = false;
    call->frame = c->frame;
    call->index = c->index;
    call->since_ms = engine_due_clock(e);
    call->submits = !call->child && c->state->task.parts.pattern != ASL_REQUEST_RESPONSE;
    return call;
}

static void remove_call(engine *e, struct engine_call *call)
{
    struct entry *entry = engine_entry(e, call->execution);

    if (entry)
        entry->calls--;
    id_map_take(&e->calls, call->node.id);
    e->tasks_busy -= !call->child;
    mem_free(call);
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
    struct entry *entry = mem_calloc(1, sizeof *entry);

    entry->node.id = execution;
    entry->due_ms = INT64_MAX;
    entry->kept_due_ms = STORE_AWAKE;
    id_map_put(&e->entries, &entry->node);
    return entry;
}

/* What begins an execution of a Map Run waits for memory, and what stops it before for that. */
static struct input *add_beginning(engine *e, enum rt_input_kind kind, uint64_t execution)
{
    struct input *in = input_queue_add(&e->beginnings);

    *in = (struct input){.kind = kind, .execution = execution};
    return in;
}

/* What an execution has in memory, about, before it has anything of its own. */
enum { NEW_BYTES = 4096 };

static uint64_t engine_start_entry(engine *e, asl_machine *m, const struct rt_config *config,
                                   const json *input, const struct engine_label *label,
                                   struct engine_call *call)
{
    struct entry *entry = engine_add_entry(e, e->next++);

    entry->x = rt_exec_new(m, config);
    entry->keep = label->keep;
    entry->list = json_ref(label->list);
    entry->note = json_ref(label->note);
    entry->call = call;
    e->running++;
    if (call) {
        entry->unstarted = true;
        add_beginning(e, RT_IN_START, entry->node.id)->value = json_ref(input);
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

/* The answer to a call becomes an input of the execution that made it. Takes the values. */
static void engine_answer(engine *e, const struct engine_call *call, enum rt_input_kind kind,
                          json *value, struct asl_error error)
{
    struct input *in = engine_add_input(e, kind, call->execution);

    in->frame = call->frame;
    in->index = call->index;
    in->ref = call->ref;
    in->value = value;
    in->error = error;
}

uint64_t engine_execution_of(const engine *e, uint64_t id)
{
    const struct engine_call *call = call_by_id(e, id);

    return call ? call->execution : 0;
}

void engine_task_started(engine *e, uint64_t id, const json *worker)
{
    struct engine_call *call = call_by_id(e, id);

    if (call)
        engine_answer(e, call, RT_IN_STARTED, json_ref(worker), (struct asl_error){0});
}

void engine_task_submitted(engine *e, uint64_t id, const json *output)
{
    struct engine_call *call = call_by_id(e, id);

    if (call && call->submits)
        engine_answer(e, call, RT_IN_SUBMITTED, json_ref(output), (struct asl_error){0});
}

void engine_task_heartbeat(engine *e, uint64_t id)
{
    struct engine_call *call = call_by_id(e, id);

    if (call)
        engine_answer(e, call, RT_IN_HEARTBEAT, NULL, (struct asl_error){0});
}

/* The call ends here, not when its input is stepped: a second answer finds none. */
void engine_task_done(engine *e, uint64_t id, struct task_result *result)
{
    struct engine_call *call = call_by_id(e, id);

    if (!call) {
        task_result_clear(result);
        return;
    }
    if (e->hooks.answered)
        e->hooks.answered(e->hooks.user, call->since_ms);
    engine_answer(e, call, result->ok ? RT_IN_TASK_OK : RT_IN_TASK_FAILED, result->output,
                  (struct asl_error){.name = result->error, .cause = result->cause});
    json_unref(result->exchange);
    *result = (struct task_result){0};
    remove_call(e, call);
}

/* The call stays: whoever works on the task hears of the end by release_task, after the commit. */
void engine_task_answered(engine *e, uint64_t id, struct task_result *result)
{
    const struct engine_call *call = call_by_id(e, id);

    if (!call) {
        task_result_clear(result);
        return;
    }
    if (e->hooks.answered)
        e->hooks.answered(e->hooks.user, call->since_ms);
    engine_answer(e, call, result->ok ? RT_IN_TOKEN_OK : RT_IN_TOKEN_FAILED, result->output,
                  (struct asl_error){.name = result->error, .cause = result->cause});
    *result = (struct task_result){0};
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
    else if (entry && (entry->x || engine_wake(e, entry)))
        engine_step_entry(e, entry, in);
    else
        engine_input_clear(in);
}

static void step_timers(engine *e)
{
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
    begin_share(e, SHARE_NS);
    while (input_queue_len(&e->inputs) && !engine_share_is_over(e)) {
        struct input in = input_queue_take(&e->inputs);
        e->last_stepped = in.number;
        engine_step(e, &in);
    }
}

/* Returns whether the execution only waits, and for long. */
static bool can_sleep(const engine *e, const struct entry *entry)
{
    return entry->calls == 0 && !entry->queued && !entry->throttled && entry->due_ms != INT64_MAX &&
           entry->due_ms - engine_due_clock(e) > e->sleep_ms;
}

static void keep_start(engine *e, struct entry *entry)
{
    const struct engine_call *call = entry->call;
    struct store_execution x = {.number = entry->node.id,
                                .machine = rt_exec_machine(entry->x),
                                .status = rt_exec_status(entry->x),
                                .start_ms = rt_exec_start_ms(entry->x),
                                .due_ms = can_sleep(e, entry) ? entry->due_ms : STORE_AWAKE};

    rt_exec_config(entry->x, &x.config);
    /* It may have ended in its first turn. */
    entry->kept_end = x.status != RT_RUNNING;
    x.stop_ms = entry->kept_end ? rt_exec_stop_ms(entry->x) : 0;
    entry->kept_due_ms = x.due_ms;
    if (call)
        x.parent = (struct store_parent){true, call->execution, call->ref};
    x.transient = entry->keep == ENGINE_KEEP_RUNNING;
    x.list = entry->list;
    x.note = entry->note;
    store_start(e->store, &x);
    entry->kept = true;
    json_unref(entry->list);
    json_unref(entry->note);
    entry->list = entry->note = NULL;
}

/* Tells the store where an execution stands once this turn is over; only what is news. */
static void keep_progress(engine *e, struct entry *entry)
{
    enum rt_status status = rt_exec_status(entry->x);
    int64_t due_ms = can_sleep(e, entry) ? entry->due_ms : STORE_AWAKE;

    if (entry->redriven)
        store_redriven(e->store, entry->node.id, rt_exec_redrives(entry->x),
                       rt_exec_redriven_ms(entry->x));
    entry->redriven = false;
    if (status != RT_RUNNING && !entry->kept_end) {
        if (entry->keep == ENGINE_KEEP_RUNNING)
            store_forget(e->store, entry->node.id);
        else
            store_progress(e->store, entry->node.id, status, rt_exec_stop_ms(entry->x),
                           STORE_AWAKE);
    } else if (status == RT_RUNNING && due_ms != entry->kept_due_ms) {
        store_progress(e->store, entry->node.id, status, 0, due_ms);
    }
    entry->kept_end = status != RT_RUNNING;
    entry->kept_due_ms = due_ms;
}

/* Returns whether the store is to have the execution. An execution that leaves nothing behind and
 * ends in its first turn never sees the store. */
static bool keeps(const struct entry *entry)
{
    if (entry->keep == ENGINE_KEEP_RUNNING)
        return entry->kept || rt_exec_status(entry->x) == RT_RUNNING;
    return entry->keep == ENGINE_KEEP;
}

static void keep_apart(engine *e, const struct turn_output *t)
{
    if (!e->apart)
        e->apart = store_memory_new();
    store_append(e->apart, t->execution, t->out.events, t->out.count);
}

static bool engine_keep_events(engine *e, struct diag *why)
{
    struct diag failed = {0};
    uint64_t refused;

    if (!e->store)
        return true;
    for (size_t i = 0; i < e->turn_count; i++) {
        struct turn_output *t = &e->turns[i];
        struct entry *entry = e->recovers ? engine_entry(e, t->execution) : NULL;
        if (entry && entry->keep == ENGINE_KEEP_APART)
            keep_apart(e, t);
        if (entry && !keeps(entry))
            continue;
        if (entry && !entry->kept)
            keep_start(e, entry);
        store_append(e->store, t->execution, t->out.events, t->out.count);
    }
    for (size_t i = 0; e->recovers && i < e->turn_count; i++) {
        struct entry *entry = engine_entry(e, e->turns[i].execution);
        if (entry && entry->kept)
            keep_progress(e, entry);
    }
    if (store_commit(e->store, &failed))
        return true;
    /* One execution is at fault. It is set apart, so that the next turn can commit the others. */
    if (failed.code == STORE_REFUSED && store_refused(e->store, &refused)) {
        store_set_apart(e->store, refused, failed.text, e->now_ms);
        store_commit(e->store, NULL);
    }
    if (failed.code)
        diag_set(why, failed.code, 0, "%s", failed.text);
    diag_clear(&failed);
    return false;
}

void engine_hand_out(engine *e, uint64_t execution, const rt_exec *x, const struct rt_command *c)
{
    struct buf key = {0};
    const char *arn = json_str(rt_exec_names(x)->arn);

    buf_printf(&key, "%s:%u", arn, c->event_id);
    e->hooks.run_task(e->hooks.user, &(struct task){.id = engine_add_call(e, execution, c)->node.id,
                                                    .resource = &c->state->task.parts,
                                                    .state = json_str(c->state->name),
                                                    .execution = arn,
                                                    .key = buf_str(&key),
                                                    .parameters = c->parameters,
                                                    .timeout_ms = c->timeout_ms,
                                                    .now_ms = e->now_ms,
                                                    .token = c->token ? json_str(c->token) : NULL,
                                                    .activity = c->state->task.kind == ASL_ACTIVITY,
                                                    .attempt = c->attempt,
                                                    .started = c->started,
                                                    .submitted = c->submitted,
                                                    .answered = c->answered,
                                                    .number = execution});
    buf_clear(&key);
}

/* Children are kept as their Map is; but an Express one leaves no history. */
void engine_start_child(engine *e, struct engine_call *call, const rt_exec *parent,
                        const struct rt_command *c)
{
    const struct entry *of = engine_entry(e, call->execution);
    struct engine_label label = {.keep = of->keep, .list = c->map_run};
    struct rt_config config;

    if (label.keep == ENGINE_KEEP && c->state->map.express)
        label.keep = ENGINE_KEEP_RUNNING;
    rt_child_config(parent, c, &config);
    call->number =
        engine_start_entry(e, rt_exec_machine(parent), &config, c->parameters, &label, call);
    rt_names_clear(&config.names);
}

static void cancel(engine *e, struct engine_call *call)
{
    static const struct asl_error none;
    uint64_t id = call->node.id;

    if (call->child) {
        struct entry *child = engine_entry(e, call->number);
        if (child && child->unstarted && engine_is_short(e)) {
            e->running--;
            engine_release(e, call->number);
        } else if (child) {
            child->call = NULL;
            child->orphan = true;
            if (child->unstarted)
                add_beginning(e, RT_IN_STOP, call->number);
            else
                engine_stop(e, call->number, &none);
        }
        remove_call(e, call);
    } else {
        remove_call(e, call);
        e->hooks.cancel_task(e->hooks.user, id);
    }
}

static void engine_release_entry(engine *e, struct engine_call *call)
{
    uint64_t id = call->node.id;

    remove_call(e, call);
    if (e->hooks.release_task)
        e->hooks.release_task(e->hooks.user, id);
}

/* Unless it runs already: then there is nothing to do. */
static void engine_ask_for_child(engine *e, uint64_t execution, const rt_exec *x,
                                 const struct rt_command *c)
{
    struct engine_call *call = engine_add_call(e, execution, c);

    if (call->number != NO_CHILD)
        return;
    if (c->kind == RT_START_CHILD)
        engine_start_child(e, call, x, c);
    else if (!engine_redrive_child(e, call, x, c, &e->why))
        e->unreadable = true;
}

static void obey(engine *e, uint64_t execution, const rt_exec *x, const struct rt_command *c)
{
    struct engine_call *call;

    switch (c->kind) {
    case RT_RUN_TASK: engine_hand_out(e, execution, x, c); break;
    case RT_START_CHILD:
    case RT_REDRIVE_CHILD: engine_ask_for_child(e, execution, x, c); break;
    case RT_CANCEL_TASK:
    case RT_CANCEL_CHILD:
        if ((call = engine_find_call(e, execution, c->ref)))
            cancel(e, call);
        break;
    case RT_RELEASE_TASK:
        if ((call = engine_find_call(e, execution, c->ref)))
            engine_release_entry(e, call);
        break;
    }
}

/* Nobody asks the engine for it any more. What is kept for recovery is kept for its users, too. */
static void let_go(engine *e, uint64_t execution)
{
    if (e->recovers)
        engine_release(e, execution);
    else
        engine_forget(e, execution);
}

/* Its Map hears of the end of an execution of a Map Run. */
void engine_tell_parent(engine *e, struct engine_call *call, const rt_exec *x)
{
    const json *output = rt_exec_output(x);
    const struct asl_error *error = rt_exec_error(x);

    engine_answer(e, call, output ? RT_IN_CHILD_OK : RT_IN_CHILD_FAILED, json_ref(output),
                  asl_error_copy(error));
    remove_call(e, call);
}

void engine_child_lost(engine *e, struct engine_call *call, const char *why)
{
    struct asl_error error = {0};

    asl_error_set(&error, "States.Runtime", "%s", why);
    engine_answer(e, call, RT_IN_CHILD_FAILED, NULL, error);
    remove_call(e, call);
}

/* Returns whether the execution ended with this output. It may have others in the same turn. */
static bool is_last(const struct turn_output *t)
{
    const struct rt_output *out = &t->out;

    return out->count && rt_event_is_end(out->events[out->count - 1].kind);
}

static void engine_tell(engine *e, struct turn_output *t)
{
    struct entry *entry = engine_entry(e, t->execution);
    const rt_exec *x = entry ? entry->x : NULL;

    /* The execution has ended with an earlier output of this turn; this one is empty. */
    if (!x) {
        rt_output_reset(&t->out);
        return;
    }
    if (e->hooks.happened)
        e->hooks.happened(e->hooks.user, t->execution, x, t->out.events, t->out.count);
    for (size_t i = 0; i < t->out.command_count; i++)
        obey(e, t->execution, x, &t->out.commands[i]);
    bool ended = is_last(t);
    if (ended && !entry->over) {
        entry->over = true;
        e->running--;
    }
    if (ended && e->hooks.ended)
        e->hooks.ended(e->hooks.user, t->execution, x);
    rt_output_reset(&t->out);
    /* The hook may have let go of it; or a redrive is under way. */
    if (!ended || !(entry = engine_entry(e, t->execution)) || entry->slice)
        return;
    bool child = entry->call != NULL;
    if (child)
        engine_tell_parent(e, entry->call, x);
    entry->call = NULL;
    if (child || entry->orphan || e->recovers)
        let_go(e, t->execution);
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
    step_timers(e);
    step_again(e);
    step_inputs(e);
    begin_share(e, SHARE_NS);
    engine_step_beginnings(e);
    engine_begin_later_share(e);
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
    e->grown += e->turn_bytes;
    return true;
}

int64_t engine_next_due(const engine *e)
{
    if (input_queue_len(&e->inputs) || e->again_count || e->under_way ||
        (input_queue_len(&e->beginnings) && engine_may_begin(e)) ||
        (engine_takes_up(e) && !e->takes_up_later))
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
    engine_limit_evaluations(e, ENGINE_EVALUATION_MS);
    engine_limit_memory(e, SIZE_MAX);
    return e;
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

static void free_entry(struct entry *entry)
{
    rt_exec_free(entry->x);
    json_unref(entry->list);
    json_unref(entry->note);
    mem_free(entry);
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
    id_map_take(&e->entries, execution);
    free_entry(entry);
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
        free_entry((struct entry *)(void *)n);
    id_map_clear(&e->entries);
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
    mem_free(e->again);
    id_queue_clear(&e->throttled);
    mem_free(e->turns);
    mem_free(e);
}
