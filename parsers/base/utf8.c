/*
 * UTF-8 by Unicode's Table 3-7. JSON text can name half a character (\ud800), which is kept in the
 * three bytes that it would have as a character; each function says whether it takes those.
 */

#include "parsers/base/utf8.h"

#include <string.h>

/* ASCII bytes at the start of `text`. */
static size_t ascii_run(const unsigned char *text, size_t len)
{
    size_t i = 0;

    for (; len - i >= 8; i += 8) {
        uint64_t word;

        memcpy(&word, text + i, 8);
        if (word & UINT64_C(0x8080808080808080))
            break;
    }
    while (i < len && text[i] < 0x80)
        i++;
    return i;
}

/* The length of the character that `text` starts with, by Unicode's Table 3-7; 0: malformed. */
static size_t sequence(const unsigned char *text, size_t len, int surrogates)
{
    unsigned char first = text[0], low = 0x80, high = 0xBF;
    size_t need, i;

    if (first < 0x80)
        return 1;
    if (first < 0xC2 || first > 0xF4)
        return 0;
    need = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    switch (first) {
    case 0xE0: low = 0xA0; break;
    case 0xED: high = surrogates ? 0xBF : 0x9F; break;
    case 0xF0: low = 0x90; break;
    case 0xF4: high = 0x8F; break;
    default: break;
    }
    if (len < need || text[1] < low || text[1] > high)
        return 0;
    for (i = 2; i < need; i++)
        if ((text[i] & 0xC0) != 0x80)
            return 0;
    return need;
}

/* Text is ASCII for the most part: eight bytes at a time while it is. */
size_t utf8_valid(const char *text, size_t len)
{
    const unsigned char *t = (const unsigned char *)text;
    size_t i = 0;

    while (i < len) {
        size_t n = t[i] < 0x80 ? ascii_run(t + i, len - i) : sequence(t + i, len - i, 0);

        if (!n)
            break;
        i += n;
    }
    return i;
}

size_t utf8_decode(const char *text, size_t len, uint32_t *cp)
{
    const unsigned char *t = (const unsigned char *)text;
    size_t n = len ? sequence(t, len, 1) : 0;

    switch (n) {
    case 1: *cp = t[0]; break;
    case 2: *cp = (t[0] & 0x1Fu) << 6 | (t[1] & 0x3Fu); break;
    case 3: *cp = (t[0] & 0x0Fu) << 12 | (t[1] & 0x3Fu) << 6 | (t[2] & 0x3Fu); break;
    case 4:
        *cp = (t[0] & 0x07u) << 18 | (t[1] & 0x3Fu) << 12 | (t[2] & 0x3Fu) << 6 | (t[3] & 0x3Fu);
        break;
    default: break;
    }
    return n;
}

