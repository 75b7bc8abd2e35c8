/*
 * The server: listens, accepts connections as long as there is room, and ends in two ways: stopped,
 * it lets what is under way come to its end; closed, it ends everything. exchange.c has a
 * connection's life, crowd.c says who must go when there are too many.
 */

#include "runtime/http/server_impl.h"

#include "parsers/base/mem.h"
#include "runtime/http/files.h"

#include <assert.h>
#include <netinet/in.h>

enum {
    BACKLOG = 1024,
    LINGER_MS = 2000,
    STRANGER_BODY_MS = 20 * 1000,
    STRANGER_BYTES = 32 * 1024 * 1024,
};

/* ---- connections ---- */

static void accept_one(struct http_listener *l)
{
    http_server *s = l->server;
    http_exchange *x = mem_calloc(1, sizeof *x);
    int peer_len = sizeof x->peer;

    x->server = s;
    x->wait = NO_WAIT;
    x->reader = http_reader_new(&s->options.limits);
    uv_tcp_init(s->loop, &x->tcp);
    x->tcp.data = x;
    x->next = s->connections;
    if (x->next)
        x->next->prev = x;
    s->connections = x;
    s->stats.connections++;
    if (uv_accept((uv_stream_t *)&l->tcp, (uv_stream_t *)&x->tcp)) {
        http_exchange_shut(x);
        return;
    }
    s->stats.accepted++;
    uv_tcp_nodelay(&x->tcp, 1);
    uv_tcp_getpeername(&x->tcp, (struct sockaddr *)&x->peer, &peer_len);
    x->since_ms = (int64_t)uv_now(s->loop);
    if (!http_exchange_begin(x)) {
        http_exchange_shut(x);
    } else if (!http_crowd_admits(x)) {
        s->stats.turned_away++;
        http_exchange_send_last(x, 503, "There are too many connections");
    } else {
        http_exchange_wait_for(x, WAIT_HEAD);
    }
}

/* While none is accepted libuv doesn't look for more: they wait in the system's queue. */
static void server_on_connection(uv_stream_t *stream, int status)
{
    struct http_listener *l = stream->data;
    http_server *s = l->server;

    if (status < 0)
        return;
    if (s->stats.connections < s->options.connections + s->overflow)
        accept_one(l);
    else
        l->pending = true;
}

void http_server_accept_pending(http_server *s)
{
    if (s->stopping)
        return;
    for (struct http_listener *l = s->listeners; l; l = l->next) {
        if (l->pending && s->stats.connections < s->options.connections + s->overflow) {
            l->pending = false;
            accept_one(l);
        }
    }
}

/* ---- the server ---- */

static int64_t or_else(int64_t given, int64_t usual)
{
    return given ? given : usual;
}

/* Shares out how many connections may be open. Those that are only told 503 are files, too, and at
 * least one is: without it nobody would see that somebody waits. */
static void share_connections(http_server *s, size_t wanted)
{
    size_t most = http_connections_within_files(wanted + OVERFLOW);

    s->options.connections = most > 2 * OVERFLOW || most == wanted + OVERFLOW ? most - OVERFLOW
                             : most > 1                                       ? (most + 1) / 2
                                                                              : 1;
    s->overflow = most > s->options.connections ? most - s->options.connections : 1;
}

http_server *http_server_new(uv_loop_t *loop, const struct http_server_options *options,
                             http_on_request *on_request)
{
    http_server *s = mem_calloc(1, sizeof *s);

    s->loop = loop;
    s->options = *options;
    share_connections(s, options->connections ? options->connections : 1024);
    if (!options->stranger_bytes)
        s->options.stranger_bytes = STRANGER_BYTES;
    s->options.young_ms = or_else(options->young_ms, 1000);
    s->on_request = on_request;
    s->wait_ms[WAIT_HEAD] = or_else(options->head_ms, 10 * 1000);
    s->wait_ms[WAIT_BODY] = or_else(options->body_ms, 60 * 1000);
    s->wait_ms[WAIT_STRANGER_BODY] = or_else(options->stranger_body_ms, STRANGER_BODY_MS);
    if (s->wait_ms[WAIT_STRANGER_BODY] > s->wait_ms[WAIT_BODY])
        s->wait_ms[WAIT_STRANGER_BODY] = s->wait_ms[WAIT_BODY];
    s->wait_ms[WAIT_IDLE] = or_else(options->idle_ms, 75 * 1000);
    s->wait_ms[WAIT_WRITE] = or_else(options->write_ms, 60 * 1000);
    s->wait_ms[WAIT_LINGER] = LINGER_MS;
    s->date_s = -1;
    s->timer_ms = INT64_MAX;
    uv_timer_init(loop, &s->timer);
    s->timer.data = s;
    uv_idle_init(loop, &s->next_round);
    s->next_round.data = s;
    s->own_open = 2;
    return s;
}

