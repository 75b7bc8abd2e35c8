/*
 * After the commit: the commands of the turn are carried out, hooks hear what happened, and a child
 * that has ended answers its Map. Nothing here may be called before the turn is kept.
 */

#include "runtime/engine/engine_tell.h"

#include "parsers/base/mem.h"
#include "runtime/engine/engine_call.h"
#include "runtime/engine/engine_map_runs.h"
#include "runtime/engine/engine_redrive.h"
#include "runtime/engine/engine_turn.h"

#include <inttypes.h>

/* Nothing can be read or written where nobody does it. */
static struct asl_error nobody(const char *name, const char *what)
{
    struct asl_error error = {0};

    asl_error_set(&error, name, "Nothing here %s.", what);
    return error;
}

/* In whose name S3 is asked for a Map Run; `key` is filled for it. */
static struct task in_name_of(const engine *e, uint64_t execution, const rt_exec *x,
                              const struct rt_command *c, struct buf *key)
{
    const struct rt_names *names = rt_exec_names(x);

    buf_printf(key, "%s:%" PRIu64, json_str(names->arn), c->ref);
    return (struct task){.state = json_str(c->state->name),
                         .execution = json_str(names->arn),
                         .own_role = names->role_arn ? json_str(names->role_arn) : NULL,
                         .key = buf_str(key),
                         .now_ms = e->now_ms,
                         .number = execution};
}

static void read_items(engine *e, uint64_t execution, const rt_exec *x, const struct rt_command *c)
{
    struct buf key = {0};
    const struct task as = in_name_of(e, execution, x, c, &key);
    uint64_t id = engine_add_call(e, execution, c)->node.id;
    struct rt_config config;

    rt_exec_config(x, &config);
    if (!e->hooks.read_items)
        engine_reading_failed(
            e, id, nobody(ASL_ITEM_READER_FAILED, "reads the items of a Map from elsewhere"),
            false);
    else
        e->hooks.read_items(e->hooks.user, &(struct map_reading){.id = id,
                                                                 .as = &as,
                                                                 .plan = c->parameters,
                                                                 .begin = c->begin,
                                                                 .source = c->source,
                                                                 .position = c->position,
                                                                 .anew = c->anew,
                                                                 .redriven = c->attempt > 0,
                                                                 .aws_limits = config.aws_limits});
    buf_clear(&key);
}

static void hand_out_results(engine *e, uint64_t execution, const rt_exec *x,
                             const struct rt_command *c)
{
    struct buf key = {0};
    const struct task as = in_name_of(e, execution, x, c, &key);

    /* One that left memory meanwhile has asked again for what is out. */
    if (engine_find_call(e, execution, c->ref)) {
        engine_entry(e, execution)->calls--;
        buf_clear(&key);
        return;
    }
    uint64_t id = engine_add_call(e, execution, c)->node.id;
    if (!e->hooks.write_results)
        engine_writing_failed(
            e, id, nobody(ASL_RESULT_WRITER_FAILED, "writes the results of a Map"), NULL);
    else
        e->hooks.write_results(e->hooks.user, &(struct map_writing){.id = id,
                                                                    .as = &as,
                                                                    .plan = c->parameters,
                                                                    .map_run = c->map_run,
                                                                    .state = c->source,
                                                                    .results = c->results,
                                                                    .check = c->begin,
                                                                    .attempt = c->attempt,
                                                                    .end = c->end,
                                                                    .unread = c->unread,
                                                                    .listed = c->listed});
    buf_clear(&key);
}

static void run_task(engine *e, uint64_t execution, const rt_exec *x, const struct rt_command *c,
                     bool again)
{
    struct buf key = {0};
    const char *arn = json_str(rt_exec_names(x)->arn);
    const json *own_role = rt_exec_names(x)->role_arn;

    buf_printf(&key, "%s:%u", arn, c->event_id);
    e->hooks.run_task(e->hooks.user,
                      &(struct task){.id = engine_add_call(e, execution, c)->node.id,
                                     .resource = &c->state->task.parts,
                                     .state = json_str(c->state->name),
                                     .execution = arn,
                                     .role = c->role ? json_str(c->role) : NULL,
                                     .own_role = own_role ? json_str(own_role) : NULL,
                                     .key = buf_str(&key),
                                     .parameters = c->parameters,
                                     .timeout_ms = c->timeout_ms,
                                     .now_ms = e->now_ms,
                                     .token = c->token ? json_str(c->token) : NULL,
                                     .activity = c->state->task.kind == ASL_ACTIVITY,
                                     .attempt = c->attempt,
                                     .started = c->started,
                                     .submitted = c->submitted,
                                     .repeated = again,
                                     .since_ms = c->since_ms,
                                     .answered = c->answered,
                                     .number = execution});
    buf_clear(&key);
}

