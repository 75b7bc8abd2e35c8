/*
 * Upper and lower case by Unicode: utf8proc has what maps one character to one, here are the rows
 * of SpecialCasing.txt that map one to several, whatever the language.
 */

#include "parsers/base/case.h"

#include "parsers/base/ascii.h"
#include "parsers/base/count.h"
#include "parsers/base/utf8.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <utf8proc.h>

enum {
    CAPITAL_SIGMA = 0x3A3,
    SMALL_SIGMA = 0x3C3,
    FINAL_SIGMA = 0x3C2,
    CAPITAL_I_WITH_DOT = 0x130,
    DOT_ABOVE = 0x307,
};

struct special {
    uint16_t from, to[3]; /* fewer than three: 0 behind them */
};

/* Sorted by `from`, for bsearch. All of them are below U+10000, so 16 bits are enough. */
/* Sorted. */
static const struct special upper_rows[] = {
    {0xDF, {0x53, 0x53}},
    {0x149, {0x2BC, 0x4E}},
    {0x1F0, {0x4A, 0x30C}},
    {0x390, {0x399, 0x308, 0x301}},
    {0x3B0, {0x3A5, 0x308, 0x301}},
    {0x587, {0x535, 0x552}},
    {0x1E96, {0x48, 0x331}},
    {0x1E97, {0x54, 0x308}},
    {0x1E98, {0x57, 0x30A}},
    {0x1E99, {0x59, 0x30A}},
    {0x1E9A, {0x41, 0x2BE}},
    {0x1F50, {0x3A5, 0x313}},
    {0x1F52, {0x3A5, 0x313, 0x300}},
    {0x1F54, {0x3A5, 0x313, 0x301}},
    {0x1F56, {0x3A5, 0x313, 0x342}},
    {0x1F80, {0x1F08, 0x399}},
    {0x1F81, {0x1F09, 0x399}},
    {0x1F82, {0x1F0A, 0x399}},
    {0x1F83, {0x1F0B, 0x399}},
    {0x1F84, {0x1F0C, 0x399}},
    {0x1F85, {0x1F0D, 0x399}},
    {0x1F86, {0x1F0E, 0x399}},
    {0x1F87, {0x1F0F, 0x399}},
    {0x1F88, {0x1F08, 0x399}},
    {0x1F89, {0x1F09, 0x399}},
    {0x1F8A, {0x1F0A, 0x399}},
    {0x1F8B, {0x1F0B, 0x399}},
    {0x1F8C, {0x1F0C, 0x399}},
    {0x1F8D, {0x1F0D, 0x399}},
    {0x1F8E, {0x1F0E, 0x399}},
    {0x1F8F, {0x1F0F, 0x399}},
    {0x1F90, {0x1F28, 0x399}},
    {0x1F91, {0x1F29, 0x399}},
    {0x1F92, {0x1F2A, 0x399}},
    {0x1F93, {0x1F2B, 0x399}},
    {0x1F94, {0x1F2C, 0x399}},
    {0x1F95, {0x1F2D, 0x399}},
    {0x1F96, {0x1F2E, 0x399}},
    {0x1F97, {0x1F2F, 0x399}},
    {0x1F98, {0x1F28, 0x399}},
    {0x1F99, {0x1F29, 0x399}},
    {0x1F9A, {0x1F2A, 0x399}},
    {0x1F9B, {0x1F2B, 0x399}},
    {0x1F9C, {0x1F2C, 0x399}},
    {0x1F9D, {0x1F2D, 0x399}},
    {0x1F9E, {0x1F2E, 0x399}},
    {0x1F9F, {0x1F2F, 0x399}},
    {0x1FA0, {0x1F68, 0x399}},
    {0x1FA1, {0x1F69, 0x399}},
    {0x1FA2, {0x1F6A, 0x399}},
    {0x1FA3, {0x1F6B, 0x399}},
    {0x1FA4, {0x1F6C, 0x399}},
    {0x1FA5, {0x1F6D, 0x399}},
    {0x1FA6, {0x1F6E, 0x399}},
    {0x1FA7, {0x1F6F, 0x399}},
    {0x1FA8, {0x1F68, 0x399}},
    {0x1FA9, {0x1F69, 0x399}},
    {0x1FAA, {0x1F6A, 0x399}},
    {0x1FAB, {0x1F6B, 0x399}},
    {0x1FAC, {0x1F6C, 0x399}},
    {0x1FAD, {0x1F6D, 0x399}},
    {0x1FAE, {0x1F6E, 0x399}},
    {0x1FAF, {0x1F6F, 0x399}},
    {0x1FB2, {0x1FBA, 0x399}},
    {0x1FB3, {0x391, 0x399}},
    {0x1FB4, {0x386, 0x399}},
    {0x1FB6, {0x391, 0x342}},
    {0x1FB7, {0x391, 0x342, 0x399}},
    {0x1FBC, {0x391, 0x399}},
    {0x1FC2, {0x1FCA, 0x399}},
    {0x1FC3, {0x397, 0x399}},
    {0x1FC4, {0x389, 0x399}},
    {0x1FC6, {0x397, 0x342}},
    {0x1FC7, {0x397, 0x342, 0x399}},
    {0x1FCC, {0x397, 0x399}},
    {0x1FD2, {0x399, 0x308, 0x300}},
    {0x1FD3, {0x399, 0x308, 0x301}},
    {0x1FD6, {0x399, 0x342}},
    {0x1FD7, {0x399, 0x308, 0x342}},
    {0x1FE2, {0x3A5, 0x308, 0x300}},
    {0x1FE3, {0x3A5, 0x308, 0x301}},
    {0x1FE4, {0x3A1, 0x313}},
    {0x1FE6, {0x3A5, 0x342}},
    {0x1FE7, {0x3A5, 0x308, 0x342}},
    {0x1FF2, {0x1FFA, 0x399}},
    {0x1FF3, {0x3A9, 0x399}},
    {0x1FF4, {0x38F, 0x399}},
    {0x1FF6, {0x3A9, 0x342}},
    {0x1FF7, {0x3A9, 0x342, 0x399}},
    {0x1FFC, {0x3A9, 0x399}},
    {0xFB00, {0x46, 0x46}},
    {0xFB01, {0x46, 0x49}},
    {0xFB02, {0x46, 0x4C}},
    {0xFB03, {0x46, 0x46, 0x49}},
    {0xFB04, {0x46, 0x46, 0x4C}},
    {0xFB05, {0x53, 0x54}},
    {0xFB06, {0x53, 0x54}},
    {0xFB13, {0x544, 0x546}},
    {0xFB14, {0x544, 0x535}},
    {0xFB15, {0x544, 0x53B}},
    {0xFB16, {0x54E, 0x546}},
    {0xFB17, {0x544, 0x53D}},
};

