/*
 * Task calls and child calls: what executions have asked for and wait for. An answer finds its call
 * by the id alone. The answer of who was given the task ends the call, so one that comes twice, or
 * too late, finds none and is dropped. A result by token leaves the call as it is: the core tells
 * by RT_RELEASE_TASK when it is over.
 */

#include "runtime/engine/engine_call.h"

#include "runtime/engine/engine_stops.h"
#include "runtime/engine/engine_take_up.h"
#include "runtime/engine/engine_turn.h"

uint64_t engine_call_id(uint64_t execution, uint64_t ref)
{
    return execution << 32 | (ref & UINT32_MAX);
}

static struct engine_call *call_by_id(const engine *e, uint64_t id)
{
    return (struct engine_call *)(void *)id_map_get(&e->calls, id);
}

struct engine_call *engine_find_call(const engine *e, uint64_t execution, uint64_t ref)
{
    return call_by_id(e, engine_call_id(execution, ref));
}

bool engine_parent(const engine *e, uint64_t execution, uint64_t *parent)
{
    const struct entry *entry = engine_entry(e, execution);

    if (!entry || !entry->call)
        return false;
    *parent = entry->call->execution;
    return true;
}

bool engine_child_place(const engine *e, uint64_t execution, struct rt_place *out)
{
    const struct entry *entry = engine_entry(e, execution);
    const struct engine_call *call = entry ? entry->call : NULL;
    const struct entry *parent = call ? engine_entry(e, call->execution) : NULL;

    if (!parent || !parent->x || !rt_place_of(parent->x, call->frame, out))
        return false;
    out->in_item = true;
    out->index = call->index;
    out->item = rt_place_item(parent->x, call->frame, call->index);
    return true;
}

/* Of a task call that is made for a reading or a writing, that one. */
static const struct engine_call *call_behind(const engine *e, uint64_t id)
{
    uint64_t behind;

    if (e->hooks.made_for && e->hooks.made_for(e->hooks.user, id, &behind))
        return call_by_id(e, behind);
    return call_by_id(e, id);
}

bool engine_place_of(const engine *e, uint64_t id, struct rt_place *out)
{
    const struct engine_call *call = call_behind(e, id);
    const struct entry *entry = call ? engine_entry(e, call->execution) : NULL;
    struct rt_place child;

    if (!entry || !entry->x || !rt_place_of(entry->x, call->frame, out))
        return false;
    if (!out->in_item && engine_child_place(e, call->execution, &child)) {
        out->in_item = true;
        out->index = child.index;
        out->item = child.item;
    }
    return true;
}

bool starts_call(const struct rt_command *c)
{
    return c->kind == RT_RUN_TASK || c->kind == RT_START_CHILD || c->kind == RT_REDRIVE_CHILD ||
           c->kind == RT_WRITE_RESULTS || (c->kind == RT_READ_ITEMS && c->begin);
}

/* A virtual clock stands still while anything is busy. */
static void set_busy(engine *e, struct engine_call *call, bool busy)
{
    e->tasks_busy += busy - call->busy;
    call->busy = busy;
}

struct engine_call *engine_new_call(engine *e, uint64_t execution, uint64_t ref, bool child)
{
    struct engine_call *call = pool_take(&e->spare_calls);

    call->node.id = engine_call_id(execution, ref);
    call->execution = execution;
    call->ref = ref;
    call->child = child;
    call->number = NO_CHILD;
    id_map_put(&e->calls, &call->node);
    set_busy(e, call, !child);
    return call;
}

static bool is_of_child(const struct rt_command *c)
{
    return c->kind == RT_START_CHILD || c->kind == RT_REDRIVE_CHILD || c->kind == RT_CANCEL_CHILD;
}

/* Its execution has counted it when the command was given. */
struct engine_call *engine_add_call(engine *e, uint64_t execution, const struct rt_command *c)
{
    struct engine_call *call = engine_find_call(e, execution, c->ref);

    /* In a file that was changed a child may be of an event that started none. */
    if (call && (c->kind == RT_RUN_TASK || (c->kind == RT_READ_ITEMS && call->child))) {
        engine_orphan(e, engine_entry(e, call->number));
        call = NULL;
    }
    if (!call)
        call = engine_new_call(e, execution, c->ref, is_of_child(c));
    call->unasked = false;
    call->frame = c->frame;
    /* Each time a reading begins is another one. */
    call->index = c->kind == RT_READ_ITEMS ? call->index + c->begin : c->index;
    call->since_ms = engine_due_clock(e);
    call->reading = c->kind == RT_READ_ITEMS;
    set_busy(e, call, !call->child);
    call->submits = c->kind == RT_RUN_TASK && c->state->task.parts.pattern != ASL_REQUEST_RESPONSE;
    return call;
}

