/*
 * The Lambda Runtime API, as far as a process asks it:
 *
 *   GET  /2018-06-01/runtime/invocation/next         waits for an invocation; the body is the event
 *   POST /2018-06-01/runtime/invocation/ID/response  the result
 *   POST /2018-06-01/runtime/invocation/ID/error     the function's error
 *   POST /2018-06-01/runtime/init/error              it can't begin; so the invocation fails
 *
 * Each process has a port of its own on loopback, by which it is known. Other programs on the
 * machine can reach that port as well: so the client's socket must be one of the process's, or,
 * where the row wants it or the system doesn't tell, each path begins with a secret that only the
 * process was given. (Of AWS's own clients the one for Rust takes no such path, and the one for
 * Python loses it when it tells that it can't begin.) What comes from others is refused at its
 * head.
 */
#include "runtime/handlers/lambda_impl.h"

#include "parsers/base/digest.h"
#include "parsers/base/mem.h"

#include <stdlib.h>
#include <string.h>

enum {
    KEPT_MS = 24 * 60 * 60 * 1000, /* a connection, while a function works */
    MAX_ERROR = 1024 * 1024,       /* bytes of what a function says of its error */
};

/* ---- the Runtime API ---- */

static void lambda_reply(http_exchange *x, int status, const char *text)
{
    static const struct http_header json_type = {"Content-Type", "application/json"};
    struct http_answer a = {.status = status, .headers = &json_type, .header_count = 1};

    buf_adds(&a.body, text);
    http_reply(x, &a);
}

static void lambda_refuse(http_exchange *x, int status, const char *type, const char *words)
{
    struct buf text = {0};

    buf_printf(&text, "{\"errorMessage\":\"%s\",\"errorType\":\"%s\"}", words, type);
    lambda_reply(x, status, buf_str(&text));
    buf_clear(&text);
}

static void took(http_exchange *x)
{
    lambda_reply(x, 202, "{\"status\":\"OK\"}");
}

static void lambda_on_gone(void *user)
{
    struct runtime *rt = user;

    rt->poll = NULL;
}

void runtime_forget_poll(struct runtime *rt)
{
    http_exchange *x = rt->poll;

    if (!x)
        return;
    rt->poll = NULL;
    http_exchange_on_gone(x, NULL, NULL);
    lambda_reply(x, 500,
                 "{\"errorMessage\":\"The process is to end\",\"errorType\":\"Runtime.Ended\"}");
}

static void asks_for_next(struct runtime *rt, http_exchange *x)
{
    if (rt->poll || rt->sent || rt->ending) {
        lambda_refuse(x, 403, "Forbidden", "There is an invocation to answer first");
        return;
    }
    rt->poll = x;
    if (!http_exchange_on_gone(x, lambda_on_gone, rt)) {
        rt->poll = NULL;
        lambda_refuse(x, 403, "Forbidden", "The client has gone");
        return;
    }
    runtime_deliver(rt);
}

static void lambda_has_result(struct runtime *rt, http_exchange *x)
{
    const struct buf *body = &http_exchange_message(x)->body;
    struct handler_answer a =
        answer_from_text(rt->h, body->data, body->len, "The function's answer");

    took(x);
    runtime_done(rt, &a);
}

static void take_error(struct runtime *rt, http_exchange *x)
{
    const struct buf *body = &http_exchange_message(x)->body;
    struct handler_answer a = answer_function_error(body->data ? body->data : "", body->len);

    took(x);
    runtime_done(rt, &a);
}

static void take_init_error(struct runtime *rt, http_exchange *x)
{
    const struct buf *body = &http_exchange_message(x)->body;
    struct handler_answer a = answer_function_error(body->data ? body->data : "", body->len);

    took(x);
    runtime_end(rt);
    if (rt->call && !rt->waits) {
        runtime_done(rt, &a);
        return;
    }
    handlers_log(rt->h, NULL, "%s: %s", rt->name, json_str(a.raw));
    handler_answer_clear(&a);
}
/* ---- who asks, and for what ---- */

static struct runtime *runtime_of(const handlers *h, const struct http_message *m)
{
    const char *colon = strrchr(m->host, ':');
    unsigned long port = colon ? strtoul(colon + 1, NULL, 10) : 0;
    struct runtime *rt = h->runtimes->first;

    while (rt && (rt->port != port || !rt->child.alive))
        rt = rt->next;
    return rt;
}

