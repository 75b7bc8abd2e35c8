/*
 * The tree of frames: its memory, which of them can go on, and when they are due. Events change it,
 * in apply.c and nowhere else; the ready queue and the heap of due times are derived from it.
 */

#include "runtime/core/frames.h"

#include "asl/report/quota.h"
#include "parsers/base/mem.h"
#include "runtime/core/family.h"
#include "runtime/core/map_results.h"
#include "runtime/core/map_run.h"
#include "runtime/core/map_write.h"

#include <stddef.h>
#include <string.h>

/* ---- small things ---- */

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

/* Returns `list`, of `count` elements, with room for `cap`. One that is the execution's own moves
 * to memory of its own. */
static void *with_room(void *list, const void *own, size_t count, size_t cap, size_t size)
{
    if (list != own)
        return mem_realloc(list, cap * size);
    return memcpy(mem_alloc(cap * size), list, count * size);
}

static void free_unless_own(void *list, const void *own)
{
    if (list != own)
        mem_free(list);
}

static struct rt_frame *new_frame(rt_exec *x)
{
    if (x->own.has_frame)
        return mem_calloc(1, sizeof(struct rt_frame));
    x->own.has_frame = true;
    x->own.frame = (struct rt_frame){0};
    return &x->own.frame;
}

static void free_frame(rt_exec *x, struct rt_frame *f)
{
    if (f == &x->own.frame)
        x->own.has_frame = false;
    else
        mem_free(f);
}

/* Slots are used again, the one that was freed last first. So an id says nothing of a frame's age,
 * but it follows from the events alone, which is why events may name frames by it. */
struct rt_frame *exec_add_frame(rt_exec *x, const struct asl_scope *scope)
{
    struct rt_frame *f = new_frame(x);

