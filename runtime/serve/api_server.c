/*
 * The API over HTTP. A request is checked in two steps: when its head is there (host, origin,
 * signature as far as the head tells), so that nobody has to take the body of a stranger, and when
 * its body is there. One that waits for an answer stands in a list, so that a client who goes, and
 * a server that stops, find it.
 */

#include "runtime/serve/api_server.h"

#include "asl/eval/env.h"
#include "parsers/base/mem.h"
#include "runtime/aws/credentials.h"

#include <string.h>
#include <sys/random.h>

static const char prefix[] = "AWSStepFunctions.";
static const char json_type[] = "application/x-amz-json-1.0";

struct api_server {
    http_server *http;
    api *api;
    struct api_server_options options;
    struct asl_chance chance; /* request ids */
    bool stopping;
    char *failure;            /* why nothing can be done any more; NULL: all is well */
    struct request *requests; /* that are not answered */
    void (*stopped)(void *user);
    void *stopped_user;
};

/* A request on its way through the api. */
struct request {
    struct request *next, *prev;
    api_server *server;
    http_exchange *x;
    const char *operation; /* good as long as `x` */
    uint64_t call;
};

/* Takes `body`. */
static void api_server_reply(api_server *s, http_exchange *x, int status, const char *type,
                             struct buf *body)
{
    json *id = asl_chance_uuid(&s->chance);
    const struct http_header headers[] = {{"x-amzn-RequestId", json_str(id)},
                                          {"Content-Type", type}};
    struct http_answer a = {.status = status, .headers = headers, .header_count = 2, .body = *body};

    *body = (struct buf){0};
    http_reply(x, &a);
    json_unref(id);
}

static void reply_text(api_server *s, http_exchange *x, int status, const char *text)
{
    struct buf body = {0};

    buf_adds(&body, text);
    api_server_reply(s, x, status, "text/plain; charset=utf-8", &body);
}

static void reply_error(api_server *s, http_exchange *x, int status, const char *type,
                        const char *message)
{
    struct buf body = {0};

    api_error_body(&body, type, message);
    api_server_reply(s, x, status, json_type, &body);
}

static struct request *add_request(api_server *s, http_exchange *x)
{
    struct request *r = mem_calloc(1, sizeof *r);

    *r = (struct request){.server = s, .x = x, .next = s->requests};
    if (s->requests)
        s->requests->prev = r;
    s->requests = r;
    return r;
}

static void remove_request(struct request *r)
{
    *(r->prev ? &r->prev->next : &r->server->requests) = r->next;
    if (r->next)
        r->next->prev = r->prev;
    mem_free(r);
}

static void api_server_answered(void *user, int status, struct buf *body)
{
    struct request *r = user;

    metrics_call(r->server->options.metrics, r->operation, status);
    http_exchange_on_gone(r->x, NULL, NULL);
    api_server_reply(r->server, r->x, status, json_type, body);
    remove_request(r);
}

/* Nobody hears the answer any more: a task must not be given to such a worker. */
static void client_gone(void *user)
{
    struct request *r = user;

    api_give_up(r->server->api, r->call);
    remove_request(r);
}

static void reply_failure(api_server *s, http_exchange *x)
{
    reply_error(s, x, 503, "ServiceUnavailable", s->failure ? s->failure : "The server has ended");
}

/* Answers all requests that wait. Each is given up first, so that the API doesn't answer it as
 * well. */
static void fail_requests(api_server *s)
{
    while (s->requests) {
        struct request *r = s->requests;
        api_give_up(s->api, r->call);
        http_exchange_on_gone(r->x, NULL, NULL);
        reply_failure(s, r->x);
        remove_request(r);
    }
}

void api_server_fail(api_server *s, const char *why)
{
    s->failure = mem_strdup(why);
    fail_requests(s);
}

static void api_server_call(api_server *s, http_exchange *x, const struct http_message *m,
                            const char *target)
{
    struct request *r = add_request(s, x);

    r->operation = target + strlen(prefix);
    r->call = api_call(s->api, r->operation, m->body.data, m->body.len,
                       s->options.now(s->options.clock), api_server_answered, r);
    /* A call that doesn't wait is answered within the turn, so its client needn't be watched.
     * http_exchange_on_gone returns false when the client has gone already. */
    if (!api_waits(s->api, r->call) || http_exchange_on_gone(x, client_gone, r))
        return;
    api_give_up(s->api, r->call);
    remove_request(r);
    reply_text(s, x, 500, "");
}

/*
 * Checks the signature; a request that has none or a wrong one is answered here. Without its body
 * (`whole` false) only what the head can tell is looked at, so that a stranger's body is never
 * read.
 */
static bool api_server_is_signed(api_server *s, http_exchange *x, const struct http_message *m,
                                 bool whole)
{
    struct sigv4_error why = {0};

    if (!s->options.credentials)
        return true;
    int64_t now_ms = s->options.now(s->options.clock);
    bool good = whole ? credentials_signed(s->options.credentials, m, now_ms, &why)
                      : credentials_may_be_signed(s->options.credentials, m, now_ms, &why);
    if (!good)
        reply_error(s, x, 400, json_str(why.type), json_str(why.message));
    sigv4_error_clear(&why);
    return good;
}

static void reply_ready(api_server *s, http_exchange *x)
{
    struct buf text = {0};
    bool ready = !s->failure && !s->stopping;

    buf_printf(&text, "%s\n", s->failure ? s->failure : ready ? "ready" : "stopping");
    api_server_reply(s, x, ready ? 200 : 503, "text/plain; charset=utf-8", &text);
}

