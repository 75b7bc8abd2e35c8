/*
 * The first steps of a block's layout. A depth-first search from the start finds the edges that
 * lead back, so a loop is entered where the start reaches it. The layer of a node is the length of
 * the longest path to it over the others, so all of these lead down.
 */

#include "asl/layout/layout_impl.h"

#include <string.h>

/* ---- what leads back ---- */

struct search {
    struct layout_block *block;
    size_t *first;        /* edges of node n: from first[n] to first[n + 1] - 1 */
    unsigned char *state; /* of nodes: 0 new, 1 on the stack, 2 left */
    size_t *stack, *next; /* nodes; the edge of each that is looked at next */
    size_t *order, left;  /* nodes that were left, filled from the end: a topological order */
};

static void find_first_edges(const struct layout_block *b, size_t *first)
{
    size_t e = 0;

    for (size_t n = 0; n <= b->node_count; n++) {
        while (e < b->edge_count && b->edges[e].from < n)
            e++;
        first[n] = e;
    }
}

static void search_from(struct search *s, size_t node)
{
    size_t depth = 0;

    s->stack[depth++] = node;
    s->state[node] = 1;
    s->next[node] = s->first[node];
    while (depth) {
        size_t n = s->stack[depth - 1];
        if (s->next[n] == s->first[n + 1]) {
            s->state[n] = 2;
            s->order[--s->left] = n;
            depth--;
            continue;
        }
        struct layout_edge *e = &s->block->edges[s->next[n]++];
        e->back = s->state[e->to] == 1;
        if (s->state[e->to] == 0) {
            s->state[e->to] = 1;
            s->next[e->to] = s->first[e->to];
            s->stack[depth++] = e->to;
        }
    }
}

/* Nodes that nothing leads to come first, so that they stand above what they lead to. */
static void find_back_edges(struct plan *p, size_t *order)
{
    struct layout_block *b = p->block;
    size_t n = b->node_count;
    struct search s = {.block = b,
                       .first = arena_calloc(p->scratch, n + 1, sizeof(size_t)),
                       .state = arena_calloc(p->scratch, n, 1),
                       .stack = arena_calloc(p->scratch, n, sizeof(size_t)),
                       .next = arena_calloc(p->scratch, n, sizeof(size_t)),
                       .order = order,
                       .left = n};

    find_first_edges(b, s.first);
    for (size_t i = 0; i < n; i++)
        if (s.state[i] == 0)
            search_from(&s, i);
}

/* ---- layers of nodes ---- */

static void raise_layer(struct vertex *v, size_t layer)
{
    if (v->layer < layer)
        v->layer = layer;
}

/* A node that nothing leads to, and which is not the start, stands just above what follows it. */
static void lower_sources(struct plan *p, const size_t *order)
{
    const struct layout_block *b = p->block;
    bool *entered = arena_calloc(p->scratch, b->node_count, sizeof *entered);
    size_t *least = arena_calloc(p->scratch, b->node_count, sizeof *least);

    for (size_t e = 0; e < b->edge_count; e++) {
        const struct layout_edge *edge = &b->edges[e];
        size_t to = p->vertices[edge->to].layer;
        if (edge->back)
            continue;
        entered[edge->to] = true;
        if (least[edge->from] == 0 || to < least[edge->from])
            least[edge->from] = to;
    }
    for (size_t i = 0; i < b->node_count; i++) {
        size_t n = order[i];
        if (n != 0 && !entered[n] && least[n])
            p->vertices[n].layer = least[n] - 2;
    }
}

/* Two layers stay free above the start, for lines that turn there. */
static void layer_nodes(struct plan *p)
{
    const struct layout_block *b = p->block;
    size_t *order = arena_calloc(p->scratch, b->node_count, sizeof *order);
    size_t *first = arena_calloc(p->scratch, b->node_count + 1, sizeof *first);

    find_back_edges(p, order);
    find_first_edges(b, first);
    for (size_t n = 0; n < b->node_count; n++) {
        p->vertices[n] = (struct vertex){.kind = VERTEX_NODE,
                                         .layer = 2,
                                         .width = b->nodes[n].width,
                                         .height = b->nodes[n].height};
    }
    for (size_t i = 0; i < b->node_count; i++)
        for (size_t e = first[order[i]]; e < first[order[i] + 1]; e++)
            if (!b->edges[e].back)
                raise_layer(&p->vertices[b->edges[e].to], p->vertices[order[i]].layer + 2);
    lower_sources(p, order);
}

/* ---- lines ---- */

static size_t add_vertex(struct plan *p, struct vertex v)
{
    if (p->count == p->cap) {
        p->vertices = arena_grow(p->scratch, p->vertices, p->count, 2 * p->cap, sizeof v);
        p->cap *= 2;
    }
    p->vertices[p->count] = v;
    return p->count++;
}

