/*
 * eks:runJob.sync: a Job is asked about until it is complete or has failed, and then the logs of
 * its containers are read, one after the other, if the Task wants them. One that is cancelled is
 * deleted with its pods; one that had begun before a crash is only asked about.
 */
#include "runtime/handlers/cluster_impl.h"

#include "asl/eval/env.h"
#include "asl/report/quota.h"
#include "parsers/base/mem.h"
#include "parsers/base/percent.h"
#include "runtime/handlers/invoke_request.h"

#include <string.h>

/* Bytes of logs where AWS's limits don't hold. */
enum { MAX_LOGS = 25 * 1024 * 1024 };

/* ---- logs ---- */

static void job_ended(struct cluster_work *w);
static void ask_for_next_log(struct cluster_work *w);

static const json *log_option(const struct cluster_work *w, const char *name)
{
    return invoke_member(invoke_member(w->task_call->payload, "LogOptions"), name);
}

static bool is_true(const json *v)
{
    return v && json_kind(v) == JSON_TRUE;
}

/* Closes the pod's part of the logs. */
static void close_pod(struct cluster_work *w, const char *name)
{
    struct json_build b;

    json_build_object(&b, 1);
    json_build_set(&b, "containers", json_build_done(&w->of_containers));
    w->containers_open = false;
    json_build_set(&w->of_pods, name, json_build_done(&b));
}

/* A log that can't be had is told where it would be, and is no reason to fail: the job has ended,
 * and perhaps well. Takes both; `cause` may be NULL. */
static json *no_log(json *error, json *cause)
{
    struct json_build b;

    json_build_object(&b, 2);
    json_build_set(&b, "error", error);
    if (cause)
        json_build_set(&b, "cause", cause);
    return json_build_done(&b);
}

static json *log_of(const struct cluster_work *w, const struct http_response *r)
{
    struct json_build b;
    json *v = NULL;

    if (!cluster_went_well(r)) {
        json *cause, *error = cluster_error(r, &cause);
        return no_log(error, cause);
    }
    if (r->body.len && !is_true(log_option(w, "RawLogs")))
        v = json_parse(r->body.data, r->body.len, JSON_READ_SURROGATES, NULL);
    if (!v)
        v = json_string_mended(r->body.data ? r->body.data : "", r->body.len);
    json_build_object(&b, 1);
    json_build_set(&b, "log", v);
    return json_build_done(&b);
}

static const json *pod_at(const struct cluster_work *w)
{
    return w->pods && json_is_array(w->pods) && w->pod < json_count(w->pods)
               ? json_at(w->pods, w->pod)
               : NULL;
}

static const char *pod_name(const struct cluster_work *w)
{
    return invoke_text(invoke_member(pod_at(w), "metadata"), "name");
}

static const char *container_name(const struct cluster_work *w)
{
    const json *all = invoke_member(invoke_member(pod_at(w), "spec"), "containers");

    return all && json_is_array(all) && w->container < json_count(all)
               ? invoke_text(json_at(all, w->container), "name")
               : NULL;
}

/* All logs together may be as long as a Task's result; more would be read for nothing. */
static void log_came(void *user, struct http_response *r)
{
    struct cluster_work *w = user;
    size_t most = w->task_call->h->options.no_limits ? MAX_LOGS : QUOTA_DATA;

    w->transfer = NULL;
    json_build_set(&w->of_containers, container_name(w), log_of(w, r));
    w->container++;
    w->log_bytes += r->body.len;
    if (w->log_bytes > most)
        w->no_more = no_log(json_cstring(ASL_DATA_LIMIT_EXCEEDED), NULL);
    ask_for_next_log(w);
}

/* Those that follow would want the same keys. */
static void note_no_keys(struct cluster_work *w, bool of_role, const char *why)
{
    w->transfer = NULL;
    w->no_more =
        no_log(json_cstring(of_role ? ASL_TASK_FAILED : CLUSTER_UNREACHABLE), json_cstring(why));
}

static void log_without_keys(void *user, bool of_role, const char *why)
{
    struct cluster_work *w = user;

    note_no_keys(w, of_role, why);
    ask_for_next_log(w);
}

/* Returns whether the request is out. */
static bool send_for_logs(struct cluster_work *w, struct cluster_request *q)
{
    struct diag why = {0};

    q->user = w;
    w->transfer = cluster_send(w, q, &why);
    if (!w->transfer)
        note_no_keys(w, false, why.text);
    diag_clear(&why);
    return w->transfer != NULL;
}

