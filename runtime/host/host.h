#ifndef RUNTIME_HOST_HOST_H
#define RUNTIME_HOST_HOST_H

#include "runtime/engine/engine.h"
#include "runtime/engine/guest.h"
#include "runtime/engine/mock_config.h"
#include "runtime/handlers/handler.h"
#include "runtime/host/unkept_jobs.h"

/*
 * Runs an engine and its handlers in one libuv loop, by the real clock or by a virtual one. Virtual
 * time stands still while tasks run, and jumps to the next timer when none does but for mocks that
 * take their time; any other task that runs into its time-out takes that long.
 */
typedef struct host host;

struct host_options {
    bool virtual_clock;
    bool without_signals;     /* SIGINT and SIGTERM do what they do to any process */
    int64_t start_ms;         /* where virtual time begins; 0: now */
    int64_t (*wall_us)(void); /* the time of day; NULL: the machine's */
    struct handlers_options handlers;
    int64_t evaluation_ms; /* what an evaluation may use of the processor's time; 0: the usual */
    size_t memory;         /* bytes that the process may use; 0: half of what there is */
    uv_loop_t *loop;       /* it runs in this one, in which nothing else is alive as long as it
                              lives; NULL: in one of its own */
    /* As the engine's hooks, with their own user; may be NULL. */
    void *user;
    void (*happened)(void *user, uint64_t execution, const rt_exec *x,
                     const struct rt_events *events);
    void (*ended)(void *user, uint64_t execution, const rt_exec *x);
    void (*answered)(void *user, int64_t since_ms);
    void (*lost)(void *user, uint64_t execution, const char *arn, const char *list,
                 const char *why);
};

/* Makes a host over a store, which is looked at as long as the host lives; NULL: events are not
 * kept. Returns NULL with *why filled when the process may open too few files for its loop. */
host *host_new(store *s, const struct host_options *options, struct diag *why);
void host_free(host *h);

engine *host_engine(host *h);
/* Returns the handlers that task calls begin with now. */
handlers *host_handlers(host *h);
/* Makes other handlers, of the text of the handlers file at `path`. Returns NULL with *why filled
 * when that is no good. They do nothing until host_use_handlers, from when on all task calls begin
 * with them; what runs ends where it began. */
handlers *host_read_handlers(host *h, const char *path, const char *text, size_t len,
                             struct diag *why);
void host_use_handlers(host *h, handlers *read);
/* Counts the task calls of all handlers that have no result yet, and those of them that wait for a
 * slot. */
void host_count_calls(const host *h, size_t *busy, size_t *waiting);
/* Answers Tasks of states that `m` (taken) knows by it, as a guest before all others. To be called
 * once. */
void host_use_mocks(host *h, mocks *m);
/* Adds a guest behind those that there are, and before the handlers, who are the last to be offered
 * a task call. There is room for four. */
void host_add_guest(host *h, struct engine_guest guest);
/* Forgets all guests that were added. */
void host_forget_guests(host *h);
uv_loop_t *host_loop(host *h);
/* Returns the time of day in milliseconds since 1970, by the host's clock. */
int64_t host_now(host *h);
/* Returns the time in milliseconds by the clock that due times count by, which nobody sets. */
int64_t host_due_clock(const host *h);

enum host_end {
    HOST_DONE,        /* the execution has ended */
    HOST_TIMED_OUT,   /* `limit_ms` of real time are over; the execution was stopped */
    HOST_INTERRUPTED, /* SIGINT or SIGTERM; the execution was stopped */
    HOST_STUCK,       /* it waits for something that nobody will bring */
    HOST_FAILED,      /* the store failed: *why */
};

/* Runs until the execution has ended, at most for `limit_ms` of real time; 0: no limit. */
enum host_end host_run(host *h, uint64_t execution, int64_t limit_ms, struct diag *why);

enum { HOST_STOP_JOBS_MS = 5000 };
/* Waits until the jobs elsewhere have been told to stop whose Tasks were cancelled: for
 * HOST_STOP_JOBS_MS of real time at most, and no longer than until the next signal. */
void host_stop_jobs(host *h);

/*
 * Restores all running executions from the store, and from now on stores what a later restart
 * needs. To be called once, when all guests are there. Returns false with *why filled when the
 * store can't be read.
 */
bool host_recover(host *h, struct diag *why);

/*
 * Runs until host_stop. The first SIGINT or SIGTERM calls `on_stop` with `user`, which lets things
 * end and then calls host_stop; the next one does that at once, one more ends the process. Returns
 * false with *why filled when the store failed.
 */
bool host_serve(host *h, void (*on_stop)(void *user), void *user, struct diag *why);
void host_stop(host *h);
/*
 * From now on no task is handed out and no call begins: the next process does that. Calls `drained`
 * with `user` when no handler has work that would be lost; at once, or from host_serve.
 */
void host_drain(host *h, void (*drained)(void *user), void *user);
/* Returns the signal that told the process to stop; 0: none has. */
int host_signal(const host *h);
/* Makes one turn, without waiting for anything. Returns as host_serve does; once it has failed no
 * turn is made any more, neither by it nor by host_serve, which returns then. */
bool host_turn(host *h, struct diag *why);
/* Moves to *jobs what services have begun, and the store that failed doesn't have: the next host is
 * given that, before it restores executions. Without, the log tells of these jobs when the host
 * ends. */
void host_take_jobs(host *h, struct unkept_jobs *jobs);
void host_give_jobs(host *h, struct unkept_jobs *jobs);
/* Lets the loop go on for `ms` without the engine, after the store failed. Returns true when a
 * signal told the process to stop meanwhile. */
bool host_rest(host *h, int64_t ms);

#endif
