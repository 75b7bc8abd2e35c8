#ifndef RUNTIME_API_API_THROTTLE_H
#define RUNTIME_API_API_THROTTLE_H

#include "parsers/base/id_queue.h"
#include "runtime/api/api_tasks.h"
#include "runtime/base/bucket.h"

/* How many executions may be started: AWS's rates, and how deep they may wait for one another. */

enum start_kind { START_STANDARD, START_EXPRESS, START_KINDS };

/* How many starts there is room for, and the Tasks whose starts wait for that. */
struct start_bucket {
    struct bucket tokens;
    struct id_queue waiting;
};

struct throttling {
    enum api_throttle held; /* who is held to the rates */
    struct start_bucket starts[START_KINDS];
};

/* Fills all buckets. Gives the engine its own, where clients are held to it. */
void throttle_init(api *a, enum api_throttle held);
/* Moves the times of the buckets, as the time of day was set by `by_ms`. */
void throttle_clock_set(api *a, int64_t by_ms);
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
void throttle_clear(api *a);
/* Returns how many executions wait for the one that is to be started, one for another; 0: none
 * does. Negative with the call failed: they are too many. */
int64_t start_nesting(struct call *c);

#endif
