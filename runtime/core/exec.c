/* The tree of frames, and rt_apply: the only place where an event changes an execution. */

#include "asl/report/quota.h"
#include "parsers/base/mem.h"
#include "runtime/core/core_impl.h"

#include <stddef.h>
#include <string.h>

/* ---- small things ---- */

static void exec_replace(json **slot, json *v)
{
    json *old = *slot;

    *slot = v;
    json_unref(old);
}

static void replace_error(struct asl_error *slot, const struct asl_error *e)
{
    struct asl_error fresh = asl_error_copy(e);

    asl_error_clear(slot);
    *slot = fresh;
}

void rt_names_clear(struct rt_names *n)
{
    json_unref(n->arn);
    json_unref(n->name);
    json_unref(n->machine_arn);
    json_unref(n->machine_name);
    json_unref(n->role_arn);
    json_unref(n->region);
    *n = (struct rt_names){0};
}

const char *rt_status_name(enum rt_status s)
{
    switch (s) {
    case RT_RUNNING: return "RUNNING";
    case RT_SUCCEEDED: return "SUCCEEDED";
    case RT_FAILED: return "FAILED";
    case RT_ABORTED: return "ABORTED";
    case RT_TIMED_OUT: return "TIMED_OUT";
    }
    return "RUNNING";
}

/* ---- frames ---- */

struct rt_frame *exec_frame(const rt_exec *x, uint32_t id)
{
    return id < x->frame_count ? x->frames[id] : NULL;
}

static struct rt_frame *add_frame(rt_exec *x, const struct asl_scope *scope)
{
    struct rt_frame *f = mem_calloc(1, sizeof *f);

    if (x->free_count) {
        f->id = x->free_slots[--x->free_count];
    } else {
        if (x->frame_count == x->frame_cap) {
            x->frame_cap = x->frame_cap ? 2 * x->frame_cap : 1;
            x->frames = mem_realloc(x->frames, x->frame_cap * sizeof(struct rt_frame *));
        }
        f->id = x->frame_count++;
    }
    x->frames[f->id] = f;
    f->parent = f->next = f->prev = RT_NO_FRAME;
    f->due_ms = f->beat_ms = INT64_MAX;
    f->state = scope->start;
    return f;
}

static void unlink_child(rt_exec *x, struct rt_group *g, const struct rt_frame *f)
{
    struct rt_frame *next = exec_frame(x, f->next), *prev = exec_frame(x, f->prev);

    if (next)
        next->prev = f->prev;
    else
        g->last_child = f->prev;
    if (prev)
        prev->next = f->next;
    else
        g->first = f->next;
}

static struct rt_frame *exec_add_child(rt_exec *x, struct rt_frame *parent,
                                       const struct asl_scope *scope, uint32_t index)
{
    struct rt_frame *f = add_frame(x, scope);
    struct rt_group *g = parent->group;
    struct rt_frame *before = exec_frame(x, g->last_child);

    f->parent = parent->id;
    f->index = index;
    f->prev = g->last_child;
    g->last_child = f->id;
    if (before)
        before->next = f->id;
    else
        g->first = f->id;
    g->started++;
    return f;
}

static void drop_frame(rt_exec *x, struct rt_frame *f);

void exec_drop_group(rt_exec *x, struct rt_frame *f)
{
    struct rt_group *g = f->group;

    if (!g)
        return;
    while (g->first != RT_NO_FRAME)
        drop_frame(x, x->frames[g->first]);
    for (uint32_t i = 0; i < g->total; i++)
        json_unref(g->results[i]);
    for (uint32_t i = 0; g->children && i < g->total; i++)
        json_unref(g->children[i].input);
    mem_free(g->children);
    json_unref(g->map_run);
    mem_free(g->results);
    json_unref(g->input);
    json_unref(g->items);
    mem_free(g);
    f->group = NULL;
}

