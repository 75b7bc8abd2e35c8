#ifndef TOOLS_SHOWN_H
#define TOOLS_SHOWN_H

#include "parsers/base/buf.h"

#include <stddef.h>
#include <stdio.h>

/*
 * Text from elsewhere as people may see it: nothing in it moves the cursor of a terminal, colours
 * or turns what follows. Line ends and tabs become blanks; other control characters, and bytes that
 * are no UTF-8, U+FFFD.
 */
void shown_add(struct buf *b, const char *text, size_t len);
/* The same, but line ends stay. */
void shown_add_lines(struct buf *b, const char *text, size_t len);
void shown_print(FILE *out, const char *text);

/* How wide the terminal is that `out` is; `otherwise` if it is none, or doesn't say. */
size_t shown_columns(FILE *out, size_t otherwise);

/* A line of a text with a place in it. Widths are in columns of a terminal: 漢 has two. */
struct excerpt {
    struct buf line; /* as shown_add has it; ".." where it was cut */
    size_t before;   /* what stands before the place */
    size_t marked;   /* the place; at least one */
};

/*
 * Of the line in which byte `at` of `text` is, as much around the bytes [at, to) as has room in
 * `width`, which is 8 or more.
 */
void excerpt_init(struct excerpt *e, const char *text, size_t len, size_t at, size_t to,
                  size_t width);
void excerpt_clear(struct excerpt *e);

#endif
