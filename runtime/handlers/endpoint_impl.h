#ifndef RUNTIME_HANDLERS_ENDPOINT_IMPL_H
#define RUNTIME_HANDLERS_ENDPOINT_IMPL_H

/* What the files of handlers of kind endpoint share: endpoint.c has the course of a Task's call,
 * endpoint_check.c looks at its parameters, endpoint_job.c has the course of a job, endpoint_send.c
 * sends requests. */

#include "runtime/aws/aws.h"
#include "runtime/handlers/handlers_impl.h"

/* Where a service is. */
struct endpoint_place {
    char *base;         /* yours; NULL: nowhere */
    bool own;           /* it is AWS's own endpoint … */
    const char *region; /* … and signatures name that region; NULL: ours */
    bool local;         /* it is at this machine */
    bool elsewhere;     /* asked is not the service's endpoint: it gets no signature */
};

/* Finds where the service of a call is. `row_url` is what the row of the handlers file says (NULL:
 * nothing), `parameters` those of the Task: a queue's URL may name its host; NULL: none. AWS's
 * own endpoint is that of `region` (looked at as long as the place is there); NULL: of ours. */
struct endpoint_place endpoint_place_of(handlers *h, const struct aws_call *c, const char *row_url,
                                        const json *parameters, const char *region);

/* A call to send for a task call. All of it is looked at. */
struct outgoing {
    const struct aws_call *call;
    const struct endpoint_place *to;
    const json *parameters;
    const char *key; /* the idempotency key; NULL: none */
    int64_t timeout_ms;
    size_t max_body;    /* bytes of its answer; 0: as many as any */
    int64_t *signed_ms; /* is set when it is signed, by clock_steady_ms; NULL: nobody asks */
    http_done *done;
    void (*no_keys)(void *user, bool of_role, const char *why); /* instead of `done` */
    void *user;                                                 /* of both */
};

/* Sends a call. Returns NULL with *why filled when it can't be sent; *bad_call: the parameters are
 * why. */
signed_send *endpoint_send_call(const struct task_call *of, const struct outgoing *o,
                                bool *bad_call, struct diag *why);

/* ---- the work of a call ---- */

enum { REQUEST_MS = 60 * 1000 };
/* Bytes of a job's description. That of an execution has two documents of 256 KiB as text in JSON,
 * where each byte may be six: "\u0022". */
enum { MAX_DESCRIPTION = 4 * 1024 * 1024 };

/* So often a job is told to stop where its service is busy: as often AWS's SDKs try a call. */
enum { JOB_MAX_STOPS = 3 };

/* A service may not know at once of the job that it has begun: ECS's guide says to ask for some
 * minutes. So many questions take three and a half. In that time keys that have expired are written
 * anew, too, where something does so. */
enum { JOB_MAX_MISSING = 20 };

/* The time between two questions about a job. It is a part of the work that asks. */
struct job_pause {
    uv_timer_t timer;
    bool open;
    bool untold;      /* the last question got no answer, which was said on the log */
    int64_t first_ms; /* the shortest; 0: as the options say */
    int64_t ms;
    int64_t signed_ms; /* by clock_steady_ms: when the last question, or stop, was signed */
    void (*ask)(void *work);
    void *work;
};

/* Returns how long the first pause is between questions about a call's job, which a service has;
 * `at_aws`: it is asked at AWS's own endpoint. 0: as the options say. */
int64_t job_first_pause_ms(const struct task_call *call, bool at_aws);
/* Calls `ask` after a pause: the first one is short, and each is longer than the one before. */
void job_pause_begin(struct job_pause *p, const handlers *h, void (*ask)(void *work), void *work);
/* Waits as job_pause_begin does to tell a job to stop that could not be told: its keys, or what
 * says where its service is, are missing. Says so on the log, once. */
void job_pause_before_stop(struct job_pause *p, struct task_call *call, const char *job,
                           const char *why, void (*stop)(void *work), void *work);
/* Lets pauses begin with the short one again: those between questions have grown long. */
void job_pause_shorten(struct job_pause *p);
/* Says on the log that nothing is known of the job that `job` names, and why; once, until a
 * question has got an answer and `untold` is cleared. */
void job_pause_untold(struct job_pause *p, const struct task_call *call, const char *job,
                      const char *why);
/* Ends a pause early: nobody is called. */
void job_pause_break(struct job_pause *p);
/* Ends the pauses, and frees the memory of the work as soon as the loop has let go of the timer. */
void job_pause_end(struct job_pause *p, void *work);

