/*
 * What a Task gets of a call's answer: its result, by the protocol of the service and the shape
 * that the model gives it. Errors are in error.c, the ends of jobs in job.c.
 */
#include "runtime/aws/aws_impl.h"

#include "parsers/base/count.h"
#include "parsers/base/text.h"
#include "parsers/base/utf8.h"

#include <string.h>
#include <strings.h>

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

/* Some servers call all that they send a page, so the type alone tells little. */
static bool is_for_people(const struct aws_answer *a)
{
    const json *type = aws_header_of(a->headers, "Content-Type");

    return type && json_is_string(type) &&
           (strstr(json_str(type), "html") || strstr(json_str(type), "text/plain"));
}

/* Adds who answered, and how the answer begins: it mostly tells which server that is. What is not
 * text is left out. */
static void add_answer(struct buf *out, const struct aws_call *c, const struct aws_answer *a)
{
    const json *type = aws_header_of(a->headers, "Content-Type");
    bool is_text = c->service->protocol != MODEL_CBOR && !aws_call_converses(c);

    buf_adds(out, " (");
    if (a->url) {
        add_server(out, a->url);
        buf_adds(out, ", ");
    }
    buf_printf(out, "status %d", a->status);
    if (type && json_is_string(type))
        buf_printf(out, ", %s", json_str(type));
    if (!a->len) {
        buf_adds(out, ", no body");
    } else if (is_text || is_for_people(a)) {
        buf_adds(out, ": ");
        add_begin(out, a->body, a->len);
    }
    buf_addc(out, ')');
}

void aws_not_understood(const struct aws_call *c, const struct aws_answer *a, const char *why,
                        struct aws_result *out)
{
    struct buf cause = {0};

    buf_printf(&cause, "Unable to unmarshall response: %s", why);
    add_answer(&cause, c, a);
    aws_not_sent(c, json_take_buf(&cause), out);
}

/* ---- answers of others ---- */

/* A proxy, the page of a login, or another server at the same port answers with 200, too. The
 * checks below find what can't be an answer of the service where nothing else would: a Task that
 * succeeds then has done nothing. */

static bool starts_with_word(const char *text, size_t len, const char *word)
{
    return len >= strlen(word) && !strncasecmp(text, word, strlen(word));
}

/* Returns where the body begins, behind white space and a byte order mark. */
static const char *begin_of_body(const struct aws_answer *a)
{
    static const char mark[] = "\xEF\xBB\xBF";
    const char *p = a->body, *end = a->body + a->len;

    if (starts_with_word(p, a->len, mark))
        p += strlen(mark);
    while (p < end && strchr(" \t\r\n", *p))
        p++;
    return p;
}

/* Returns whether the output has members that stand in the body. */
static bool has_body_members(const struct model_shape *output)
{
    for (size_t i = 0; i < output->count; i++) {
        struct model_member m = model_member_at(output, i);
        if (m.shape && m.location == MODEL_IN_BODY)
            return true;
    }
    return output->payload != NULL;
}

/* Returns whether members stand in the body that every answer has. */
static bool requires_body(const struct model_shape *output)
{
    for (size_t i = 0; i < output->count; i++)
        if (model_member_is_required(output, i) &&
            model_member_at(output, i).location == MODEL_IN_BODY)
            return true;
    return false;
}

/*
 * Returns whether no body can't be the service's answer. An empty one of JSON is an object without
 * members, for AWS's SDKs, too; so only what an answer must have tells that it is another's.
 */
static bool lacks_body(const struct aws_call *c, const struct aws_answer *a,
                       const struct model_shape *output)
{
    if (a->len || a->status == 204)
        return false;
    switch (c->service->protocol) {
    case MODEL_REST_XML: return has_body_members(output);
    case MODEL_JSON:
    case MODEL_REST_JSON: return requires_body(output);
    case MODEL_QUERY:
    case MODEL_EC2: break; /* XML of nothing can't be read */
    case MODEL_CBOR: break;
    }
    return false;
}

/* Returns whether all of the body is one member that may be any text. */
static bool answers_any_text(const struct aws_call *c, const struct model_shape *output)
{
    struct model_member m;
    enum model_kind kind;

    if (!output->payload ||
        !model_member_named(output, output->payload, strlen(output->payload), &m))
        return false;
    kind = model_shape_at(c->service, m.shape).kind;
    return kind == MODEL_BLOB || kind == MODEL_STRING;
}

