/*
 * REST requests: the model tells for each member whether it goes into the path, the query, a header
 * or the body, and whether one member is all of the body.
 */
#include "runtime/aws/aws_impl.h"

#include "parsers/base/base64.h"
#include "parsers/base/percent.h"

#include <string.h>
#include <strings.h>

static const char bad[] = "PARAMETERS";

struct rest {
    const struct aws_call *c;
    struct model_shape input;
    const json *v;
    struct aws_request *q;
    struct diag *why;
};

/* Finds a member by where it is and what it is called there. */
static bool member_at_place(const struct model_shape *s, enum model_location where,
                            const char *wire, size_t len, struct model_member *out)
{
    for (size_t i = 0; i < s->count; i++) {
        struct model_member m = model_member_at(s, i);

        if (m.location == where && strlen(m.wire) == len && !memcmp(m.wire, wire, len)) {
            *out = m;
            return true;
        }
    }
    return false;
}

const json *aws_given(const json *v, const char *name)
{
    const json *found = json_is_object(v) ? json_get(v, name) : NULL;

    for (size_t i = 0; !found && json_is_object(v) && i < json_count(v); i++)
        if (!strcasecmp(json_str(json_key_at(v, i)), name))
            found = json_value_at(v, i);
    return found && json_kind(found) != JSON_NULL ? found : NULL;
}

/* ---- path ---- */

/* Who normalises a path, as proxies do, would take "." and ".." for steps to another resource, and
 * they are no names of anything. Only in keys of S3 they are characters like others. */
static bool has_dot_segment(const struct rest *r, const char *text, bool slashes)
{
    if (slashes && !strcmp(r->c->service->name, "s3"))
        return false;
    for (;;) {
        size_t len = slashes ? strcspn(text, "/") : strlen(text);

        if ((len == 1 && !memcmp(text, ".", 1)) || (len == 2 && !memcmp(text, "..", 2)))
            return true;
        if (!text[len])
            return false;
        text += len + 1;
    }
}

static bool fill_label(struct rest *r, const char *label, size_t len, bool slashes)
{
    struct model_member m = {0};
    const json *v = NULL;
    struct buf text = {0};

    if (member_at_place(&r->input, MODEL_IN_URI, label, len, &m))
        v = aws_given(r->v, m.name);
    if (v && json_is_scalar(v)) {
        struct model_shape s = model_shape_at(r->c->service, m.shape);
        aws_write_text(&text, &s, MODEL_TIME_ISO8601, v);
    } else if (!v && !strcmp(r->c->service->name, "glacier") && m.name &&
               !strcmp(m.name, "accountId")) {
        buf_addc(&text, '-'); /* Glacier's word for the caller's own */
    }
    if (!text.len) {
        diag_set(r->why, bad, 0, "The field '%.*s' %s", (int)len, label,
                 !v                  ? "is required but was missing"
                 : json_is_scalar(v) ? "must not be empty"
                                     : "must be a string");
        return false;
    }
    if (has_dot_segment(r, buf_str(&text), slashes)) {
        diag_set(r->why, bad, 0, "The field '%.*s' must not be '.' or '..'", (int)len, label);
        buf_clear(&text);
        return false;
    }
    percent_encode(&r->q->path, buf_str(&text), text.len, slashes);
    buf_clear(&text);
    return true;
}

/* /jobs/{name}/runs?list: what stands behind the `?` begins the query. */
static bool fill_uri(struct rest *r)
{
    const char *uri = r->c->operation.uri;
    size_t path = strcspn(uri, "?");
    const char *end = uri + path;

    for (const char *p = uri; p < end;) {
        size_t len = strcspn(p, "{?");

        buf_add(&r->q->path, p, len);
        p += len;
        if (p >= end)
            break;
        len = strcspn(p, "}");
        bool slashes = p[len - 1] == '+';
        if (!fill_label(r, p + 1, len - 1 - slashes, slashes))
            return false;
        p += len + 1;
    }
    if (*end)
        buf_adds(&r->q->query, end + 1);
    return true;
}

/* ---- query ---- */

static void add_query(struct rest *r, const char *name, size_t len, model_shape_id id,
                      const json *v)
{
    struct model_shape s = model_shape_at(r->c->service, id);
    struct buf text = {0};

    if (json_is_array(v) && s.kind != MODEL_STRING) {
        for (size_t i = 0; i < json_count(v); i++)
            add_query(r, name, len, s.kind == MODEL_LIST ? s.of : id, json_at(v, i));
        return;
    }
    aws_write_text(&text, &s, MODEL_TIME_ISO8601, v);
    if (r->q->query.len)
        buf_addc(&r->q->query, '&');
    percent_encode(&r->q->query, name, len, false);
    buf_addc(&r->q->query, '=');
    percent_encode(&r->q->query, buf_str(&text), text.len, false);
    buf_clear(&text);
}

