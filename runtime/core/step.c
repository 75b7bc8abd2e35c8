/*
 * rt_step: takes an input, and lets frames go on until all wait. A state's function returns to the
 * loop here and never calls the next state's, so a machine may loop for ever on a small stack. What
 * is decided becomes an event by emit(), which applies it at once: no decision changes an execution
 * in another way.
 */

#include "runtime/core/step.h"

#include "asl/report/quota.h"
#include "parsers/base/mem.h"
#include "runtime/core/context.h"
#include "runtime/core/errors.h"
#include "runtime/core/event_kinds.h"
#include "runtime/core/map_run.h"
#include "runtime/core/redrive.h"
#include "runtime/core/state_group.h"
#include "runtime/core/state_simple.h"
#include "runtime/core/state_task.h"

#include <stdlib.h>
#include <string.h>

/* Visits of frames in one step, and after how many bytes of events and units of work it comes to
 * its end: what bounds it, and so the time until its events are kept. */
enum { STEP_BUDGET = 512, STEP_BYTES = 1 << 20, STEP_WORK = 16 * WORK_TICK };
/* However long waits are made: a hundred years. */
#define MAX_SCALED_MS INT64_C(3155760000000)
/* A store takes no more in one piece. */
enum { MOST_BYTES = 900 << 20 };

/* ---- output ---- */

static void command_clear(struct rt_command *c)
{
    json_unref(c->parameters);
    json_unref(c->token);
    json_unref(c->role);
    json_unref(c->submitted);
    json_unref(c->map_run);
    json_unref(c->source);
    json_unref(c->results);
    json_unref(c->unread);
}

void rt_output_reset(struct rt_output *out)
{
    for (size_t i = 0; i < out->count && !out->lent; i++)
        rt_packed_clear(&out->events[i]);
    for (size_t i = 0; i < out->command_count; i++)
        command_clear(&out->commands[i]);
    out->count = out->command_count = 0;
    out->bytes = 0;
    out->more = out->held = out->late = out->lent = false;
}

struct rt_events rt_output_events(const struct rt_output *out)
{
    return (struct rt_events){out->events, out->count, out->first};
}

void rt_output_clear(struct rt_output *out)
{
    rt_output_reset(out);
    mem_free(out->events);
    mem_free(out->commands);
    *out = (struct rt_output){0};
}

/* Returns where event number `seq` is to be put. */
static inline struct rt_packed *new_event(struct rt_output *out, uint64_t seq)
{
    if (!out->count)
        out->first = seq;
    MEM_GROW(out->events, out->count, out->cap);
    return &out->events[out->count++];
}

static inline size_t value_bytes(const json *v)
{
    return v ? json_text_len(v) : 0;
}

/* About what an event has as text. */
static inline size_t event_bytes(const struct rt_event *e)
{
    enum { BARE = 100 };
    const struct event_value *extra = event_members_of(e->kind)->values;

    return BARE + value_bytes(e->data) + (extra->key ? value_bytes(event_value_of(e, extra)) : 0) +
           value_bytes(e->error.cause);
}

void rt_output_move_first(struct rt_output *to, struct rt_output *from)
{
    struct rt_event first;

    rt_unpack(&from->events[0], from->first, &first);
    size_t bytes = event_bytes(&first);
    /* The first event is kept before the others, so that the execution is known while a long first
     * step is under way. */
    *new_event(to, from->first++) = from->events[0];
    from->count--;
    from->bytes -= bytes;
    memmove(from->events, from->events + 1, from->count * sizeof *from->events);
    to->bytes += bytes;
}

static bool abandoned(const struct step *s)
{
    return s->work && s->work->verdict == WORK_ABANDONED;
}

bool running(const struct step *s)
{
    return s->x->status == RT_RUNNING && !abandoned(s);
}

int64_t due_clock(const struct step *s)
{
    return s->now_ms + s->skew_ms;
}

