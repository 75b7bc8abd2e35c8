#include "parsers/jsonata/url.h"

#include "parsers/ascii.h"
#include "parsers/percent.h"
#include "parsers/utf8.h"

#include <string.h>

/* Of URLs, what has a meaning there and so stays, and what encodeURI leaves besides. */
#define UNRESERVED "-_.!~*'()"
#define RESERVED ";/?:@&=+$,"

static bool refuse(const char *function, const char *text, size_t len, struct jsonata_fault *why)
{
    jsonata_fault_text(why, "D3140", text, len);
    if (why)
        why->function = function;
    return false;
}

static bool encode(struct buf *out, const char *text, size_t len, const char *kept)
{
    if (utf8_valid(text, len) != len)
        return false;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];

        if (ascii_is_letter(c) || ascii_is_digit(c) || (c && c < 0x80 && strchr(kept, c))) {
            buf_addc(out, text[i]);
        } else {
            percent_add(out, text[i]);
        }
    }
    return true;
}

bool js_url_encode(struct buf *out, const char *text, size_t len, struct jsonata_fault *why)
{
    return encode(out, text, len, UNRESERVED RESERVED "#") || refuse("encodeUrl", text, len, why);
}

bool js_url_encode_component(struct buf *out, const char *text, size_t len,
                             struct jsonata_fault *why)
{
    return encode(out, text, len, UNRESERVED) || refuse("encodeUrlComponent", text, len, why);
}

/* The character that escapes at the start of `text` make; returns how many there are, 0: none. */
static size_t escaped_character(const char *text, size_t len, char *bytes)
{
    size_t need, i;

    for (i = 0, need = 1; i < need; i++) {
        int byte = percent_byte(text + 3 * i, len - 3 * i);

        if (byte < 0)
            return 0;
        if (i == 0)
            need = byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
        bytes[i] = (char)byte;
    }
    return utf8_valid(bytes, need) == need ? need : 0;
}

static bool decode(struct buf *out, const char *text, size_t len, const char *kept)
{
    struct buf plain = {0};
    size_t i = 0;

    while (i < len) {
        char bytes[4];
        size_t n;

        if (text[i] != '%') {
            buf_addc(&plain, text[i++]);
            continue;
        }
        n = escaped_character(text + i, len - i, bytes);
        if (!n) {
            buf_clear(&plain);
            return false;
        }
        if (n == 1 && bytes[0] && strchr(kept, bytes[0]))
            buf_add(&plain, text + i, 3);
        else
            buf_add(&plain, bytes, n);
        i += 3 * n;
    }
    buf_add(out, plain.data, plain.len);
    buf_clear(&plain);
    return true;
}

bool js_url_decode(struct buf *out, const char *text, size_t len, struct jsonata_fault *why)
{
    return decode(out, text, len, RESERVED "#") || refuse("decodeUrl", text, len, why);
}

bool js_url_decode_component(struct buf *out, const char *text, size_t len,
                             struct jsonata_fault *why)
{
    return decode(out, text, len, "") || refuse("decodeUrlComponent", text, len, why);
}
