/*
 * JavaScript's encodeURI, encodeURIComponent and their opposites, which fail on half a character
 * where percent.c would not notice.
 */

#include "parsers/jsonata/url.h"

#include "parsers/base/ascii.h"
#include "parsers/base/percent.h"
#include "parsers/base/utf8.h"

#include <string.h>

/* Of URLs, what has a meaning there and so stays, and what encodeURI leaves besides. */
#define UNRESERVED "-_.!~*'()"
#define RESERVED ";/?:@&=+$,"

/* Each byte is looked at on its own, and copied so. */
enum { BYTES_A_UNIT = 2 };

enum outcome { DONE, MALFORMED, STOPPED };

static enum outcome encode(struct buf *out, const char *text, size_t len, const char *kept,
                           struct work *work)
{
    size_t paid = 0;

    if (utf8_valid(text, len) != len)
        return MALFORMED;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];

        if (!work_spend_piece(work, i, len, BYTES_A_UNIT, &paid))
            return STOPPED;
        if (ascii_is_letter(c) || ascii_is_digit(c) || (c && c < 0x80 && strchr(kept, c))) {
            buf_addc(out, text[i]);
        } else {
            percent_add(out, text[i]);
        }
    }
    return DONE;
}

static bool url_tell(enum outcome o, const char *function, const char *text, size_t len,
                     struct fault *why)
{
    if (o != MALFORMED)
        return o == DONE;
    fault_text(why, "D3140", text, len);
    if (why)
        why->function = function;
    return false;
}

bool js_url_encode(struct buf *out, const char *text, size_t len, struct work *work,
                   struct fault *why)
{
    return url_tell(encode(out, text, len, UNRESERVED RESERVED "#", work), "encodeUrl", text, len,
                    why);
}

bool js_url_encode_component(struct buf *out, const char *text, size_t len, struct work *work,
                             struct fault *why)
{
    return url_tell(encode(out, text, len, UNRESERVED, work), "encodeUrlComponent", text, len, why);
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

static enum outcome decode(struct buf *out, const char *text, size_t len, const char *kept,
                           struct work *work)
{
    size_t i = 0, paid = 0;

    while (i < len) {
        char bytes[4];
        size_t n;

        if (!work_spend_piece(work, i, len, BYTES_A_UNIT, &paid))
            return STOPPED;
        if (text[i] != '%') {
            buf_addc(out, text[i++]);
            continue;
        }
        n = escaped_character(text + i, len - i, bytes);
        if (!n)
            return MALFORMED;
        if (n == 1 && bytes[0] && strchr(kept, bytes[0]))
            buf_add(out, text + i, 3);
        else
            buf_add(out, bytes, n);
        i += 3 * n;
    }
    return DONE;
}

bool js_url_decode(struct buf *out, const char *text, size_t len, struct work *work,
                   struct fault *why)
{
    return url_tell(decode(out, text, len, RESERVED "#", work), "decodeUrl", text, len, why);
}

bool js_url_decode_component(struct buf *out, const char *text, size_t len, struct work *work,
                             struct fault *why)
{
    return url_tell(decode(out, text, len, "", work), "decodeUrlComponent", text, len, why);
}
