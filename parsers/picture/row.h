#ifndef PARSERS_PICTURE_ROW_H
#define PARSERS_PICTURE_ROW_H

#include "parsers/base/buf.h"

#include <stddef.h>
#include <stdint.h>

/* Characters that can be counted from either end, and put between others. Empty is {0}. */
struct row {
    uint32_t *list;
    size_t count, cap;
};

/* Adds the characters of `text`. */
void row_read(struct row *r, const char *text, size_t len);
/* Puts `c`, `n` times, in front of the character at `index`. */
void row_fill(struct row *r, size_t index, size_t n, uint32_t c);
/* Puts `c` between each `every` characters, counted from the end. */
void row_space(struct row *r, size_t every, uint32_t c);
/* Takes out `n` characters from `index` on. */
void row_remove(struct row *r, size_t index, size_t n);
void row_write(const struct row *r, struct buf *out);
void row_clear(struct row *r);

/*
 * Many insertions in a row: the room for them is a gap that moves to where the next one is, so that
 * each costs what it is away from the one before. The row's list is not to be looked at meanwhile,
 * its count is.
 */
struct row_gap {
    struct row *row;
    size_t at, room;
};

/* Opens a gap with room for `most` characters at the row's end. */
void row_open(struct row_gap *g, struct row *r, size_t most);
/* Puts `c` in front of the character at `index`, at the end if there is none. */
void row_insert(struct row_gap *g, size_t index, uint32_t c);
/* Takes out the first `n` characters. */
void row_drop(struct row_gap *g, size_t n);
void row_close(struct row_gap *g);

#endif