/* /api/v1/namespaces/NAMESPACE/pods of /apis/batch/v1/namespaces/NAMESPACE/jobs */
static void write_pods_path(const struct cluster_work *w, struct buf *out)
{
    static const char from[] = "/apis/batch/v1", last[] = "/jobs";
    const char *rest = w->jobs + strlen(from);

    buf_adds(out, "/api/v1");
    buf_add(out, rest, strlen(rest) - strlen(last));
    buf_adds(out, "/pods");
}

static bool ask_for_log(struct cluster_work *w)
{
    struct buf path = {0}, container = {0};

    write_pods_path(w, &path);
    cluster_add_segment(&path, pod_name(w));
    buf_adds(&path, "/log");
    buf_adds(&container, "container=");
    percent_encode(&container, container_name(w), strlen(container_name(w)), false);
    const json *query = log_option(w, "LogParameters");
    struct cluster_request q = {.method = "GET",
                                .path = buf_str(&path),
                                .query = query && json_is_object(query) ? query : NULL,
                                .more = buf_str(&container),
                                .done = log_came,
                                .no_keys = log_without_keys};
    bool sent = send_for_logs(w, &q);
    buf_clear(&path);
    buf_clear(&container);
    return sent;
}

static void ask_for_next_log(struct cluster_work *w)
{
    for (; pod_at(w); w->pod++, w->container = 0) {
        if (!pod_name(w))
            continue;
        if (!w->containers_open) {
            json_build_object(&w->of_containers, 1);
            w->containers_open = true;
        }
        for (; container_name(w); w->container++) {
            if (!w->no_more && ask_for_log(w))
                return;
            json_build_set(&w->of_containers, container_name(w), json_ref(w->no_more));
        }
        close_pod(w, pod_name(w));
    }
    job_ended(w);
}

static void pods_came(void *user, struct http_response *r)
{
    struct cluster_work *w = user;
    json *list;

    w->transfer = NULL;
    if (!cluster_went_well(r)) {
        w->logs = log_of(w, r);
        job_ended(w);
        return;
    }
    list = response_body(r);
    w->pods = json_ref(invoke_member(list, "items"));
    json_unref(list);
    json_build_object(&w->of_pods, 1);
    w->pods_open = true;
    ask_for_next_log(w);
}

static void pods_without_keys(void *user, bool of_role, const char *why)
{
    struct cluster_work *w = user;

    note_no_keys(w, of_role, why);
    w->logs = json_ref(w->no_more);
    job_ended(w);
}

static void ask_for_pods(struct cluster_work *w)
{
    struct buf path = {0}, selector = {0};

    write_pods_path(w, &path);
    buf_adds(&selector, "labelSelector=job-name%3D");
    percent_encode(&selector, w->name, strlen(w->name), false);
    struct cluster_request q = {.method = "GET",
                                .path = buf_str(&path),
                                .more = buf_str(&selector),
                                .done = pods_came,
                                .no_keys = pods_without_keys};
    bool sent = send_for_logs(w, &q);
    buf_clear(&path);
    buf_clear(&selector);
    if (!sent) {
        w->logs = json_ref(w->no_more);
        job_ended(w);
    }
}

/* ---- jobs ---- */

/* The Task gets the job as the cluster describes it, with its logs. */
static void job_ended(struct cluster_work *w)
{
    struct handler_answer a = {0};

    if (w->pods_open) {
        struct json_build b;

        json_build_object(&b, 1);
        json_build_set(&b, "pods", json_build_done(&w->of_pods));
        w->pods_open = false;
        w->logs = json_build_done(&b);
    }
    if (w->logs) {
        json *whole = json_with(w->job, json_cstring("logs"), json_ref(w->logs));
        json_unref(w->job);
        w->job = whole;
    }
    if (w->good)
        a.value = json_ref(w->job);
    else
        a = answer_failed(ASL_TASK_FAILED, json_text(w->job));
    cluster_finish(w, &a, false);
}

static void ask_about_job(void *work);
static bool delete_job(struct cluster_work *w);

static void wait_for_cluster_job(struct cluster_work *w)
{
    job_pause_begin(&w->pause, w->task_call->h, ask_about_job, w);
}

