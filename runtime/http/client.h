#ifndef RUNTIME_HTTP_CLIENT_H
#define RUNTIME_HTTP_CLIENT_H

#include "parsers/base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

/*
 * HTTP/1.1 requests out of a libuv loop: libcurl's multi_socket interface, connections kept and
 * used again. Redirects are not followed. Requests to localhost never go through a proxy.
 */
typedef struct http_client http_client;
typedef struct http_transfer http_transfer;

/*
 * Makes a client that runs at most `max_connections` requests at once, and fewer where the process
 * may open few files; others wait in line. Returns NULL with *why filled when the machine's libcurl
 * can't be loaded.
 */
http_client *http_client_new(uv_loop_t *loop, unsigned max_connections, struct diag *why);

/* Bounds the bytes that bodies of answers have together while they come in, but for the beginning
 * of each; 0: there is no bound. An answer for which there is no room waits for others to end. */
void http_client_bound_bodies(http_client *c, size_t bytes);

/* Returns whether `url` begins as one that can be asked must: with http or https, and a host. */
bool http_url_ok(const char *url);
/* Returns whether a URL can stand before the paths of requests: it has no user, no query and no
 * fragment. */
bool http_url_is_base(const char *url);

/* Returns whether requests of that method are sent with their body. */
bool http_sends_body(const char *method);

struct http_request {
    const char *method;
    const char *url;    /* http or https */
    struct buf headers; /* made by http_header_add; may be empty */
    struct buf body;    /* see http_sends_body */
    int64_t timeout_ms; /* for the whole exchange; 0: none */
    int64_t connect_ms; /* to get a connection; 0: 10 s */
    size_t max_body;    /* bytes the answer may have; 0: 1 MiB */
    bool direct;        /* never through a proxy */
    const char *ca; /* certificates in PEM, by which alone the server is known; NULL: as usual */
    /*
     * `allow` says whether an address may be talked to. It is asked about each address that the
     * name has, and also before a proxy is used. `allow_name` says whether a proxy may be asked for
     * a host that this machine can't resolve. NULL allows any.
     */
    bool (*allow)(void *user, const struct sockaddr *address);
    bool (*allow_name)(void *user, const char *host);
};

/*
 * Adds a line. Bytes of the value that no header may have, and `%`, are written as %XX: nothing a
 * value holds can end the line.
 */
void http_header_add(struct buf *headers, const char *name, const char *value);
/* Adds a line with the value as it is, which must satisfy http_header_value_ok. */
void http_header_add_plain(struct buf *headers, const char *name, const char *value);

enum http_outcome {
    HTTP_ANSWERED,
    HTTP_UNREACHED, /* no such host, no connection, or it broke */
    HTTP_TIMED_OUT, /* connected, but timeout_ms went by */
    HTTP_TOO_LARGE, /* the answer is larger than max_body */
};

struct http_response {
    enum http_outcome outcome;
    int status;        /* HTTP_ANSWERED */
    struct buf body;   /* HTTP_ANSWERED; the receiver may empty it by buf_take and the like */
    const char *error; /* not answered: what happened, as a sentence's end: "Connection reset" */
    const struct http_transfer *transfer; /* for the functions below */
};

/* Returns a look at the URL that was asked. */
const char *http_response_url(const struct http_response *r);
/* Returns a look at a header's value, by its name in any case; NULL when the answer has none. */
const char *http_response_header(const struct http_response *r, const char *name);
/* Gives one header after the other. *at is NULL at first. Returns false after the last. */
bool http_response_next(const struct http_response *r, void **at, const char **name,
                        const char **value);

/* Is called when a transfer has ended; `r` is good during the call. */
typedef void http_done(void *user, struct http_response *r);

/*
 * Sends a request, and takes what its `headers` and `body` hold. Exactly one `done` comes, from the
 * loop and never from inside this call, unless the transfer is cancelled.
 */
http_transfer *http_client_send(http_client *c, struct http_request *request, http_done *done,
                                void *user);
/* Ends a transfer, whose `done` does not come any more. */
void http_client_cancel(http_transfer *t);

/* Begins to end everything. The loop must run until http_client_is_closed, then comes
 * http_client_free. */
void http_client_close(http_client *c);
bool http_client_is_closed(const http_client *c);
void http_client_free(http_client *c);

#endif
