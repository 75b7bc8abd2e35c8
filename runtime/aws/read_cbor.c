/*
 * CBOR answers (RFC 8949) as the values that JSON would have for them: bytes are Base64, times are
 * seconds, numbers that JSON lacks are their names. So what reads JSON answers by the model reads
 * these as well. Whatever a length says, no more is made than the text has bytes for.
 */
#include "runtime/aws/cbor.h"

#include "parsers/base/base64.h"
#include "parsers/base/mem.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_DEPTH = 200 };

struct cbor_reader {
    const unsigned char *at, *end;
    unsigned depth;
    struct diag *why;
};

static json *cbor_refuse(struct cbor_reader *r, const char *what)
{
    diag_set(r->why, "CBOR", 0, "%s", what);
    return NULL;
}

static bool cbor_wrong(struct cbor_reader *r, const char *what)
{
    cbor_refuse(r, what);
    return false;
}

static uint64_t cbor_big_endian(const unsigned char *at, size_t size)
{
    uint64_t n = 0;

    for (size_t i = 0; i < size; i++)
        n = n << 8 | at[i];
    return n;
}

/* The number behind a first byte: itself, or the one, two, four or eight bytes that follow. */
static bool read_count(struct cbor_reader *r, unsigned low, uint64_t *n)
{
    size_t size = low < 24 ? 0 : (size_t)1 << (low - 24);

    *n = low;
    if (low > 27)
        return cbor_wrong(r, "a length that CBOR does not have");
    if ((size_t)(r->end - r->at) < size)
        return cbor_wrong(r, "it ends too early");
    if (size)
        *n = cbor_big_endian(r->at, size);
    r->at += size;
    return true;
}

static json *cbor_unsigned(uint64_t n)
{
    char digits[32];

    if (n <= INT64_MAX)
        return json_int((int64_t)n);
    snprintf(digits, sizeof digits, "%llu", (unsigned long long)n);
    return json_number(digits, strlen(digits));
}

static json *cbor_negative(uint64_t n)
{
    char digits[32];

    if (n <= INT64_MAX)
        return json_int(-1 - (int64_t)n);
    if (n == UINT64_MAX)
        return json_number("-18446744073709551616", 21);
    snprintf(digits, sizeof digits, "-%llu", (unsigned long long)n + 1);
    return json_number(digits, strlen(digits));
}

/* ---- texts and bytes ---- */

static bool cbor_add_piece(struct cbor_reader *r, unsigned low, struct buf *out)
{
    uint64_t len;

    if (!read_count(r, low, &len))
        return false;
    if ((uint64_t)(r->end - r->at) < len)
        return cbor_wrong(r, "it ends too early");
    buf_add(out, (const char *)r->at, (size_t)len);
    r->at += len;
    return true;
}

/* One of open length is made of pieces of its own kind. */
static bool cbor_add_pieces(struct cbor_reader *r, unsigned kind, unsigned low, struct buf *out)
{
    if (low != CBOR_LOW_OPEN)
        return cbor_add_piece(r, low, out);
    while (r->at < r->end && *r->at != CBOR_BREAK) {
        unsigned first = *r->at++;

        if (first >> 5 != kind)
            return cbor_wrong(r, "a piece of another kind");
        if (!cbor_add_piece(r, first & 31, out))
            return false;
    }
    if (r->at == r->end)
        return cbor_wrong(r, "it ends too early");
    r->at++;
    return true;
}

static json *read_bytes(struct cbor_reader *r, unsigned kind, unsigned low)
{
    struct buf bytes = {0}, text = {0};
    json *v = NULL;

    if (cbor_add_pieces(r, kind, low, &bytes)) {
        if (kind == CBOR_BYTES) {
            base64_encode(&text, buf_str(&bytes), bytes.len);
            v = json_take_buf(&text);
        } else {
            v = json_string_mended(buf_str(&bytes), bytes.len);
        }
    }
    buf_clear(&bytes);
    return v;
}

/* ---- arrays and maps ---- */

static json *read_item(struct cbor_reader *r);

/* Is there one more, of `left` or up to a break? *wrong: neither that nor the end was found. */
static bool has_more(struct cbor_reader *r, bool open, uint64_t *left, bool *wrong)
{
    if (!open)
        return (*left)-- > 0;
    if (r->at == r->end) {
        *wrong = !cbor_wrong(r, "it ends too early");
        return false;
    }
    if (*r->at != CBOR_BREAK)
        return true;
    r->at++;
    return false;
}

static json *read_array(struct cbor_reader *r, unsigned low)
{
    bool open = low == CBOR_LOW_OPEN, wrong = false;
    struct json_build b;
    uint64_t left = 0;

    if (!open && !read_count(r, low, &left))
        return NULL;
    json_build_array(&b, 0);
    while (has_more(r, open, &left, &wrong)) {
        json *v = read_item(r);

        wrong = !v;
        if (!v)
            break;
        json_build_add(&b, v);
    }
    if (!wrong)
        return json_build_done(&b);
    json_build_drop(&b);
    return NULL;
}

