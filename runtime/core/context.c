/*
 * What expressions see of an execution: the context object and the variables. The context object is
 * made when the first expression asks and kept until an event may have changed it.
 */

#include "runtime/core/context.h"

#include "parsers/base/timestamp.h"

static json *time_text(int64_t ms)
{
    struct buf b = {0};

    timestamp_write(&b, ms);
    return json_take_buf(&b);
}

/* It is kept with the execution, as every $$ has it. Only a redrive changes what it says, and drops
 * it. */
static const json *execution_context(rt_exec *x)
{
    struct json_build b;

    if (x->execution_context)
        return x->execution_context;
    json_build_object(&b, 7);
    json_build_set(&b, "Id", json_ref(rt_exec_names(x)->arn));
    json_build_set(&b, "Input", json_ref(x->input));
    json_build_set(&b, "Name", json_ref(rt_exec_names(x)->name));
    json_build_set(&b, "RoleArn", json_ref(rt_exec_names(x)->role_arn));
    json_build_set(&b, "StartTime", time_text(x->started_ms));
    json_build_set(&b, "RedriveCount", json_int(x->redrives));
    if (x->redrives)
        json_build_set(&b, "RedriveTime", time_text(x->redriven_ms));
    return x->execution_context = json_build_done(&b);
}

static const json *machine_context(rt_exec *x)
{
    struct json_build b;

    if (x->machine_context)
        return x->machine_context;
    json_build_object(&b, 2);
    json_build_set(&b, "Id", json_ref(rt_exec_names(x)->machine_arn));
    json_build_set(&b, "Name", json_ref(rt_exec_names(x)->machine_name));
    return x->machine_context = json_build_done(&b);
}

/* AWS tells RetryCount of the states that can be retried. */
static json *state_context(const struct rt_frame *f)
{
    struct json_build b;
    enum asl_type type = f->state->type;

    json_build_object(&b, 3);
    json_build_set(&b, "EnteredTime", time_text(f->entered_ms));
    json_build_set(&b, "Name", json_ref(f->state->name));
    if (type == ASL_TASK || type == ASL_PARALLEL || type == ASL_MAP)
        json_build_set(&b, "RetryCount", json_int(f->retries));
    return json_build_done(&b);
}

/* AWS documents Source since 2025, of inline Maps, too; recordings of before have none. */
static json *map_context(const json *item, const json *key, const json *source, uint64_t index)
{
    struct json_build b, m;

    json_build_object(&b, 4);
    json_build_set(&b, "Index", json_int((int64_t)index));
    if (key)
        json_build_set(&b, "Key", json_ref(key));
    json_build_set(&b, "Value", json_ref(item));
    json_build_set(&b, "Source", source ? json_ref(source) : json_cstring("STATE_DATA"));
    json_build_object(&m, 1);
    json_build_set(&m, "Item", json_build_done(&b));
    return json_build_done(&m);
}

static json *task_context(const json *token)
{
    struct json_build b;

    json_build_object(&b, 1);
    json_build_set(&b, "Token", json_ref(token));
    return json_build_done(&b);
}

bool exec_enclosing_item(const rt_exec *x, const struct rt_frame *f, const json **item,
                         const json **key, uint64_t *index)
{
    for (; f->parent != RT_NO_FRAME; f = x->frames[f->parent]) {
        const struct rt_group *g = x->frames[f->parent]->group;
        /* A Parallel has none, and is looked through. */
        if (g->items) {
            *item = group_item_value(g, f->index);
            *key = group_item_key(g, f->index);
            *index = f->index;
            return true;
        }
    }
    return false;
}

static const json *context_object(void *user)
{
    struct scope_view *view = user;
    struct step *s = view->step;
    rt_exec *x = s->x;
    struct json_build b;
    const json *item = view->item, *key = view->key;
    uint64_t index = view->index;

    /* TestState gives the whole context object, or none; then $$ has nothing of ours. */
    if (x->only_context)
        return x->extra_context;
    if (s->context)
        return s->context;
    json_build_object(&b, 5);
    json_build_set(&b, "Execution", json_ref(execution_context(x)));
    json_build_set(&b, "State", state_context(view->frame));
    json_build_set(&b, "StateMachine", json_ref(machine_context(x)));
    if (view->token)
        json_build_set(&b, "Task", task_context(view->token));
    if (view->in_item || exec_enclosing_item(x, view->frame, &item, &key, &index))
        json_build_set(&b, "Map", map_context(item, key, view->source, index));
    /* Members of the caller's own come last, so they replace ours of the same name. */
    for (size_t i = 0; x->extra_context && i < json_count(x->extra_context); i++)
        json_build_set_key(&b, json_ref(json_key_at(x->extra_context, i)),
                           json_ref(json_value_at(x->extra_context, i)));
    return s->context = json_build_done(&b);
}

void forget_context(struct step *s)
{
    json_unref(s->context);
    s->context = NULL;
}

/* A branch or iteration sees the variables around it; those of its own go first. */
const json *variable(void *user, const json *name)
{
    const struct scope_view *view = user;
    const rt_exec *x = view->step->x;
    const struct rt_frame *f = view->frame;

    for (; f; f = exec_frame(x, f->parent)) {
        const json *v = f->vars ? json_get_key(f->vars, name) : NULL;
        if (v)
            return v;
    }
    return NULL;
}

/* What was made for another view is dropped: it told of another state, item or token. */
void view_init(struct scope_view *view, struct step *s, struct rt_frame *f)
{
    if (s->context)
        forget_context(s);
    *view = (struct scope_view){.step = s, .frame = f};
}

struct asl_env view_env(struct scope_view *view, const json *input)
{
    /* A template may make more than a state passes on, as ResultPath may drop it; but not without
     * end. */
    enum { MOST_BYTES = 16 * QUOTA_DATA };

    return (struct asl_env){.input = input,
                            .context = context_object,
                            .variable = variable,
                            .now_ms = view->step->now_ms,
                            .user = view,
                            .chance = &view->step->chance,
                            .work = view->step->work,
                            .most_bytes = view->step->x->aws_limits ? MOST_BYTES : 0};
}
