/*
 * Intrinsic functions for Base64 and hashes. All of them take so many characters and no more, and
 * those are counted before anything is made.
 */

#include "asl/eval/intrinsic_impl.h"

#include "asl/report/quota.h"
#include "parsers/base/base64.h"
#include "parsers/base/count.h"
#include "parsers/base/digest.h"
#include "parsers/base/utf8.h"

#include <string.h>

/*
 * AWS's bound is on characters, the work is in bytes: the text is read to count the ones before the
 * others are paid for.
 */
static bool intrinsic_encode_fits(struct invocation *in, const json *text)
{
    size_t len = json_str_len(text);

    if (!intrinsic_spend_reading(in, len))
        return false;
    if (utf8_count(json_str(text), len) > QUOTA_ENCODED) {
        intrinsic_invalid(in);
        return false;
    }
    return intrinsic_spend_making(in, len);
}

/* ---- Base64 ---- */

json *intrinsic_base64_encode(struct invocation *in)
{
    const json *text = intrinsic_string(in, 0);
    struct buf out = {0};

    if (!text || !intrinsic_encode_fits(in, text))
        return NULL;
    base64_encode(&out, json_str(text), json_str_len(text));
    return json_take_buf(&out);
}

/*
 * As AWS takes it: either alphabet of RFC 4648, what is no digit is passed over, and padding ends
 * it, wherever it stands.
 */
static void decode_leniently(struct buf *out, const char *text, size_t len)
{
    uint32_t bits = 0;
    unsigned count = 0;

    for (size_t i = 0; i < len && text[i] != '='; i++) {
        int digit = base64_value_of_either(text[i]);
        if (digit < 0)
            continue;
        bits = bits << 6 | (uint32_t)digit;
        count += 6;
        if (count >= 8) {
            count -= 8;
            buf_addc(out, (char)(bits >> count));
        }
    }
}

/* The bytes become a string, whatever they are: what is no UTF-8 is replaced. */
json *intrinsic_base64_decode(struct invocation *in)
{
    const json *text = intrinsic_string(in, 0);
    struct buf bytes = {0};
    json *v;

    if (!text || !intrinsic_encode_fits(in, text))
        return NULL;
    decode_leniently(&bytes, json_str(text), json_str_len(text));
    v = json_string_mended(bytes.data, bytes.len);
    buf_clear(&bytes);
    return v;
}

/* ---- Hash ---- */

static json *intrinsic_encode_hex(const unsigned char *bytes, size_t len)
{
    char text[2 * DIGEST_MAX];

    for (size_t i = 0; i < len; i++) {
        text[2 * i] = "0123456789abcdef"[bytes[i] >> 4];
        text[2 * i + 1] = "0123456789abcdef"[bytes[i] & 15];
    }
    return json_string(text, 2 * len);
}

/* Data that are no string are hashed as their JSON text. */
json *intrinsic_hash(struct invocation *in)
{
    const json *name = intrinsic_string(in, 1);
    enum digest_algorithm algorithm;
    unsigned char bytes[DIGEST_MAX];
    size_t len = 0;
    json *text;

    if (!name)
        return NULL;
    algorithm = digest_named(json_str(name), json_str_len(name));
    if (algorithm == DIGEST_ALGORITHMS)
        return intrinsic_invalid(in);
    text = intrinsic_text(in, in->arguments[0]);
    if (!text || !intrinsic_encode_fits(in, text)) {
        json_unref(text);
        return NULL;
    }
    len = digest_make(algorithm, json_str(text), json_str_len(text), bytes);
    json_unref(text);
    return len ? intrinsic_encode_hex(bytes, len)
               : intrinsic_refuse(in, "States.Hash: the library refuses to make this hash");
}