/* The keys of a map are the names. */
static void fill_query(struct rest *r, const struct model_member *m, const json *v)
{
    struct model_shape s = model_shape_at(r->c->service, m->shape);

    if (s.kind == MODEL_MAP && json_is_object(v)) {
        for (size_t i = 0; i < json_count(v); i++)
            add_query(r, json_str(json_key_at(v, i)), json_str_len(json_key_at(v, i)), s.of,
                      json_value_at(v, i));
    } else {
        add_query(r, m->wire, strlen(m->wire), m->shape, v);
    }
}

/* ---- headers ---- */

/* An element with a comma or a quote in it is quoted, so that the list can be told apart. */
static void add_element(struct buf *out, const struct buf *text)
{
    if (text->len && (memchr(text->data, ',', text->len) || memchr(text->data, '"', text->len))) {
        buf_addc(out, '"');
        for (size_t i = 0; i < text->len; i++) {
            if (text->data[i] == '"')
                buf_addc(out, '\\');
            buf_addc(out, text->data[i]);
        }
        buf_addc(out, '"');
    } else if (text->len) {
        buf_add(out, text->data, text->len);
    }
}

static void header_list(struct rest *r, const struct model_shape *s, const json *v, struct buf *out)
{
    for (size_t i = 0; i < json_count(v); i++) {
        struct model_shape of = model_shape_at(r->c->service, s->of);
        struct buf text = {0};

        aws_write_text(&text, &of, MODEL_TIME_HTTP, json_at(v, i));
        if (i)
            buf_addc(out, ',');
        if (of.kind == MODEL_STRING)
            add_element(out, &text);
        else
            buf_add(out, buf_str(&text), text.len);
        buf_clear(&text);
    }
}

/* A header that holds JSON: a text that is JSON goes as it is, all else as its JSON text. */
static void header_json(const json *v, struct buf *out)
{
    json *parsed = json_is_string(v) ? json_parse(json_str(v), json_str_len(v), 0, NULL) : NULL;
    struct buf text = {0};

    if (parsed)
        buf_add(&text, json_str(v), json_str_len(v));
    else
        json_write(&text, v);
    base64_encode(out, buf_str(&text), text.len);
    buf_clear(&text);
    json_unref(parsed);
}

static bool fill_header(struct rest *r, const struct model_member *m, const json *v)
{
    struct model_shape s = model_shape_at(r->c->service, m->shape);
    struct buf text = {0};
    bool good = true;

    /* How long the body is, is seen when it is sent; another length would cut a request in two. */
    if (!strcasecmp(m->wire, "Content-Length"))
        return true;
    /* S3 wants a date; the model has a text, as answers may have anything there. */
    if (!strcmp(m->name, "Expires"))
        s.kind = MODEL_TIMESTAMP;
    if (m->json_text)
        header_json(v, &text);
    else if (s.kind == MODEL_LIST && json_is_array(v))
        header_list(r, &s, v, &text);
    else
        aws_write_text(&text, &s, MODEL_TIME_HTTP, v);
    if (!json_is_array(v) || json_count(v))
        good = aws_request_header_n(r->q, m->wire, buf_str(&text), text.len, m->name, r->why);
    buf_clear(&text);
    return good;
}

/*
 * Each key of S3's Metadata is a header of its own. Keys are text of the Task, so they are
 * escaped.
 */
static bool fill_prefixed(struct rest *r, const struct model_member *m, const json *v)
{
    if (!json_is_object(v)) {
        diag_set(r->why, "PARAMETERS", 0, "'%s' must be an object", m->name);
        return false;
    }
    for (size_t i = 0; i < json_count(v); i++) {
        struct buf name = {0}, text = {0};

        buf_adds(&name, m->wire);
        percent_encode(&name, json_str(json_key_at(v, i)), json_str_len(json_key_at(v, i)), false);
        aws_write_plain(&text, json_value_at(v, i));
        bool good =
            aws_request_header_n(r->q, buf_str(&name), buf_str(&text), text.len, m->name, r->why);
        buf_clear(&name);
        buf_clear(&text);
        if (!good)
            return false;
    }
    return true;
}

/* Puts one member of the Task where it belongs, unless that is the body. */
static bool fill_member(struct rest *r, const struct model_member *m, const json *v)
{
    switch (m->location) {
    case MODEL_IN_QUERY: fill_query(r, m, v); return true;
    case MODEL_IN_HEADER: return fill_header(r, m, v);
    case MODEL_IN_HEADERS: return fill_prefixed(r, m, v);
    case MODEL_IN_BODY:
    case MODEL_IN_URI:
    case MODEL_IN_STATUS: return true;
    }
    return true;
}

