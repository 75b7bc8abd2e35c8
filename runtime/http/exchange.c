/*
 * A connection is at one thing at a time, and is itself the exchange while a request waits for its
 * answer:
 *
 *   READING -> WAITING      a request is there, and is the request callback's
 *   READING -> WAITING -> READING   options.on_head looks at a head, and lets it pass
 *   READING -> WRITING      a request is refused
 *   WAITING -> WRITING      http_reply
 *   WRITING -> READING      the answer is out
 *   WRITING -> LINGERING    likewise, and it was the last
 *   READING -> LINGERING    between two requests, when the client or the server has no more to say
 *   LINGERING -> CLOSED     the client has shut its side, too, or took too long
 *   any -> CLOSED           the client has gone, or was too slow
 *
 * What a client sends while it waits is kept, up to AHEAD bytes, and read after the answer: so
 * answers come in order, and a client that doesn't read them can't make us write more. It is read
 * at all because that is how one learns that the client has gone.
 *
 * Deadlines: each kind has one length, so a list in the order of begin is one in the order of end;
 * one timer waits for the first of the lists.
 *
 * Most answers fit into the system's buffer. They are written by uv_try_write and finished in the
 * next round of the loop: after a uv_write libuv asks epoll for what it has, a system call for each
 * answer.
 */

#include "runtime/http/server_impl.h"

#include "parsers/base/mem.h"
#include "runtime/base/clock.h"

#include <assert.h>
#include <netinet/in.h>
#include <string.h>

enum {
    AHEAD = 64 * 1024, /* and what one read brings on top */
    KEPT_OUT = 4 * 1024,
};

static void on_alloc(uv_handle_t *handle, size_t size, uv_buf_t *buf);
static void on_read(uv_stream_t *stream, ssize_t len, const uv_buf_t *buf);

/* ---- deadlines ---- */

static void exchange_on_timer(uv_timer_t *timer);

static void no_wait(http_exchange *x)
{
    struct http_list *l;

    if (x->wait == NO_WAIT)
        return;
    l = &x->server->waits[x->wait];
    if (x->due_prev)
        x->due_prev->due_next = x->due_next;
    else
        l->first = x->due_next;
    if (x->due_next)
        x->due_next->due_prev = x->due_prev;
    else
        l->last = x->due_prev;
    x->due_prev = x->due_next = NULL;
    x->wait = NO_WAIT;
}

/*
 * The timer is only ever set to an earlier time. One that fires too early finds nothing due, and
 * is set anew.
 */
void http_server_arm(http_server *s, int64_t due_ms)
{
    int64_t now_ms = (int64_t)uv_now(s->loop);

    if (due_ms >= s->timer_ms)
        return;
    s->timer_ms = due_ms;
    uv_timer_start(&s->timer, exchange_on_timer, due_ms > now_ms ? (uint64_t)(due_ms - now_ms) : 0,
                   0);
}

/*
 * To the end of the list: all waits of a kind are equally long, so the first is always the one
 * that is due first.
 */
static void exchange_enlist(http_exchange *x, enum http_wait wait, int64_t due_ms)
{
    struct http_list *l = &x->server->waits[wait];

    no_wait(x);
    x->wait = wait;
    x->due_ms = due_ms;
    x->due_prev = l->last;
    if (l->last)
        l->last->due_next = x;
    else
        l->first = x;
    l->last = x;
}

void http_exchange_wait_for(http_exchange *x, enum http_wait wait)
{
    http_server *s = x->server;

    exchange_enlist(x, wait, (int64_t)uv_now(s->loop) + s->wait_ms[wait]);
    http_server_arm(s, x->due_ms);
}

/* ---- the end of a connection ---- */

static void exchange_release(http_exchange *x)
{
    http_reader_free(x->reader);
    buf_clear(&x->ahead);
    buf_clear(&x->out);
    buf_clear(&x->body);
    mem_free(x);
}

