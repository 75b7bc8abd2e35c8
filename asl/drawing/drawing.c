/*
 * A machine as nested graphs of nodes and edges. The path that runs straight down, the main path,
 * goes from the start to a good end, at each Choice by the way with the most states on it, and
 * never by a Catcher. An edge for each end of the machine leads to one End; blocks inside have no
 * End, as where they end the state does that they are in.
 */

#include "asl/drawing/drawing_impl.h"

#include "parsers/base/mem.h"

#include <stdint.h>
#include <string.h>

/* ---- the main path ---- */

/* What is known of a scope's states while its block is made. */
struct course {
    const struct asl_scope *scope;
    size_t *order, count; /* states that the start reaches, each before those that follow it */
    size_t *rank;         /* of a state: its place in that order */
    int *length;          /* states up to a good end, 0: none is reached */
    size_t *way;          /* by which of its ways that goes */
    bool *main;
};

static bool ends_well(const struct asl_state *s)
{
    return graph_is_end(s) && s->type != ASL_FAIL;
}

static void find_course(struct course *c, struct arena *a)
{
    const struct asl_scope *scope = c->scope;
    struct edge e;

    c->order = arena_calloc(a, scope->count, sizeof *c->order);
    c->rank = arena_calloc(a, scope->count, sizeof *c->rank);
    c->length = arena_calloc(a, scope->count, sizeof *c->length);
    c->way = arena_calloc(a, scope->count, sizeof *c->way);
    c->main = arena_calloc(a, scope->count, sizeof *c->main);
    c->count = graph_order(scope, c->order);
    memset(c->rank, 0xff, scope->count * sizeof *c->rank);
    for (size_t i = 0; i < c->count; i++)
        c->rank[c->order[i]] = i;
    for (size_t i = c->count; i-- > 0;) {
        size_t n = c->order[i];
        const struct asl_state *s = &scope->states[n];
        c->length[n] = ends_well(s);
        for (size_t k = 0; graph_edge(s, k, &e); k++) {
            size_t to = e.to ? (size_t)(e.to - scope->states) : 0;
            if (!e.to || e.kind == EDGE_CATCH || c->rank[to] <= i || !c->length[to])
                continue;
            if (c->length[to] + 1 > c->length[n]) {
                c->length[n] = c->length[to] + 1;
                c->way[n] = k;
            }
        }
    }
    for (size_t n = c->count ? c->order[0] : 0; c->count && c->length[n];) {
        c->main[n] = true;
        if (!graph_edge(&scope->states[n], c->way[n], &e) || c->length[n] == 1)
            break;
        n = (size_t)(e.to - scope->states);
    }
}

/* ---- nodes and edges ---- */

static void make_block(drawing *d, struct drawing_block *b, struct layout_block *place,
                       const struct asl_scope *scope);

static void make_state(drawing *d, struct drawing_node *n, struct layout_node *place,
                       const struct asl_state *s)
{
    struct arena *a = &d->arena;

    *n = (struct drawing_node){
        .kind = DRAWING_STATE,
        .state = s,
        .name = {.text = arena_strndup(a, json_str(s->name), json_str_len(s->name))},
        .note = {.text = drawing_note(a, s)},
        .about = drawing_about(a, s)};
    size_t count = s->type == ASL_PARALLEL ? s->parallel.count : s->type == ASL_MAP;
    if (count == 0)
        return;
    n->inner = arena_calloc(a, count, sizeof *n->inner);
    place->inner = arena_calloc(a, count, sizeof *place->inner);
    n->inner_count = place->inner_count = count;
    for (size_t i = 0; i < count; i++)
        make_block(d, &n->inner[i], &place->inner[i],
                   s->type == ASL_MAP ? s->map.processor : s->parallel.branches[i]);
}

static void add_edge(struct drawing_block *b, struct drawing_edge edge, size_t from, size_t to,
                     bool main)
{
    size_t i = b->place->edge_count++;

    b->edges[i] = edge;
    b->place->edges[i] = (struct layout_edge){.from = from,
                                              .to = to,
                                              .class = !edge.from_start && !edge.to_end &&
                                                       edge.way.kind == EDGE_CATCH,
                                              .main = main};
}

