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
 * endpoints, services of AWS, folders as buckets of S3, fixed answers. A set is made from a
 * handlers file; each call picks one by its target; all calls run at once in one libuv loop and
 * answer through one callback.
 */
typedef struct handlers handlers;

/* Is called with what came of a task call; the receiver takes over the values of `result`. */
typedef void handler_done(void *user, uint64_t id, struct task_result *result);
/* Is called when a service has begun a .sync Task's job, whose end will be the result: `output` (a
 * look) is what the service said to that. */
typedef void handler_submitted(void *user, uint64_t id, const json *output);
/* Is called when nothing is out any more of a call that was cancelled, and had requests out for its
 * job still. Not while the set closes. */
typedef void handler_gone(void *user, uint64_t id);

struct endpoints;
struct credentials;
struct object_folder;

/* From a job's begin to the first question about it. */
enum { HANDLERS_POLL_MS = 1000 };

/* A bucket of S3 that is a folder: runtime/folder/folder.h. */
struct handlers_bucket {
    const char *name;
    const struct object_folder *folder;
};

struct handlers_options {
    const char *lambda_endpoint; /* "http://127.0.0.1:3001"; NULL: none */
    size_t max_output;           /* bytes a handler may answer; 0: 1 MiB */
    size_t max_bodies; /* bytes of large answers that come in at once, others wait; 0: no bound */
    unsigned max_in_flight; /* calls running at once, others queue; 0: 1,000 */
    unsigned max_processes; /* commands running at once, others queue; 0: 64 */
    bool no_limits;         /* AWS's quota on what a handler may answer doesn't hold */
    bool no_tokens;         /* nobody brings a Task's token: what a service answers is the result */
    int64_t grace_ms;       /* from SIGTERM to SIGKILL; 0: 1,000 */
    /* A line of a handler's stderr, or of what goes wrong; `execution`: the ARN of that for which
     * it works, NULL: for none. May be NULL. */
    void (*log)(void *log_user, const char *execution, const char *line);
    /* A line on a mock that gives what the service of its Task never says; NULL: it goes to `log`.
     */
    void (*mock_log)(void *mock_user, const char *line);
    void *mock_user;
    bool no_output; /* what handlers print doesn't go to the log: it gets warnings alone */
    void *log_user;
    int64_t (*now)(void *clock); /* ms by which mocks take their time; NULL: they take none */
    void *clock;
    struct endpoints *endpoints;           /* where AWS's services are; NULL: nowhere */
    const struct credentials *credentials; /* keys to ask them with, beside the environment's */
    const char *region;                    /* to ask them for; NULL: AWS_DEFAULT_REGION */
    bool tells_repeats; /* the process before was killed, so that a job may have begun whose begin
                           is repeated: the log tells of those that have no token */
    const char *begun_region; /* of the ARNs of executions that begin now: what belongs to another's
                                 is asked for in the region of its ARN; NULL: all in `region` */
    /* Buckets beside those of the handlers file, before which they count. */
    const struct handlers_bucket *buckets;
    size_t bucket_count;
    bool buckets_in_order; /* one call after the other reads and writes their files, and results
                              come in the order of the calls */
    bool allow_link_local; /* endpoints and http:invoke may go to link-local addresses */
    int64_t poll_ms;       /* where it isn't AWS that is asked; 0: HANDLERS_POLL_MS */
    int64_t keys_ms;       /* a program that gives keys may take so long; 0: 60,000 */
    int64_t (*time_of_day)(void); /* ms since 1970, by which keys expire; NULL: the machine's */
};

/* Makes the id of a request that the other side gave none: a UUID that follows from the call's key,
 * so that a run with the same seed gives the same results. */
enum { HANDLER_REQUEST_ID = 37 }; /* a UUID and its NUL */
void handler_request_id(const char *key, char id[HANDLER_REQUEST_ID]);

/*
 * Makes an empty set. `done` is called from the loop, never from inside handlers_start or
 * handlers_cancel. Ignores SIGPIPE for the process, unless that has a handler.
 */
handlers *handlers_new(uv_loop_t *loop, const struct handlers_options *options, handler_done *done,
                       void *user);

