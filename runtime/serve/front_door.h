#ifndef RUNTIME_SERVE_FRONT_DOOR_H
#define RUNTIME_SERVE_FRONT_DOOR_H

#include "runtime/api/api.h"
#include "runtime/http/server.h"
#include "runtime/serve/api_server.h"
#include "runtime/serve/route.h"

/*
 * State machines as the back end of an HTTP server: a request that a route fits starts an
 * execution, whose output is the answer (http_event.h). A STANDARD machine's execution goes on when
 * its client goes, or has waited for as long as the route says; an EXPRESS one ends with the
 * route's time.
 */
typedef struct front_door front_door;

struct front_door_options {
    const char *region, *account; /* in ARNs, as the API has them; NULL: its defaults */
    int64_t (*now)(void *clock);
    void *clock;
};

/* Makes a door with the routes `r`, which it takes. It uses `a` until front_door_close. */
front_door *front_door_new(uv_loop_t *loop, api *a, routes *r,
                           const struct front_door_options *options);
/* Tells, when the head of a request has come, who may use its route. False: no route is for it. */
bool front_door_look(const front_door *d, const struct http_message *m, struct route_access *out);
/* Answers the request, now or later; false: no route has its path, and nothing was done. */
bool front_door_offer(front_door *d, http_exchange *x);
/* Has to be called for each execution that ends: one that a request started gives its answer. */
void front_door_ended(front_door *d, const rt_exec *x);
/* Uses the routes `r`, which it takes, for requests that come from now on. */
void front_door_use(front_door *d, routes *r);
/* Answers requests with 503 from now on, and starts no more executions. Takes NULL. */
void front_door_stop(front_door *d);
/* Answers the requests that wait with 503: the store has failed, as `why` says, so nothing would
 * ever answer them. Takes NULL for the door. */
void front_door_fail(front_door *d, const char *why);
/*
 * Forgets the requests that wait, which the server has closed before. The loop must run until the
 * handles are closed; then front_door_free may be called. Both take NULL.
 */
void front_door_close(front_door *d);
void front_door_free(front_door *d);

#endif