struct endpoint_work {
    struct task_call *task_call;
    struct aws_call call;
    struct aws_call describe; /* .sync, once the job has begun */
    struct aws_call stop;     /* once it is being stopped */
    json *submitted, *describe_parameters;
    struct endpoint_place place;
    struct aws_side_call side; /* before or after the call, while that is under way */
    struct endpoint_place side_place;
    unsigned pages;           /* of a list that have come before the call */
    json *parameters, *value; /* what it made of the Task's; the call's result, while it is after */
    struct buf bytes;         /* what it gives or takes as a body */
    signed_send *transfer;
    struct job_pause pause;
    unsigned missing;         /* answers in a row that had no such job */
    json *by_name;            /* it is looked for by its name: aws_job_by_name; NULL: it isn't */
    bool unopened;            /* of a job that runs the models lack the call */
    bool told_strange;        /* the log has had the line on its state */
    size_t parts_stopped;     /* of its parts: calls to stop them that are over */
    unsigned stop_tries;      /* requests that were sent to stop the next part */
    struct aws_result failed; /* what the Task fails with once its job was told to stop */
};

/* Ends the work with what the Task gets. Takes the result's values. */
void endpoint_finish(struct endpoint_work *w, struct aws_result *r, bool in_start);

/* A service's answer to a call that was made for a Task. */
struct endpoint_answer {
    struct aws_answer as_aws;
    json *headers;
    char id[HANDLER_REQUEST_ID];
};

/* Opens an answer, which is looked at until endpoint_answer_close. */
void endpoint_answer_open(const struct task_call *call, const struct http_response *r,
                          struct endpoint_answer *out);
void endpoint_answer_close(struct endpoint_answer *a);

/* ---- endpoint_send.c ---- */

/* Returns a look at the Body of a call that is raw, which goes as it is; without bytes: it is none.
 */
struct aws_body endpoint_raw_body(const struct task_call *call);

/* ---- endpoint_check.c ---- */

/* Looks at a Task's parameters by the model of the service. Returns false with *why filled when AWS
 * refuses to start the Task with them; what it may refuse is logged. */
bool endpoint_may_start(const struct task_call *call, struct diag *why);
/* Logs what AWS may refuse in the parameters of a plain request or a call of a cluster; what they
 * lack fails the Task where the request is made. */
void endpoint_tell_problems(const struct task_call *call);

/* ---- endpoint_job.c ---- */

/* Goes on when the service has begun a job; `r` (taken) is what was read of its answer `a`. */
void endpoint_begun(struct endpoint_work *w, const struct aws_answer *a, struct aws_result *r);
/* Goes on with the job that `submitted` (taken) tells of: it is asked about, or told to stop where
 * the call lingers. */
void follow_job(struct endpoint_work *w, json *submitted, bool in_start);
/* Asks about the work's job. Returns false with *why filled when that can't be; *bad_call: what is
 * known of the job is why. */
bool endpoint_ask_about_job(struct endpoint_work *w, http_done *done,
                            void (*no_keys)(void *user, bool of_role, const char *why),
                            bool *bad_call, struct diag *why);
/* Waits, and then calls `again`: as long as models lack the call, nothing can be asked about its
 * job. The log tells so, and `why`, once. */
void job_waits_for_model(struct endpoint_work *w, void (*again)(void *work), const char *why);
/* Returns whether the call that begins the job is out, so that only its answer says which job that
 * is. */
bool job_is_beginning(const struct endpoint_work *w);
/* Lets a job end of which the Task won't hear. Returns true when something is still out for that,
 * and the work goes on until it has come back. */
bool leave_job(struct endpoint_work *w);

/* Takes what an answer says of the work's job, and of its end the result, which is taken. */
void take_job_progress(struct endpoint_work *w, enum aws_progress p, struct aws_result *r);
/* Tells a job to stop whose call lingers, or ends the work. */
void stop_late_job(struct endpoint_work *w);

/* ---- endpoint_named.c ---- */

/*
 * Looks for the job of a call whose begin was refused, as there is one of its name, or got no
 * answer. Where it is the Task's own it is followed, or told to stop where the call lingers; where
 * it isn't, the Task fails with `refused` (taken; empty: nobody waits for it). Returns false when
 * the call has no such name; then nothing is taken.
 */
bool look_for_job(struct endpoint_work *w, struct aws_result *refused);

/* Why the job of a call that is `forgotten` is told. */
#define JOB_FORGOTTEN "the store could not be told of it, and its Task will begin another"
/* Says on the log that the work's job was not stopped, and why. */
void say_not_stopped(const struct endpoint_work *w, const char *why);
/* Says so of the job that `job` names; NULL: nothing is known of it, not even that it is there. */
void job_may_go_on(const struct task_call *call, const char *job, const char *why);
/* Says on the log that a job may have begun before, where the begin of a call is repeated. */
void job_tell_repeat(const struct task_call *call);
/* Returns whether a service that has answered a begin so, without a job, may have begun one all the
 * same: only what is refused by a status 4xx, or redirected, has certainly done nothing. */
bool job_may_be_there(int status);

#endif
