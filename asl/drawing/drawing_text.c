/*
 * A picture in cells of a terminal: the same layout as any other, with sizes in cells. What is too
 * wide is tried narrower, and then written as a list, in which nothing is lost.
 */

#include "asl/drawing/drawing_grid.h"
#include "asl/drawing/drawing_impl.h"

#include "parsers/base/count.h"

#include <string.h>

/* A picture of more cells is not made. */
enum { CELLS_MOST = 4 * 1024 * 1024 };

static int cells_width(const char *text, size_t len, bool small)
{
    (void)small;
    return (int)grid_columns(text, len);
}

static const struct drawing_look roomy = {
    .style = {.node_gap = 3,
              .line_gap = 2,
              .straight_gap = 2,
              .layer_gap = 3,
              .track_gap = 1,
              .title = 0,
              .padding_x = 2,
              .padding_y = 1},
    .width = cells_width,
    .name_width = 28,
    .label_width = 24,
    .name_lines = 3,
    .label_lines = 3,
    .line = 1,
    .small_line = 1,
    .margin_x = 2,
    .margin_y = 1,
    .label_margin = 1,
    .start_width = 5,
    .start_height = 1,
    .dot = 1,
    .notes = true,
};

/* From what looks best to what takes least room, which is SHRINKS times as narrow at best. */
enum { SHRINKS = 3 };
static const struct {
    int name_width, label_width, gap, padding, margin;
} narrower[] = {{28, 24, 3, 2, 2}, {20, 16, 2, 1, 1}, {14, 12, 1, 1, 1}};

/* ---- the picture ---- */

static void draw_block(struct grid *g, const struct drawing_block *b, bool marked);

static void draw_lines(struct grid *g, const struct drawing_text *t, int x, int y, int width)
{
    for (size_t i = 0; i < t->count; i++)
        grid_text(g, x + (width - (int)grid_columns(t->lines[i], strlen(t->lines[i]))) / 2,
                  y + (int)i, t->lines[i]);
}

/* Writes a text into the upper border, if it fits; returns where the next one may begin. */
static int draw_in_border(struct grid *g, const struct layout_node *at, int x, const char *text)
{
    int width = (int)grid_columns(text, strlen(text));

    if (width == 0 || x + width + 2 > at->x + at->width - 1)
        return x;
    grid_text(g, x, at->y, " ");
    grid_text(g, x + 1, at->y, text);
    grid_text(g, x + 1 + width, at->y, " ");
    return x + width + 3;
}

/* A box with blocks inside has its name in the border, and what became of it. */
static void draw_group(struct grid *g, const struct drawing_node *n, const struct layout_node *at,
                       bool marked)
{
    grid_box(g, at->x, at->y, at->width, at->height);
    for (size_t i = 1; i < n->inner_count; i++) {
        const struct layout_block *left = &at->inner[i - 1];
        int x = (left->x + left->width + at->inner[i].x) / 2;
        grid_line(g, x, at->y + 1, x, at->y + at->height - 2, true);
    }
    int x = draw_in_border(g, at, at->x + 1, n->name.count ? n->name.lines[0] : "");
    if (marked && n->note.count)
        draw_in_border(g, at, x, n->note.lines[0]);
    for (size_t i = 0; i < n->inner_count; i++)
        draw_block(g, &n->inner[i], marked);
}

static void draw_node(struct grid *g, const struct drawing_node *n, const struct layout_node *at,
                      bool marked)
{
    if (n->kind != DRAWING_STATE) {
        const char *word = n->name.text ? n->name.text : "●";
        draw_lines(g, &(struct drawing_text){.lines = &word, .count = 1}, at->x, at->y, at->width);
    } else if (n->inner_count) {
        draw_group(g, n, at, marked);
    } else {
        grid_box(g, at->x, at->y, at->width, at->height);
        draw_lines(g, &n->name, at->x, at->y + 1, at->width);
        draw_lines(g, &n->note, at->x, at->y + 1 + (int)n->name.count, at->width);
    }
}

/* The last cell of a line is the one above its node. */
static void draw_edge(struct grid *g, const struct layout_edge *e)
{
    for (size_t i = 1; i < e->count; i++) {
        bool last = i + 1 == e->count;
        grid_line(g, e->points[i - 1].x, e->points[i - 1].y, e->points[i].x, e->points[i].y - last,
                  e->class != 0);
    }
    grid_join(g, e->points[0].x, e->points[0].y - 1, GRID_DOWN);
    grid_arrow(g, e->points[e->count - 1].x, e->points[e->count - 1].y - 1);
}

