/*
 * The job that a .sync Task has begun at a service: it is asked about until it has ended. One that
 * had begun before a crash is only asked about; one whose Task is cancelled, or fails before it has
 * ended, is told to stop.
 */
#include "runtime/handlers/endpoint_impl.h"

#include "asl/eval/env.h"
#include "parsers/base/mem.h"

/* Pauses between questions grow to so many times the first one. */
enum { LONGEST_PAUSE = 20 };
/* A Task that has failed waits so long for the answer to the call that stops its job. */
enum { STOP_MS = 60 * 1000 };

/* ---- pauses ---- */

/* libuv has the timer, which is inside the work, until it has let go of it. */
static void job_pause_closed(uv_handle_t *handle)
{
    const struct job_pause *p = handle->data;

    mem_free(p->work);
}

static void job_pause_over(uv_timer_t *timer)
{
    const struct job_pause *p = timer->data;

    p->ask(p->work);
}

/* AWS's own services are asked no more often than usual, but by a row that says so. */
int64_t job_first_pause_ms(const struct task_call *call, bool at_aws)
{
    if (call->row->poll_ms)
        return call->row->poll_ms;
    return at_aws ? HANDLERS_POLL_MS : call->h->options.poll_ms;
}

static int64_t job_wait_ms(const struct job_pause *p, const handlers *h)
{
    int64_t usual_ms = h->options.poll_ms ? h->options.poll_ms : HANDLERS_POLL_MS;
    int64_t first_ms = p->first_ms ? p->first_ms : usual_ms;

    if (!p->ms)
        return first_ms;
    return p->ms < LONGEST_PAUSE * first_ms ? p->ms + p->ms / 4 + 1 : p->ms;
}

void job_pause_begin(struct job_pause *p, const handlers *h, void (*ask)(void *work), void *work)
{
    if (!p->open)
        uv_timer_init(h->loop, &p->timer);
    p->timer.data = p;
    p->open = true;
    p->ask = ask;
    p->work = work;
    p->ms = job_wait_ms(p, h);
    uv_timer_start(&p->timer, job_pause_over, (uint64_t)p->ms, 0);
}

void job_pause_untold(struct job_pause *p, const struct task_call *call, const char *job,
                      const char *why)
{
    if (!p->untold)
        handlers_log(call->h, call->execution,
                     "%s: nothing is known of the job %s, which is asked about until there is an "
                     "answer: %s",
                     call->target, job, why);
    p->untold = true;
}

void job_pause_before_stop(struct job_pause *p, struct task_call *call, const char *job,
                           const char *why, void (*stop)(void *work), void *work)
{
    if (!call->stalled)
        handlers_log(call->h, call->execution,
                     "%s: the job %s is to be stopped, which is tried until it can be: %s",
                     call->target, job, why);
    call->stalled = true;
    job_pause_begin(p, call->h, stop, work);
}

void job_pause_shorten(struct job_pause *p)
{
    p->ms = 0;
}

void job_pause_break(struct job_pause *p)
{
    if (p->open)
        uv_timer_stop(&p->timer);
}

void job_pause_end(struct job_pause *p, void *work)
{
    p->work = work;
    if (p->open)
        uv_close((uv_handle_t *)&p->timer, job_pause_closed);
    else
        mem_free(work);
}

/* ---- questions ---- */

static void ask_about_end(void *work);

static void ask_later(struct endpoint_work *w)
{
    job_pause_begin(&w->pause, w->task_call->h, ask_about_end, w);
}

/* A question that gets no answer tells nothing about the job, which may run for hours: it is asked
 * again. */
static void ask_again(struct endpoint_work *w, const char *why)
{
    struct buf job = {0};

    json_write(&job, w->describe_parameters);
    job_pause_untold(&w->pause, w->task_call, buf_str(&job), why);
    buf_clear(&job);
    ask_later(w);
}

static void give_up_job(struct endpoint_work *w, struct aws_result *r);

static void say_strange(struct endpoint_work *w, const char *why)
{
    struct buf job = {0};

    json_write(&job, w->describe_parameters);
    handlers_log(w->task_call->h, w->task_call->execution, "%s: the job %s is asked about on: %s",
                 w->task_call->target, buf_str(&job), why);
    buf_clear(&job);
    w->told_strange = true;
}

