#ifndef RUNTIME_API_API_THROTTLE_H
#define RUNTIME_API_API_THROTTLE_H

#include "runtime/api/api_tasks.h"

/* How many executions may be started: AWS's rates, and how deep they may wait for one another. */

/* Fills all buckets. Gives the engine its own, where clients are held to it. */
void throttle_init(api *a);
/* Returns whether a client has started as many as AWS lets it: then the call has failed with
 * ThrottlingException. */
bool start_is_throttled(struct call *c);
/* Returns whether the Task must wait for its turn to make that request; starts_go_on makes it
 * then. */
bool start_must_wait(api *a, struct api_task *t, const json *request);
/* Makes the requests of Tasks whose turn has come. */
void starts_go_on(api *a);
/* Returns when the turn of the next such Task comes; INT64_MAX: none waits. */
int64_t starts_due(const api *a);
void starts_clear(api *a);
/* Returns how many executions wait for the one that is to be started, one for another; 0: none
 * does. Negative with the call failed: they are too many. */
int64_t start_nesting(struct call *c);

#endif
