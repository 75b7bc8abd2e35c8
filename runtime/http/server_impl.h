#ifndef RUNTIME_HTTP_SERVER_IMPL_H
#define RUNTIME_HTTP_SERVER_IMPL_H

#include "runtime/http/server.h"

#include <netinet/in.h>

/* What server.c, which listens and accepts, exchange.c, which serves a connection, and crowd.c,
 * which decides who must go when there are too many, have in common. */

enum {
    READ_SIZE = 64 * 1024,
    OVERFLOW = 32, /* that many at most are told 503 at once; more wait in the system's queue */
};

enum http_phase {
    READING,
    WAITING,
    WRITING,
    LINGERING, /* all was said: reads on until the client has read it, so that no RST takes it back
                */
    CLOSED,
};

enum http_wait {
    WAIT_HEAD,
    WAIT_BODY,
    WAIT_STRANGER_BODY,
    WAIT_IDLE,
    WAIT_WRITE,
    WAIT_LINGER,
    WAITS,
    IS_SENT = WAITS, /* a list as well, but for the next round of the loop */
    LISTS,
    NO_WAIT = LISTS,
};

struct http_list {
    http_exchange *first, *last;
};

struct http_listener {
    uv_tcp_t tcp;
    http_server *server;
    struct http_listener *next;
    bool pending; /* a connection that we haven't accepted yet */
};

struct http_exchange {
    uv_tcp_t tcp;
    uv_write_t write;
    uv_shutdown_t shutdown;
    http_server *server; /* NULL once its handle is closed */
    http_exchange *prev, *next;
    enum http_phase phase;
    enum http_wait wait;
    int64_t due_ms; /* IS_SENT: in which round */
    http_exchange *due_prev, *due_next;
    http_reader *reader;
    struct buf ahead; /* what came before it was its turn, from `ahead_at` on */
    size_t ahead_at;
    bool eof, paused, last; /* last: closes after the answer */
    bool past_head;         /* its head was read, and options.on_head has seen it */
    bool at_head;           /* options.on_head looks at it: its body hasn't come */
    uint64_t mark;
    bool known;       /* as options.by_word says */
    int64_t since_ms; /* when it was accepted, or its last request was complete */
    size_t held;      /* bytes of its body that count in the server's stranger_bytes */
    struct buf out, body;
    http_gone *gone;
    void *gone_user;
    http_delivered *delivered;
    void *delivered_user;
    struct sockaddr_in6 peer; /* or its shorter sister */
    char peer_text[INET6_ADDRSTRLEN + 9];
};

struct http_server {
    uv_loop_t *loop;
    uv_timer_t timer;
    int64_t timer_ms; /* when it is due; INT64_MAX: it isn't */
    struct http_server_options options;
    http_on_request *on_request;
    struct http_listener *listeners;
    http_exchange *connections;
    uv_idle_t next_round;
    unsigned own_open; /* of these two handles */
    int64_t round;
    struct http_list waits[LISTS];
    int64_t wait_ms[WAITS];
    size_t leaving;        /* connections that are being closed */
    size_t stranger_bytes; /* of the bodies of connections that aren't known */
    bool stopping, closing;
    void (*stopped)(void *user);
    struct http_stats stats;
    size_t overflow; /* connections beyond options.connections that are told 503 at once */
    int64_t date_s;
    char date[HTTP_DATE_SIZE];
    char bytes[READ_SIZE]; /* of the read at hand: libuv reads and hands over in one go */
};

/* ---- server.c ---- */

/* Accepts a connection that had to wait for another to go. */
void http_server_accept_pending(http_server *s);
/* Tells who stopped the server that its last connection is gone. Does nothing before. */
void http_server_tell_if_stopped(http_server *s);

/* ---- exchange.c ---- */

/* Lets the server look at its deadlines at `due_ms`, by the loop's time, if not before. */
void http_server_arm(http_server *s, int64_t due_ms);
/* Begins to read from a connection. Returns false when the system doesn't let us. */
bool http_exchange_begin(http_exchange *x);
/* Gives the exchange the time that such a wait may take; ends the wait that it was in. */
void http_exchange_wait_for(http_exchange *x, enum http_wait wait);
/* Answers by a text of our own, after which the connection ends. */
void http_exchange_send_last(http_exchange *x, int status, const char *why);
/* Closes a connection; who waits to hear that its client has gone is told. */
void http_exchange_lose(http_exchange *x);
/* Closes a connection. Where it waits for its answer, the exchange stays as it is for http_reply.
 */
void http_exchange_shut(http_exchange *x);
bool http_exchange_is_closing(const http_exchange *x);

/* ---- crowd.c ---- */

/* Finds a place for `x`, which was just accepted; another connection may lose its own for that.
 * Returns false when there is none. */
bool http_crowd_admits(http_exchange *x);
/* Counts anew what `x` holds of its body. To be called when bytes of that came, when `x` became
 * known and when its request is over. */
void http_crowd_weigh(http_exchange *x);
/* Closes connections that aren't known, but not `x`, while their bodies are too large together. */
void http_crowd_lighten(const http_exchange *x);

#endif
