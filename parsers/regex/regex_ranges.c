/*
 * Sets of code units: those of a class, of \d, \w and \s, and what is the same but for case by the
 * rules of JavaScript, which are not those of PCRE2. So a set is written with all its cases in it.
 */

#include "parsers/regex/regex_ranges.h"

#include "parsers/base/ascii.h"
#include "parsers/base/case.h"
#include "parsers/base/count.h"
#include "parsers/base/mem.h"
#include "parsers/base/utf8.h"

#include <utf8proc.h>

/* Stands for all that is not in ASCII where only that is searched: it is nowhere in it. */
#define NOT_ASCII 0xFFu

/* ---- cases ---- */

/* Canonicalize of ECMA-262, 22.2.2.7.3: units are the same if this makes them so. */
static uint32_t canonical(uint32_t c)
{
    uint32_t upper;

    if (c < 0x80)
        return c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c;
    upper = (uint32_t)utf8proc_toupper((utf8proc_int32_t)c);
    if (upper == c || upper < 0x80 || upper > 0xFFFF || case_has_long_upper(c))
        return c;
    return upper;
}

/* Small letters whose capital has another small letter of its own. */
static const uint16_t odd_letters[] = {
    0xB5,   0x1C5,  0x1C8,  0x1CB,  0x1F2,  0x345,  0x3C2,  0x3D0,  0x3D1,
    0x3D5,  0x3D6,  0x3F0,  0x3F1,  0x3F5,  0x1C80, 0x1C81, 0x1C82, 0x1C83,
    0x1C84, 0x1C85, 0x1C86, 0x1C87, 0x1C88, 0x1E9B, 0x1FBE, 0xA64B,
};

void ranges_add(struct ranges *r, uint32_t low, uint32_t high)
{
    MEM_GROW(r->list, r->count, r->cap);
    r->list[r->count++] = (struct range){low, high};
}

static void add_if_same(struct ranges *r, uint32_t c, uint32_t other)
{
    if (other != c && other <= 0xFFFF && canonical(other) == canonical(c))
        ranges_add(r, other, other);
}

void ranges_add_other_cases(struct ranges *r, uint32_t c)
{
    uint32_t upper = canonical(c);
    uint32_t lower = (uint32_t)utf8proc_tolower((utf8proc_int32_t)upper);

    if (upper == c && lower == c)
        return;
    add_if_same(r, c, upper);
    add_if_same(r, c, lower);
    if (c < 0x80)
        return;
    for (size_t i = 0; i < COUNT(odd_letters); i++)
        add_if_same(r, c, odd_letters[i]);
}

void ranges_add_all_cases(struct ranges *r, bool ascii)
{
    size_t count = r->count;

    for (size_t i = 0; i < count; i++) {
        struct range of = r->list[i];

        for (uint32_t c = of.low; c <= of.high && !(ascii && c >= 0x80); c++)
            ranges_add_other_cases(r, c);
    }
}

/* ---- \d \w \s and their opposites ---- */

static const struct range digit_ranges[] = {{'0', '9'}};
static const struct range word_ranges[] = {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}};
static const struct range space_ranges[] = {
    {0x9, 0xD},       {0x20, 0x20},     {0xA0, 0xA0},     {0x1680, 0x1680}, {0x2000, 0x200A},
    {0x2028, 0x2029}, {0x202F, 0x202F}, {0x205F, 0x205F}, {0x3000, 0x3000}, {0xFEFF, 0xFEFF},
};

/* Adds the characters of `set`, whose ranges are sorted, or all others up to U+FFFF. */
static void add_set(struct ranges *r, const struct range *set, size_t count, bool opposite)
{
    uint32_t next = 0;

    for (size_t i = 0; i < count; i++) {
        if (!opposite)
            ranges_add(r, set[i].low, set[i].high);
        else if (set[i].low > next)
            ranges_add(r, next, set[i].low - 1);
        next = set[i].high + 1;
    }
    if (opposite)
        ranges_add(r, next, 0xFFFF);
}

#define ADD_SET(r, set, opposite) add_set(r, set, COUNT(set), opposite)

bool ranges_add_named(struct ranges *r, int c)
{
    switch (c) {
    case 'd':
    case 'D': ADD_SET(r, digit_ranges, c == 'D'); return true;
    case 'w':
    case 'W': ADD_SET(r, word_ranges, c == 'W'); return true;
    case 's':
    case 'S': ADD_SET(r, space_ranges, c == 'S'); return true;
    default: return false;
    }
}

/* ---- writing ---- */

void regex_put_unit(struct buf *out, uint32_t c)
{
    if (ascii_is_letter((int)c) || ascii_is_digit((int)c))
        buf_addc(out, (char)c);
    else if (c > ' ' && c < 0x7F)
        buf_add(out, (const char[]){'\\', (char)c}, 2);
    else if (c < 0x80)
        buf_printf(out, "\\x{%x}", c);
    else
        out->len += utf8_encode(c, buf_reserve(out, 4));
}

void regex_put_not_ascii(struct buf *out)
{
    buf_printf(out, "\\x{%x}", NOT_ASCII);
}

static void put_range(struct buf *out, struct range r)
{
    regex_put_unit(out, r.low);
    if (r.high == r.low)
        return;
    buf_addc(out, '-');
    regex_put_unit(out, r.high);
}

void ranges_put(struct buf *out, const struct ranges *r, bool negative, bool ascii)
{
    bool beyond = false;

    buf_adds(out, negative ? "[^" : "[");
    for (size_t i = 0; i < r->count; i++) {
        struct range of = r->list[i];

        if (ascii && of.high >= 0x80) {
            beyond = true;
            of.high = 0x7F;
        }
        if (of.low <= of.high)
            put_range(out, of);
    }
    if (beyond)
        regex_put_not_ascii(out);
    buf_addc(out, ']');
}
