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
    const char *region, *account; /* as the api's; NULL: its defaults */
    int64_t (*now)(void *clock);
    void *clock;
};

/* Takes `r`; looks at `a` until front_door_close. */
front_door *front_door_new(uv_loop_t *loop, api *a, routes *r,
                           const struct front_door_options *options);
/* The head of a request has come: whom is its route for? False: no route is for it. */
bool front_door_look(const front_door *d, const struct http_message *m, struct api_page *out);
/* Answers the request, now or later; false: no route has its path, and nothing was done. */
bool front_door_offer(front_door *d, http_exchange *x);
/* As the engine's hook. */
void front_door_ended(front_door *d, const rt_exec *x);
/* Other routes, for requests that come from now on; taken. */
void front_door_use(front_door *d, routes *r);
/* Starts no more executions: 503. */
void front_door_stop(front_door *d);
/*
 * Lets go of those that wait, which the server has closed before; the loop must run until the
 * handles are closed. Then front_door_free. Both take NULL.
 */
void front_door_close(front_door *d);
void front_door_free(front_door *d);

#endif