int64_t wait_until(const struct step *s, int64_t delay_ms)
{
    double scaled = s->wait_scale ? (double)delay_ms * *s->wait_scale : 0;

    if (!s->wait_scale)
        return due_clock(s) + delay_ms;
    return due_clock(s) + (scaled < MAX_SCALED_MS ? (int64_t)(scaled + 0.5) : MAX_SCALED_MS);
}

static uint64_t work_done(const struct work *w)
{
    return w ? w->total - w->left : 0;
}

bool step_is_long(const struct step *s)
{
    return s->out->bytes >= STEP_BYTES || work_done(s->work) - s->work_before >= STEP_WORK;
}

/* In the order in which events made frames what they are; siblings by index. */
static int step_by_age(const void *a, const void *b)
{
    const struct rt_frame *x = *(struct rt_frame *const *)a, *y = *(struct rt_frame *const *)b;

    if (x->seq != y->seq)
        return x->seq < y->seq ? -1 : 1;
    if (x->index != y->index)
        return x->index < y->index ? -1 : 1;
    return x->id < y->id ? -1 : x->id > y->id;
}

/* All frames, by age; to be freed. */
static struct rt_frame **frames_by_age(const rt_exec *x, size_t *count)
{
    struct rt_frame **order = mem_calloc(x->frame_count, sizeof *order);

    *count = 0;
    for (uint32_t i = 0; i < x->frame_count; i++)
        if (x->frames[i])
            order[(*count)++] = x->frames[i];
    qsort(order, *count, sizeof *order, step_by_age);
    return order;
}

static void schedule_all(struct step *s)
{
    size_t count;
    struct rt_frame **order = frames_by_age(s->x, &count);

    for (size_t i = 0; i < count; i++)
        exec_schedule(s->x, order[i]);
    mem_free(order);
}

/* Makes the queue and the heap agree with what event `e` did. */
static void reschedule(struct step *s, const struct rt_event *e)
{
    rt_exec *x = s->x;
    struct rt_frame *f = exec_frame(x, e->frame);

    if (!running(s))
        return;
    switch (event_kinds[e->kind].wakes) {
    case WAKES_ROOT: exec_schedule(x, x->frames[x->root]); break;
    case WAKES_ALL: schedule_all(s); break;
    case WAKES_CHILD: exec_schedule(x, x->frames[f->group->last_child]); break;
    case WAKES_CHILDREN:
        for (uint32_t id = f->group->first; id != RT_NO_FRAME; id = x->frames[id]->next)
            exec_schedule(x, x->frames[id]);
        exec_schedule(x, f);
        break;
    case WAKES_FRAME: exec_schedule(x, f); break;
    }
}

/* The one place where events are numbered, dated, applied and put out, in this order: a decision
 * that follows sees what the event has done. */
static void record(struct step *s, struct rt_event *e, size_t bytes)
{
    rt_exec *x = s->x;

    e->seq = x->seq + 1;
    e->id = e->kind < RT_FIRST_PRIVATE ? x->event_id + 1 : 0;
    e->at_ms = s->now_ms;
    e->skew_ms = s->skew_ms;
    if (s->context)
        forget_context(s);
    rt_apply(x, e);
    reschedule(s, e);
    rt_pack(e, new_event(s->out, e->seq));
    s->out->bytes += bytes;
}

/* Its Parallel or Map has failed, and has taken back what ran. */
static bool is_cut_off(const rt_exec *x, const struct rt_frame *f)
{
    for (; f->parent != RT_NO_FRAME; f = x->frames[f->parent])
        if (x->frames[f->parent]->group->over)
            return true;
    return false;
}

/* Takes back what still runs, before the execution's end forgets it. */
static void cancel_all(struct step *s)
{
    for (uint32_t i = 0; i < s->x->frame_count; i++) {
        struct rt_frame *f = s->x->frames[i];
        if (f && is_cut_off(s->x, f))
            continue;
        if (f && f->phase == RT_TASK)
            command(s, RT_CANCEL_TASK, f);
        else if (f)
            cancel_children(s, f);
    }
}

/* The execution ends instead of recording what there is no room for. */
static void end_instead(struct step *s, uint32_t previous, struct asl_error error)
{
    struct rt_event over = {
        .kind = RT_EXECUTION_FAILED, .frame = RT_NO_FRAME, .previous = previous, .error = error};

    cancel_all(s);
    record(s, &over, event_bytes(&over));
}