/* Returns whether a job has that condition: "Complete", "Failed". */
static bool job_is(const json *job, const char *condition)
{
    const json *all = invoke_member(invoke_member(job, "status"), "conditions");

    for (size_t i = 0; all && json_is_array(all) && i < json_count(all); i++) {
        const json *type = invoke_member(json_at(all, i), "type");
        const json *status = invoke_member(json_at(all, i), "status");
        if (type && status && json_str_is(type, condition) && json_str_is(status, "True"))
            return true;
    }
    return false;
}

void cluster_write_job_path(const struct cluster_work *w, struct buf *out)
{
    buf_adds(out, w->jobs);
    cluster_add_segment(out, w->name);
}

/* A question that gets no answer tells nothing about the job, which may run for hours. */
static void ask_cluster_again(struct cluster_work *w, const char *why)
{
    struct buf path = {0};

    cluster_write_job_path(w, &path);
    job_pause_untold(&w->pause, w->task_call, buf_str(&path), why);
    buf_clear(&path);
    wait_for_cluster_job(w);
}

/* A token that the cluster doesn't take was made of keys that have expired: new ones may be there
 * at the next question. */
static bool keys_are_refused(struct cluster_work *w, const struct http_response *r)
{
    bool refused = r->outcome == HTTP_ANSWERED && r->status == 401;

    w->refused = refused ? w->refused + 1 : 0;
    if (refused)
        roles_forget_refused(w->task_call, w->pause.signed_ms);
    return refused;
}

bool cluster_tells_nothing(struct cluster_work *w, const struct http_response *r)
{
    if (keys_are_refused(w, r))
        return w->refused < JOB_MAX_MISSING;
    return r->outcome != HTTP_TOO_LARGE &&
           (r->outcome != HTTP_ANSWERED || r->status >= 500 || r->status == 429);
}

void cluster_job_described(struct cluster_work *w, const struct http_response *r)
{
    struct handler_answer none = {0};
    json *job = response_body(r);
    bool failed = job_is(job, "Failed");

    w->good = job_is(job, "Complete") && !failed;
    w->pause.untold = false;
    if (w->task_call->lingers) {
        bool over = w->good || failed;
        json_unref(job);
        if (over || !delete_job(w))
            cluster_finish(w, &none, false);
    } else if (w->good || failed) {
        w->job = job;
        if (is_true(log_option(w, "RetrieveLogs")))
            ask_for_pods(w);
        else
            job_ended(w);
    } else {
        json_unref(job);
        wait_for_cluster_job(w);
    }
}

static void job_described(void *user, struct http_response *r)
{
    struct cluster_work *w = user;

    w->transfer = NULL;
    if (cluster_tells_nothing(w, r)) {
        json *cause, *error = cluster_error(r, &cause);
        ask_cluster_again(w, json_str(cause ? cause : error));
        json_unref(error);
        json_unref(cause);
        return;
    }
    if (!cluster_went_well(r)) {
        if (r->status != 404)
            cluster_say_not_stopped(w, "the cluster doesn't tell how it does");
        cluster_answer_failed(w, r);
        return;
    }
    cluster_job_described(w, r);
}

static void job_not_described(void *user, bool of_role, const char *why)
{
    struct cluster_work *w = user;

    (void)of_role;
    w->transfer = NULL;
    ask_cluster_again(w, why);
}

signed_send *cluster_ask_about_job(struct cluster_work *w, http_done *done,
                                   void (*no_keys)(void *user, bool of_role, const char *why),
                                   struct diag *why)
{
    struct buf path = {0};

    cluster_write_job_path(w, &path);
    struct cluster_request q = {.method = "GET",
                                .path = buf_str(&path),
                                .max_body = MAX_DESCRIPTION,
                                .signed_ms = &w->pause.signed_ms,
                                .done = done,
                                .no_keys = no_keys,
                                .user = w};
    signed_send *s = cluster_send(w, &q, why);
    buf_clear(&path);
    return s;
}

static void ask_about_job(void *work)
{
    struct cluster_work *w = work;
    struct diag why = {0};

    w->transfer = cluster_ask_about_job(w, job_described, job_not_described, &why);
    if (!w->transfer)
        ask_cluster_again(w, why.text);
    diag_clear(&why);
}

