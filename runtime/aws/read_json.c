/*
 * JSON answers: members by Step Functions' names. What the model doesn't know is kept, with a
 * first capital: the service may be newer than the model.
 */
#include "runtime/aws/aws_impl.h"

#include <string.h>

static json *read_list(const struct model_shape *s, const json *v, bool in_ms)
{
    struct json_build b;

    json_build_array(&b, json_count(v));
    for (size_t i = 0; i < json_count(v); i++)
        json_build_add(&b, aws_json_for_task(s->service, s->of, json_at(v, i), in_ms));
    return json_build_done(&b);
}

static json *read_map(const struct model_shape *s, const json *v, bool in_ms)
{
    struct json_build b;

    json_build_object(&b, json_count(v));
    for (size_t i = 0; i < json_count(v); i++)
        json_build_set_key(&b, json_ref(json_key_at(v, i)),
                           aws_json_for_task(s->service, s->of, json_value_at(v, i), in_ms));
    return json_build_done(&b);
}

static bool member_on_wire(const struct model_shape *s, const json *key, struct model_member *out)
{
    for (size_t i = 0; i < s->count; i++) {
        struct model_member m = model_member_at(s, i);

        if (m.location == MODEL_IN_BODY && json_str_is(key, m.wire)) {
            *out = m;
            return true;
        }
    }
    return false;
}

/* A union's kind stands in __type beside it; it tells the SDK alone. */
static json *read_structure(const struct model_shape *s, const json *v, bool in_ms)
{
    struct json_build b;

    json_build_object(&b, json_count(v));
    for (size_t i = 0; i < json_count(v); i++) {
        const json *key = json_key_at(v, i), *value = json_value_at(v, i);
        struct model_member m = {0};

        if (json_kind(value) == JSON_NULL || json_str_is(key, "__type"))
            continue;
        bool known = member_on_wire(s, key, &m);
        json_build_set_key(&b, aws_name_for_task(known ? m.name : json_str(key), in_ms, key),
                           aws_json_for_task(s->service, m.shape, value, in_ms));
    }
    return json_build_done(&b);
}

/* Nested as deep as the answer is, which the reader of JSON bounds. */
json *aws_json_for_task(const struct model_service *service, model_shape_id id, const json *v,
                        bool in_ms)
{
    struct model_shape s;

    if (!id || json_kind(v) == JSON_NULL)
        return json_ref(v);
    s = model_shape_at(service, id);
    switch (s.kind) {
    case MODEL_STRUCTURE: return json_is_object(v) ? read_structure(&s, v, in_ms) : json_ref(v);
    case MODEL_LIST: return json_is_array(v) ? read_list(&s, v, in_ms) : json_ref(v);
    case MODEL_MAP: return json_is_object(v) ? read_map(&s, v, in_ms) : json_ref(v);
    case MODEL_TIMESTAMP: return aws_time_for_task(v, in_ms);
    case MODEL_STRING:
    case MODEL_BLOB:
    case MODEL_BOOLEAN:
    case MODEL_INTEGER:
    case MODEL_LONG:
    case MODEL_FLOAT:
    case MODEL_DOUBLE:
    case MODEL_DOCUMENT: break;
    }
    return json_ref(v);
}

json *aws_json_body(const struct model_service *service, model_shape_id id,
                    const struct aws_answer *a, bool in_ms, struct diag *why)
{
    json *body = a->len ? json_parse(a->body, a->len, JSON_READ_SURROGATES, why)
                        : json_ref(json_empty_object());
    json *v = NULL;

    if (body)
        v = json_kind(body) == JSON_NULL ? json_ref(json_empty_object())
                                         : aws_json_for_task(service, id, body, in_ms);
    json_unref(body);
    return v;
}
