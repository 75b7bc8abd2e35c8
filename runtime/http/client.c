/*
 * curl tells which sockets to watch and when to wake it; libuv does both and reports back through
 * curl_multi_socket_action. Finished transfers are collected after each such call, never inside
 * curl's callbacks, so a receiver may send and cancel as it likes.
 */
#define _GNU_SOURCE /* SOCK_CLOEXEC */

#include "runtime/http/client_impl.h"

#include "parsers/base/count.h"
#include "parsers/base/mem.h"
#include "runtime/base/clock.h"
#include "runtime/http/files.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum {
    CONNECT_MS = 10 * 1000,
    MAX_BODY = 1024 * 1024,
    MAX_SPARES = 64, /* easy handles kept for the next request */
};

/* One watched socket. */
struct watch {
    uv_poll_t poll;
    http_client *client;
    curl_socket_t fd;
};

/* ---- lists ---- */

static void client_push(struct http_transfer **list, struct http_transfer *t)
{
    t->prev = NULL;
    t->next = *list;
    if (t->next)
        t->next->prev = t;
    *list = t;
}

static void unlink_transfer(struct http_transfer **list, struct http_transfer *t)
{
    if (t->prev)
        t->prev->next = t->next;
    else
        *list = t->next;
    if (t->next)
        t->next->prev = t->prev;
    t->prev = t->next = NULL;
}

static void transfer_free(struct http_transfer *t)
{
    t->client->curl->easy_cleanup(t->easy);
    buf_clear(&t->headers);
    buf_clear(&t->body);
    buf_clear(&t->answer);
    mem_free(t->lines);
    mem_free(t);
}

/* For the next request, unless there are enough of them. */
static void put_aside(struct http_transfer *t)
{
    http_client *c = t->client;

    t->done = NULL;
    if (c->closing || c->spares >= MAX_SPARES || t->own_ca) {
        transfer_free(t);
        return;
    }
    buf_reset(&t->headers);
    buf_clear(&t->body);
    buf_clear(&t->answer);
    client_push(&c->spare, t);
    c->spares++;
}

/* ---- how a transfer ends ---- */

/* A probe, and a second try, take from the time that the request has. */
static void set_times(const struct http_transfer *t)
{
    const struct curl_library *curl = t->client->curl;
    int64_t now_ms = clock_steady_ms();
    int64_t left = t->until_ms - now_ms, connect_left = t->connect_until_ms - now_ms;

    /* 0 would be no bound, or curl's own */
    curl->easy_setopt(t->easy, CURLOPT_TIMEOUT_MS, (long)(!t->until_ms ? 0 : left > 1 ? left : 1));
    curl->easy_setopt(t->easy, CURLOPT_CONNECTTIMEOUT_MS,
                      (long)(connect_left > 1 ? connect_left : 1));
}

/*
 * 7.88 gives up when it meets five dead connections in its cache one after the other, as after a
 * restart of the server; none of the request went out then.
 */
static bool try_again(struct http_transfer *t, CURLcode code)
{
    if (code != CURLE_SEND_ERROR || t->again || !strstr(t->error, "Connection died, tried"))
        return false;
    t->again = true;
    t->error[0] = '\0';
    t->client->curl->easy_setopt(t->easy, CURLOPT_FRESH_CONNECT, 1L);
    set_times(t);
    return t->client->curl->multi_add_handle(t->client->multi, t->easy) == CURLM_OK;
}

/*
 * A proxy connects where it is told to, and no address that we see is the one it goes to. So a
 * request that `allow` is to be asked about, and that a proxy may carry, begins as a probe: curl
 * looks up the name without the proxy, as for a connection of its own, and shows each address to
 * open_socket, which opens none. Only then the request itself begins. A name that is unknown here,
 * as in networks where only the proxy asks the Internet's name servers, is the proxy's to judge.
 */
static bool may_use_proxy(void)
{
    static const char *const names[] = {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy",
                                        "ALL_PROXY"};

    for (size_t i = 0; i < COUNT(names); i++) {
        const char *v = getenv(names[i]);

        if (v && *v)
            return true;
    }
    return false;
}

