/* The engine: turns of all its executions, sans I/O. */

#include "runtime/engine.h"
#include "parsers/mem.h"
#include "runtime/id_map.h"

#include <assert.h>
#include <string.h>

/* An execution, with its place in the heap of due times. */
struct entry {
    struct id_node node;
    rt_exec *x; /* NULL: it sleeps in the store */
    int64_t due_ms;
    size_t heap;           /* index + 1; 0: not in it */
    struct errand *errand; /* what it was started for; NULL: itself */
    uint32_t errands;      /* that it has out, or that this turn lets out */
    bool queued;           /* has RT_IN_CONTINUE to come */
    bool over;             /* it has ended, and was told so */
    bool orphan;           /* its Map Run is over: nobody asks for it */
    /* What the store has of it: */
    bool kept, kept_end;
    int64_t kept_due_ms;
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
    int64_t since_ms;
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

    bool recovers;    /* keeps what engine_recover needs */
    int64_t sleep_ms; /* from when on an execution sleeps */
    bool unreadable;  /* an execution could not be fetched: */
    struct diag why;

    struct id_map entries;
    uint64_t next; /* number */
    struct entry **heap;
    size_t heap_count, heap_cap;

    int64_t now_ms; /* of the turn */
    struct id_map errands;
    size_t tasks_busy, running;

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

static struct entry *find_entry(const engine *e, uint64_t execution)
{
    return (struct entry *)(void *)id_map_get(&e->entries, execution);
}

static bool before(const struct entry *a, const struct entry *b)
{
    return a->due_ms != b->due_ms ? a->due_ms < b->due_ms : a->node.id < b->node.id;
}

static void put(engine *e, size_t i, struct entry *entry)
{
    e->heap[i] = entry;
    entry->heap = i + 1;
}

static void sift_up(engine *e, size_t i)
{
    struct entry *moving = e->heap[i];

    for (; i > 0 && before(moving, e->heap[(i - 1) / 2]); i = (i - 1) / 2)
        put(e, i, e->heap[(i - 1) / 2]);
    put(e, i, moving);
}

static void sift_down(engine *e, size_t i)
{
    struct entry *moving = e->heap[i];

    for (size_t kid; (kid = 2 * i + 1) < e->heap_count; i = kid) {
        if (kid + 1 < e->heap_count && before(e->heap[kid + 1], e->heap[kid]))
            kid++;
        if (!before(e->heap[kid], moving))
            break;
        put(e, i, e->heap[kid]);
    }
    put(e, i, moving);
}

static void set_due(engine *e, struct entry *entry, int64_t due_ms)
{
    entry->due_ms = due_ms;
    if (due_ms == INT64_MAX) {
        if (!entry->heap)
            return;
        size_t i = entry->heap - 1;
        struct entry *last = e->heap[--e->heap_count];
        entry->heap = 0;
        if (i == e->heap_count)
            return;
        put(e, i, last);
        sift_up(e, i);
        sift_down(e, last->heap - 1);
        return;
    }
    if (!entry->heap) {
        GROW(e->heap, e->heap_count, e->heap_cap);
        put(e, e->heap_count++, entry);
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

static bool starts_errand(const struct rt_command *c)
{
    return c->kind == RT_RUN_TASK || c->kind == RT_START_CHILD;
}

/* Its execution has counted it when the command was given. */
static struct errand *add_errand(engine *e, uint64_t execution, const struct rt_command *c)
{
    struct errand *r = mem_calloc(1, sizeof *r);

    r->node.id = errand_id(execution, c->ref);
    r->execution = execution;
    r->ref = c->ref;
    r->frame = c->frame;
    r->index = c->index;
    r->since_ms = e->now_ms;
    r->child = c->kind == RT_START_CHILD;
    r->submits = !r->child && c->state->task.pattern != ASL_REQUEST_RESPONSE;
    id_map_put(&e->errands, &r->node);
    e->tasks_busy += !r->child;
    return r;
}

static void remove_errand(engine *e, struct errand *r)
{
    struct entry *entry = find_entry(e, r->execution);

    if (entry)
        entry->errands--;
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

static struct entry *add_entry(engine *e, uint64_t execution)
{
    struct entry *entry = mem_calloc(1, sizeof *entry);

    entry->node.id = execution;
    entry->due_ms = INT64_MAX;
    entry->kept_due_ms = STORE_AWAKE;
    id_map_put(&e->entries, &entry->node);
    return entry;
}

static uint64_t start(engine *e, asl_machine *m, const struct rt_config *config, const json *input,
                      struct errand *errand)
{
    struct entry *entry = add_entry(e, e->next++);

    entry->x = rt_exec_new(m, config);
    entry->errand = errand;
    e->running++;
    add_input(e, RT_IN_START, entry->node.id)->value = json_ref(input);
    return entry->node.id;
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
    if (e->hooks.answered)
        e->hooks.answered(e->hooks.user, r->since_ms);
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

static void queue(engine *e, struct entry *entry)
{
    if (entry->queued)
        return;
    entry->queued = true;
    GROW(e->again, e->again_count, e->again_cap);
    e->again[e->again_count++] = entry->node.id;
}

static bool wake(engine *e, struct entry *entry);

static void step(engine *e, uint64_t execution, const struct rt_input *in)
{
    struct entry *entry = find_entry(e, execution);

    if (!entry || (!entry->x && !wake(e, entry)))
        return;
    struct rt_output *out = new_turn(e, execution);
    rt_step(entry->x, in, out);
    set_due(e, entry, rt_next_due(entry->x));
    for (size_t i = 0; i < out->command_count; i++)
        entry->errands += starts_errand(&out->commands[i]);
    if (out->more)
        queue(e, entry);
}

static void step_timers(engine *e, int64_t now_ms)
{
    /* A step may stop at its budget with more that is due: the next turn's. */
    for (size_t n = e->heap_count; n > 0 && e->heap_count && !e->unreadable; n--) {
        if (e->heap[0]->due_ms > now_ms)
            return;
        step(e, e->heap[0]->node.id, &(struct rt_input){.kind = RT_IN_TIMER, .now_ms = now_ms});
    }
}

static void step_again(engine *e, int64_t now_ms)
{
    size_t count = e->again_count;

    for (size_t i = 0; i < count; i++) {
        uint64_t execution = e->again[i];
        struct entry *entry = find_entry(e, execution);
        if (entry)
            entry->queued = false;
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

/* Has it nothing to do but to wait, and that for long? */
static bool can_sleep(const engine *e, const struct entry *entry)
{
    return entry->errands == 0 && !entry->queued && entry->due_ms != INT64_MAX &&
           entry->due_ms - e->now_ms > e->sleep_ms;
}

static void keep_start(engine *e, struct entry *entry)
{
    const struct errand *r = entry->errand;
    struct store_execution x = {.number = entry->node.id,
                                .machine = rt_exec_machine(entry->x),
                                .status = rt_exec_status(entry->x),
                                .start_ms = e->now_ms,
                                .due_ms = can_sleep(e, entry) ? entry->due_ms : STORE_AWAKE};

    rt_exec_config(entry->x, &x.config);
    /* It may have ended in its first turn. */
    entry->kept_end = x.status != RT_RUNNING;
    x.stop_ms = entry->kept_end ? e->now_ms : 0;
    entry->kept_due_ms = x.due_ms;
    if (r)
        x.parent = (struct store_parent){true, r->execution, r->ref};
    store_start(e->store, &x);
    entry->kept = true;
}

/* Tells the store where an execution stands once this turn is over; only what is news. */
static void keep_progress(engine *e, struct entry *entry)
{
    enum rt_status status = rt_exec_status(entry->x);
    int64_t due_ms = can_sleep(e, entry) ? entry->due_ms : STORE_AWAKE;

    if (status != RT_RUNNING && !entry->kept_end)
        store_progress(e->store, entry->node.id, status, e->now_ms, STORE_AWAKE);
    else if (status == RT_RUNNING && due_ms != entry->kept_due_ms)
        store_progress(e->store, entry->node.id, status, 0, due_ms);
    entry->kept_end = status != RT_RUNNING;
    entry->kept_due_ms = due_ms;
}

static bool keep(engine *e, struct diag *why)
{
    if (!e->store)
        return true;
    for (size_t i = 0; i < e->turn_count; i++) {
        struct turn *t = &e->turns[i];
        struct entry *entry = e->recovers ? find_entry(e, t->execution) : NULL;
        if (entry && !entry->kept)
            keep_start(e, entry);
        store_append(e->store, t->execution, t->out.events, t->out.count);
    }
    for (size_t i = 0; e->recovers && i < e->turn_count; i++)
        keep_progress(e, find_entry(e, e->turns[i].execution));
    return store_commit(e->store, why);
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
                                                    .submitted = c->submitted,
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
        struct entry *child = find_entry(e, r->number);
        if (child) {
            child->errand = NULL;
            child->orphan = true;
            engine_stop(e, r->number, &none);
        }
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

/* Nobody asks the engine for it any more. What is kept for recovery is kept for its users, too. */
static void let_go(engine *e, uint64_t execution)
{
    if (e->recovers)
        engine_release(e, execution);
    else
        engine_forget(e, execution);
}

/* Its Map hears of the end of an execution of a Map Run. */
static void tell_parent(engine *e, struct errand *r, const rt_exec *x)
{
    const json *output = rt_exec_output(x);
    const struct asl_error *error = rt_exec_error(x);

    answer(e, r, output ? RT_IN_CHILD_OK : RT_IN_CHILD_FAILED, output ? json_ref(output) : NULL,
           asl_error_copy(error));
    remove_errand(e, r);
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
    struct entry *entry = find_entry(e, t->execution);
    const rt_exec *x = entry ? entry->x : NULL;

    /* An earlier turn of this round was its last, and in this one nothing happened. */
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
    /* The hook may have let go of it. */
    if (!ended || !(entry = find_entry(e, t->execution)))
        return;
    bool child = entry->errand != NULL;
    if (child)
        tell_parent(e, entry->errand, x);
    entry->errand = NULL;
    if (child || entry->orphan)
        let_go(e, t->execution);
}

/* Those that the store knows to sleep leave memory. */
static void sleep_after_turn(engine *e)
{
    for (size_t i = 0; e->recovers && i < e->turn_count; i++) {
        struct entry *entry = find_entry(e, e->turns[i].execution);
        if (!entry || !entry->x || entry->kept_due_ms == STORE_AWAKE)
            continue;
        rt_exec_free(entry->x);
        entry->x = NULL;
    }
}

bool engine_advance(engine *e, int64_t now_ms, struct diag *why)
{
    e->now_ms = now_ms;
    step_timers(e, now_ms);
    step_again(e, now_ms);
    step_inputs(e, now_ms);
    if (e->unreadable) {
        diag_set(why, e->why.code, 0, "%s", e->why.text);
        return false;
    }
    if (!keep(e, why))
        return false;
    /* Hooks add inputs, never turns. */
    for (size_t i = 0; i < e->turn_count; i++)
        tell(e, &e->turns[i]);
    sleep_after_turn(e);
    e->turn_count = 0;
    return true;
}

int64_t engine_next_due(const engine *e)
{
    if (e->input_count || e->again_count)
        return INT64_MIN;
    return e->heap_count ? e->heap[0]->due_ms : INT64_MAX;
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
    return e->input_count + e->again_count;
}

const rt_exec *engine_execution(const engine *e, uint64_t execution)
{
    const struct entry *entry = find_entry(e, execution);

    return entry ? entry->x : NULL;
}

/* ---- recovery ---- */

static bool apply(void *user, const struct rt_event *event)
{
    rt_apply(user, event);
    return true;
}

/* The execution as its history makes it; NULL with *why filled. `row` is what the store has of it,
 * good until it is asked again. */
static rt_exec *fold(engine *e, uint64_t execution, struct diag *why)
{
    const struct store_execution *row;

    if (!store_find(e->store, execution, &row, why))
        return NULL;
    rt_exec *x = rt_exec_new(row->machine, &row->config);
    if (store_read(e->store, execution, 0, apply, x, why))
        return x;
    rt_exec_free(x);
    return NULL;
}

/* Brings an execution that sleeps back into memory; it has no tasks out. */
static bool wake(engine *e, struct entry *entry)
{
    struct rt_output out = {0};

    if (e->unreadable || !(entry->x = fold(e, entry->node.id, &e->why))) {
        e->unreadable = true;
        return false;
    }
    rt_resume(entry->x, e->now_ms, &out);
    assert(out.command_count == 0);
    rt_output_clear(&out);
    return true;
}

/* The number of a child that is not found yet. */
#define NO_CHILD UINT64_MAX

/* What engine_recover learns before it lets anything out. */
struct recovery {
    engine *e;
    struct store_running *rows;
    size_t count, cap;
};

static bool note_running(void *user, const struct store_running *r)
{
    struct recovery *v = user;

    GROW(v->rows, v->count, v->cap);
    v->rows[v->count++] = *r;
    return true;
}

/* Takes up an execution; what it had out is in `out`, in the order of the executions. */
static bool take_up(engine *e, const struct store_running *r, struct diag *why)
{
    struct entry *entry = add_entry(e, r->number);

    e->running++;
    entry->kept = true;
    entry->kept_due_ms = r->due_ms;
    if (r->due_ms != STORE_AWAKE) {
        set_due(e, entry, r->due_ms);
        return true;
    }
    if (!(entry->x = fold(e, r->number, why)))
        return false;
    struct rt_output *out = new_turn(e, r->number);
    rt_resume(entry->x, e->now_ms, out);
    for (size_t i = 0; i < out->command_count; i++)
        entry->errands += starts_errand(&out->commands[i]);
    set_due(e, entry, rt_next_due(entry->x));
    queue(e, entry);
    return true;
}

/* The child's answer may not have reached its parent. False with *why filled when the store can't
 * be read. */
static bool find_ended_child(engine *e, struct errand *r, bool *found, struct diag *why)
{
    struct diag missing = {0};
    uint64_t child;
    rt_exec *x = NULL;

    *found = store_find_child(e->store, r->execution, r->ref, &child, &missing);
    bool good = *found || !strcmp(missing.code, "STORE_NONE");
    if (!good)
        diag_set(why, missing.code, 0, "%s", missing.text);
    diag_clear(&missing);
    if (*found && (good = (x = fold(e, child, why))))
        tell_parent(e, r, x);
    rt_exec_free(x);
    return good;
}

static bool start_or_answer(engine *e, uint64_t execution, const struct rt_command *c,
                            struct diag *why)
{
    struct errand *r = find_errand(e, errand_id(execution, c->ref));
    const rt_exec *x = find_entry(e, execution)->x;
    struct rt_config config;
    bool found = false;

    if (r->number != NO_CHILD)
        return true;
    if (!find_ended_child(e, r, &found, why))
        return false;
    if (found)
        return true;
    rt_child_config(x, c, &config);
    r->number = start(e, rt_exec_machine(x), &config, c->parameters, r);
    rt_names_clear(&config.names);
    return true;
}

/* Children that run are still their parents'. */
static void attach_children(engine *e, const struct recovery *v)
{
    for (size_t i = 0; i < e->turn_count; i++) {
        const struct turn *t = &e->turns[i];
        for (size_t k = 0; k < t->out.command_count; k++)
            if (t->out.commands[k].kind == RT_START_CHILD)
                add_errand(e, t->execution, &t->out.commands[k])->number = NO_CHILD;
    }
    for (size_t i = 0; i < v->count; i++) {
        const struct store_running *row = &v->rows[i];
        struct errand *r = NULL;
        if (row->parent.set)
            r = find_errand(e, errand_id(row->parent.execution, row->parent.ref));
        if (!r)
            continue;
        find_entry(e, row->number)->errand = r;
        r->number = row->number;
    }
}

static bool recover_turn(engine *e, struct turn *t, struct diag *why)
{
    const rt_exec *x = find_entry(e, t->execution)->x;
    bool good = true;

    for (size_t i = 0; good && i < t->out.command_count; i++) {
        const struct rt_command *c = &t->out.commands[i];
        if (c->kind == RT_RUN_TASK)
            hand_out(e, t->execution, x, c);
        else
            good = start_or_answer(e, t->execution, c, why);
    }
    rt_output_reset(&t->out);
    return good;
}

/* A child whose Map does not ask for it any more was to be stopped. */
static void stop_orphans(engine *e, const struct recovery *v)
{
    static const struct asl_error none;

    for (size_t i = 0; i < v->count; i++) {
        struct entry *entry = find_entry(e, v->rows[i].number);
        if (!v->rows[i].parent.set || entry->errand)
            continue;
        entry->orphan = true;
        engine_stop(e, entry->node.id, &none);
    }
}

bool engine_recover(engine *e, int64_t now_ms, int64_t sleep_ms, struct diag *why)
{
    struct recovery v = {.e = e};
    bool good = store_list_running(e->store, note_running, &v, why);

    e->recovers = true;
    e->sleep_ms = sleep_ms;
    e->now_ms = now_ms;
    e->next = store_next_number(e->store);
    for (size_t i = 0; good && i < v.count; i++)
        good = take_up(e, &v.rows[i], why);
    attach_children(e, &v);
    for (size_t i = 0; good && i < e->turn_count; i++)
        good = recover_turn(e, &e->turns[i], why);
    e->turn_count = 0;
    if (good)
        stop_orphans(e, &v);
    mem_free(v.rows);
    return good;
}

const rt_exec *engine_fetch(engine *e, uint64_t execution, struct diag *why)
{
    struct entry *entry = find_entry(e, execution);
    struct rt_output out = {0};

    if (entry && entry->x)
        return entry->x;
    rt_exec *x = fold(e, execution, why);
    if (!x)
        return NULL;
    if (!entry) {
        entry = add_entry(e, execution);
        entry->kept = entry->kept_end = entry->over = true;
    }
    entry->x = x;
    if (rt_exec_status(x) == RT_RUNNING)
        rt_resume(x, e->now_ms, &out);
    rt_output_clear(&out);
    return x;
}

/* ---- life ---- */

engine *engine_new(store *s, const struct engine_hooks *hooks)
{
    engine *e = mem_calloc(1, sizeof *e);

    e->store = s;
    e->hooks = *hooks;
    return e;
}

void engine_release(engine *e, uint64_t execution)
{
    struct entry *entry = find_entry(e, execution);

    if (!entry)
        return;
    set_due(e, entry, INT64_MAX);
    e->running -= !entry->over;
    rt_exec_free(entry->x);
    id_map_take(&e->entries, execution);
    mem_free(entry);
}

void engine_forget(engine *e, uint64_t execution)
{
    engine_release(e, execution);
    if (e->store)
        store_forget(e->store, execution);
}

void engine_free(engine *e)
{
    if (!e)
        return;
    for (struct id_node *n; (n = id_map_take_any(&e->entries));) {
        rt_exec_free(((struct entry *)(void *)n)->x);
        mem_free(n);
    }
    id_map_clear(&e->entries);
    diag_clear(&e->why);
    for (size_t i = 0; i < e->input_count; i++)
        input_clear(&e->inputs[i]);
    for (size_t i = 0; i < e->turn_cap; i++)
        rt_output_clear(&e->turns[i].out);
    mem_free(e->heap);
    for (struct id_node *n; (n = id_map_take_any(&e->errands));)
        mem_free(n);
    id_map_clear(&e->errands);
    mem_free(e->inputs);
    mem_free(e->again);
    mem_free(e->turns);
    mem_free(e);
}
