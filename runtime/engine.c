/* The engine: turns of all its executions, sans I/O. */

#include "runtime/engine.h"
#include "parsers/mem.h"
#include "runtime/id_map.h"

#include <string.h>

/* An execution, with its place in the heap of due times. */
struct entry {
    rt_exec *x;
    int64_t due_ms;
    size_t heap;           /* index + 1; 0: not in it */
    bool queued;           /* has RT_IN_CONTINUE to come */
    bool orphan;           /* its Map Run is over: nobody asks for it */
    struct errand *errand; /* what it was started for; NULL: itself */
};

/*
 * A task, or an execution of a Map Run, that is out. Its number is the execution's and its ref's
 * lower half: of those that are out no two have the same, as refs only grow.
 */
struct errand {
    struct id_node node;
    uint64_t execution, ref;
    uint32_t frame, index;
    bool child;
    bool submits;    /* a task of the .sync or .waitForTaskToken kind */
    uint64_t number; /* child: the execution */
};

/* Something that came in, for the next turn. */
struct input {
    enum rt_input_kind kind;
    uint64_t execution, ref;
    uint32_t frame, index;
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

    int64_t now_ms; /* of the turn */
    struct id_map errands;
    size_t tasks_busy;

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

/* ---- errands ---- */

static uint64_t errand_id(uint64_t execution, uint64_t ref)
{
    return execution << 32 | (ref & UINT32_MAX);
}

static struct errand *find_errand(const engine *e, uint64_t id)
{
    return (struct errand *)(void *)id_map_get(&e->errands, id);
}

static struct errand *add_errand(engine *e, uint64_t execution, const struct rt_command *c)
{
    struct errand *r = mem_calloc(1, sizeof *r);

