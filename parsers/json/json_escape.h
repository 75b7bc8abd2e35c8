#ifndef PARSERS_JSON_JSON_ESCAPE_H
#define PARSERS_JSON_JSON_ESCAPE_H

/*
 * The text of strings (RFC 8259, section 7), for the readers and the writer of parsers/json: how
 * far it stands for itself, and what a backslash means.
 */

#include "parsers/base/ascii.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/*
 * Returns the first byte from `p` on that is a quote, a backslash or a control character, `end`
 * when there is none. Sets *wide if there are bytes of 0x80 and more before it.
 */
static inline const char *json_plain_end(const char *p, const char *end, bool *wide)
{
#ifdef __SSE2__
    const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\');
    const __m128i last_control = _mm_set1_epi8(0x1F);

    for (; end - p >= 16; p += 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)p);
        __m128i control = _mm_cmpeq_epi8(_mm_max_epu8(bytes, last_control), last_control);
        __m128i either =
            _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash));
        unsigned stops = (unsigned)_mm_movemask_epi8(_mm_or_si128(either, control));
        unsigned high = (unsigned)_mm_movemask_epi8(bytes);

        if (stops) {
            *wide |= (high & ((stops & -stops) - 1)) != 0;
            return p + __builtin_ctz(stops);
        }
        *wide |= high != 0;
    }
#endif
    for (; p < end && *p != '"' && *p != '\\' && (unsigned char)*p >= 0x20; p++)
        *wide |= (unsigned char)*p >= 0x80;
    return p;
}

/* Copies as memcpy does; most strings are short, and need no call for it. */
static inline void json_copy_bytes(char *to, const char *from, size_t len)
{
    uint64_t head, tail;

    if (len > 16) {
        memcpy(to, from, len);
    } else if (len >= 8) {
        /* By two copies that may overlap. */
        memcpy(&head, from, 8);
        memcpy(&tail, from + len - 8, 8);
        memcpy(to, &head, 8);
        memcpy(to + len - 8, &tail, 8);
    } else {
        for (size_t i = 0; i < len; i++)
            to[i] = from[i];
    }
}

/* Returns the number that four hexadecimal digits are, less than 0 when they are none. */
static inline int32_t json_escape_hex(const char *text)
{
    int32_t n = 0, wrong = 0;

    for (int i = 0; i < 4; i++) {
        int digit = ascii_hex_value(text[i]);

        wrong |= digit;
        n = n << 4 | (digit & 15);
    }
    return wrong < 0 ? -1 : n;
}

static inline bool json_escape_is_high(uint32_t unit)
{
    return unit >= 0xD800 && unit < 0xDC00;
}

static inline bool json_escape_is_low(uint32_t unit)
{
    return unit >= 0xDC00 && unit < 0xE000;
}

static inline bool json_escape_is_half(uint32_t cp)
{
    return cp >= 0xD800 && cp < 0xE000;
}

/*
 * Reads the escape that `text` begins with, a \u together with the other half of its character.
 * Returns its length, 0 when it is none or is cut off at `len`. *cp is what it means: half a
 * character when that has no other half.
 */
static inline size_t json_escape_read(const char *text, size_t len, uint32_t *cp)
{
    /* Indexed by the letter: none of them means NUL. */
    static const unsigned char meaning[128] = {
        ['"'] = '"',  ['\\'] = '\\', ['/'] = '/',  ['b'] = '\b',
        ['f'] = '\f', ['n'] = '\n',  ['r'] = '\r', ['t'] = '\t'};
    int32_t unit, low;

    if (len < 2)
        return 0;
    if (text[1] != 'u') {
        *cp = (unsigned char)text[1] < sizeof(meaning) ? meaning[(unsigned char)text[1]] : 0;
        return *cp ? 2 : 0;
    }
    unit = len < 6 ? -1 : json_escape_hex(text + 2);
    if (unit < 0)
        return 0;
    *cp = (uint32_t)unit;
    if (!json_escape_is_high(*cp) || len < 12 || text[6] != '\\' || text[7] != 'u')
        return 6;
    low = json_escape_hex(text + 8);
    if (low < 0 || !json_escape_is_low((uint32_t)low))
        return 6;
    *cp = 0x10000 + ((*cp - 0xD800) << 10) + ((uint32_t)low - 0xDC00);
    return 12;
}

#endif