static int by_from(const void *key, const void *row)
{
    uint32_t cp = *(const uint32_t *)key;
    uint32_t from = ((const struct special *)row)->from;

    return (cp > from) - (cp < from);
}

static void add_cp(struct buf *out, uint32_t cp)
{
    out->len += utf8_encode(cp, buf_reserve(out, 4));
}

static const struct special *find_upper(uint32_t cp)
{
    return bsearch(&cp, upper_rows, COUNT(upper_rows), sizeof *upper_rows, by_from);
}

bool case_has_long_upper(uint32_t cp)
{
    return find_upper(cp);
}

static void add_upper(struct buf *out, uint32_t cp)
{
    const struct special *row = find_upper(cp);

    if (!row) {
        add_cp(out, (uint32_t)utf8proc_toupper((utf8proc_int32_t)cp));
        return;
    }
    for (int i = 0; i < 3 && row->to[i]; i++)
        add_cp(out, row->to[i]);
}

/* Each byte is looked at on its own, and copied so. */
enum { BYTES_A_UNIT = 4 };

/*
 * ASCII letters need no table, and most texts have nothing else. Bytes that are no UTF-8 are left
 * out.
 */
bool case_upper(struct buf *out, const char *text, size_t len, struct work *work)
{
    size_t paid = 0;

    buf_reserve(out, len);
    for (size_t i = 0; i < len;) {
        uint32_t cp;
        size_t n;

        if (!work_spend_piece(work, i, len, BYTES_A_UNIT, &paid))
            return false;
        if ((unsigned char)text[i] < 0x80) {
            char c = text[i++];

            buf_addc(out, c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c);
            continue;
        }
        n = utf8_decode(text + i, len - i, &cp);
        if (n)
            add_upper(out, cp);
        i += n ? n : 1;
    }
    return true;
}