void engine_hand_out(engine *e, uint64_t execution, const rt_exec *x, const struct rt_command *c,
                     bool again)
{
    if (c->kind == RT_READ_ITEMS)
        read_items(e, execution, x, c);
    else if (c->kind == RT_WRITE_RESULTS)
        hand_out_results(e, execution, x, c);
    else
        run_task(e, execution, x, c, again);
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
}

/* A child that has not begun never will: nobody has heard of it, and the store doesn't know it. */
static void withdraw_child(engine *e, struct engine_call *call, bool awaited)
{
    struct entry *child = engine_entry(e, call->number);

    if (child)
        e->running--;
    engine_release(e, call->number);
    if (awaited)
        engine_answer(e, call, RT_IN_CHILD_UNBEGUN, NULL, (struct asl_error){0});
    engine_remove_call(e, call);
}

void engine_cancel_child(engine *e, struct engine_call *call, bool awaited)
{
    static const struct asl_error none;
    struct entry *child = engine_entry(e, call->number);

    if (!child || child->unstarted) {
        withdraw_child(e, call, awaited);
        return;
    }
    engine_stop(e, call->number, &none);
    if (awaited)
        return;
    child->call = NULL;
    child->orphan = true;
    engine_remove_call(e, call);
}

static void cancel(engine *e, struct engine_call *call, const struct rt_command *c)
{
    uint64_t id = call->node.id;

    if (call->child) {
        engine_cancel_child(e, call, c->awaited);
        return;
    }
    engine_remove_call(e, call);
    e->hooks.cancel_task(e->hooks.user, id);
}

static void engine_release_entry(engine *e, struct engine_call *call)
{
    uint64_t id = call->node.id;

    engine_remove_call(e, call);
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
    case RT_RUN_TASK:
    case RT_READ_ITEMS:
    case RT_WRITE_RESULTS: engine_hand_out(e, execution, x, c, false); break;
    case RT_OPEN_MAP_RUN: engine_open_later(e, engine_entry(e, execution)); break;
    case RT_START_CHILD:
    case RT_REDRIVE_CHILD: engine_ask_for_child(e, execution, x, c); break;
    case RT_CANCEL_TASK:
    case RT_CANCEL_CHILD:
    case RT_CANCEL_READING:
    case RT_CANCEL_WRITING:
        if ((call = engine_find_call(e, execution, c->ref)))
            cancel(e, call, c);
        else if (c->kind == RT_CANCEL_TASK)
            engine_task_gone(e, engine_call_id(execution, c->ref));
        break;
    case RT_TELL:
        if (e->hooks.tell)
            e->hooks.tell(e->hooks.user, json_str(rt_exec_names(x)->arn), json_str(c->state->name),
                          json_str(c->parameters));
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

    struct input *in = engine_answer(e, call, output ? RT_IN_CHILD_OK : RT_IN_CHILD_FAILED,
                                     json_ref(output), asl_error_copy(error));
    in->status = rt_exec_status(x);
    in->began_ms = rt_exec_start_ms(x);
    in->ended_ms = rt_exec_stop_ms(x);
    engine_remove_call(e, call);
}

void engine_child_lost(engine *e, struct engine_call *call, const char *why)
{
    struct asl_error error = {0};

    asl_error_set(&error, "States.Runtime", "%s", why);
    engine_answer(e, call, RT_IN_CHILD_FAILED, NULL, error)->status = RT_FAILED;
    engine_remove_call(e, call);
}

/* Returns whether the execution ended with this output. It may have others in the same turn. */
static bool is_last(const struct turn_output *t)
{
    const struct rt_output *out = &t->out;

    return out->count && rt_event_is_end(rt_packed_kind(&out->events[out->count - 1]));
}

void engine_tell(engine *e, struct turn_output *t)
{
    struct entry *entry = engine_entry(e, t->execution);
    const rt_exec *x = entry ? entry->x : NULL;

    /* The execution has ended with an earlier output of this turn; this one is empty. */
    if (!x) {
        rt_output_reset(&t->out);
        return;
    }
    struct rt_events events = rt_output_events(&t->out);
    if (e->hooks.happened)
        e->hooks.happened(e->hooks.user, t->execution, x, &events);
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