size_t utf8_encode(uint32_t cp, char *out)
{
    if (cp < 0x80) {
        out[0] = (char)cp;
        return 1;
    }
    if (cp < 0x800) {
        out[0] = (char)(0xC0 | cp >> 6);
        out[1] = (char)(0x80 | (cp & 0x3F));
        return 2;
    }
    if (cp < 0x10000) {
        out[0] = (char)(0xE0 | cp >> 12);
        out[1] = (char)(0x80 | (cp >> 6 & 0x3F));
        out[2] = (char)(0x80 | (cp & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | cp >> 18);
    out[1] = (char)(0x80 | (cp >> 12 & 0x3F));
    out[2] = (char)(0x80 | (cp >> 6 & 0x3F));
    out[3] = (char)(0x80 | (cp & 0x3F));
    return 4;
}

size_t utf8_cut(const char *text, size_t len, size_t most)
{
    size_t n = most;

    if (len <= most)
        return len;
    while (n > 0 && most - n < 3 && ((unsigned char)text[n] & 0xC0) == 0x80)
        n--;
    return n;
}

/*
 * What is well formed goes over in pieces, as long as they are; only a byte that is not is looked
 * at alone.
 */
static void add_mended(struct buf *out, const char *text, size_t len, bool surrogates)
{
    uint32_t unused;

    for (size_t i = 0, n; i < len; i += n) {
        n = utf8_valid(text + i, len - i);
        if (!n && surrogates)
            n = utf8_decode(text + i, len - i, &unused);
        if (n)
            buf_add(out, text + i, n);
        else
            buf_adds(out, "\xEF\xBF\xBD");
        n += !n;
    }
}

void utf8_add_mended(struct buf *out, const char *text, size_t len)
{
    add_mended(out, text, len, false);
}

void utf8_mend(struct buf *text)
{
    struct buf mended = {0};

    if (utf8_valid(text->data, text->len) == text->len)
        return;
    add_mended(&mended, text->data, text->len, true);
    buf_clear(text);
    *text = mended;
}

size_t utf8_count(const char *text, size_t len)
{
    size_t inner = 0, i = 0;

    /* Bytes 10xxxxxx are inside of a character; eight at a time, the sum of them in the top byte.
     */
    for (; len - i >= 8; i += 8) {
        uint64_t word;

        memcpy(&word, text + i, 8);
        word = word >> 7 & ~word >> 6 & UINT64_C(0x0101010101010101);
        inner += word * UINT64_C(0x0101010101010101) >> 56;
    }
    for (; i < len; i++)
        inner += ((unsigned char)text[i] & 0xC0) == 0x80;
    return len - inner;
}

size_t utf8_prefix(const char *text, size_t len, size_t count)
{
    size_t i = 0;

    if (len <= count)
        return len;
    for (; i < len; i++)
        if (((unsigned char)text[i] & 0xc0) != 0x80 && count-- == 0)
            break;
    return i;
}

/*
 * UTF-16 order is byte order, but for U+E000..U+FFFF (first bytes EE, EF), which come behind the
 * characters above U+FFFF (F0..F4), as those begin with a surrogate. Text that has each of two
 * surrogates apart is compared like the character they would make, which has ED in front of
 * neither: both sorts lie between D7FF and E000, and are told apart by their code units.
 */
struct units {
    const char *text;
    size_t len;
    uint32_t pending; /* the low surrogate still to come */
};

static uint32_t next_unit(struct units *u)
{
    uint32_t cp;
    size_t n;

    if (u->pending) {
        cp = u->pending;
        u->pending = 0;
        return cp;
    }
    n = utf8_decode(u->text, u->len, &cp);
    if (!n) {
        cp = (unsigned char)*u->text;
        n = 1;
    }
    u->text += n;
    u->len -= n;
    if (cp < 0x10000)
        return cp;
    u->pending = 0xDC00 + ((cp - 0x10000) & 0x3FF);
    return 0xD800 + ((cp - 0x10000) >> 10);
}

int utf8_compare_utf16(const char *a, size_t a_len, const char *b, size_t b_len)
{
    size_t least = a_len < b_len ? a_len : b_len, same = 0;
    struct units left, right;

    while (same < least && a[same] == b[same])
        same++;
    if (same == least)
        return (a_len > b_len) - (a_len < b_len);
    /* Back to where the character starts that differs. */
    while (same && ((unsigned char)a[same] & 0xC0) == 0x80)
        same--;
    left = (struct units){a + same, a_len - same, 0};
    right = (struct units){b + same, b_len - same, 0};
    while ((left.len || left.pending) && (right.len || right.pending)) {
        uint32_t l = next_unit(&left), r = next_unit(&right);

        if (l != r)
            return l < r ? -1 : 1;
    }
    return (left.len || left.pending) - (right.len || right.pending);
}

/* U+202A to U+202E and U+2066 to U+2069 turn the direction of what follows. */
bool utf8_controls(uint32_t cp)
{
    return cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || (cp >= 0xd800 && cp < 0xe000) ||
           (cp >= 0x2028 && cp <= 0x202e) || (cp >= 0x2066 && cp <= 0x2069);
}

void utf8_add_line(struct buf *out, const char *text, size_t len)
{
    const char *end = text + len, *plain;

    while (text < end) {
        for (plain = text; plain < end && *plain >= 0x20 && *plain < 0x7f;)
            plain++;
        buf_add(out, text, (size_t)(plain - text));
        text = plain;
        if (text == end)
            return;

        uint32_t cp;
        size_t n = utf8_decode(text, (size_t)(end - text), &cp);
        if (*text == '\t' || *text == '\n' || *text == '\r')
            buf_addc(out, ' ');
        else if (n == 0 || utf8_controls(cp))
            buf_adds(out, "\xEF\xBF\xBD");
        else
            buf_add(out, text, n);
        text += n ? n : 1;
    }
}
