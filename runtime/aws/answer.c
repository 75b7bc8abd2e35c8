/*
 * What a Task gets of a call's answer: its result, by the protocol of the service and the shape
 * that the model gives it. Errors are in error.c, the ends of jobs in job.c.
 */
#include "runtime/aws/aws_impl.h"

#include "parsers/base/utf8.h"

#include <string.h>

enum { SHOWN_ANSWER = 100 }; /* bytes of a page */

void aws_result_clear(struct aws_result *r)
{
    json_unref(r->value);
    json_unref(r->error);
    json_unref(r->cause);
    *r = (struct aws_result){0};
}

/* Adds the begin of a text in one line. */
static void add_begin(struct buf *out, const char *text, size_t len)
{
    size_t from = out->len;

    utf8_add_mended(out, text, utf8_cut(text, len, SHOWN_ANSWER));
    for (size_t i = from; i < out->len; i++)
        if ((unsigned char)out->data[i] < 0x20 || out->data[i] == 0x7f)
            out->data[i] = ' ';
}

/* Adds a URL's scheme and host: a user's name and what is behind may be secrets, or data. */
static void add_server(struct buf *out, const char *url)
{
    const char *at = strstr(url, "://");
    const char *begin = at ? at + 3 : url, *host = begin;
    size_t len = strcspn(begin, "/?#");

    for (size_t i = 0; i < len; i++)
        if (begin[i] == '@')
            host = begin + i + 1;
    buf_add(out, url, (size_t)(begin - url));
    buf_add(out, host, len - (size_t)(host - begin));
}

/*
 * What came is no answer of such a service. A page for people, as a proxy or another server gives
 * it, is shown: it mostly says who answered. Other bodies may be data, and are not.
 */
static void not_understood(const struct aws_call *c, const struct aws_answer *a, const char *why,
                           struct aws_result *out)
{
    const json *type = aws_header_of(a->headers, "Content-Type");
    struct buf cause = {0};

    buf_printf(&cause, "Unable to unmarshall response: %s", why);
    if (type && json_is_string(type) &&
        (strstr(json_str(type), "html") || strstr(json_str(type), "text/plain"))) {
        buf_adds(&cause, " (");
        if (a->url)
            add_server(&cause, a->url);
        buf_printf(&cause, "%sstatus %d, %s: ", a->url ? ", " : "", a->status, json_str(type));
        add_begin(&cause, a->body, a->len);
        buf_addc(&cause, ')');
    }
    aws_not_sent(c, json_take_buf(&cause), out);
}

/* ---- results ---- */

/* {name: v}. Takes `v`. */
json *aws_only(const char *name, json *v)
{
    struct json_build b;

    json_build_object(&b, 1);
    json_build_set(&b, name, v);
    return json_build_done(&b);
}

/* <PublishResponse><PublishResult>…</PublishResult><ResponseMetadata>…: the Result's members. EC2's
 * are the root's. */
static json *answer_query(const struct aws_call *c, const struct aws_answer *a, bool in_ms,
                          struct diag *why)
{
    struct aws_xml *x = aws_xml_read(a->body, a->len, why);
    const struct aws_element *n = x ? aws_xml_root(x) : NULL;
    json *v = NULL;

    if (n && c->operation.wrapper)
        n = aws_element_named(n, c->operation.wrapper);
    if (n && c->operation.output)
        v = aws_xml_for_task(c->service, c->operation.output, n, in_ms);
    else if (x)
        v = json_ref(json_empty_object());
    aws_xml_free(x);
    return v;
}

static json *answer_cbor(const struct aws_call *c, const struct aws_answer *a, bool in_ms,
                         struct diag *why)
{
    json *body = aws_cbor_read(a->body, a->len, why);
    json *v = body ? aws_json_for_task(c->service, c->operation.output, body, in_ms) : NULL;

    json_unref(body);
    return v;
}

