#ifndef PARSERS_JSON_JSON_ESCAPE_H
#define PARSERS_JSON_JSON_ESCAPE_H

/* What a backslash in a string means (RFC 8259, section 7); for the readers of parsers/json. */

#include "parsers/base/ascii.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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