/* The way of the main path comes first, then the others as they are written, Catchers last. */
static void add_ways(drawing *d, struct drawing_block *b, const struct course *c, size_t n)
{
    const struct asl_state *s = &c->scope->states[n];
    bool follows = c->main[n] && c->length[n] > 1;
    struct edge e;

    for (int pass = 0; pass < 3; pass++)
        for (size_t k = 0; graph_edge(s, k, &e); k++) {
            bool first = follows && k == c->way[n], last = e.kind == EDGE_CATCH;
            if (!e.to || pass != (first ? 0 : last ? 2 : 1))
                continue;
            struct drawing_edge edge = {.way = e,
                                        .label = {.text = drawing_way_text(&d->arena, s, &e)}};
            add_edge(b, edge, n + 1, (size_t)(e.to - c->scope->states) + 1, first);
        }
    if (ends_well(s) && b->nodes[b->place->node_count - 1].kind == DRAWING_END)
        add_edge(b, (struct drawing_edge){.to_end = true}, n + 1, b->place->node_count - 1,
                 c->main[n] && c->length[n] == 1);
}

static size_t count_ways(const struct asl_scope *scope)
{
    size_t n = 1; /* of the start */
    struct edge e;

    for (size_t i = 0; i < scope->count; i++) {
        for (size_t k = 0; graph_edge(&scope->states[i], k, &e); k++)
            n++;
        n++; /* to the end */
    }
    return n;
}

static bool any_ends_well(const struct asl_scope *scope)
{
    for (size_t i = 0; i < scope->count; i++)
        if (ends_well(&scope->states[i]))
            return true;
    return false;
}

/* Blocks nest as deep as a definition may; each level has two of JSON's at least. */
static void make_block(drawing *d, struct drawing_block *b, struct layout_block *place,
                       const struct asl_scope *scope)
{
    struct arena *a = &d->arena;
    bool top = b == &d->top;
    bool end = top && any_ends_well(scope);
    size_t nodes = scope->count + 1 + end, ways = count_ways(scope);
    struct course course = {.scope = scope};
    struct arena scratch = {0};

    b->scope = scope;
    b->place = place;
    b->nodes = arena_calloc(a, nodes, sizeof *b->nodes);
    b->edges = arena_calloc(a, ways, sizeof *b->edges);
    b->place->nodes = arena_calloc(a, nodes, sizeof *b->place->nodes);
    b->place->edges = arena_calloc(a, ways, sizeof *b->place->edges);
    b->place->node_count = nodes;
    b->nodes[0] =
        (struct drawing_node){.kind = DRAWING_START, .name = {.text = top ? "Start" : NULL}};
    for (size_t i = 0; i < scope->count; i++)
        make_state(d, &b->nodes[i + 1], &place->nodes[i + 1], &scope->states[i]);
    if (end)
        b->nodes[nodes - 1] = (struct drawing_node){.kind = DRAWING_END, .name = {.text = "End"}};
    find_course(&course, &scratch);
    add_edge(b, (struct drawing_edge){.from_start = true}, 0,
             (size_t)(scope->start - scope->states) + 1, true);
    for (size_t i = 0; i < scope->count; i++)
        add_ways(d, b, &course, i);
    arena_clear(&scratch);
}

static void make_only(drawing *d)
{
    struct drawing_block *b = &d->top;

    b->place = &d->top_place;
    b->nodes = arena_calloc(&d->arena, 1, sizeof *b->nodes);
    b->place->nodes = arena_calloc(&d->arena, 1, sizeof *b->place->nodes);
    b->place->node_count = 1;
    make_state(d, &b->nodes[0], &b->place->nodes[0], d->only);
}

drawing *drawing_new(const asl_machine *m, const struct asl_state *only)
{
    drawing *d = mem_calloc(1, sizeof *d);

    d->machine = m;
    d->only = only;
    if (only)
        make_only(d);
    else
        make_block(d, &d->top, &d->top_place, m->top);
    return d;
}

