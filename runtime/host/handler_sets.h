#ifndef RUNTIME_HOST_HANDLER_SETS_H
#define RUNTIME_HOST_HANDLER_SETS_H

#include "runtime/handlers/handler.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The handlers of a host: those that task calls begin with, and those that were in use before the
 * handlers file was read again, for as long as calls of theirs run. Empty is {0}.
 */
struct handler_sets {
    struct handler_set *first; /* the one in use; the others are retired */
};

/* Puts `made` (taken) into use. What was in use is retired: its calls go on, no new ones begin. */
void handler_sets_use(struct handler_sets *all, handlers *made);
/* Takes handlers that were never in use among the retired ones, to be closed in their time. */
void handler_sets_retire(struct handler_sets *all, handlers *made);
/* Returns the handlers in use. */
handlers *handler_sets_now(const struct handler_sets *all);

/* Cancel or release a task call, whichever handlers have it. */
bool handler_sets_cancel(const struct handler_sets *all, uint64_t id);
void handler_sets_release(const struct handler_sets *all, uint64_t id);
/* Do all that is due at `now_ms`; and tell when something is due next. */
void handler_sets_wake(const struct handler_sets *all, int64_t now_ms);
int64_t handler_sets_next_due(const struct handler_sets *all);
/* Counts task calls that have no result yet, and those of them that wait for a slot. */
void handler_sets_count(const struct handler_sets *all, size_t *busy, size_t *waiting);
/* Lets no more calls begin; and tells whether none runs any more. */
void handler_sets_drain(const struct handler_sets *all);
bool handler_sets_are_idle(const struct handler_sets *all);
/* Tells whether any of them is stopping jobs elsewhere. */
/* As handlers_forget_job. */
void handler_sets_forget(const struct handler_sets *all, uint64_t id);
bool handler_sets_are_stopping_jobs(const struct handler_sets *all);

/* Closes retired handlers whose last call is over, and frees those that are closed. */
void handler_sets_tidy(struct handler_sets *all);
/* Closes all. The loop must run until their handles are closed; then they may be freed. */
void handler_sets_close(const struct handler_sets *all);
void handler_sets_free(struct handler_sets *all);

#endif
