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

/* A request that waits for its answer. It is good until http_reply, or until `gone` is called. */
typedef struct http_exchange http_exchange;

/* Where a member is 0 (NULL), what stands last in its description holds. All times are deadlines: a
 * client that trickles bytes does not move them. */
struct http_server_options {
    struct http_limits limits;
    /* How many there may be at once; fewer where the process may not open as many files. See
     * `by_word` for who must go when there are more; 1024. */
    size_t connections;
    /* How many of these one address (of IPv6: one /64) may have that aren't known; an eighth, and
     * any number on loopback. */
    size_t per_peer;
    /* How many bytes of bodies those that aren't known may hold together; 32 MiB. */
    size_t stranger_bytes;
    int64_t young_ms;         /* a connection as young loses its place to a new one last; 1 s */
    int64_t head_ms;          /* from a connection's or request's begin to its head's end; 10 s */
    int64_t body_ms;          /* from there to the body's end; 60 s */
    int64_t stranger_body_ms; /* what body_ms is for one that isn't known; 20 s, at most body_ms */
    int64_t idle_ms;          /* between two requests; 75 s */
    int64_t write_ms;         /* for a client to take an answer; 60 s */
    /*
     * Is called when a request's head has come, before any of its body is read. It may answer at
     * once by http_reply or http_exchange_refuse: then the body is not taken. Else the request is
     * read on. NULL: what is not http_message_is_for_loopback is refused with 403.
     */
    void (*on_head)(void *user, http_exchange *x);
    /* Is called when the body of a request that on_head let pass is larger than it may be. The
     * server answers the client after that; the exchange must not be used. May be NULL. */
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
 * Is called when a request is complete. http_reply answers it, now or later, exactly once; its
 * message can be read until then. It is never called from inside a function of this header.
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
 * Takes no more connections, closes those that are idle, and lets the others end: a request that
 * has begun to come is read and answered. Then calls `stopped` (may be NULL) from the loop.
 */
void http_server_stop(http_server *s, void (*stopped)(void *user));
/*
 * Ends everything at once. For exchanges that wait, `gone` is called; where nobody asked for that,
 * they stay good for http_reply, whose answer goes nowhere. The loop must run until
 * http_server_is_closed; then comes http_server_free.
 */
void http_server_close(http_server *s);
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

/* Returns the request. Its body may be taken out of it. */
struct http_message *http_exchange_message(http_exchange *x);
/* Returns the client's address as text, "127.0.0.1:50123" or "[::1]:50123"; it is empty when the
 * client was gone too soon to be asked. */
const char *http_exchange_peer(http_exchange *x);

/* Returns whether the connection comes from this machine, whatever the request says. */
bool http_exchange_is_local(const http_exchange *x);
/* Returns the client's address, of whatever family. */
const struct sockaddr *http_exchange_address(const http_exchange *x);
/* Keep and return a number of the caller's, which stays with the connection and is 0 at first. */
void http_exchange_set_mark(http_exchange *x, uint64_t mark);
uint64_t http_exchange_mark(const http_exchange *x);
/* Makes the connection a known one: its client has shown who it is. See `by_word`. */
void http_exchange_vouch(http_exchange *x);
/* Returns whether the client should be told to come again later: its connection isn't known, and
 * requests of such connections that wait for answers hold three quarters of all places. */
bool http_exchange_is_crowded(const http_exchange *x);
/*
 * Bounds the body of this request to `most` bytes; one with more ends in 413. To be called from
 * on_head. Returns false, and changes nothing, when the head says already that it has more.
 */
bool http_exchange_limit_body(http_exchange *x, size_t most);
/* Answers in plain text and lets the connection end with that. `why` has no full stop. To be called
 * from on_head. */
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

/* Is called with true when the system has taken all bytes of the answer, with false when the
 * connection broke before. */
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
 * Answers, and ends the exchange. Returns false when the client had gone: the answer went nowhere,
 * and `delivered` is not called. Else `delivered` is called once, from the loop and never from
 * inside this call.
 */
bool http_reply(http_exchange *x, struct http_answer *a);

#endif
