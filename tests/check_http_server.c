/* The HTTP server: bytes in, bytes out, over loopback; clients that leave, dawdle, shout. */

#include "tests/support/expect.h"

#include "parsers/base/mem.h"
#include "runtime/http/server.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { MAX_CLIENTS = 1100, PATIENCE_MS = 60 * 1000 };

struct client {
    uv_tcp_t tcp;
    uv_connect_t connect;
    uv_write_t write;
    uv_shutdown_t shutdown;
    const char *text; /* sent byte by byte, one a turn */
    size_t left;
    struct buf got;
    bool connected, ended, open, mute; /* mute: reads nothing */
    char bytes[4096];
};

/* A server and its clients in one loop. */
struct world {
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

/* ---- the server's side ---- */

static void on_delivered(void *user, bool delivered)
{
    struct world *w = user;

    if (delivered)
        w->delivered++;
    else
        w->failed++;
}

static void on_gone(void *user)
{
    struct world *w = user;

    w->gone++;
}

/* Answers with what it was asked: "POST /path?query x=X-Case body". */
static bool answer(struct world *w, http_exchange *x)
{
    struct http_message *m = http_exchange_message(x);
    const struct http_header headers[] = {{"Content-Type", "text/plain"}};
    struct http_answer a = {.status = 200,
                            .headers = headers,
                            .header_count = COUNT(headers),
                            .delivered = on_delivered,
                            .user = w};
    const char *header = http_message_header(m, "x-case");

    if (w->big) {
        memset(buf_reserve(&a.body, 32 << 20), 'b', 32 << 20);
        a.body.len = 32 << 20;
    } else {
        buf_printf(&a.body, "%s %s", m->method, m->path);
        if (m->query)
            buf_printf(&a.body, " ?%s", m->query);
        if (header)
            buf_printf(&a.body, " x=%s", header);
        if (m->body.len) {
            buf_addc(&a.body, ' ');
            buf_add(&a.body, m->body.data, m->body.len);
        }
    }
    return http_reply(x, &a);
}

static void on_head(void *user, http_exchange *x)
{
    struct world *w = user;

    if (w->head_reply)
        answer(w, x);
    else if (w->head_status)
        http_exchange_refuse(x, w->head_status, "Not so");
    else if (w->head_most && !http_exchange_limit_body(x, w->head_most))
        http_exchange_refuse(x, 413, "Too much");
}

static void on_request(void *user, http_exchange *x)
{
    struct world *w = user;

    ck_assert(strncmp(http_exchange_peer(x), "127.0.0.", 8) == 0);
    ck_assert(http_exchange_is_local(x));
    w->requests++;
    if (w->options.by_word && http_exchange_is_crowded(x)) {
        http_exchange_refuse(x, 503, "Too many wait");
        return;
    }
    if (w->options.by_word && !strcmp(http_exchange_message(x)->path, "/friend"))
        http_exchange_vouch(x);
    if (!w->hold) {
        answer(w, x);
        return;
    }
    ck_assert(w->held_count < MAX_CLIENTS);
    w->held[w->held_count++] = x;
    if (w->ask_gone)
        ck_assert(http_exchange_on_gone(x, on_gone, w));
}

static void on_stopped(void *user)
{
    struct world *w = user;

    w->stopped++;
}

static void out_of_patience(uv_timer_t *timer)
{
    (void)timer;
    ck_abort_msg("nothing more happens after %d s", PATIENCE_MS / 1000);
}

static struct world *world_new(void)
{
    struct world *w = mem_calloc(1, sizeof *w);
    struct rlimit files;

    signal(SIGPIPE, SIG_IGN);
    ck_assert(!getrlimit(RLIMIT_NOFILE, &files));
    files.rlim_cur = files.rlim_max;
    ck_assert(!setrlimit(RLIMIT_NOFILE, &files));
    uv_loop_init(&w->loop);
    uv_timer_init(&w->loop, &w->patience);
    uv_timer_start(&w->patience, out_of_patience, PATIENCE_MS, 0);
    w->clients = mem_calloc(MAX_CLIENTS, sizeof *w->clients);
    return w;
}

static void serve(struct world *w)
{
    struct diag why = {0};

    w->options.user = w;
    w->server = http_server_new(&w->loop, &w->options, on_request);
    ck_assert_msg(http_server_listen(w->server, "127.0.0.1", 0, &w->port, &why), "%s", why.text);
    ck_assert_uint_ne(w->port, 0);
}

/* ---- the clients' side ---- */

static void on_client_closed(uv_handle_t *handle)
{
    struct client *c = handle->data;

    c->open = false;
}

static void leave(struct client *c)
{
    if (!uv_is_closing((uv_handle_t *)&c->tcp))
        uv_close((uv_handle_t *)&c->tcp, on_client_closed);
}

/* With a reset in place of an orderly end. */
static void slam(struct client *c)
{
    ck_assert(!uv_tcp_close_reset(&c->tcp, on_client_closed));
}

static void on_client_alloc(uv_handle_t *handle, size_t size, uv_buf_t *buf)
{
    struct client *c = handle->data;

    (void)size;
    *buf = uv_buf_init(c->bytes, sizeof c->bytes);
}

static void on_client_read(uv_stream_t *stream, ssize_t len, const uv_buf_t *buf)
{
    struct client *c = stream->data;

    if (len > 0) {
        buf_add(&c->got, buf->base, (size_t)len);
    } else if (len < 0) {
        c->ended = true;
        leave(c);
    }
}

static void on_connected(uv_connect_t *connect, int status)
{
    struct client *c = connect->handle->data;

    if (status < 0) {
        c->ended = true;
        leave(c);
        return;
    }
    c->connected = true;
    if (!c->mute)
        uv_read_start((uv_stream_t *)&c->tcp, on_client_alloc, on_client_read);
}

static struct client *join_from(struct world *w, const char *from)
{
    struct client *c = &w->clients[w->count++];
    struct sockaddr_in address;

