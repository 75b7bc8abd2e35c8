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

/* A path beside the api's, which nobody signs for. */
struct api_page {
    bool open;       /* for whoever reaches the port; else for this machine alone */
    bool cross_site; /* for pages of other origins, too */
    size_t max_body; /* bytes that its body may have; 0: as many as the api's */
};

struct api_server_options {
    /*
     * Requests from wherever, for whatever host; else for this machine's own names only, and with
     * credentials, what isn't signed must also come from this machine.
     */
    bool any_host;
    /* Requests to the api must be signed with one of these keys; NULL: they need not be. */
    struct credentials *credentials;
    int64_t (*now)(void *clock);
    void *clock;
    struct metrics *metrics; /* counts what is answered; may be NULL */
    /* Whose head has come that is no request of the api's: what its path is. False: nobody's. May
     * be NULL. */
    bool (*look)(void *user, const struct http_message *m, struct api_page *out);
    /* Is offered what is no request of the api's: true, and it answers. May be NULL. */
    bool (*offer)(void *user, http_exchange *x);
    void *user;
};

/* Looks at `a` as long as it lives. */
api_server *api_server_new(uv_loop_t *loop, api *a, const struct api_server_options *options);
/* As http_server_listen. */
bool api_server_listen(api_server *s, const char *address, uint16_t port, uint16_t *bound,
                       struct diag *why);
/* The store has failed, and `why` says how: nothing is answered any more but that. */
void api_server_fail(api_server *s, const char *why);
/* As http_server_stats. */
void api_server_stats(const api_server *s, struct http_stats *out);
/* Takes no new work, lets answers go out, ends long polls; then `stopped`, from the loop. */
void api_server_stop(api_server *s, void (*stopped)(void *user), void *user);
/* Ends everything; the loop must run until its handles are closed. Then _free, after the api's. */
void api_server_close(api_server *s);
void api_server_free(api_server *s);

#endif
