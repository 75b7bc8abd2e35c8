/*
 * One execution in virtual time. The trial is a guest of a host: it is offered each task call, asks
 * how to answer it, and brings the answer when its virtual time has come. What happened is copied
 * as the engine tells it, so that it can be looked at when all is over.
 */
#include "runtime/trial/trial.h"

#include "parsers/base/due_heap.h"
#include "parsers/base/id_map.h"
#include "parsers/base/mem.h"
#include "parsers/base/timestamp.h"
#include "runtime/engine/mock_config.h"
#include "runtime/host/host.h"

#include <string.h>

/* A task call that the trial has taken, until its answer is brought. */
struct waiting {
    struct id_node node;
    struct due_node due;
    size_t call; /* its index among the calls */
    struct trial_answer answer;
    int64_t answer_ms, beat_ms; /* when they come; INT64_MAX: never */
    uint32_t beats;             /* that have come */
    bool is_ready;              /* it stands among the ready ones, not in the heap */
};

/*
 * What a chooser chooses from: all that are due, in the order of the heap that they were taken off.
 * They stay here from choice to choice, so that a choice costs as much as the removal of one. The
 * first of them is at `first`: the usual choice moves nothing.
 */
struct ready {
    struct waiting **items;
    size_t first, count, cap;
};

struct trial {
    struct trial_options options;
    uv_loop_t *loop; /* of the stage; NULL: the host has its own */
    host *host;
    uint64_t number; /* of the execution */
    struct id_map waiting;
    struct due_heap due; /* of those that anything comes for */
    struct ready ready;  /* with a chooser: those that are due, which the heap has no more */
    size_t asleep;       /* calls that are waiting */

    struct trial_made_call *calls;
    size_t call_count, call_cap;
    uint64_t *nth; /* by a state's id: its calls so far */

    struct trial_event *events;
    size_t event_count, event_cap;

    struct trial_execution *executions;
    size_t execution_count, execution_cap;
    size_t *index_of; /* by number: one more than its index; 0: no event came of it */
    size_t index_cap;

    enum trial_end end;
    struct diag why;
    const struct asl_state *until; /* NULL: to the end */
    json *reached;                 /* its output */
    json *variables;
};

void trial_answer_clear(struct trial_answer *a)
{
    json_unref(a->value);
    json_unref(a->error);
    json_unref(a->cause);
    json_unref(a->submitted);
    json_unref(a->worker);
    *a = (struct trial_answer){0};
}

/* ---- answers ---- */

static int64_t trial_now(const trial *t)
{
    return host_now(t->host);
}

static struct waiting *waiting_of(struct due_node *n)
{
    return (struct waiting *)(void *)((char *)n - offsetof(struct waiting, due));
}

/* When the next thing comes of a call, and its place among others of that time. */
static struct due_key trial_key_of(const struct waiting *w)
{
    return (struct due_key){.due_ms = w->beat_ms < w->answer_ms ? w->beat_ms : w->answer_ms,
                            .order = w->call};
}

static void schedule(trial *t, struct waiting *w)
{
    struct due_key key = trial_key_of(w);

    if (key.due_ms == INT64_MAX)
        due_heap_remove(&t->due, &w->due);
    else
        due_heap_set(&t->due, &w->due, key);
}