void exec_clear_work(struct rt_frame *f)
{
    exec_replace(&f->task, NULL);
    exec_replace(&f->token, NULL);
    exec_replace(&f->submitted, NULL);
    exec_replace(&f->answer, NULL);
    f->answered = false;
    asl_error_clear(&f->error);
    mem_free(f->tries);
    f->tries = NULL;
    f->retries = 0;
    f->ref = 0;
    f->scheduled = 0;
    f->heartbeat_missed = f->started = false;
    f->due_ms = f->beat_ms = INT64_MAX;
}

/* What belongs to a visit of a state. */
static void clear_visit(rt_exec *x, struct rt_frame *f)
{
    exec_drop_group(x, f);
    exec_clear_work(f);
}

/* Nesting of frames is bounded by that of the definition. */
static void drop_frame(rt_exec *x, struct rt_frame *f)
{
    clear_visit(x, f);
    due_heap_remove(&x->due, &f->due);
    if (f->parent != RT_NO_FRAME)
        unlink_child(x, x->frames[f->parent]->group, f);
    json_unref(f->input);
    json_unref(f->vars);
    x->vars_len -= f->vars_len;
    if (x->free_count == x->free_cap) {
        x->free_cap = x->free_cap ? 2 * x->free_cap : 4;
        x->free_slots = mem_realloc(x->free_slots, x->free_cap * sizeof *x->free_slots);
    }
    x->free_slots[x->free_count++] = f->id;
    x->frames[f->id] = NULL;
    mem_free(f);
}

/* ---- due times ---- */

static int64_t frame_due(const struct rt_frame *f)
{
    switch (f->phase) {
    case RT_TASK:
    case RT_SCHEDULED: return f->due_ms < f->beat_ms ? f->due_ms : f->beat_ms;
    case RT_WAIT:
    case RT_RETRYING: return f->due_ms;
    case RT_ENTERING:
    case RT_ENTERED:
    case RT_GROUP:
    case RT_ERRED:
    case RT_REDRIVEN: break;
    }
    return INT64_MAX;
}

/* Of frames that are due at the same time, the one that began to wait first goes first. */
static void update_due(rt_exec *x, struct rt_frame *f)
{
    int64_t due_ms = frame_due(f);

    if (due_ms == INT64_MAX)
        due_heap_remove(&x->due, &f->due);
    else
        due_heap_set(&x->due, &f->due, (struct due_key){due_ms, f->seq, f->index});
}

struct rt_frame *exec_first_due(const rt_exec *x)
{
    struct due_node *n = due_heap_first(&x->due);

    return n ? (struct rt_frame *)(void *)((char *)n - offsetof(struct rt_frame, due)) : NULL;
}

int64_t rt_next_due(const rt_exec *x)
{
    int64_t due_ms = due_heap_next_ms(&x->due);

    if (x->status != RT_RUNNING)
        return INT64_MAX;
    return due_ms < x->deadline_ms ? due_ms : x->deadline_ms;
}

/* ---- the queue of frames that can go on ---- */

void exec_ready(rt_exec *x, const struct rt_frame *f)
{
    if (x->ready_count == x->ready_cap) {
        size_t cap = x->ready_cap ? 2 * x->ready_cap : 4;
        struct rt_ready *ring = mem_alloc(cap * sizeof *ring);
        for (size_t i = 0; i < x->ready_count; i++)
            ring[i] = x->ready[(x->ready_head + i) & (x->ready_cap - 1)];
        mem_free(x->ready);
        x->ready = ring;
        x->ready_cap = cap;
        x->ready_head = 0;
    }
    x->ready[(x->ready_head + x->ready_count++) & (x->ready_cap - 1)] =
        (struct rt_ready){f->id, f->seq};
}

static void pop_ready(rt_exec *x)
{
    x->ready_head = (x->ready_head + 1) & (x->ready_cap - 1);
    x->ready_count--;
}

bool exec_next_enters(rt_exec *x)
{
    for (; x->ready_count; pop_ready(x)) {
        struct rt_ready r = x->ready[x->ready_head];
        const struct rt_frame *f = exec_frame(x, r.frame);
        if (f && f->seq == r.seq)
            return f->phase == RT_ENTERING;
    }
    return false;
}

