/* The engine: turns of all its executions, sans I/O. */

#include "runtime/engine.h"
#include "parsers/mem.h"

#include <string.h>

/* An execution, with its place in the heap of due times. */
struct entry {
    rt_exec *x;
    int64_t due_ms;
    size_t heap; /* index + 1; 0: not in it */
    bool queued; /* has RT_IN_CONTINUE to come */
};

/* A task that is out. Its id is its slot and how often the slot was used. */
struct out_task {
    uint64_t execution, ref;
    uint32_t frame, use;
    bool busy;
};

/* Something that came in, for the next turn. */
struct input {
    enum rt_input_kind kind;
    uint64_t execution, ref;
    uint32_t frame;
    json *value;
    struct asl_error error;
};

/* What a turn let out for one execution; its events stay here until the hooks have heard of them.
 */
struct turn {
    uint64_t execution;
    struct rt_output out;
};

struct engine {
    store *store;
    struct engine_hooks hooks;

    struct entry *entries;
    size_t entry_count, entry_cap;
    uint64_t *heap;
    size_t heap_count, heap_cap;

    struct out_task *tasks;
    size_t task_count, task_cap, tasks_busy;
    uint32_t *free_tasks;
    size_t free_count, free_cap;

    struct input *inputs;
    size_t input_count, input_cap;
    uint64_t *again; /* executions whose step stopped at its budget */
    size_t again_count, again_cap;
    struct turn *turns;
    size_t turn_count, turn_cap;
};

/* Makes room for one more element behind `count`. */
#define GROW(array, count, cap)                                                                    \
    do {                                                                                           \
        if ((count) == (cap)) {                                                                    \
            (cap) = mem_grow(cap, (count) + 1);                                                    \
            (array) = mem_realloc(array, (cap) * sizeof *(array));                                 \
        }                                                                                          \
    } while (0)

/* ---- due times ---- */

static bool before(const engine *e, uint64_t a, uint64_t b)
{
    int64_t x = e->entries[a].due_ms, y = e->entries[b].due_ms;

    return x != y ? x < y : a < b;
}

static void put(engine *e, size_t i, uint64_t execution)
{
    e->heap[i] = execution;
    e->entries[execution].heap = i + 1;
}

static void sift_up(engine *e, size_t i)
{
    uint64_t moving = e->heap[i];

    for (; i > 0 && before(e, moving, e->heap[(i - 1) / 2]); i = (i - 1) / 2)
        put(e, i, e->heap[(i - 1) / 2]);
    put(e, i, moving);
}

static void sift_down(engine *e, size_t i)
{
    uint64_t moving = e->heap[i];

    for (size_t kid; (kid = 2 * i + 1) < e->heap_count; i = kid) {
        if (kid + 1 < e->heap_count && before(e, e->heap[kid + 1], e->heap[kid]))
            kid++;
        if (!before(e, e->heap[kid], moving))
            break;
        put(e, i, e->heap[kid]);
    }
    put(e, i, moving);
}

static void set_due(engine *e, uint64_t execution, int64_t due_ms)
{
    struct entry *entry = &e->entries[execution];

    entry->due_ms = due_ms;
    if (due_ms == INT64_MAX) {
        if (!entry->heap)
            return;
        size_t i = entry->heap - 1;
        uint64_t last = e->heap[--e->heap_count];
        entry->heap = 0;
        if (i == e->heap_count)
            return;
        put(e, i, last);
        sift_up(e, i);
        sift_down(e, e->entries[last].heap - 1);
        return;
    }
    if (!entry->heap) {
        GROW(e->heap, e->heap_count, e->heap_cap);
        put(e, e->heap_count++, execution);
    }
    sift_up(e, entry->heap - 1);
    sift_down(e, entry->heap - 1);
}

/* ---- tasks that are out ---- */

static uint64_t task_id(const engine *e, size_t slot)
{
    return (uint64_t)e->tasks[slot].use << 32 | slot;
}

static struct out_task *find_task(const engine *e, uint64_t id)
{
    size_t slot = (size_t)(id & UINT32_MAX);
    struct out_task *t = slot < e->task_count ? &e->tasks[slot] : NULL;

    return t && t->busy && task_id(e, slot) == id ? t : NULL;
}

static uint64_t add_task(engine *e, uint64_t execution, const struct rt_command *c)
{
    size_t slot;

    if (e->free_count) {
        slot = e->free_tasks[--e->free_count];
    } else {
        GROW(e->tasks, e->task_count, e->task_cap);
        slot = e->task_count++;
        e->tasks[slot].use = 0;
    }
    struct out_task *t = &e->tasks[slot];
    *t = (struct out_task){execution, c->ref, c->frame, t->use + 1, true};
    e->tasks_busy++;
    return task_id(e, slot);
}