/* AWS ends an execution at its 25,000th event. Private events are nobody's history, and free. */
static bool is_past_quota(const rt_exec *x, const struct rt_event *e)
{
    /* The quota's last event is the failure itself. */
    return x->aws_limits && x->event_id + 1 >= QUOTA_EVENTS && e->kind < RT_FIRST_PRIVATE;
}

/* There is no room for `e`, which is let go of. */
static void end_without(struct step *s, struct rt_event *e)
{
    struct asl_error why = {0};
    uint32_t previous = e->previous;

    if (is_past_quota(s->x, e))
        asl_error_set(&why, ASL_RUNTIME,
                      "The execution reached the maximum number of history events (%d).",
                      QUOTA_EVENTS);
    else
        asl_error_set(&why, ASL_RUNTIME, "The events of one step have more than %d bytes.",
                      MOST_BYTES);
    rt_event_clear(e);
    end_instead(s, previous, why);
}

void emit(struct step *s, struct rt_event *e)
{
    if (!running(s)) {
        rt_event_clear(e);
        return;
    }
    if (e->error.name || e->error.cause)
        tidy_error(&e->error);
    size_t bytes = event_bytes(e);
    if (event_kinds[e->kind].ends != RT_RUNNING) {
        cancel_all(s);
    } else if (s->out->bytes + bytes > (size_t)MOST_BYTES || is_past_quota(s->x, e)) {
        end_without(s, e);
        return;
    }
    record(s, e, bytes);
}

/* emit() drops what comes after an execution's end, and ends one that has too many events: what is
 * recorded here has a place in both. */
void emit_anyway(struct step *s, struct rt_event *e)
{
    record(s, e, event_bytes(e));
}

struct rt_command *new_command(struct step *s)
{
    struct rt_output *out = s->out;

    MEM_GROW(out->commands, out->command_count, out->command_cap);
    return &out->commands[out->command_count++];
}

void command(struct step *s, enum rt_command_kind kind, struct rt_frame *f)
{
    if (abandoned(s))
        return;
    *new_command(s) = (struct rt_command){
        .kind = kind,
        .frame = f->id,
        .ref = f->ref,
        .state = f->state,
        .parameters = kind == RT_RUN_TASK ? json_ref(f->task) : NULL,
        .token = kind == RT_RUN_TASK ? json_ref(f->token) : NULL,
        .role = kind == RT_RUN_TASK ? json_ref(f->role) : NULL,
        .event_id = f->scheduled,
        .attempt = f->retries,
        .since_ms = f->entered_ms,
        .started = f->started,
        .submitted = kind == RT_RUN_TASK ? json_ref(f->submitted) : NULL,
        .answered = f->answered,
        .timeout_ms = f->due_ms == INT64_MAX ? 0 : f->due_ms - due_clock(s),
    };
}

/* ---- the loop ---- */

/* Returns whether there is room for a transition; if not, the step comes to its end. */
static bool step_has_room(struct step *s)
{
    s->out->held = s->room && *s->room <= 0;
    return !s->out->held;
}

static void take_room(struct step *s)
{
    if (s->room)
        --*s->room;
}

static void step_enter(struct step *s, struct rt_frame *f)
{
    struct rt_event e;

    take_room(s);
    event_begin(&e, RT_STATE_ENTERED, f, f->last, json_ref(f->input));
    emit(s, &e);
}

static void work(struct step *s, struct rt_frame *f)
{
    switch (f->state->type) {
    case ASL_PASS:
    case ASL_CHOICE:
    case ASL_WAIT:
    case ASL_SUCCEED:
    case ASL_FAIL: work_simple(s, f); break;
    case ASL_TASK: work_task(s, f); break;
    case ASL_PARALLEL:
    case ASL_MAP: work_group(s, f); break;
    }
}

/* A frame in one of the last four phases waits: for an input, or for what follows in the same step.
 */
