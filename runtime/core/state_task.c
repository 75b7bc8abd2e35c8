/*
 * Task: schedules the work, and turns what comes of it into a result or an error. The command that
 * hands a task out follows its events, so what runs is always in the history; and an answer is for
 * the event that scheduled it, so one that comes late finds nothing.
 */

#include "runtime/core/state_task.h"

#include "asl/report/quota.h"
#include "parsers/base/digest.h"
#include "runtime/core/context.h"
#include "runtime/core/errors.h"
#include "runtime/core/leave.h"
#include "runtime/core/token.h"

#include <inttypes.h>
#include <string.h>

/* TimeoutSeconds and HeartbeatSeconds; 0: none, which an expression may say. */
static bool state_task_limit_of(const struct asl_number *n, const char *field,
                                const struct asl_env *env, int64_t *out, struct asl_error *e)
{
    int64_t least = n->expression ? 0 : 1;

    *out = 0;
    if (!n->set)
        return true;
    if (!asl_flow_number(n, field, env, out, e))
        return false;
    if (*out < least || *out > QUOTA_SECONDS) {
        asl_flow_out_of_range(
            n->expression, e,
            "%.*s must be between %lld and " QUOTA_TEXT(QUOTA_SECONDS) " but was: %lld",
            (int)(strlen(field) - strlen("Path")), field, (long long)least, (long long)*out);
        return false;
    }
    return true;
}

static bool limits_of(const struct rt_frame *f, const struct asl_env *env, int64_t *timeout_s,
                      int64_t *heartbeat_s, struct asl_error *e)
{
    const struct asl_task *task = &f->state->task;
    struct asl_env inner = *env;
    bool good;

    if (!task->timeout_s.set && !task->heartbeat_s.set)
        return true;
    json *input = asl_flow_input(f->state, env, e);
    if (!input)
        return false;
    inner.input = input;
    good = state_task_limit_of(&task->timeout_s, "TimeoutSecondsPath", &inner, timeout_s, e) &&
           state_task_limit_of(&task->heartbeat_s, "HeartbeatSecondsPath", &inner, heartbeat_s, e);
    json_unref(input);
    return good;
}

/* A MAC of the execution's ARN and the event: who doesn't know the secret can't make one up, and a
 * task that is handed out again after a crash has the same. */
static json *make_token(const struct step *s)
{
    const rt_exec *x = s->x;
    unsigned char mac[DIGEST_SHA256_SIZE];
    const json *arn = rt_exec_names(x)->arn;
    struct buf text = {0};

    buf_printf(&text, "%s\n%" PRIu64, arn ? json_str(arn) : "", x->seq);
    digest_hmac(x->secret, sizeof x->secret, text.data, text.len, mac);
    buf_reset(&text);
    buf_adds(&text, RT_TOKEN_PREFIX);
    buf_add_hex(&text, mac, sizeof mac);
    return json_take_buf(&text);
}

/* A worker that takes an activity's task answers by a token, too, which the state doesn't see. */
static bool state_task_has_token(const struct asl_task *t)
{
    return t->parts.pattern != ASL_REQUEST_RESPONSE || t->kind == ASL_ACTIVITY;
}

/* What texts about sizes call the task. */
static const json *called(const struct asl_task *t)
{
    return t->kind == ASL_INTEGRATION ? t->type : t->resource;
}

static bool state_task_check_parameters(struct step *s, struct rt_frame *f, const json *parameters)
{
    struct asl_error e = {0};

    if (!check_depth(s, f, parameters))
        return false;
    if (!is_larger_than_data(s, parameters))
        return true;
    error_too_large(&e, called(&f->state->task), "provided parameters");
    fail_execution(s, f, &e);
    return false;
}

/* Without its role a call would be made by somebody else than the author wants: data may lack it.
 */
static bool check_credentials(const struct asl_task *task, const json *credentials,
                              struct asl_error *e)
{
    const json *role = json_is_object(credentials) ? json_get(credentials, "RoleArn") : NULL;

    if (task->kind == ASL_ACTIVITY || (role && json_is_string(role) && json_str_len(role)))
        return true;
    asl_error_set(e, ASL_RUNTIME, "The field 'Credentials' must have a 'RoleArn' that is %s",
                  role && json_is_string(role) ? "not empty" : "a string");
    return false;
}

void work_task(struct step *s, struct rt_frame *f)
{
    const struct asl_task *task = &f->state->task;
    struct asl_error e = {0};
    struct scope_view view;
    int64_t timeout_s = 0, heartbeat_s = 0;
    json *credentials = NULL;
    bool gone = task->kind == ASL_ACTIVITY && s->has_activity &&
                !s->has_activity(s->world, json_str(task->resource));
    /* The token comes before the arguments, which hand it on as $$.Task.Token. */
    json *token = state_task_has_token(task) ? make_token(s) : NULL;

    view_init(&view, s, f);
    view.token = task->kind == ASL_ACTIVITY ? NULL : token;
    struct asl_env env = view_env(&view, f->input);
    json *parameters = asl_flow_arguments(f->state, &env, &e);
    /* Expressions are evaluated in this order, as the first error is the one that is told. */
    bool good = parameters && limits_of(f, &env, &timeout_s, &heartbeat_s, &e);
    if (good && task->credentials)
        good = (credentials = asl_template_eval(task->credentials, &env, &e)) &&
               check_credentials(task, credentials, &e);
    forget_context(s);
    /* An error of the arguments is told first; that the activity is missing only when they are
     * good. */
    if (good && gone) {
        asl_error_set(&e, ASL_RUNTIME, "The activity %s does not exist.", json_str(task->resource));
        good = false;
    }
    if (!good) {
        json_unref(parameters);
        json_unref(credentials);
        json_unref(token);
        state_failed(s, f, &e);
        return;
    }
    if (!state_task_check_parameters(s, f, parameters) ||
        (credentials && !check_size(s, f, credentials))) {
        json_unref(parameters);
        json_unref(credentials);
        json_unref(token);
        return;
    }
    emit(s, &(struct rt_event){.kind = RT_TASK_SCHEDULED,
                               .frame = f->id,
                               .previous = f->last,
                               .state = f->state,
                               .data = parameters,
                               .scheduled = {credentials, token, timeout_s, heartbeat_s,
                                             timeout_s ? due_clock(s) + 1000 * timeout_s : 0}});
    /* A worker has to find it before it is started; other work begins with start_task. */
    if (running(s) && task->kind == ASL_ACTIVITY)
        command(s, RT_RUN_TASK, f);
}

