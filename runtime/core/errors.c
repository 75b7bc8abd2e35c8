/*
 * What follows an error. A state's function only says that the state has failed; decide() asks the
 * state's Retry and Catch, and those of the states around it, until one of them takes the error or
 * the execution fails with it.
 */

#include "runtime/core/errors.h"

#include "asl/eval/verdict.h"
#include "runtime/core/context.h"
#include "runtime/core/leave.h"
#include "runtime/core/state_group.h"
#include "runtime/core/token.h"

void tidy_error(struct asl_error *e)
{
    rt_error_hide_tokens(e);
    asl_error_cap(e);
}

void fail_execution(struct step *s, struct rt_frame *f, struct asl_error *e)
{
    emit(s, &(struct rt_event){
                .kind = RT_EXECUTION_FAILED, .frame = f->id, .previous = f->last, .error = *e});
    *e = (struct asl_error){0};
}

void blame_state(struct step *s, struct rt_frame *f, uint32_t previous, struct asl_error *e)
{
    /* The one error of the language itself that AWS names no state in. */
    if (json_str_is(e->name, ASL_REFERENCE_PATH_CONFLICT))
        return;
    /* It is cut once more with the state's name before it, but a long text is formatted slowly. */
    asl_error_cap(e);
    json *cause =
        json_stringf("An error occurred while executing the state '%s' (entered at the "
                     "event id #%u). %s",
                     json_str(f->state->name), f->entered, e->cause ? json_str(e->cause) : "");

    json_unref(e->cause);
    e->cause = cause;
    tidy_error(e);
    if (json_str_is(e->name, ASL_QUERY_EVALUATION_ERROR))
        emit(s, &(struct rt_event){.kind = RT_EVALUATION_FAILED,
                                   .frame = f->id,
                                   .previous = previous,
                                   .state = f->state,
                                   .error = asl_error_copy(e)});
}

void state_failed(struct step *s, struct rt_frame *f, struct asl_error *e)
{
    blame_state(s, f, f->last, e);
    if (asl_error_is_terminal(e->name))
        fail_execution(s, f, e);
    else
        decide(s, f, e);
}

/* The due time stands in the event, as chance had a say in it: a fold must not throw the dice
 * again. */
static void retry_later(struct step *s, struct rt_frame *f, const struct asl_verdict *v,
                        uint32_t previous)
{
    emit(s, &(struct rt_event){.kind = RT_BACKOFF,
                               .frame = f->id,
                               .previous = previous,
                               .state = f->state,
                               .later = {wait_until(s, v->delay_ms), (uint32_t)v->retrier}});
}

/* False with *e filled when the catcher itself fails; `previous`: what that points back to. */
static bool enter_catcher(struct step *s, struct rt_frame *f, const struct asl_catcher *c,
                          const struct asl_error *caught, uint32_t previous, struct asl_error *e)
{
    struct scope_view view;

    view_init(&view, s, f);
    struct asl_env env = view_env(&view, f->input);
    json *error_output = asl_error_output(caught);
    env.error_output = error_output;
    json *vars = NULL, *output = asl_flow_caught(f->state, c, &env, e);

    if (output && c->assign) {
        /* In JSONPath `$` of a catcher's Assign is the error output. */
        if (!f->state->jsonata)
            env.input = error_output;
        vars = asl_template_eval(c->assign, &env, e);
    }
    json_unref(error_output);
    if (!output || (c->assign && !vars)) {
        json_unref(output);
        blame_state(s, f, previous, e);
        return false;
    }
    if (check_leaving(s, f, output, vars))
        exit_state(s, f, output, vars,
                   (struct leaving_by){c->next, RT_BY_CATCH, (size_t)(c - f->state->catch)});
    return true;
}

/* A missed heartbeat shows as States.Timeout, and is matched by either name. */
static const json *name_to_match(const struct rt_frame *f, const struct asl_error *e, json **made)
{
    if (!f->heartbeat_missed)
        return e->name;
    *made = json_cstring(ASL_HEARTBEAT_TIMEOUT);
    return *made;
}

/* The error leaves the frame; its Parallel or Map has to answer for it. Returns that, or NULL when
 * the execution is at its end. */
static struct rt_frame *hand_up(struct step *s, struct rt_frame *f, struct asl_error *e)
{
    struct rt_frame *parent = exec_frame(s->x, f->parent);

    if (!parent) {
        fail_execution(s, f, e);
        return NULL;
    }
    child_failed(s, f);
    return running(s) ? parent : NULL;
}

/* A Parallel or Map whose expressions failed fails as one that had started. */
static bool failed_before_start(const struct rt_frame *f, const struct asl_error *e)
{
    return f->state->jsonata && (f->state->type == ASL_PARALLEL || f->state->type == ASL_MAP) &&
           e->name && json_str_is(e->name, ASL_QUERY_EVALUATION_ERROR);
}

static void group_ended(struct step *s, struct rt_frame *f, uint32_t previous)
{
    emit(s, &(struct rt_event){
                .kind = RT_GROUP_FAILED, .frame = f->id, .previous = previous, .state = f->state});
}

/* An error climbs from frame to frame until a state retries or catches it, and ends the execution
 * at the top. At each frame the order of events is AWS's: children are cut off, then …StateFailed
 * comes, then the exit by the catcher or the parent's own failure. `previous` is the event that all
 * these point back to. */
void decide(struct step *s, struct rt_frame *f, struct asl_error *e)
{
    struct asl_error error = *e;
    uint32_t previous = f->last;

    *e = (struct asl_error){0};
    tidy_error(&error);
    if (f->group)
        group_failed(s, f);
    while (f && running(s)) {
        json *made = NULL;
        const json *name = name_to_match(f, &error, &made);
        struct asl_verdict v = asl_after_error(f->state, name, f->tries, &s->chance);
        json_unref(made);

        if (v.kind == ASL_VERDICT_RETRY) {
            retry_later(s, f, &v, previous);
            break;
        }
        /* The verdict is known, but AWS tells of the failed Parallel or Map before its catcher or
         * its parent. */
        bool as_group = f->group || failed_before_start(f, &error);
        if (as_group)
            group_ended(s, f, previous);
        struct asl_error own = {0};
        if (v.kind == ASL_VERDICT_CATCH) {
            if (enter_catcher(s, f, v.catcher, &error, previous, &own))
                break;
            /* What fails in a catcher is not for this state to catch: it might for ever. */
            asl_error_clear(&error);
            error = own;
            if (asl_error_is_terminal(error.name)) {
                fail_execution(s, f, &error);
                break;
            }
            /* The state fails once more, as on AWS. */
            if (as_group)
                group_ended(s, f, f->last);
        }
        previous = f->last;
        f = hand_up(s, f, &error);
    }
    asl_error_clear(&error);
}