/* Notes that the chain is needed in these layers. */
static void extend_chain(struct chain *c, size_t first, size_t last)
{
    if (!c->used || first < c->first)
        c->first = first;
    if (!c->used || last > c->last)
        c->last = last;
    c->used = true;
}

static void plan_way(struct plan *p, size_t e)
{
    const struct layout_edge *edge = &p->block->edges[e];
    struct way *w = &p->ways[e];
    size_t from = p->vertices[edge->from].layer, to = p->vertices[edge->to].layer, at = from + 1;

    *w = (struct way){.back = edge->back, .label = NO_VERTEX, .turn = NO_VERTEX};
    w->chain = &p->chains[4 * edge->to + 2 * (edge->class & 1) + edge->back];
    if (edge->label_width > 0)
        w->label = add_vertex(p, (struct vertex){.kind = VERTEX_LABEL,
                                                 .layer = at++,
                                                 .width = edge->label_width,
                                                 .height = edge->label_height});
    if (edge->back)
        w->turn = add_vertex(p, (struct vertex){.kind = VERTEX_TURN, .layer = at});
    if (edge->back)
        extend_chain(w->chain, to, at - 1);
    else
        extend_chain(w->chain, at, to - 1);
}

static bool has_too_many(const struct plan *p)
{
    size_t lines = 0;

    for (size_t i = 0; i < 4 * p->block->node_count; i++) {
        const struct chain *c = &p->chains[i];
        if (c->used && c->last >= c->first)
            lines += c->last - c->first + 1;
    }
    return p->count + lines > (p->style->most ? p->style->most : LAYOUT_MOST);
}

static void make_chains(struct plan *p)
{
    for (size_t i = 0; i < 4 * p->block->node_count; i++) {
        struct chain *c = &p->chains[i];
        bool up = i & 1;
        if (!c->used)
            continue;
        c->turn = NO_VERTEX;
        if (up)
            c->turn = add_vertex(
                p, (struct vertex){.kind = VERTEX_TURN, .layer = c->first - 1, .up = true});
        if (c->first > c->last)
            continue;
        c->at = arena_calloc(p->scratch, c->last - c->first + 1, sizeof *c->at);
        for (size_t l = c->first; l <= c->last; l++)
            c->at[c->count++] = add_vertex(
                p, (struct vertex){.kind = VERTEX_LINE, .layer = l, .up = up, .width = 1});
    }
}

static void fill_layers(struct plan *p)
{
    size_t last = 0;

    for (size_t v = 0; v < p->count; v++)
        last = p->vertices[v].layer > last ? p->vertices[v].layer : last;
    p->layer_count = last + 1;
    p->layers = arena_calloc(p->scratch, p->layer_count, sizeof *p->layers);
    for (size_t v = 0; v < p->count; v++)
        p->layers[p->vertices[v].layer].count++;
    for (size_t l = 0; l < p->layer_count; l++) {
        p->layers[l].at = arena_calloc(p->scratch, p->layers[l].count, sizeof(size_t));
        p->layers[l].count = 0;
    }
    for (size_t v = 0; v < p->count; v++) {
        struct layer *l = &p->layers[p->vertices[v].layer];
        p->vertices[v].pos = l->count;
        l->at[l->count++] = v;
    }
}

bool plan_layers(struct plan *p)
{
    const struct layout_block *b = p->block;

    p->cap = 4 * b->node_count + 4 * b->edge_count + 16;
    p->count = b->node_count;
    p->vertices = arena_calloc(p->scratch, p->cap, sizeof *p->vertices);
    p->chains = arena_calloc(p->scratch, 4 * b->node_count, sizeof *p->chains);
    p->ways = arena_calloc(p->scratch, b->edge_count, sizeof *p->ways);
    layer_nodes(p);
    for (size_t e = 0; e < b->edge_count; e++)
        plan_way(p, e);
    if (has_too_many(p))
        return false;
    make_chains(p);
    fill_layers(p);
    return true;
}

/* ---- links ---- */

static void add_link(struct plan *p, size_t upper, size_t lower, int weight, int rank)
{
    if (p->link_count == p->link_cap) {
        size_t cap = p->link_cap ? 2 * p->link_cap : 2 * p->count + 16;
        p->links = arena_grow(p->scratch, p->links, p->link_count, cap, sizeof *p->links);
        p->link_cap = cap;
    }
    p->links[p->link_count++] = (struct link){upper, lower, weight, rank};
}

/* Returns the chain's place in that layer, or in the next one that it has below; its count when it
 * has none. */