    r->node.id = errand_id(execution, c->ref);
    r->execution = execution;
    r->ref = c->ref;
    r->frame = c->frame;
    r->index = c->index;
    r->child = c->kind == RT_START_CHILD;
    r->submits = !r->child && c->state->task.pattern != ASL_REQUEST_RESPONSE;
    id_map_put(&e->errands, &r->node);
    e->tasks_busy += !r->child;
    return r;
}

static void remove_errand(engine *e, struct errand *r)
{
    id_map_take(&e->errands, r->node.id);
    e->tasks_busy -= !r->child;
    mem_free(r);
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

static uint64_t start(engine *e, asl_machine *m, const struct rt_config *config, const json *input,
                      struct errand *errand)
{
    uint64_t execution = e->entry_count;

    GROW(e->entries, e->entry_count, e->entry_cap);
    e->entries[e->entry_count++] =
        (struct entry){.x = rt_exec_new(m, config), .due_ms = INT64_MAX, .errand = errand};
    add_input(e, RT_IN_START, execution)->value = json_ref(input);
    return execution;
}

uint64_t engine_start(engine *e, asl_machine *m, const struct rt_config *config, const json *input)
{
    return start(e, m, config, input, NULL);
}

void engine_stop(engine *e, uint64_t execution, const struct asl_error *error)
{
    struct input *in = add_input(e, RT_IN_STOP, execution);

    in->error.name = error->name ? json_ref(error->name) : NULL;
    in->error.cause = error->cause ? json_ref(error->cause) : NULL;
}

/* What came of an errand goes to who sent it. Takes the values. */
static void answer(engine *e, const struct errand *r, enum rt_input_kind kind, json *value,
                   struct asl_error error)
{
    struct input *in = add_input(e, kind, r->execution);

    in->frame = r->frame;
    in->index = r->index;
    in->ref = r->ref;
    in->value = value;
    in->error = error;
}

void engine_task_started(engine *e, uint64_t id, const json *worker)
{
    struct errand *r = find_errand(e, id);

    if (r)
        answer(e, r, RT_IN_STARTED, worker ? json_ref(worker) : NULL, (struct asl_error){0});
}

void engine_task_submitted(engine *e, uint64_t id, const json *output)
{
    struct errand *r = find_errand(e, id);

    if (r && r->submits)
        answer(e, r, RT_IN_SUBMITTED, json_ref(output), (struct asl_error){0});
}

void engine_task_heartbeat(engine *e, uint64_t id)
{
    struct errand *r = find_errand(e, id);

    if (r)
        answer(e, r, RT_IN_HEARTBEAT, NULL, (struct asl_error){0});
}

void engine_task_done(engine *e, uint64_t id, struct task_result *result)
{
    struct errand *r = find_errand(e, id);

    if (!r) {
        task_result_clear(result);
        return;
    }
    answer(e, r, result->ok ? RT_IN_TASK_OK : RT_IN_TASK_FAILED, result->output,
           (struct asl_error){.name = result->error, .cause = result->cause});
    *result = (struct task_result){0};
    remove_errand(e, r);
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
    /* A step may stop at its budget with more that is due: the next turn's. */
    for (size_t n = e->heap_count; n > 0 && e->heap_count; n--) {
        if (e->entries[e->heap[0]].due_ms > now_ms)
            return;
        step(e, e->heap[0], &(struct rt_input){.kind = RT_IN_TIMER, .now_ms = now_ms});
    }
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
                                .index = in.index,
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
    if (store_commit(e->store, why))
        return true;
    /* The store has the events' values all the same. */
    for (size_t i = 0; i < e->turn_count; i++)
        e->turns[i].out.count = 0;
    return false;
}

static void hand_out(engine *e, uint64_t execution, const rt_exec *x, const struct rt_command *c)
{
    struct buf key = {0};
    const char *arn = json_str(rt_exec_names(x)->arn);

    buf_printf(&key, "%s:%u", arn, c->event_id);
    e->hooks.run_task(e->hooks.user, &(struct task){.id = add_errand(e, execution, c)->node.id,
                                                    .resource = json_str(c->state->task.resource),
                                                    .state = json_str(c->state->name),
                                                    .execution = arn,
                                                    .key = buf_str(&key),
                                                    .parameters = c->parameters,
                                                    .timeout_ms = c->timeout_ms,
                                                    .now_ms = e->now_ms,
                                                    .token = c->token ? json_str(c->token) : NULL,
                                                    .activity = c->state->task.kind == ASL_ACTIVITY,
                                                    .attempt = c->attempt,
                                                    .number = execution});
    buf_clear(&key);
}

static void start_child(engine *e, uint64_t execution, const rt_exec *x, const struct rt_command *c)
{
    struct errand *r = add_errand(e, execution, c);
    struct rt_config config;

    rt_child_config(x, c, &config);
    r->number = start(e, rt_exec_machine(x), &config, c->parameters, r);
    rt_names_clear(&config.names);
}

static void cancel(engine *e, struct errand *r)
{
    static const struct asl_error none;
    uint64_t id = r->node.id;

    if (r->child) {
        e->entries[r->number].errand = NULL;
        e->entries[r->number].orphan = true;
        engine_stop(e, r->number, &none);
        remove_errand(e, r);
    } else {
        remove_errand(e, r);
        e->hooks.cancel_task(e->hooks.user, id);
    }
}

static void obey(engine *e, uint64_t execution, const rt_exec *x, const struct rt_command *c)
{
    struct errand *r;

    switch (c->kind) {
    case RT_RUN_TASK: hand_out(e, execution, x, c); break;
    case RT_START_CHILD: start_child(e, execution, x, c); break;
    case RT_CANCEL_TASK:
    case RT_CANCEL_CHILD:
        if ((r = find_errand(e, errand_id(execution, c->ref))))
            cancel(e, r);
        break;
    }
}

/* An execution of a Map Run has ended: its Map hears of it, and nobody else asks for it. */
static void child_ended(engine *e, uint64_t execution, const rt_exec *x)
{
    struct errand *r = e->entries[execution].errand;
    const json *output = rt_exec_output(x);
    const struct asl_error *error = rt_exec_error(x);

    answer(e, r, output ? RT_IN_CHILD_OK : RT_IN_CHILD_FAILED, output ? json_ref(output) : NULL,
           asl_error_copy(error));
    remove_errand(e, r);
    engine_forget(e, execution);
}

static void reset_turn(engine *e, struct turn *t)
{
    /* The store has the events' values by now. */
    if (e->store)
        t->out.count = 0;
    rt_output_reset(&t->out);
}

/* Is it the turn in which the execution ended? It may have been stepped before in this round. */
static bool is_last(const struct turn *t)
{
    const struct rt_output *out = &t->out;
    enum rt_event_kind last = out->count ? out->events[out->count - 1].kind : RT_EXECUTION_STARTED;

    return last >= RT_EXECUTION_SUCCEEDED && last <= RT_EXECUTION_TIMED_OUT;
}

static void tell(engine *e, struct turn *t)
{
    const rt_exec *x = e->entries[t->execution].x;

    /* An earlier turn of this round was its last, and in this one nothing happened. */
    if (!x) {
        reset_turn(e, t);
        return;
    }
    if (e->hooks.happened)
        e->hooks.happened(e->hooks.user, t->execution, x, t->out.events, t->out.count);
    for (size_t i = 0; i < t->out.command_count; i++)
        obey(e, t->execution, x, &t->out.commands[i]);
    bool ended = is_last(t);
    if (ended && e->hooks.ended)
        e->hooks.ended(e->hooks.user, t->execution, x);
    reset_turn(e, t);
    if (ended && e->entries[t->execution].errand)
        child_ended(e, t->execution, x);
    else if (ended && e->entries[t->execution].orphan)
        engine_forget(e, t->execution);
}

bool engine_advance(engine *e, int64_t now_ms, struct diag *why)
{
    e->now_ms = now_ms;
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
    for (struct id_node *n; (n = id_map_take_any(&e->errands));)
        mem_free(n);
    id_map_clear(&e->errands);
    mem_free(e->inputs);
    mem_free(e->again);
    mem_free(e->turns);
    mem_free(e);
}