/* A label has blanks beside it, which hide its line. */
static void draw_label(struct grid *g, const struct drawing_edge *e, const struct layout_edge *at)
{
    for (size_t i = 0; i < e->label.count; i++)
        for (int x = 0; x < at->label_width; x++)
            grid_text(g, at->label_x + x, at->label_y + (int)i, " ");
    draw_lines(g, &e->label, at->label_x, at->label_y, at->label_width);
}

static void draw_block(struct grid *g, const struct drawing_block *b, bool marked)
{
    for (size_t i = 0; i < b->place->node_count; i++)
        draw_node(g, &b->nodes[i], &b->place->nodes[i], marked);
    for (size_t i = 0; i < b->place->edge_count; i++)
        draw_edge(g, &b->place->edges[i]);
    for (size_t i = 0; i < b->place->edge_count; i++)
        if (b->place->edges[i].label_width)
            draw_label(g, &b->edges[i], &b->place->edges[i]);
}

/* ---- the list ---- */

static void list_indent(struct buf *out, size_t depth)
{
    for (size_t i = 0; i < depth; i++)
        buf_adds(out, "  ");
}

static void list_block(struct buf *out, const struct drawing_block *b, size_t depth, bool ascii);

/* Edges are in the order of their nodes. */
static size_t first_edge(const struct layout_block *b, size_t node)
{
    size_t low = 0, high = b->edge_count;

    while (low < high) {
        size_t middle = (low + high) / 2;
        if (b->edges[middle].from < node)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void list_node(struct buf *out, const struct drawing_block *b, size_t i, size_t depth,
                      bool ascii)
{
    const struct drawing_node *n = &b->nodes[i];
    const struct layout_block *place = b->place;

    list_indent(out, depth);
    drawing_add_line(out, n->name.text, ascii);
    buf_adds(out, " (");
    drawing_add_line(out, n->note.text, ascii);
    buf_adds(out, ")\n");
    for (size_t k = 0; k < n->inner_count; k++) {
        list_indent(out, depth + 1);
        if (n->inner_count > 1)
            buf_printf(out, "branch %zu:\n", k + 1);
        else
            buf_adds(out, "inside:\n");
        list_block(out, &n->inner[k], depth + 2, ascii);
    }
    for (size_t k = first_edge(place, i); k < place->edge_count && place->edges[k].from == i; k++) {
        const struct drawing_edge *e = &b->edges[k];
        list_indent(out, depth + 1);
        buf_adds(out, ascii ? "-> " : "→ ");
        drawing_add_line(out, b->nodes[place->edges[k].to].name.text, ascii);
        if (e->label.text) {
            buf_adds(out, place->edges[k].class         ? "  caught: "
                          : e->way.kind == EDGE_DEFAULT ? "  "
                                                        : "  if: ");
            drawing_add_line(out, e->label.text, ascii);
        }
        buf_addc(out, '\n');
    }
}

/* The state that the block starts with comes first. */
static void list_block(struct buf *out, const struct drawing_block *b, size_t depth, bool ascii)
{
    size_t start = b->place->edge_count ? b->place->edges[0].to : 0;

    if (b->nodes[start].state)
        list_node(out, b, start, depth, ascii);
    for (size_t i = 0; i < b->place->node_count; i++)
        if (i != start && b->nodes[i].state)
            list_node(out, b, i, depth, ascii);
}

void drawing_write_text(drawing *d, size_t columns, bool ascii, struct buf *out)
{
    for (size_t i = 0; i < COUNT(narrower); i++) {
        struct drawing_look look = roomy;
        look.name_width = narrower[i].name_width;
        look.label_width = narrower[i].label_width;
        look.style.node_gap = narrower[i].gap;
        look.style.line_gap = narrower[i].gap > 1 ? 2 : 1;
        look.style.padding_x = narrower[i].padding;
        look.margin_x = narrower[i].margin;
        if (!drawing_arrange(d, &look))
            break;
        size_t width = (size_t)d->top.place->width, height = (size_t)d->top.place->height;
        if ((columns && width > SHRINKS * columns) || width * height > SHRINKS * CELLS_MOST)
            break;
        if ((columns && width > columns) || width * height > CELLS_MOST)
            continue;
        struct grid g;
        grid_init(&g, width, height);
        draw_block(&g, &d->top, d->marked);
        grid_write(&g, ascii, out);
        grid_clear(&g);
        return;
    }
    list_block(out, &d->top, 0, ascii);
}