static size_t chain_from(const struct plan *p, const struct chain *c, size_t layer)
{
    size_t low = 0, high = c->count;

    while (low < high) {
        size_t middle = (low + high) / 2;
        if (p->vertices[c->at[middle]].layer < layer)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* What enters a chain, while links are made. */
struct entries {
    int *at;     /* how many edges enter it at each of its places */
    size_t main; /* the place where the main path does; beyond the chain: nowhere */
};

static void link_way(struct plan *p, size_t e, bool turns, struct entries *entries)
{
    const struct layout_edge *edge = &p->block->edges[e];
    const struct way *w = &p->ways[e];
    size_t from = edge->from;
    int rank = edge->main && !edge->back ? RANK_MAIN : RANK_OTHER;

    if (w->label != NO_VERTEX) {
        add_link(p, from, w->label, 1, rank);
        from = w->label;
    }
    if (!w->back) {
        size_t i = chain_from(p, w->chain, p->vertices[from].layer + 1);
        bool enters = i < w->chain->count;
        add_link(p, from, enters ? w->chain->at[i] : edge->to, 1, rank);
        if (enters)
            entries->at[i]++;
        if (edge->main && i < entries->main)
            entries->main = i;
    } else if (turns) {
        size_t i = chain_from(p, w->chain, p->vertices[w->turn].layer - 1);
        add_link(p, from, w->turn, 1, rank);
        add_link(p, w->chain->at[i], w->turn, 1, RANK_OTHER);
    }
}

static void link_chain(struct plan *p, size_t target, const struct chain *c,
                       const struct entries *entries, bool turns)
{
    int weight = 0;

    for (size_t i = 0; i < c->count; i++) {
        bool last = i + 1 == c->count;
        int rank = i >= entries->main ? RANK_MAIN : last ? RANK_OTHER : RANK_LINE;
        weight += entries->at[i];
        if (!last || c->turn == NO_VERTEX)
            add_link(p, c->at[i], last ? target : c->at[i + 1], weight ? weight : 1, rank);
    }
    if (c->turn != NO_VERTEX && turns) {
        add_link(p, c->turn, c->at[0], 1, RANK_OTHER);
        add_link(p, c->turn, target, 1, RANK_OTHER);
    }
}

/* Sorts links by the vertex at one of their ends, in the order in which they were made. */
static void index_links(struct plan *p, struct incidence *in, bool upper)
{
    in->first = arena_calloc(p->scratch, p->count + 2, sizeof *in->first);
    in->at = arena_calloc(p->scratch, p->link_count, sizeof *in->at);
    for (size_t i = 0; i < p->link_count; i++)
        in->first[(upper ? p->links[i].upper : p->links[i].lower) + 2]++;
    for (size_t v = 0; v < p->count; v++)
        in->first[v + 2] += in->first[v + 1];
    for (size_t i = 0; i < p->link_count; i++)
        in->at[in->first[(upper ? p->links[i].upper : p->links[i].lower) + 1]++] = i;
}

void plan_links(struct plan *p, bool turns)
{
    const struct layout_block *b = p->block;
    size_t chains = 4 * b->node_count;
    struct entries *entries = arena_calloc(p->scratch, chains, sizeof *entries);

    p->link_count = 0;
    for (size_t e = 0; e < b->edge_count; e++) {
        size_t i = (size_t)(p->ways[e].chain - p->chains);
        if (!entries[i].at)
            entries[i] = (struct entries){
                arena_calloc(p->scratch, p->chains[i].count + 1, sizeof(int)), SIZE_MAX};
        link_way(p, e, turns, &entries[i]);
    }
    for (size_t i = 0; i < chains; i++)
        if (p->chains[i].used)
            link_chain(p, i / 4, &p->chains[i], &entries[i], turns);
    index_links(p, &p->above, false);
    index_links(p, &p->below, true);
}

/* ---- layers that nothing stands in ---- */

void plan_compress(struct plan *p)
{
    size_t *becomes = arena_calloc(p->scratch, p->layer_count, sizeof *becomes);
    size_t kept = 0;

    for (size_t l = 0; l < p->layer_count; l++) {
        struct layer *layer = &p->layers[l];
        bool boxes = false;
        size_t n = 0;
        for (size_t i = 0; i < layer->count; i++)
            boxes |= p->vertices[layer->at[i]].kind <= VERTEX_LABEL;
        becomes[l] = boxes ? kept : SIZE_MAX;
        if (!boxes)
            continue;
        for (size_t i = 0; i < layer->count; i++)
            if (p->vertices[layer->at[i]].kind != VERTEX_TURN) {
                p->vertices[layer->at[i]].pos = n;
                layer->at[n++] = layer->at[i];
            }
        layer->count = n;
        p->layers[kept++] = *layer;
    }
    p->layer_count = kept;
    for (size_t i = 0; i < 4 * p->block->node_count; i++) {
        struct chain *c = &p->chains[i];
        size_t n = 0;
        for (size_t k = 0; k < c->count; k++)
            if (becomes[p->vertices[c->at[k]].layer] != SIZE_MAX)
                c->at[n++] = c->at[k];
        c->count = n;
    }
    for (size_t v = 0; v < p->count; v++)
        if (p->vertices[v].kind != VERTEX_TURN && becomes[p->vertices[v].layer] != SIZE_MAX)
            p->vertices[v].layer = becomes[p->vertices[v].layer];
}
