/*
 * Answers of REST services: members may be headers, the status, or all of the body. Those of the
 * headers come first, in the order of the alphabet.
 */
#include "runtime/aws/aws_impl.h"

#include "parsers/base/base64.h"
#include "parsers/base/count.h"
#include "parsers/base/mem.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* A header that is JSON is Base64 of it. */
static json *json_of_header(const json *v)
{
    struct buf text = {0};
    json *parsed = NULL;

    if (base64_decode(&text, json_str(v), json_str_len(v)))
        parsed = json_parse(buf_str(&text), text.len, JSON_READ_SURROGATES, NULL);
    buf_clear(&text);
    return parsed ? parsed : json_ref(v);
}

static json *header_list_of(const struct model_service *service, model_shape_id id, const json *v)
{
    struct model_shape s = model_shape_at(service, id);
    struct json_build b;

    json_build_array(&b, 0);
    for (const char *p = json_str(v); *p;) {
        size_t len;

        p += strspn(p, " ,");
        len = strcspn(p, ",");
        while (len && p[len - 1] == ' ')
            len--;
        if (len)
            json_build_add(&b, aws_text_for_task(&s, p, len, false));
        p += strcspn(p, ",");
    }
    return json_build_done(&b);
}

/* Headers of which the name begins with `begin` are a map; what follows is the key. */
static json *headers_beginning(const json *headers, const char *begin)
{
    size_t n = strlen(begin);
    struct json_build b;

    json_build_object(&b, 0);
    for (size_t i = 0; headers && i < json_count(headers); i++) {
        const char *name = json_str(json_key_at(headers, i));
        if (!strncasecmp(name, begin, n))
            json_build_set(&b, name + n, json_ref(json_value_at(headers, i)));
    }
    return json_build_done(&b);
}

/* Returns NULL when the answer has no such member. */
static json *member_of_head(const struct aws_call *c, const struct model_member *m,
                            const struct aws_answer *a)
{
    struct model_shape s = model_shape_at(c->service, m->shape);
    const json *v;

    switch (m->location) {
    case MODEL_IN_STATUS: return json_int(a->status);
    case MODEL_IN_HEADERS: return headers_beginning(a->headers, m->wire);
    case MODEL_IN_HEADER:
        v = aws_header_of(a->headers, m->wire);
        if (!v)
            return NULL;
        if (m->json_text)
            return json_of_header(v);
        if (s.kind == MODEL_LIST)
            return header_list_of(c->service, s.of, v);
        return aws_text_for_task(&s, json_str(v), json_str_len(v), false);
    case MODEL_IN_BODY:
    case MODEL_IN_URI:
    case MODEL_IN_QUERY: break;
    }
    return NULL;
}

static int compare_members(const void *left, const void *right)
{
    const struct model_member *a = left, *b = right;

    return strcmp(a->name, b->name);
}

static void add_head(const struct aws_call *c, const struct model_shape *s,
                     const struct aws_answer *a, bool in_ms, struct json_build *out)
{
    struct model_member *all = mem_calloc(s->count + 1, sizeof *all);

    for (size_t i = 0; i < s->count; i++)
        all[i] = model_member_at(s, i);
    qsort(all, s->count, sizeof *all, compare_members);
    for (size_t i = 0; i < s->count; i++) {
        json *v = member_of_head(c, &all[i], a);
        if (v)
            json_build_set_key(out, aws_name_for_task(all[i].name, in_ms, NULL), v);
    }
    mem_free(all);
}

/* What a model of Bedrock answers is JSON, if it says so, and is given as that. */
static json *bytes_of(const struct aws_call *c, const struct aws_answer *a)
{
    json *v = NULL;

    if (a->raw)
        return json_string(a->body, a->len);
    if (!strcmp(c->service->name, "bedrockruntime"))
        v = json_parse(a->body, a->len, JSON_READ_SURROGATES, NULL);
    return v ? v : json_string_mended(a->body, a->len);
}

/* The models don't have the roots of answers. These are S3's by which it is told from others that
 * nothing is there: of an empty list no member need be written. */
static const struct {
    const char *operation, *root;
} roots[] = {
    {"ListBuckets", "ListAllMyBucketsResult"}, {"ListObjects", "ListBucketResult"},
    {"ListObjectsV2", "ListBucketResult"},     {"ListObjectVersions", "ListVersionsResult"},
    {"DeleteObjects", "DeleteResult"},
};

static bool is_of_call(const struct aws_call *c, model_shape_id id, const struct aws_element *root,
                       struct diag *why)
{
    bool is = aws_xml_may_be(c->service, id, root);

    for (size_t i = 0; !strcmp(c->service->name, "s3") && i < COUNT(roots); i++)
        if (!strcmp(roots[i].operation, c->operation.name))
            is = !strcmp(roots[i].root, root->name);
    if (!is)
        diag_set(why, "ANSWER", 0, "its <%s> is no answer to %s", root->name, c->operation.name);
    return is;
}

/* Returns NULL with *why filled when the body is none of the protocol. */
static json *structure_of_body(const struct aws_call *c, model_shape_id id,
                               const struct aws_answer *a, bool in_ms, struct diag *why)
{
    json *v;

    if (!a->len)
        return json_ref(json_empty_object());
    if (c->service->protocol == MODEL_REST_XML) {
        struct aws_xml *x = aws_xml_read(a->body, a->len, why);
        v = x && is_of_call(c, id, aws_xml_root(x), why)
                ? aws_xml_for_task(c->service, id, aws_xml_root(x), in_ms)
                : NULL;
        aws_xml_free(x);
    } else {
        v = aws_json_body(c->service, id, a, in_ms, why);
    }
    return v;
}

static bool add_payload(const struct aws_call *c, const struct model_shape *s,
                        const struct aws_answer *a, bool in_ms, struct json_build *out,
                        struct diag *why)
{
    struct model_member m;
    struct model_shape payload;
    json *v;

    if (!model_member_named(s, s->payload, strlen(s->payload), &m))
        return true;
    payload = model_shape_at(c->service, m.shape);
    if (payload.is_event_stream)
        return true;
    if (payload.kind == MODEL_BLOB || payload.kind == MODEL_STRING)
        v = bytes_of(c, a);
    else if (!a->len)
        return true;
    else
        v = structure_of_body(c, m.shape, a, in_ms, why);
    if (v)
        json_build_set_key(out, aws_name_for_task(m.name, in_ms, NULL), v);
    return v != NULL;
}

static bool add_body(const struct aws_call *c, const struct aws_answer *a, bool in_ms,
                     struct json_build *out, struct diag *why)
{
    json *v = structure_of_body(c, c->operation.output, a, in_ms, why);
    bool good = v && json_is_object(v);

    if (v && !good)
        diag_set(why, "ANSWER", 0, "it is no object");
    for (size_t i = 0; good && i < json_count(v); i++)
        json_build_set_key(out, json_ref(json_key_at(v, i)), json_ref(json_value_at(v, i)));
    json_unref(v);
    return good;
}

json *aws_read_rest(const struct aws_call *c, const struct aws_answer *a, bool in_ms,
                    struct diag *why)
{
    struct model_shape s;
    struct json_build b;
    bool good;

    if (!c->operation.output)
        return json_ref(json_empty_object());
    s = model_shape_at(c->service, c->operation.output);
    json_build_object(&b, s.count);
    add_head(c, &s, a, in_ms, &b);
    good = s.payload ? add_payload(c, &s, a, in_ms, &b, why) : add_body(c, a, in_ms, &b, why);
    if (good)
        return json_build_done(&b);
    json_build_drop(&b);
    return NULL;
}
