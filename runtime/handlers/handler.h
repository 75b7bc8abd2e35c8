#ifndef RUNTIME_HANDLERS_HANDLER_H
#define RUNTIME_HANDLERS_HANDLER_H

#include "parsers/base/diag.h"
#include "parsers/json/json.h"
#include "runtime/base/task_io.h"

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

/*
 * The handlers that do the work of Tasks: local commands, Lambda runtimes, HTTP servers, Lambda
 * endpoints, services of AWS, fixed answers. A set is made from a handlers file; each call picks
 * one by its target; all calls run at once in one libuv loop and answer through one callback.
 */
typedef struct handlers handlers;

enum handler_outcome {
    HANDLER_OK,             /* `value` is the result */
    HANDLER_FUNCTION_ERROR, /* the function raised: `raw` is its error payload as it came */
    HANDLER_FAILED,         /* the call itself failed: `error` and `cause` name it */
};

/* What came of a call. The receiver takes over the values; those that don't apply are NULL. */
struct handler_answer {
    enum handler_outcome outcome;
    json *value;    /* HANDLER_OK: the result; HANDLER_FUNCTION_ERROR: the payload if it is JSON */
    json *raw;      /* a string: the payload's bytes as they came */
    json *error;    /* a string: "Lambda.TooManyRequestsException" */
    json *cause;    /* a string, or NULL */
    json *version;  /* a string: X-Amz-Executed-Version, where the other side gave one */
    json *headers;  /* an object name: text of a Lambda endpoint's answer */
    json *exchange; /* as in struct task_result */
};

void handler_answer_clear(struct handler_answer *a);

/* One call. All of it is looked at during handlers_start only. */
struct handler_call {
    uint64_t id;                /* chosen by the caller; answers and cancels name it */
    const char *target;         /* picks the handler: a resource ARN, a function's ARN or name */
    const char *state;          /* the state's name; mocks go by it */
    const char *execution;      /* the execution's ARN */
    const char *key;            /* the same for a repeat of the same call after a crash */
    const json *payload;        /* what the handler gets */
    bool lambda;                /* a Lambda function: the Lambda endpoint may serve it */
    bool event;                 /* InvocationType Event: nobody waits for the result */
    bool log_tail;              /* LogType Tail: a Lambda endpoint sends the log's end along */
    const char *qualifier;      /* NULL: none */
    const char *client_context; /* base64; NULL: none */
    int64_t timeout_ms;         /* what the Task allows, 0: no limit; the engine cancels by it, the
                                   handler may tell the other side */
    uint32_t attempt;           /* 0 for the first try of this visit of the state */
    enum task_trace trace;
    const json *submitted; /* the job has begun before a crash: what the service said to that,
                              as handler_submitted had it; NULL: it has not */
};

typedef void handler_done(void *user, uint64_t id, struct handler_answer *answer);
/* A job has begun, whose end will be the answer: what the service said to that. `output`: a look.
 */
typedef void handler_submitted(void *user, uint64_t id, const json *output);

struct endpoints;
struct credentials;

struct handlers_options {
    const char *lambda_endpoint; /* "http://127.0.0.1:3001"; NULL: none */
    size_t max_output;           /* bytes a handler may answer; 0: 1 MiB */
    unsigned max_in_flight;      /* calls running at once, others queue; 0: 1,000 */
    unsigned max_processes;      /* commands running at once, others queue; 0: 64 */
    bool no_limits;              /* AWS's quota on what a handler may answer doesn't hold */
    int64_t grace_ms;            /* from SIGTERM to SIGKILL; 0: 1,000 */
    /* A line of a handler's stderr, or of what goes wrong; `execution`: the ARN of that for which
     * it works, NULL: for none. May be NULL. */
    void (*log)(void *log_user, const char *execution, const char *line);
    void *log_user;
    int64_t (*now)(void *clock); /* ms by which mocks take their time; NULL: they take none */
    void *clock;
    struct endpoints *endpoints;           /* where AWS's services are; NULL: nowhere */
    const struct credentials *credentials; /* keys to ask them with, beside the environment's */
    const char *region;                    /* to ask them for; NULL: AWS_DEFAULT_REGION */
    bool allow_link_local; /* endpoints and http:invoke may go to link-local addresses */
    int64_t poll_ms;       /* from a job's begin to the first look at it; 0: 1,000 */
};

enum { HANDLER_REQUEST_ID = 37 }; /* a UUID and its NUL */
/*
 * The id of a request that the other side gave none: a UUID that follows from the call's key, so
 * that a run with the same seed gives the same results.
 */
void handler_request_id(const char *key, char id[HANDLER_REQUEST_ID]);

/*
 * `done` is called from the loop, never from inside handlers_start or handlers_cancel. Ignores
 * SIGPIPE for the process, unless that has a handler.
 */
handlers *handlers_new(uv_loop_t *loop, const struct handlers_options *options, handler_done *done,
                       void *user);

/* Who is told of jobs that have begun; from the loop, before the answer. */
void handlers_on_submitted(handlers *h, handler_submitted *submitted);

/* Adds what the text of the handlers file at `path` says, JSON or YAML: handlers_load.c has its
 * form. False with *why filled, its text begins with the place. */
bool handlers_parse(handlers *h, const char *path, const char *text, size_t len, struct diag *why);
/* The same of the file itself, which is read: it may be a pipe. */
bool handlers_load(handlers *h, const char *path, struct diag *why);

/* Does a row of the file name `target`, by more than wildcards? */
bool handlers_name(const handlers *h, const char *target);

/*
 * Starts a call. False when no handler is meant for `target`: *why then says which lines to add to
 * the handlers file, and no answer comes. Else exactly one answer comes, unless it is cancelled.
 */
bool handlers_start(handlers *h, const struct handler_call *call, struct diag *why);

/* Ends a call: kills its process group, closes its connection. No answer comes any more. */
void handlers_cancel(handlers *h, uint64_t id);
/* The same, but a job that has begun is not told to stop: only nobody asks about it any more. */
void handlers_release(handlers *h, uint64_t id);

/*
 * Mocks may take time by the clock of the options, which need not be the world's: handlers_next_due
 * is when the first of them answers (INT64_MAX: none waits), handlers_wake lets those answer whose
 * time has come. handlers_asleep counts calls that wait for that clock and for nothing else.
 */
int64_t handlers_next_due(const handlers *h);
void handlers_wake(handlers *h, int64_t now_ms);
size_t handlers_asleep(const handlers *h);

/* Calls that have not answered yet, the queued ones included. */
size_t handlers_busy(const handlers *h);

/* Those of them that wait for a slot. */
size_t handlers_waiting(const handlers *h);

/* Starts nothing that waits for a slot any more. */
void handlers_drain(handlers *h);
/* Is there nothing that would be lost if everything ended? That jobs elsewhere are to stop would
 * be. Jobs that have begun elsewhere, mocks that take their time and, once drained, what waits for
 * a slot can be begun or looked at again. */
bool handlers_are_idle(const handlers *h);

/* Starts to end everything; the loop must run until its handles are closed. Then handlers_free. */
void handlers_close(handlers *h);
/* Are they? */
bool handlers_are_closed(const handlers *h);
void handlers_free(handlers *h);

#endif
