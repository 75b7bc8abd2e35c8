#ifndef RUNTIME_ENGINE_GUEST_H
#define RUNTIME_ENGINE_GUEST_H

#include "runtime/base/task_io.h"
#include "runtime/core/exec.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * A guest lives beside an engine in its host's loop. It may take Tasks, hear of executions, and
 * have something to do in each turn. Each member but `user` may be NULL.
 *
 * Tasks: a host offers each task call to its guests, in their order, until one takes it. All guests
 * hear how it went on, those that did not take it, too.
 */
struct engine_guest {
    void *user;

    /* Offers a task call. A guest that returns true brings the result. One that returns false may
     * set `task->trace` for the guests behind it. */
    bool (*offer)(void *user, struct task *task);
    bool mocks; /* it may take any task call: nobody can tell before it is offered */
    /* Cancels the work on a task call: nobody waits for its result any more. */
    void (*cancel)(void *user, uint64_t id);
    /* Says that a task call's result has come by its token. Work on the call may go on. */
    void (*release)(void *user, uint64_t id);
    /*
     * Says that another guest brings `result` (a look) for a task call. Returns false when `result`
     * is only the service's first answer, and the task's own result will come by its token.
     */
    bool (*over)(void *user, uint64_t id, const struct task_result *result);

    /* Called for the engine's hooks of these names; `now_ms` is the time of day. */
    bool (*has_activity)(void *user, uint64_t execution, const char *arn);
    void (*ended)(void *user, uint64_t execution, const rt_exec *x, int64_t now_ms);
    void (*lost)(void *user, uint64_t execution, const char *list);

    /* Are called before the engine's turn, and when what came of it is in the store. */
    void (*begin_turn)(void *user);
    void (*end_turn)(void *user, int64_t now_ms);
    /* Returns the time of day at which a turn is to be made next; INT64_MAX: never; INT64_MIN: at
     * once. */
    int64_t (*next_due)(void *user);
    /* Returns how many task calls of the guest only wait for its next_due, so that a virtual clock
     * need not wait for them. */
    size_t (*asleep)(void *user);
    /* Hears that the time of day was set forward by `by_ms`. The clock that nobody sets, by which
     * timers are due, is `skew_ms` ahead of it from now on. */
    void (*clock_set)(void *user, int64_t by_ms, int64_t skew_ms);
};

#endif
