#ifndef RUNTIME_HTTP_MESSAGE_IMPL_H
#define RUNTIME_HTTP_MESSAGE_IMPL_H

#include "parsers/base/ascii.h"
#include "runtime/http/message.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

/* What reader.c, which reads requests, and message.c have in common: characters. */

/* RFC 9110, section 5.6.2: tchar */
static inline bool http_is_token(unsigned char c)
{
    /* A bit for each character: digits and !#$%&'*+-. are below 64, letters and ^_`|~ above. */
    static const uint64_t tokens[4] = {0x03ff6cfa00000000, 0x57ffffffc7fffffe};

    return tokens[c / 64] >> c % 64 & 1;
}

static inline bool http_is_control(unsigned char c)
{
    return c < 0x20 || c == 0x7f;
}

/* Returns whether one of eight bytes is below 0x20, or 0x7f: after the subtraction the highest bit
 * of such a byte is 1, and it was 0 before. */
static inline bool http_has_control(const char *bytes)
{
    const uint64_t ones = UINT64_MAX / 255;
    uint64_t word, del;

    memcpy(&word, bytes, sizeof word);
    del = word ^ 0x7f * ones;
    return (((word - 0x20 * ones) & ~word) | ((del - ones) & ~del)) & 0x80 * ones;
}

/* Returns where the first character is that no line may have, a control character but TAB; `len`:
 * there is none. */
static inline size_t http_find_control(const char *text, size_t len)
{
    size_t at = 0;

    while (len - at >= 8 && !http_has_control(text + at))
        at += 8;
    if (len >= 8 && len - at < 8 && !http_has_control(text + len - 8))
        return len;
    while (at < len && (!http_is_control((unsigned char)text[at]) || text[at] == '\t'))
        at++;
    return at;
}

/* Returns whether `a` is `word`, in any case. */
static inline bool http_same_word(const char *a, size_t len, const char *word)
{
    return len == strlen(word) && !strncasecmp(a, word, len);
}

#endif