static void set_probing(struct http_transfer *t, bool probing)
{
    t->probing = probing;
    /* "" is no proxy at all, NULL the one of the environment */
    t->client->curl->easy_setopt(t->easy, CURLOPT_PROXY, probing || t->direct ? "" : NULL);
    t->client->curl->easy_setopt(t->easy, CURLOPT_FRESH_CONNECT, probing ? 1L : 0L);
}

/* The probe has found nothing against the request, which now begins. */
static bool client_go_on(struct http_transfer *t, CURLcode code)
{
    struct buf host = {0};

    if (!t->probing)
        return false;
    if (code == CURLE_COULDNT_RESOLVE_HOST && t->allow_name) {
        http_client_add_host(&host, t);
        t->refused = !t->allow_name(t->user, buf_str(&host));
        buf_clear(&host);
    }
    if (t->refused || code == CURLE_OPERATION_TIMEDOUT)
        return false;
    set_probing(t, false);
    set_times(t);
    t->resolved = t->sent = false;
    t->error[0] = '\0';
    return t->client->curl->multi_add_handle(t->client->multi, t->easy) == CURLM_OK;
}

/*
 * The receiver is told last, but for what is freed here: it may send or cancel other transfers,
 * not this one.
 */
static void client_finish(struct http_transfer *t, CURLcode code)
{
    http_client *c = t->client;
    struct http_response r = {.transfer = t};
    struct buf error = {0};
    long status = 0;

    t->client->curl->multi_remove_handle(c->multi, t->easy);
    if (t->done && (client_go_on(t, code) || try_again(t, code)))
        return;
    size_t len = t->answer.len;
    unlink_transfer(&c->running, t);
    if (t->done) {
        if (code == CURLE_OK) {
            t->client->curl->easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
            r.status = (int)status;
            r.body = t->answer;
            t->answer = (struct buf){0};
        } else {
            r.outcome = http_client_explain(t, code, &error);
            r.error = buf_str(&error);
        }
        t->done(t->user, &r);
    }
    buf_clear(&r.body);
    buf_clear(&error);
    http_client_free_room(t, len);
    put_aside(t);
}

static void client_collect(http_client *c)
{
    CURLMsg *m;
    int left;

    while (!c->closing && (m = c->curl->multi_info_read(c->multi, &left))) {
        char *t = NULL;

        if (m->msg != CURLMSG_DONE)
            continue;
        c->curl->easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &t);
        client_finish((struct http_transfer *)(void *)t, m->data.result);
    }
}

static void act(http_client *c, curl_socket_t fd, int what)
{
    int running;

    if (c->closing)
        return;
    c->curl->multi_socket_action(c->multi, fd, what, &running);
    client_collect(c);
}

/* ---- curl's wishes to libuv ---- */

static void client_on_timer(uv_timer_t *timer)
{
    act(timer->data, CURL_SOCKET_TIMEOUT, 0);
}

/* Never calls curl from inside curl: even for 0 ms the timer fires in the loop. */
static int want_timer(CURLM *multi, long timeout_ms, void *user)
{
    http_client *c = user;

    (void)multi;
    if (c->closing)
        return 0;
    if (timeout_ms < 0)
        uv_timer_stop(&c->timer);
    else
        uv_timer_start(&c->timer, client_on_timer, (uint64_t)timeout_ms, 0);
    return 0;
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
    struct watch *w = poll->data;
    int what = 0;

    /* What is wrong with the connection curl finds out when it reads; told of an error alone it has
     * only words for that it was told. */
    if (status < 0)
        what = CURL_CSELECT_IN | CURL_CSELECT_OUT;
    if (events & UV_READABLE)
        what |= CURL_CSELECT_IN;
    if (events & UV_WRITABLE)
        what |= CURL_CSELECT_OUT;
    act(w->client, w->fd, what);
}

static void on_watch_closed(uv_handle_t *handle)
{
    struct watch *w = handle->data;

    w->client->open--;
    mem_free(w);
}

/*
 * A watch stays with its socket (multi_assign), so that curl's next wish finds it. Its memory goes
 * when libuv has let go of the handle.
 */
