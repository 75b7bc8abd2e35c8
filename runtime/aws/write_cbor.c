/*
 * CBOR bodies (RFC 8949), as Smithy's protocol "rpc-v2-cbor" has them: names and times as in JSON,
 * but bytes go as they are, times have tag 1, and numbers the form that the model gives them.
 * Lengths are definite and as short as they can be. A value that does not fit its shape goes as
 * what it is, and the service says what it thinks of it.
 */
#include "runtime/aws/cbor.h"

#include "parsers/base/mem.h"

#include <math.h>
#include <string.h>

/* The first byte of an item: its kind in the upper three bits, its number or what follows below. */
static void cbor_head(struct buf *out, enum cbor_kind kind, uint64_t n)
{
    unsigned size = n < 24 ? 0 : n <= UINT8_MAX ? 1 : n <= UINT16_MAX ? 2 : n <= UINT32_MAX ? 4 : 8;
    unsigned low = size == 0 ? (unsigned)n : size == 1 ? 24 : size == 2 ? 25 : size == 4 ? 26 : 27;

    buf_addc(out, (char)((unsigned)kind << 5 | low));
    while (size--)
        buf_addc(out, (char)(n >> (8 * size) & 0xff));
}

static void cbor_bits(struct buf *out, unsigned low, uint64_t bits, unsigned size)
{
    buf_addc(out, (char)((unsigned)CBOR_SIMPLE << 5 | low));
    while (size--)
        buf_addc(out, (char)(bits >> (8 * size) & 0xff));
}

static void cbor_int(struct buf *out, int64_t n)
{
    if (n < 0)
        cbor_head(out, CBOR_NEGATIVE, (uint64_t)(-1 - n));
    else
        cbor_head(out, CBOR_UNSIGNED, (uint64_t)n);
}

static void cbor_double(struct buf *out, double d)
{
    uint64_t bits;

    memcpy(&bits, &d, sizeof bits);
    cbor_bits(out, CBOR_LOW_DOUBLE, bits, sizeof bits);
}

static void cbor_float(struct buf *out, double d)
{
    float f = (float)d;
    uint32_t bits;

    memcpy(&bits, &f, sizeof bits);
    cbor_bits(out, CBOR_LOW_FLOAT, bits, sizeof bits);
}

static void cbor_bytes(struct buf *out, enum cbor_kind kind, const char *bytes, size_t len)
{
    cbor_head(out, kind, len);
    buf_add(out, bytes, len);
}

/* ---- what has no shape, or does not fit it ---- */

static void cbor_plain(struct buf *out, const json *v)
{
    size_t count = json_is_array(v) || json_is_object(v) ? json_count(v) : 0;

    switch (json_kind(v)) {
    case JSON_NULL: cbor_head(out, CBOR_SIMPLE, CBOR_NULL); break;
    case JSON_FALSE: cbor_head(out, CBOR_SIMPLE, CBOR_FALSE); break;
    case JSON_TRUE: cbor_head(out, CBOR_SIMPLE, CBOR_TRUE); break;
    case JSON_INT: cbor_int(out, json_int_value(v)); break;
    case JSON_BIGINT:
    case JSON_DOUBLE: cbor_double(out, json_double_value(v)); break;
    case JSON_STRING: cbor_bytes(out, CBOR_TEXT, json_str(v), json_str_len(v)); break;
    case JSON_ARRAY:
        cbor_head(out, CBOR_ARRAY, count);
        for (size_t i = 0; i < count; i++)
            cbor_plain(out, json_at(v, i));
        break;
    case JSON_OBJECT:
        cbor_head(out, CBOR_MAP, count);
        for (size_t i = 0; i < count; i++) {
            cbor_plain(out, json_key_at(v, i));
            cbor_plain(out, json_value_at(v, i));
        }
        break;
    }
}

/* ---- by shape ---- */

static void cbor_value(struct buf *out, const struct model_service *service, model_shape_id id,
                       const json *v);

/* A time with a fraction is a double, any other a whole number. */
static void cbor_time(struct buf *out, const json *v)
{
    struct timestamp t;

    if (!aws_time_read(v, &t)) {
        cbor_plain(out, v);
        return;
    }
    cbor_head(out, CBOR_TAG, CBOR_TAG_TIME);
    if (t.ms % 1000 || t.ns)
        cbor_double(out, (double)(t.ms * 1000 + t.ns / 1000) / 1e6);
    else
        cbor_int(out, t.ms / 1000);
}

