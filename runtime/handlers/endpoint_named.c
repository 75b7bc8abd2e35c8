/*
 * The job of a .sync Task whose begin got no answer, but which has a name: it is asked about by
 * that name alone, until its service says whether it is the Task's own. Only then it is followed,
 * or told to stop: a job of that name may be another's, for whose sake the begin was refused.
 */
#include "runtime/handlers/endpoint_impl.h"

#include "parsers/base/mem.h"

static void look_at_job(void *work);

/* Ends with a job that is none of the Task's. */
static void end_look(struct endpoint_work *w)
{
    struct aws_result r = w->failed;

    w->failed = (struct aws_result){0};
    endpoint_finish(w, &r, false);
}

/* Nothing is known of the job for want of an answer. A call that lingers gives up when others do
 * that tell a job to stop; what waits for keys or for its service goes on over restarts. */
static void look_at_job_again(struct endpoint_work *w, bool waits, const char *why)
{
    struct task_call *call = w->task_call;
    struct buf job = {0};

    json_write(&job, w->describe_parameters);
    if (!call->lingers) {
        job_pause_untold(&w->pause, call, buf_str(&job), why);
        job_pause_begin(&w->pause, call->h, look_at_job, w);
    } else if (!call->h->closing && waits && w->missing < JOB_MAX_MISSING) {
        job_pause_before_stop(&w->pause, call, buf_str(&job), why, look_at_job, w);
    } else if (!call->h->closing && !waits && w->stop_tries < JOB_MAX_STOPS) {
        job_pause_begin(&w->pause, call->h, look_at_job, w);
    } else {
        job_may_go_on(call, buf_str(&job), why);
        end_look(w);
    }
    buf_clear(&job);
}

/* The job is the Task's own: `a` tells how it does, and *begun (taken) what its begin would have
 * answered. */
static void found_own_job(struct endpoint_work *w, const struct aws_answer *a, json *begun)
{
    struct task_call *call = w->task_call;
    handlers *h = call->h;
    struct aws_result result = {0};
    enum aws_progress p = aws_job_progress(&w->call, begun, &w->describe, a, &result);
    bool over = p == AWS_JOB_SUCCEEDED || p == AWS_JOB_FAILED;
    struct buf job = {0};

    w->submitted = begun;
    aws_result_clear(&w->failed);
    w->missing = w->stop_tries = 0;
    w->pause.untold = false;
    job_pause_shorten(&w->pause);
    if (h->submitted)
        h->submitted(h->user, call->node.id, begun);
    if (!call->lingers) {
        json_write(&job, w->describe_parameters);
        handlers_log(h, call->execution, "%s: the job %s had begun before, and is followed",
                     call->target, buf_str(&job));
        buf_clear(&job);
    }
    if (!call->lingers || over) {
        take_job_progress(w, p, &result);
        return;
    }
    aws_result_clear(&result);
    stop_late_job(w);
}

static void looked_at_job(void *user, struct http_response *r)
{
    struct endpoint_work *w = user;
    struct task_call *call = w->task_call;
    struct aws_result why = {0};
    struct endpoint_answer a;
    json *begun = NULL;

    w->transfer = NULL;
    if (r->outcome != HTTP_ANSWERED) {
        look_at_job_again(w, false, r->error);
        return;
    }
    endpoint_answer_open(call, r, &a);
    enum aws_found found =
        aws_job_look(&w->call, &w->describe, &a.as_aws, call->since_ms, &begun, &why);
    const char *words = why.error ? json_str(why.cause ? why.cause : why.error) : NULL;
    w->missing = found == AWS_FOUND_NO_KEYS ? w->missing + 1 : 0;
    if (!w->missing)
        call->stalled = false;
    switch (found) {
    case AWS_FOUND: found_own_job(w, &a.as_aws, begun); break;
    case AWS_FOUND_NO_KEYS:
        roles_forget_refused(call, w->pause.signed_ms);
        look_at_job_again(w, true, words);
        break;
    case AWS_FOUND_BUSY: look_at_job_again(w, false, words); break;
    case AWS_FOUND_NONE:
        /* A begin whose connection broke may still be on its way. */
        if (call->lingers && w->stop_tries < JOB_MAX_STOPS)
            job_pause_begin(&w->pause, call->h, look_at_job, w);
        else
            end_look(w);
        break;
    case AWS_FOUND_REFUSED:
        say_not_stopped(w, words);
        /* fall through */
    case AWS_FOUND_OTHER: end_look(w); break;
    }
    endpoint_answer_close(&a);
    aws_result_clear(&why);
}

static void not_looked_at(void *user, bool of_role, const char *why)
{
    struct endpoint_work *w = user;

    (void)of_role;
    w->transfer = NULL;
    look_at_job_again(w, true, why);
}

static void look_at_job(void *work)
{
    struct endpoint_work *w = work;
    struct diag why = {0};
    bool bad_call, sent;

    w->stop_tries += w->task_call->lingers;
    sent = endpoint_ask_about_job(w, looked_at_job, not_looked_at, &bad_call, &why);
    if (!sent && bad_call) {
        say_not_stopped(w, why.text);
        end_look(w);
    } else if (!sent) {
        look_at_job_again(w, true, why.text);
    }
    diag_clear(&why);
}

bool look_for_job(struct endpoint_work *w, struct aws_result *refused)
{
    json *by_name = aws_job_by_name(&w->call, w->task_call->payload);

    if (!by_name)
        return false;
    w->by_name = by_name;
    w->failed = *refused;
    aws_job_describe(&w->call, w->task_call->payload, by_name, &w->describe,
                     &w->describe_parameters);
    w->task_call->begun = true;
    job_pause_begin(&w->pause, w->task_call->h, look_at_job, w);
    return true;
}