/* Returns how many of the ready ones come before `w`. */
static size_t ready_rank(const struct ready *r, const struct waiting *w)
{
    struct due_key key = trial_key_of(w);
    size_t low = 0, high = r->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        struct due_key at = trial_key_of(r->items[r->first + middle]);
        if (at.due_ms < key.due_ms || (at.due_ms == key.due_ms && at.order < key.order))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void ready_add(struct ready *r, struct waiting *w)
{
    size_t rank = ready_rank(r, w);

    if (r->first + r->count == r->cap && r->first > r->count) {
        memmove(r->items, r->items + r->first, r->count * sizeof(struct waiting *));
        r->first = 0;
    }
    size_t end = r->first + r->count++;
    MEM_GROW(r->items, end, r->cap);
    struct waiting **place = r->items + r->first + rank;
    memmove(place + 1, place, (size_t)(r->items + end - place) * sizeof(struct waiting *));
    *place = w;
    w->is_ready = true;
}

/* Takes out the one of that rank: what is behind it moves up, or what is before it, if less is. */
static struct waiting *ready_take(struct ready *r, size_t rank)
{
    struct waiting **front = r->items + r->first, *taken = front[rank];

    r->count--;
    if (rank < r->count / 2) {
        memmove(front + 1, front, rank * sizeof(struct waiting *));
        r->first++;
    } else {
        memmove(front + rank, front + rank + 1, (r->count - rank) * sizeof(struct waiting *));
    }
    taken->is_ready = false;
    return taken;
}

static void waiting_drop(trial *t, struct waiting *w)
{
    if (w->is_ready)
        ready_take(&t->ready, ready_rank(&t->ready, w));
    due_heap_remove(&t->due, &w->due);
    id_map_take(&t->waiting, w->node.id);
    trial_answer_clear(&w->answer);
    mem_free(w);
}

static struct task_result trial_result_of(const struct trial_answer *a)
{
    if (a->kind == TRIAL_RETURNS)
        return (struct task_result){.ok = true, .output = json_ref(a->value)};
    return (struct task_result){.error = json_ref(a->error),
                                .cause = a->cause ? json_ref(a->cause) : NULL};
}

static void bring_answer(trial *t, struct waiting *w)
{
    struct task_result result = trial_result_of(&w->answer);
    uint64_t id = w->node.id;

    t->calls[w->call].ended_ms = trial_now(t);
    waiting_drop(t, w);
    engine_task_done(host_engine(t->host), id, &result);
}

static void bring_beat(trial *t, struct waiting *w)
{
    const struct trial_answer *a = &w->answer;

    engine_task_heartbeat(host_engine(t->host), w->node.id);
    w->beats++;
    w->beat_ms = a->beats && w->beats >= a->beats ? INT64_MAX : w->beat_ms + a->beat_every_ms;
    schedule(t, w);
}

static void bring(trial *t, struct waiting *w, int64_t now_ms)
{
    if (w->beat_ms <= now_ms && w->beat_ms < w->answer_ms)
        bring_beat(t, w);
    else
        bring_answer(t, w);
}

/* Brings one of the answers that are due, which the chooser chooses. */
static void bring_chosen(trial *t, int64_t now_ms)
{
    while (due_heap_next_ms(&t->due) <= now_ms) {
        struct waiting *w = waiting_of(due_heap_first(&t->due));
        due_heap_remove(&t->due, &w->due);
        ready_add(&t->ready, w);
    }
    size_t count = t->ready.count;
    size_t chosen = count > 1 ? t->options.choose(t->options.choose_user, t, count) : 0;
    if (count)
        bring(t, ready_take(&t->ready, chosen), now_ms);
}

static void trial_begin_turn(void *user)
{
    trial *t = user;
    engine *e = host_engine(t->host);
    int64_t now_ms = trial_now(t);

    if (t->options.choose) {
        /* A choice is only one when all that may be chosen has come. */
        if (engine_next_due(e) != INT64_MIN && !engine_inputs(e))
            bring_chosen(t, now_ms);
        return;
    }
    while (due_heap_next_ms(&t->due) <= now_ms)
        bring(t, waiting_of(due_heap_first(&t->due)), now_ms);
}

static int64_t trial_next_due(void *user)
{
    const trial *t = user;

    /* The heap has only what is due later than those. */
    return t->ready.count ? trial_key_of(t->ready.items[t->ready.first]).due_ms
                          : due_heap_next_ms(&t->due);
}

static size_t trial_asleep(void *user)
{
    const trial *t = user;

    return t->waiting.count;
}

/* ---- task calls ---- */

static size_t note_call(trial *t, const struct task *task, const struct rt_place *place)
{
    MEM_GROW(t->calls, t->call_count, t->call_cap);
    t->calls[t->call_count] =
        (struct trial_made_call){.state = place->state,
                                 .resource = json_cstring(task->resource->text),
                                 .parameters = json_ref(task->parameters),
                                 .attempt = task->attempt,
                                 .in_item = place->in_item,
                                 .index = place->index,
                                 .at_ms = trial_now(t),
                                 .ended_ms = -1};
    return t->call_count++;
}

static struct waiting *trial_take_call(trial *t, uint64_t id, size_t call,
                                       struct trial_answer *answer)
{
    struct waiting *w = mem_calloc(1, sizeof *w);
    int64_t now_ms = trial_now(t);

    w->node.id = id;
    w->call = call;
    w->answer = *answer;
    w->answer_ms = answer->kind == TRIAL_NEVER ? INT64_MAX : now_ms + answer->after_ms;
    /* Where no heartbeat is waited for, none need come. */
    w->beat_ms = answer->beat_every_ms && t->calls[call].state->task.heartbeat_s.set
                     ? now_ms + answer->beat_every_ms
                     : INT64_MAX;
    id_map_put(&t->waiting, &w->node);
    schedule(t, w);
    return w;
}

/* A service says something when it takes a call on, before its result; a worker takes an activity's
 * task. */
static void take_on(trial *t, const struct task *task, const struct waiting *w)
{
    engine *e = host_engine(t->host);
    struct task_result result = {0};

    if (task->activity) {
        engine_task_started(e, task->id, w->answer.worker);
        return;
    }
    if (w->answer.submitted) {
        engine_task_submitted(e, task->id, w->answer.submitted);
        return;
    }
    if (w->answer.kind != TRIAL_NEVER)
        result = trial_result_of(&w->answer);
    json *submitted = mocks_submitted(task->resource, &result);
    bool is_job = task->resource->pattern == ASL_SYNC || task->resource->pattern == ASL_SYNC_2;
    /* A job that fails later, or never ends, has begun. */
    if (!submitted && is_job && (w->answer.kind == TRIAL_NEVER || w->answer.after_ms))
        submitted = json_ref(json_empty_object());
    if (submitted)
        engine_task_submitted(e, task->id, submitted);
    json_unref(submitted);
    task_result_clear(&result);
}

static bool trial_offer(void *user, struct task *task)
{
    trial *t = user;
    struct trial_answer answer = {0};
    struct rt_place place;
    /* What follows the end is the next state's, which is not to be played any more. */
    if (t->end != TRIAL_ENDED)
        return true;
    /* The step that scheduled it may have ended its branch, too, as another one failed. */
    if (!engine_place_of(host_engine(t->host), task->id, &place))
        return true;
    size_t call = note_call(t, task, &place);
    const struct trial_call asked = {.state = place.state,
                                     .resource = task->resource->text,
                                     .parameters = task->parameters,
                                     .attempt = task->attempt,
                                     .nth = t->nth[place.state->id]++,
                                     .in_item = place.in_item,
                                     .index = place.index,
                                     .item = place.item,
                                     .after_ms = trial_now(t) - t->options.start_ms};
    if (!t->options.answer(t->options.user, &asked, &answer) || answer.kind == TRIAL_REAL) {
        t->calls[call].real = true;
        trial_answer_clear(&answer);
        return false;
    }
    take_on(t, task, trial_take_call(t, task->id, call, &answer));
    return true;
}

static void trial_cancel(void *user, uint64_t id)
{
    trial *t = user;
    struct waiting *w = (struct waiting *)(void *)id_map_get(&t->waiting, id);

    if (!w)
        return;
    t->calls[w->call].cancelled = true;
    waiting_drop(t, w);
}

/* ---- what happened ---- */

static void keep_variables(trial *t, const struct rt_event *e)
{
    struct json_build b = {0};

    if (e->kind != RT_STATE_EXITED || !e->exited.variables ||
        e->state->scope != rt_exec_scope(trial_exec(t)))
        return;
    json_build_copy(&b, t->variables, json_count(e->exited.variables));
    for (size_t i = 0; i < json_count(e->exited.variables); i++)
        json_build_set_key(&b, json_ref(json_key_at(e->exited.variables, i)),
                           json_ref(json_value_at(e->exited.variables, i)));
    json_unref(t->variables);
    t->variables = json_build_done(&b);
}

/* Returns the index of an execution, which is added when it is new. The engine's numbers are dense.
 */
static size_t execution_index(trial *t, uint64_t number)
{
    struct trial_execution new = {.number = number};
    struct rt_place place;
    uint64_t parent;

    if (number >= t->index_cap) {
        size_t cap = mem_grow(t->index_cap, (size_t)number + 1);
        t->index_of = mem_realloc(t->index_of, cap * sizeof *t->index_of);
        memset(t->index_of + t->index_cap, 0, (cap - t->index_cap) * sizeof *t->index_of);
        t->index_cap = cap;
    }
    if (t->index_of[number])
        return t->index_of[number] - 1;
    if (t->execution_count && engine_parent(host_engine(t->host), number, &parent) &&
        engine_child_place(host_engine(t->host), number, &place)) {
        new.parent = execution_index(t, parent);
        new.map = place.state;
        new.index = place.index;
    }
    MEM_GROW(t->executions, t->execution_count, t->execution_cap);
    t->executions[t->execution_count] = new;
    t->index_of[number] = ++t->execution_count;
    return t->execution_count - 1;
}

static void trial_happened(void *user, uint64_t execution, const rt_exec *x,
                           const struct rt_events *events)
{
    trial *t = user;
    size_t index = execution_index(t, execution);
    struct rt_event e;

    (void)x;
    for (size_t i = 0; i < events->count && t->end == TRIAL_ENDED; i++) {
        rt_events_at(events, i, &e);
        MEM_GROW(t->events, t->event_count, t->event_cap);
        t->events[t->event_count++] =
            (struct trial_event){.execution = index, .event = rt_event_copy(&e)};
        if (execution == t->number)
            keep_variables(t, &e);
        if (t->until && e.kind == RT_STATE_EXITED && e.state == t->until) {
            t->reached = json_ref(e.data);
            t->end = TRIAL_REACHED;
        } else if (++t->executions[index].events >= t->options.most_events) {
            t->end = TRIAL_CUT;
        } else if (trial_now(t) > TIMESTAMP_LAST_MS) {
            t->end = TRIAL_LATE;
        }
    }
    if (t->end != TRIAL_ENDED)
        engine_stop(host_engine(t->host), t->number, &(struct asl_error){0});
}

/* ---- running ---- */

static bool trial_load_handlers(trial *t)
{
    const struct trial_options *o = &t->options;

    return !o->handlers_path || handlers_parse(host_handlers(t->host), o->handlers_path,
                                               o->handlers_text, o->handlers_len, &t->why);
}

static void trial_play(trial *t)
{
    t->number = engine_start(host_engine(t->host), t->options.machine, &t->options.config,
                             t->options.input, NULL);
    enum host_end end = host_run(t->host, t->number, 0, &t->why);
    if (t->end != TRIAL_ENDED)
        return;
    switch (end) {
    case HOST_DONE: break;
    case HOST_TIMED_OUT:
    case HOST_INTERRUPTED: t->end = TRIAL_INTERRUPTED; break;
    case HOST_STUCK: t->end = TRIAL_STUCK; break;
    case HOST_FAILED: t->end = TRIAL_FAILED; break;
    }
}

trial *trial_run(const struct trial_options *options)
{
    trial *t = mem_calloc(1, sizeof *t);
    struct host_options how = {.virtual_clock = true,
                               .start_ms = options->start_ms,
                               .handlers = options->handlers,
                               /* Commands of real handlers end with the trial, and folders that
                                * stand for buckets are removed; else nothing has to. */
                               .without_signals =
                                   !options->handlers_path && !options->handlers.bucket_count,
                               .user = t,
                               .happened = trial_happened};

    t->options = *options;
    if (!t->options.most_events)
        t->options.most_events = TRIAL_MOST_EVENTS;
    t->nth = mem_calloc(options->machine->count, sizeof *t->nth);
    t->variables =
        json_ref(options->config.variables ? options->config.variables : json_empty_object());
    t->until = options->until;
    if (options->stage) {
        how.loop = t->loop = trial_stage_take(options->stage, &t->why);
        how.memory = trial_stage_memory(options->stage);
    }
    if (!options->stage || t->loop)
        t->host = host_new(NULL, &how, &t->why);
    if (!t->host) {
        t->end = TRIAL_FAILED;
        return t;
    }
    host_add_guest(t->host, (struct engine_guest){.user = t,
                                                  .offer = trial_offer,
                                                  .mocks = true,
                                                  .cancel = trial_cancel,
                                                  .begin_turn = trial_begin_turn,
                                                  .next_due = trial_next_due,
                                                  .asleep = trial_asleep});
    if (trial_load_handlers(t))
        trial_play(t);
    else
        t->end = TRIAL_FAILED;
    return t;
}

void trial_free(trial *t)
{
    if (!t)
        return;
    /* The engine asks for calls to be cancelled. */
    host_free(t->host);
    if (t->loop)
        trial_stage_give_back(t->options.stage, t->loop);
    for (struct id_node *n; (n = id_map_take_any(&t->waiting));) {
        struct waiting *w = (struct waiting *)(void *)n;
        trial_answer_clear(&w->answer);
        mem_free(w);
    }
    id_map_clear(&t->waiting);
    due_heap_clear(&t->due);
    mem_free(t->ready.items);
    for (size_t i = 0; i < t->event_count; i++)
        rt_event_clear(&t->events[i].event);
    for (size_t i = 0; i < t->call_count; i++) {
        json_unref(t->calls[i].resource);
        json_unref(t->calls[i].parameters);
    }
    json_unref(t->variables);
    json_unref(t->reached);
    diag_clear(&t->why);
    mem_free(t->events);
    mem_free(t->executions);
    mem_free(t->index_of);
    mem_free(t->calls);
    mem_free(t->nth);
    mem_free(t);
}

/* ---- looking at it ---- */

enum trial_end trial_how(const trial *t)
{
    return t->end;
}

int trial_signal(const trial *t)
{
    return t->host ? host_signal(t->host) : 0;
}

const char *trial_why(const trial *t)
{
    return t->why.text ? t->why.text : "";
}

const rt_exec *trial_exec(const trial *t)
{
    return t->host ? engine_execution(host_engine(t->host), t->number) : NULL;
}

const json *trial_output(const trial *t)
{
    return t->end == TRIAL_REACHED ? t->reached : rt_exec_output(trial_exec(t));
}

const json *trial_variables(const trial *t)
{
    return t->variables;
}

int64_t trial_took_ms(const trial *t)
{
    return t->event_count ? t->events[t->event_count - 1].event.at_ms - t->events[0].event.at_ms
                          : 0;
}

size_t trial_events(const trial *t, const struct trial_event **out)
{
    *out = t->events;
    return t->event_count;
}

json *trial_event_json(const trial *t, const struct trial_event *e)
{
    return e->event.id ? rt_event_json(trial_exec(t), &e->event) : NULL;
}

size_t trial_executions(const trial *t, const struct trial_execution **out)
{
    *out = t->executions;
    return t->execution_count;
}

size_t trial_calls(const trial *t, const struct trial_made_call **out)
{
    *out = t->calls;
    return t->call_count;
}

const struct trial_made_call *trial_due_call(const trial *t, size_t index)
{
    return &t->calls[t->ready.items[t->ready.first + index]->call];
}
