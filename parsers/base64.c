#include "parsers/base64.h"

#include <stdint.h>
#include <string.h>

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_encode(struct buf *out, const char *bytes, size_t len)
{
    const unsigned char *p = (const unsigned char *)bytes;

    for (size_t i = 0; i < len; i += 3) {
        uint32_t b = (uint32_t)p[i] << 16;

        b |= i + 1 < len ? (uint32_t)p[i + 1] << 8 : 0;
        b |= i + 2 < len ? p[i + 2] : 0;
        buf_addc(out, digits[b >> 18]);
        buf_addc(out, digits[b >> 12 & 63]);
        buf_addc(out, i + 1 < len ? digits[b >> 6 & 63] : '=');
        buf_addc(out, i + 2 < len ? digits[b & 63] : '=');
    }
}

bool base64_decode(struct buf *out, const char *text, size_t len)
{
    size_t n = len;
    uint32_t b = 0;

    while (n > 0 && len - n < 2 && text[n - 1] == '=')
        n--;
    if ((n < len && len % 4 != 0) || n % 4 == 1)
        return false;
    for (size_t i = 0; i < n; i++) {
        const char *digit = text[i] ? strchr(digits, text[i]) : NULL;

        if (!digit)
            return false;
        b = b << 6 | (uint32_t)(digit - digits);
        if (i % 4 == 1)
            buf_addc(out, (char)(b >> 4));
        else if (i % 4 == 2)
            buf_addc(out, (char)(b >> 2));
        else if (i % 4 == 3)
            buf_addc(out, (char)b);
    }
    return true;
}
