#ifndef ASL_DRAWING_DRAWING_GRID_H
#define ASL_DRAWING_DRAWING_GRID_H

#include "parsers/base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Cells of a terminal: lines that join where they meet, and text. Empty is {0}. */

/* To which sides lines go from a cell. */
enum { GRID_UP = 1, GRID_DOWN = 2, GRID_LEFT = 4, GRID_RIGHT = 8 };

struct grid_cell {
    const char *text; /* NULL: lines */
    uint16_t len;
    uint8_t sides;
    bool corner; /* a line turns here, or begins */
    bool solid;  /* one of the lines is not dashed */
    bool arrow;
};

struct grid {
    struct grid_cell *cells;
    size_t width, height;
};

void grid_init(struct grid *g, size_t width, size_t height);
void grid_clear(struct grid *g);

/* Draws a line of cells from one cell to another, in one row or column; both belong to it. */
void grid_line(struct grid *g, int x, int y, int to_x, int to_y, bool dashed);
void grid_box(struct grid *g, int x, int y, int width, int height);
void grid_arrow(struct grid *g, int x, int y);
/* Adds sides to a cell that a line goes through; does nothing at others. */
void grid_join(struct grid *g, int x, int y, unsigned sides);
/* Puts text there, which is a look: whole characters, without any that control a terminal. */
void grid_text(struct grid *g, int x, int y, const char *text);

/* Returns how many columns a text takes. */
size_t grid_columns(const char *text, size_t len);

/* Adds all rows, without the blanks at their ends. */
void grid_write(const struct grid *g, bool ascii, struct buf *out);

#endif