void cluster_follow_job(struct cluster_work *w, json *submitted, bool in_start)
{
    const json *body = invoke_member(submitted, "ResponseBody");
    const char *name = invoke_text(invoke_member(body, "metadata"), "name");

    w->submitted = submitted;
    w->task_call->begun = true;
    if (!name) {
        static const char why[] = "Unable to unmarshall response: it names no job";
        if (w->task_call->lingers)
            cluster_say_not_stopped(w, why);
        cluster_fail(w, CLUSTER_UNREACHABLE, json_cstring(why), in_start);
        return;
    }
    w->name = mem_strdup(name);
    if (!w->task_call->lingers) {
        wait_for_cluster_job(w);
    } else if (!delete_job(w)) {
        struct handler_answer none = {0};
        cluster_finish(w, &none, false);
    }
}

/* ---- stopping ---- */

void cluster_say_not_stopped(const struct cluster_work *w, const char *why)
{
    struct buf path = {0};

    if (w->name)
        cluster_write_job_path(w, &path);
    job_may_go_on(w->task_call, w->name ? buf_str(&path) : NULL, why);
    buf_clear(&path);
}

void cluster_say_went_wrong(const struct cluster_work *w, const struct http_response *r)
{
    json *cause, *error = cluster_error(r, &cause);

    cluster_say_not_stopped(w, json_str(cause ? cause : error));
    json_unref(error);
    json_unref(cause);
}

static void delete_again(void *work);

/* As it is with other services: see job_pause_before_stop. Returns false when all ends. */
static bool delete_waits(struct cluster_work *w, const char *why)
{
    struct buf path = {0};

    if (w->task_call->h->closing) {
        cluster_say_not_stopped(w, why);
        return false;
    }
    cluster_write_job_path(w, &path);
    job_pause_before_stop(&w->pause, w->task_call, buf_str(&path), why, delete_again, w);
    buf_clear(&path);
    return true;
}

static void delete_again(void *work)
{
    struct cluster_work *w = work;
    struct handler_answer none = {0};

    if (!delete_job(w))
        cluster_finish(w, &none, false);
}

/* An answer that a cluster gives which is busy, or none, as its connection broke: both pass. */
static bool is_busy(const struct http_response *r)
{
    return r->outcome == HTTP_UNREACHED ||
           (r->outcome == HTTP_ANSWERED && (r->status >= 500 || r->status == 429));
}

static void job_deleted(void *user, struct http_response *r)
{
    struct cluster_work *w = user;
    struct handler_answer none = {0};

    w->transfer = NULL;
    w->task_call->stalled = false;
    bool may_pass = is_busy(r) || keys_are_refused(w, r);
    if (may_pass && w->stop_tries < JOB_MAX_STOPS && !w->task_call->h->closing) {
        if (w->stop_tries == 1)
            job_pause_shorten(&w->pause);
        job_pause_begin(&w->pause, w->task_call->h, delete_again, w);
        return;
    }
    if (!cluster_went_well(r))
        cluster_say_went_wrong(w, r);
    cluster_finish(w, &none, false);
}

static void delete_without_keys(void *user, bool of_role, const char *why)
{
    struct cluster_work *w = user;
    struct handler_answer none = {0};

    (void)of_role;
    w->transfer = NULL;
    if (!delete_waits(w, why))
        cluster_finish(w, &none, false);
}

/* The pods go with their job, which by itself would leave them running. Returns true when the
 * request is out, or waits. */
static bool delete_job(struct cluster_work *w)
{
    struct buf path = {0};
    struct diag why = {0};

    bool waits = false;

    w->stop_tries++;
    cluster_write_job_path(w, &path);
    struct cluster_request q = {.method = "DELETE",
                                .path = buf_str(&path),
                                .more = "propagationPolicy=Background",
                                .signed_ms = &w->pause.signed_ms,
                                .done = job_deleted,
                                .no_keys = delete_without_keys,
                                .user = w};
    w->transfer = cluster_send(w, &q, &why);
    if (!w->transfer)
        waits = delete_waits(w, why.text);
    buf_clear(&path);
    diag_clear(&why);
    return w->transfer || waits;
}

bool cluster_leave_job(struct cluster_work *w)
{
    const struct task_call *call = w->task_call;

    if (call->released || call->h->closing || !cluster_awaits_job(w) || w->job)
        return false;
    if (w->looks) {
        handler_answer_clear(&w->failed);
        return true;
    }
    if (!w->name) /* the cluster may be beginning the job at this moment */
        return w->transfer && signed_send_is_out(w->transfer);
    if (w->transfer)
        signed_send_cancel(w->transfer);
    w->transfer = NULL;
    job_pause_break(&w->pause);
    job_pause_shorten(&w->pause);
    return delete_job(w);
}
