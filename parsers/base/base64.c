/*
 * Base64 with the alphabet of RFC 4648, section 4. Decoding is strict: padding may be left out as a
 * whole, but nothing else may stand between the digits. What AWS reads more leniently does so in
 * asl/eval/intrinsic_encode.c.
 */

#include "parsers/base/base64.h"

#include "parsers/base/ascii.h"

#include <stdint.h>

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

int base64_value(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (ascii_is_digit(c))
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

int base64_value_of_either(char c)
{
    return base64_value(c == '-' ? '+' : c == '_' ? '/' : c);
}

void base64_encode(struct buf *out, const char *bytes, size_t len)
{
    const unsigned char *p = (const unsigned char *)bytes;

    for (size_t i = 0; i < len; i += 3) {
        uint32_t b = (uint32_t)p[i] << 16;

        b |= i + 1 < len ? (uint32_t)p[i + 1] << 8 : 0;
        b |= i + 2 < len ? p[i + 2] : 0;
        const char four[] = {digits[b >> 18], digits[b >> 12 & 63],
                             i + 1 < len ? digits[b >> 6 & 63] : '=',
                             i + 2 < len ? digits[b & 63] : '='};
        buf_add(out, four, sizeof four);
    }
}

/*
 * Padding counts only where it fills the last four characters. A single digit left over holds no
 * byte, so 4n + 1 digits are refused; bits beyond the last byte are ignored, as most decoders do.
 */
bool base64_decode(struct buf *out, const char *text, size_t len)
{
    size_t n = len;
    uint32_t b = 0;

    while (n > 0 && len - n < 2 && text[n - 1] == '=')
        n--;
    if ((n < len && len % 4 != 0) || n % 4 == 1)
        return false;
    for (size_t i = 0; i < n; i++) {
        int value = base64_value(text[i]);

        if (value < 0)
            return false;
        b = b << 6 | (uint32_t)value;
        if (i % 4 == 1)
            buf_addc(out, (char)(b >> 4));
        else if (i % 4 == 2)
            buf_addc(out, (char)(b >> 2));
        else if (i % 4 == 3)
            buf_addc(out, (char)b);
    }
    return true;
}
