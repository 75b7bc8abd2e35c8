#ifndef PARSERS_BASE_ASCII_H
#define PARSERS_BASE_ASCII_H

#include <stdbool.h>

/* What kind of character `c` is, whatever the locale; `c` may be a char or a code point. */

static inline bool ascii_is_digit(int c)
{
    return c >= '0' && c <= '9';
}

static inline bool ascii_is_letter(int c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The value of a hexadecimal digit; -1: it is none. */
static inline int ascii_hex_value(int c)
{
    if (ascii_is_digit(c))
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

#endif