void drawing_free(drawing *d)
{
    if (!d)
        return;
    arena_clear(&d->arena);
    mem_free(d);
}

void drawing_limit_places(drawing *d, size_t most)
{
    d->most_places = most;
}

void drawing_set_title(drawing *d, const char *title)
{
    d->title = arena_strndup(&d->arena, title, strlen(title));
}

const char *drawing_edge_kind(const struct drawing_edge *e)
{
    static const char *const words[] = {[EDGE_NEXT] = "next",
                                        [EDGE_RULE] = "rule",
                                        [EDGE_DEFAULT] = "default",
                                        [EDGE_CATCH] = "catch"};

    return e->from_start ? "start" : e->to_end ? "end" : words[e->way.kind];
}

/* ---- languages that are text ---- */

/* Deeper lines begin where those of depth 40 do: with each level indented, text would grow with the
 * square of the depth. */
void drawing_add_indent(struct buf *out, size_t depth)
{
    for (size_t i = 0; i < depth && i < 40; i++)
        buf_adds(out, "  ");
}

void drawing_add_id(struct buf *out, const struct drawing_id_words *words,
                    const struct drawing_block *b, size_t i)
{
    const struct drawing_node *n = &b->nodes[i];

    if (n->state)
        buf_printf(out, "s%u", (unsigned)n->state->id);
    else if (n->kind == DRAWING_END)
        buf_adds(out, words->end);
    else
        buf_printf(out, "%s%u", words->start, (unsigned)b->scope->states[0].id);
}

/* ---- sizes ---- */

static void measure_state(drawing *d, const struct drawing_look *look, struct drawing_node *n,
                          struct layout_node *place)
{
    bool holds = n->inner_count > 0;
    size_t lines = holds ? 1 : look->name_lines;
    int width = holds ? 2 * look->name_width : look->name_width;

    drawing_wrap(&d->arena, look, false, width, lines, &n->name);
    place->width = drawing_lines_width(look, false, &n->name);
    place->height = (int)n->name.count * look->line;
    if (look->notes) {
        drawing_wrap(&d->arena, look, true, width, holds ? 1 : 2, &n->note);
        int noted = drawing_lines_width(look, true, &n->note);
        place->width = noted > place->width ? noted : place->width;
        place->height += (n->note.count > 1 ? (int)n->note.count : 1) * look->small_line;
    }
    place->width += 2 * look->margin_x;
    place->height += 2 * look->margin_y;
}

static void measure_label(drawing *d, const struct drawing_look *look, struct drawing_edge *e,
                          struct layout_edge *place)
{
    place->label_width = place->label_height = 0;
    if (!e->label.text || !*e->label.text)
        return;
    drawing_wrap(&d->arena, look, true, look->label_width, look->label_lines, &e->label);
    place->label_width = drawing_lines_width(look, true, &e->label) + 2 * look->label_margin;
    place->label_height = (int)e->label.count * look->small_line;
}

static void measure_block(drawing *d, const struct drawing_look *look, struct drawing_block *b)
{
    for (size_t i = 0; i < b->place->node_count; i++) {
        struct drawing_node *n = &b->nodes[i];
        struct layout_node *place = &b->place->nodes[i];
        place->width = look->start_width;
        place->height = look->start_height;
        if (n->kind == DRAWING_STATE)
            measure_state(d, look, n, place);
        else if (!n->name.text)
            place->width = place->height = look->dot;
        for (size_t k = 0; k < n->inner_count; k++)
            measure_block(d, look, &n->inner[k]);
    }
    for (size_t i = 0; i < b->place->edge_count; i++)
        measure_label(d, look, &b->edges[i], &b->place->edges[i]);
}

void drawing_settle(drawing *d)
{
    if (d->marked && !d->settled)
        drawing_take_marks(d, &d->top);
    d->settled = true;
}

bool drawing_arrange(drawing *d, const struct drawing_look *look)
{
    struct layout_style style = look->style;

    drawing_settle(d);
    measure_block(d, look, &d->top);
    style.most = d->most_places;
    return layout_make(d->top.place, &style, &d->arena);
}