/* An answer that is an error is the end, if aws_job_progress says so. */
static void described(void *user, struct http_response *r)
{
    struct endpoint_work *w = user;
    struct endpoint_answer a;
    struct aws_result result = {0};

    w->transfer = NULL;
    if (r->outcome == HTTP_TOO_LARGE) {
        result.error = json_cstring(ASL_DATA_LIMIT_EXCEEDED);
        give_up_job(w, &result);
        return;
    }
    if (r->outcome != HTTP_ANSWERED) {
        ask_again(w, r->error);
        return;
    }
    endpoint_answer_open(w->task_call, r, &a);
    enum aws_progress p =
        aws_job_progress(&w->call, w->submitted, &w->describe, &a.as_aws, &result);
    endpoint_answer_close(&a);
    take_job_progress(w, p, &result);
}

void take_job_progress(struct endpoint_work *w, enum aws_progress p, struct aws_result *r)
{
    w->missing = p == AWS_JOB_MISSING || p == AWS_JOB_NO_KEYS ? w->missing + 1 : 0;
    if (p == AWS_JOB_NO_KEYS)
        roles_forget_refused(w->task_call, w->pause.signed_ms);
    switch (p) {
    case AWS_JOB_STRANGE:
        if (!w->told_strange)
            say_strange(w, json_str(r->cause));
        aws_result_clear(r);
        /* fall through */
    case AWS_JOB_RUNS:
        w->pause.untold = false;
        ask_later(w);
        return;
    case AWS_JOB_UNTOLD:
    case AWS_JOB_NO_KEYS:
    case AWS_JOB_MISSING:
        if (w->missing == JOB_MAX_MISSING) {
            give_up_job(w, r);
            return;
        }
        ask_again(w, json_str(r->cause ? r->cause : r->error));
        aws_result_clear(r);
        return;
    case AWS_JOB_REFUSED: give_up_job(w, r); return;
    case AWS_JOB_SUCCEEDED:
    case AWS_JOB_FAILED: break;
    }
    endpoint_finish(w, r, false);
}

static void not_described(void *user, bool of_role, const char *why)
{
    struct endpoint_work *w = user;

    (void)of_role;
    w->transfer = NULL;
    ask_again(w, why);
}

bool endpoint_ask_about_job(struct endpoint_work *w, http_done *done,
                            void (*no_keys)(void *user, bool of_role, const char *why),
                            bool *bad_call, struct diag *why)
{
    const struct outgoing ask = {.call = &w->describe,
                                 .to = &w->place,
                                 .parameters = w->describe_parameters,
                                 .timeout_ms = REQUEST_MS,
                                 .max_body = MAX_DESCRIPTION,
                                 .signed_ms = &w->pause.signed_ms,
                                 .done = done,
                                 .no_keys = no_keys,
                                 .user = w};

    w->transfer = endpoint_send_call(w->task_call, &ask, bad_call, why);
    return w->transfer != NULL;
}

/* Keys that can't be had at this moment may be there at the next. */
static void ask_about_end(void *work)
{
    struct endpoint_work *w = work;
    struct aws_result r = {0};
    struct diag why = {0};
    bool bad_call, sent = endpoint_ask_about_job(w, described, not_described, &bad_call, &why);

    if (!sent && bad_call) {
        aws_not_sent(&w->call, json_cstring(why.text), &r);
        give_up_job(w, &r);
    } else if (!sent) {
        ask_again(w, why.text);
    }
    diag_clear(&why);
}

/* Notes the job that `submitted` (taken) tells of, which was read of `a` (NULL: long ago). Returns
 * false when that doesn't tell which job it is: then the work has ended, as others' jobs might be
 * asked about, and stopped. */
static bool note_job(struct endpoint_work *w, json *submitted, const struct aws_answer *a,
                     bool in_start)
{
    struct aws_result r = {0};
    struct buf path = {0};
    bool lacks = aws_job_lacks(&w->call, NULL, submitted, &path);

    w->submitted = submitted;
    if (lacks) {
        struct buf why = {0};
        buf_printf(&why, "the answer to %s has no %s", w->call.operation.name, buf_str(&path));
        if (a)
            aws_not_understood(&w->call, a, buf_str(&why), &r);
        else
            aws_not_sent(&w->call, json_take_buf(&why), &r);
        buf_clear(&why);
        if (w->task_call->lingers)
            say_not_stopped(w, json_str(r.cause));
        endpoint_finish(w, &r, in_start);
    } else {
        aws_job_describe(&w->call, w->task_call->payload, w->submitted, &w->describe,
                         &w->describe_parameters);
    }
    buf_clear(&path);
    return !lacks;
}

static void follow_noted_job(struct endpoint_work *w)
{
    w->task_call->begun = true;
    ask_later(w);
}

static bool stop_job(struct endpoint_work *w);

void stop_late_job(struct endpoint_work *w)
{
    if (!stop_job(w))
        endpoint_finish(w, &(struct aws_result){0}, false);
}