struct rt_frame *exec_next_ready(rt_exec *x)
{
    while (x->ready_count) {
        struct rt_ready r = x->ready[x->ready_head];
        struct rt_frame *f = exec_frame(x, r.frame);

        pop_ready(x);
        if (f && f->seq == r.seq)
            return f;
    }
    return NULL;
}

static bool can_go_on(const struct rt_frame *f)
{
    switch (f->phase) {
    case RT_ENTERING:
    case RT_SCHEDULED:
    case RT_ERRED:
    case RT_REDRIVEN: return true;
    case RT_GROUP: return f->group->done == f->group->total || f->group->resumed;
    case RT_ENTERED:
    case RT_TASK:
    case RT_WAIT:
    case RT_RETRYING: break;
    }
    return false;
}

void exec_schedule(rt_exec *x, struct rt_frame *f)
{
    update_due(x, f);
    if (can_go_on(f))
        exec_ready(x, f);
}

/* ---- applying events ---- */

void exec_set_deadline(rt_exec *x, int64_t now_ms)
{
    if (x->machine->timeout_s.set && x->scope == x->machine->top)
        x->deadline_ms = now_ms + 1000 * x->machine->timeout_s.value;
    if (x->express && x->aws_limits && x->deadline_ms > now_ms + QUOTA_EXPRESS_MS)
        x->deadline_ms = now_ms + QUOTA_EXPRESS_MS;
}

static void exec_start_execution(rt_exec *x, const struct rt_event *e)
{
    struct rt_frame *root = add_frame(x, x->scope);

    x->root = root->id;
    x->started_ms = e->at_ms;
    exec_set_deadline(x, e->at_ms + e->skew_ms);
    exec_replace(&x->input, json_ref(e->data));
    root->input = json_ref(e->data);
    root->seq = e->seq;
}

static void end_execution(rt_exec *x, const struct rt_event *e, enum rt_status status)
{
    x->status = status;
    x->stopped_ms = e->at_ms;
    x->failed_frame = e->frame;
    exec_replace(&x->output, json_ref(e->data));
    replace_error(&x->error, &e->error);
}

void exec_drop_frames(rt_exec *x)
{
    if (x->root != RT_NO_FRAME)
        drop_frame(x, x->frames[x->root]);
    x->root = RT_NO_FRAME;
    x->ready_count = 0;
}

void exec_rest(rt_exec *x)
{
    due_heap_empty(&x->due);
    x->ready_count = 0;
}

static void enter_state(rt_exec *x, struct rt_frame *f, const struct rt_event *e)
{
    x->transitions++;
    f->phase = RT_ENTERED;
    f->entered = e->id;
    f->entered_ms = e->at_ms;
}

size_t exec_vars_len(const rt_exec *x, const struct rt_frame *f, const json *assigned)
{
    size_t len = x->vars_len;

    for (size_t i = 0; i < json_count(assigned); i++) {
        const json *old = f->vars ? json_get_key(f->vars, json_key_at(assigned, i)) : NULL;
        len += json_text_len(json_value_at(assigned, i));
        len -= old ? json_text_len(old) : 0;
    }
    return len;
}

static json *merged(const json *vars, const json *assigned)
{
    struct json_build b;

    if (!vars)
        return json_ref(assigned);
    json_build_copy(&b, vars, json_count(assigned));
    for (size_t i = 0; i < json_count(assigned); i++)
        json_build_set_key(&b, json_ref(json_key_at(assigned, i)),
                           json_ref(json_value_at(assigned, i)));
    return json_build_done(&b);
}