static int want_socket(CURL *easy, curl_socket_t fd, int what, void *user, void *socket_user)
{
    http_client *c = user;
    struct watch *w = socket_user;
    int events = 0;

    (void)easy;
    if (what == CURL_POLL_REMOVE) {
        if (w) {
            c->curl->multi_assign(c->multi, fd, NULL);
            uv_poll_stop(&w->poll);
            uv_close((uv_handle_t *)&w->poll, on_watch_closed);
        }
        return 0;
    }
    if (!w) {
        w = mem_calloc(1, sizeof *w);
        w->client = c;
        w->fd = fd;
        if (uv_poll_init_socket(c->loop, &w->poll, fd)) {
            mem_free(w);
            return -1;
        }
        c->open++;
        w->poll.data = w;
        c->curl->multi_assign(c->multi, fd, w);
    }
    if (what & CURL_POLL_IN)
        events |= UV_READABLE;
    if (what & CURL_POLL_OUT)
        events |= UV_WRITABLE;
    uv_poll_start(&w->poll, events, on_poll);
    return 0;
}

/* ---- a transfer's callbacks ---- */

/* Children must not inherit our connections. */
static curl_socket_t open_socket(void *user, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct http_transfer *t = user;

    (void)purpose;
    t->resolved = true;
    if (!t->done)
        return CURL_SOCKET_BAD;
    if (t->allow && !t->allow(t->user, &address->addr)) {
        t->refused = true;
        return CURL_SOCKET_BAD;
    }
    if (t->probing)
        return CURL_SOCKET_BAD;
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static bool may_go_to(const struct http_transfer *t, const char *ip)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};

    if (inet_pton(AF_INET, ip, &v4.sin_addr) == 1)
        return t->allow(t->user, (struct sockaddr *)&v4);
    return inet_pton(AF_INET6, ip, &v6.sin6_addr) == 1 && t->allow(t->user, (struct sockaddr *)&v6);
}

static int client_on_connection(void *user, char *to, char *from, int to_port, int from_port)
{
    struct http_transfer *t = user;

    (void)from;
    (void)to_port;
    (void)from_port;
    t->resolved = t->sent = true;
    /* It may be one that was made for somebody else. */
    if (t->allow && !may_go_to(t, to)) {
        t->refused = true;
        return CURL_PREREQFUNC_ABORT;
    }
    return t->done && !t->probing ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}

static size_t on_header(char *bytes, size_t size, size_t count, void *user)
{
    struct http_transfer *t = user;

    (void)bytes;
    t->header_bytes += size * count;
    if (t->header_bytes <= MAX_HEADER_BYTES)
        return size * count;
    t->too_large = true;
    return 0;
}

/* What a body is said to have, as far as a foreign word may make us take memory. */
enum { MOST_RESERVED = 4 << 20 };

/* Makes room at once for all of a body that is about to come, if its length was told. */
static void reserve_body(struct http_transfer *t)
{
    curl_off_t told = -1;

    t->client->curl->easy_getinfo(t->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &told);
    if (told > 0 && told <= MOST_RESERVED)
        buf_reserve(&t->answer, (size_t)told + 1);
}

static size_t on_body(char *bytes, size_t size, size_t count, void *user)
{
    struct http_transfer *t = user;
    size_t len = size * count;

    if (len > t->max_body - t->answer.len) {
        t->too_large = true;
        return 0;
    }
    if (!http_client_has_room(t, len))
        return CURL_WRITEFUNC_PAUSE;
    if (!t->answer.data)
        reserve_body(t);
    buf_add(&t->answer, bytes, len);
    return len;
}

/* libcurl itself knows none of the variables by which AWS's SDKs and curl's own program are told of
 * an authority of one's own. That a file can't be read is told when a request needs it. */
static void set_trusted_file(const struct http_transfer *t)
{
    const char *bundle = getenv("AWS_CA_BUNDLE");
    const char *file = bundle && *bundle ? bundle : getenv("SSL_CERT_FILE");

    if (file && *file)
        t->client->curl->easy_setopt(t->easy, CURLOPT_CAINFO, file);
}

/* What is the same for each request that an easy handle makes. */
static struct http_transfer *transfer_new(http_client *c)
{
    struct http_transfer *t = mem_calloc(1, sizeof *t);
    CURL *e = c->curl->easy_init();