/* ---- small letters: only the sigma looks at its neighbours ---- */

/*
 * Unicode's Case_Ignorable: the word-breaking classes MidLetter, MidNumLet and Single_Quote, one by
 * one, and five categories.
 */
static bool is_case_ignorable(uint32_t cp)
{
    switch (cp) {
    case '\'':
    case '.':
    case ':':
    case 0xB7:
    case 0x387:
    case 0x55F:
    case 0x5F4:
    case 0x2018:
    case 0x2019:
    case 0x2024:
    case 0x2027:
    case 0xFE13:
    case 0xFE52:
    case 0xFE55:
    case 0xFF07:
    case 0xFF0E:
    case 0xFF1A: return true;
    default: break;
    }
    switch (utf8proc_category((utf8proc_int32_t)cp)) {
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_SK: return true;
    default: return false;
    }
}

/* Unicode's Cased: letters of the three cased categories, and the few others below. */
static bool is_cased(uint32_t cp)
{
    switch (utf8proc_category((utf8proc_int32_t)cp)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT: return true;
    default: break;
    }
    /* Other_Lowercase and Other_Uppercase that are not passed over: ª º, circled and Roman. */
    return cp == 0xAA || cp == 0xBA || (cp >= 0x2160 && cp <= 0x217F) ||
           (cp >= 0x24B6 && cp <= 0x24E9) || (cp >= 0x1F130 && cp <= 0x1F149) ||
           (cp >= 0x1F150 && cp <= 0x1F169) || (cp >= 0x1F170 && cp <= 0x1F189);
}

/*
 * SpecialCasing.txt, Final_Sigma: the sigma is final when a cased letter stands before it and none
 * behind it, whatever ignorable characters stand between.
 */
static bool cased_follows(const char *text, size_t len, size_t i)
{
    while (i < len) {
        uint32_t cp = 0;
        size_t n = utf8_decode(text + i, len - i, &cp);

        if (!n || !is_case_ignorable(cp))
            return n && is_cased(cp);
        i += n;
    }
    return false;
}

static bool cased_precedes(const char *text, size_t i)
{
    while (i > 0) {
        uint32_t cp = 0;
        size_t end = i;

        do
            i--;
        while (i > 0 && ((unsigned char)text[i] & 0xC0) == 0x80);
        if (!utf8_decode(text + i, end - i, &cp) || !is_case_ignorable(cp))
            return is_cased(cp);
    }
    return false;
}

bool case_lower(struct buf *out, const char *text, size_t len, struct work *work)
{
    size_t paid = 0;

    buf_reserve(out, len);
    for (size_t i = 0; i < len;) {
        uint32_t cp = 0;
        size_t n;

        if (!work_spend_piece(work, i, len, BYTES_A_UNIT, &paid))
            return false;
        if ((unsigned char)text[i] < 0x80) {
            char c = text[i++];

            buf_addc(out, ascii_lower(c));
            continue;
        }
        n = utf8_decode(text + i, len - i, &cp);
        if (cp == CAPITAL_SIGMA) {
            bool last = cased_precedes(text, i) && !cased_follows(text, len, i + n);

            add_cp(out, last ? FINAL_SIGMA : SMALL_SIGMA);
        } else if (cp == CAPITAL_I_WITH_DOT) {
            buf_addc(out, 'i');
            add_cp(out, DOT_ABOVE);
        } else if (n) {
            add_cp(out, (uint32_t)utf8proc_tolower((utf8proc_int32_t)cp));
        }
        i += n ? n : 1;
    }
    return true;
}
