#ifndef RUNTIME_HANDLERS_OAUTH_H
#define RUNTIME_HANDLERS_OAUTH_H

#include "runtime/handlers/handlers_impl.h"

/*
 * Tokens of connections with `oauth` (client credentials). One is asked for when a call first needs
 * it, once for all calls that wait, and is kept until it expires or is refused.
 */

/* A call that waits for the token. The storage is the waiter's. */
struct oauth_wait {
    struct waiter waiter; /* first */
    /* Is called from the loop when the token is there: `why` is NULL then, or says why it can't be
     * had. `late`: who gives it did not answer in the time of the call that asked first. */
    void (*done)(struct oauth_wait *wait, const char *why, bool late);
};

enum oauth_found {
    OAUTH_FOUND,     /* the connection has a token, or needs none */
    OAUTH_AWAITED,   /* wait->done comes, unless oauth_leave comes first */
    OAUTH_NOT_ASKED, /* its server could not be asked: *why */
};

/* `timeout_ms`: what the call has left of its time. */
enum oauth_found oauth_find(handlers *h, struct connection *c, int64_t timeout_ms,
                            struct oauth_wait *wait, struct diag *why);
/* Takes back what oauth_find began; does nothing when that has ended. */
void oauth_leave(struct oauth_wait *wait);
/* The token with that number was refused: the next call asks for another. */
void oauth_refused(struct connection *c, unsigned number);

/* Ends the requests that are out; comes before the client is closed. */
void oauth_close(handlers *h);
/* Wipes a connection's token. */
void oauth_forget(struct connection *c);

#endif