/* What is no number may be one of the three that JSON can only write as text. */
static void cbor_real(struct buf *out, const json *v, bool is_float)
{
    static const struct {
        const char *name;
        uint16_t half;
    } odd[] = {{"NaN", 0x7e00}, {"Infinity", 0x7c00}, {"-Infinity", 0xfc00}};

    for (size_t i = 0; json_is_string(v) && i < 3; i++)
        if (json_str_is(v, odd[i].name)) {
            cbor_bits(out, CBOR_LOW_HALF, odd[i].half, 2);
            return;
        }
    if (!json_is_number(v))
        cbor_plain(out, v);
    else if (is_float)
        cbor_float(out, json_double_value(v));
    else
        cbor_double(out, json_double_value(v));
}

/* 3.0 is whole, too. */
static void cbor_list(struct buf *out, const struct model_shape *s, const json *v)
{
    cbor_head(out, CBOR_ARRAY, json_count(v));
    for (size_t i = 0; i < json_count(v); i++)
        cbor_value(out, s->service, s->of, json_at(v, i));
}

static void cbor_map(struct buf *out, const struct model_shape *s, const json *v)
{
    cbor_head(out, CBOR_MAP, json_count(v));
    for (size_t i = 0; i < json_count(v); i++) {
        cbor_plain(out, json_key_at(v, i));
        cbor_value(out, s->service, s->of, json_value_at(v, i));
    }
}

/* A member that is null is one that the SDK was not given. */
static void cbor_structure(struct buf *out, const struct model_shape *s, const json *v)
{
    size_t count = 0;

    for (size_t i = 0; i < json_count(v); i++)
        count += json_kind(json_value_at(v, i)) != JSON_NULL;
    cbor_head(out, CBOR_MAP, count);
    for (size_t i = 0; i < json_count(v); i++) {
        const json *key = json_key_at(v, i), *value = json_value_at(v, i);
        struct model_member m = {0};
        struct buf name = {0};

        if (json_kind(value) == JSON_NULL)
            continue;
        if (model_member_named(s, json_str(key), json_str_len(key), &m))
            buf_adds(&name, m.wire);
        else
            aws_unknown_name(&name, s, key);
        cbor_bytes(out, CBOR_TEXT, buf_str(&name), name.len);
        cbor_value(out, s->service, m.shape, value);
        buf_clear(&name);
    }
}

/* Recursion: values are no deeper than the api and the reader let them be. */
static void cbor_value(struct buf *out, const struct model_service *service, model_shape_id id,
                       const json *v)
{
    struct model_shape s = {.kind = MODEL_DOCUMENT};
    struct buf bytes = {0};
    json *fit;

    if (id && json_kind(v) != JSON_NULL)
        s = model_shape_at(service, id);
    if ((s.kind == MODEL_STRUCTURE || s.kind == MODEL_MAP) && !json_is_object(v))
        s.kind = MODEL_DOCUMENT;
    if (s.kind == MODEL_LIST && !json_is_array(v))
        s.kind = MODEL_DOCUMENT;
    v = fit = aws_fitting(&s, v);
    switch (s.kind) {
    case MODEL_STRUCTURE: cbor_structure(out, &s, v); break;
    case MODEL_LIST: cbor_list(out, &s, v); break;
    case MODEL_MAP: cbor_map(out, &s, v); break;
    case MODEL_TIMESTAMP: cbor_time(out, v); break;
    case MODEL_BLOB:
        aws_write_plain(&bytes, v);
        cbor_bytes(out, CBOR_BYTES, bytes.data, bytes.len);
        break;
    case MODEL_FLOAT: cbor_real(out, v, true); break;
    case MODEL_DOUBLE: cbor_real(out, v, false); break;
    case MODEL_INTEGER:
    case MODEL_LONG:
    case MODEL_STRING:
    case MODEL_BOOLEAN:
    case MODEL_DOCUMENT: cbor_plain(out, v); break;
    }
    json_unref(fit);
    buf_clear(&bytes);
}

/* The call is in the path; the headers are those of Smithy's protocol. */
bool aws_write_cbor(const struct aws_call *c, const json *v, struct aws_request *q,
                    struct diag *why)
{
    static const char type[] = "application/cbor";

    buf_printf(&q->path, "/service/%s/operation/%s", c->service->target, c->operation.name);
    if (c->operation.input)
        cbor_value(&q->body, c->service, c->operation.input, v);
    return aws_request_header(q, "smithy-protocol", "rpc-v2-cbor", "Protocol", why) &&
           aws_request_header(q, "Accept", type, "Accept", why) &&
           (!c->operation.input || aws_request_header(q, "Content-Type", type, "ContentType", why));
}