    ck_assert(w->count <= MAX_CLIENTS);
    uv_tcp_init(&w->loop, &c->tcp);
    uv_ip4_addr(from, 0, &address);
    ck_assert(!uv_tcp_bind(&c->tcp, (struct sockaddr *)&address, 0));
    uv_ip4_addr("127.0.0.1", w->port, &address);
    uv_tcp_nodelay(&c->tcp, 1);
    c->tcp.data = c;
    c->open = true;
    ck_assert(!uv_tcp_connect(&c->connect, &c->tcp, (struct sockaddr *)&address, on_connected));
    return c;
}

static struct client *join(struct world *w)
{
    return join_from(w, "127.0.0.1");
}

static void on_client_written(uv_write_t *write, int status)
{
    (void)write;
    (void)status;
}

/* `text` must stay; one say at a time. */
static void say_bytes(struct client *c, const char *text, size_t len)
{
    uv_buf_t buf = uv_buf_init((char *)(uintptr_t)text, (unsigned)len);

    ck_assert(!uv_write(&c->write, (uv_stream_t *)&c->tcp, &buf, 1, on_client_written));
}

static void say(struct client *c, const char *text)
{
    say_bytes(c, text, strlen(text));
}

static void on_client_shutdown(uv_shutdown_t *shutdown, int status)
{
    (void)shutdown;
    (void)status;
}

static void say_no_more(struct client *c)
{
    if (!uv_is_closing((uv_handle_t *)&c->tcp))
        uv_shutdown(&c->shutdown, (uv_stream_t *)&c->tcp, on_client_shutdown);
}

/* One byte of each client that has some left. */
static bool trickle(struct world *w)
{
    bool more = false;

    for (size_t i = 0; i < w->count; i++) {
        struct client *c = &w->clients[i];
        uv_buf_t byte = uv_buf_init((char *)(uintptr_t)c->text, 1);

        if (!c->left || c->ended || !c->connected)
            continue;
        if (uv_try_write((uv_stream_t *)&c->tcp, &byte, 1) == 1) {
            c->text++;
            if (!--c->left)
                say_no_more(c);
        }
        more |= c->left > 0;
    }
    return more;
}

static void turn(struct world *w)
{
    uv_run(&w->loop, trickle(w) ? UV_RUN_NOWAIT : UV_RUN_ONCE);
}

static void await_end(struct world *w, const struct client *c)
{
    while (!c->ended)
        turn(w);
}

static void await_connected(struct world *w, const struct client *c)
{
    while (!c->connected && !c->ended)
        turn(w);
    ck_assert(c->connected);
}

static void await_text(struct world *w, struct client *c, const char *text)
{
    while (!strstr(buf_str(&c->got), text)) {
        ck_assert_msg(!c->ended, "ended after: %s", buf_str(&c->got));
        turn(w);
    }
}

static void await_count(struct world *w, size_t *n, size_t want)
{
    while (*n < want)
        turn(w);
    ck_assert_uint_eq(*n, want);
}

static size_t open_connections(const struct world *w)
{
    struct http_stats stats;

    http_server_stats(w->server, &stats);
    return stats.connections;
}

static void close_server(struct world *w)
{
    if (!w->server_closed)
        http_server_close(w->server);
    w->server_closed = true;
}

static void world_free(struct world *w)
{
    close_server(w);
    for (size_t i = 0; i < w->count; i++) {
        if (w->clients[i].open)
            leave(&w->clients[i]);
    }
    uv_close((uv_handle_t *)&w->patience, NULL);
    uv_run(&w->loop, UV_RUN_DEFAULT);
    http_server_free(w->server);
    ck_assert_int_eq(uv_loop_close(&w->loop), 0);
    for (size_t i = 0; i < w->count; i++)
        buf_clear(&w->clients[i].got);
    mem_free(w->clients);
    mem_free(w);
}

/* Without the Date lines, each of which must be one. */
static void cut_dates(const char *name, struct buf *got)
{
    static const char line[] = "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n";
    char *at;

    buf_str(got);
    while (got->len && (at = strstr(got->data, "Date: "))) {
        size_t rest = got->len - (size_t)(at - got->data);

        ck_assert_msg(rest >= sizeof line && !memcmp(at + 31, " GMT\r\n", 6), "%s: %s", name, at);
        memmove(at, at + sizeof line - 1, rest - (sizeof line - 1));
        got->len -= sizeof line - 1;
        buf_str(got);
    }
}

/* ---- raw bytes in, raw bytes out ---- */

#define ANSWER(len, connection, body)                                                              \
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " #len                         \
    "\r\nConnection: " connection "\r\n\r\n" body
#define OK(len, body) ANSWER(len, "keep-alive", body)
#define LAST(len, body) ANSWER(len, "close", body)
#define HOST "Host: localhost\r\n"

static const struct {
    const char *name, *in, *out;
} served[] = {
    {"a GET", "GET /a HTTP/1.1\r\n" HOST "\r\n", OK(6, "GET /a")},
    {"a body of Content-Length", "POST / HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nabc",
     OK(10, "POST / abc")},
    {"a body of no bytes", "POST / HTTP/1.1\r\n" HOST "Content-Length: 0\r\n\r\n", OK(6, "POST /")},
    {"no length is no body", "POST / HTTP/1.1\r\n" HOST "\r\n", OK(6, "POST /")},
    {"chunks are joined",
     "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n"
     "3\r\nabc\r\n0A;x=y\r\n0123456789\r\n0\r\n\r\n",
     OK(20, "POST / abc0123456789")},
    {"a coding's name in any case",
     "POST / HTTP/1.1\r\n" HOST "TRANSFER-encoding:CHUNKED \r\n\r\n1\r\nx\r\n0\r\n\r\n",
     OK(8, "POST / x")},
    {"trailers are read and forgotten",
     "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n"
     "1\r\nx\r\n0\r\nX-Case: late\r\nContent-Length: 7\r\n\r\n",
     OK(8, "POST / x")},
    {"no chunk but the last",
     "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", OK(6, "POST /")},
    {"a chunk that looks like an end",
     "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n5\r\n0\r\n\r\n\r\n0\r\n\r\n",
     OK(12, "POST / 0\r\n\r\n")},
    {"the target stays as it was sent", "GET /%7Ea//b/../c;d?e=%20&f?g HTTP/1.1\r\n" HOST "\r\n",
     OK(30, "GET /%7Ea//b/../c;d ?e=%20&f?g")},
    {"an empty query", "GET /a? HTTP/1.1\r\n" HOST "\r\n", OK(8, "GET /a ?")},
    {"a target with scheme and host", "GET http://localhost/a?b HTTP/1.1\r\n" HOST "\r\n",
     OK(9, "GET /a ?b")},
    {"... and without a path", "GET http://LOCALHOST?b HTTP/1.1\r\n" HOST "\r\n",
     OK(8, "GET / ?b")},
    {"OPTIONS *", "OPTIONS * HTTP/1.1\r\n" HOST "\r\n", OK(9, "OPTIONS *")},
    {"a chunk of 16 digits",
     "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n"
     "0000000000000001\r\nx\r\n0\r\n\r\n",
     OK(8, "POST / x")},
    {"a field whose name begins as another's",
     "POST / HTTP/1.1\r\n" HOST "Transfer-Encodings: x\r\nContent-Length: 1\r\n\r\nx",
     OK(8, "POST / x")},
    {"any method", "PURGE /a HTTP/1.1\r\n" HOST "\r\n", OK(8, "PURGE /a")},
    {"HEAD has the length but no body", "HEAD /a HTTP/1.1\r\n" HOST "\r\n", OK(7, "")},
    {"a header's name in any case, blanks around its value",
     "GET / HTTP/1.1\r\nhOsT:localhost\r\nX-CASE: \t a b \t\r\n\r\n", OK(11, "GET / x=a b")},
    {"the first of several", "GET / HTTP/1.1\r\n" HOST "X-Case: 1\r\nX-Case: 2\r\n\r\n",
     OK(9, "GET / x=1")},
    {"an empty value", "GET / HTTP/1.1\r\n" HOST "X-Case:\r\nA: b\r\n\r\n", OK(8, "GET / x=")},
    {"a header after an empty one", "GET / HTTP/1.1\r\n" HOST "A:\r\nX-Case: b\r\n\r\n",
     OK(9, "GET / x=b")},
    {"a header after one of blanks", "GET / HTTP/1.1\r\n" HOST "A: \t\r\nX-Case: b\r\n\r\n",
     OK(9, "GET / x=b")},
    {"a tab and bytes beyond ASCII in a value",
     "GET / HTTP/1.1\r\n" HOST "X-Case: a\tb\303\251\r\n\r\n", OK(13, "GET / x=a\tb\303\251")},
    {"Connection: close", "GET / HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n", LAST(5, "GET /")},
    {"... after which nothing is read",
     "GET / HTTP/1.1\r\n" HOST "Connection: x, close\r\n\r\nGET /b HTTP/1.1\r\n" HOST "\r\n",
     LAST(5, "GET /")},
    {"... in another line of that name, in any case",
     "GET / HTTP/1.1\r\n" HOST "Connection: x\r\nCONNECTION:y ,\tClose ,z\r\n\r\n",
     LAST(5, "GET /")},
    {"a word that is longer", "GET / HTTP/1.1\r\n" HOST "Connection: closed, xclose\r\n\r\n",
     OK(5, "GET /")},
    {"HTTP/1.0 that wants both", "GET / HTTP/1.0\r\n" HOST "Connection: keep-alive, close\r\n\r\n",
     LAST(5, "GET /")},
    {"HTTP/1.0 ends", "GET / HTTP/1.0\r\n" HOST "\r\n", LAST(5, "GET /")},
    {"HTTP/1.0 that wants to stay", "GET / HTTP/1.0\r\n" HOST "Connection: keep-alive\r\n\r\n",
     OK(5, "GET /")},
    {"pipelined requests are answered in order",
     "GET /1 HTTP/1.1\r\n" HOST "\r\nPOST /2 HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\nhi"
     "GET /3 HTTP/1.1\r\n" HOST "\r\n",
     OK(6, "GET /1") OK(10, "POST /2 hi") OK(6, "GET /3")},
    {"an empty line before a request", "\r\nGET / HTTP/1.1\r\n" HOST "\r\n", OK(5, "GET /")},
    {"an empty line after a body",
     "POST / HTTP/1.1\r\n" HOST "Content-Length: 1\r\n\r\nx\r\nGET / HTTP/1.1\r\n" HOST "\r\n",
     OK(8, "POST / x") OK(5, "GET /")},
    {"an Upgrade is ignored",
     "GET / HTTP/1.1\r\n" HOST "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
     "HTTP2-Settings: AAMAAABkAAQ\r\n\r\nGET /b HTTP/1.1\r\n" HOST "\r\n",
     OK(5, "GET /") OK(6, "GET /b")},
    {"... with a body, too",
     "POST / HTTP/1.1\r\n" HOST "Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 1\r\n\r\nx",
     OK(8, "POST / x")},
    {"100-continue when the body is there already",
     "POST / HTTP/1.1\r\n" HOST "Expect: 100-Continue\r\nContent-Length: 0\r\n\r\n",
     OK(6, "POST /")},
    {"a host with port, and the prefix of AWS SDKs",
     "GET / HTTP/1.1\r\nHost: sync-localhost:8083\r\n\r\n", OK(5, "GET /")},
    {"a page that this server served",
     "GET / HTTP/1.1\r\nHost: 127.0.0.1:80\r\nOrigin: http://127.0.0.1:80\r\n\r\n", OK(5, "GET /")},
    {"half a request is none", "GET / HTTP/1.1\r\n" HOST, ""},
    {"half a body is none", "POST / HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\nx", ""},
    {"nothing at all", "", ""},
};

static void exchange_all(struct world *w, const char *in, size_t len, bool bytewise)
{
    struct client *c;

    serve(w);
    c = join(w);
    await_connected(w, c);
    if (bytewise && len) {
        c->text = in;
        c->left = len;
    } else {
        say_bytes(c, in, len);
        say_no_more(c);
    }
    await_end(w, c);
}

static void check_served(size_t row, bool bytewise)
{
    struct world *w = world_new();
    struct buf *got;

    exchange_all(w, served[row].in, strlen(served[row].in), bytewise);
    got = &w->clients[0].got;
    cut_dates(served[row].name, got);
    expect_bytes(served[row].name, got->data, got->len, served[row].out, strlen(served[row].out));
    ck_assert_uint_eq(w->delivered, w->requests);
    world_free(w);
}

START_TEST(served_in_one_piece)
{
    check_served((size_t)_i, false);
}
END_TEST

START_TEST(served_byte_by_byte)
{
    check_served((size_t)_i, true);
}
END_TEST

/* ---- what is refused ---- */

#define TEXT(s) s, sizeof s - 1
#define CHUNKED "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n"
#define X10 "xxxxxxxxxx"
#define X100 X10 X10 X10 X10 X10 X10 X10 X10 X10 X10

static const struct {
    const char *name, *in;
    size_t len;
    int status;
} refused[] = {
    {"two Content-Length",
     TEXT("POST / HTTP/1.1\r\n" HOST "Content-Length: 1\r\nContent-Length: 1\r\n\r\nx"), 400},
    {"two in one", TEXT("POST / HTTP/1.1\r\n" HOST "Content-Length: 1, 1\r\n\r\nx"), 400},
    {"an empty Content-Length", TEXT("POST / HTTP/1.1\r\n" HOST "Content-Length:\r\n\r\n"), 400},
    {"... of blanks", TEXT("POST / HTTP/1.1\r\n" HOST "Content-Length: \t \r\n\r\n"), 400},
    {"a signed Content-Length", TEXT("POST / HTTP/1.1\r\n" HOST "Content-Length: +1\r\n\r\nx"),
     400},
    {"a negative Content-Length", TEXT("POST / HTTP/1.1\r\n" HOST "Content-Length: -1\r\n\r\n"),
     400},
    {"a hexadecimal one", TEXT("POST / HTTP/1.1\r\n" HOST "Content-Length: 0x1\r\n\r\nx"), 400},
    {"one beyond 64 bits",
     TEXT("POST / HTTP/1.1\r\n" HOST "Content-Length: 18446744073709551617\r\n\r\nx"), 413},
    {"Content-Length beside Transfer-Encoding",
     TEXT("POST / HTTP/1.1\r\n" HOST "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"
          "0\r\n\r\n"),
     400},
    {"... the other way around",
     TEXT("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n"
          "0\r\n\r\n"),
     400},
    {"another coding", TEXT("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: gzip\r\n\r\n"), 400},
    {"another before chunked",
     TEXT("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"), 400},
    {"chunked and identity",
     TEXT("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n"), 400},
    {"chunked twice",
     TEXT("POST / HTTP/1.1\r\n" HOST
          "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
     400},
    {"nearly chunked",
     TEXT("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"), 400},
    {"chunked behind a control character",
     TEXT("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding:\013chunked\r\n\r\n0\r\n\r\n"), 400},
    {"an empty coding", TEXT("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding:\r\n\r\n"), 400},
    {"chunked in HTTP/1.0",
     TEXT("POST / HTTP/1.0\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 400},
    {"a bare LF after the request line", TEXT("GET / HTTP/1.1\n" HOST "\r\n"), 400},
    {"a bare LF after a header", TEXT("GET / HTTP/1.1\r\nHost: localhost\n\r\n"), 400},
    {"a bare LF at the end", TEXT("GET / HTTP/1.1\r\n" HOST "\n"), 400},
    {"a bare LF before a request", TEXT("\nGET / HTTP/1.1\r\n" HOST "\r\n"), 400},
    {"a bare CR in a header", TEXT("GET / HTTP/1.1\r\n" HOST "A: b\rC: d\r\n\r\n"), 400},
    {"two CR", TEXT("GET / HTTP/1.1\r\n" HOST "A: b\r\r\n\r\n"), 400},
    {"two empty lines before a request", TEXT("\r\n\r\nGET / HTTP/1.1\r\n" HOST "\r\n"), 400},
    {"a blank before a colon", TEXT("GET / HTTP/1.1\r\nHost : localhost\r\n\r\n"), 400},
    {"a tab before a colon", TEXT("GET / HTTP/1.1\r\n" HOST "A\t: b\r\n\r\n"), 400},
    {"a blank in a name", TEXT("GET / HTTP/1.1\r\n" HOST "A b: c\r\n\r\n"), 400},
    {"no name", TEXT("GET / HTTP/1.1\r\n" HOST ": b\r\n\r\n"), 400},
    {"no colon", TEXT("GET / HTTP/1.1\r\n" HOST "A\r\n\r\n"), 400},
    {"a name beyond ASCII", TEXT("GET / HTTP/1.1\r\n" HOST "\303\251: b\r\n\r\n"), 400},
    {"a line that continues another", TEXT("GET / HTTP/1.1\r\n" HOST "A: b\r\n c\r\n\r\n"), 400},
    {"a blank before the first header", TEXT("GET / HTTP/1.1\r\n A: b\r\n" HOST "\r\n"), 400},
    {"no Host", TEXT("GET / HTTP/1.1\r\n\r\n"), 400},
    {"no Host in HTTP/1.0", TEXT("GET / HTTP/1.0\r\n\r\n"), 400},
    {"two Hosts", TEXT("GET / HTTP/1.1\r\n" HOST HOST "\r\n"), 400},
    {"a Host that is none", TEXT("GET / HTTP/1.1\r\nHost: a b\r\n\r\n"), 400},
    {"a Host with a user", TEXT("GET / HTTP/1.1\r\nHost: a@localhost\r\n\r\n"), 400},
    {"NUL in a value", TEXT("GET / HTTP/1.1\r\n" HOST "A: b\0c\r\n\r\n"), 400},
    {"a control character in a value", TEXT("GET / HTTP/1.1\r\n" HOST "A: b\001\r\n\r\n"), 400},
    {"DEL in a value", TEXT("GET / HTTP/1.1\r\n" HOST "A: b\177\r\n\r\n"), 400},
    {"a tab in the target", TEXT("GET /a\tb HTTP/1.1\r\n" HOST "\r\n"), 400},
    {"a blank in the target", TEXT("GET /a b HTTP/1.1\r\n" HOST "\r\n"), 400},
    {"a target beyond ASCII", TEXT("GET /\303\251 HTTP/1.1\r\n" HOST "\r\n"), 400},
    {"a fragment in the target", TEXT("GET /a#b HTTP/1.1\r\n" HOST "\r\n"), 400},
    {"two blanks in the request line", TEXT("GET  / HTTP/1.1\r\n" HOST "\r\n"), 400},
    {"a blank behind it", TEXT("GET / HTTP/1.1 \r\n" HOST "\r\n"), 400},
    {"a target without a slash", TEXT("GET a HTTP/1.1\r\n" HOST "\r\n"), 400},
    {"* for GET", TEXT("GET * HTTP/1.1\r\n" HOST "\r\n"), 400},
    {"a target of another host", TEXT("GET http://other/ HTTP/1.1\r\n" HOST "\r\n"), 400},
    {"HTTP/0.9", TEXT("GET /\r\n\r\n"), 400},
    {"a version that is none", TEXT("GET / HTTP/1\r\n" HOST "\r\n"), 400},
    {"another protocol", TEXT("GET / ICE/1.0\r\n" HOST "\r\n"), 400},
    {"a version to come", TEXT("GET / HTTP/2.0\r\n" HOST "\r\n"), 505},
    {"TLS", TEXT("\026\003\001\002\000\001\000\001\374\003\003"), 400},
    {"HTTP/2's preface", TEXT("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), 501},
    {"a version of one number", TEXT("GET / HTTP/1\r\n" HOST "\r\n"), 400},
    {"a version of two digits", TEXT("GET / HTTP/1.10\r\n" HOST "\r\n"), 400},
    {"a version that is none", TEXT("GET / HTTP/1.x\r\n" HOST "\r\n"), 400},
    {"HTTP/0.9", TEXT("GET / HTTP/0.9\r\n" HOST "\r\n"), 505},
    {"two Content-Length of different value",
     TEXT("POST / HTTP/1.1\r\n" HOST "Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx"), 400},
    {"two Content-Length of equal value",
     TEXT("POST / HTTP/1.1\r\n" HOST "Content-Length: 1\r\nContent-Length: 1\r\n\r\nx"), 400},
    {"a method that begins as one", TEXT("GETS / HTTP/1.1\r\n" HOST "\r\n"), 501},
    {"a method that nobody knows", TEXT("BREW /pot HTTP/1.1\r\n" HOST "\r\n"), 501},
    {"a method in small letters", TEXT("get / HTTP/1.1\r\n" HOST "\r\n"), 501},
    {"CONNECT", TEXT("CONNECT localhost:80 HTTP/1.1\r\nHost: localhost:80\r\n\r\n"), 501},
    {"another expectation", TEXT("POST / HTTP/1.1\r\n" HOST "Expect: more\r\n\r\n"), 417},
    {"a chunk without size", TEXT(CHUNKED "\r\n\r\n"), 400},
    {"a chunk of no number", TEXT(CHUNKED "x\r\nabc\r\n0\r\n\r\n"), 400},
    {"a negative chunk", TEXT(CHUNKED "-1\r\nabc\r\n0\r\n\r\n"), 400},
    {"a chunk 0x1", TEXT(CHUNKED "0x1\r\na\r\n0\r\n\r\n"), 400},
    {"a blank behind a chunk's size", TEXT(CHUNKED "1 \r\na\r\n0\r\n\r\n"), 400},
    {"a chunk beyond 64 bits", TEXT(CHUNKED "10000000000000001\r\na\r\n0\r\n\r\n"), 400},
    {"a chunk of 17 digits", TEXT(CHUNKED "00000000000000001\r\na\r\n0\r\n\r\n"), 400},
    {"a chunk of nearly 64 bits", TEXT(CHUNKED "ffffffffffffffff\r\na\r\n0\r\n\r\n"), 413},
    {"a chunk that is longer than its size", TEXT(CHUNKED "1\r\nab\r\n0\r\n\r\n"), 400},
    {"a chunk with other bytes at its end", TEXT(CHUNKED "1\r\naXX0\r\n\r\n"), 400},
    {"a chunk's bare LF", TEXT(CHUNKED "1\r\na\n0\r\n\r\n"), 400},
    {"a bare LF behind a size", TEXT(CHUNKED "1\na\r\n0\r\n\r\n"), 400},
    {"a byte between CR and the chunk", TEXT(CHUNKED "1\rXa\r\n0\r\n\r\n"), 400},
    {"a control character in a chunk's extension", TEXT(CHUNKED "1;\001\r\na\r\n0\r\n\r\n"), 400},
    {"a chunk's extension without end", TEXT(CHUNKED "1;" X100 X100 X100), 400},
    {"a trailer without a name", TEXT(CHUNKED "0\r\n: a\r\n\r\n"), 400},
    {"a trailer with a bare LF", TEXT(CHUNKED "0\r\nA: b\n\r\n"), 400},
    {"another host", TEXT("GET / HTTP/1.1\r\nHost: example.org\r\n\r\n"), 403},
    {"a host that begins like ours", TEXT("GET / HTTP/1.1\r\nHost: localhost.example.org\r\n\r\n"),
     403},
    {"no host's name", TEXT("GET / HTTP/1.1\r\nHost:\r\n\r\n"), 403},
    {"a foreign page", TEXT("GET / HTTP/1.1\r\n" HOST "Origin: http://example.org\r\n\r\n"), 403},
    {"a page of another port",
     TEXT("GET / HTTP/1.1\r\n" HOST "Origin: http://localhost:3000\r\n\r\n"), 403},
    {"a page from nowhere", TEXT("GET / HTTP/1.1\r\n" HOST "Origin: null\r\n\r\n"), 403},
    /* the limits of these tests: 200, 400, 10, 1000 */
    {"a request line that is too long", TEXT("GET /" X100 X100 " HTTP/1.1\r\n" HOST "\r\n"), 414},
    {"... and goes on", TEXT("GET /" X100 X100 X100 X100 X100 X100 X100 X100), 414},
    {"a header that is too long",
     TEXT("GET / HTTP/1.1\r\n" HOST "A: " X100 X100 X100 X100 "\r\n\r\n"), 431},
    {"headers that are too long together",
     TEXT("GET / HTTP/1.1\r\n" HOST "A: " X100 "\r\nB: " X100 "\r\nC: " X100 "\r\nD: " X100
          "\r\n\r\n"),
     431},
    {"a header that goes on", TEXT("GET / HTTP/1.1\r\n" HOST "A" X100 X100 X100 X100 X100), 431},
    {"too many headers",
     TEXT("GET / HTTP/1.1\r\n" HOST
          "A:\r\nA:\r\nA:\r\nA:\r\nA:\r\nA:\r\nA:\r\nA:\r\nA:\r\nA:\r\n\r\n"),
     431},
    {"trailers that are too long",
     TEXT(CHUNKED "0\r\nA: " X100 "\r\nB: " X100 "\r\nC: " X100 "\r\nD: " X100 "\r\n\r\n"), 431},
    {"a body that is too large", TEXT("POST / HTTP/1.1\r\n" HOST "Content-Length: 1001\r\n\r\n"),
     413},
    {"... and very large",
     TEXT("POST / HTTP/1.1\r\n" HOST "Content-Length: 9999999999999999999\r\n\r\n"), 413},
    {"a chunk that is too large", TEXT(CHUNKED "3E9\r\n"), 413},
    {"chunks that are too large together",
     TEXT(CHUNKED "64\r\n" X100 "\r\n64\r\n" X100 "\r\n321\r\n"), 413},
};

static const struct http_limits small = {.line = 200, .head = 400, .fields = 10, .body = 1000};

/* The answer is of that status, is the only one, and the connection ends with it. */
static void check_refused(size_t row, bool bytewise)
{
    struct world *w = world_new();
    struct http_stats stats;
    char want[32];
    const char *got;

    w->options.limits = small;
    exchange_all(w, refused[row].in, refused[row].len, bytewise);
    got = buf_str(&w->clients[0].got);
    snprintf(want, sizeof want, "HTTP/1.1 %d ", refused[row].status);
    ck_assert_msg(!strncmp(got, want, strlen(want)), "%s: %s", refused[row].name, got);
    ck_assert_msg(strstr(got, "\r\nConnection: close\r\n") != NULL, "%s: %s", refused[row].name,
                  got);
    ck_assert_msg(!strstr(got + 1, "HTTP/1.1 2"), "%s: %s", refused[row].name, got);
    http_server_stats(w->server, &stats);
    ck_assert_uint_eq(stats.refused, 1);
    ck_assert_uint_eq(w->requests, 0);
    world_free(w);
}

START_TEST(refused_in_one_piece)
{
    check_refused((size_t)_i, false);
}
END_TEST

START_TEST(refused_byte_by_byte)
{
    check_refused((size_t)_i, true);
}
END_TEST

/* ---- the reader alone: wherever the bytes are cut ---- */

/* What was read, as text; a request that is not complete gives its state. */
static void read_all(const char *in, size_t len, size_t cut, struct buf *out)
{
    http_reader *r = http_reader_new(&small);
    const struct http_message *m = http_reader_message(r);
    size_t at = 0;

    for (;;) {
        size_t end = at < cut ? cut : len, used;

        switch (http_reader_feed(r, in + at, end - at, &used)) {
        case HTTP_INCOMPLETE:
            ck_assert_uint_eq(used, end - at);
            if (end == len) {
                buf_printf(out, "begun %d, body %d", http_reader_has_begun(r),
                           http_reader_in_body(r));
                goto out;
            }
            break;
        case HTTP_HEAD_READ: buf_printf(out, "%s %s %s:", m->method, m->target, m->host); break;
        case HTTP_COMPLETE:
            buf_printf(out, "%zu %zu %d\n", m->field_count, m->body.len, m->keep_alive);
            http_reader_next(r);
            break;
        case HTTP_REFUSED:
            buf_printf(out, "%d %s", http_reader_status(r), http_reader_why(r));
            goto out;
        }
        at += used;
    }
out:
    http_reader_free(r);
}

static void check_cuts(const char *name, const char *in, size_t len)
{
    struct buf whole = {0};

    read_all(in, len, 0, &whole);
    for (size_t cut = 1; cut < len; cut++) {
        struct buf parts = {0};

        read_all(in, len, cut, &parts);
        expect_bytes(name, parts.data, parts.len, whole.data, whole.len);
        buf_clear(&parts);
    }
    buf_clear(&whole);
}

START_TEST(cut_anywhere)
{
    for (size_t i = 0; i < COUNT(served); i++)
        check_cuts(served[i].name, served[i].in, strlen(served[i].in));
    for (size_t i = 0; i < COUNT(refused); i++)
        check_cuts(refused[i].name, refused[i].in, refused[i].len);
}
END_TEST

/* ---- hosts, origins, dates, heads ---- */

static const struct {
    const char *host, *name;
    bool sync, loopback;
} hosts[] = {
    {"localhost", "localhost", false, true},
    {"LocalHost:8083", "LocalHost", false, true},
    {"sync-localhost:8083", "localhost", true, true},
    {"states.localhost", "states.localhost", false, true},
    {"sync-states.localhost:1", "states.localhost", true, true},
    {"127.0.0.1:8083", "127.0.0.1", false, true},
    {"sync-127.0.0.1:8083", "127.0.0.1", true, true},
    {"127.9.8.7", "127.9.8.7", false, true},
    {"[::1]:8083", "[::1]", false, true},
    {"[::1]", "[::1]", false, true},
    {"[::2]:80", "[::2]", false, false},
    {"", "", false, false},
    {":80", "", false, false},
    {".localhost", ".localhost", false, false},
    {"xlocalhost", "xlocalhost", false, false},
    {"localhost.example.org", "localhost.example.org", false, false},
    {"127.0.0.1.example.org", "127.0.0.1.example.org", false, false},
    {"127.0.0", "127.0.0", false, false},
    {"127.0.0.256", "127.0.0.256", false, false},
    {"127.0.0.1.", "127.0.0.1.", false, false},
    {"128.0.0.1", "128.0.0.1", false, false},
    {"states.us-east-1.amazonaws.com", "states.us-east-1.amazonaws.com", false, false},
};

START_TEST(host)
{
    size_t len;
    bool sync;
    const char *name = http_host_name(hosts[_i].host, &len, &sync);

    expect_bytes(hosts[_i].host, name, len, hosts[_i].name, strlen(hosts[_i].name));
    ck_assert_msg(sync == hosts[_i].sync, "%s", hosts[_i].host);
    ck_assert_msg(http_host_is_loopback(hosts[_i].host) == hosts[_i].loopback, "%s",
                  hosts[_i].host);
}
END_TEST

static const struct {
    const char *origin, *host;
    bool same;
} origins[] = {
    {"http://localhost:8083", "localhost:8083", true},
    {"HTTPS://LOCALHOST", "localhost", true},
    {"http://localhost", "localhost:8083", false},
    {"http://localhost:80830", "localhost:8083", false},
    {"http://localhost:8083/", "localhost:8083", false},
    {"localhost:8083", "localhost:8083", false},
    {"null", "null", false},
    {"", "", false},
};

START_TEST(origin)
{
    ck_assert_msg(http_origin_is_host(origins[_i].origin, origins[_i].host) == origins[_i].same,
                  "%s", origins[_i].origin);
}
END_TEST

static const struct {
    const char *address;
    bool loopback;
} peers[] = {{"127.0.0.1", true},
             {"127.255.255.255", true},
             {"128.0.0.1", false},
             {"126.255.255.255", false},
             {"0.0.0.0", false},
             {"::1", true},
             {"::2", false},
             {"::", false},
             {"::ffff:127.0.0.1", true},
             {"::ffff:10.0.0.1", false},
             {"::127.0.0.1", false},
             {"fe80::1", false}};

START_TEST(loopback)
{
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    const char *text = peers[_i].address;
    bool six = strchr(text, ':');

    ck_assert(!(six ? uv_ip6_addr(text, 1, &v6) : uv_ip4_addr(text, 1, &v4)));
    ck_assert_msg(http_address_is_loopback(six ? (struct sockaddr *)&v6 : (struct sockaddr *)&v4) ==
                      peers[_i].loopback,
                  "%s", text);
}
END_TEST

static const struct {
    const char *name, *headers;
    bool cross;
} sites[] = {
    {"no browser", "", false},
    {"a page of this server", "Origin: http://localhost:1\r\n", false},
    {"a page of this server, told twice",
     "Origin: http://localhost:1\r\nSec-Fetch-Site: same-origin\r\n", false},
    {"another port", "Origin: http://localhost:2\r\n", true},
    {"a page without an origin", "Origin: null\r\n", true},
    {"an origin that is nothing", "Origin:\r\n", true},
    {"a picture of elsewhere", "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Dest: image\r\n", true},
    {"a link of another port", "Sec-Fetch-Site: same-site\r\nSec-Fetch-Mode: navigate\r\n", true},
    {"an address that was typed", "Sec-Fetch-Site: none\r\n", false},
    {"a word of later browsers", "Sec-Fetch-Site: any\r\n", true},
    {"one of ours that a page elsewhere had moved",
     "Origin: http://localhost:1\r\nSec-Fetch-Site: cross-site\r\n", true},
};

START_TEST(cross_site)
{
    http_reader *r = http_reader_new(&(struct http_limits){0});
    struct buf text = {0};
    size_t used;

    buf_printf(&text, "GET / HTTP/1.1\r\nHost: localhost:1\r\n%s\r\n", sites[_i].headers);
    ck_assert_int_eq(http_reader_feed(r, text.data, text.len, &used), HTTP_HEAD_READ);
    ck_assert_msg(http_message_is_cross_site(http_reader_message(r)) == sites[_i].cross, "%s",
                  sites[_i].name);
    buf_clear(&text);
    http_reader_free(r);
}
END_TEST

static const struct {
    int64_t ms;
    const char *text;
} dates[] = {
    {0, "Thu, 01 Jan 1970 00:00:00 GMT"},
    {784111777000, "Sun, 06 Nov 1994 08:49:37 GMT"},
    {951782399999, "Mon, 28 Feb 2000 23:59:59 GMT"},
    {951782400000, "Tue, 29 Feb 2000 00:00:00 GMT"},
    {253402300799000, "Fri, 31 Dec 9999 23:59:59 GMT"},
};

START_TEST(date)
{
    char got[HTTP_DATE_SIZE];

    http_date(dates[_i].ms, got);
    expect_text("date", got, dates[_i].text);
}
END_TEST

static const struct {
    const char *name;
    int status;
    struct http_header header;
    const char *want;
} heads[] = {
    {"a header",
     404,
     {"X-A", "b"},
     "HTTP/1.1 404 Not Found\r\nDate: D\r\nX-A: b\r\nContent-Length: 5\r\n"},
    {"a value can't end its line",
     200,
     {"A", "b\r\nC: d\n"},
     "HTTP/1.1 200 OK\r\nDate: D\r\nA: b  C: d \r\nContent-Length: 5\r\n"},
    {"a name that is none",
     200,
     {"A: b\r\nC", "d"},
     "HTTP/1.1 200 OK\r\nDate: D\r\nContent-Length: 5\r\n"},
    {"an empty name", 200, {"", "d"}, "HTTP/1.1 200 OK\r\nDate: D\r\nContent-Length: 5\r\n"},
    {"Content-Length is ours",
     200,
     {"content-length", "7"},
     "HTTP/1.1 200 OK\r\nDate: D\r\nContent-Length: 5\r\n"},
    {"Transfer-Encoding is ours",
     200,
     {"Transfer-encoding", "chunked"},
     "HTTP/1.1 200 OK\r\nDate: D\r\nContent-Length: 5\r\n"},
    {"204 has no length", 204, {"A", "b"}, "HTTP/1.1 204 No Content\r\nDate: D\r\nA: b\r\n"},
    {"304 has no length", 304, {"A", "b"}, "HTTP/1.1 304 Not Modified\r\nDate: D\r\nA: b\r\n"},
    {"a status without a name",
     299,
     {"A", "b"},
     "HTTP/1.1 299 Unknown\r\nDate: D\r\nA: b\r\nContent-Length: 5\r\n"},
};

START_TEST(head)
{
    struct buf got = {0}, want = {0};

    http_write_head(&got, heads[_i].status, &heads[_i].header, 1, 5, "D", true);
    buf_printf(&want, "%sConnection: keep-alive\r\n\r\n", heads[_i].want);
    expect_text(heads[_i].name, buf_str(&got), buf_str(&want));
    buf_clear(&got);
    buf_clear(&want);
}
END_TEST

/* ---- 100-continue ---- */

static const char expects[] =
    "POST / HTTP/1.1\r\n" HOST "Content-Length: 3\r\nExpect: 100-continue\r\n\r\n";

START_TEST(leave_to_send_the_body)
{
    struct world *w = world_new();
    struct client *c;

    serve(w);
    c = join(w);
    await_connected(w, c);
    say(c, expects);
    await_text(w, c, "HTTP/1.1 100 Continue\r\n\r\n");
    ck_assert_uint_eq(w->requests, 0);
    say(c, "abc");
    await_text(w, c, "POST / abc");
    cut_dates("100", &c->got);
    expect_text("after the leave", buf_str(&c->got),
                "HTTP/1.1 100 Continue\r\n\r\n" OK(10, "POST / abc"));
    world_free(w);
}
END_TEST

static const struct {
    const char *name, *in, *want;
} no_leaves[] = {
    {"the body is too large",
     "POST / HTTP/1.1\r\n" HOST "Content-Length: 1001\r\nExpect: 100-continue\r\n\r\n",
     "HTTP/1.1 413 "},
    {"the host is another",
     "POST / HTTP/1.1\r\nHost: other\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n",
     "HTTP/1.1 403 "},
};

START_TEST(no_leave)
{
    struct world *w = world_new();
    struct client *c;

    w->options.limits = small;
    serve(w);
    c = join(w);
    await_connected(w, c);
    say(c, no_leaves[_i].in);
    await_end(w, c);
    ck_assert_msg(!strncmp(buf_str(&c->got), no_leaves[_i].want, strlen(no_leaves[_i].want)),
                  "%s: %s", no_leaves[_i].name, buf_str(&c->got));
    world_free(w);
}
END_TEST

/* ---- requests that wait ---- */

static const char get[] = "GET /a HTTP/1.1\r\n" HOST "\r\n";

static struct client *hold_one(struct world *w, bool ask_gone)
{
    struct client *c;

    w->hold = true;
    w->ask_gone = ask_gone;
    serve(w);
    c = join(w);
    await_connected(w, c);
    say(c, get);
    await_count(w, &w->held_count, 1);
    return c;
}

START_TEST(answered_later)
{
    struct world *w = world_new();
    struct client *c = hold_one(w, true);

    ck_assert(answer(w, w->held[0]));
    ck_assert_uint_eq(w->delivered, 0); /* never from inside */
    await_text(w, c, "GET /a");
    await_count(w, &w->delivered, 1);
    say(c, get);
    await_count(w, &w->held_count, 2);
    ck_assert(answer(w, w->held[1]));
    await_count(w, &w->delivered, 2);
    ck_assert_uint_eq(w->gone, 0);
    world_free(w);
}
END_TEST

START_TEST(client_leaves)
{
    struct world *w = world_new();
    struct client *c = hold_one(w, true);

    if (_i == 0)
        leave(c);
    else if (_i == 1)
        slam(c);
    else
        say_no_more(c);
    await_count(w, &w->gone, 1);
    while (open_connections(w))
        turn(w);
    ck_assert_uint_eq(w->delivered + w->failed, 0);
    world_free(w);
}
END_TEST

START_TEST(half_closed_is_answered)
{
    struct world *w = world_new();
    struct client *c = hold_one(w, false);

    say_no_more(c);
    for (int i = 0; i < 5; i++)
        uv_run(&w->loop, UV_RUN_NOWAIT);
    ck_assert(!http_exchange_on_gone(w->held[0], on_gone, w));
    ck_assert(answer(w, w->held[0]));
    await_end(w, c);
    ck_assert(strstr(buf_str(&c->got), "GET /a") != NULL);
    ck_assert_uint_eq(w->delivered, 1);
    world_free(w);
}
END_TEST

START_TEST(reply_into_the_void)
{
    struct world *w = world_new();
    struct client *c = hold_one(w, false);

    slam(c);
    while (open_connections(w))
        turn(w);
    expect_text("its message is still there", http_exchange_message(w->held[0])->target, "/a");
    ck_assert(!http_exchange_on_gone(w->held[0], on_gone, w));
    ck_assert(!answer(w, w->held[0]));
    ck_assert_uint_eq(w->gone + w->delivered + w->failed, 0);
    world_free(w);
}
END_TEST

START_TEST(one_at_a_time)
{
    struct world *w = world_new();
    struct client *c;

    w->hold = true;
    serve(w);
    c = join(w);
    await_connected(w, c);
    say(c, "GET /1 HTTP/1.1\r\n" HOST "\r\nGET /2 HTTP/1.1\r\n" HOST "\r\nGET /3 HTTP/1.1\r\n" HOST
           "\r\n");
    for (size_t i = 0; i < 3; i++) {
        char target[] = {'/', (char)('1' + (int)i), '\0'};

        await_count(w, &w->held_count, i + 1);
        for (int k = 0; k < 5; k++)
            uv_run(&w->loop, UV_RUN_NOWAIT);
        ck_assert_uint_eq(w->held_count, i + 1);
        expect_text("in order", http_exchange_message(w->held[i])->target, target);
        ck_assert(answer(w, w->held[i]));
    }
    await_text(w, c, "GET /3");
    cut_dates("pipelined", &c->got);
    expect_text("all three", buf_str(&c->got), OK(6, "GET /1") OK(6, "GET /2") OK(6, "GET /3"));
    world_free(w);
}
END_TEST

/* 2 MB of requests behind one that waits: they are left in the system's buffers, then all answered.
 */
START_TEST(much_behind_one_that_waits)
{
    enum { REQUESTS = 60000 };
    struct world *w = world_new();
    struct buf all = {0};
    struct client *c;

    for (int i = 0; i < REQUESTS; i++)
        buf_adds(&all, get);
    w->hold = true;
    serve(w);
    c = join(w);
    await_connected(w, c);
    say_bytes(c, all.data, all.len);
    await_count(w, &w->held_count, 1);
    for (int i = 0; i < 200; i++)
        uv_run(&w->loop, UV_RUN_NOWAIT);
    w->hold = false;
    ck_assert(answer(w, w->held[0]));
    await_count(w, &w->delivered, REQUESTS);
    ck_assert_uint_eq(w->requests, REQUESTS);
    world_free(w);
    buf_clear(&all);
}
END_TEST

/* Who shouts while one waits fills the system's buffers, not our memory. */
START_TEST(shouting_behind_one_that_waits)
{
    enum { BYTES = 64 << 20 };
    struct world *w = world_new();
    char *noise = mem_alloc(BYTES);
    struct client *c = hold_one(w, true);

    memset(noise, 'x', BYTES);
    say_bytes(c, noise, BYTES);
    for (int i = 0; i < 2000; i++)
        uv_run(&w->loop, UV_RUN_NOWAIT);
    ck_assert_uint_gt(uv_stream_get_write_queue_size((uv_stream_t *)&c->tcp), BYTES / 2);
    world_free(w);
    mem_free(noise);
}
END_TEST

START_TEST(answer_that_nobody_takes)
{
    struct world *w = world_new();
    struct client *c;

    w->big = true;
    w->options.write_ms = _i == 0 ? 50 : 0;
    serve(w);
    c = join(w);
    c->mute = true;
    await_connected(w, c);
    say(c, get);
    await_count(w, &w->requests, 1);
    if (_i == 1)
        slam(c);
    await_count(w, &w->failed, 1);
    while (open_connections(w))
        turn(w);
    ck_assert_uint_eq(w->delivered, 0);
    world_free(w);
}
END_TEST

/* ---- deadlines ---- */

START_TEST(idle_connection)
{
    struct world *w = world_new();
    struct client *c;

    w->options.idle_ms = 30;
    serve(w);
    c = join(w);
    await_connected(w, c);
    say(c, get);
    await_end(w, c);
    cut_dates("idle", &c->got);
    expect_text("answered, then closed", buf_str(&c->got), OK(6, "GET /a"));
    world_free(w);
}
END_TEST

START_TEST(silent_connection)
{
    struct world *w = world_new();
    struct client *c;

    w->options.head_ms = 30;
    serve(w);
    c = join(w);
    await_end(w, c);
    ck_assert_uint_eq(c->got.len, 0);
    world_free(w);
}
END_TEST

static void say_byte(uv_timer_t *timer)
{
    struct client *c = timer->data;
    uv_buf_t byte = uv_buf_init((char *)(uintptr_t) "a", 1);

    if (!c->ended)
        uv_try_write((uv_stream_t *)&c->tcp, &byte, 1);
}

static const struct {
    const char *name, *in;
} slow[] = {
    {"the request line", "GET /"},
    {"a header", "GET / HTTP/1.1\r\nA"},
    {"a body", "POST / HTTP/1.1\r\n" HOST "Content-Length: 900000\r\n\r\n"},
    {"a chunk", CHUNKED "ffff\r\n"},
};

/* A byte every 2 ms: no pause is long, and still it ends. */
START_TEST(slow_client)
{
    struct world *w = world_new();
    uv_timer_t timer;
    struct client *c;
    uint64_t began;

    w->options.head_ms = 60;
    w->options.body_ms = 60;
    serve(w);
    c = join(w);
    await_connected(w, c);
    began = uv_now(&w->loop);
    say(c, slow[_i].in);
    timer.data = c;
    uv_timer_init(&w->loop, &timer);
    uv_timer_start(&timer, say_byte, 2, 2);
    await_end(w, c);
    ck_assert_msg(!strncmp(buf_str(&c->got), "HTTP/1.1 408 ", 13), "%s: %s", slow[_i].name,
                  buf_str(&c->got));
    ck_assert_msg(uv_now(&w->loop) - began < 10000, "%s", slow[_i].name);
    uv_close((uv_handle_t *)&timer, NULL);
    world_free(w);
}
END_TEST

/* Who is known may take his time. */
START_TEST(slow_guest)
{
    static const char begin[] = "POST / HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\nx";
    struct world *w = world_new();
    struct client *friend, *guest;

    w->options.guest_body_ms = 50;
    serve(w);
    friend = join(w);
    await_connected(w, friend);
    say(friend, get);
    await_text(w, friend, "GET /a");
    guest = join(w);
    await_connected(w, guest);
    say(friend, begin);
    say(guest, begin);
    await_end(w, guest);
    ck_assert_msg(!strncmp(buf_str(&guest->got), "HTTP/1.1 408 ", 13), "%s", buf_str(&guest->got));
    ck_assert(!friend->ended);
    say(friend, "y");
    await_text(w, friend, "POST / xy");
    world_free(w);
}
END_TEST

/* ---- many ---- */

START_TEST(thousand_connections)
{
    enum { MANY = 1000 };
    struct world *w = world_new();

    w->options.connections = MANY;
    serve(w);
    for (size_t i = 0; i < MANY; i++)
        join(w);
    for (size_t i = 0; i < MANY; i++)
        await_connected(w, &w->clients[i]);
    for (size_t round = 1; round <= 2; round++) {
        for (size_t i = 0; i < MANY; i++)
            say(&w->clients[i], "POST /p HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\nhi");
        await_count(w, &w->delivered, round * MANY);
    }
    w->hold = w->ask_gone = true;
    for (size_t i = 0; i < MANY; i++)
        say(&w->clients[i], get);
    await_count(w, &w->held_count, MANY);
    ck_assert_uint_eq(open_connections(w), MANY);
    for (size_t i = 0; i < MANY; i += 2)
        leave(&w->clients[i]);
    await_count(w, &w->gone, MANY / 2);
    world_free(w); /* the others are told gone, too */
}
END_TEST

/* Those that wait for an answer keep their places. */
START_TEST(over_the_limit)
{
    struct world *w = world_new();
    struct http_stats stats;

    w->options.connections = 4;
    w->hold = true;
    serve(w);
    for (size_t i = 0; i < 4; i++) {
        await_connected(w, join(w));
        say(&w->clients[i], get);
        await_count(w, &w->held_count, i + 1);
    }
    for (size_t i = 4; i < 6; i++) {
        await_connected(w, join(w));
        await_end(w, &w->clients[i]);
        ck_assert(!strncmp(buf_str(&w->clients[i].got), "HTTP/1.1 503 ", 13));
    }
    http_server_stats(w->server, &stats);
    ck_assert_uint_eq(stats.turned_away, 2);
    w->hold = false;
    for (size_t i = 0; i < 4; i++)
        ck_assert(answer(w, w->held[i]));
    leave(&w->clients[0]);
    while (open_connections(w) > 3)
        turn(w);
    await_connected(w, join(w));
    say(&w->clients[6], get);
    await_text(w, &w->clients[6], "GET /a");
    world_free(w);
}
END_TEST

static struct client *join_saying(struct world *w, const char *text)
{
    struct client *c = join(w);

    await_connected(w, c);
    if (*text)
        say(c, text);
    for (int i = 0; i < 5; i++)
        uv_run(&w->loop, UV_RUN_NOWAIT);
    return c;
}

/* Who got least far goes first, and who is known stays. */
START_TEST(crowded_out)
{
    static const char body[] = "POST /b HTTP/1.1\r\n" HOST "Content-Length: 900000\r\n\r\nhi";
    struct world *w = world_new();
    struct client *c[4], *late;

    w->options.connections = 4;
    serve(w);
    c[0] = join_saying(w, body);
    c[1] = join_saying(w, "GET /h HT");
    c[2] = join_saying(w, "");
    c[3] = join_saying(w, "");
    for (size_t i = 0; i < 4; i++) {
        const size_t goes[] = {2, 3, 1, 0};

        late = join_saying(w, get);
        await_text(w, late, "GET /a");
        await_end(w, c[goes[i]]);
        ck_assert_uint_eq(c[goes[i]]->got.len, 0);
        for (size_t k = i + 1; k < 4; k++)
            ck_assert_msg(!c[goes[k]]->ended, "%d goes with %d", (int)goes[k], (int)goes[i]);
    }
    late = join(w);
    await_end(w, late);
    ck_assert(!strncmp(buf_str(&late->got), "HTTP/1.1 503 ", 13));
    world_free(w);
}
END_TEST

/* A young one that said nothing stays, an older one goes that said more. */
START_TEST(young_ones_stay)
{
    struct world *w = world_new();
    struct client *old, *young;
    uint64_t until;

    w->options.connections = 2;
    w->options.young_ms = 1500;
    serve(w);
    old = join_saying(w, "GET /a HTTP/1.1\r\n");
    until = uv_now(&w->loop) + 1510;
    while (uv_now(&w->loop) < until) {
        struct timespec ms = {.tv_nsec = 1000 * 1000};

        nanosleep(&ms, NULL);
        uv_run(&w->loop, UV_RUN_NOWAIT);
    }
    young = join_saying(w, "");
    join_saying(w, "");
    await_end(w, old);
    ck_assert(!young->ended);
    world_free(w);
}
END_TEST

/* Where word must be given for a connection, a request alone doesn't make it known. */
START_TEST(crowded_out_by_word)
{
    struct world *w = world_new();
    struct client *guest, *friend;

    w->options.connections = 2;
    w->options.by_word = true;
    serve(w);
    guest = join_saying(w, get);
    await_text(w, guest, "GET /a");
    friend = join_saying(w, "GET /friend HTTP/1.1\r\n" HOST "\r\n");
    await_text(w, friend, "GET /friend");
    join_saying(w, "");
    await_end(w, guest);
    join_saying(w, "");
    ck_assert(!friend->ended);
    ck_assert_uint_eq(open_connections(w), 2);
    world_free(w);
}
END_TEST

/* Requests of guests that wait can't be dropped: so they leave a quarter of all places. */
START_TEST(guests_that_wait)
{
    struct world *w = world_new();
    struct client *c;

    w->options.connections = 8;
    w->options.by_word = true;
    w->hold = true;
    serve(w);
    for (size_t i = 0; i < 6; i++)
        join_saying(w, get);
    await_count(w, &w->held_count, 6);
    for (int i = 0; i < 2; i++) {
        c = join_saying(w, get);
        await_end(w, c);
        ck_assert_msg(!strncmp(buf_str(&c->got), "HTTP/1.1 503 ", 13), "%s", buf_str(&c->got));
    }
    ck_assert_uint_eq(w->held_count, 6);
    ck_assert(answer(w, w->held[0]));
    await_text(w, &w->clients[0], "GET /a");
    join_saying(w, get);
    await_count(w, &w->held_count, 7);
    for (size_t i = 1; i < 7; i++)
        ck_assert(answer(w, w->held[i]));
    world_free(w);
}
END_TEST

START_TEST(one_peer_has_its_share)
{
    struct world *w = world_new();
    struct client *other, *first, *second, *third;

    w->options.per_peer = 2;
    serve(w);
    other = join_from(w, "127.0.0.2");
    await_connected(w, other);
    first = join_saying(w, "");
    second = join_saying(w, "");
    third = join_saying(w, "");
    await_end(w, first);
    ck_assert(!other->ended && !second->ended && !third->ended);
    ck_assert_uint_eq(first->got.len, 0);
    say(second, get);
    say(third, get);
    await_text(w, third, "GET /a");
    await_text(w, second, "GET /a");
    join_saying(w, "");
    join_saying(w, "");
    ck_assert(!second->ended && !third->ended);
    ck_assert_uint_eq(open_connections(w), 5);
    world_free(w);
}
END_TEST

/* Not more than 100,000 bytes of bodies together, until one is known. */
START_TEST(bodies_of_guests)
{
    static const char begin[] = "POST /b HTTP/1.1\r\n" HOST "Content-Length: 900000\r\n\r\n";
    struct world *w = world_new();
    struct buf text = {0};
    struct client *c[5];

    w->options.guest_bytes = 100 * 1000;
    serve(w);
    c[0] = join_saying(w, get);
    await_text(w, c[0], "GET /a");
    buf_adds(&text, begin);
    memset(buf_reserve(&text, 60 * 1000), 'x', 60 * 1000);
    text.len += 60 * 1000;
    for (size_t i = 1; i < 4; i++) {
        c[i] = join(w);
        await_connected(w, c[i]);
    }
    for (size_t i = 0; i < 3; i++) { /* the known one first */
        say_bytes(c[i], text.data, text.len);
        for (int k = 0; k < 50 && !c[1]->ended; k++)
            uv_run(&w->loop, UV_RUN_NOWAIT);
    }
    await_end(w, c[1]);
    ck_assert(!c[0]->ended && !c[2]->ended && !c[3]->ended);
    say_bytes(c[3], text.data, text.len);
    await_end(w, c[2]);
    ck_assert(!c[0]->ended && !c[3]->ended);
    /* What is complete, or gone, counts no more. */
    buf_reset(&text);
    buf_adds(&text, "POST /c HTTP/1.1\r\n" HOST "Content-Length: 60000\r\n\r\n");
    memset(buf_reserve(&text, 60 * 1000), 'x', 60 * 1000);
    text.len += 60 * 1000;
    leave(c[3]);
    c[4] = join_saying(w, "POST /b HTTP/1.1\r\n" HOST "Content-Length: 9\r\n\r\nhi");
    for (size_t i = 0; i < 5; i++) {
        c[1] = join(w);
        await_connected(w, c[1]);
        say_bytes(c[1], text.data, text.len / 2);
        for (int k = 0; k < 20; k++)
            uv_run(&w->loop, UV_RUN_NOWAIT);
        say_bytes(c[1], text.data + text.len / 2, text.len - text.len / 2);
        await_text(w, c[1], "POST /c x");
        ck_assert(!c[4]->ended);
    }
    buf_clear(&text);
    world_free(w);
}
END_TEST

/* What a head says is enough to refuse it: the body isn't taken. */
static const struct {
    const char *name, *in;
    int status;
    size_t most;
    const char *want;
} at_heads[] = {
    {"refused at its head", "POST / HTTP/1.1\r\n" HOST "Content-Length: 900000\r\n\r\n", 403, 0,
     "HTTP/1.1 403 "},
    {"no leave to send the body",
     "POST / HTTP/1.1\r\n" HOST "Expect: 100-continue\r\nContent-Length: 9\r\n\r\n", 400, 0,
     "HTTP/1.1 400 "},
    {"too long by its length", "POST / HTTP/1.1\r\n" HOST "Content-Length: 11\r\n\r\n", 0, 10,
     "HTTP/1.1 413 "},
    {"too long by its chunks",
     "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n6\r\nabcdef\r\n5\r\n", 0, 10,
     "HTTP/1.1 413 "},
    {"just as long", "POST / HTTP/1.1\r\n" HOST "Content-Length: 10\r\n\r\n0123456789", 0, 10,
     "HTTP/1.1 200 "},
    {"just as long in chunks",
     "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n6\r\nabcdef\r\n4\r\nabcd\r\n"
     "0\r\n\r\n",
     0, 10, "HTTP/1.1 200 "},
};

/* The body that comes all the same is no request. */
START_TEST(answered_at_head)
{
    struct world *w = world_new();
    struct client *c;

    w->options.on_head = on_head;
    w->head_reply = true;
    serve(w);
    c = join_saying(w, "POST /a HTTP/1.1\r\n" HOST "Content-Length: 60\r\n\r\n"
                       "GET /b HTTP/1.1\r\n" HOST "\r\n");
    await_end(w, c);
    cut_dates("answered at its head", &c->got);
    expect_text("answered at its head", buf_str(&c->got), LAST(7, "POST /a"));
    ck_assert_uint_eq(w->requests, 0);
    world_free(w);
}
END_TEST

/* One request's bound is not the next one's. */
START_TEST(limit_of_one_request)
{
    static const char body[] = "POST / HTTP/1.1\r\n" HOST "Content-Length: 10\r\n\r\n0123456789";
    static const char chunks[] = "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n"
                                 "b\r\n0123456789a\r\n0\r\n\r\n";
    struct world *w = world_new();
    struct client *c;

    w->options.on_head = on_head;
    w->head_most = 10;
    serve(w);
    c = join_saying(w, body);
    await_text(w, c, "POST / 0123456789");
    w->head_most = 0;
    say(c, chunks);
    await_text(w, c, "POST / 0123456789a");
    world_free(w);
}
END_TEST

START_TEST(at_head)
{
    struct world *w = world_new();
    struct client *c;

    w->options.on_head = on_head;
    w->head_status = at_heads[_i].status;
    w->head_most = at_heads[_i].most;
    serve(w);
    c = join_saying(w, at_heads[_i].in);
    await_text(w, c, "\r\n\r\n");
    ck_assert_msg(!strncmp(buf_str(&c->got), at_heads[_i].want, 13), "%s: %s", at_heads[_i].name,
                  buf_str(&c->got));
    ck_assert_uint_eq(w->requests, at_heads[_i].want[9] == '2');
    if (!w->requests)
        await_end(w, c);
    world_free(w);
}
END_TEST

/* Far over the limit most aren't even accepted, until others have left. */
START_TEST(flood)
{
    enum { MANY = 300 };
    struct world *w = world_new();
    size_t most = 0, ended = 0;

    w->options.connections = 1;
    serve(w);
    for (size_t i = 0; i < MANY; i++)
        join(w);
    while (ended < MANY - 1) {
        size_t now = open_connections(w);

        most = now > most ? now : most;
        turn(w);
        ended = 0;
        for (size_t i = 0; i < MANY; i++)
            ended += w->clients[i].ended;
    }
    ck_assert_uint_le(most, 1 + 32);
    world_free(w);
}
END_TEST

/* ---- the end ---- */

START_TEST(stop)
{
    struct world *w = world_new();
    struct client *held = hold_one(w, true), *idle, *half, *late;

    w->hold = false;
    idle = join(w);
    half = join(w);
    await_connected(w, idle);
    await_connected(w, half);
    say(idle, get);
    await_text(w, idle, "GET /a");
    say(half, "GET /half HTTP/1.1\r\n");
    for (int i = 0; i < 5; i++)
        uv_run(&w->loop, UV_RUN_NOWAIT);
    http_server_stop(w->server, on_stopped);
    http_server_stop(w->server, on_stopped);
    await_end(w, idle);
    late = join(w);
    await_end(w, late);
    ck_assert(!late->connected);
    say(half, HOST "\r\n");
    await_end(w, half);
    cut_dates("half", &half->got);
    expect_text("what had begun to come", buf_str(&half->got), LAST(9, "GET /half"));
    ck_assert_uint_eq(w->stopped, 0);
    ck_assert(answer(w, w->held[0]));
    await_end(w, held);
    cut_dates("held", &held->got);
    expect_text("what waited", buf_str(&held->got), LAST(6, "GET /a"));
    await_count(w, &w->stopped, 1);
    world_free(w);
}
END_TEST

START_TEST(stop_without_connections)
{
    struct world *w = world_new();

    serve(w);
    http_server_stop(w->server, on_stopped);
    ck_assert_uint_eq(w->stopped, 0);
    await_count(w, &w->stopped, 1);
    world_free(w);
}
END_TEST

START_TEST(close_while_one_waits)
{
    struct world *w = world_new();

    hold_one(w, _i == 0);
    close_server(w);
    ck_assert_uint_eq(w->gone, _i == 0 ? 1 : 0);
    if (_i == 1)
        ck_assert(!answer(w, w->held[0]));
    if (_i == 2) {
        for (int i = 0; i < 5; i++)
            uv_run(&w->loop, UV_RUN_NOWAIT);
        ck_assert(!answer(w, w->held[0]));
    }
    world_free(w);
}
END_TEST

START_TEST(close_in_the_turn_of_the_reply)
{
    struct world *w = world_new();

    hold_one(w, false);
    ck_assert(answer(w, w->held[0]));
    close_server(w);
    ck_assert_uint_eq(w->delivered + w->failed, 0);
    await_count(w, &w->delivered, 1);
    ck_assert_uint_eq(w->failed, 0);
    world_free(w);
}
END_TEST

START_TEST(bad_addresses)
{
    struct world *w = world_new();
    struct diag why = {0};

    serve(w);
    ck_assert(!http_server_listen(w->server, "localhost", 0, NULL, &why));
    ck_assert(strstr(why.text, "'localhost'") != NULL);
    ck_assert(!http_server_listen(w->server, "127.0.0.1", w->port, NULL, &why));
    ck_assert_msg(strstr(why.text, "address already in use") != NULL, "%s", why.text);
    diag_clear(&why);
    world_free(w);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("http_server");
    TCase *t = tcase_create("http_server");

    tcase_set_timeout(t, 120);
    tcase_add_loop_test(t, served_in_one_piece, 0, COUNT(served));
    tcase_add_loop_test(t, served_byte_by_byte, 0, COUNT(served));
    tcase_add_loop_test(t, refused_in_one_piece, 0, COUNT(refused));
    tcase_add_loop_test(t, refused_byte_by_byte, 0, COUNT(refused));
    tcase_add_test(t, cut_anywhere);
    tcase_add_loop_test(t, host, 0, COUNT(hosts));
    tcase_add_loop_test(t, origin, 0, COUNT(origins));
    tcase_add_loop_test(t, date, 0, COUNT(dates));
    tcase_add_loop_test(t, head, 0, COUNT(heads));
    tcase_add_test(t, leave_to_send_the_body);
    tcase_add_loop_test(t, no_leave, 0, COUNT(no_leaves));
    tcase_add_test(t, answered_later);
    tcase_add_loop_test(t, client_leaves, 0, 3);
    tcase_add_test(t, half_closed_is_answered);
    tcase_add_test(t, reply_into_the_void);
    tcase_add_test(t, one_at_a_time);
    tcase_add_test(t, much_behind_one_that_waits);
    tcase_add_test(t, shouting_behind_one_that_waits);
    tcase_add_loop_test(t, answer_that_nobody_takes, 0, 2);
    tcase_add_test(t, idle_connection);
    tcase_add_test(t, silent_connection);
    tcase_add_loop_test(t, slow_client, 0, COUNT(slow));
    tcase_add_test(t, slow_guest);
    tcase_add_test(t, thousand_connections);
    tcase_add_test(t, over_the_limit);
    tcase_add_test(t, crowded_out);
    tcase_add_test(t, young_ones_stay);
    tcase_add_test(t, crowded_out_by_word);
    tcase_add_test(t, guests_that_wait);
    tcase_add_test(t, one_peer_has_its_share);
    tcase_add_test(t, bodies_of_guests);
    tcase_add_test(t, answered_at_head);
    tcase_add_test(t, limit_of_one_request);
    tcase_add_loop_test(t, at_head, 0, COUNT(at_heads));
    tcase_add_loop_test(t, loopback, 0, COUNT(peers));
    tcase_add_loop_test(t, cross_site, 0, COUNT(sites));
    tcase_add_test(t, flood);
    tcase_add_test(t, stop);
    tcase_add_test(t, stop_without_connections);
    tcase_add_loop_test(t, close_while_one_waits, 0, 3);
    tcase_add_test(t, close_in_the_turn_of_the_reply);
    tcase_add_test(t, bad_addresses);
    suite_add_tcase(s, t);
    return run_suite(s);
}