static json *read_answer(const struct aws_call *c, const struct aws_answer *a, struct diag *why)
{
    bool in_ms = c->integration && c->integration->envelope;

    switch (c->service->protocol) {
    case MODEL_JSON: return aws_json_body(c->service, c->operation.output, a, in_ms, why);
    case MODEL_QUERY:
    case MODEL_EC2: return answer_query(c, a, in_ms, why);
    case MODEL_REST_JSON:
    case MODEL_REST_XML: return aws_read_rest(c, a, in_ms, why);
    case MODEL_CBOR: return answer_cbor(c, a, in_ms, why);
    }
    return NULL;
}

/* Returns whether the answer's body is bytes that may be anything: S3's objects. */
static bool answers_bytes(const struct aws_call *c)
{
    struct model_shape s;
    struct model_member m;

    if (!c->operation.output)
        return false;
    s = model_shape_at(c->service, c->operation.output);
    return s.payload && model_member_named(&s, s.payload, strlen(s.payload), &m) &&
           model_shape_at(c->service, m.shape).kind == MODEL_BLOB;
}

/* S3 begins the answer to a long call before it knows the end: a 200 may be an error. */
static bool is_late_error(const struct aws_call *c, const struct aws_answer *a)
{
    struct aws_xml *x;
    bool is;

    if (strcmp(c->service->name, "s3") != 0 || !a->len || *a->body != '<' || answers_bytes(c))
        return false;
    x = aws_xml_read(a->body, a->len, NULL);
    is = x && !strcmp(aws_xml_root(x)->name, "Error");
    aws_xml_free(x);
    return is;
}

/* The members by name, the envelope among them. */
static json *with_envelope(json *v, const struct aws_answer *a)
{
    json *id = json_string_mended(aws_request_id(a), strlen(aws_request_id(a)));
    struct json_build b;
    bool put = false;

    json_build_object(&b, json_count(v) + 2);
    for (size_t i = 0; i <= json_count(v); i++) {
        const json *key = i < json_count(v) ? json_key_at(v, i) : NULL;
        if (!put && (!key || strcmp(json_str(key), "SdkHttpMetadata") > 0)) {
            json_build_set(&b, "SdkHttpMetadata", aws_http_metadata(a->headers, a->status));
            json_build_set(&b, "SdkResponseMetadata", aws_only("RequestId", json_ref(id)));
            put = true;
        }
        if (key)
            json_build_set_key(&b, json_ref(key), json_ref(json_value_at(v, i)));
    }
    json_unref(id);
    json_unref(v);
    return json_build_done(&b);
}

/* An event that was not taken fails the Task. */
static bool events_failed(const struct aws_call *c, const json *v, struct aws_result *out)
{
    const json *failed = json_get(v, "FailedEntryCount");

    if (!c->integration || strcmp(c->integration->call, "events:putEvents") != 0 || !failed ||
        !json_is_number(failed) || json_double_value(failed) <= 0)
        return false;
    *out = (struct aws_result){.error = json_cstring("EventBridge.FailedEntry"),
                               .cause = json_text(v)};
    return true;
}

void aws_answer_read(const struct aws_call *c, const struct aws_answer *a, struct aws_result *out)
{
    struct diag why = {0};
    json *v;

    if (a->status < 200 || a->status > 299 || is_late_error(c, a)) {
        aws_refused(c, a, out);
        return;
    }
    if (aws_call_converses(c)) {
        if (!aws_read_conversation(c, a, out, &why))
            not_understood(c, a, why.text, out);
        diag_clear(&why);
        return;
    }
    v = read_answer(c, a, &why);
    if (!v || !json_is_object(v)) {
        not_understood(c, a, v ? "it is no object" : why.text, out);
        json_unref(v);
        diag_clear(&why);
        return;
    }
    if (events_failed(c, v, out)) {
        json_unref(v);
        return;
    }
    if (c->integration && c->integration->result) {
        json *mapped = aws_mapped(c->integration->result, a->parameters, v);
        json_unref(v);
        v = mapped;
    }
    if (c->integration && c->integration->envelope)
        v = with_envelope(v, a);
    *out = (struct aws_result){.ok = true, .value = v};
}
