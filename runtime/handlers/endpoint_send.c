/*
 * Where a service is, and the way of a call there: its request is made, addressed and signed.
 */
#include "runtime/handlers/endpoint_impl.h"

#include "parsers/base/mem.h"
#include "parsers/base/text.h"
#include "runtime/aws/endpoints.h"

#include <string.h>

/* ---- where ---- */

/*
 * A queue's URL with a path names the queue, wherever it seems to be: an emulator is asked where it
 * is for us. One without a path is the host that the SDK would ask.
 */
static const char *host_of_queue(const struct aws_call *c, const json *parameters)
{
    const json *url =
        c->integration && !strcmp(c->service->id, "SQS") && parameters && json_is_object(parameters)
            ? json_get(parameters, "QueueUrl")
            : NULL;
    const char *text = url && json_is_string(url) ? json_str(url) : NULL;

    if (!text || strlen(text) != json_str_len(url) || !http_url_ok(text))
        return NULL;
    return strpbrk(strstr(text, "://") + 3, "/?#") ? NULL : text;
}

struct endpoint_place endpoint_place_of(handlers *h, const struct aws_call *c, const char *row_url,
                                        const json *parameters, const char *region)
{
    struct endpoints *all = h->options.endpoints;
    const char *given = row_url || !all ? row_url : endpoints_find_of_call(all, c);
    const char *queue = given ? host_of_queue(c, parameters) : NULL;
    const char *url = queue ? queue : given;
    struct endpoint_place p = {.local = given && endpoints_url_is_loopback(given),
                               .elsewhere = queue};

    p.own = given && all && endpoints_is_own(all, given, &p.region) && !queue;
    struct buf there = {0};
    if (p.own && region && endpoints_write_own(&there, c->service->id, region, &p.region))
        url = buf_str(&there);
    p.base = url ? mem_strndup(url, text_len_before_slashes(url, strlen(url))) : NULL;
    buf_clear(&there);
    return p;
}

/* ---- sending ---- */

struct aws_body endpoint_raw_body(const struct task_call *call)
{
    const json *body = call->raw ? aws_given(call->payload, "Body") : NULL;

    return body && json_is_string(body) ? (struct aws_body){json_str(body), json_str_len(body)}
                                        : (struct aws_body){0};
}

/* Only AWS's own hosts are told apart by what stands before them. */
static void write_url(const struct endpoint_place *to, const struct aws_request *q, struct buf *out)
{
    const char *host = strstr(to->base, "://") + 3;

    buf_add(out, to->base, (size_t)(host - to->base));
    if (to->own)
        buf_add(out, q->host.data ? q->host.data : "", q->host.len);
    buf_adds(out, host);
    buf_add(out, q->path.data, q->path.len);
    if (q->query.len) {
        buf_addc(out, '?');
        buf_add(out, q->query.data, q->query.len);
    }
}

/* Returns the service's name in signatures; NULL when the call has none. */
static const char *signs_for(const struct endpoint_place *to, const struct aws_call *c)
{
    bool bearer = !strcmp(c->service->signature, "bearer");

    return to->elsewhere || c->operation.no_signature || bearer ? NULL : c->service->signing;
}

/* Emulators don't look at who asks; AWS does, and two ways to say it are not known here. */
static bool can_be_asked(const struct endpoint_place *to, const struct aws_call *c,
                         struct diag *why)
{
    const char *how = c->service->signature;
    const char *lacks = !strcmp(how, "v2")       ? "Signature Version 2"
                        : !strcmp(how, "bearer") ? "a bearer token"
                                                 : NULL;

    if (!to->own || !lacks || c->operation.no_signature)
        return true;
    diag_set(why, "NO_KEYS", 0, "'%s' wants %s, which asl does not send: AWS would refuse the call",
             c->service->name, lacks);
    return false;
}

signed_send *endpoint_send_call(const struct task_call *of, const struct outgoing *o,
                                bool *bad_call, struct diag *why)
{
    const struct aws_call *c = o->call;
    struct aws_caller caller = {of->execution, o->key};
    struct sigv4_header headers[AWS_MAX_HEADERS];
    struct aws_request q;
    struct buf url = {0};
    signed_send *t;

    *bad_call = false;
    if (!o->to->base) {
        buf_adds(&url, "nothing says where it is: ");
        endpoints_say_of_call(c, &url);
        diag_set(why, "NO_ENDPOINT", 0, "%s", buf_str(&url));
        buf_clear(&url);
        return NULL;
    }
    if (!can_be_asked(o->to, c, why))
        return NULL;
    *bad_call = !aws_request_make(c, o->parameters, &caller, &q, why);
    if (*bad_call)
        return NULL;
    write_url(o->to, &q, &url);
    for (size_t i = 0; i < q.header_count; i++)
        headers[i] = (struct sigv4_header){q.headers[i].name, q.headers[i].value};
    struct signed_request s = {
        .method = q.method,
        .url = buf_str(&url),
        .headers = headers,
        .header_count = q.header_count,
        .body = q.body,
        .service = signs_for(o->to, c),
        .region = o->to->region,
        .s3 = text_begins_with(c->service->signature, "s3"),
        .test_keys = o->to->local,
        .timeout_ms = o->timeout_ms,
        .max_body = o->max_body,
        .signed_ms = o->signed_ms,
        .of = of,
        .no_keys = o->no_keys,
    };
    q.body = (struct buf){0};
    t = send_signed(of->h, &s, o->done, o->user, why);
    aws_request_clear(&q);
    buf_clear(&url);
    return t;
}