static void exchange_on_closed(uv_handle_t *handle)
{
    http_exchange *x = handle->data;
    http_server *s = x->server;

    if (x->prev)
        x->prev->next = x->next;
    else
        s->connections = x->next;
    if (x->next)
        x->next->prev = x->prev;
    s->stats.connections--;
    s->leaving--;
    x->server = NULL;
    /* closed in the round that sent it */
    if (x->delivered)
        x->delivered(x->delivered_user, true);
    /* nobody was told: http_reply releases it */
    if (x->phase != WAITING)
        exchange_release(x);
    http_server_accept_pending(s);
    http_server_tell_if_stopped(s);
}

bool http_exchange_is_closing(const http_exchange *x)
{
    return uv_is_closing((const uv_handle_t *)&x->tcp);
}

void http_exchange_shut(http_exchange *x)
{
    no_wait(x);
    if (!http_exchange_is_closing(x)) {
        x->server->leaving++;
        uv_close((uv_handle_t *)&x->tcp, exchange_on_closed);
    }
    if (x->phase != WAITING)
        x->phase = CLOSED;
    http_crowd_weigh(x);
}

/* The client is away while its request waits. */
void http_exchange_lose(http_exchange *x)
{
    http_gone *gone = x->gone;

    if (x->phase == WAITING && gone) {
        x->gone = NULL;
        x->phase = CLOSED;
        http_exchange_shut(x);
        gone(x->gone_user);
        return;
    }
    http_exchange_shut(x);
}

static void on_shutdown(uv_shutdown_t *shutdown, int status)
{
    (void)shutdown;
    (void)status; /* the connection ends either way */
}

/*
 * RFC 9112, 9.6: a connection that is closed with bytes unread makes the kernel send RST, which
 * may take the answer from the client before it has read it. So only our side is shut, and the
 * rest is read.
 */
static void linger(http_exchange *x)
{
    x->phase = LINGERING;
    buf_clear(&x->ahead);
    x->ahead_at = 0;
    if (x->eof || uv_shutdown(&x->shutdown, (uv_stream_t *)&x->tcp, on_shutdown)) {
        http_exchange_shut(x);
        return;
    }
    if (x->paused)
        uv_read_start((uv_stream_t *)&x->tcp, on_alloc, on_read);
    http_exchange_wait_for(x, WAIT_LINGER);
}

/* ---- answers ---- */

/* Written once a second, whatever the number of answers in it. */
static const char *date_of(http_server *s)
{
    int64_t now_s = clock_wall_ms() / 1000;

    if (now_s != s->date_s) {
        s->date_s = now_s;
        http_date(s->date_s * 1000, s->date);
    }
    return s->date;
}

static void read_on(http_exchange *x);

/* The answer is out, or the connection broke. */
static void exchange_finish(http_exchange *x, bool delivered)
{
    http_delivered *tell = x->delivered;

    buf_clear(&x->body);
    if (x->out.cap > KEPT_OUT)
        buf_clear(&x->out);
    x->delivered = NULL;
    if (tell)
        tell(x->delivered_user, delivered);
    if (x->phase != WRITING)
        return;
    no_wait(x);
    if (!delivered) {
        http_exchange_shut(x);
    } else if (x->last) {
        linger(x);
    } else {
        http_reader_next(x->reader);
        x->phase = READING;
        x->since_ms = (int64_t)uv_now(x->server->loop);
        x->past_head = false;
        http_crowd_weigh(x);
        read_on(x);
    }
}

static void exchange_on_written(uv_write_t *write, int status)
{
    exchange_finish(write->data, status == 0);
}

/* Finishes the answers of this round. What they let others send is of the next. */
static void on_next_round(uv_idle_t *idle)
{
    http_server *s = idle->data;
    const struct http_list *sent = &s->waits[IS_SENT];
    int64_t round = s->round++;

    while (sent->first && sent->first->due_ms <= round) {
        http_exchange *x = sent->first;

        no_wait(x);
        exchange_finish(x, true);
    }
    if (!sent->first)
        uv_idle_stop(idle);
}

/*
 * Sends `out` and `body`. Most answers fit into the socket's buffer: they are written at once,
 * without a request of libuv's, and are done at the next round, since nobody may be told from
 * inside http_reply.
 */
