#ifndef PARSERS_BASE_UTF8_H
#define PARSERS_BASE_UTF8_H

#include "parsers/base/buf.h"

#include <stddef.h>
#include <stdint.h>

/*
 * UTF-8 as Unicode defines it (Table 3-7). Values may in addition hold lone surrogates, written as
 * if they were characters (ED A0 80 ... ED BF BF), because JSON text can name them: functions say
 * whether they take those.
 */

/*
 * Returns how many bytes at the start of `text` are well formed, `len` if all are. Lone surrogates
 * are not.
 */
size_t utf8_valid(const char *text, size_t len);

/* Reads one code point, lone surrogates too; returns its length in bytes, 0 when malformed. */
size_t utf8_decode(const char *text, size_t len, uint32_t *cp);

/* Returns whether the character would move the cursor of a terminal, colour what follows, or turn
 * its direction. */
bool utf8_controls(uint32_t cp);

/* Adds text from elsewhere as one line that is harmless on a terminal and in a log: line ends and
 * tabs become blanks, and what utf8_controls names, and bytes that are no UTF-8, U+FFFD. */
void utf8_add_line(struct buf *out, const char *text, size_t len);

/* Writes `cp`, lone surrogates too, to `out` (room for 4 bytes); returns the length. */
size_t utf8_encode(uint32_t cp, char *out);

/*
 * How many of the first `most` bytes are whole characters: `most`, or up to three less when that is
 * amidst one. All of `len` when that isn't more than `most`.
 */
size_t utf8_cut(const char *text, size_t len, size_t most);

/* Returns how many code points well-formed text has. */
size_t utf8_count(const char *text, size_t len);

/* How many bytes the first `count` code points of well-formed text have: `len` if there are no more
 * than that. */
size_t utf8_prefix(const char *text, size_t len, size_t count);

/* Puts U+FFFD in place of each byte of `text` that belongs to no character; lone surrogates stay.
 */
void utf8_mend(struct buf *text);
/* Adds `text` to `out` with U+FFFD in place of each byte that is not well formed: lone surrogates
 * become three of them. */
void utf8_add_mended(struct buf *out, const char *text, size_t len);

/* Orders two strings by UTF-16 code units, as Java and JavaScript do: returns <0, 0 or >0. */
int utf8_compare_utf16(const char *a, size_t a_len, const char *b, size_t b_len);

#endif