/* The Host header names the port: that it was this one is part of what is looked for. */
static bool is_from_process(const struct runtime *rt, http_exchange *x)
{
    const struct sockaddr *peer = http_exchange_address(x);
    struct sockaddr_in client, server = {.sin_family = AF_INET,
                                         .sin_port = htons(rt->port),
                                         .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

    if (http_exchange_mark(x) == rt->life)
        return true;
    if (peer->sa_family != AF_INET)
        return false;
    memcpy(&client, peer, sizeof client);
    if (!child_is_peer(&rt->h->runtimes->peers, &rt->child, &client, &server))
        return false;
    http_exchange_set_mark(x, rt->life);
    return true;
}

/* The path behind the secret; NULL: whoever asks is not the process. */
static const char *path_for(const struct runtime *rt, http_exchange *x)
{
    const char *path = http_exchange_message(x)->path;

    if (!rt->secret.len)
        return is_from_process(rt, x) ? path : NULL;
    if (strlen(path) < rt->secret.len || !digest_is_same(path, rt->secret.data, rt->secret.len))
        return NULL;
    return path + rt->secret.len;
}

enum question { ASKS_NEXT, TELLS_INIT_ERROR, TELLS_RESULT, TELLS_ERROR, WRONG_ID, NO_QUESTION };

static enum question question_of(const struct runtime *rt, const char *method, const char *path)
{
    static const char base[] = "/2018-06-01/runtime/", invocation[] = "invocation/";
    bool post = !strcmp(method, "POST");

    if (strncmp(path, base, sizeof base - 1) != 0)
        return NO_QUESTION;
    path += sizeof base - 1;
    if (!strcmp(method, "GET") && !strcmp(path, "invocation/next"))
        return ASKS_NEXT;
    if (post && !strcmp(path, "init/error"))
        return TELLS_INIT_ERROR;
    if (!post || strncmp(path, invocation, sizeof invocation - 1) != 0)
        return NO_QUESTION;
    const char *id = path + sizeof invocation - 1;
    size_t len = strcspn(id, "/");
    bool result = !strcmp(id + len, "/response");
    if (!result && strcmp(id + len, "/error") != 0)
        return NO_QUESTION;
    if (!rt->call || !rt->sent || len != strlen(rt->id) || strncmp(id, rt->id, len) != 0)
        return WRONG_ID;
    return result ? TELLS_RESULT : TELLS_ERROR;
}

static void refuse_stranger(struct runtime *rt, http_exchange *x)
{
    if (rt && !rt->warned)
        handlers_log(
            rt->h, NULL,
            "%s: a request to its Runtime API came from another process, and was refused%s",
            rt->name,
            rt->secret.len ? ""
                           : " (if it runs elsewhere, as in a container, its line of the "
                             "handlers file needs \"secret_path\": true)");
    if (rt)
        rt->warned = true;
    lambda_refuse(x, 403, "Forbidden", "This Runtime API is another process's");
}

static void fail_too_large(struct runtime *rt)
{
    struct handler_answer a = answer_failed("States.DataLimitExceeded", NULL);

    runtime_done(rt, &a);
}

/* What a body is for must be clear before it is read: it has a bound, and strangers have none. */
static void lambda_on_head(void *user, http_exchange *x)
{
    const handlers *h = user;
    const struct http_message *m = http_exchange_message(x);
    struct runtime *rt = http_message_is_for_loopback(m) ? runtime_of(h, m) : NULL;
    const char *path = rt ? path_for(rt, x) : NULL;

    if (!path) {
        refuse_stranger(rt, x);
        return;
    }
    enum question q = question_of(rt, m->method, path);
    if (http_exchange_limit_body(x, q == TELLS_RESULT ? h->options.max_output : MAX_ERROR))
        return;
    lambda_refuse(x, 413, "RequestEntityTooLarge", "The body is too large");
    if (q == TELLS_RESULT || q == TELLS_ERROR)
        fail_too_large(rt);
}

/* A body of chunks, whose length nobody told before, ends as one that lambda_on_head refuses. */
static void on_too_large(void *user, http_exchange *x)
{
    const handlers *h = user;
    const struct http_message *m = http_exchange_message(x);
    struct runtime *rt = runtime_of(h, m);
    const char *path = rt ? path_for(rt, x) : NULL;
    enum question q = path ? question_of(rt, m->method, path) : NO_QUESTION;

    if (q == TELLS_RESULT || q == TELLS_ERROR)
        fail_too_large(rt);
}

/* lambda_on_head has let the request in, but the process may have ended while its body came. */
static void lambda_on_request(void *user, http_exchange *x)
{
    const handlers *h = user;
    const struct http_message *m = http_exchange_message(x);
    struct runtime *rt = runtime_of(h, m);
    const char *path = rt ? path_for(rt, x) : NULL;

    if (!path) {
        refuse_stranger(rt, x);
        return;
    }
    switch (question_of(rt, m->method, path)) {
    case ASKS_NEXT: asks_for_next(rt, x); break;
    case TELLS_INIT_ERROR: take_init_error(rt, x); break;
    case TELLS_RESULT: lambda_has_result(rt, x); break;
    case TELLS_ERROR: take_error(rt, x); break;
    case WRONG_ID: lambda_refuse(x, 400, "InvalidRequestID", "Invalid request ID"); break;
    case NO_QUESTION: lambda_refuse(x, 404, "NotFound", "There is no such path"); break;
    }
}

/* ---- the server ---- */

struct runtimes *runtimes_of(handlers *h)
{
    struct http_server_options options = {
        .limits = {.body = SIZE_MAX}, /* on_head has the bound of each */
        .idle_ms = KEPT_MS,
        .on_head = lambda_on_head,
        .on_too_large = on_too_large,
        .user = h,
    };

    if (!h->runtimes) {
        h->runtimes = mem_calloc(1, sizeof *h->runtimes);
        h->runtimes->server = http_server_new(h->loop, &options, lambda_on_request);
    }
    return h->runtimes;
}