static bool send_out(http_exchange *x)
{
    uv_stream_t *stream = (uv_stream_t *)&x->tcp;
    uv_buf_t bufs[2] = {uv_buf_init(x->out.data, (unsigned)x->out.len),
                        uv_buf_init(x->body.data, (unsigned)x->body.len)};
    int written = uv_try_write(stream, bufs, 2);
    size_t done = written > 0 ? (size_t)written : 0;

    x->phase = WRITING;
    if (done == x->out.len + x->body.len) {
        exchange_enlist(x, IS_SENT, x->server->round);
        uv_idle_start(&x->server->next_round, on_next_round);
        return true;
    }
    for (int i = 0; i < 2; i++) {
        size_t part = done < bufs[i].len ? done : bufs[i].len;

        bufs[i] = uv_buf_init(bufs[i].base + part, (unsigned)(bufs[i].len - part));
        done -= part;
    }
    x->write.data = x;
    /* exchange_on_written is told of errors, too */
    if (uv_write(&x->write, stream, bufs, 2, exchange_on_written)) {
        x->delivered = NULL;
        http_exchange_shut(x);
        return false;
    }
    http_exchange_wait_for(x, WAIT_WRITE);
    return true;
}

bool http_reply(http_exchange *x, struct http_answer *a)
{
    http_server *s = x->server;
    struct http_message *m = http_reader_message(x->reader);
    struct buf body = a->body;

    assert(x->phase == WAITING);
    a->body = (struct buf){0};
    x->gone = NULL;
    if (!s || http_exchange_is_closing(x)) {
        buf_clear(&body);
        if (s)
            x->phase = CLOSED; /* exchange_on_closed releases it */
        else
            exchange_release(x);
        return false;
    }
    /* An answer to a head alone: what comes behind it is no request. */
    x->last = a->close || !m->keep_alive || s->stopping || x->at_head;
    buf_reset(&x->out);
    http_write_head(&x->out, a->status, a->headers, a->header_count, body.len, date_of(s),
                    !x->last);
    if (m->is_head || !http_status_has_body(a->status))
        buf_clear(&body);
    x->body = body;
    x->delivered = a->delivered;
    x->delivered_user = a->user;
    return send_out(x);
}

/* An answer of our own, the last on this connection. */
void http_exchange_send_last(http_exchange *x, int status, const char *why)
{
    static const struct http_header plain = {"Content-Type", "text/plain"};

    x->last = true;
    buf_reset(&x->out);
    buf_clear(&x->body);
    buf_printf(&x->body, "%s.\n", why);
    http_write_head(&x->out, status, &plain, 1, x->body.len, date_of(x->server), false);
    if (http_reader_message(x->reader)->is_head)
        buf_clear(&x->body);
    send_out(x);
}

void http_exchange_refuse(http_exchange *x, int status, const char *why)
{
    x->server->stats.refused++;
    http_exchange_send_last(x, status, why);
}

/* ---- requests ---- */

/* Asks who may have an answer; false: it has one already. */
static bool ask_about_head(http_exchange *x)
{
    http_server *s = x->server;
    const struct http_message *m = http_reader_message(x->reader);

    if (!s->options.on_head) {
        if (http_message_is_for_loopback(m))
            return true;
        http_exchange_refuse(x, 403, "This host or origin is not allowed");
        return false;
    }
    x->phase = WAITING;
    x->at_head = true;
    s->options.on_head(s->options.user, x);
    x->at_head = false;
    if (x->phase != WAITING)
        return false;
    x->phase = READING;
    return true;
}

/* Deals with a head: it may be refused, or wait for leave to send its body (RFC 9110, 10.1.1).
 * `more`: bytes of the body are here already, so nobody waits. */
static void head_read(http_exchange *x, bool more)
{
    char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
    uv_buf_t out;
    int written;

    if (!ask_about_head(x) || !http_reader_message(x->reader)->expects || more)
        return;
    /* A client that lets our answers pile up gets no leave; it may go on without. */
    out = uv_buf_init(go_on, sizeof go_on - 1);
    written = uv_try_write((uv_stream_t *)&x->tcp, &out, 1);
    if (written != (int)out.len && written != UV_EAGAIN)
        http_exchange_shut(x);
}

