#ifndef RUNTIME_SERVE_API_SERVER_H
#define RUNTIME_SERVE_API_SERVER_H

#include "runtime/api/api.h"
#include "runtime/http/server.h"
#include "runtime/serve/metrics.h"

/*
 * The api over HTTP, as AWS's clients speak it: POST / with X-Amz-Target, AWS JSON 1.0. Beside it
 * GET /healthz and /readyz.
 */
typedef struct api_server api_server;

/* Who may ask for a path that is none of the API's. Requests for it need no signature. */
struct route_access {
    bool open;       /* whoever reaches the port may ask; else this machine alone */
    bool cross_site; /* pages of other origins may ask, too */
    size_t max_body; /* bytes that its body may have; 0: as many as the api's */
};

struct api_server_options {
    /*
     * True: requests for any host are served. False: only those for this machine's own names; with
     * credentials, requests without a signature must also come from this machine.
     */
    bool any_host;
    /* Requests to the API must be signed with one of these keys; NULL: they need no signature. */
    struct credentials *credentials;
    int64_t (*now)(void *clock);
    void *clock;
    struct metrics *metrics; /* counts what is answered; may be NULL */
    /* Is called when the head of a request has come that is none of the API's. It fills `out` and
     * returns true if `offer` will answer that request. May be NULL. */
    bool (*look)(void *user, const struct http_message *m, struct route_access *out);
    /* Is offered each whole request that is none of the API's, and answers it if it returns true,
     * now or later. May be NULL. */
    bool (*offer)(void *user, http_exchange *x);
    /* Is offered each whole POST with an X-Amz-Target that is none of the API's, signed where calls
     * must be, and answers it if it returns true. May be NULL. */
    bool (*offer_signed)(void *user, http_exchange *x);
    void *user;
};

/* The server uses `a` until api_server_close. */
api_server *api_server_new(uv_loop_t *loop, api *a, const struct api_server_options *options);
/* Opens the port, as http_server_listen does. *bound becomes its number. False with *why filled. */
bool api_server_listen(api_server *s, const char *address, uint16_t port, uint16_t *bound,
                       struct diag *why);
/* Answers all requests, those that wait too, with the failure `why` of the store from now on. */
void api_server_fail(api_server *s, const char *why);
/* Fills `out` as http_server_stats does. */
void api_server_stats(const api_server *s, struct http_stats *out);
/* Refuses new work, ends long polls and lets answers go out. Then the loop calls `stopped` with
 * `user`. */
void api_server_stop(api_server *s, void (*stopped)(void *user), void *user);
/* Closes the port and all connections. The loop must run until the handles are closed; then
 * api_server_free may be called, after api_free. */
void api_server_close(api_server *s);
void api_server_free(api_server *s);

#endif
