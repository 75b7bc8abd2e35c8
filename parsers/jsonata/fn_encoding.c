/* Functions between strings and Base64 or URLs. */

#include "parsers/base/base64.h"
#include "parsers/base/count.h"
#include "parsers/base/utf8.h"
#include "parsers/jsonata/jsonata_functions.h"
#include "parsers/jsonata/url.h"

/* Bytes to a unit of work, for what is read and copied byte by byte. */
enum { BYTES_A_UNIT = 4 };

/*
 * Pays for the piece of a text that begins at `at`, a slice of work at a time, so that a long text
 * can be interrupted in its midst.
 */
static bool fn_encoding_pay(struct evaluation *e, size_t at, size_t len, size_t *paid)
{
    return work_spend_piece(e->work, at, len, BYTES_A_UNIT, paid) || eval_stop(e);
}

/* Gives up what was made before the evaluation had to stop. */
static struct jv fn_encoding_drop(struct buf *a, struct buf *b)
{
    buf_clear(a);
    buf_clear(b);
    return jv_error();
}

/* The low byte of each code unit, as Node takes a string for base64 and from it. */
static bool add_latin1(struct evaluation *e, struct buf *out, struct jv s)
{
    uint32_t cp;
    size_t n, paid = 0;

    for (size_t at = 0; at < str_len(s); at += n) {
        if (!fn_encoding_pay(e, at, str_len(s), &paid))
            return false;
        n = utf8_decode(str(s) + at, str_len(s) - at, &cp);
        if (!n)
            return true;
        if (cp >= 0x10000) {
            buf_addc(out, (char)((0xD800 + ((cp - 0x10000) >> 10)) & 0xFF));
            cp = 0xDC00 + (cp & 0x3FF);
        }
        buf_addc(out, (char)(cp & 0xFF));
    }
    return true;
}

/* Pieces that are whole groups of three bytes, each of which makes four digits. */
static bool add_base64(struct evaluation *e, struct buf *out, const struct buf *bytes)
{
    for (size_t at = 0, paid = 0; at < bytes->len; at = paid) {
        if (!fn_encoding_pay(e, at, bytes->len, &paid))
            return false;
        if (paid < bytes->len)
            paid -= (paid - at) % 3;
        base64_encode(out, bytes->data + at, paid - at);
    }
    return true;
}

static struct jv fn_base64encode(struct evaluation *e, const struct call *c)
{
    struct buf bytes = {0}, text = {0};

    if (is_undefined(arg(c, 0)))
        return jv_undefined();
    if (!add_latin1(e, &bytes, arg(c, 0)) || !add_base64(e, &text, &bytes))
        return fn_encoding_drop(&bytes, &text);
    buf_clear(&bytes);
    return eval_take_buf(e, &text);
}

/* In Step Functions what is no Base64 is refused: java.util.Base64's words. */
static bool refuse_base64(struct evaluation *e, struct jv s)
{
    const char *text = str(s);
    size_t len = str_len(s), n = 0, padding, paid = 0;

    for (; n < len && base64_value(text[n]) >= 0; n++)
        if (!fn_encoding_pay(e, n, len, &paid))
            return true;
    for (padding = 0; n + padding < len && text[n + padding] == '=';)
        padding++;
    if (n + padding == len && n % 4 != 1 && (padding == 0 || n % 4 + padding == 4))
        return false;
    eval_error(e, "D3137");
    if (n + padding < len && padding == 0)
        buf_printf(&e->why.message, "Illegal base64 character %x", (unsigned char)text[n]);
    else if (padding == 0)
        buf_adds(&e->why.message, "Last unit does not have enough valid bits");
    else
        buf_printf(&e->why.message, "Input byte array has wrong 4-byte ending unit");
    return true;
}

/* What is no digit is passed over, `=` ends it: as Node does. Bytes come out as characters. */
static struct jv fn_base64decode(struct evaluation *e, const struct call *c)
{
    struct buf digits = {0}, text = {0};
    size_t paid = 0;
    uint32_t bits = 0;
    int have = 0, v;
    char bytes[4];

    if (is_undefined(arg(c, 0)))
        return jv_undefined();
    if (e->dialect == JSONATA_AWS && refuse_base64(e, arg(c, 0)))
        return jv_error();
    if (!add_latin1(e, &digits, arg(c, 0)))
        return fn_encoding_drop(&digits, &text);
    for (size_t i = 0; i < digits.len && digits.data[i] != '='; i++) {
        if (!fn_encoding_pay(e, i, digits.len, &paid))
            return fn_encoding_drop(&digits, &text);
        v = base64_value_of_either(digits.data[i]);
        if (v < 0)
            continue;
        bits = bits << 6 | (uint32_t)v;
        /*
         * Digits are gathered as bits; each eight that are together become a byte, and what is left
         * over at the end is dropped.
         */
        have += 6;
        if (have >= 8) {
            have -= 8;
            buf_add(&text, bytes, utf8_encode(bits >> have & 0xFF, bytes));
        }
    }
    buf_clear(&digits);
    return eval_take_buf(e, &text);
}

/* No code in `why` and no text: what stopped it is the bound on work, not the text. */
static struct jv recode(struct evaluation *e, const struct call *c,
                        bool (*change)(struct buf *, const char *, size_t, struct work *,
                                       struct fault *))
{
    struct fault why = {0};
    struct buf text = {0};

    if (is_undefined(arg(c, 0)))
        return jv_undefined();
    if (change(&text, str(arg(c, 0)), str_len(arg(c, 0)), e->work, &why))
        return eval_take_buf(e, &text);
    buf_clear(&text);
    if (why.code)
        return eval_error_fault(e, &why);
    eval_stop(e);
    return jv_error();
}

static struct jv fn_encode_url(struct evaluation *e, const struct call *c)
{
    return recode(e, c, js_url_encode);
}

static struct jv fn_encode_url_component(struct evaluation *e, const struct call *c)
{
    return recode(e, c, js_url_encode_component);
}

static struct jv fn_decode_url(struct evaluation *e, const struct call *c)
{
    return recode(e, c, js_url_decode);
}

static struct jv fn_decode_url_component(struct evaluation *e, const struct call *c)
{
    return recode(e, c, js_url_decode_component);
}

static const struct builtin functions[] = {
    {"base64encode", "<s-:s>", fn_base64encode, 1, IN_BOTH, "bytes as Base64"},
    {"base64decode", "<s-:s>", fn_base64decode, 1, IN_BOTH, "bytes from Base64"},
    {"encodeUrlComponent", "<s-:s>", fn_encode_url_component, 1, IN_BOTH,
     "escaped for a part of a URL"},
    {"encodeUrl", "<s-:s>", fn_encode_url, 1, IN_BOTH, "escaped as a whole URL"},
    {"decodeUrlComponent", "<s-:s>", fn_decode_url_component, 1, IN_BOTH,
     "a part of a URL without escapes"},
    {"decodeUrl", "<s-:s>", fn_decode_url, 1, IN_BOTH, "a URL without escapes"},
};

const struct family encoding_functions = {"strings", functions, COUNT(functions)};