/* Calls `submitted` from the loop for each job that has begun, before its result, or when its Task
 * is cancelled already; and `gone`. Each may be NULL. */
void handlers_on_jobs(handlers *h, handler_submitted *submitted, handler_gone *gone);

/* Adds the rows of a handlers file, whose form handlers_load.c tells: its text, JSON or YAML, and
 * the path that it is from. Returns false with *why filled, whose text begins with the place. */
bool handlers_parse(handlers *h, const char *path, const char *text, size_t len, struct diag *why);
/* Reads the file at `path`, which may be a pipe, and adds its rows as handlers_parse does. */
bool handlers_load(handlers *h, const char *path, struct diag *why);

/* Fills in the folder that is a bucket of the set, the one of that index in the order in which they
 * count. Looks. False: there are no more. */
bool handlers_bucket(const handlers *h, size_t index, struct handlers_bucket *out);

/* Returns whether a row's pattern matches `target` by more than wildcards. */
bool handlers_name(const handlers *h, const char *target);

/*
 * Starts a task call. Returns false with *failed filled when it fails at once, as its parameters
 * are no good or no handler is meant for it: the cause then says which lines to add to the handlers
 * file, and no result comes. Else exactly one comes, unless the call is cancelled or released.
 */
bool handlers_start(handlers *h, const struct task *task, struct task_result *failed);

/* Looks at the result of a mock that isn't the set's: logs what the service of its Task never says.
 */
void handlers_look_at_mock(handlers *h, const struct task *task, const struct task_result *result);

enum handlers_taker {
    HANDLERS_NOBODY, /* the call would fail at once */
    HANDLERS_FOLDER, /* a bucket that is a folder, or is nowhere: asking it costs nothing */
    HANDLERS_OTHER,
};

/* Tells who would take a task call, which isn't started; of HANDLERS_NOBODY fills *failed. */
enum handlers_taker handlers_would_take(handlers *h, const struct task *task,
                                        struct task_result *failed);

/* Ends a task call: kills its process group, closes its connection, stops its job. No result comes
 * any more. Returns whether requests are still out for its job: handler_gone tells when they no
 * longer are. Does nothing when the call is not of this set. */
bool handlers_cancel(handlers *h, uint64_t id);
/*
 * Stops the job of a task that an earlier process had cancelled, which began as task->submitted
 * says; NULL: nobody knows whether it has, which is told on the log. Returns as handlers_cancel.
 */
bool handlers_stop_job(handlers *h, const struct task *task);
/* Ends a task call as handlers_cancel does, but lets a job that has begun elsewhere go on. */
void handlers_release(handlers *h, uint64_t id);
/* Notes that nothing will know of the job of a task call when the set is closed: the log tells of
 * it then. */
void handlers_forget_job(handlers *h, uint64_t id);

/*
 * Mocks may take time by the clock of the options, which need not be the world's: handlers_next_due
 * is when the first of them answers (INT64_MAX: none waits), handlers_wake lets those answer whose
 * time has come. handlers_asleep counts calls that wait for that clock and for nothing else.
 */
int64_t handlers_next_due(const handlers *h);
void handlers_wake(handlers *h, int64_t now_ms);
size_t handlers_asleep(const handlers *h);

/* Counts the task calls that have no result yet, those that wait for a slot included. */
size_t handlers_busy(const handlers *h);

/* Counts those of handlers_busy that wait for a slot. */
size_t handlers_waiting(const handlers *h);

/* From now on starts no task call that waits for a slot. */
void handlers_drain(handlers *h);
/*
 * Returns whether nothing would be lost if the process ended now. A request that stops a job
 * elsewhere would be. Not lost are jobs that have begun elsewhere, mocks that take their time and,
 * once drained, what waits for a slot: the next process asks about them, or begins them again.
 */
bool handlers_are_idle(const handlers *h);

/* Returns whether jobs elsewhere are being stopped: the requests for that are out. */
bool handlers_are_stopping_jobs(const handlers *h);

/* Begins to end everything; tells the log which jobs may go on. The loop must run until
 * handlers_are_closed, then comes handlers_free. */
void handlers_close(handlers *h);
bool handlers_are_closed(const handlers *h);
void handlers_free(handlers *h);

#endif