void follow_job(struct endpoint_work *w, json *submitted, bool in_start)
{
    w->unopened = false;
    w->pause.untold = false;
    job_pause_shorten(&w->pause);
    if (!note_job(w, submitted, NULL, in_start))
        return;
    if (w->task_call->lingers)
        stop_late_job(w);
    else
        follow_noted_job(w);
}

void job_waits_for_model(struct endpoint_work *w, void (*again)(void *work), const char *why)
{
    struct task_call *call = w->task_call;
    struct buf job = {0};

    json_write(&job, call->submitted);
    w->unopened = call->begun = true;
    if (call->lingers) {
        job_pause_before_stop(&w->pause, call, buf_str(&job), why, again, w);
    } else {
        job_pause_untold(&w->pause, call, buf_str(&job), why);
        job_pause_begin(&w->pause, call->h, again, w);
    }
    buf_clear(&job);
}

void endpoint_begun(struct endpoint_work *w, const struct aws_answer *a, struct aws_result *r)
{
    handlers *h = w->task_call->h;
    const json *begun = json_get(r->value, "Tasks");
    struct aws_result half = {0};
    bool is_half = aws_job_half_begun(&w->call, r->value, &half);

    if (is_half && (!begun || !json_is_array(begun) || !json_count(begun))) {
        aws_result_clear(r);
        endpoint_finish(w, &half, false);
        return;
    }
    if (!note_job(w, r->value, a, false)) {
        aws_result_clear(&half);
        return;
    }
    if (is_half) {
        give_up_job(w, &half);
        return;
    }
    if (h->submitted)
        h->submitted(h->user, w->task_call->node.id, w->submitted);
    if (w->task_call->lingers)
        stop_late_job(w);
    else
        follow_noted_job(w);
}

/* ---- stopping ---- */

void job_may_go_on(const struct task_call *call, const char *job, const char *why)
{
    if (job)
        handlers_log(call->h, call->execution, "%s: the job %s was not stopped and may go on: %s",
                     call->target, job, why);
    else
        handlers_log(call->h, call->execution,
                     "%s: the job may have begun, and was not stopped: %s", call->target, why);
}

void job_tell_repeat(const struct task_call *call)
{
    if (call->repeated && call->h->options.tells_repeats)
        handlers_log(
            call->h, call->execution,
            "%s: the job may have begun before asl was killed: its Task begins it again, and "
            "one that is there already is not stopped",
            call->target);
}

bool job_may_be_there(int status)
{
    return status < 300 || status >= 500;
}

void say_not_stopped(const struct endpoint_work *w, const char *why)
{
    const json *known = w->describe_parameters ? w->describe_parameters : w->task_call->submitted;
    struct buf job = {0};

    if (known)
        json_write(&job, known);
    job_may_go_on(w->task_call, job.len ? buf_str(&job) : NULL, why);
    buf_clear(&job);
}

/* Ends the work when its job has been told to stop. Only a job that was given up has a Task that
 * waits for that. */
static void end_stop(struct endpoint_work *w)
{
    struct aws_result r = w->failed;

    w->failed = (struct aws_result){0};
    endpoint_finish(w, &r, false);
}

static void stop_again(void *work)
{
    struct endpoint_work *w = work;

    if (!stop_job(w))
        end_stop(w);
}

/* A service that is busy, other keys, or another connection than one that broke may do better at
 * the next try. */
static bool stop_may_be_tried_again(const struct endpoint_work *w, const struct http_response *r,
                                    enum aws_refusal refusal)
{
    bool passes =
        r->outcome == HTTP_ANSWERED ? refusal != AWS_REFUSED : r->outcome == HTTP_UNREACHED;

    return passes && w->stop_tries < JOB_MAX_STOPS && !w->task_call->h->closing;
}

/*
 * The request to stop the job can't be sent at this moment, or with these keys. Where nobody waits
 * for it, it is sent when it can be: the store has until then that the job is to be stopped.
 * Returns false when it is not sent any more.
 */
static bool stop_waits(struct endpoint_work *w, const char *why)
{
    bool in_vain = w->failed.error && w->stop_tries >= JOB_MAX_STOPS;
    struct buf job = {0};

    if (in_vain || w->missing >= JOB_MAX_MISSING || w->task_call->h->closing) {
        say_not_stopped(w, why);
        return false;
    }
    json_write(&job, w->describe_parameters);
    job_pause_before_stop(&w->pause, w->task_call, buf_str(&job), why, stop_again, w);
    buf_clear(&job);
    return true;
}