static void wait_for_more(http_exchange *x)
{
    enum http_wait body = x->known ? WAIT_BODY : WAIT_STRANGER_BODY;

    if (http_reader_in_body(x->reader)) {
        if (x->wait != body)
            http_exchange_wait_for(x, body);
        http_crowd_weigh(x);
        http_crowd_lighten(x);
    } else if (http_reader_has_begun(x->reader) && x->wait != WAIT_HEAD) {
        http_exchange_wait_for(x, WAIT_HEAD);
    }
}

/*
 * Reads one request at most, as what is behind it waits until its answer is out. Returns how many
 * bytes were read: all, or as many as the request had. A callback may have answered, refused or
 * closed on the way, so the phase is looked at anew each time.
 */
static size_t exchange_read_request(http_exchange *x, const char *bytes, size_t len)
{
    http_server *s = x->server;
    size_t at = 0;

    while (x->phase == READING) {
        size_t used;
        enum http_progress p = http_reader_feed(x->reader, bytes + at, len - at, &used);

        at += used;
        switch (p) {
        case HTTP_INCOMPLETE: wait_for_more(x); return at;
        case HTTP_HEAD_READ:
            x->past_head = true;
            head_read(x, at < len);
            break;
        case HTTP_COMPLETE:
            no_wait(x);
            x->phase = WAITING;
            x->gone = NULL;
            if (!s->options.by_word)
                http_exchange_vouch(x);
            http_crowd_weigh(x);
            s->stats.requests++;
            s->on_request(s->options.user, x);
            if (x->phase == WAITING && x->server)
                http_crowd_weigh(x); /* its body may have been taken */
            return at;
        case HTTP_REFUSED:
            if (http_reader_status(x->reader) == 413 && x->past_head && s->options.on_too_large)
                s->options.on_too_large(s->options.user, x);
            if (x->phase != READING)
                return at; /* who was told has closed the server */
            http_exchange_refuse(x, http_reader_status(x->reader), http_reader_why(x->reader));
            return at;
        }
    }
    return at;
}

static void on_alloc(uv_handle_t *handle, size_t size, uv_buf_t *buf)
{
    http_exchange *x = handle->data;

    (void)size;
    *buf = uv_buf_init(x->server->bytes, READ_SIZE);
}

/* Between two requests. */
static void rest(http_exchange *x)
{
    if (x->eof || (x->server->stopping && !http_reader_has_begun(x->reader))) {
        linger(x);
        return;
    }
    if (x->wait == NO_WAIT)
        http_exchange_wait_for(x, WAIT_IDLE);
    if (x->paused) {
        x->paused = false;
        uv_read_start((uv_stream_t *)&x->tcp, on_alloc, on_read);
    }
}

/*
 * Drops what was read of the bytes that came ahead. A client may always be one request ahead, so
 * that this never is all of them; they are moved once they are the smaller part. So each byte is
 * moved about once, and what is kept stays within twice of what may wait.
 */
static void drop_read(http_exchange *x)
{
    size_t left = x->ahead.len - x->ahead_at;

    if (!left)
        buf_clear(&x->ahead);
    else if (x->ahead_at < left)
        return;
    else
        memmove(x->ahead.data, x->ahead.data + x->ahead_at, left);
    x->ahead.len = left;
    x->ahead_at = 0;
}

/* The next request: first from what came while the last one was at work. */
static void read_on(http_exchange *x)
{
    if (x->ahead_at < x->ahead.len) {
        x->ahead_at +=
            exchange_read_request(x, x->ahead.data + x->ahead_at, x->ahead.len - x->ahead_at);
        drop_read(x);
    }
    if (x->phase == READING)
        rest(x);
}

/*
 * A client may send its next requests before it has our answer (pipelining). So much is kept; then
 * it isn't read until there is room.
 */
static void keep_for_later(http_exchange *x, const char *bytes, size_t len)
{
    if (!len || (x->phase != WAITING && x->phase != WRITING) || (x->phase == WRITING && x->last))
        return;
    buf_add(&x->ahead, bytes, len);
    if (x->ahead.len - x->ahead_at >= AHEAD && !x->eof) {
        x->paused = true;
        uv_read_stop((uv_stream_t *)&x->tcp);
    }
}

/*
 * A client that has only shut its sending side still reads its answer; nobody can tell it from one
 * that has gone, so who waits for that is told.
 */
