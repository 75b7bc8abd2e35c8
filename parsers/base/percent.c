/*
 * Percent-encoding as RFC 3986 and AWS's signatures have it: all but the unreserved characters, in
 * capital digits. JavaScript's encodeURI, which leaves more as it is, stands in
 * parsers/jsonata/url.c.
 */

#include "parsers/base/percent.h"

#include "parsers/base/ascii.h"

static bool is_unreserved(char c)
{
    return ascii_is_letter(c) || ascii_is_digit(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

void percent_add(struct buf *out, char byte)
{
    static const char digits[] = "0123456789ABCDEF";
    unsigned char b = (unsigned char)byte;
    const char code[] = {'%', digits[b >> 4], digits[b & 15]};

    buf_add(out, code, sizeof code);
}

void percent_encode(struct buf *out, const char *text, size_t len, bool slashes)
{
    for (size_t i = 0; i < len; i++) {
        if (is_unreserved(text[i]) || (slashes && text[i] == '/'))
            buf_addc(out, text[i]);
        else
            percent_add(out, text[i]);
    }
}

int percent_byte(const char *text, size_t len)
{
    if (len < 3 || text[0] != '%' || ascii_hex_value(text[1]) < 0 || ascii_hex_value(text[2]) < 0)
        return -1;
    return ascii_hex_value(text[1]) << 4 | ascii_hex_value(text[2]);
}

/* A percent sign that no two digits follow is an error, not a character. */
bool percent_decode(struct buf *out, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        int byte = percent_byte(text + i, len - i);

        if (text[i] == '%' && byte < 0)
            return false;
        buf_addc(out, byte < 0 ? text[i] : (char)byte);
        i += byte < 0 ? 0 : 2;
    }
    return true;
}
