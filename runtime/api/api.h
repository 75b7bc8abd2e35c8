#ifndef RUNTIME_API_API_H
#define RUNTIME_API_API_H

#include "asl/asl.h"
#include "runtime/engine/engine.h"
#include "runtime/engine/guest.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The AWS Step Functions API, version 2016-11-23, without sockets: an operation's name and the JSON
 * of its request in, a status and the JSON of its answer out. It keeps state machines, activities
 * and who waits for what; executions are the engine's, their histories the store's.
 *
 * A turn of its owner: api_begin_turn, engine_advance, which commits, and api_advance, which gives
 * the answers that were made before the turn began.
 */
typedef struct api api;

/* Who is held to AWS's rates. */
enum api_throttle {
    API_THROTTLE_NESTED, /* Tasks that start executions: they wait for their turn */
    API_THROTTLE_AWS,    /* and clients, who are refused, and transitions, which wait */
    API_THROTTLE_NONE,
};

struct api_config {
    const char *region;  /* NULL: AWS_DEFAULT_REGION */
    const char *account; /* NULL: AWS_DEFAULT_ACCOUNT */
    /*
     * A mock configuration of Step Functions Local, which starts with an ARN#CASE take their
     * answers from; read at each, so that it may change. NULL: none.
     */
    const char *mocks;
    bool no_limits; /* AWS's quotas don't hold */
    bool trusted;   /* TestState takes definitions that AWS would refuse, as long as they run */
    enum api_throttle throttle;
    size_t max_open;      /* STANDARD executions that may run at once; 0: AWS's 1,000,000 */
    size_t max_map_runs;  /* that may be open at once; 0: AWS's 1,000 */
    int64_t retention_ms; /* executions that ended longer ago are forgotten; 0: none is */
    uint64_t least_room;  /* bytes that the store's disk must have for what is new; 0: no matter */
    /* Called with a sentence for each record of the store that is spoiled. May be NULL. */
    void (*spoiled)(void *user, const char *text);
    void *user;
    /* What its chance follows from: names of its making, jitter. 0: the system's random bytes. */
    uint64_t seed;
    struct asl_served served; /* whose Tasks are accepted, too; serves NULL: only what AWS has is */
};

/* Makes an API that looks at the engine and the store as long as it lives, and copies `config`.
 * NULL: the system gave no random bytes. */
api *api_new(engine *e, store *s, const struct api_config *config);
/*
 * Loads machines and activities from the store, and counts what runs. To be called once, before
 * engine_recover, whose hooks the API is ready for then. A record that is spoiled costs the others
 * nothing: what can be told of it is. False with *why filled: the store can't be read.
 */
bool api_load(api *a, struct diag *why);
/* Loads and compiles the records only, for a program that looks at a store and runs nothing. False
 * with *why filled: the store can't be read. */
bool api_load_records(api *a, struct diag *why);
void api_free(api *a);

/* Receives an answer. `body` is JSON; the receiver may take its bytes. */
typedef void api_done(void *user, int status, struct buf *body);

/* Writes the answer's body of an error, for who refuses a request before it gets here. */
void api_error_body(struct buf *out, const char *type, const char *message);

/*
 * Makes one request. Calls `done` once, from api_advance: what the answer says is durable then.
 * Returns a number that names the call until then.
 */
uint64_t api_call(api *a, const char *operation, const char *body, size_t len, int64_t now_ms,
                  api_done *done, void *user);
/* Returns whether the call waits for something else than the next turn. */
bool api_waits(const api *a, uint64_t call);
/* Gives up a call whose client has gone: its `done` is not called. */
void api_give_up(api *a, uint64_t call);
/* Answers a call that waits as at the end of its time. */
void api_time_out(api *a, uint64_t call, int64_t now_ms);

/* Returns the Tasks that definitions may have beside what AWS has. A look; NULL: none. */
const struct asl_served *api_served(const api *a);
/* Returns the name of operation `i`; NULL behind the last. */
const char *api_operation(size_t i);
/* Returns the number of the operation of that name; where there is none, how many there are. */
size_t api_operation_number(const char *name);
/* Returns the number of calls that wait. */
size_t api_waiting(const api *a);

/* Returns the loggingConfiguration of a machine, by its ARN or by the one that executions of a
 * Map Run have for it. A look; NULL: there is no such machine. */
const json *api_logging(const api *a, const char *machine_arn);

/* Answers all polls of workers, and from now on each new one at once: the server is to stop. */
void api_end_polls(api *a);

/* Marks the answers that the turn to come makes durable. To be called before engine_advance. */
void api_begin_turn(api *a);
/* Gives these answers, and ends waits that have lasted long enough. To be called after
 * engine_advance. */
void api_advance(api *a, int64_t now_ms);
/* Returns when a turn is to be taken next; INT64_MAX: never; INT64_MIN: at once. */
int64_t api_next_due(const api *a);
/* Returns whether it is an execution of TestState. */
bool api_is_test(const api *a, uint64_t execution);
/*
 * Tells the API that the time of day was set by `by_ms`: what waits still waits for as long as it
 * had to. A clock that nobody sets is `skew_ms` ahead of the time of day: what has ended is kept
 * for as long as it is to be by that clock.
 */
void api_clock_set(api *a, int64_t by_ms, int64_t skew_ms);

/* Makes the API a guest of a host, which looks at it as long as it lives. The result of a task call
 * with a token then comes by the token only. */
struct engine_guest api_guest(api *a);

/* The parts of a guest, for a host that calls them itself: it offers each task call to the API
 * before a handler. */
enum api_offer {
    API_NOT_MINE, /* a handler is to do it, and its answer is the result */
    API_TAKEN,    /* the api brings the result */
    API_BY_TOKEN, /* a handler is to be told; the result comes by the task's token */
};

enum api_offer api_offer_task(api *a, const struct task *t);
/* Returns how much of the task's request and answer is to be told to api_task_traced. */
enum task_trace api_trace(const api *a, const struct task *t);
/* Takes note of what the task's handler sent and received, before the task is over. Looks at it. */
void api_task_traced(api *a, uint64_t id, const json *exchange);
/* Forgets a task that was offered and has its result from elsewhere, or is cancelled. */
void api_task_over(api *a, uint64_t id);
void api_task_cancelled(api *a, uint64_t id);
/* Returns whether the task's result comes by its token only, and has not come yet. */
bool api_awaits_token(const api *a, uint64_t id);
/* The engine's hooks of these names. */
bool api_has_activity(const api *a, uint64_t execution, const char *arn);
void api_ended(api *a, uint64_t execution, const rt_exec *x, int64_t now_ms);
void api_lost(api *a, uint64_t execution, const char *list);

#endif