static void stop_answered(void *user, struct http_response *r)
{
    struct endpoint_work *w = user;
    struct aws_result result = {.ok = true};
    enum aws_refusal refusal = AWS_REFUSED;
    struct endpoint_answer a;

    w->transfer = NULL;
    if (r->outcome == HTTP_ANSWERED) {
        endpoint_answer_open(w->task_call, r, &a);
        aws_answer_read(&w->stop, &a.as_aws, &result);
        if (!result.ok)
            refusal = aws_refusal_of(&w->stop, &a.as_aws);
        endpoint_answer_close(&a);
    }
    w->missing = refusal == AWS_REFUSED_KEYS ? w->missing + 1 : 0;
    if (!w->missing)
        w->task_call->stalled = false;
    if (refusal == AWS_REFUSED_KEYS) {
        roles_forget_refused(w->task_call, w->pause.signed_ms);
        if (!stop_waits(w, json_str(result.cause ? result.cause : result.error)))
            end_stop(w);
        aws_result_clear(&result);
        return;
    }
    if (stop_may_be_tried_again(w, r, refusal)) {
        aws_result_clear(&result);
        if (w->stop_tries == 1)
            job_pause_shorten(&w->pause);
        job_pause_begin(&w->pause, w->task_call->h, stop_again, w);
        return;
    }
    if (r->outcome != HTTP_ANSWERED) {
        say_not_stopped(w, r->error);
    }
    const json *unstopped = result.ok && result.value ? aws_job_unstopped(result.value) : NULL;
    if (unstopped) {
        struct buf text = {0};
        json_write(&text, unstopped);
        say_not_stopped(w, buf_str(&text));
        buf_clear(&text);
    } else if (!result.ok) {
        say_not_stopped(w, json_str(result.cause ? result.cause : result.error));
    }
    aws_result_clear(&result);
    w->parts_stopped++;
    w->stop_tries = 0;
    if (!stop_job(w))
        end_stop(w);
}

static void stop_without_keys(void *user, bool of_role, const char *why)
{
    struct endpoint_work *w = user;

    (void)of_role;
    w->transfer = NULL;
    if (!stop_waits(w, why))
        end_stop(w);
}

/* Returns true when a request to stop the job, or the next part of it, is out or waits. */
static bool stop_job(struct endpoint_work *w)
{
    struct diag why = {0};
    json *parameters = NULL;
    bool bad_call, waits = false;

    w->stop_tries++;
    if (!aws_job_stop(&w->call, w->task_call->payload, w->submitted, w->parts_stopped,
                      w->task_call->execution, &w->stop, &parameters))
        return false;
    struct outgoing request = {.call = &w->stop,
                               .to = &w->place,
                               .parameters = parameters,
                               .timeout_ms = w->failed.error ? STOP_MS : REQUEST_MS,
                               .signed_ms = &w->pause.signed_ms,
                               .done = stop_answered,
                               .no_keys = stop_without_keys,
                               .user = w};
    w->transfer = endpoint_send_call(w->task_call, &request, &bad_call, &why);
    if (!w->transfer && bad_call)
        say_not_stopped(w, why.text);
    else if (!w->transfer)
        waits = stop_waits(w, why.text);
    diag_clear(&why);
    json_unref(parameters);
    return w->transfer || waits;
}

/*
 * Fails the Task with `r` (taken) though nothing says that its job has ended: a Retry would begin
 * another beside it, so it is told to stop first, as that of a Task that is cancelled.
 */
static void give_up_job(struct endpoint_work *w, struct aws_result *r)
{
    w->failed = *r;
    if (!aws_job_can_be_stopped(&w->call))
        say_not_stopped(w, "its service has no call for that");
    else if (stop_job(w))
        return;
    end_stop(w);
}

bool job_is_beginning(const struct endpoint_work *w)
{
    return w->call.job && !w->submitted && !w->by_name && w->transfer &&
           signed_send_is_out(w->transfer);
}

/* A call that is out may be beginning its job at this moment: only its answer says which job is to
 * be stopped. */
bool leave_job(struct endpoint_work *w)
{
    const struct task_call *call = w->task_call;

    if (call->released || call->h->closing)
        return false;
    if (w->unopened)
        return true;
    if (!aws_job_can_be_stopped(&w->call))
        return false;
    if (w->by_name && !w->submitted) {
        aws_result_clear(&w->failed);
        return true;
    }
    if (!w->submitted)
        return job_is_beginning(w);
    if (w->transfer)
        signed_send_cancel(w->transfer);
    w->transfer = NULL;
    aws_result_clear(&w->failed);
    w->parts_stopped = 0;
    w->stop_tries = w->missing = 0;
    job_pause_break(&w->pause);
    job_pause_shorten(&w->pause);
    return stop_job(w);
}