static void leave_state(rt_exec *x, struct rt_frame *f, const struct rt_event *e)
{
    clear_visit(x, f);
    exec_replace(&f->input, json_ref(e->data));
    if (e->extra) {
        size_t others = x->vars_len - f->vars_len;
        x->vars_len = exec_vars_len(x, f, e->extra);
        f->vars_len = x->vars_len - others;
        exec_replace(&f->vars, merged(f->vars, e->extra));
    }
    if (e->to != RT_NO_STATE) {
        f->state = x->machine->states[e->to];
        f->phase = RT_ENTERING;
    } else {
        f->phase = RT_ENTERED; /* its end follows in the same step */
    }
}

static void schedule_task(struct rt_frame *f, const struct rt_event *e)
{
    /* An activity waits for a worker to take it; other work is handed out at once. */
    f->phase = f->state->task.kind == ASL_ACTIVITY ? RT_TASK : RT_SCHEDULED;
    f->started = false;
    f->ref = e->seq;
    f->scheduled = e->id;
    f->due_ms = e->due_ms ? e->due_ms : INT64_MAX;
    f->beat_every_ms = 1000 * e->limit;
    f->beat_ms = e->limit ? e->at_ms + e->skew_ms + f->beat_every_ms : INT64_MAX;
    exec_replace(&f->task, json_ref(e->data));
    exec_replace(&f->token, json_ref(e->token));
    exec_replace(&f->submitted, NULL);
}

static void end_task(struct rt_frame *f, const struct rt_event *e)
{
    f->ref = 0;
    f->due_ms = f->beat_ms = INT64_MAX;
    exec_replace(&f->task, NULL);
    exec_replace(&f->token, NULL);
    exec_replace(&f->submitted, NULL);
    exec_replace(&f->answer, NULL);
    f->answered = false;
    if (e->error.name || e->error.cause || e->kind == RT_TASK_FAILED) {
        f->phase = RT_ERRED;
        f->heartbeat_missed = e->kind == RT_TASK_TIMED_OUT && e->index;
        replace_error(&f->error, &e->error);
    } else {
        f->phase = RT_ENTERED; /* its exit follows in the same step */
    }
}

static void start_group(rt_exec *x, struct rt_frame *f, const struct rt_event *e)
{
    const struct asl_state *state = f->state;
    struct rt_group *g = mem_calloc(1, sizeof *g);

    exec_drop_group(x, f);
    f->group = g;
    g->begun = e->id;
    f->phase = RT_GROUP;
    g->first = g->last_child = RT_NO_FRAME;
    g->input = json_ref(e->data);
    g->items = json_ref(e->extra);
    g->total = (uint32_t)e->count;
    g->limit = (uint32_t)e->limit;
    g->results = mem_calloc(g->total, sizeof(json *));
    if (state->type != ASL_PARALLEL)
        return;
    for (uint32_t i = 0; i < g->total; i++) {
        struct rt_frame *child = exec_add_child(x, f, state->parallel.branches[i], i);
        child->input = json_ref(e->data);
        child->last = e->id;
        child->seq = e->seq;
    }
}

static void start_map_run_of(struct rt_group *g, const struct rt_event *e)
{
    g->children = mem_calloc(g->total, sizeof *g->children);
    g->map_run = json_ref(e->data);
    g->tolerated_count = e->count;
    g->tolerated_percentage = e->extra ? json_double_value(e->extra) : -1;
}

static void exec_start_child(struct rt_group *g, const struct rt_event *e)
{
    g->children[e->index] =
        (struct rt_child){.ref = e->seq, .input = json_ref(e->data), .runs = true};
    g->started++;
}

static void end_map_child(struct rt_group *g, const struct rt_event *e)
{
    g->children[e->index].runs = false;
    if (e->data)
        exec_replace(&g->children[e->index].input, NULL);
    g->results[e->index] = json_ref(e->data);
    g->failed += !e->data;
    g->done++;
}

static void exec_redrive_child(struct rt_group *g, uint32_t index)
{
    struct rt_child *child = &g->children[index];

    child->pending = false;
    child->runs = true;
    child->redrives++;
    g->pending--;
    g->pending_from = index + 1;
}