static json *cbor_read_map(struct cbor_reader *r, unsigned low)
{
    bool open = low == CBOR_LOW_OPEN, wrong = false;
    struct json_build b;
    uint64_t left = 0;

    if (!open && !read_count(r, low, &left))
        return NULL;
    json_build_object(&b, 0);
    while (has_more(r, open, &left, &wrong)) {
        bool is_text = r->at < r->end && *r->at >> 5 == CBOR_TEXT;
        json *key = is_text ? read_item(r) : cbor_refuse(r, "a key that is no text");
        json *v = key ? read_item(r) : NULL;

        wrong = !v;
        if (!v) {
            json_unref(key);
            break;
        }
        json_build_set_key(&b, key, v);
    }
    if (!wrong)
        return json_build_done(&b);
    json_build_drop(&b);
    return NULL;
}

/* ---- numbers and simple values ---- */

static json *odd_number(double d)
{
    return json_cstring(isnan(d) ? "NaN" : d > 0 ? "Infinity" : "-Infinity");
}

/* The shortest digits that stand for the same float: 0.1, not 0.10000000149011612. */
static json *float_number(float f)
{
    char text[32];

    if (!isfinite(f))
        return odd_number(f);
    for (int digits = 6; digits <= 9; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, (double)f);
        if (strtof(text, NULL) == f)
            break;
    }
    return json_double(strtod(text, NULL));
}

/* A half has one bit of sign, five of exponent, ten of fraction. */
static json *half_number(uint64_t bits)
{
    int exponent = (int)(bits >> 10 & 31), fraction = (int)(bits & 1023);
    double d = exponent == 31 ? (fraction ? NAN : INFINITY)
               : exponent     ? ldexp(1024 + fraction, exponent - 25)
                              : ldexp(fraction, -24);

    d = bits >> 15 & 1 ? -d : d;
    return isfinite(d) ? json_double(d) : odd_number(d);
}

static json *read_simple(struct cbor_reader *r, unsigned low)
{
    uint64_t n;
    uint32_t low_bits;
    double d;
    float f;

    if (!read_count(r, low, &n))
        return NULL;
    switch (low) {
    case CBOR_FALSE: return json_bool(false);
    case CBOR_TRUE: return json_bool(true);
    case CBOR_NULL:
    case CBOR_UNDEFINED: return json_null();
    case CBOR_LOW_HALF: return half_number(n);
    case CBOR_LOW_FLOAT:
        low_bits = (uint32_t)n;
        memcpy(&f, &low_bits, sizeof f);
        return float_number(f);
    case CBOR_LOW_DOUBLE:
        memcpy(&d, &n, sizeof d);
        return isfinite(d) ? json_double(d) : odd_number(d);
    default: return cbor_refuse(r, "a simple value that nobody knows");
    }
}

/* ---- items ---- */

/* A tag says how to take what follows: of a time the model says the same, others are passed over.
 */
static json *read_item_of(struct cbor_reader *r, unsigned kind, unsigned low)
{
    uint64_t n;

    switch ((enum cbor_kind)kind) {
    case CBOR_UNSIGNED: return read_count(r, low, &n) ? cbor_unsigned(n) : NULL;
    case CBOR_NEGATIVE: return read_count(r, low, &n) ? cbor_negative(n) : NULL;
    case CBOR_BYTES:
    case CBOR_TEXT: return read_bytes(r, kind, low);
    case CBOR_ARRAY: return read_array(r, low);
    case CBOR_MAP: return cbor_read_map(r, low);
    case CBOR_TAG: return read_count(r, low, &n) ? read_item(r) : NULL;
    case CBOR_SIMPLE: return read_simple(r, low);
    }
    return NULL;
}

static json *read_item(struct cbor_reader *r)
{
    json *v = NULL;

    if (r->at == r->end)
        return cbor_refuse(r, "it ends too early");
    if (r->depth == MAX_DEPTH)
        return cbor_refuse(r, "it is nested too deeply");
    r->depth++;
    unsigned first = *r->at++;
    v = read_item_of(r, first >> 5, first & 31);
    r->depth--;
    return v;
}

json *aws_cbor_read(const char *bytes, size_t len, struct diag *why)
{
    struct cbor_reader r = {.at = (const unsigned char *)bytes, .why = why};
    json *v;

    if (!len)
        return json_ref(json_empty_object());
    r.end = r.at + len;
    v = read_item(&r);
    if (!v || r.at == r.end)
        return v;
    json_unref(v);
    return cbor_refuse(&r, "there is more behind its end");
}
