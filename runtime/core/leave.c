/*
 * Leaving a state: what it leaves with is bounded, its Assign is made, and its exit leads to the
 * next state or ends the scope.
 *
 * What fails here is an error of the state, which its retriers and catchers see, but for data over
 * AWS's quota: an output or variables that are too large end the execution. That is as recorded on
 * AWS, where nothing catches a Pass state's output that is too large, while a task's result that is
 * too large is an error of the state (result_too_large in state_task.c).
 */

#include "runtime/core/leave.h"

#include "runtime/core/context.h"
#include "runtime/core/errors.h"
#include "runtime/core/state_group.h"

/* Without AWS's quotas: data may share their parts in memory, but not in the text they become. */
enum { PROCESS_DATA_LIMIT = 256 << 20 };

static void end_scope(struct step *s, struct rt_frame *f)
{
    if (f->parent != RT_NO_FRAME)
        child_ended(s, f, f->input);
    else
        emit(s, &(struct rt_event){.kind = RT_EXECUTION_SUCCEEDED,
                                   .frame = f->id,
                                   .previous = f->last,
                                   .data = json_ref(f->input)});
}

void exit_state(struct step *s, struct rt_frame *f, json *output, json *vars, struct leaving_by by)
{
    /* As on AWS, the exit after a success points back past …StateSucceeded, to what came before it.
     */
    bool joined = f->group && !f->group->over;

    struct rt_event e;

    event_begin(&e, RT_STATE_EXITED, f, joined ? f->group->joined : f->last, output);
    e.exited.variables = vars;
    e.exited.to = by.to ? by.to->id : RT_NO_STATE;
    e.exited.way = by.way;
    e.exited.index = (uint32_t)by.index;
    emit(s, &e);
    if (!by.to && running(s))
        end_scope(s, f);
}

size_t data_limit(const struct step *s)
{
    return s->x->aws_limits ? QUOTA_DATA : PROCESS_DATA_LIMIT;
}

void error_too_large(struct asl_error *e, const json *who, const char *what)
{
    asl_error_set(e, ASL_DATA_LIMIT_EXCEEDED,
                  "The state/task '%s' %s with a size exceeding the maximum number of bytes "
                  "service limit.",
                  json_str(who), what);
}

/* No catcher sees it: see above. */
void result_is_too_large(struct step *s, struct rt_frame *f)
{
    struct asl_error e = {0};

    error_too_large(&e, f->state->name, "returned a result");
    fail_execution(s, f, &e);
}

/* What is deeper than the parser reads could be made here, but never be read back from a store. */
bool depth_is_allowed(const json *v, struct asl_error *e)
{
    if (json_depth(v) <= JSON_MAX_DEPTH)
        return true;
    asl_error_set(e, ASL_RUNTIME, "The state's data nests deeper than %d levels.", JSON_MAX_DEPTH);
    return false;
}

bool check_depth(struct step *s, struct rt_frame *f, const json *v)
{
    struct asl_error e = {0};

    if (depth_is_allowed(v, &e))
        return true;
    state_failed(s, f, &e);
    return false;
}

/* A value is measured by work of its own: what evaluations have used before doesn't count. */
bool is_larger_than_data(const struct step *s, const json *v)
{
    work_begin(s->work);
    return json_text_len_counted(v, s->work) > data_limit(s);
}

/* Depth comes first: measuring text goes down as deep as the value does. */
bool check_size(struct step *s, struct rt_frame *f, const json *v)
{
    if (!check_depth(s, f, v))
        return false;
    if (is_larger_than_data(s, v)) {
        result_is_too_large(s, f);
        return false;
    }
    return true;
}

/* What one Assign gives, and with it all variables of the execution. */
static bool check_vars(struct step *s, struct rt_frame *f, const json *vars)
{
    if (!check_size(s, f, vars))
        return false;
    if (!s->x->aws_limits || exec_vars_len(s->x, f, vars) <= QUOTA_VARIABLES)
        return true;
    result_is_too_large(s, f);
    return false;
}

bool check_leaving(struct step *s, struct rt_frame *f, json *output, json *vars)
{
    if (check_size(s, f, output) && (!vars || check_vars(s, f, vars)))
        return true;
    json_unref(output);
    json_unref(vars);
    return false;
}

/* Output and Assign of these see $states.result. */
static bool has_result(const struct asl_state *s)
{
    return s->type == ASL_TASK || s->type == ASL_PARALLEL || s->type == ASL_MAP;
}

void finish_state(struct step *s, struct rt_frame *f, json *output, const json *assign_from)
{
    const struct asl_state *state = f->state;
    json *vars = NULL;

    if (state->assign) {
        struct scope_view view;
        view_init(&view, s, f);
        struct asl_env env = view_env(&view, state->jsonata ? f->input : assign_from);
        struct asl_error e = {0};
        env.result = has_result(state) ? assign_from : NULL;
        vars = asl_template_eval(state->assign, &env, &e);
        if (!vars) {
            json_unref(output);
            state_failed(s, f, &e);
            return;
        }
    }
    if (check_leaving(s, f, output, vars))
        exit_state(s, f, output, vars, (struct leaving_by){.to = state->next});
}