static void update_map_run_of(struct rt_group *g, const struct rt_event *e)
{
    g->limit = (uint32_t)e->limit;
    g->tolerated_count = e->count;
    g->tolerated_percentage = e->extra ? json_double_value(e->extra) : -1;
}

static void exec_start_iteration(rt_exec *x, struct rt_frame *f, const struct rt_event *e)
{
    struct rt_frame *child = exec_add_child(x, f, f->state->map.processor, e->index);

    child->input = json_ref(e->data);
    child->last = e->id;
    child->seq = e->seq;
    if (f->group->resumed)
        f->group->resumed = f->group->started < f->group->total && group_has_room(f->group);
}

/* The frame of a branch's or iteration's end is the Parallel's or Map's, `to` the child. */
static void end_child(rt_exec *x, struct rt_frame *f, const struct rt_event *e)
{
    struct rt_frame *child = exec_frame(x, e->to);

    f->last = e->id ? e->id : e->previous;
    f->group->results[e->index] = json_ref(e->data);
    f->group->done++;
    if (child)
        drop_frame(x, child);
}

static void back_off(rt_exec *x, struct rt_frame *f, const struct rt_event *e)
{
    if (!f->tries)
        f->tries = mem_calloc(f->state->retriers, sizeof *f->tries);
    f->tries[e->index]++;
    f->retries++;
    f->last = e->previous;
    f->phase = RT_RETRYING;
    f->due_ms = e->due_ms;
    exec_drop_group(x, f);
    asl_error_clear(&f->error);
}

/* Which public events a chain's next event points back to. */
static bool advances(enum rt_event_kind kind)
{
    switch (kind) {
    case RT_STATE_ENTERED:
    case RT_STATE_EXITED:
    case RT_TASK_SCHEDULED:
    case RT_TASK_STARTED:
    case RT_TASK_SUBMITTED:
    case RT_TASK_SUCCEEDED:
    case RT_TASK_FAILED:
    case RT_TASK_TIMED_OUT:
    case RT_GROUP_STARTED:
    case RT_GROUP_SUCCEEDED:
    case RT_GROUP_FAILED:
    case RT_MAP_RUN_STARTED:
    case RT_MAP_RUN_FAILED:
    case RT_MAP_RUN_REDRIVEN:
    case RT_EVALUATION_FAILED: return true;
    case RT_EXECUTION_STARTED:
    case RT_EXECUTION_SUCCEEDED:
    case RT_EXECUTION_FAILED:
    case RT_EXECUTION_ABORTED:
    case RT_EXECUTION_TIMED_OUT:
    case RT_EXECUTION_REDRIVEN:
    case RT_STATE_ABORTED:
    case RT_ITERATION_STARTED:
    case RT_ITERATION_SUCCEEDED:
    case RT_ITERATION_FAILED:
    case RT_ITERATION_ABORTED:
    case RT_MAP_RUN_SUCCEEDED:
    case RT_CHILD_STARTED:
    case RT_CHILD_ENDED:
    case RT_BRANCH_SUCCEEDED:
    case RT_WAITING:
    case RT_BACKOFF:
    case RT_HEARTBEAT:
    case RT_CHILD_REDRIVEN:
    case RT_MAP_RUN_UPDATED:
    case RT_TASK_ANSWERED: break;
    }
    return false;
}

