#ifndef PARSERS_BASE_ASCII_H
#define PARSERS_BASE_ASCII_H

#include <stdbool.h>

/*
 * These say what kind of character `c` is, whatever the locale; `c` may be a char or a code point.
 */

static inline bool ascii_is_digit(int c)
{
    return c >= '0' && c <= '9';
}

static inline bool ascii_is_letter(int c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static inline bool ascii_is_upper(int c)
{
    return c >= 'A' && c <= 'Z';
}

static inline bool ascii_is_lower(int c)
{
    return c >= 'a' && c <= 'z';
}

/* These return the letter in the other case, and all else as it is. */
static inline char ascii_lower(char c)
{
    return ascii_is_upper(c) ? (char)(c + 'a' - 'A') : c;
}

static inline char ascii_upper(char c)
{
    return ascii_is_lower(c) ? (char)(c + 'A' - 'a') : c;
}

/* The four blanks of JSON. YAML, HCL, intrinsic functions and JSONata's $trim have the same. */
static inline bool ascii_is_json_blank(int c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* For strspn and its like. */
#define ASCII_JSON_BLANKS " \t\n\r"

/* The blanks within a line: those of HTTP around a field's value, of YAML before a node. */
static inline bool ascii_is_line_blank(int c)
{
    return c == ' ' || c == '\t';
}

/* What \s means in Java's regular expressions, and isspace() in the C locale. */
static inline bool ascii_is_java_blank(int c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Returns the value of a hexadecimal digit, -1 if it is none. */
static inline int ascii_hex_value(int c)
{
    if (ascii_is_digit(c))
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

#endif