static void remove_task(engine *e, struct out_task *t)
{
    t->busy = false;
    e->tasks_busy--;
    GROW(e->free_tasks, e->free_count, e->free_cap);
    e->free_tasks[e->free_count++] = (uint32_t)(t - e->tasks);
}

/* The task that a frame has out. */
static struct out_task *task_of(const engine *e, uint64_t execution, const struct rt_command *c)
{
    for (size_t i = 0; i < e->task_count; i++) {
        struct out_task *t = &e->tasks[i];
        if (t->busy && t->execution == execution && t->frame == c->frame && t->ref == c->ref)
            return t;
    }
    return NULL;
}

/* ---- inputs ---- */

static struct input *add_input(engine *e, enum rt_input_kind kind, uint64_t execution)
{
    GROW(e->inputs, e->input_count, e->input_cap);
    struct input *in = &e->inputs[e->input_count++];
    *in = (struct input){.kind = kind, .execution = execution};
    return in;
}

static void input_clear(struct input *in)
{
    json_unref(in->value);
    asl_error_clear(&in->error);
}

uint64_t engine_start(engine *e, asl_machine *m, const struct rt_config *config, const json *input)
{
    uint64_t execution = e->entry_count;

    GROW(e->entries, e->entry_count, e->entry_cap);
    e->entries[e->entry_count++] = (struct entry){.x = rt_exec_new(m, config), .due_ms = INT64_MAX};
    add_input(e, RT_IN_START, execution)->value = json_ref(input);
    return execution;
}

void engine_stop(engine *e, uint64_t execution, const struct asl_error *error)
{
    struct input *in = add_input(e, RT_IN_STOP, execution);

    in->error.name = error->name ? json_ref(error->name) : NULL;
    in->error.cause = error->cause ? json_ref(error->cause) : NULL;
}

void engine_task_done(engine *e, uint64_t id, struct task_result *result)
{
    struct out_task *t = find_task(e, id);

    if (!t) {
        task_result_clear(result);
        return;
    }
    struct input *in = add_input(e, result->ok ? RT_IN_TASK_OK : RT_IN_TASK_FAILED, t->execution);
    in->frame = t->frame;
    in->ref = t->ref;
    in->value = result->output;
    in->error = (struct asl_error){result->error, result->cause};
    *result = (struct task_result){0};
    remove_task(e, t);
}

/* ---- a turn ---- */

static struct rt_output *new_turn(engine *e, uint64_t execution)
{
    if (e->turn_count == e->turn_cap) {
        e->turn_cap = mem_grow(e->turn_cap, e->turn_count + 1);
        e->turns = mem_realloc(e->turns, e->turn_cap * sizeof *e->turns);
        memset(e->turns + e->turn_count, 0, (e->turn_cap - e->turn_count) * sizeof *e->turns);
    }
    struct turn *t = &e->turns[e->turn_count++];
    t->execution = execution;
    return &t->out;
}

static void step(engine *e, uint64_t execution, const struct rt_input *in)
{
    struct entry *entry = &e->entries[execution];

    if (!entry->x)
        return;
    struct rt_output *out = new_turn(e, execution);
    rt_step(entry->x, in, out);
    set_due(e, execution, rt_next_due(entry->x));
    if (out->more && !entry->queued) {
        entry->queued = true;
        GROW(e->again, e->again_count, e->again_cap);
        e->again[e->again_count++] = execution;
    }
}

static void step_timers(engine *e, int64_t now_ms)
{
    while (e->heap_count && e->entries[e->heap[0]].due_ms <= now_ms)
        step(e, e->heap[0], &(struct rt_input){.kind = RT_IN_TIMER, .now_ms = now_ms});
}

static void step_again(engine *e, int64_t now_ms)
{
    size_t count = e->again_count;

    for (size_t i = 0; i < count; i++) {
        uint64_t execution = e->again[i];
        e->entries[execution].queued = false;
        step(e, execution, &(struct rt_input){.kind = RT_IN_CONTINUE, .now_ms = now_ms});
    }
    e->again_count -= count;
    if (e->again_count)
        memmove(e->again, e->again + count, e->again_count * sizeof *e->again);
}