    if (!e)
        abort(); /* as mem_alloc: no memory */
    t->client = c;
    t->easy = e;
    c->curl->easy_setopt(e, CURLOPT_PRIVATE, t);
    c->curl->easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
    c->curl->easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
    c->curl->easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L);
    c->curl->easy_setopt(e, CURLOPT_PATH_AS_IS, 1L); /* what is signed is what is sent */
    c->curl->easy_setopt(e, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    c->curl->easy_setopt(e, CURLOPT_NOPROXY, c->no_proxy);
    c->curl->easy_setopt(e, CURLOPT_TCP_KEEPALIVE, 1L);
    /* The look-up of a name that takes too long is left to its thread: to wait for that at a
     * time-out or at the end may take a minute, in which the loop stands still. */
    c->curl->easy_setopt(e, CURLOPT_QUICK_EXIT, 1L);
    c->curl->easy_setopt(e, CURLOPT_ERRORBUFFER, t->error);
    c->curl->easy_setopt(e, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    c->curl->easy_setopt(e, CURLOPT_OPENSOCKETDATA, t);
    c->curl->easy_setopt(e, CURLOPT_PREREQFUNCTION, client_on_connection);
    c->curl->easy_setopt(e, CURLOPT_PREREQDATA, t);
    c->curl->easy_setopt(e, CURLOPT_HEADERFUNCTION, on_header);
    c->curl->easy_setopt(e, CURLOPT_HEADERDATA, t);
    c->curl->easy_setopt(e, CURLOPT_WRITEFUNCTION, on_body);
    c->curl->easy_setopt(e, CURLOPT_WRITEDATA, t);
    set_trusted_file(t);
    return t;
}

bool http_sends_body(const char *method)
{
    return strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0;
}

static void set_method(struct http_transfer *t, const char *method)
{
    CURL *e = t->easy;

    t->client->curl->easy_setopt(e, CURLOPT_CUSTOMREQUEST, NULL);
    t->client->curl->easy_setopt(e, CURLOPT_NOBODY, 0L);
    if (!strcmp(method, "GET")) {
        t->client->curl->easy_setopt(e, CURLOPT_HTTPGET, 1L);
        return;
    }
    if (!strcmp(method, "HEAD")) {
        t->client->curl->easy_setopt(e, CURLOPT_NOBODY, 1L);
        return;
    }
    t->client->curl->easy_setopt(e, CURLOPT_POST, 1L);
    t->client->curl->easy_setopt(e, CURLOPT_POSTFIELDS, buf_str(&t->body));
    t->client->curl->easy_setopt(e, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)t->body.len);
    if (strcmp(method, "POST") != 0)
        t->client->curl->easy_setopt(e, CURLOPT_CUSTOMREQUEST, method);
}

/* Where only some authorities count, the system's folder of them must not; such a handle is not
 * used again. */
static void set_authorities(struct http_transfer *t, const char *ca)
{
    struct curl_blob pem;

    if (!ca)
        return;
    t->own_ca = true;
    pem = (struct curl_blob){.len = strlen(ca), .flags = CURL_BLOB_COPY};
    memcpy(&pem.data, &ca, sizeof ca);
    t->client->curl->easy_setopt(t->easy, CURLOPT_CAINFO_BLOB, &pem);
    t->client->curl->easy_setopt(t->easy, CURLOPT_CAPATH, NULL);
}

static void client_take(struct buf *to, struct buf *from)
{
    buf_clear(to);
    *to = *from;
    *from = (struct buf){0};
}