static void on_eof(http_exchange *x)
{
    x->eof = true;
    switch (x->phase) {
    case WAITING:
        if (x->gone)
            http_exchange_lose(x);
        break;
    case WRITING: break;
    case READING:
    case LINGERING: http_exchange_shut(x); break;
    case CLOSED: break;
    }
}

static void on_read(uv_stream_t *stream, ssize_t len, const uv_buf_t *buf)
{
    http_exchange *x = stream->data;
    size_t used = 0;

    if (len == UV_EOF) {
        on_eof(x);
    } else if (len < 0) {
        http_exchange_lose(x);
    } else if (len > 0) {
        if (x->phase == READING)
            used = exchange_read_request(x, buf->base, (size_t)len);
        keep_for_later(x, buf->base + used, (size_t)len - used);
    }
}

/*
 * Who has begun a request is told why; a connection at rest is closed without a word, as its
 * client may be sending the next one just then.
 */
static void expire(http_exchange *x)
{
    enum http_wait wait = x->wait;

    no_wait(x);
    if (wait == WAIT_BODY || wait == WAIT_STRANGER_BODY)
        http_exchange_refuse(x, 408, "The body took too long");
    else if (wait == WAIT_HEAD && http_reader_has_begun(x->reader))
        http_exchange_refuse(x, 408, "The head took too long");
    else
        http_exchange_shut(x);
}

static void exchange_on_timer(uv_timer_t *timer)
{
    http_server *s = timer->data;
    int64_t now_ms = (int64_t)uv_now(s->loop);

    s->timer_ms = INT64_MAX;
    for (int i = 0; i < WAITS; i++) {
        while (s->waits[i].first && s->waits[i].first->due_ms <= now_ms)
            expire(s->waits[i].first);
    }
    for (int i = 0; i < WAITS; i++) {
        if (s->waits[i].first)
            http_server_arm(s, s->waits[i].first->due_ms);
    }
    http_server_tell_if_stopped(s);
}

bool http_exchange_begin(http_exchange *x)
{
    return !uv_read_start((uv_stream_t *)&x->tcp, on_alloc, on_read);
}

/* ---- what others ask of an exchange ---- */

struct http_message *http_exchange_message(http_exchange *x)
{
    return http_reader_message(x->reader);
}

const char *http_exchange_peer(http_exchange *x)
{
    char address[INET6_ADDRSTRLEN] = "";
    struct buf text = {0};

    if (x->peer_text[0])
        return x->peer_text;
    if (x->peer.sin6_family == AF_INET6) {
        uv_ip6_name(&x->peer, address, sizeof address);
        buf_printf(&text, "[%s]:%u", address, (unsigned)ntohs(x->peer.sin6_port));
    } else if (x->peer.sin6_family == AF_INET) {
        const struct sockaddr_in *ip4 = (const struct sockaddr_in *)&x->peer;

        uv_ip4_name(ip4, address, sizeof address);
        buf_printf(&text, "%s:%u", address, (unsigned)ntohs(ip4->sin_port));
    }
    if (text.len < sizeof x->peer_text)
        memcpy(x->peer_text, buf_str(&text), text.len + 1);
    buf_clear(&text);
    return x->peer_text;
}

bool http_exchange_is_local(const http_exchange *x)
{
    return http_address_is_loopback((const struct sockaddr *)&x->peer);
}

const struct sockaddr *http_exchange_address(const http_exchange *x)
{
    return (const struct sockaddr *)&x->peer;
}

void http_exchange_set_mark(http_exchange *x, uint64_t mark)
{
    x->mark = mark;
}

uint64_t http_exchange_mark(const http_exchange *x)
{
    return x->mark;
}

void http_exchange_vouch(http_exchange *x)
{
    x->known = true;
    http_crowd_weigh(x);
}

bool http_exchange_limit_body(http_exchange *x, size_t most)
{
    return http_reader_limit_body(x->reader, most);
}

bool http_exchange_on_gone(http_exchange *x, http_gone *gone, void *user)
{
    assert(x->phase == WAITING);
    if (gone && (x->eof || !x->server || http_exchange_is_closing(x)))
        return false;
    x->gone = gone;
    x->gone_user = user;
    return true;
}
