#ifndef RUNTIME_HANDLERS_CLUSTER_IMPL_H
#define RUNTIME_HANDLERS_CLUSTER_IMPL_H

/* What the two files of eks:call and eks:runJob share: cluster.c makes requests, cluster_job.c
 * follows a job. */

#include "parsers/base/buf.h"
#include "runtime/handlers/endpoint_impl.h"

#define CLUSTER_UNREACHABLE "EKS.SdkClientException"

struct cluster_work {
    struct task_call *task_call;
    struct buf base, ca; /* of URLs; PEM, may be empty */
    bool local;
    bool clear; /* by plain HTTP to another machine */
    signed_send *transfer;
    struct job_pause pause;
    unsigned refused;    /* answers in a row that our token is no good */
    unsigned stop_tries; /* requests that were sent to delete the job */
    json *submitted;     /* .sync: what the cluster said when the job began */
    char *jobs;          /* the path of the namespace's jobs … */
    char *name;          /* … and the job's name; NULL: not known */
    bool looks;          /* the job is looked for by its name: nobody knows yet whose it is */
    struct handler_answer failed; /* what the Task gets if it is another's */

    /* Once the job has ended: its description, and the logs of pods[pod], container by container.
     */
    json *job, *pods, *logs;
    bool good;
    size_t pod, container, log_bytes;
    json *no_more; /* what stands in the place of all further logs; NULL: they are read */
    struct json_build of_pods, of_containers;
    bool pods_open, containers_open;
};

struct cluster_request {
    const char *method, *path;
    const json *query;  /* an object; NULL: none */
    const char *more;   /* of the query, as it is; NULL: nothing */
    const json *body;   /* a text goes as it is; NULL: none */
    size_t max_body;    /* bytes of the answer; 0: as many as any */
    int64_t *signed_ms; /* is set when it is signed, by clock_steady_ms; NULL: nobody asks */
    http_done *done;
    void (*no_keys)(void *user, bool of_role, const char *why);
    void *user;
};

/* Returns the name that the Task gives to its job, yours to free; NULL: it has none. */
char *cluster_name_of_job(const json *parameters);
/* Returns whether the Task waits for a job's end. */
bool cluster_awaits_job(const struct cluster_work *w);
/* Sends a request. Returns NULL with *why filled when it can't be sent. */
signed_send *cluster_send(struct cluster_work *w, const struct cluster_request *q,
                          struct diag *why);
/* Sends a request that the Task waits for, or ends the work. */
void cluster_ask(struct cluster_work *w, struct cluster_request *q, bool in_start);
/* Adds a slash and a part of a path. */
void cluster_add_segment(struct buf *out, const char *text);

/* Tells whether there is an answer, and it is none of failure. */
bool cluster_went_well(const struct http_response *r);
/* Makes what a Task gets of an answer. */
json *cluster_envelope(const struct http_response *r);
/* Names what went wrong as AWS does: EKS.404, and all of the answer as the cause. Both are yours;
 * *cause may be NULL. */
json *cluster_error(const struct http_response *r, json **cause);

/* End the work, with what the Task gets; take `cause`. */
void cluster_finish(struct cluster_work *w, struct handler_answer *a, bool in_start);
void cluster_fail(struct cluster_work *w, const char *error, json *cause, bool in_start);
void cluster_answer_failed(struct cluster_work *w, const struct http_response *r);
/* Is the `no_keys` of requests without which the work can't go on. */
void cluster_no_keys(void *user, bool of_role, const char *why);

/* ---- cluster_job.c ---- */

/* Waits for the end of the job that `submitted` (taken) tells of. */
void cluster_follow_job(struct cluster_work *w, json *submitted, bool in_start);
/* Lets a job end of which the Task won't hear: it is deleted. Returns true when something is still
 * out for that, and the work goes on until it has come back. */
bool cluster_leave_job(struct cluster_work *w);
/* Says on the log that the job was not deleted, and why. */
void cluster_say_not_stopped(const struct cluster_work *w, const char *why);
/* Says so because of an answer that is one of failure, or none. */
void cluster_say_went_wrong(const struct cluster_work *w, const struct http_response *r);
/* Adds the path of the work's job. */
void cluster_write_job_path(const struct cluster_work *w, struct buf *out);
/* Asks about the work's job. Returns NULL with *why filled when that can't be. */
signed_send *cluster_ask_about_job(struct cluster_work *w, http_done *done,
                                   void (*no_keys)(void *user, bool of_role, const char *why),
                                   struct diag *why);
/* Returns whether an answer tells nothing of the job, and the next one may. */
bool cluster_tells_nothing(struct cluster_work *w, const struct http_response *r);
/* Goes on with the job as an answer describes it, which went well: it has ended, is asked about
 * on, or deleted where the call lingers. */
void cluster_job_described(struct cluster_work *w, const struct http_response *r);

/* ---- cluster_named.c ---- */

/* Looks for the job by the name that the Task gave it: its begin was refused, as there is one of
 * that name, or got no answer. Where it is another's, the Task gets `failed` (taken). Returns false
 * when it has no name; then nothing is taken. */
bool cluster_look_for_job(struct cluster_work *w, struct handler_answer *failed);

#endif
