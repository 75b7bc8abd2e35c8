#ifndef RUNTIME_HANDLERS_ENDPOINT_IMPL_H
#define RUNTIME_HANDLERS_ENDPOINT_IMPL_H

/* What the files of handlers of kind endpoint share: endpoint.c has the course of a Task's call,
 * endpoint_send.c sends requests. */

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
 * nothing), `parameters` those of the Task: a queue's URL may name its host; NULL: none. */
struct endpoint_place endpoint_place_of(handlers *h, const struct aws_call *c, const char *row_url,
                                        const json *parameters);

/* A call to send for a task call. All of it is looked at. */
struct outgoing {
    const struct aws_call *call;
    const struct endpoint_place *to;
    const json *parameters;
    const char *key; /* the idempotency key; NULL: none */
    int64_t timeout_ms;
    size_t max_body; /* bytes of its answer; 0: as many as any */
    http_done *done;
    void (*no_keys)(void *user, bool of_role, const char *why); /* instead of `done` */
    void *user;                                                 /* of both */
};

/* Sends a call. Returns NULL with *why filled when it can't be sent; *bad_call: the parameters are
 * why. */
signed_send *endpoint_send_call(const struct task_call *of, const struct outgoing *o,
                                bool *bad_call, struct diag *why);

/* ---- jobs ---- */

/* Returns how long to wait for a job before it is asked about: at first (before_ms 0) shortly, then
 * longer from time to time. */
int64_t job_wait_ms(const handlers *h, int64_t before_ms);

/* A request to stop a job. Nobody waits for its end but the set. */
struct stop {
    struct stop *next;
    handlers *h;
    signed_send *send;
};

/* Make one, whose `send` is to be sent at once; stop_done and stop_no_keys go with it. */
struct stop *stop_new(handlers *h);
void stop_done(void *user, struct http_response *r);
void stop_no_keys(void *user, bool of_role, const char *why);
/* Notes what came of the sending; NULL: it was not sent, for the reason `why`. */
void stop_sent(struct stop *s, signed_send *send, const struct task_call *of, const char *why);

#endif
