#ifndef TOOLS_SHOWN_H
#define TOOLS_SHOWN_H

#include "parsers/base/buf.h"
#include "parsers/json/json.h"

#include <stddef.h>
#include <stdio.h>

/*
 * Adds text from elsewhere so that it can't move the cursor of a terminal, colour it, or turn the
 * direction of what follows. Line ends and tabs become blanks; other control characters and bytes
 * that are no UTF-8 become U+FFFD.
 */
void shown_add(struct buf *b, const char *text, size_t len);
/* Adds such text as shown_add does, but keeps line ends. */
void shown_add_lines(struct buf *b, const char *text, size_t len);
/* Prints such text as shown_add makes it. */
void shown_print(FILE *out, const char *text);
/* Prints such lines as shown_add_lines makes them. */
void shown_print_lines(FILE *out, const char *text, size_t len);

/* Returns the width of the terminal `out` in columns, or `otherwise` if `out` is no terminal, or
 * doesn't tell. */
size_t shown_columns(FILE *out, size_t otherwise);

/* A line of a text with a place in it. Widths are in columns of a terminal: 漢 has two. */
struct excerpt {
    struct buf line; /* as shown_add has it; ".." where it was cut */
    size_t before;   /* what stands before the place */
    size_t marked;   /* the place; at least one */
};

/*
 * Takes, from the line of `text` with byte `at`, as much around the bytes [at, to) as fits into
 * `width` columns; `width` is 8 or more.
 */
void excerpt_init(struct excerpt *e, const char *text, size_t len, size_t at, size_t to,
                  size_t width);
void excerpt_clear(struct excerpt *e);

#endif