static const char *target_of(const struct http_message *m)
{
    return http_message_header(m, "X-Amz-Target");
}

static bool is_post(const struct http_message *m)
{
    return strcmp(m->method, "POST") == 0;
}

static bool is_health(const struct http_message *m)
{
    return !is_post(m) && (!strcmp(m->path, "/healthz") || !strcmp(m->path, "/readyz"));
}

/*
 * Returns whether a request may come in unsigned. Where signatures are asked for, its sender must
 * be on this machine by his address, as the Host header is only his own word. That header must name
 * this machine all the same: otherwise a web page whose name leads here (DNS rebinding) would be
 * let in by the browser that runs on this machine.
 */
static bool may_come_in(const api_server *s, http_exchange *x, const struct http_message *m,
                        const struct route_access *access)
{
    if (access->open)
        return true;
    if (s->options.credentials)
        return http_exchange_is_local(x) && http_host_is_loopback(m->host);
    return s->options.any_host || http_host_is_loopback(m->host);
}

static void api_server_on_head(void *user, http_exchange *x)
{
    api_server *s = user;
    const struct http_message *m = http_exchange_message(x);
    bool calls = is_post(m) && target_of(m);
    struct route_access access = {0};

    /* With --credentials, calls are let past the Host check because their signature is checked
     * below, and pages of health because they tell no secret. */
    access.open = s->options.credentials && (calls || is_health(m));
    access.cross_site = is_health(m);
    if (!calls && !is_health(m) && s->options.look)
        s->options.look(s->options.user, m, &access);
    if (!access.cross_site && http_message_is_cross_site(m))
        http_exchange_refuse(x, 403, "This origin is not allowed");
    else if (!may_come_in(s, x, m, &access))
        http_exchange_refuse(x, 403,
                             s->options.credentials
                                 ? "Unsigned requests are answered to this machine alone"
                                 : "This host is not allowed");
    else if (calls && !api_server_is_signed(s, x, m, false))
        return;
    else if (access.max_body && !http_exchange_limit_body(x, access.max_body))
        http_exchange_refuse(x, 413, "The body is too large");
}

/* Returns whether the request was answered: by who it was offered to, or with what is wrong with
 * its signature. */
static bool api_server_offer_signed(api_server *s, http_exchange *x, const struct http_message *m)
{
    if (!s->options.offer_signed)
        return false;
    return !api_server_is_signed(s, x, m, true) || s->options.offer_signed(s->options.user, x);
}

/*
 * Answers a request that api_server_on_head has let in. The order counts: health is told even when
 * the store has failed, and a signature is checked over the whole body only for calls, which are
 * all that ask for one.
 */
static void api_server_on_request(void *user, http_exchange *x)
{
    api_server *s = user;
    const struct http_message *m = http_exchange_message(x);
    const char *target = target_of(m);

    if (is_health(m) && strcmp(m->path, "/healthz") == 0) {
        reply_text(s, x, 200, "ok\n");
    } else if (is_health(m)) {
        reply_ready(s, x);
    } else if (s->failure && strcmp(m->path, "/metrics") != 0) {
        reply_failure(s, x);
    } else if (!target && http_exchange_is_crowded(x)) {
        reply_text(s, x, 503, "There are too many requests\n");
    } else if (!target && s->options.offer && s->options.offer(s->options.user, x)) {
        return;
    } else if (!is_post(m)) {
        reply_text(s, x, 404,
                   "This is the AWS Step Functions API of asl serve: POST / with "
                   "X-Amz-Target\n");
    } else if (target && strncmp(target, prefix, strlen(prefix)) == 0) {
        if (api_server_is_signed(s, x, m, true)) {
            http_exchange_vouch(x);
            api_server_call(s, x, m, target);
        }
    } else if (!target || !api_server_offer_signed(s, x, m)) {
        reply_error(s, x, 400, "UnknownOperationException",
                    "The header X-Amz-Target is to be AWSStepFunctions.<Operation>");
    }
}

static void http_stopped(void *user)
{
    api_server *s = user;

    if (s->stopped)
        s->stopped(s->stopped_user);
}

api_server *api_server_new(uv_loop_t *loop, api *a, const struct api_server_options *options)
{
    api_server *s = mem_calloc(1, sizeof *s);
    struct http_server_options http = {
        .user = s, .on_head = api_server_on_head, .by_word = options->credentials != NULL};

    s->api = a;
    s->options = *options;
    if (getrandom(&s->chance.state, sizeof s->chance.state, 0) != sizeof s->chance.state)
        s->chance.state = (uint64_t)options->now(options->clock); /* ids need be no secret */
    s->http = http_server_new(loop, &http, api_server_on_request);
    return s;
}

bool api_server_listen(api_server *s, const char *address, uint16_t port, uint16_t *bound,
                       struct diag *why)
{
    return http_server_listen(s->http, address, port, bound, why);
}

void api_server_stats(const api_server *s, struct http_stats *out)
{
    http_server_stats(s->http, out);
}

/* Polls of workers last up to a minute; they are answered at once, as nothing else would end
 * them in time. */
void api_server_stop(api_server *s, void (*stopped)(void *user), void *user)
{
    s->stopping = true;
    s->stopped = stopped;
    s->stopped_user = user;
    api_end_polls(s->api);
    http_server_stop(s->http, http_stopped);
}

void api_server_close(api_server *s)
{
    fail_requests(s);
    http_server_close(s->http);
}

void api_server_free(api_server *s)
{
    if (!s)
        return;
    http_server_free(s->http);
    mem_free(s->failure);
    mem_free(s);
}