static void step_visit(struct step *s, struct rt_frame *f)
{
    switch (f->phase) {
    case RT_ENTERING:
        step_enter(s, f);
        if (running(s))
            work(s, f);
        break;
    case RT_SCHEDULED: start_task(s, f); break;
    case RT_ERRED: {
        struct asl_error e = asl_error_copy(&f->error);
        decide(s, f, &e);
        break;
    }
    case RT_GROUP: work_group(s, f); break;
    case RT_REDRIVEN: work(s, f); break;
    case RT_ENTERED:
    case RT_TASK:
    case RT_WAIT:
    case RT_RETRYING: break;
    }
}

/* A step ends when all frames wait or a budget is used up. `more` then asks the engine for another
 * one, so that one execution that loops for ever leaves time for the others. */
static void step_run(struct step *s)
{
    struct rt_frame *f;

    /* Room is asked for before the frame is taken, so that a frame that must wait stays first in
     * the queue. */
    for (int budget = STEP_BUDGET; running(s) && budget > 0 && !step_is_long(s); budget--) {
        if ((s->room && exec_next_enters(s->x) && !step_has_room(s)) ||
            !(f = exec_next_ready(s->x)))
            return;
        step_visit(s, f);
    }
    s->out->more = running(s) && s->x->ready_count > 0;
}

/* The error has no cause, as on AWS. */
static void time_out_execution(struct step *s)
{
    emit(s, &(struct rt_event){.kind = RT_EXECUTION_TIMED_OUT,
                               .frame = RT_NO_FRAME,
                               .error = {.name = json_cstring(ASL_TIMEOUT)}});
}

static void timers(struct step *s)
{
    rt_exec *x = s->x;

    /* The execution's own limit goes before all others that are due by now. */
    if (x->deadline_ms <= due_clock(s)) {
        time_out_execution(s);
        return;
    }
    /* A retry without delay that fails before its task is scheduled is due again at once. */
    int budget = STEP_BUDGET;
    while (running(s) && due_heap_next_ms(&x->due) <= due_clock(s) && budget > 0 &&
           !step_is_long(s)) {
        struct rt_frame *f = exec_first_due(x);
        switch (f->phase) {
        case RT_WAIT: wait_over(s, f); break;
        case RT_RETRYING:
            if (!step_has_room(s))
                return;
            take_room(s);
            work(s, f);
            budget--;
            break;
        case RT_SCHEDULED:
        case RT_TASK: task_due(s, f); break;
        case RT_ENTERING:
        case RT_ENTERED:
        case RT_GROUP:
        case RT_ERRED:
        case RT_REDRIVEN: return; /* no frame waits for a time in these */
        }
    }
}

/* The task that an input answers; NULL when it is over. */
static struct rt_frame *step_answered(const struct step *s, const struct rt_input *in)
{
    struct rt_frame *f = exec_frame(s->x, in->frame);

    return f && f->phase == RT_TASK && f->ref == in->ref ? f : NULL;
}