    if (x->free_count) {
        f->id = x->free_slots[--x->free_count];
    } else {
        if (x->frame_count == x->frame_cap) {
            x->frame_cap *= 2;
            x->frames = with_room(x->frames, &x->own.slot, x->frame_count, x->frame_cap,
                                  sizeof(struct rt_frame *));
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

struct rt_frame *exec_add_child(rt_exec *x, struct rt_frame *parent, const struct asl_scope *scope,
                                uint32_t index)
{
    struct rt_frame *f = exec_add_frame(x, scope);
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

const json *group_item_value(const struct rt_group *g, uint64_t i)
{
    return json_is_array(g->items) ? json_at(g->items, i) : json_value_at(g->items, i);
}

const json *group_item_key(const struct rt_group *g, uint64_t i)
{
    return json_is_array(g->items) ? NULL : json_key_at(g->items, i);
}

struct rt_child *run_child(const struct rt_run *run, uint32_t index)
{
    return (struct rt_child *)(void *)id_map_get(&run->children, index);
}

void forget_ahead(struct rt_run *run)
{
    struct rt_ahead *a = &run->ahead;

    while (a->head < a->count)
        json_unref(a->parts[a->head++].whole);
    *a = (struct rt_ahead){.parts = a->parts, .cap = a->cap};
}

uint32_t run_children_out(const struct rt_group *g)
{
    return g->started - g->done - g->run->pending;
}

void set_run_open(rt_exec *x, struct rt_run *run, bool open)
{
    if (open == run->open)
        return;
    run->open = open;
    x->map_runs += open ? 1 : UINT32_MAX;
}

void run_free_child(struct rt_run *run, struct rt_child *child)
{
    json_unref(child->input);
    asl_error_clear(&child->end.error);
    pool_give(&run->spare_children, child);
}

static void free_run(rt_exec *x, struct rt_run *run)
{
    if (!run)
        return;
    set_run_open(x, run, false);
    for (struct rt_child *c = run->first, *next; c; c = next) {
        next = c->next;
        run_free_child(run, c);
    }
    pool_clear(&run->spare_children);
    id_map_clear(&run->children);
    forget_ahead(run);
    mem_free(run->ahead.parts);
    json_unref(run->plan);
    json_unref(run->source);
    json_unref(run->arn);
    results_clear(run);
    mem_free(run);
}

/* Children go first, and each takes itself out of the list that the group has. */
void exec_drop_group(rt_exec *x, struct rt_frame *f)
{
    struct rt_group *g = f->group;

    if (!g)
        return;
    while (g->first != RT_NO_FRAME)
        exec_drop_frame(x, x->frames[g->first]);
    for (uint32_t i = 0; g->results && i < g->started; i++)
        json_unref(g->results[i]);
    free_run(x, g->run);
    mem_free(g->results);
    json_unref(g->input);
    json_unref(g->items);
    mem_free(g);
    f->group = NULL;
}

/* Most visits are of states that have none. */
static bool has_task(const struct rt_frame *f)
{
    return f->task || f->token || f->role || f->submitted || f->answer || f->answered;
}

void exec_clear_task(struct rt_frame *f)
{
    if (!has_task(f))
        return;
    exec_replace(&f->task, NULL);
    exec_replace(&f->token, NULL);
    exec_replace(&f->role, NULL);
    exec_replace(&f->submitted, NULL);
    exec_replace(&f->answer, NULL);
    f->answered = false;
}

/* What belongs to the chain of states stays: where its last event points, its variables, its input.
 */
void exec_clear_work(struct rt_frame *f)
{
    exec_clear_task(f);
    asl_error_clear(&f->error);
    if (f->tries)
        mem_free(f->tries);
    f->tries = NULL;
    f->retries = 0;
    f->ref = 0;
    f->scheduled = 0;
    f->heartbeat_missed = f->started = false;
    f->due_ms = f->beat_ms = INT64_MAX;
}

void exec_clear_visit(rt_exec *x, struct rt_frame *f)
{
    if (f->group)
        exec_drop_group(x, f);
    exec_clear_work(f);
}

/* Nesting of frames is bounded by that of the definition. */
void exec_drop_frame(rt_exec *x, struct rt_frame *f)
{
    exec_clear_visit(x, f);
    due_heap_remove(&x->due, &f->due);
    if (f->parent != RT_NO_FRAME)
        unlink_child(x, x->frames[f->parent]->group, f);
    json_unref(f->input);
    json_unref(f->vars);
    x->vars_len -= f->vars_len;
    if (x->free_count == x->free_cap) {
        x->free_cap *= 2;
        x->free_slots = with_room(x->free_slots, &x->own.free, x->free_count, x->free_cap,
                                  sizeof *x->free_slots);
    }
    x->free_slots[x->free_count++] = f->id;
    x->frames[f->id] = NULL;
    free_frame(x, f);
}

/* ---- due times ---- */

/* A task's time limit begins when it is scheduled, whether it has been handed out or not. */
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

/* An entry that an event has overtaken stays in the queue: `seq` tells that it is stale, and it is
 * dropped when it comes to the front. So no event has to look for a frame in the queue. */
void exec_ready(rt_exec *x, const struct rt_frame *f)
{
    if (x->ready_count == x->ready_cap) {
        size_t cap = 2 * x->ready_cap;
        struct rt_ready *ring = mem_alloc(cap * sizeof *ring);
        /* The ring is laid out straight again: its oldest entry becomes the first. */
        for (size_t i = 0; i < x->ready_count; i++)
            ring[i] = x->ready[(x->ready_head + i) & (x->ready_cap - 1)];
        free_unless_own(x->ready, x->own.ready);
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

/* Drops what is stale in front, as exec_next_ready would: looking twice costs nothing. */
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

static bool group_can_go_on(const struct rt_group *g)
{
    const struct rt_run *run = g->run;

    /* What a Map Run was at when it was stopped is no matter to its redrive. */
    if (g->resumed)
        return true;
    if (run && run->failing && !run->closing)
        return run_children_out(g) == 0;
    if (run && (run->closing || too_many_failed(g)))
        return true;
    return g->done == g->total && !(run && run->waits);
}

/* RT_ENTERED is not among them: whoever brings a frame there goes on with it in the same step. */
static bool can_go_on(const struct rt_frame *f)
{
    switch (f->phase) {
    case RT_ENTERING:
    case RT_SCHEDULED:
    case RT_ERRED:
    case RT_REDRIVEN: return true;
    case RT_GROUP: return group_can_go_on(f->group);
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

/* ---- what events ask of the tree ---- */

/* TimeoutSeconds of a machine is for the machine's own execution, not for those of its Map Runs.
 * AWS ends an Express execution after five minutes, whatever the definition says. */
void exec_set_deadline(rt_exec *x, int64_t now_ms)
{
    if (x->machine->timeout_s.set && x->scope == x->machine->top)
        x->deadline_ms = now_ms + 1000 * x->machine->timeout_s.value;
    if (x->express && x->aws_limits && x->deadline_ms > now_ms + QUOTA_EXPRESS_MS)
        x->deadline_ms = now_ms + QUOTA_EXPRESS_MS;
}

void exec_drop_frames(rt_exec *x)
{
    /* Dropping the root drops all: each frame takes its group, and so its children, with it. */
    if (x->root != RT_NO_FRAME)
        exec_drop_frame(x, x->frames[x->root]);
    x->root = RT_NO_FRAME;
    x->ready_count = 0;
}

/* The frames stay, as a redrive starts from them; only what would let them go on is emptied. */
void exec_rest(rt_exec *x)
{
    due_heap_empty(&x->due);
    x->ready_count = 0;
}

/* Only what an Assign changes is measured, so a loop that assigns pays for its own variables and
 * not for everybody's. */
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

/* ---- life ---- */

/* Most inputs come as we would write them; their text is not kept a second time. */
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
    x->first = config->first;
    x->variables = config->variables ? json_ref(config->variables) : NULL;
    x->names = (struct rt_names){json_ref(n->arn),         json_ref(n->name),
                                 json_ref(n->machine_arn), json_ref(n->machine_name),
                                 json_ref(n->role_arn),    json_ref(n->region)};
    x->family = family_ref(config->family);
    x->name_chance = config->name_chance;
    x->extra_context = json_ref(config->context ? config->context : json_empty_object());
    x->only_context = config->only_context;
    x->written = json_ref(config->written);
    x->aws_limits = config->aws_limits;
    x->express = config->express;
    x->fails_early = config->fails_early;
    x->keeps_until = config->keeps_until;
    x->seed = config->seed;
    memcpy(x->secret, config->secret, sizeof x->secret);
    x->root = x->failed_frame = RT_NO_FRAME;
    x->deadline_ms = INT64_MAX;
    x->frames = &x->own.slot;
    x->free_slots = &x->own.free;
    x->frame_cap = x->free_cap = 1;
    x->ready = x->own.ready;
    x->ready_cap = RT_OWN_READY;
    return x;
}

void rt_exec_config(const rt_exec *x, struct rt_config *out)
{
    *out = (struct rt_config){.names = *rt_exec_names(x),
                              .context = x->extra_context,
                              .only_context = x->only_context,
                              .written = x->written,
                              .aws_limits = x->aws_limits,
                              .express = x->express,
                              .fails_early = x->fails_early,
                              .scope = x->scope,
                              .first = x->first,
                              .variables = x->variables,
                              .seed = x->seed};
    memcpy(out->secret, x->secret, sizeof out->secret);
}

void rt_exec_free(rt_exec *x)
{
    if (!x)
        return;
    exec_drop_frames(x);
    free_unless_own(x->frames, &x->own.slot);
    free_unless_own(x->free_slots, &x->own.free);
    free_unless_own(x->ready, x->own.ready);
    due_heap_clear(&x->due);
    json_unref(x->extra_context);
    json_unref(x->variables);
    json_unref(x->written);
    json_unref(x->execution_context);
    json_unref(x->machine_context);
    family_unref(x->children);
    family_unref(x->family);
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

uint64_t rt_exec_length(const rt_exec *x)
{
    return x->seq;
}

static bool run_has_unrecorded_work(const struct rt_run *run)
{
    const struct rt_results *r = &run->results;

    return run->closing || (r->wanted && !r->used && (r->asked || r->checked));
}

bool rt_exec_has_unrecorded_work(const rt_exec *x)
{
    for (uint32_t i = 0; x->map_runs && i < x->frame_count; i++) {
        const struct rt_group *g = x->frames[i] ? x->frames[i]->group : NULL;
        if (g && g->run && run_has_unrecorded_work(g->run) && !g->over)
            return true;
    }
    return false;
}

uint64_t rt_exec_lacks_results(const rt_exec *x)
{
    uint64_t last = 0;

    for (uint32_t i = 0; i < x->frame_count; i++) {
        const struct rt_group *g = x->frames[i] ? x->frames[i]->group : NULL;
        if (g && g->run && g->run->results.lacks > last)
            last = g->run->results.lacks;
    }
    return last;
}

static size_t held_len(const json *v)
{
    return v ? json_text_len(v) : 0;
}

static size_t run_held(const struct rt_run *run)
{
    size_t bytes = run->ahead.bytes + held_len(run->plan) + held_len(run->source);

    for (const struct rt_child *c = run->first; c; c = c->next)
        bytes += held_len(c->input);
    for (size_t i = 0; i < RT_RESULT_KINDS; i++)
        bytes += unwritten_bytes(&run->results.unwritten[i]);
    return bytes;
}

/* A value that is shared counts once for each place: the sum is a bound for memory, not its size.
 */
size_t rt_exec_held(const rt_exec *x)
{
    size_t bytes = held_len(x->input) + x->vars_len;

    for (uint32_t i = 0; i < x->frame_count; i++) {
        const struct rt_frame *f = x->frames[i];
        const struct rt_group *g = f ? f->group : NULL;
        bytes += f ? held_len(f->input) + held_len(f->task) : 0;
        bytes += g ? held_len(g->input) + held_len(g->items) : 0;
        for (uint32_t k = 0; g && g->results && k < g->started; k++)
            bytes += held_len(g->results[k]);
        bytes += g && g->run ? run_held(g->run) : 0;
    }
    return bytes;
}

bool rt_exec_is_parent(const rt_exec *x)
{
    return x->parent;
}

uint32_t rt_exec_map_runs(const rt_exec *x)
{
    return x->status == RT_RUNNING ? x->map_runs : 0;
}

bool rt_exec_next_reading(const rt_exec *x, uint32_t *frame, uint64_t *ref)
{
    while (*frame < x->frame_count) {
        const struct rt_frame *f = x->frames[(*frame)++];
        const struct rt_run *run = f && f->group ? f->group->run : NULL;
        if (run && run->ahead.begun) {
            *ref = run->ref;
            return true;
        }
    }
    return false;
}

bool rt_exec_next_writing(const rt_exec *x, uint32_t *frame, uint64_t *ref)
{
    while (*frame < x->frame_count) {
        const struct rt_frame *f = x->frames[(*frame)++];
        const struct rt_run *run = f && f->group ? f->group->run : NULL;
        if (run && run->results.asked) {
            *ref = writing_ref(run);
            return true;
        }
    }
    return false;
}

uint32_t rt_exec_redrives(const rt_exec *x)
{
    return x->redrives;
}

int64_t rt_exec_redriven_ms(const rt_exec *x)
{
    return x->redriven_ms;
}