/* Objects that are written have an ETag, which nobody else would answer with. */
static bool lacks_etag(const struct aws_call *c, const struct aws_answer *a)
{
    return !strcmp(c->service->name, "s3") &&
           (!strcmp(c->operation.name, "PutObject") || !strcmp(c->operation.name, "UploadPart")) &&
           !aws_header_of(a->headers, "ETag");
}

/* Returns why an answer that is no error is of somebody else; NULL: it may be the service's. */
static const char *why_of_another(const struct aws_call *c, const struct aws_answer *a)
{
    const char *begin = begin_of_body(a);
    size_t len = (size_t)(a->body + a->len - begin);
    bool has_output = c->operation.output != 0;
    struct model_shape output =
        has_output ? model_shape_at(c->service, c->operation.output) : (struct model_shape){0};
    bool rest = c->service->protocol == MODEL_REST_JSON || c->service->protocol == MODEL_REST_XML;

    if (lacks_etag(c, a))
        return "it has no ETag";
    if (has_output && (answers_any_text(c, &output) || aws_call_converses(c)))
        return NULL;
    if (starts_with_word(begin, len, "<html") || starts_with_word(begin, len, "<!doctype html"))
        return "it is a web page";
    if (rest && len && is_for_people(a) && !strchr("<{[", *begin) &&
        !(has_output && has_body_members(&output)))
        return "it has a text where the service sends nothing";
    if (lacks_body(c, a, &output))
        return "it has no body";
    return NULL;
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
 * are the root's. The wrapper tells whose answer it is better than the root, of which emulators
 * have slips. */
static json *answer_query(const struct aws_call *c, const struct aws_answer *a, bool in_ms,
                          struct diag *why)
{
    struct aws_xml *x = aws_xml_read(a->body, a->len, why);
    const struct aws_element *root = x ? aws_xml_root(x) : NULL, *n = root;
    const char *wrapper = c->operation.wrapper;
    json *v = NULL;

    if (n && wrapper)
        n = aws_element_named(n, wrapper);
    else if (n && !text_ends_with(n->name, "Response"))
        n = NULL;
    if (root && !n)
        diag_set(why, "ANSWER", 0, "its <%s> is no %sResponse", root->name, c->operation.name);
    else if (n && c->operation.output)
        v = aws_xml_for_task(c->service, c->operation.output, n, in_ms);
    else if (n)
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

/* ---- ids of Route 53 ---- */

/* Takes `v`. Returns it with an Id without what it is of: "/change/C1" is C1. */
static json *with_plain_id(json *v)
{
    const json *id = json_is_object(v) ? json_get(v, "Id") : NULL;
    const char *slash = id && json_is_string(id) ? strrchr(json_str(id), '/') : NULL;

    return slash && slash > json_str(id) ? aws_with_member(v, "Id", json_cstring(slash + 1)) : v;
}

/* Takes `v`. Returns it with such ids of its elements. */
static json *with_plain_ids(json *v)
{
    struct json_build b;

    json_build_array(&b, json_count(v));
    for (size_t i = 0; i < json_count(v); i++)
        json_build_add(&b, with_plain_id(json_ref(json_at(v, i))));
    json_unref(v);
    return json_build_done(&b);
}

/*
 * The SDK for Java takes off what ids that Route 53 answers begin with (its Route53IdInterceptor),
 * as the service doesn't take them so. It passes over ListHostedZonesByName. Takes `v`.
 */
static json *answer_of_route53(const struct aws_call *c, json *v)
{
    static const char *const with_ids[] = {"ChangeInfo", "DelegationSet", "DelegationSets",
                                           "HostedZone", "HostedZones"};

    if (strcmp(c->service->name, "route53") != 0 ||
        !strcmp(c->operation.name, "ListHostedZonesByName"))
        return v;
    for (size_t i = 0; i < COUNT(with_ids); i++) {
        const json *m = json_get(v, with_ids[i]);
        if (m)
            v = aws_with_member(v, with_ids[i],
                                json_is_array(m) ? with_plain_ids(json_ref(m))
                                                 : with_plain_id(json_ref(m)));
    }
    return v;
}

/* ---- results ---- */

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
    const char *other = why_of_another(c, a);
    if (other) {
        aws_not_understood(c, a, other, out);
        return;
    }
    if (aws_call_converses(c)) {
        if (!aws_read_conversation(c, a, out, &why))
            aws_not_understood(c, a, why.text, out);
        diag_clear(&why);
        return;
    }
    v = read_answer(c, a, &why);
    if (!v || !json_is_object(v)) {
        aws_not_understood(c, a, v ? "it is no object" : why.text, out);
        json_unref(v);
        diag_clear(&why);
        return;
    }
    v = answer_of_route53(c, v);
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
