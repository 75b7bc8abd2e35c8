/*
 * JSON bodies: the value with the names that the service has for its members. Keys of maps are
 * data, and so is all of a document. A member that the model doesn't know goes along as it is: the
 * service may be newer than the model, and says itself what it doesn't take.
 */
#include "runtime/aws/aws_impl.h"

static json *json_time(const struct model_shape *s, const json *v)
{
    enum model_time form = s->time ? s->time : MODEL_TIME_SECONDS;
    struct timestamp t;
    struct buf text = {0};
    json *number;

    if (!aws_time_read(v, &t))
        return json_ref(v);
    aws_time_write(&text, &t, form);
    if (form != MODEL_TIME_SECONDS)
        return json_take_buf(&text);
    number = json_number(buf_str(&text), text.len);
    buf_clear(&text);
    return number;
}

static json *json_blob(const json *v)
{
    struct buf text = {0};

    aws_write_base64(&text, v);
    return json_take_buf(&text);
}

static json *json_list(const struct model_shape *s, const json *v)
{
    struct json_build b;

    json_build_array(&b, json_count(v));
    for (size_t i = 0; i < json_count(v); i++)
        json_build_add(&b, aws_json_for(s->service, s->of, json_at(v, i)));
    return json_build_done(&b);
}

static json *json_map(const struct model_shape *s, const json *v)
{
    struct json_build b;

    json_build_object(&b, json_count(v));
    for (size_t i = 0; i < json_count(v); i++)
        json_build_set_key(&b, json_ref(json_key_at(v, i)),
                           aws_json_for(s->service, s->of, json_value_at(v, i)));
    return json_build_done(&b);
}

/* A member that is null is one that the SDK was not given. */
static json *json_structure(const struct model_shape *s, const json *v)
{
    struct json_build b;

    json_build_object(&b, json_count(v));
    for (size_t i = 0; i < json_count(v); i++) {
        const json *key = json_key_at(v, i), *value = json_value_at(v, i);
        struct model_member m;

        if (model_member_named(s, json_str(key), json_str_len(key), &m)) {
            if (m.location == MODEL_IN_BODY && json_kind(value) != JSON_NULL)
                json_build_set(&b, m.wire, aws_json_for(s->service, m.shape, value));
        } else {
            struct buf name = {0};
            aws_unknown_name(&name, s, key);
            json_build_set_key(&b, json_take_buf(&name), json_ref(value));
        }
    }
    return json_build_done(&b);
}

/* Recursion: values are no deeper than the api and the reader let them be. */
json *aws_json_for(const struct model_service *service, model_shape_id id, const json *v)
{
    struct model_shape s;

    if (!id || json_kind(v) == JSON_NULL)
        return json_ref(v);
    s = model_shape_at(service, id);
    switch (s.kind) {
    case MODEL_STRUCTURE: return json_is_object(v) ? json_structure(&s, v) : json_ref(v);
    case MODEL_LIST: return json_is_array(v) ? json_list(&s, v) : json_ref(v);
    case MODEL_MAP: return json_is_object(v) ? json_map(&s, v) : json_ref(v);
    case MODEL_TIMESTAMP: return json_time(&s, v);
    case MODEL_BLOB: return json_blob(v);
    case MODEL_STRING:
    case MODEL_BOOLEAN:
    case MODEL_INTEGER:
    case MODEL_LONG:
    case MODEL_FLOAT:
    case MODEL_DOUBLE: return aws_fitting(&s, v);
    case MODEL_DOCUMENT: break;
    }
    return json_ref(v);
}