http_transfer *http_client_send(http_client *c, struct http_request *q, http_done *done, void *user)
{
    struct http_transfer *t = c->spare;

    if (t) {
        unlink_transfer(&c->spare, t);
        c->spares--;
    } else {
        t = transfer_new(c);
    }
    t->done = done;
    t->user = user;
    t->allow = q->allow;
    t->allow_name = q->allow_name;
    t->direct = q->direct;
    t->max_body = q->max_body ? q->max_body : MAX_BODY;
    t->timeout_ms = q->timeout_ms;
    t->header_bytes = 0;
    t->resolved = t->sent = t->too_large = t->refused = t->again = false;
    t->error[0] = '\0';
    client_take(&t->headers, &q->headers);
    client_take(&t->body, &q->body);
    /* curl would wait for the server's leave to send a long body */
    buf_add(&t->headers, "Expect:", sizeof "Expect:");

    c->curl->easy_setopt(t->easy, CURLOPT_URL, q->url);
    set_method(t, q->method);
    set_authorities(t, q->ca);
    c->curl->easy_setopt(t->easy, CURLOPT_HTTPHEADER, http_client_lines(t));
    int64_t now_ms = clock_steady_ms();
    t->until_ms = q->timeout_ms ? now_ms + q->timeout_ms : 0;
    t->connect_until_ms = now_ms + (q->connect_ms ? q->connect_ms : CONNECT_MS);
    set_times(t);
    set_probing(t, t->allow && !t->direct && may_use_proxy());
    client_push(&c->running, t);
    c->curl->multi_add_handle(c->multi, t->easy);
    return t;
}

void http_client_cancel(http_transfer *t)
{
    t->done = NULL;
    /* To drop it now would stop the loop until the look-up of the name is over: so that comes to
     * its end, and open_socket and on_connection go no further. */
    if (!t->resolved)
        return;
    t->client->curl->multi_remove_handle(t->client->multi, t->easy);
    unlink_transfer(&t->client->running, t);
    http_client_free_room(t, t->answer.len);
    put_aside(t);
}

/* ---- the client ---- */

http_client *http_client_new(uv_loop_t *loop, unsigned max_connections, struct diag *why)
{
    const struct curl_library *curl = curl_library_load(why);
    const char *env = getenv("no_proxy");
    struct buf no_proxy = {0};
    CURLM *multi = curl ? curl->multi_init() : NULL;

    if (!curl)
        return NULL;
    if (!multi)
        abort(); /* as mem_alloc: no memory */
    max_connections = (unsigned)http_connections_within_files(max_connections);
    http_client *c = mem_calloc(1, sizeof *c);
    c->curl = curl;
    c->multi = multi;
    c->loop = loop;
    uv_timer_init(loop, &c->timer);
    c->timer.data = c;
    c->open = 1;
    if (!env)
        env = getenv("NO_PROXY");
    if (env && !strcmp(env, "*"))
        buf_adds(&no_proxy, env);
    else
        buf_printf(&no_proxy, "localhost,127.0.0.1,::1%s%s", env && *env ? "," : "",
                   env ? env : "");
    c->no_proxy = buf_take(&no_proxy);
    c->curl->multi_setopt(c->multi, CURLMOPT_SOCKETFUNCTION, want_socket);
    c->curl->multi_setopt(c->multi, CURLMOPT_SOCKETDATA, c);
    c->curl->multi_setopt(c->multi, CURLMOPT_TIMERFUNCTION, want_timer);
    c->curl->multi_setopt(c->multi, CURLMOPT_TIMERDATA, c);
    c->curl->multi_setopt(c->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, (long)max_connections);
    c->curl->multi_setopt(c->multi, CURLMOPT_MAXCONNECTS, (long)max_connections);
    return c;
}

static void client_on_timer_closed(uv_handle_t *handle)
{
    http_client *c = handle->data;

    c->open--;
}

void http_client_close(http_client *c)
{
    if (c->closing)
        return;
    c->closing = true;
    while (c->running) {
        struct http_transfer *t = c->running;

        unlink_transfer(&c->running, t);
        c->curl->multi_remove_handle(c->multi, t->easy);
        transfer_free(t);
    }
    while (c->spare) {
        struct http_transfer *t = c->spare;

        unlink_transfer(&c->spare, t);
        transfer_free(t);
    }
    c->curl->multi_cleanup(c->multi);
    uv_close((uv_handle_t *)&c->timer, client_on_timer_closed);
}

bool http_client_is_closed(const http_client *c)
{
    return c->closing && !c->open;
}

void http_client_free(http_client *c)
{
    if (!c)
        return;
    mem_free(c->no_proxy);
    mem_free(c);
}
