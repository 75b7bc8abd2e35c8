/* A picture as a flowchart of Mermaid, as Markdown pages of GitHub and GitLab show it. */

#include "asl/drawing/drawing_impl.h"

#include <string.h>

/* Mermaid ends a block with `end`, so no node can have that name. */
static const struct drawing_id_words own_words = {"begin", "finish"};

/* Mermaid's entities are those of HTML with # for &. What may begin Markdown, HTML or an icon is
 * written as one. */
static void add_quoted(struct buf *out, const char *text)
{
    buf_addc(out, '"');
    for (const char *p = text; *p; p++)
        if (strchr("\"#<>&`\\;*_[]{}|~$", *p))
            buf_printf(out, "#%d;", *p);
        else
            buf_addc(out, (unsigned char)*p < 0x20 ? ' ' : *p);
    buf_addc(out, '"');
}

static const struct {
    const char *open, *close;
} shapes[ASL_TYPES] = {
    [ASL_PASS] = {"[", "]"},     [ASL_TASK] = {"[", "]"},      [ASL_CHOICE] = {"{{", "}}"},
    [ASL_WAIT] = {"[", "]"},     [ASL_SUCCEED] = {"([", "])"}, [ASL_FAIL] = {"([", "])"},
    [ASL_PARALLEL] = {"[", "]"}, [ASL_MAP] = {"[", "]"},
};

static void add_block(struct buf *out, const struct drawing_block *b, size_t depth);

static void add_subgraph(struct buf *out, const struct drawing_node *n, size_t depth)
{
    buf_printf(out, "subgraph s%u [", (unsigned)n->state->id);
    add_quoted(out, n->name.text);
    buf_adds(out, "]\n");
    for (size_t i = 0; i < n->inner_count; i++) {
        bool branches = n->inner_count > 1;
        if (branches) {
            drawing_add_indent(out, depth + 1);
            buf_printf(out, "subgraph s%u_%zu [\" \"]\n", (unsigned)n->state->id, i);
        }
        add_block(out, &n->inner[i], depth + 1 + branches);
        if (branches) {
            drawing_add_indent(out, depth + 1);
            buf_adds(out, "end\n");
        }
    }
    drawing_add_indent(out, depth);
    buf_adds(out, "end\n");
}

static void add_node(struct buf *out, const struct drawing_block *b, size_t i, size_t depth)
{
    const struct drawing_node *n = &b->nodes[i];

    drawing_add_indent(out, depth);
    if (n->inner_count) {
        add_subgraph(out, n, depth);
        return;
    }
    drawing_add_id(out, &own_words, b, i);
    if (n->state) {
        buf_adds(out, shapes[n->state->type].open);
        add_quoted(out, n->name.text);
        buf_printf(out, "%s\n", shapes[n->state->type].close);
    } else if (n->name.text) {
        buf_printf(out, "([\"%s\"])\n", n->name.text);
    } else {
        buf_adds(out, "((\" \"))\n");
    }
}

static void add_edge(struct buf *out, const struct drawing_block *b, size_t i, size_t depth)
{
    const struct drawing_edge *e = &b->edges[i];
    const struct layout_edge *place = &b->place->edges[i];

    drawing_add_indent(out, depth);
    drawing_add_id(out, &own_words, b, place->from);
    buf_adds(out, place->class ? " -.->" : " -->");
    if (e->label.text) {
        buf_addc(out, '|');
        add_quoted(out, e->label.text);
        buf_addc(out, '|');
    }
    buf_addc(out, ' ');
    drawing_add_id(out, &own_words, b, place->to);
    buf_addc(out, '\n');
}

static void add_block(struct buf *out, const struct drawing_block *b, size_t depth)
{
    for (size_t i = 0; i < b->place->node_count; i++)
        add_node(out, b, i, depth);
    for (size_t i = 0; i < b->place->edge_count; i++)
        add_edge(out, b, i, depth);
}

static void add_class_of_each(struct buf *out, const drawing *d, const struct drawing_block *b)
{
    for (size_t i = 0; i < b->place->node_count; i++) {
        const struct drawing_node *n = &b->nodes[i];
        if (!n->state)
            continue;
        buf_printf(out, "  class s%u %s\n", (unsigned)n->state->id,
                   drawing_status_class(drawing_mark_of(d, n->state)->status));
        for (size_t k = 0; k < n->inner_count; k++)
            add_class_of_each(out, d, &n->inner[k]);
    }
}

/* What became of states, as colours. */
static void add_classes(struct buf *out, const drawing *d, const struct drawing_block *top)
{
    for (int s = 0; s < DRAWING_STATUSES; s++)
        buf_printf(out, "  classDef %s fill:%s,stroke:%s,color:#16191f\n",
                   drawing_status_class((enum drawing_status)s),
                   drawing_status_fill((enum drawing_status)s),
                   drawing_status_stroke((enum drawing_status)s));
    add_class_of_each(out, d, top);
}

void drawing_write_mermaid(drawing *d, struct buf *out)
{
    drawing_settle(d);
    if (d->title) {
        buf_adds(out, "---\ntitle: ");
        json_write_string(out, d->title, strlen(d->title));
        buf_adds(out, "\n---\n");
    }
    buf_adds(out, "flowchart TD\n");
    add_block(out, &d->top, 1);
    if (d->marked)
        add_classes(out, d, &d->top);
}