static void step_inputs(engine *e, int64_t now_ms)
{
    for (size_t i = 0; i < e->input_count; i++) {
        struct input in = e->inputs[i];
        step(e, in.execution,
             &(struct rt_input){.kind = in.kind,
                                .frame = in.frame,
                                .ref = in.ref,
                                .now_ms = now_ms,
                                .value = in.value,
                                .error = &in.error});
        input_clear(&in);
    }
    e->input_count = 0;
}

static bool keep(engine *e, struct diag *why)
{
    if (!e->store)
        return true;
    for (size_t i = 0; i < e->turn_count; i++)
        store_append(e->store, e->turns[i].execution, e->turns[i].out.events,
                     e->turns[i].out.count);
    return store_commit(e->store, why);
}

static void hand_out(engine *e, uint64_t execution, const rt_exec *x, const struct rt_command *c)
{
    struct buf key = {0};
    const char *arn = json_str(rt_exec_names(x)->arn);

    buf_printf(&key, "%s:%u", arn, c->event_id);
    e->hooks.run_task(e->hooks.user, &(struct task){.id = add_task(e, execution, c),
                                                    .resource = json_str(c->state->task.resource),
                                                    .state = json_str(c->state->name),
                                                    .execution = arn,
                                                    .key = buf_str(&key),
                                                    .parameters = c->parameters,
                                                    .timeout_ms = c->timeout_ms,
                                                    .attempt = c->attempt,
                                                    .number = execution});
    buf_clear(&key);
}

static void obey(engine *e, uint64_t execution, const rt_exec *x, const struct rt_command *c)
{
    struct out_task *t;

    switch (c->kind) {
    case RT_RUN_TASK: hand_out(e, execution, x, c); break;
    case RT_CANCEL_TASK:
        if ((t = task_of(e, execution, c))) {
            uint64_t id = task_id(e, (size_t)(t - e->tasks));
            remove_task(e, t);
            e->hooks.cancel_task(e->hooks.user, id);
        }
        break;
    }
}

static void tell(engine *e, struct turn *t)
{
    const rt_exec *x = e->entries[t->execution].x;

    if (e->hooks.happened)
        e->hooks.happened(e->hooks.user, t->execution, x, t->out.events, t->out.count);
    for (size_t i = 0; i < t->out.command_count; i++)
        obey(e, t->execution, x, &t->out.commands[i]);
    if (t->out.count && rt_exec_status(x) != RT_RUNNING && e->hooks.ended)
        e->hooks.ended(e->hooks.user, t->execution, x);
    /* The store has the events' values by now. */
    if (e->store)
        t->out.count = 0;
    rt_output_reset(&t->out);
}

bool engine_advance(engine *e, int64_t now_ms, struct diag *why)
{
    step_timers(e, now_ms);
    step_again(e, now_ms);
    step_inputs(e, now_ms);
    if (!keep(e, why))
        return false;
    /* Hooks add inputs, never turns. */
    for (size_t i = 0; i < e->turn_count; i++)
        tell(e, &e->turns[i]);
    e->turn_count = 0;
    return true;
}

int64_t engine_next_due(const engine *e)
{
    if (e->input_count || e->again_count)
        return INT64_MIN;
    return e->heap_count ? e->entries[e->heap[0]].due_ms : INT64_MAX;
}

size_t engine_tasks(const engine *e)
{
    return e->tasks_busy;
}

const rt_exec *engine_execution(const engine *e, uint64_t execution)
{
    return execution < e->entry_count ? e->entries[execution].x : NULL;
}

/* ---- life ---- */

engine *engine_new(store *s, const struct engine_hooks *hooks)
{
    engine *e = mem_calloc(1, sizeof *e);

    e->store = s;
    e->hooks = *hooks;
    return e;
}

void engine_forget(engine *e, uint64_t execution)
{
    struct entry *entry = &e->entries[execution];

    set_due(e, execution, INT64_MAX);
    rt_exec_free(entry->x);
    entry->x = NULL;
    if (e->store)
        store_forget(e->store, execution);
}

void engine_free(engine *e)
{
    if (!e)
        return;
    for (size_t i = 0; i < e->entry_count; i++)
        rt_exec_free(e->entries[i].x);
    for (size_t i = 0; i < e->input_count; i++)
        input_clear(&e->inputs[i]);
    for (size_t i = 0; i < e->turn_cap; i++)
        rt_output_clear(&e->turns[i].out);
    mem_free(e->entries);
    mem_free(e->heap);
    mem_free(e->tasks);
    mem_free(e->free_tasks);
    mem_free(e->inputs);
    mem_free(e->again);
    mem_free(e->turns);
    mem_free(e);
}
