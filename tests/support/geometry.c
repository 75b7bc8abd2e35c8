/* What must hold in any layout. Each pair of things is looked at, so it is for small ones. */
#include "tests/support/geometry.h"

struct area {
    int left, top, right, bottom;
};

static struct area area_of(int x, int y, int width, int height)
{
    return (struct area){x, y, x + width, y + height};
}

static struct area node_area(const struct layout_node *n)
{
    return area_of(n->x, n->y, n->width, n->height);
}

static struct area label_area(const struct layout_edge *e)
{
    return area_of(e->label_x, e->label_y, e->label_width, e->label_height);
}

static struct area segment_area(const struct layout_edge *e, size_t i)
{
    struct layout_point a = e->points[i], b = e->points[i + 1];

    return (struct area){a.x < b.x ? a.x : b.x, a.y < b.y ? a.y : b.y, a.x > b.x ? a.x : b.x,
                         a.y > b.y ? a.y : b.y};
}

static bool overlap(struct area a, struct area b)
{
    return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

static bool touch(struct area a, struct area b)
{
    return a.left <= b.right && b.left <= a.right && a.top <= b.bottom && b.top <= a.bottom;
}

static bool inside(struct area a, struct area b)
{
    return b.left <= a.left && b.top <= a.top && a.right <= b.right && a.bottom <= b.bottom;
}

/* Whether a segment has points within an area; on its border they are not. */
static bool through(struct area s, struct area b)
{
    if (s.top == s.bottom)
        return s.left < b.right && b.left < s.right && b.top < s.top && s.top < b.bottom;
    return b.left < s.left && s.left < b.right && s.top < b.bottom && b.top < s.bottom;
}

static bool cross(struct area a, struct area b)
{
    if (a.top != a.bottom) {
        struct area c = a;
        a = b;
        b = c;
    }
    return a.top == a.bottom && b.left == b.right && a.left < b.left && b.left < a.right &&
           b.top < a.top && a.top < b.bottom;
}

static const char *boxes_fault(const struct layout_block *b)
{
    struct area own = area_of(b->x, b->y, b->width, b->height);

    for (size_t i = 0; i < b->node_count; i++) {
        if (!inside(node_area(&b->nodes[i]), own))
            return "a node is outside";
        for (size_t k = i + 1; k < b->node_count; k++)
            if (overlap(node_area(&b->nodes[i]), node_area(&b->nodes[k])))
                return "nodes overlap";
    }
    for (size_t i = 0; i < b->edge_count; i++) {
        const struct layout_edge *e = &b->edges[i];
        if (!e->label_width)
            continue;
        if (!inside(label_area(e), own))
            return "a label is outside";
        for (size_t k = 0; k < b->node_count; k++)
            if (overlap(label_area(e), node_area(&b->nodes[k])))
                return "a label lies on a node";
        for (size_t k = i + 1; k < b->edge_count; k++)
            if (b->edges[k].label_width && overlap(label_area(e), label_area(&b->edges[k])))
                return "labels overlap";
    }
    return NULL;
}

static const char *line_fault(const struct layout_block *b, const struct layout_edge *e)
{
    struct area own = area_of(b->x, b->y, b->width, b->height);
    struct area from = node_area(&b->nodes[e->from]), to = node_area(&b->nodes[e->to]);
    struct layout_point first = e->points[0], last = e->points[e->count - 1];

    if (e->count < 2)
        return "a line has no length";
    if (first.y != from.bottom || first.x < from.left || first.x >= from.right)
        return "a line does not begin below its node";
    if (last.y != to.top || last.x < to.left || last.x >= to.right)
        return "a line does not end above its node";
    for (size_t i = 0; i + 1 < e->count; i++) {
        struct area s = segment_area(e, i);
        if ((s.left == s.right) == (s.top == s.bottom))
            return "a line is askew";
        if (!inside(s, own))
            return "a line goes outside";
        if (!e->back && e->points[i + 1].y < e->points[i].y)
            return "a line goes up";
        for (size_t k = 0; k < b->node_count; k++)
            if (through(s, node_area(&b->nodes[k])))
                return "a line goes through a node";
        for (size_t k = 0; k < b->edge_count; k++)
            if (&b->edges[k] != e && b->edges[k].label_width &&
                through(s, label_area(&b->edges[k])))
                return "a line goes through another's label";
    }
    return NULL;
}

static bool edges_touch(const struct layout_edge *a, const struct layout_edge *b)
{
    if (a->from == b->from || a->to == b->to)
        return false;
    for (size_t i = 0; i + 1 < a->count; i++)
        for (size_t k = 0; k + 1 < b->count; k++) {
            struct area s = segment_area(a, i), t = segment_area(b, k);
            if (touch(s, t) && !cross(s, t))
                return true;
        }
    return false;
}

size_t geometry_touches(const struct layout_block *b)
{
    size_t n = 0;

    for (size_t i = 0; i < b->edge_count; i++)
        for (size_t k = i + 1; k < b->edge_count; k++)
            n += edges_touch(&b->edges[i], &b->edges[k]);
    for (size_t i = 0; i < b->node_count; i++)
        for (size_t k = 0; k < b->nodes[i].inner_count; k++)
            n += geometry_touches(&b->nodes[i].inner[k]);
    return n;
}

static const char *inner_fault(const struct layout_node *n)
{
    const char *fault = NULL;

    for (size_t k = 0; !fault && k < n->inner_count; k++) {
        const struct layout_block *b = &n->inner[k];
        struct area own = area_of(b->x, b->y, b->width, b->height);
        if (!inside(own, node_area(n)))
            return "a block is outside of its node";
        for (size_t m = k + 1; m < n->inner_count; m++) {
            const struct layout_block *other = &n->inner[m];
            if (overlap(own, area_of(other->x, other->y, other->width, other->height)))
                return "blocks overlap";
        }
        fault = geometry_fault(b);
    }
    return fault;
}

const char *geometry_fault(const struct layout_block *b)
{
    const char *fault = boxes_fault(b);

    for (size_t i = 0; !fault && i < b->edge_count; i++)
        fault = line_fault(b, &b->edges[i]);
    for (size_t i = 0; !fault && i < b->node_count; i++)
        fault = inner_fault(&b->nodes[i]);
    return fault;
}
