/*
 * XML bodies. Elements stand in the order in which the Task has its members; namespaces and
 * attributes come from the model. A member that the model doesn't know is refused, as nothing tells
 * how it is written.
 */
#include "runtime/aws/aws_impl.h"

#include <string.h>

struct xml_writer {
    const struct model_service *service;
    struct buf *out;
    struct diag *why;
};

static void xml_escape(struct buf *out, const char *text, size_t len, bool attribute)
{
    for (size_t i = 0; i < len; i++)
        switch (text[i]) {
        case '&': buf_adds(out, "&amp;"); break;
        case '<': buf_adds(out, "&lt;"); break;
        case '>': buf_adds(out, "&gt;"); break;
        /* A reader makes a line feed of it otherwise: XML 1.0, section 2.11. */
        case '\r': buf_adds(out, "&#xD;"); break;
        case '"':
            if (attribute) {
                buf_adds(out, "&quot;");
                break;
            }
            /* fall through */
        default: buf_addc(out, text[i]);
        }
}

static bool xml_value(struct xml_writer *w, const char *name, const struct model_member *m,
                      model_shape_id id, const json *v);

static void xml_attribute(struct xml_writer *w, const char *name, const char *text, size_t len)
{
    buf_printf(w->out, " %s=\"", name);
    xml_escape(w->out, text, len, true);
    buf_addc(w->out, '"');
}

/* A structure's own namespace is that of its attribute's prefix: in all of AWS there is only S3's
 * xsi:type of a grantee. Other namespaces come with a member. */
static void xml_begin(struct xml_writer *w, const char *name, const char *space,
                      const struct model_shape *s, const json *v)
{
    buf_printf(w->out, "<%s", name);
    if (space)
        xml_attribute(w, "xmlns", space, strlen(space));
    for (size_t i = 0; s->kind == MODEL_STRUCTURE && json_is_object(v) && i < json_count(v); i++) {
        const json *key = json_key_at(v, i), *value = json_value_at(v, i);
        struct model_member m;

        if (!model_member_named(s, json_str(key), json_str_len(key), &m) || !m.xml_attribute ||
            !json_is_string(value))
            continue;
        if (s->xml_namespace) {
            buf_printf(w->out, " xmlns:%.*s=\"%s\"", (int)strcspn(m.wire, ":"), m.wire,
                       s->xml_namespace);
        }
        xml_attribute(w, m.wire, json_str(value), json_str_len(value));
    }
    buf_addc(w->out, '>');
}

/* An element without content is closed at once. */
static void xml_end(struct xml_writer *w, const char *name, size_t content)
{
    if (w->out->len == content) {
        w->out->len--;
        buf_adds(w->out, " />");
    } else {
        buf_printf(w->out, "</%s>", name);
    }
}

static bool xml_members(struct xml_writer *w, const struct model_shape *s, const json *v)
{
    for (size_t i = 0; i < json_count(v); i++) {
        const json *key = json_key_at(v, i), *value = json_value_at(v, i);
        struct model_member m;

        if (!model_member_named(s, json_str(key), json_str_len(key), &m)) {
            aws_unknown_member(key, w->why);
            return false;
        }
        if (m.location == MODEL_IN_BODY && !m.xml_attribute && json_kind(value) != JSON_NULL &&
            !xml_value(w, m.wire, &m, m.shape, value))
            return false;
    }
    return true;
}

static bool xml_list(struct xml_writer *w, const struct model_shape *s, const char *name,
                     const json *v)
{
    for (size_t i = 0; i < json_count(v); i++)
        if (!xml_value(w, name, NULL, s->of, json_at(v, i)))
            return false;
    return true;
}

/* Each entry of a flattened map is an element of the map's name. */
static bool xml_map(struct xml_writer *w, const struct model_shape *s, const char *name,
                    const json *v)
{
    for (size_t i = 0; i < json_count(v); i++) {
        buf_printf(w->out, "<%s>", name);
        if (!xml_value(w, s->key_name ? s->key_name : "key", NULL, s->key, json_key_at(v, i)) ||
            !xml_value(w, s->of_name ? s->of_name : "value", NULL, s->of, json_value_at(v, i)))
            return false;
        buf_printf(w->out, "</%s>", name);
    }
    return true;
}

/* Recursion: values are no deeper than the api and the reader let them be. `m` may be NULL. */
static bool xml_value(struct xml_writer *w, const char *name, const struct model_member *m,
                      model_shape_id id, const json *v)
{
    struct model_shape s = model_shape_at(w->service, id);
    bool flattened = s.flattened || (m && m->flattened), good = true;
    bool list = s.kind == MODEL_LIST && json_is_array(v);
    bool map = s.kind == MODEL_MAP && json_is_object(v);
    size_t content;

    if (flattened && list)
        return xml_list(w, &s, name, v);
    if (flattened && map)
        return xml_map(w, &s, name, v);
    xml_begin(w, name, m ? m->xml_namespace : NULL, &s, v);
    content = w->out->len;
    if (list) {
        good = xml_list(w, &s, s.of_name ? s.of_name : "member", v);
    } else if (map) {
        good = xml_map(w, &s, "entry", v);
    } else if (s.kind == MODEL_STRUCTURE && json_is_object(v)) {
        good = xml_members(w, &s, v);
    } else {
        struct buf text = {0};
        aws_write_text(&text, &s, MODEL_TIME_ISO8601, v);
        xml_escape(w->out, buf_str(&text), text.len, false);
        buf_clear(&text);
    }
    if (good)
        xml_end(w, name, content);
    return good;
}

bool aws_write_xml(const struct model_service *service, const char *root, const char *space,
                   model_shape_id id, const json *v, struct buf *out, struct diag *why)
{
    struct xml_writer w = {service, out, why};
    struct model_member m = {.xml_namespace = space};

    return xml_value(&w, root, &m, id, v);
}