static void on_listener_closed(uv_handle_t *handle)
{
    struct http_listener *l = handle->data, **at;
    http_server *s = l->server;

    for (at = &s->listeners; *at != l; at = &(*at)->next)
        ;
    *at = l->next;
    mem_free(l);
    http_server_tell_if_stopped(s);
}

static uint16_t port_of(const uv_tcp_t *tcp)
{
    struct sockaddr_storage name = {0};
    int len = sizeof name;

    uv_tcp_getsockname(tcp, (struct sockaddr *)&name, &len);
    return ntohs(name.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&name)->sin6_port
                                            : ((struct sockaddr_in *)&name)->sin_port);
}

bool http_server_listen(http_server *s, const char *address, uint16_t port, uint16_t *bound,
                        struct diag *why)
{
    struct sockaddr_storage name = {0};
    struct http_listener *l;
    int status;

    assert(!s->stopping);
    if (uv_ip4_addr(address, port, (struct sockaddr_in *)&name) &&
        uv_ip6_addr(address, port, (struct sockaddr_in6 *)&name)) {
        diag_set(why, NULL, 0, "'%s' is no address to listen on, as 127.0.0.1 or ::1 would be",
                 address);
        return false;
    }
    l = mem_calloc(1, sizeof *l);
    l->server = s;
    l->next = s->listeners;
    s->listeners = l;
    uv_tcp_init(s->loop, &l->tcp);
    l->tcp.data = l;
    status = uv_tcp_bind(&l->tcp, (struct sockaddr *)&name, 0);
    if (!status)
        status = uv_listen((uv_stream_t *)&l->tcp, BACKLOG, server_on_connection);
    if (status) {
        diag_set(why, NULL, 0, "Can't listen on %s, port %u: %s", address, (unsigned)port,
                 uv_strerror(status));
        uv_close((uv_handle_t *)&l->tcp, on_listener_closed);
        return false;
    }
    if (bound)
        *bound = port_of(&l->tcp);
    return true;
}

static void close_listeners(http_server *s)
{
    for (struct http_listener *l = s->listeners; l; l = l->next) {
        if (!uv_is_closing((uv_handle_t *)&l->tcp))
            uv_close((uv_handle_t *)&l->tcp, on_listener_closed);
    }
}

void http_server_tell_if_stopped(http_server *s)
{
    void (*stopped)(void *user) = s->stopped;

    if (!stopped || s->listeners || s->connections)
        return;
    s->stopped = NULL;
    stopped(s->options.user);
}

/* Connections at rest close now. Others end with their answer, which says "Connection: close". */
void http_server_stop(http_server *s, void (*stopped)(void *user))
{
    if (s->stopping)
        return;
    s->stopping = true;
    s->stopped = stopped;
    close_listeners(s);
    for (http_exchange *x = s->connections; x; x = x->next) {
        if (x->phase == READING && !http_reader_has_begun(x->reader))
            http_exchange_shut(x);
    }
    /* where nothing is left to close: the timer tells */
    http_server_arm(s, 0);
}

static void on_own_closed(uv_handle_t *handle)
{
    http_server *s = handle->data;

    s->own_open--;
}

void http_server_close(http_server *s)
{
    http_exchange *x = s->connections;

    if (s->closing)
        return;
    s->stopping = s->closing = true;
    s->stopped = NULL;
    close_listeners(s);
    while (x) {
        http_exchange *next = x->next;

        http_exchange_lose(x);
        x = next;
    }
    uv_close((uv_handle_t *)&s->timer, on_own_closed);
    uv_close((uv_handle_t *)&s->next_round, on_own_closed);
}

bool http_server_is_closed(const http_server *s)
{
    return s->closing && !s->connections && !s->listeners && !s->own_open;
}

void http_server_free(http_server *s)
{
    if (!s)
        return;
    assert(http_server_is_closed(s));
    mem_free(s);
}

void http_server_stats(const http_server *s, struct http_stats *out)
{
    *out = s->stats;
}
