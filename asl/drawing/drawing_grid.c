/*
 * Lines in cells. Each cell knows to which sides lines go from it, which says what character it is.
 * Lines that only cross don't join: the one that goes down hides the other.
 */

#include "asl/drawing/drawing_grid.h"

#include "parsers/base/mem.h"
#include "parsers/base/utf8.h"

#include <string.h>
#include <utf8proc.h>

void grid_init(struct grid *g, size_t width, size_t height)
{
    g->width = width;
    g->height = height;
    g->cells = mem_calloc(width * height, sizeof *g->cells);
}

void grid_clear(struct grid *g)
{
    mem_free(g->cells);
    *g = (struct grid){0};
}

/* Returns a cell; NULL outside of the grid. */
static struct grid_cell *cell_at(const struct grid *g, int x, int y)
{
    if (x < 0 || y < 0 || (size_t)x >= g->width || (size_t)y >= g->height)
        return NULL;
    return &g->cells[(size_t)y * g->width + (size_t)x];
}

static void add_sides(const struct grid *g, int x, int y, unsigned sides, bool dashed)
{
    struct grid_cell *c = cell_at(g, x, y);

    if (!c)
        return;
    c->corner |= sides != (GRID_UP | GRID_DOWN) && sides != (GRID_LEFT | GRID_RIGHT);
    c->sides |= (uint8_t)sides;
    c->solid |= !dashed;
}

void grid_line(struct grid *g, int x, int y, int to_x, int to_y, bool dashed)
{
    int across = (to_x > x) - (to_x < x), down = (to_y > y) - (to_y < y);
    unsigned ahead = across > 0   ? GRID_RIGHT
                     : across < 0 ? GRID_LEFT
                     : down > 0   ? GRID_DOWN
                                  : GRID_UP;
    unsigned behind = across > 0   ? GRID_LEFT
                      : across < 0 ? GRID_RIGHT
                      : down > 0   ? GRID_UP
                                   : GRID_DOWN;

    if (x == to_x && y == to_y)
        return;
    add_sides(g, x, y, ahead, dashed);
    for (x += across, y += down; x != to_x || y != to_y; x += across, y += down)
        add_sides(g, x, y, ahead | behind, dashed);
    add_sides(g, x, y, behind, dashed);
}

void grid_box(struct grid *g, int x, int y, int width, int height)
{
    int right = x + width - 1, bottom = y + height - 1;

    grid_line(g, x, y, right, y, false);
    grid_line(g, x, bottom, right, bottom, false);
    grid_line(g, x, y, x, bottom, false);
    grid_line(g, right, y, right, bottom, false);
}

void grid_arrow(struct grid *g, int x, int y)
{
    struct grid_cell *c = cell_at(g, x, y);

    if (c)
        c->arrow = true;
}

void grid_join(struct grid *g, int x, int y, unsigned sides)
{
    struct grid_cell *c = cell_at(g, x, y);

    if (c && c->sides)
        add_sides(g, x, y, sides, false);
}

static size_t character_columns(uint32_t cp)
{
    int width = utf8proc_charwidth((utf8proc_int32_t)cp);

    return width > 0 ? (size_t)width : 0;
}

size_t grid_columns(const char *text, size_t len)
{
    size_t columns = 0;
    uint32_t cp;

    for (size_t i = 0; i < len;) {
        size_t n = utf8_decode(text + i, len - i, &cp);
        columns += n ? character_columns(cp) : 1;
        i += n ? n : 1;
    }
    return columns;
}

/* A wide character has the cell beside its own, too, which stays empty; what has no width shares
 * the cell of what it follows. */
void grid_text(struct grid *g, int x, int y, const char *text)
{
    struct grid_cell *last = NULL;
    size_t len = strlen(text);
    uint32_t cp;

    for (size_t i = 0; i < len;) {
        size_t n = utf8_decode(text + i, len - i, &cp);
        n = n ? n : 1;
        size_t columns = character_columns(cp);
        struct grid_cell *c = cell_at(g, x, y);
        if (columns == 0 && last) {
            last->len = (uint16_t)(last->len + n);
        } else if (c) {
            *c = (struct grid_cell){.text = text + i, .len = (uint16_t)n};
            last = c;
            struct grid_cell *beside = columns > 1 ? cell_at(g, x + 1, y) : NULL;
            if (beside)
                *beside = (struct grid_cell){.text = ""};
        }
        x += (int)columns;
        i += n;
    }
}

/* ---- writing ---- */

/* By sides. */
static const char *const joints[16] = {" ", "│", "│", "│", "─", "┘", "┐", "┤",
                                       "─", "└", "┌", "├", "─", "┴", "┬", "┼"};
static const char plain_joints[] = " |||-+++-+++-+++";

static void write_lines(const struct grid_cell *c, bool ascii, struct buf *out)
{
    unsigned sides = c->sides;

    if (sides == 15 && !c->corner)
        sides = GRID_UP | GRID_DOWN;
    bool dashed = sides && !c->solid;
    if (c->arrow)
        buf_adds(out, ascii ? "v" : "▼");
    else if (dashed && !(sides & (GRID_LEFT | GRID_RIGHT)))
        buf_adds(out, ascii ? ":" : "┆");
    else if (dashed && !(sides & (GRID_UP | GRID_DOWN)))
        buf_adds(out, ascii ? "." : "┄");
    else if (ascii)
        buf_addc(out, plain_joints[sides]);
    else
        buf_adds(out, joints[sides]);
}

/* Signs of our own have one of ASCII that is like them. */
static void write_plain(const struct grid_cell *c, struct buf *out)
{
    static const struct {
        const char *sign;
        char plain;
    } signs[] = {{"…", '~'}, {"·", '-'}, {"×", 'x'}, {"●", 'o'}};
    char plain = '?';

    if (c->len == 0)
        return;
    if ((unsigned char)*c->text < 0x80)
        plain = *c->text;
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (strlen(signs[i].sign) == c->len && memcmp(c->text, signs[i].sign, c->len) == 0)
            plain = signs[i].plain;
    buf_addc(out, plain);
    for (size_t more = grid_columns(c->text, c->len); more > 1; more--)
        buf_addc(out, plain);
}

void grid_write(const struct grid *g, bool ascii, struct buf *out)
{
    for (size_t y = 0; y < g->height; y++) {
        const struct grid_cell *row = &g->cells[y * g->width];
        size_t used = g->width;
        while (used && !row[used - 1].text && !row[used - 1].sides)
            used--;
        for (size_t x = 0; x < used; x++)
            if (!row[x].text)
                write_lines(&row[x], ascii, out);
            else if (ascii)
                write_plain(&row[x], out);
            else
                buf_add(out, row[x].text, row[x].len);
        while (out->len && out->data[out->len - 1] == ' ')
            out->len--;
        buf_addc(out, '\n');
    }
}