/* ---- body ---- */

static bool is_xml(const struct rest *r)
{
    return r->c->service->protocol == MODEL_REST_XML;
}

/*
 * S3 keeps the JSON text of whatever is given for an object, a string's quotes too (recorded). What
 * a model of Bedrock or a function gets is the text.
 */
static bool fill_bytes(struct rest *r, const struct model_shape *s, const json *v)
{
    if (r->c->body) {
        /* A NUL goes behind it when it is sent, and a large body is not to grow for that. */
        buf_reserve(&r->q->body, r->c->body->len + 1);
        buf_add(&r->q->body, r->c->body->bytes, r->c->body->len);
        return true;
    }
    if (v && is_xml(r) && s->kind == MODEL_BLOB)
        json_write(&r->q->body, v);
    else if (v)
        aws_write_plain(&r->q->body, v);
    if (!v || is_xml(r) || json_is_string(v) || aws_request_has(r->q, "Content-Type"))
        return true;
    return aws_request_header(r->q, "Content-Type", "application/json", "ContentType", r->why);
}

static bool fill_payload(struct rest *r)
{
    struct model_member m;
    struct model_shape s;
    const json *v = aws_given(r->v, r->input.payload);

    if (!model_member_named(&r->input, r->input.payload, strlen(r->input.payload), &m))
        return true;
    s = model_shape_at(r->c->service, m.shape);
    if (s.kind == MODEL_BLOB || s.kind == MODEL_STRING)
        return fill_bytes(r, &s, v);
    if (is_xml(r))
        return !v || aws_write_xml(r->c->service, m.wire, m.xml_namespace, m.shape, v, &r->q->body,
                                   r->why);
    json *wire = v ? aws_json_for(r->c->service, m.shape, v) : json_ref(json_empty_object());
    json_write(&r->q->body, wire);
    json_unref(wire);
    return true;
}

/* Members that are in the body, in the model or in the Task. */
static bool has_body(const struct rest *r, bool given)
{
    for (size_t i = 0; i < r->input.count; i++) {
        struct model_member m = model_member_at(&r->input, i);
        if (m.location == MODEL_IN_BODY && (!given || aws_given(r->v, m.name)))
            return true;
    }
    return false;
}

/* aws_json_for and aws_write_xml leave out what is elsewhere. */
static bool fill_body(struct rest *r)
{
    const struct model_operation *o = &r->c->operation;

    if (r->input.payload)
        return fill_payload(r);
    if (is_xml(r))
        return !has_body(r, true) ||
               aws_write_xml(r->c->service, o->root ? o->root : o->name, o->xml_namespace, o->input,
                             r->v, &r->q->body, r->why);
    if (!has_body(r, false))
        return true;
    json *wire = aws_json_for(r->c->service, o->input, r->v);
    json_write(&r->q->body, wire);
    json_unref(wire);
    return true;
}

static bool has_bytes(const struct rest *r)
{
    struct model_member m;
    enum model_kind kind;

    if (!r->input.payload ||
        !model_member_named(&r->input, r->input.payload, strlen(r->input.payload), &m))
        return false;
    kind = model_shape_at(r->c->service, m.shape).kind;
    return kind == MODEL_BLOB || kind == MODEL_STRING;
}

/* Where members that nobody knows can't go into the body, nothing tells where to put them. */
static bool takes_unknown(const struct rest *r)
{
    return !is_xml(r) && !r->input.payload && has_body(r, false);
}

bool aws_write_rest(const struct aws_call *c, const json *v, struct aws_request *q,
                    struct diag *why)
{
    struct rest r = {.c = c, .v = v, .q = q, .why = why};

    if (c->operation.input)
        r.input = model_shape_at(c->service, c->operation.input);
    if (!fill_uri(&r))
        return false;
    for (size_t i = 0; i < json_count(v); i++) {
        const json *key = json_key_at(v, i), *value = json_value_at(v, i);
        struct model_member m;

        if (!c->operation.input ||
            !model_member_named(&r.input, json_str(key), json_str_len(key), &m)) {
            if (takes_unknown(&r))
                continue;
            aws_unknown_member(key, why);
            return false;
        }
        if (json_kind(value) != JSON_NULL && !fill_member(&r, &m, value))
            return false;
    }
    if (!fill_body(&r))
        return false;
    if (!is_xml(&r) && q->body.len && !has_bytes(&r) && !aws_request_has(q, "Content-Type"))
        return aws_request_header(q, "Content-Type", "application/json", "ContentType", why);
    return true;
}
