#ifndef RUNTIME_API_API_CALL_H
#define RUNTIME_API_API_CALL_H

#include "parsers/base/buf.h"
#include "parsers/base/diag.h"
#include "parsers/base/id_queue.h"
#include "runtime/api/api.h"

/*
 * A call on its way: the request of one operation, and what it is answered. An operation's function
 * returns the members of a good answer, or NULL when the call failed, when it became a waiter, or
 * when the store could not be read.
 */

/* Who made a call. */
struct caller {
    uint64_t call; /* its number */
    api_done *done;
    void *user;
    bool own; /* a task of ours: it is answered at once, as its next turn is the answer's, too */
};

struct owed;

/* Calls that are made, that wait, and that are answered but not told yet. */
struct calls {
    uint64_t last;     /* the number of the newest */
    size_t making;     /* that are being made: one of a Task's may be within another */
    bool unreadable;   /* the store could not be read for the innermost of them: */
    struct buf unread; /* why */
    bool ending;       /* polls are answered at once */
    struct id_map waiters;
    int64_t next_due_ms; /* of the waiters */
    struct owed *owed;
    size_t owed_count, owed_cap;
    size_t sealed;   /* of the answers that are owed: those that the turn makes durable */
    bool room_known; /* for the calls until the turn's end: */
    uint64_t room;   /* bytes that may still be written where the store lies */
};

void calls_init(api *a);
void calls_clear(api *a);

struct call {
    api *api;
    const char *operation;
    const json *in;
    int64_t now_ms;
    struct caller from;
    const char *error; /* the type of AWS's error; NULL while nothing went wrong */
    struct buf message;
    const char *extra_key; /* one more member of the error; NULL: none */
    json *extra;
    bool waits; /* it became a waiter */
};

/* Fails the call with that error of AWS's. Returns NULL, for the caller to return. */
json *call_fail(struct call *c, const char *error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Fails the call with a ValidationException that has a reason. Returns NULL. */
json *call_refuse(struct call *c, const char *reason, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Fails the call with an error that names the resource that it is about. Returns NULL. */
json *call_fail_about(struct call *c, const char *resource, const char *error, const char *format,
                      ...) __attribute__((format(printf, 4, 5)));

/* Return a member of the request, which has been checked. A look; NULL: it was not given, or is
 * null. */
const json *call_get(const struct call *c, const char *name);
const char *call_text(const struct call *c, const char *name);
/* Returns whether the member is true. One that was not given is false. */
bool call_flag(const struct call *c, const char *name);

/*
 * Takes what the store said when it gave nothing, and clears it. That there is nothing fails
 * nobody. That it can't be read, or that what was read is damaged, fails the call that is being
 * made; outside of one the engine's next turn fails when the store can't be read, as an end that is
 * told without what could not be read would be kept.
 */
void api_read_failed(api *a, struct diag *why);
/* As api_read_failed, but damage fails nobody: what can be read without it is told. */
void api_pass_damage(api *a, struct diag *why);
/* Returns whether the store could not be read for the call that is being made. */
bool call_is_unreadable(const api *a);

/* ---- calls that wait ---- */

struct run;
struct test_state;

struct waiter {
    struct id_node node; /* first; by the call's number */
    struct caller from;
    int64_t due_ms;
    json *worker;            /* GetActivityTask: workerName, or NULL */
    struct run *run;         /* StartSyncExecution */
    struct test_state *test; /* TestState; neither: GetActivityTask */
};

/* Lets the call wait until `due_ms`. The waiter is freed when it is answered. */
struct waiter *call_wait(struct call *c, int64_t due_ms);
/* Answers a call that waited. Takes `out`, frees the waiter. */
void waiter_answer(api *a, struct waiter *w, json *out);
/* Returns the waiter of that call; NULL: it doesn't wait. A look. */
struct waiter *waiter_of(const api *a, uint64_t call);
/* Takes the first waiter that still waits out of a queue of their numbers; NULL: none does. */
struct waiter *waiter_next(const api *a, struct id_queue *q);
/* Returns whether the server is to stop, so that polls don't wait. */
bool calls_are_ending(const api *a);

/* ---- for the API's own turn ---- */

/* Gives what was owed before the turn began, as far as the engine has kept it. The calls that come
 * after it look at the disk anew. */
void calls_pay(api *a);
/* Ends waits that have lasted long enough. */
void calls_end_waits(api *a);
/* Returns when a wait is to be ended next; INT64_MIN: an answer is owed; INT64_MAX: never. */
int64_t calls_due(const api *a);
/* Moves the times until which calls wait, as the time of day was set by `by_ms`. */
void calls_clock_set(api *a, int64_t by_ms);
/* Makes a call for one of our tasks: as api_call, but `done` may come before it returns. */
uint64_t api_call_own(api *a, const char *operation, const char *body, size_t len, int64_t now_ms,
                      api_done *done, void *user);

/* ---- values of answers ---- */

/* Returns a time as answers have it, in seconds since 1970. */
json *api_time(int64_t ms);
json *api_empty(void);
json *api_uuid(api *a);
/* Makes a UUID that sorts behind those of earlier milliseconds, so that a store's index grows at
 * its end. */
json *api_uuid_in_time(api *a);

#endif
