#include "tests/support/http_stub.h"

#include "parsers/base/buf.h"
#include "parsers/base/mem.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct connection {
    uv_tcp_t tcp;
    uv_write_t write;
    http_stub *stub;
    struct connection *prev, *next;
    struct buf in, out;
    size_t used; /* bytes of `in` that the request took */
    bool held, busy, last;
    char bytes[16 * 1024];
};

struct http_stub {
    uv_loop_t *loop;
    uv_tcp_t listener;
    stub_answer *answer;
    void *user;
    char url[64];
    struct connection *connections;
    size_t open, held, made, requests;
    size_t body_len; /* of all bodies; 0: up to the NUL */
    bool closing;
};

static void on_closed(uv_handle_t *handle)
{
    struct connection *c = handle->data;
    http_stub *s = c->stub;

    buf_clear(&c->in);
    buf_clear(&c->out);
    mem_free(c);
    s->open--;
    if (s->closing && !s->open)
        mem_free(s);
}

static void leave(struct connection *c, bool reset)
{
    http_stub *s = c->stub;

    if (uv_is_closing((uv_handle_t *)&c->tcp))
        return;
    if (c->held)
        s->held--;
    c->held = false;
    if (c->prev)
        c->prev->next = c->next;
    else
        s->connections = c->next;
    if (c->next)
        c->next->prev = c->prev;
    if (!reset || uv_tcp_close_reset(&c->tcp, on_closed))
        uv_close((uv_handle_t *)&c->tcp, on_closed);
}

static void hang_up(struct connection *c)
{
    leave(c, false);
}

static void take_request(struct connection *c);

static void on_written(uv_write_t *write, int status)
{
    struct connection *c = write->data;

    if (status || c->last) {
        hang_up(c);
        return;
    }
    memmove(c->in.data, c->in.data + c->used, c->in.len - c->used);
    c->in.len -= c->used;
    c->used = 0;
    c->busy = false;
    take_request(c);
}

static void send_reply(struct connection *c)
{
    uv_buf_t out = uv_buf_init(c->out.data, (unsigned)c->out.len);

    if (c->held)
        c->stub->held--;
    c->held = false;
    c->write.data = c;
    if (uv_write(&c->write, (uv_stream_t *)&c->tcp, &out, 1, on_written))
        hang_up(c);
}

static void make_reply(struct connection *c, const struct stub_reply *r)
{
    size_t given = r->body ? strlen(r->body) : 0;
    size_t len = r->zeros ? r->zeros : c->stub->body_len ? c->stub->body_len : given;

    buf_reset(&c->out);
    buf_printf(&c->out, "HTTP/1.1 %d X\r\n%sContent-Length: %zu\r\n\r\n", r->status,
               r->headers ? r->headers : "", len + (r->cut ? 10 : 0));
    if (r->zeros)
        memset(buf_reserve(&c->out, len), '0', len), c->out.len += len;
    else if (len)
        buf_add(&c->out, r->body, len);
}

bool stub_header(const struct stub_request *q, const char *name, char *value, size_t room)
{
    size_t len = strlen(name);

    for (const char *line = q->head; line && *line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (!strncasecmp(line, name, len) && line[len] == ':') {
            size_t n;

            line += len + 1;
            line += strspn(line, " ");
            n = strcspn(line, "\r\n");
            n = n < room ? n : room - 1;
            memcpy(value, line, n);
            value[n] = '\0';
            return true;
        }
    }
    return false;
}

/* Answers the request at the start of `in`, once all of it is there. */
static void take_request(struct connection *c)
{
    struct stub_request q = {0};
    struct stub_reply r = {.status = 200};
    const char *text = buf_str(&c->in), *end = strstr(text, "\r\n\r\n");
    char *line, length[32];
    size_t body;

    if (c->busy || !end)
        return;
    line = mem_strndup(text, (size_t)(end - text));
    q.head = line;
    body = stub_header(&q, "Content-Length", length, sizeof length) ? strtoul(length, NULL, 10) : 0;
    c->used = (size_t)(end - text) + 4 + body;
    if (c->used <= c->in.len) {
        char *head = mem_strdup(line), *target = strchr(line, ' ');
        char *copy = mem_strndup(end + 4, body);

        ck_assert_msg(target != NULL, "not a request: %s", line);
        *target++ = '\0';
        target[strcspn(target, " ")] = '\0';
        q = (struct stub_request){line, target, head, copy, body};
        c->busy = true;
        c->stub->requests++;
        c->stub->answer(c->stub->user, &q, &r);
        mem_free(head);
        mem_free(copy);
        if (r.drop) {
            leave(c, r.reset);
        } else {
            make_reply(c, &r);
            c->last = r.cut;
            c->held = r.hold;
            if (r.hold)
                c->stub->held++;
            else
                send_reply(c);
        }
    }
    mem_free(line);
}

