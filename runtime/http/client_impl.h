#ifndef RUNTIME_HTTP_CLIENT_IMPL_H
#define RUNTIME_HTTP_CLIENT_IMPL_H

#include "runtime/http/client.h"
#include "runtime/http/curl_library.h"

/* What client.c, which makes requests, client_headers.c, which writes and reads their headers,
 * client_room.c, which bounds answers, and client_words.c, which says why one failed, have in
 * common. */

enum { MAX_HEADER_BYTES = 256 * 1024 }; /* of an answer */

struct http_transfer {
    http_client *client;
    struct http_transfer *prev, *next; /* all that run, or the spare ones */
    CURL *easy;
    http_done *done; /* NULL: cancelled, but curl can't let go of it yet */
    void *user;
    bool (*allow)(void *user, const struct sockaddr *address);
    bool (*allow_name)(void *user, const char *host);
    struct buf headers, body, answer;
    struct curl_slist *lines; /* one for each of the headers; data points into `headers` */
    size_t line_room;
    size_t max_body, header_bytes;
    int64_t timeout_ms;
    int64_t until_ms, connect_until_ms; /* by clock_steady_ms; until_ms 0: no bound */
    bool resolved;                      /* past the look-up of the name */
    bool sent;                          /* has a connection */
    bool too_large;                     /* the answer is */
    bool refused;                       /* by `allow` */
    bool again;                         /* it is the second try */
    bool direct;                        /* never through a proxy */
    bool own_ca;                        /* its handle knows other authorities than usual */
    bool paused;                        /* there is no room for more of the answer */
    bool probing; /* looks up the name only, to ask `allow` before a proxy is asked */
    char error[CURL_ERROR_SIZE];
};

struct http_client {
    uv_loop_t *loop;
    const struct curl_library *curl;
    CURLM *multi;
    uv_timer_t timer;
    struct http_transfer *running, *spare;
    size_t spares;
    char *no_proxy;
    size_t body_room, body_bytes;   /* for bodies together, 0: any; and what of it is taken */
    struct http_transfer *favoured; /* goes on though there is no room; NULL: none */
    size_t paused;                  /* transfers */
    size_t open;                    /* handles of the loop */
    bool closing;
};

/* ---- client_headers.c ---- */

/* Returns the request's headers as curl wants them, a list; it lies in the transfer, and is used
 * again for the next one. NULL without any. */
struct curl_slist *http_client_lines(struct http_transfer *t);

/* ---- client_room.c ---- */

/* Returns whether the transfer may have `len` more bytes of its answer, and takes the room for
 * them. If not, the transfer is to be paused, and goes on by itself when there is room. */
bool http_client_has_room(struct http_transfer *t, size_t len);
/* Gives back the room of an answer of which `len` bytes had come. Others that were paused may go
 * on: not to be called from inside curl. */
void http_client_free_room(struct http_transfer *t, size_t len);

/* ---- client_words.c ---- */

/* Adds the host of the transfer's URL. */
void http_client_add_host(struct buf *out, const struct http_transfer *t);
/* Adds why the transfer ended without an answer, and returns which kind of end that is. */
enum http_outcome http_client_explain(struct http_transfer *t, CURLcode code, struct buf *out);

#endif