void rt_apply(rt_exec *x, const struct rt_event *e)
{
    struct rt_frame *f = exec_frame(x, e->frame);

    x->seq = e->seq;
    if (e->id)
        x->event_id = e->id;
    if (f && advances(e->kind))
        f->last = e->id;
    if (f && e->kind != RT_HEARTBEAT && e->kind != RT_ITERATION_STARTED &&
        e->kind != RT_CHILD_STARTED && e->kind != RT_CHILD_REDRIVEN && e->kind != RT_TASK_ANSWERED)
        f->seq = e->seq;
    switch (e->kind) {
    case RT_EXECUTION_STARTED: exec_start_execution(x, e); break;
    case RT_EXECUTION_SUCCEEDED: end_execution(x, e, RT_SUCCEEDED); break;
    case RT_EXECUTION_FAILED: end_execution(x, e, RT_FAILED); break;
    case RT_EXECUTION_ABORTED: end_execution(x, e, RT_ABORTED); break;
    case RT_EXECUTION_TIMED_OUT: end_execution(x, e, RT_TIMED_OUT); break;
    case RT_EXECUTION_REDRIVEN: apply_redrive(x, e); break;
    case RT_STATE_ENTERED: enter_state(x, f, e); break;
    case RT_STATE_EXITED: leave_state(x, f, e); break;
    case RT_TASK_SCHEDULED: schedule_task(f, e); break;
    case RT_TASK_STARTED:
        f->phase = RT_TASK;
        f->started = true;
        break;
    case RT_TASK_SUBMITTED:
        f->phase = RT_TASK;
        exec_replace(&f->submitted, json_ref(e->data));
        break;
    case RT_TASK_SUCCEEDED:
    case RT_TASK_FAILED:
    case RT_TASK_TIMED_OUT: end_task(f, e); break;
    case RT_GROUP_STARTED: start_group(x, f, e); break;
    case RT_GROUP_SUCCEEDED:
        f->phase = RT_ENTERED; /* its exit follows */
        if (!f->group->map_run)
            f->group->joined = e->previous;
        break;
    case RT_MAP_RUN_STARTED: start_map_run_of(f->group, e); break;
    case RT_MAP_RUN_SUCCEEDED: f->group->joined = e->previous; break;
    case RT_EVALUATION_FAILED: break; /* a retry, catcher or failure follows */
    case RT_MAP_RUN_FAILED: break;    /* MapStateFailed, or a retry, follows */
    case RT_CHILD_STARTED: exec_start_child(f->group, e); break;
    case RT_CHILD_ENDED: end_map_child(f->group, e); break;
    case RT_MAP_RUN_REDRIVEN: apply_map_run_redrive(f->group, e); break;
    case RT_CHILD_REDRIVEN: exec_redrive_child(f->group, e->index); break;
    case RT_MAP_RUN_UPDATED: update_map_run_of(f->group, e); break;
    case RT_GROUP_FAILED:
        f->phase = RT_ENTERED; /* its exit, or its parent's failure, follows */
        if (f->group)
            f->group->over = true;
        break;
    case RT_ITERATION_STARTED: exec_start_iteration(x, f, e); break;
    case RT_ITERATION_SUCCEEDED:
    case RT_BRANCH_SUCCEEDED: end_child(x, f, e); break;
    case RT_WAITING:
        f->phase = RT_WAIT;
        f->due_ms = e->due_ms;
        break;
    case RT_BACKOFF: back_off(x, f, e); break;
    case RT_HEARTBEAT: f->beat_ms = e->at_ms + e->skew_ms + f->beat_every_ms; break;
    case RT_TASK_ANSWERED:
        f->answered = true;
        exec_replace(&f->answer, json_ref(e->data));
        replace_error(&f->error, &e->error);
        break;
    case RT_STATE_ABORTED:
    case RT_ITERATION_FAILED:
    case RT_ITERATION_ABORTED: break; /* what they tell of goes with its group */
    }
}

/* ---- life ---- */

json *rt_written(const json *input, const char *text, size_t len)
{
    json *compact = json_text(input);
    bool same = json_str_len(compact) == len && memcmp(json_str(compact), text, len) == 0;

    json_unref(compact);
    return same ? NULL : json_string(text, len);
}