static void room(uv_handle_t *handle, size_t suggested, uv_buf_t *out)
{
    struct connection *c = handle->data;

    (void)suggested;
    *out = uv_buf_init(c->bytes, sizeof c->bytes);
}

static void on_read(uv_stream_t *stream, ssize_t len, const uv_buf_t *bytes)
{
    struct connection *c = stream->data;

    if (len < 0) {
        hang_up(c);
        return;
    }
    if (len)
        buf_add(&c->in, bytes->base, (size_t)len);
    take_request(c);
}

static void on_connection(uv_stream_t *listener, int status)
{
    http_stub *s = listener->data;
    struct connection *c = mem_calloc(1, sizeof *c);

    ck_assert_int_eq(status, 0);
    uv_tcp_init(s->loop, &c->tcp);
    c->tcp.data = c;
    c->stub = s;
    c->next = s->connections;
    if (c->next)
        c->next->prev = c;
    s->connections = c;
    s->open++;
    s->made++;
    ck_assert_int_eq(uv_accept(listener, (uv_stream_t *)&c->tcp), 0);
    uv_read_start((uv_stream_t *)&c->tcp, room, on_read);
}

http_stub *http_stub_new(uv_loop_t *loop, stub_answer *answer, void *user)
{
    http_stub *s = mem_calloc(1, sizeof *s);
    struct sockaddr_in address;
    int len = sizeof address;
    struct buf url = {0};

    s->loop = loop;
    s->answer = answer;
    s->user = user;
    uv_ip4_addr("127.0.0.1", 0, &address);
    uv_tcp_init(loop, &s->listener);
    s->listener.data = s;
    ck_assert_int_eq(uv_tcp_bind(&s->listener, (struct sockaddr *)&address, 0), 0);
    ck_assert_int_eq(uv_listen((uv_stream_t *)&s->listener, 2048, on_connection), 0);
    ck_assert_int_eq(uv_tcp_getsockname(&s->listener, (struct sockaddr *)&address, &len), 0);
    buf_printf(&url, "http://127.0.0.1:%u", (unsigned)ntohs(address.sin_port));
    memcpy(s->url, buf_str(&url), url.len + 1);
    buf_clear(&url);
    return s;
}

const char *http_stub_url(const http_stub *s)
{
    return s->url;
}

size_t http_stub_held(const http_stub *s)
{
    return s->held;
}

size_t http_stub_connections(const http_stub *s)
{
    return s->made;
}

size_t http_stub_requests(const http_stub *s)
{
    return s->requests;
}

size_t http_stub_open(const http_stub *s)
{
    return s->open;
}

void http_stub_release(http_stub *s)
{
    for (struct connection *c = s->connections, *next; c; c = next) {
        next = c->next;
        if (c->held)
            send_reply(c);
    }
}

void http_stub_set_body_len(http_stub *s, size_t len)
{
    s->body_len = len;
}

void http_stub_hang_up(http_stub *s)
{
    for (struct connection *c = s->connections, *next; c; c = next) {
        next = c->next;
        if (!c->busy)
            hang_up(c);
    }
}

static void on_listener_closed(uv_handle_t *handle)
{
    http_stub *s = handle->data;

    s->open--;
    if (!s->open)
        mem_free(s);
}

void http_stub_close(http_stub *s)
{
    s->closing = true;
    while (s->connections)
        hang_up(s->connections);
    s->open++; /* the listener counts from now on */
    uv_close((uv_handle_t *)&s->listener, on_listener_closed);
}
