#ifndef TESTS_SUPPORT_HTTP_WORLD_H
#define TESTS_SUPPORT_HTTP_WORLD_H

#include "parsers/base/buf.h"
#include "runtime/http/server.h"

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

/* An HTTP server and its clients in one loop: bytes in, bytes out, over loopback. */

enum { MAX_CLIENTS = 1100 };

#define HOST "Host: localhost\r\n"
#define CHUNKED "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n"
#define ANSWER(len, connection, body)                                                              \
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " #len                         \
    "\r\nConnection: " connection "\r\n\r\n" body
#define OK(len, body) ANSWER(len, "keep-alive", body)
#define LAST(len, body) ANSWER(len, "close", body)

struct client {
    uv_tcp_t tcp;
    uv_connect_t connect;
    uv_write_t write;
    uv_shutdown_t shutdown;
    const char *text; /* sent byte by byte, one a round */
    size_t left;
    struct buf got;
    bool connected, ended, open, mute; /* mute: reads nothing */
    char bytes[4096];
};

/* A server and its clients in one loop. */
struct http_world {
    uv_loop_t loop;
    uv_timer_t patience;
    struct http_server_options options;
    http_server *server;
    bool server_closed;
    uint16_t port;
    struct client *clients;
    size_t count;
    /* what the request callback does */
    bool hold, ask_gone, big;
    int head_status;  /* on_head answers with it */
    bool head_reply;  /* on_head answers by http_reply */
    size_t head_most; /* on_head lets a body have so many bytes */
    http_exchange *held[MAX_CLIENTS];
    size_t held_count, requests;
    size_t gone, delivered, failed, stopped;
};

/* Limits that a test reaches. */
extern const struct http_limits http_world_small;

/* A world without a server; `options` may be set until http_world_serve makes it. Patience ends
 * after a minute. */
struct http_world *http_world_new(void);

void http_world_serve(struct http_world *w);

/* Answers with what was asked: "POST /path?query x=X-Case body". */
bool http_world_answer(struct http_world *w, http_exchange *x);

/* Count: for http_server_stop, and for http_exchange_on_gone. */
void http_world_stopped(void *user);
void http_world_gone(void *user);

/* Does what the fields say that begin with head_: for options.on_head. */
void http_world_head(void *user, http_exchange *x);

size_t http_world_connections(const struct http_world *w);

/* Closes the server, if it was not closed before. */
void http_world_close(struct http_world *w);

/* Ends all of it; nothing may be left in the loop. */
void http_world_free(struct http_world *w);

/* One round of the loop, in which each client that has some text left says a byte of it. */
void http_world_round(struct http_world *w);

/* A client connects, from 127.0.0.1 or from another address of this machine. */
struct client *join(struct http_world *w);
struct client *join_from(struct http_world *w, const char *from);

/* `text` must stay; one say at a time. */
void say(struct client *c, const char *text);
void say_bytes(struct client *c, const char *text, size_t len);

/* Shuts the client's sending side. */
void say_no_more(struct client *c);

/* Closes a client's connection; slam does that with a reset. */
void leave(struct client *c);
void slam(struct client *c);

/* Wait until the server has ended the connection, until it stands, until `text` came, until *n is
 * `want`. */
void await_end(struct http_world *w, const struct client *c);
void await_connected(struct http_world *w, const struct client *c);
void await_text(struct http_world *w, struct client *c, const char *text);
void await_count(struct http_world *w, size_t *n, size_t want);

/* A client says all of that, at once or byte by byte, and nothing more; waits until the server
 * ends. */
void http_world_exchange(struct http_world *w, const char *in, size_t len, bool bytewise);

/* Takes out the Date lines, each of which must be one. */
void http_world_cut_dates(const char *name, struct buf *got);

#endif
