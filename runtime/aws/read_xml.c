/*
 * XML answers, which don't tell a list of one from its one element, nor a number from a text: the
 * model does. Elements that it doesn't know are left out, as nothing tells what they are.
 */
#include "runtime/aws/aws_impl.h"

#include <string.h>

static json *element_value(const struct model_service *service, model_shape_id id,
                           const struct aws_element *n, bool in_ms);

static json *list_of(const struct model_shape *s, const struct aws_element *n, bool in_ms)
{
    struct json_build b;

    json_build_array(&b, n->count);
    for (const struct aws_element *kid = n->first; kid; kid = kid->next)
        json_build_add(&b, element_value(s->service, s->of, kid, in_ms));
    return json_build_done(&b);
}

/* The elements of a flattened list stand beside other members. */
static json *flat_list_of(const struct model_shape *s, const struct aws_element *n, bool in_ms)
{
    struct json_build b;
    const char *name = n->name;

    json_build_array(&b, 0);
    for (; n; n = n->next)
        if (!strcmp(n->name, name))
            json_build_add(&b, element_value(s->service, s->of, n, in_ms));
    return json_build_done(&b);
}

static void add_entry(const struct model_shape *s, const struct aws_element *n, bool in_ms,
                      struct json_build *b)
{
    const struct aws_element *key = aws_element_named(n, s->key_name ? s->key_name : "key");
    const struct aws_element *value = aws_element_named(n, s->of_name ? s->of_name : "value");

    if (key && value)
        json_build_set_key(b, json_string(key->text.data ? key->text.data : "", key->text.len),
                           element_value(s->service, s->of, value, in_ms));
}

static json *map_of(const struct model_shape *s, const struct aws_element *n, bool flattened,
                    bool in_ms)
{
    struct json_build b;
    const char *name = n->name;

    json_build_object(&b, n->count);
    if (!flattened) {
        for (const struct aws_element *kid = n->first; kid; kid = kid->next)
            add_entry(s, kid, in_ms, &b);
        return json_build_done(&b);
    }
    for (; n; n = n->next)
        if (!strcmp(n->name, name))
            add_entry(s, n, in_ms, &b);
    return json_build_done(&b);
}

/* A flattened list's elements may have a name of their own. */
static bool is_called(const struct model_shape *s, const struct model_member *m, const char *name)
{
    if (!m->shape || m->location != MODEL_IN_BODY)
        return false;
    if (m->flattened) {
        struct model_shape of = model_shape_at(s->service, m->shape);
        if (of.kind == MODEL_LIST && of.of_name)
            return !strcmp(of.of_name, name);
    }
    return !strcmp(m->wire, name);
}

static bool member_of_element(const struct model_shape *s, const char *name,
                              struct model_member *out)
{
    for (size_t i = 0; i < s->count; i++) {
        struct model_member m = model_member_at(s, i);

        if (is_called(s, &m, name)) {
            *out = m;
            return true;
        }
    }
    return false;
}

static json *xml_member_value(const struct model_shape *s, const struct model_member *m,
                              const struct aws_element *n, bool in_ms)
{
    struct model_shape of = model_shape_at(s->service, m->shape);

    if ((m->flattened || of.flattened) && of.kind == MODEL_LIST)
        return flat_list_of(&of, n, in_ms);
    if ((m->flattened || of.flattened) && of.kind == MODEL_MAP)
        return map_of(&of, n, true, in_ms);
    return element_value(s->service, m->shape, n, in_ms);
}

static json *structure_of(const struct model_shape *s, const struct aws_element *n, bool in_ms)
{
    struct json_build b;

    json_build_object(&b, n->count);
    for (const struct aws_element *kid = n->first; kid; kid = kid->next) {
        struct model_member m;
        json *name;

        if (!member_of_element(s, kid->name, &m))
            continue;
        name = aws_name_for_task(m.name, in_ms, NULL);
        if (json_get_key(b.v, name))
            json_unref(name);
        else
            json_build_set_key(&b, name, xml_member_value(s, &m, kid, in_ms));
    }
    return json_build_done(&b);
}

/* Nested as deep as the answer is, which the reader of XML bounds. */
static json *element_value(const struct model_service *service, model_shape_id id,
                           const struct aws_element *n, bool in_ms)
{
    struct model_shape s = model_shape_at(service, id);

    switch (s.kind) {
    case MODEL_STRUCTURE: return structure_of(&s, n, in_ms);
    case MODEL_LIST: return list_of(&s, n, in_ms);
    case MODEL_MAP: return map_of(&s, n, false, in_ms);
    case MODEL_STRING:
    case MODEL_BLOB:
    case MODEL_BOOLEAN:
    case MODEL_INTEGER:
    case MODEL_LONG:
    case MODEL_FLOAT:
    case MODEL_DOUBLE:
    case MODEL_TIMESTAMP:
    case MODEL_DOCUMENT: break;
    }
    return aws_text_for_task(&s, n->text.data ? n->text.data : "", n->text.len, in_ms);
}

/* A structure of one text may be written as that text alone: S3's <LocationConstraint>. */
static json *only_text_of(const struct model_shape *s, const struct aws_element *n, bool in_ms)
{
    struct model_member m;
    struct json_build b;

    if (n->first || s->count != 1 || !member_of_element(s, n->name, &m))
        return NULL;
    json_build_object(&b, 1);
    if (n->text.len)
        json_build_set_key(&b, aws_name_for_task(m.name, in_ms, NULL),
                           xml_member_value(s, &m, n, in_ms));
    return json_build_done(&b);
}

json *aws_xml_for_task(const struct model_service *service, model_shape_id id,
                       const struct aws_element *n, bool in_ms)
{
    struct model_shape s = model_shape_at(service, id);
    json *only = s.kind == MODEL_STRUCTURE ? only_text_of(&s, n, in_ms) : NULL;

    return only ? only : element_value(service, id, n, in_ms);
}

static bool is_blank(const struct buf *text)
{
    for (size_t i = 0; i < text->len; i++)
        if (!memchr(" \t\r\n", text->data[i], 4))
            return false;
    return true;
}

bool aws_xml_may_be(const struct model_service *service, model_shape_id id,
                    const struct aws_element *n)
{
    struct model_shape s = model_shape_at(service, id);
    struct model_member m;

    if (s.kind != MODEL_STRUCTURE || !s.count || member_of_element(&s, n->name, &m))
        return true;
    for (const struct aws_element *kid = n->first; kid; kid = kid->next)
        if (member_of_element(&s, kid->name, &m))
            return true;
    return !n->first && is_blank(&n->text);
}
