/*
 * eks:runJob.sync whose begin got no answer, or was refused as the namespace has a Job of that
 * name: that is asked about, and when it was made says whether it is the Task's own. Only then it
 * is followed, or deleted where the Task was cancelled: another's must not be.
 */
#include "runtime/handlers/cluster_impl.h"

#include "runtime/handlers/invoke_request.h"

static void look_at_cluster_job(void *work);

/* Ends with a job that is none of the Task's, of which `answered` then told. */
static void end_cluster_look(struct cluster_work *w)
{
    struct handler_answer a = w->failed;

    w->failed = (struct handler_answer){0};
    cluster_finish(w, &a, false);
}

static void pause_look(struct cluster_work *w)
{
    job_pause_begin(&w->pause, w->task_call->h, look_at_cluster_job, w);
}

/* Nothing was heard of the job; `waits`: nothing could be asked. A call that lingers gives up when
 * others do that delete a job; what waits for keys or its service goes on over restarts. */
static void look_at_cluster_again(struct cluster_work *w, bool waits, const char *why)
{
    struct task_call *call = w->task_call;
    struct buf path = {0};

    cluster_write_job_path(w, &path);
    if (!call->lingers) {
        job_pause_untold(&w->pause, call, buf_str(&path), why);
        pause_look(w);
    } else if (!call->h->closing && waits) {
        job_pause_before_stop(&w->pause, call, buf_str(&path), why, look_at_cluster_job, w);
    } else if (!call->h->closing && w->stop_tries < JOB_MAX_STOPS) {
        pause_look(w);
    } else {
        cluster_say_not_stopped(w, why);
        end_cluster_look(w);
    }
    buf_clear(&path);
}

static void found_own_cluster_job(struct cluster_work *w, struct http_response *r)
{
    struct task_call *call = w->task_call;
    handlers *h = call->h;
    struct buf path = {0};

    handler_answer_clear(&w->failed);
    w->submitted = cluster_envelope(r);
    w->refused = w->stop_tries = 0;
    w->pause.untold = false;
    job_pause_shorten(&w->pause);
    w->looks = false;
    if (h->submitted)
        h->submitted(h->user, call->node.id, w->submitted);
    if (!call->lingers) {
        cluster_write_job_path(w, &path);
        handlers_log(h, call->execution, "%s: the job %s had begun before, and is followed",
                     call->target, buf_str(&path));
        buf_clear(&path);
    }
    cluster_job_described(w, r);
}

static void looked_at_cluster_job(void *user, struct http_response *r)
{
    struct cluster_work *w = user;
    const struct task_call *call = w->task_call;

    w->transfer = NULL;
    if (cluster_tells_nothing(w, r)) {
        json *cause, *error = cluster_error(r, &cause);
        look_at_cluster_again(w, w->refused > 0, json_str(cause ? cause : error));
        json_unref(error);
        json_unref(cause);
        return;
    }
    /* A begin whose connection broke may still be on its way. */
    if (r->status == 404 && call->lingers && w->stop_tries < JOB_MAX_STOPS) {
        pause_look(w);
        return;
    }
    if (!cluster_went_well(r)) {
        if (r->status != 404)
            cluster_say_not_stopped(w, "the cluster doesn't tell how it does");
        end_cluster_look(w);
        return;
    }
    json *job = response_body(r);
    const json *made = invoke_member(invoke_member(job, "metadata"), "creationTimestamp");
    bool older = aws_job_is_older(made, call->since_ms);
    json_unref(job);
    if (older)
        end_cluster_look(w);
    else
        found_own_cluster_job(w, r);
}

static void not_looked_at_cluster_job(void *user, bool of_role, const char *why)
{
    struct cluster_work *w = user;

    (void)of_role;
    w->transfer = NULL;
    look_at_cluster_again(w, true, why);
}

static void look_at_cluster_job(void *work)
{
    struct cluster_work *w = work;
    struct diag why = {0};

    w->stop_tries += w->task_call->lingers;
    w->transfer = cluster_ask_about_job(w, looked_at_cluster_job, not_looked_at_cluster_job, &why);
    if (!w->transfer)
        look_at_cluster_again(w, true, why.text);
    diag_clear(&why);
}

bool cluster_look_for_job(struct cluster_work *w, struct handler_answer *failed)
{
    if (!cluster_awaits_job(w))
        return false;
    w->name = cluster_name_of_job(w->task_call->payload);
    if (!w->name)
        return false;
    w->failed = *failed;
    w->looks = w->task_call->begun = true;
    pause_look(w);
    return true;
}