rt_exec *rt_exec_new(asl_machine *m, const struct rt_config *config)
{
    rt_exec *x = mem_calloc(1, sizeof *x);
    const struct rt_names *n = &config->names;

    x->machine = asl_machine_ref(m);
    x->scope = config->scope ? config->scope : m->top;
    x->names = (struct rt_names){json_ref(n->arn),         json_ref(n->name),
                                 json_ref(n->machine_arn), json_ref(n->machine_name),
                                 json_ref(n->role_arn),    json_ref(n->region)};
    x->extra_context = json_ref(config->context ? config->context : json_empty_object());
    x->only_context = config->only_context;
    x->written = json_ref(config->written);
    x->aws_limits = config->aws_limits;
    x->express = config->express;
    x->seed = config->seed;
    memcpy(x->secret, config->secret, sizeof x->secret);
    x->root = x->failed_frame = RT_NO_FRAME;
    x->deadline_ms = INT64_MAX;
    return x;
}

void rt_exec_config(const rt_exec *x, struct rt_config *out)
{
    *out = (struct rt_config){.names = x->names,
                              .context = x->extra_context,
                              .only_context = x->only_context,
                              .written = x->written,
                              .aws_limits = x->aws_limits,
                              .express = x->express,
                              .scope = x->scope,
                              .seed = x->seed};
    memcpy(out->secret, x->secret, sizeof out->secret);
}

void rt_exec_free(rt_exec *x)
{
    if (!x)
        return;
    exec_drop_frames(x);
    mem_free(x->frames);
    mem_free(x->free_slots);
    mem_free(x->ready);
    due_heap_clear(&x->due);
    json_unref(x->extra_context);
    json_unref(x->written);
    json_unref(x->execution_context);
    json_unref(x->machine_context);
    json_unref(x->input);
    json_unref(x->output);
    asl_error_clear(&x->error);
    rt_names_clear(&x->names);
    asl_machine_unref(x->machine);
    mem_free(x);
}

enum rt_status rt_exec_status(const rt_exec *x)
{
    return x->status;
}

const json *rt_exec_output(const rt_exec *x)
{
    return x->output;
}

const struct asl_error *rt_exec_error(const rt_exec *x)
{
    return x->status == RT_RUNNING || x->status == RT_SUCCEEDED ? NULL : &x->error;
}

const char *rt_exec_failed_state(const rt_exec *x)
{
    const struct rt_frame *f = x->status == RT_FAILED ? exec_frame(x, x->failed_frame) : NULL;

    return f && f->state ? json_str(f->state->name) : NULL;
}

const struct rt_names *rt_exec_names(const rt_exec *x)
{
    return &x->names;
}

asl_machine *rt_exec_machine(const rt_exec *x)
{
    return x->machine;
}

const struct asl_scope *rt_exec_scope(const rt_exec *x)
{
    return x->scope;
}

int64_t rt_exec_start_ms(const rt_exec *x)
{
    return x->started_ms;
}

int64_t rt_exec_stop_ms(const rt_exec *x)
{
    return x->stopped_ms;
}

bool rt_exec_can_go_on(const rt_exec *x)
{
    return x->status == RT_RUNNING && x->ready_count > 0;
}

uint64_t rt_exec_transitions(const rt_exec *x)
{
    return x->transitions;
}

uint32_t rt_exec_events(const rt_exec *x)
{
    return x->event_id;
}

static size_t held_len(const json *v)
{
    return v ? json_text_len(v) : 0;
}

size_t rt_exec_held(const rt_exec *x)
{
    size_t bytes = held_len(x->input) + x->vars_len;

    for (uint32_t i = 0; i < x->frame_count; i++) {
        const struct rt_frame *f = x->frames[i];
        const struct rt_group *g = f ? f->group : NULL;
        bytes += f ? held_len(f->input) + held_len(f->task) : 0;
        bytes += g ? held_len(g->input) + held_len(g->items) : 0;
        for (uint32_t k = 0; g && k < g->total; k++) {
            bytes += held_len(g->results[k]);
            bytes += g->children ? held_len(g->children[k].input) : 0;
        }
    }
    return bytes;
}

uint32_t rt_exec_redrives(const rt_exec *x)
{
    return x->redrives;
}

int64_t rt_exec_redriven_ms(const rt_exec *x)
{
    return x->redriven_ms;
}
