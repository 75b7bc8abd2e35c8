/*
 * Forms, of the query protocol and of EC2's: each scalar is a field, whose name is the path to it.
 *
 *   [a, b]     Name.member.1=a&Name.member.2=b
 *   {k: v}     Name.k=v
 *   a map      Name.entry.1.key=k&Name.entry.1.value=v
 *
 * Flattened lists and maps lack the `member` and `entry`; EC2 has only those.
 */
#include "runtime/aws/aws_impl.h"

#include "parsers/base/ascii.h"
#include "parsers/base/percent.h"

#include <string.h>

/* The path so far is added to and cut back, so that one buffer does for all depths. */
struct form {
    const struct model_service *service;
    struct buf *out;
    struct buf name;
};

static void add_field(struct form *f, const struct model_shape *s, const json *v)
{
    struct buf text = {0};

    aws_write_text(&text, s, MODEL_TIME_ISO8601, v);
    buf_addc(f->out, '&');
    buf_add(f->out, f->name.data, f->name.len);
    buf_addc(f->out, '=');
    percent_encode(f->out, buf_str(&text), text.len, false);
    buf_clear(&text);
}

static void form_value(struct form *f, model_shape_id id, bool flattened, const json *v);

static void query_add_name(struct form *f, const char *name, size_t len)
{
    if (f->name.len)
        buf_addc(&f->name, '.');
    percent_encode(&f->name, name, len, false);
}

/* A flattened list whose elements have a name has that one in place of the list's own. */
static void begin_list(struct form *f, const struct model_shape *s, bool flattened)
{
    if (f->service->protocol == MODEL_EC2)
        return;
    if (!flattened) {
        buf_printf(&f->name, ".%s", s && s->of_name ? s->of_name : "member");
    } else if (s && s->of_name) {
        while (f->name.len && f->name.data[f->name.len - 1] != '.')
            f->name.len--;
        buf_adds(&f->name, s->of_name);
    }
}

static void form_list(struct form *f, const struct model_shape *s, bool flattened, const json *v)
{
    struct buf kept = {0};

    if (!json_count(v)) {
        if (f->service->protocol == MODEL_QUERY) {
            buf_addc(f->out, '&');
            buf_add(f->out, f->name.data, f->name.len);
            buf_addc(f->out, '=');
        }
        return;
    }
    buf_add(&kept, f->name.data, f->name.len);
    begin_list(f, s, flattened);
    size_t len = f->name.len;
    for (size_t i = 0; i < json_count(v); i++) {
        buf_printf(&f->name, ".%zu", i + 1);
        form_value(f, s ? s->of : 0, false, json_at(v, i));
        f->name.len = len;
    }
    buf_reset(&f->name);
    buf_add(&f->name, kept.data, kept.len);
    buf_clear(&kept);
}

static void form_map(struct form *f, const struct model_shape *s, bool flattened, const json *v)
{
    const char *key = s->key_name ? s->key_name : "key";
    const char *value = s->of_name ? s->of_name : "value";
    size_t len = f->name.len;

    for (size_t i = 0; i < json_count(v); i++) {
        buf_printf(&f->name, "%s.%zu.%s", flattened ? "" : ".entry", i + 1, key);
        add_field(f, NULL, json_key_at(v, i));
        f->name.len = len;
        buf_printf(&f->name, "%s.%zu.%s", flattened ? "" : ".entry", i + 1, value);
        form_value(f, s->of, false, json_value_at(v, i));
        f->name.len = len;
    }
}

/* EC2 calls members in requests as it does in answers, but with a capital. */
static void add_member_name(struct form *f, const struct model_member *m)
{
    size_t at = f->name.len + (f->name.len > 0);

    if (f->service->protocol == MODEL_EC2 && m->query_name) {
        query_add_name(f, m->name, strlen(m->name));
        return;
    }
    query_add_name(f, m->wire, strlen(m->wire));
    if (f->service->protocol == MODEL_EC2 && strcmp(m->wire, m->name) != 0)
        f->name.data[at] = ascii_upper(f->name.data[at]);
}

static void form_structure(struct form *f, const struct model_shape *s, const json *v)
{
    size_t len = f->name.len;

    for (size_t i = 0; i < json_count(v); i++) {
        const json *key = json_key_at(v, i), *value = json_value_at(v, i);
        struct model_member m = {0};

        if (json_kind(value) == JSON_NULL)
            continue;
        if (s && model_member_named(s, json_str(key), json_str_len(key), &m))
            add_member_name(f, &m);
        else
            query_add_name(f, json_str(key), json_str_len(key));
        form_value(f, m.shape, m.flattened, value);
        f->name.len = len;
    }
}

/* Recursion: values are no deeper than the api and the reader let them be. Where a value is of
 * another kind than its shape, its own decides; the service says that it is wrong. */
static void form_value(struct form *f, model_shape_id id, bool flattened, const json *v)
{
    struct model_shape shape = {0}, *s = NULL;

    if (id) {
        shape = model_shape_at(f->service, id);
        s = &shape;
    }
    if (s && (s->kind == MODEL_BLOB || s->kind == MODEL_STRING))
        add_field(f, s, v); /* as its JSON text where it is none */
    else if (json_is_array(v))
        form_list(f, s && s->kind == MODEL_LIST ? s : NULL, flattened || (s && s->flattened), v);
    else if (json_is_object(v) && s && s->kind == MODEL_MAP)
        form_map(f, s, flattened || s->flattened, v);
    else if (json_is_object(v))
        form_structure(f, s && s->kind == MODEL_STRUCTURE ? s : NULL, v);
    else
        add_field(f, s, v);
}

bool aws_write_query(const struct aws_call *c, const json *v, struct aws_request *q,
                     struct diag *why)
{
    struct form f = {.service = c->service, .out = &q->body};

    buf_addc(&q->path, '/');
    buf_printf(&q->body, "Action=%s&Version=%s", c->operation.name, c->service->version);
    form_value(&f, c->operation.input, false, v);
    buf_clear(&f.name);
    return aws_request_header(q, "Content-Type", "application/x-www-form-urlencoded; charset=utf-8",
                              "ContentType", why);
}
