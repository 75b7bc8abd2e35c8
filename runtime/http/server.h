#ifndef RUNTIME_HTTP_SERVER_H
#define RUNTIME_HTTP_SERVER_H

#include "runtime/http/message.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

/*
 * HTTP/1.1 in a libuv loop: connections are kept, requests of one connection are answered one after
 * the other, a request that waits for its answer costs no more than its memory. The process must
 * ignore SIGPIPE.
 */
typedef struct http_server http_server;

/* A request that waits for its answer. Good until http_reply, or until its client is told gone. */
typedef struct http_exchange http_exchange;

/* Each 0 (NULL) means what stands behind it. All times are deadlines: to trickle bytes moves none.
 */
struct http_server_options {
    struct http_limits limits;
    /* Less where the process may not open as many files; 1024. See below who goes when it's more.
     */
    size_t connections;
    /* Of these, how many that aren't known one address (of IPv6: its /64) may have; an eighth, and
     * any number on loopback. */
    size_t per_peer;
    size_t guest_bytes; /* of bodies that connections that aren't known may hold together; 32 MiB */
    int64_t young_ms;   /* for so long it goes only where there is nobody older; 1 s */
    int64_t head_ms;    /* from a connection's or request's begin to its head's end; 10 s */
    int64_t body_ms;    /* from there to the body's end; 60 s */
    int64_t guest_body_ms; /* the same until it is known; 20 s, but at most body_ms */
    int64_t idle_ms;       /* between two requests; 75 s */
    int64_t write_ms;      /* for a client to take an answer; 60 s */
    /*
     * A request's head has come, and none of its body has been read. It may be answered at once by
     * http_reply or http_exchange_refuse, and its body is not taken then; else the request is read
     * on. NULL: what is not http_message_is_for_loopback is refused with 403.
     */
    void (*on_head)(void *user, http_exchange *x);
    /* The body of a request that on_head let pass is larger than it may be. The client is told,
     * after this; the exchange is nobody's. May be NULL. */
    void (*on_too_large)(void *user, http_exchange *x);
    /*
     * A connection is known when http_exchange_vouch says so; else from its first complete request
     * on. When there are too many, and one comes, one that isn't known and has no request complete
     * loses its place: who got least far in a second, the slowest first. Only where there is none
     * such, who comes is told 503.
     */
    bool by_word;
    void *user; /* of the callbacks */
};

/*
 * A request is complete: http_reply answers it, now or later, exactly once. Its message can be read
 * until then. Never called from inside a function of this header.
 */
typedef void http_on_request(void *user, http_exchange *x);

http_server *http_server_new(uv_loop_t *loop, const struct http_server_options *options,
                             http_on_request *on_request);
/*
 * Listens on a numeric address, beside those before; port 0 is any that is free. *bound (may be
 * NULL) is the port. False with *why filled when that can't be.
 */
bool http_server_listen(http_server *s, const char *address, uint16_t port, uint16_t *bound,
                        struct diag *why);

/*
 * Takes no more connections, closes those that are idle and lets the others end: what has begun to
 * come is read and answered, what waits is waited for. Then `stopped`, from the loop; it may be
 * NULL.
 */
void http_server_stop(http_server *s, void (*stopped)(void *user));
/*
 * Ends everything at once. Exchanges that wait are told gone, or, if nobody asked to be told, stay
 * good for a reply into the void. The loop must run until the handles are closed; then _free.
 */
void http_server_close(http_server *s);
/* Are they? */
bool http_server_is_closed(const http_server *s);
void http_server_free(http_server *s);

struct http_stats {
    size_t connections; /* open now */
    uint64_t accepted, requests;
    uint64_t refused;     /* requests that were malformed, too large, too slow, or not allowed */
    uint64_t turned_away; /* connections over the limit: told 503, or dropped for another one */
};

void http_server_stats(const http_server *s, struct http_stats *out);

/* ---- an exchange ---- */

/* The body may be taken out of it. */
struct http_message *http_exchange_message(http_exchange *x);
/* "127.0.0.1:50123", "[::1]:50123"; empty when it was gone too soon to be asked. */
const char *http_exchange_peer(http_exchange *x);

/* Does it come from this machine itself, whatever it says of itself? */
bool http_exchange_is_local(const http_exchange *x);
/* Its address, of whatever family. */
const struct sockaddr *http_exchange_address(const http_exchange *x);
/* A number that stays with the connection, 0 at first: what its owner knows of its client. */
void http_exchange_set_mark(http_exchange *x, uint64_t mark);
uint64_t http_exchange_mark(const http_exchange *x);
/* Who sent it has shown who he is: so is his connection known from now on. */
void http_exchange_vouch(http_exchange *x);
/* It isn't known, and such requests that wait for their answers hold three quarters of all places:
 * it should be told to come again. */
bool http_exchange_is_crowded(const http_exchange *x);
/*
 * From on_head: this request's body may have no more bytes than `most`, or else ends in 413. False:
 * it says already that it has more, and nothing is changed.
 */
bool http_exchange_limit_body(http_exchange *x, size_t most);
/* From on_head: an answer in plain text, the last on this connection; `why` without a full stop. */
void http_exchange_refuse(http_exchange *x, int status, const char *why);

/*
 * Asks to be told, once, when the client goes before it is answered: the exchange is over then, no
 * reply may follow. Who asks treats a client that only ends its sending as gone; who doesn't still
 * answers it. Of a client that sent over 64 KiB behind a request that waits, it shows at the reply
 * only. False, and nothing is asked, when it has gone already: the exchange stays good for
 * http_reply. `gone` NULL takes the question back.
 */
typedef void http_gone(void *user);
bool http_exchange_on_gone(http_exchange *x, http_gone *gone, void *user);

/* True: the system has taken all bytes of the answer. False: the connection broke before. */
typedef void http_delivered(void *user, bool delivered);

struct http_answer {
    int status;
    const struct http_header *headers; /* as http_write_head has them */
    size_t header_count;
    struct buf body;           /* taken; not sent to HEAD, nor with 204 and 304 */
    bool close;                /* let the connection end with this answer */
    http_delivered *delivered; /* may be NULL */
    void *user;
};

/*
 * Ends the exchange. False: the client had gone, the answer went nowhere, and `delivered` does not
 * come. True: `delivered` comes once, from the loop and never from inside this call.
 */
bool http_reply(http_exchange *x, struct http_answer *a);

#endif