void start_task(struct step *s, struct rt_frame *f)
{
    emit(s, &(struct rt_event){
                .kind = RT_TASK_STARTED, .frame = f->id, .previous = f->last, .state = f->state});
    if (running(s))
        command(s, RT_RUN_TASK, f);
}

/* The result is too large: an error of the task that a catcher may catch. */
static void result_too_large(struct step *s, struct rt_frame *f)
{
    struct rt_event failed = {
        .kind = RT_TASK_FAILED, .frame = f->id, .previous = f->last, .state = f->state};

    error_too_large(&failed.error, called(&f->state->task), "returned a result");
    emit(s, &failed);
}

void task_ok(struct step *s, struct rt_frame *f, const json *value)
{
    struct asl_error e = {0};
    struct scope_view view;

    if (is_larger_than_data(s, value)) {
        result_too_large(s, f);
        return;
    }
    emit(s, &(struct rt_event){.kind = RT_TASK_SUCCEEDED,
                               .frame = f->id,
                               .previous = f->last,
                               .state = f->state,
                               .data = json_ref(value)});
    if (!running(s))
        return;
    view_init(&view, s, f);
    struct asl_env env = view_env(&view, f->input);
    env.result = value;
    json *output = asl_flow_output(f->state, &env, json_ref(value), &e);
    if (output)
        finish_state(s, f, output, value);
    else
        state_failed(s, f, &e);
}

/* The error is only noted here. rt_step's loop decides on it (RT_ERRED) after all that this input
 * brings, so tasks that time out in the same instant all have their events before the first failure
 * cuts off the others, as recorded on AWS. */
void task_failed(struct step *s, struct rt_frame *f, const struct asl_error *e)
{
    emit(s, &(struct rt_event){.kind = RT_TASK_FAILED,
                               .frame = f->id,
                               .previous = f->last,
                               .state = f->state,
                               .error = asl_error_copy(e)});
}

void task_answered(struct step *s, struct rt_frame *f)
{
    /* The events that follow clear the frame's work, and with it what is looked at here. */
    json *answer = json_ref(f->answer);
    struct asl_error e = asl_error_copy(&f->error);

    if (answer)
        task_ok(s, f, answer);
    else
        task_failed(s, f, &e);
    json_unref(answer);
    asl_error_clear(&e);
}

/*
 * As on AWS a result never comes before …Submitted. One that does is kept: who was told that it
 * was taken must not find it lost.
 */
void token_answered(struct step *s, struct rt_frame *f, const json *value,
                    const struct asl_error *error)
{
    if (f->answered)
        return;
    if (f->state->task.parts.pattern != ASL_REQUEST_RESPONSE && !f->submitted) {
        emit(s, &(struct rt_event){.kind = RT_TASK_ANSWERED,
                                   .frame = f->id,
                                   .state = f->state,
                                   .data = json_ref(value),
                                   .error = asl_error_copy(error)});
        return;
    }
    command(s, RT_RELEASE_TASK, f);
    if (value)
        task_ok(s, f, value);
    else
        task_failed(s, f, error);
}

/* …Submitted comes once; what a service says of a task that was handed out again is dropped. */
void task_submitted(struct step *s, struct rt_frame *f, const json *output)
{
    if (f->submitted || !output)
        return;
    /* The service's own answer is data as any other; the work that it has begun is called off. */
    if (is_larger_than_data(s, output)) {
        command(s, RT_CANCEL_TASK, f);
        result_too_large(s, f);
        return;
    }
    emit(s, &(struct rt_event){.kind = RT_TASK_SUBMITTED,
                               .frame = f->id,
                               .previous = f->last,
                               .state = f->state,
                               .data = json_ref(output)});
    if (!running(s) || !f->answered)
        return;
    command(s, RT_RELEASE_TASK, f);
    task_answered(s, f);
}

void task_due(struct step *s, struct rt_frame *f)
{
    /* When both are due at once, it is the time limit that has passed. */
    bool heartbeat = f->beat_ms < f->due_ms;

    if (f->phase == RT_TASK)
        command(s, RT_CANCEL_TASK, f);
    if (f->answered) {
        task_answered(s, f); /* it came in time */
        return;
    }
    emit(s, &(struct rt_event){.kind = RT_TASK_TIMED_OUT,
                               .frame = f->id,
                               .previous = f->last,
                               .state = f->state,
                               .timed_out = {heartbeat},
                               .error = {.name = json_cstring(ASL_TIMEOUT)}});
}