static void step_take_input(struct step *s, const struct rt_input *in)
{
    struct rt_frame *f;

    switch (in->kind) {
    case RT_IN_START:
        emit(s, &(struct rt_event){.kind = RT_EXECUTION_STARTED,
                                   .frame = RT_NO_FRAME,
                                   .data = json_ref(in->value)});
        break;
    /* There is nothing to take in: the ready queue has what goes on. */
    case RT_IN_CONTINUE: break;
    case RT_IN_TASK_OK:
    case RT_IN_TASK_FAILED:
        if (!(f = step_answered(s, in)))
            break;
        /* A token has brought the result before; how the call itself ends does not matter any more.
         */
        if (f->answered)
            task_answered(s, f);
        else if (in->kind == RT_IN_TASK_OK)
            task_ok(s, f, in->value);
        else
            task_failed(s, f, in->error);
        break;
    case RT_IN_TOKEN_OK:
    case RT_IN_TOKEN_FAILED:
        if ((f = step_answered(s, in)))
            token_answered(s, f, in->kind == RT_IN_TOKEN_OK ? in->value : NULL, in->error);
        break;
    case RT_IN_STARTED:
        if ((f = step_answered(s, in)) && !f->started)
            emit(s, &(struct rt_event){.kind = RT_TASK_STARTED,
                                       .frame = f->id,
                                       .previous = f->last,
                                       .state = f->state,
                                       .data = json_ref(in->value)});
        break;
    case RT_IN_SUBMITTED:
        if ((f = step_answered(s, in)))
            task_submitted(s, f, in->value);
        break;
    case RT_IN_HEARTBEAT:
        if ((f = step_answered(s, in)) && f->beat_every_ms)
            emit(s, &(struct rt_event){.kind = RT_HEARTBEAT, .frame = f->id, .state = f->state});
        break;
    case RT_IN_CHILD_OK:
    case RT_IN_CHILD_FAILED: child_answered(s, in); break;
    case RT_IN_CHILD_UNBEGUN: child_unbegun(s, in); break;
    case RT_IN_ITEMS: items_came(s, in); break;
    case RT_IN_ITEMS_FAILED: reading_failed(s, in); break;
    case RT_IN_OPEN_MAP_RUN: open_map_run(s); break;
    case RT_IN_BEGIN_CHILDREN: begin_late_children(s); break;
    case RT_IN_RESULTS: map_results_written(s, in); break;
    case RT_IN_RESULTS_FAILED: writing_failed(s, in); break;
    case RT_IN_TIMER: timers(s); break;
    case RT_IN_STOP:
        emit(s, &(struct rt_event){.kind = RT_EXECUTION_ABORTED,
                                   .frame = RT_NO_FRAME,
                                   .error = asl_error_copy(in->error)});
        break;
    case RT_IN_FAIL:
        emit(s, &(struct rt_event){.kind = RT_EXECUTION_FAILED,
                                   .frame = RT_NO_FRAME,
                                   .previous = s->x->event_id,
                                   .error = asl_error_copy(in->error)});
        break;
    case RT_IN_REDRIVE: redrive(s, in->value); break;
    case RT_IN_UPDATE_MAP_RUN: change_map_run(s, in->value); break;
    }
}

void rt_step(rt_exec *x, const struct rt_input *in, struct rt_output *out)
{
    struct step s = {
        .x = x,
        .now_ms = in->now_ms,
        .skew_ms = in->skew_ms,
        .room = x->express ? NULL : in->room,
        .map_runs = x->aws_limits ? in->map_runs : NULL,
        .children = in->children,
        .scarce = in->scarce,
        .wait_scale = in->wait_scale,
        .has_activity = in->has_activity,
        .withdraw = in->withdraw,
        .child_output = in->child_output,
        .world = in->world,
        .work = in->work,
        .work_before = work_done(in->work),
        .out = out,
        /* What chance an event has depends on the seed and on which event it is. */
        .chance = {x->seed ^ (x->seq + 1) * 0x9e3779b97f4a7c15u},
    };

    if (x->status == RT_RUNNING || in->kind == RT_IN_REDRIVE) {
        step_take_input(&s, in);
        if (s.defers)
            out->more = running(&s) && x->ready_count > 0;
        else
            step_run(&s);
    }
    forget_context(&s);
    /* One that succeeded is never redriven, so it needs no frames; the others keep them. */
    if (x->status == RT_SUCCEEDED)
        exec_drop_frames(x);
    else if (x->status != RT_RUNNING)
        exec_rest(x);
}

/* By age: tasks are handed out again in the order in which they were handed out first. */
void rt_resume(rt_exec *x, int64_t now_ms, struct rt_output *out)
{
    struct step s = {.x = x, .now_ms = now_ms, .out = out};
    size_t count;

    if (x->status != RT_RUNNING)
        return;
    struct rt_frame **order = frames_by_age(x, &count);
    x->ready_count = 0;
    for (size_t i = 0; i < count; i++) {
        exec_schedule(x, order[i]);
        if (order[i]->phase == RT_TASK)
            command(&s, RT_RUN_TASK, order[i]);
        else
            resume_children(&s, order[i]);
        group_goes_on(&s, order[i]);
    }
    mem_free(order);
}
