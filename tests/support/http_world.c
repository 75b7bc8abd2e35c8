/* The server answers with what it was asked, or holds requests; clients leave, dawdle, shout. */

#include "tests/support/http_world.h"

#include "parsers/base/mem.h"
#include "tests/support/expect.h"

#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>

enum { PATIENCE_MS = 60 * 1000 };

const struct http_limits http_world_small = {.line = 200, .head = 400, .fields = 10, .body = 1000};

/* ---- the server's side ---- */

static void on_delivered(void *user, bool delivered)
{
    struct http_world *w = user;

    if (delivered)
        w->delivered++;
    else
        w->failed++;
}

void http_world_gone(void *user)
{
    struct http_world *w = user;

    w->gone++;
}

/* Answers with what it was asked: "POST /path?query x=X-Case body". */
bool http_world_answer(struct http_world *w, http_exchange *x)
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

void http_world_head(void *user, http_exchange *x)
{
    struct http_world *w = user;

    if (w->head_reply)
        http_world_answer(w, x);
    else if (w->head_status)
        http_exchange_refuse(x, w->head_status, "Not so");
    else if (w->head_most && !http_exchange_limit_body(x, w->head_most))
        http_exchange_refuse(x, 413, "Too much");
}

static void on_request(void *user, http_exchange *x)
{
    struct http_world *w = user;

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
        http_world_answer(w, x);
        return;
    }
    ck_assert(w->held_count < MAX_CLIENTS);
    w->held[w->held_count++] = x;
    if (w->ask_gone)
        ck_assert(http_exchange_on_gone(x, http_world_gone, w));
}

void http_world_stopped(void *user)
{
    struct http_world *w = user;

    w->stopped++;
}

static void out_of_patience(uv_timer_t *timer)
{
    (void)timer;
    ck_abort_msg("nothing more happens after %d s", PATIENCE_MS / 1000);
}

struct http_world *http_world_new(void)
{
    struct http_world *w = mem_calloc(1, sizeof *w);
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

void http_world_serve(struct http_world *w)
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

void leave(struct client *c)
{
    if (!uv_is_closing((uv_handle_t *)&c->tcp))
        uv_close((uv_handle_t *)&c->tcp, on_client_closed);
}

/* With a reset in place of an orderly end. */
void slam(struct client *c)
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

struct client *join_from(struct http_world *w, const char *from)
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

struct client *join(struct http_world *w)
{
    return join_from(w, "127.0.0.1");
}

static void on_client_written(uv_write_t *write, int status)
{
    (void)write;
    (void)status;
}

/* `text` must stay; one say at a time. */
void say_bytes(struct client *c, const char *text, size_t len)
{
    uv_buf_t buf = uv_buf_init((char *)(uintptr_t)text, (unsigned)len);

    ck_assert(!uv_write(&c->write, (uv_stream_t *)&c->tcp, &buf, 1, on_client_written));
}

void say(struct client *c, const char *text)
{
    say_bytes(c, text, strlen(text));
}

static void on_client_shutdown(uv_shutdown_t *shutdown, int status)
{
    (void)shutdown;
    (void)status;
}

void say_no_more(struct client *c)
{
    if (!uv_is_closing((uv_handle_t *)&c->tcp))
        uv_shutdown(&c->shutdown, (uv_stream_t *)&c->tcp, on_client_shutdown);
}

/* One byte of each client that has some left. */
static bool trickle(struct http_world *w)
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

void http_world_round(struct http_world *w)
{
    uv_run(&w->loop, trickle(w) ? UV_RUN_NOWAIT : UV_RUN_ONCE);
}

void await_end(struct http_world *w, const struct client *c)
{
    while (!c->ended)
        http_world_round(w);
}

void await_connected(struct http_world *w, const struct client *c)
{
    while (!c->connected && !c->ended)
        http_world_round(w);
    ck_assert(c->connected);
}

void await_text(struct http_world *w, struct client *c, const char *text)
{
    while (!strstr(buf_str(&c->got), text)) {
        ck_assert_msg(!c->ended, "ended after: %s", buf_str(&c->got));
        http_world_round(w);
    }
}

void await_count(struct http_world *w, size_t *n, size_t want)
{
    while (*n < want)
        http_world_round(w);
    ck_assert_uint_eq(*n, want);
}

size_t http_world_connections(const struct http_world *w)
{
    struct http_stats stats;

    http_server_stats(w->server, &stats);
    return stats.connections;
}

void http_world_close(struct http_world *w)
{
    if (!w->server_closed)
        http_server_close(w->server);
    w->server_closed = true;
}

void http_world_free(struct http_world *w)
{
    http_world_close(w);
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
void http_world_cut_dates(const char *name, struct buf *got)
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

void http_world_exchange(struct http_world *w, const char *in, size_t len, bool bytewise)
{
    struct client *c;

    http_world_serve(w);
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
