/*
 * A picture in DOT, the language of Graphviz. A Parallel or Map is a cluster. Edges of DOT join
 * nodes only, so one to a cluster leads to the start inside and is cut at the border, and one from
 * a cluster begins at a state inside that ends it.
 */

#include "asl/drawing/drawing_impl.h"

static const struct drawing_id_words own_words = {"start", "end"};

static void add_quoted(struct buf *out, const char *text)
{
    buf_addc(out, '"');
    for (const char *p = text; *p; p++) {
        if (*p == '"' || *p == '\\')
            buf_addc(out, '\\');
        buf_addc(out, (unsigned char)*p < 0x20 ? ' ' : *p);
    }
    buf_addc(out, '"');
}

/* Adds the label of a node: its name, and what became of it. */
static void add_name(struct buf *out, const drawing *d, const struct drawing_node *n)
{
    add_quoted(out, n->name.text ? n->name.text : "");
    if (!n->state || !d->marked)
        return;
    out->len--; /* the quote: a line break of DOT stands in the label, too */
    buf_adds(out, "\\n");
    buf_adds(out, n->note.text);
    buf_addc(out, '"');
}

/* Adds the node that an edge to (or, `from`, from) node `i` is joined with; inside of it, if it is
 * a cluster. */
static void add_joint(struct buf *out, const struct drawing_block *b, size_t i, bool from)
{
    while (b->nodes[i].inner_count) {
        b = &b->nodes[i].inner[0];
        i = 0;
        for (size_t k = 1; from && k < b->place->node_count; k++)
            if (i == 0 || graph_is_end(b->nodes[k].state))
                i = k;
    }
    drawing_add_id(out, &own_words, b, i);
}

static const char *const shapes[ASL_TYPES] = {
    [ASL_PASS] = "box",     [ASL_TASK] = "box",  [ASL_CHOICE] = "hexagon", [ASL_WAIT] = "box",
    [ASL_SUCCEED] = "oval", [ASL_FAIL] = "oval", [ASL_PARALLEL] = "box",   [ASL_MAP] = "box",
};

static void add_block(struct buf *out, const drawing *d, const struct drawing_block *b,
                      size_t depth);

static void add_cluster(struct buf *out, const drawing *d, const struct drawing_node *n,
                        size_t depth)
{
    buf_printf(out, "subgraph cluster_s%u {\n", (unsigned)n->state->id);
    drawing_add_indent(out, depth + 1);
    buf_adds(out, "style=rounded; label=");
    add_name(out, d, n);
    if (d->marked)
        buf_printf(out, "; color=\"%s\"",
                   drawing_status_stroke(drawing_mark_of(d, n->state)->status));
    buf_adds(out, ";\n");
    for (size_t i = 0; i < n->inner_count; i++) {
        drawing_add_indent(out, depth + 1);
        buf_printf(out, "subgraph cluster_s%u_%zu {\n", (unsigned)n->state->id, i);
        drawing_add_indent(out, depth + 2);
        buf_adds(out,
                 n->inner_count > 1 ? "style=dotted; label=\"\";\n" : "style=invis; label=\"\";\n");
        add_block(out, d, &n->inner[i], depth + 2);
        drawing_add_indent(out, depth + 1);
        buf_adds(out, "}\n");
    }
    drawing_add_indent(out, depth);
    buf_adds(out, "}\n");
}

static void add_node(struct buf *out, const drawing *d, const struct drawing_block *b, size_t i,
                     size_t depth)
{
    const struct drawing_node *n = &b->nodes[i];

    drawing_add_indent(out, depth);
    if (n->inner_count) {
        add_cluster(out, d, n, depth);
        return;
    }
    drawing_add_id(out, &own_words, b, i);
    buf_adds(out, " [label=");
    add_name(out, d, n);
    if (n->state)
        buf_printf(out, ", shape=%s", shapes[n->state->type]);
    if (n->state && d->marked) {
        enum drawing_status status = drawing_mark_of(d, n->state)->status;
        buf_printf(out, ", style=filled, color=\"%s\", fillcolor=\"%s\"",
                   drawing_status_stroke(status), drawing_status_fill(status));
    }
    if (!n->state && !n->name.text)
        buf_adds(out, ", shape=point");
    buf_adds(out, "];\n");
}

static void add_edge(struct buf *out, const struct drawing_block *b, size_t i, size_t depth)
{
    const struct drawing_edge *e = &b->edges[i];
    const struct layout_edge *place = &b->place->edges[i];
    const struct drawing_node *from = &b->nodes[place->from], *to = &b->nodes[place->to];

    drawing_add_indent(out, depth);
    add_joint(out, b, place->from, true);
    buf_adds(out, " -> ");
    add_joint(out, b, place->to, false);
    buf_printf(out, " [class=\"%s\"", drawing_edge_kind(e));
    if (e->label.text) {
        buf_adds(out, ", label=");
        add_quoted(out, e->label.text);
    }
    if (place->class)
        buf_adds(out, ", style=dashed");
    if (place->main)
        buf_adds(out, ", weight=8");
    if (from->inner_count)
        buf_printf(out, ", ltail=cluster_s%u", (unsigned)from->state->id);
    if (to->inner_count)
        buf_printf(out, ", lhead=cluster_s%u", (unsigned)to->state->id);
    buf_adds(out, "];\n");
}

static void add_block(struct buf *out, const drawing *d, const struct drawing_block *b,
                      size_t depth)
{
    for (size_t i = 0; i < b->place->node_count; i++)
        add_node(out, d, b, i, depth);
    for (size_t i = 0; i < b->place->edge_count; i++)
        add_edge(out, b, i, depth);
}

void drawing_write_dot(drawing *d, struct buf *out)
{
    drawing_settle(d);
    buf_adds(out, "digraph {\n  compound=true;\n  node [fontname=\"Helvetica\", fontsize=12];\n"
                  "  edge [fontname=\"Helvetica\", fontsize=10];\n");
    if (d->title) {
        buf_adds(out, "  label=");
        add_quoted(out, d->title);
        buf_adds(out, "; labelloc=t;\n");
    }
    add_block(out, d, &d->top, 1);
    buf_adds(out, "}\n");
}
