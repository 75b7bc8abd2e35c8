/*
 * Blocks are laid out from the inside out: what a block takes is the size of the node that it is
 * in. No line leaves its block, so each is laid out by itself (layout_impl.h has the steps), from
 * (0, 0) on; in the end all are moved to where they are.
 */

#include "asl/layout/layout.h"

#include "asl/layout/layout_impl.h"

/* ---- one block ---- */

/* Moves vertices so that the leftmost begins at 0, and notes how wide the block is. */
static void plan_begin_at_zero(struct plan *p)
{
    int left = 0, right = 0;
    bool any = false;

    for (size_t l = 0; l < p->layer_count; l++)
        for (size_t i = 0; i < p->layers[l].count; i++) {
            const struct vertex *v = &p->vertices[p->layers[l].at[i]];
            int from = v->x - v->width / 2, to = from + v->width;
            left = !any || from < left ? from : left;
            right = !any || to > right ? to : right;
            any = true;
        }
    for (size_t v = 0; v < p->count; v++)
        p->vertices[v].x -= left;
    p->block->width = right - left;
}

static bool layout_block(struct layout_block *b, const struct layout_style *style,
                         struct arena *result)
{
    struct arena scratch = {0};
    struct plan p = {.block = b, .style = style, .scratch = &scratch, .result = result};

    b->width = b->height = 0;
    if (b->node_count == 0)
        return true;
    if (!plan_layers(&p)) {
        arena_clear(&scratch);
        return false;
    }
    plan_links(&p, true);
    plan_order(&p);
    plan_compress(&p);
    plan_links(&p, false);
    plan_place(&p);
    plan_begin_at_zero(&p);
    plan_route(&p);
    for (size_t n = 0; n < b->node_count; n++) {
        const struct vertex *v = &p.vertices[n];
        b->nodes[n].x = v->x - v->width / 2;
        b->nodes[n].y = v->y;
    }
    arena_clear(&scratch);
    return true;
}

/* ---- blocks in blocks ---- */

static bool layout_inside(struct layout_block *b, const struct layout_style *style,
                          struct arena *a);

/* Puts blocks side by side under the node's title, and makes it as large as they need. */
static bool layout_inner(struct layout_node *n, const struct layout_style *style, struct arena *a)
{
    int x = style->padding_x, height = 0;

    for (size_t i = 0; i < n->inner_count; i++) {
        struct layout_block *b = &n->inner[i];
        if (!layout_inside(b, style, a))
            return false;
        b->x = x;
        b->y = style->title + style->padding_y;
        x += b->width + style->padding_x;
        height = b->height > height ? b->height : height;
    }
    int shift = n->width > x ? (n->width - x) / 2 : 0;
    for (size_t i = 0; i < n->inner_count; i++)
        n->inner[i].x += shift;
    if (x > n->width)
        n->width = x;
    height += style->title + 2 * style->padding_y;
    if (height > n->height)
        n->height = height;
    return true;
}

static bool layout_inside(struct layout_block *b, const struct layout_style *style, struct arena *a)
{
    for (size_t n = 0; n < b->node_count; n++)
        if (b->nodes[n].inner_count && !layout_inner(&b->nodes[n], style, a))
            return false;
    return layout_block(b, style, a);
}

/* Moves the block, which lies in its node by (b->x, b->y), and all that is in it. */
static void layout_move(struct layout_block *b, int x, int y)
{
    b->x += x;
    b->y += y;
    for (size_t i = 0; i < b->node_count; i++) {
        struct layout_node *n = &b->nodes[i];
        n->x += b->x;
        n->y += b->y;
        for (size_t k = 0; k < n->inner_count; k++)
            layout_move(&n->inner[k], n->x, n->y);
    }
    for (size_t i = 0; i < b->edge_count; i++) {
        struct layout_edge *e = &b->edges[i];
        e->label_x += b->x;
        e->label_y += b->y;
        for (size_t k = 0; k < e->count; k++) {
            e->points[k].x += b->x;
            e->points[k].y += b->y;
        }
    }
}

bool layout_make(struct layout_block *top, const struct layout_style *style, struct arena *a)
{
    top->x = top->y = 0;
    if (!layout_inside(top, style, a))
        return false;
    layout_move(top, 0, 0);
    return true;
}
