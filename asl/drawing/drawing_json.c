/* A picture as JSON: what is to be drawn and where, for programs that draw it themselves. */

#include "asl/drawing/drawing_impl.h"

static json *block_json(const drawing *d, const struct drawing_block *b);

static void set_box(struct json_build *o, int x, int y, int width, int height)
{
    json_build_set(o, "x", json_int(x));
    json_build_set(o, "y", json_int(y));
    json_build_set(o, "width", json_int(width));
    json_build_set(o, "height", json_int(height));
}

static void set_lines(struct json_build *o, const char *key, const struct drawing_text *t)
{
    struct json_build lines;

    json_build_array(&lines, t->count);
    for (size_t i = 0; i < t->count; i++)
        json_build_add(&lines, json_cstring(t->lines[i]));
    json_build_set(o, key, json_build_done(&lines));
}

static void set_mark(struct json_build *o, const struct drawing_mark *m)
{
    if (!m)
        return;
    json_build_set(o, "status", json_cstring(drawing_status_class(m->status)));
    json_build_set(o, "entered", json_int((int64_t)m->entered));
    json_build_set(o, "retries", json_int((int64_t)m->retries));
    if (m->took_ms >= 0)
        json_build_set(o, "milliseconds", json_int(m->took_ms));
    if (m->error)
        json_build_set(o, "error", json_cstring(m->error));
}

static json *node_json(const drawing *d, const struct drawing_node *n, const struct layout_node *at)
{
    struct json_build o;

    json_build_object(&o, 10);
    if (n->kind == DRAWING_STATE) {
        json_build_set(&o, "state", json_ref(n->state->name));
        json_build_set(&o, "type", json_cstring(asl_type_names[n->state->type]));
        set_lines(&o, "lines", &n->name);
        json_build_set(&o, "note", json_cstring(n->note.text));
        set_mark(&o, drawing_mark_of(d, n->state));
    } else {
        json_build_set(&o, "kind", json_cstring(n->kind == DRAWING_START ? "start" : "end"));
    }
    set_box(&o, at->x, at->y, at->width, at->height);
    if (n->inner_count) {
        struct json_build blocks;
        json_build_array(&blocks, n->inner_count);
        for (size_t i = 0; i < n->inner_count; i++)
            json_build_add(&blocks, block_json(d, &n->inner[i]));
        json_build_set(&o, "blocks", json_build_done(&blocks));
    }
    return json_build_done(&o);
}

static json *points_json(const struct layout_edge *at)
{
    struct json_build points;

    json_build_array(&points, at->count);
    for (size_t i = 0; i < at->count; i++) {
        struct json_build point;
        json_build_array(&point, 2);
        json_build_add(&point, json_int(at->points[i].x));
        json_build_add(&point, json_int(at->points[i].y));
        json_build_add(&points, json_build_done(&point));
    }
    return json_build_done(&points);
}

static json *edge_json(const drawing *d, const struct drawing_edge *e, const struct layout_edge *at)
{
    struct json_build o, label;

    json_build_object(&o, 8);
    json_build_set(&o, "from", json_int((int64_t)at->from));
    json_build_set(&o, "to", json_int((int64_t)at->to));
    json_build_set(&o, "kind", json_cstring(drawing_edge_kind(e)));
    if (!e->from_start && !e->to_end && (e->way.kind == EDGE_RULE || e->way.kind == EDGE_CATCH))
        json_build_set(&o, "index", json_int((int64_t)e->way.index));
    json_build_set(&o, "main", json_bool(at->main));
    json_build_set(&o, "back", json_bool(at->back));
    if (d->marked)
        json_build_set(&o, "times", json_int((int64_t)e->times));
    json_build_set(&o, "points", points_json(at));
    if (at->label_width) {
        json_build_object(&label, 6);
        json_build_set(&label, "text", json_cstring(e->label.text));
        set_lines(&label, "lines", &e->label);
        set_box(&label, at->label_x, at->label_y, at->label_width, at->label_height);
        json_build_set(&o, "label", json_build_done(&label));
    }
    return json_build_done(&o);
}

static void set_block(const drawing *d, struct json_build *o, const struct drawing_block *b)
{
    const struct layout_block *place = b->place;
    struct json_build nodes, edges;

    set_box(o, place->x, place->y, place->width, place->height);
    json_build_array(&nodes, place->node_count);
    for (size_t i = 0; i < place->node_count; i++)
        json_build_add(&nodes, node_json(d, &b->nodes[i], &place->nodes[i]));
    json_build_array(&edges, place->edge_count);
    for (size_t i = 0; i < place->edge_count; i++)
        json_build_add(&edges, edge_json(d, &b->edges[i], &place->edges[i]));
    json_build_set(o, "nodes", json_build_done(&nodes));
    json_build_set(o, "edges", json_build_done(&edges));
}

static json *block_json(const drawing *d, const struct drawing_block *b)
{
    struct json_build o;

    json_build_object(&o, 6);
    set_block(d, &o, b);
    return json_build_done(&o);
}

bool drawing_write_json(drawing *d, struct buf *out)
{
    struct json_build o;

    if (!drawing_arrange(d, &drawing_pixels))
        return false;
    json_build_object(&o, 7);
    if (d->title)
        json_build_set(&o, "title", json_cstring(d->title));
    set_block(d, &o, &d->top);
    json *v = json_build_done(&o);
    json_write(out, v);
    buf_addc(out, '\n');
    json_unref(v);
    return true;
}