void engine_remove_call(engine *e, struct engine_call *call)
{
    struct entry *entry = engine_entry(e, call->execution);

    if (entry)
        entry->calls--;
    id_map_take(&e->calls, call->node.id);
    set_busy(e, call, false);
    pool_give(&e->spare_calls, call);
}

/* The answer to a call becomes an input of the execution that made it. Takes the values. */
struct input *engine_answer(engine *e, const struct engine_call *call, enum rt_input_kind kind,
                            json *value, struct asl_error error)
{
    struct input *in = engine_add_input(e, kind, call->execution);

    in->frame = call->frame;
    in->index = call->index;
    in->ref = call->ref;
    in->value = value;
    in->error = error;
    return in;
}

bool engine_execution_of(const engine *e, uint64_t id, uint64_t *execution)
{
    const struct engine_call *call = call_by_id(e, id);

    if (!call)
        return false;
    *execution = call->execution;
    return true;
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

    if (!call)
        engine_note_late_job(e, id, output);
    else if (call->submits)
        engine_answer(e, call, RT_IN_SUBMITTED, json_ref(output), (struct asl_error){0});
}

void engine_task_heartbeat(engine *e, uint64_t id)
{
    struct engine_call *call = call_by_id(e, id);

    if (call)
        engine_answer(e, call, RT_IN_HEARTBEAT, NULL, (struct asl_error){0});
}

/* An answer to a reading that asks for nothing any more is dropped. */
static struct engine_call *reading_by_id(engine *e, uint64_t id)
{
    struct engine_call *call = call_by_id(e, id);

    if (!call || !call->reading || !call->busy)
        return NULL;
    set_busy(e, call, false);
    return call;
}

bool engine_is_outdated(const engine *e, const struct input *in)
{
    if (in->kind != RT_IN_ITEMS && in->kind != RT_IN_ITEMS_FAILED)
        return false;
    const struct engine_call *call = engine_find_call(e, in->execution, in->ref);
    return !call || call->index != in->index;
}

void engine_items_came(engine *e, uint64_t id, json *part)
{
    const struct engine_call *call = reading_by_id(e, id);

    if (call)
        engine_answer(e, call, RT_IN_ITEMS, part, (struct asl_error){0});
    else
        json_unref(part);
}

void engine_reading_failed(engine *e, uint64_t id, struct asl_error error, bool differs)
{
    const struct engine_call *call = reading_by_id(e, id);

    if (call)
        engine_answer(e, call, RT_IN_ITEMS_FAILED, differs ? json_bool(true) : NULL, error);
    else
        asl_error_clear(&error);
}

/* Of what was written, as of a Task, one answer comes. */
static void answer_writing(engine *e, uint64_t id, enum rt_input_kind kind, json *value,
                           struct asl_error error)
{
    struct engine_call *call = call_by_id(e, id);

    if (!call || call->child || call->reading) {
        json_unref(value);
        asl_error_clear(&error);
        return;
    }
    engine_answer(e, call, kind, value, error);
    engine_remove_call(e, call);
}

void engine_results_written(engine *e, uint64_t id, json *written)
{
    answer_writing(e, id, RT_IN_RESULTS, written, (struct asl_error){0});
}

void engine_writing_failed(engine *e, uint64_t id, struct asl_error error, json *without)
{
    answer_writing(e, id, RT_IN_RESULTS_FAILED, without, error);
}

/* Makes an input of a result (taken). The hook hears of a call's first answer: after a result by
 * token comes that of who was given the task. */
static void engine_bring_result(engine *e, struct engine_call *call, enum rt_input_kind kind,
                                struct task_result *result)
{
    if (!call->answered && e->hooks.answered)
        e->hooks.answered(e->hooks.user, call->since_ms);
    call->answered = true;
    engine_answer(
        e, call, kind, json_ref(result->output),
        (struct asl_error){.name = json_ref(result->error), .cause = json_ref(result->cause)});
    task_result_clear(result);
}

/* The call ends here, not when its input is stepped: a second answer finds none. */
void engine_task_done(engine *e, uint64_t id, struct task_result *result)
{
    struct engine_call *call = call_by_id(e, id);
    uint64_t behind;

    if (!call && e->hooks.made_for && e->hooks.made_for(e->hooks.user, id, &behind)) {
        e->hooks.done_for(e->hooks.user, id, result);
        return;
    }
    if (!call) {
        task_result_clear(result);
        return;
    }
    engine_bring_result(e, call, result->ok ? RT_IN_TASK_OK : RT_IN_TASK_FAILED, result);
    engine_remove_call(e, call);
}

/* The call stays: whoever works on the task hears of the end by release_task, after the commit. */
void engine_task_answered(engine *e, uint64_t id, struct task_result *result)
{
    struct engine_call *call = call_by_id(e, id);

    if (!call)
        task_result_clear(result);
    else
        engine_bring_result(e, call, result->ok ? RT_IN_TOKEN_OK : RT_IN_TOKEN_FAILED, result);
}
