/*
 * Lines between the layers. What runs from one vertex to the next is a wire: down from its source,
 * along a track, and on to its sink. A channel is what is between two layers, and has as many
 * tracks as its wires need. Wires share a track where they meet: those to one sink, or those of one
 * source when nothing else leads to their sinks. Such a group is a net, and nets that would lie on
 * each other get different tracks, in the order in which they cross least.
 */

#include "asl/layout/layout_impl.h"

#include <stdlib.h>
#include <string.h>

/* What a vertical line on top of another one costs, in crossings. */
enum { OVERLAP_COSTS = 8 };
/* How far from the middle edges of class 1 leave a wide node. */
enum { ASIDE_MOST = 40 };

struct wire {
    size_t channel;
    size_t from, to; /* vertices */
    int from_x, to_x;
    bool from_above, to_above; /* the vertex is above the channel */
    size_t port;               /* which wires leave at the same place */
    size_t net;
    int y; /* of its track */
};

struct pin {
    int x;
    bool above;
};

struct net {
    int low, high; /* x */
    struct pin *pins;
    size_t count;
    bool straight; /* it needs no track */
    size_t before; /* nets that should be above it and have no place yet */
    bool placed;
    size_t track;
};

struct channel {
    size_t *wires;
    size_t count;
    struct net *nets;
    size_t net_count, tracks;
    int top, height;
};

struct routing {
    struct plan *p;
    struct wire *wires;
    size_t count;
    size_t *of_way;   /* of edge e: its first wire */
    size_t *of_chain; /* of chain c: the wire from its vertex 0 */
    struct channel *channels;
};

/* ---- wires ---- */

static size_t add_wire(struct routing *r, size_t from, size_t to, unsigned class)
{
    const struct vertex *a = &r->p->vertices[from], *b = &r->p->vertices[to];
    struct wire w = {.from = from, .to = to, .from_x = a->x, .to_x = b->x, .port = 2 * from};

    /* Upwards from a line; else it leaves below its source. */
    bool up = a->kind == VERTEX_LINE && a->up;
    w.channel = up ? a->layer : a->layer + 1;
    w.from_above = !up;
    w.to_above = b->layer + 1 == w.channel;
    if (a->kind == VERTEX_NODE && class == 1) {
        int aside = a->width / 4 < ASIDE_MOST ? a->width / 4 : ASIDE_MOST;
        w.from_x += b->x < a->x ? -aside : aside;
        w.port++;
    }
    r->wires[r->count] = w;
    return r->count++;
}

/* Returns the place of the chain that the edge enters. */
static size_t chain_entry(const struct plan *p, const struct layout_edge *edge, const struct way *w)
{
    size_t from = w->label != NO_VERTEX ? w->label : edge->from;
    size_t layer = p->vertices[from].layer, i = 0;

    if (w->back) {
        for (i = w->chain->count - 1; p->vertices[w->chain->at[i]].layer > layer;)
            i--;
        return i;
    }
    if (w->chain->count == 0)
        return 0;
    /* The vertices of a chain stand in layers one after the other. */
    size_t first = p->vertices[w->chain->at[0]].layer;
    return layer + 1 > first ? layer + 1 - first : 0;
}

static void wire_way(struct routing *r, size_t e)
{
    struct plan *p = r->p;
    const struct layout_edge *edge = &p->block->edges[e];
    const struct way *w = &p->ways[e];
    size_t from = edge->from, i = chain_entry(p, edge, w);

    r->of_way[e] = r->count;
    if (w->label != NO_VERTEX) {
        add_wire(r, from, w->label, edge->class);
        from = w->label;
    }
    add_wire(r, from, i < w->chain->count ? w->chain->at[i] : edge->to, edge->class);
}

static void wire_chain(struct routing *r, size_t target, size_t c)
{
    const struct chain *chain = &r->p->chains[c];
    bool up = c & 1;

    r->of_chain[c] = r->count;
    for (size_t i = 0; i < chain->count; i++) {
        size_t next = up ? i - 1 : i + 1;
        add_wire(r, chain->at[i], next < chain->count ? chain->at[next] : target, 0);
    }
}

static void make_wires(struct routing *r)
{
    const struct plan *p = r->p;
    size_t chains = 4 * p->block->node_count, most = 2 * p->block->edge_count;

    for (size_t c = 0; c < chains; c++)
        most += p->chains[c].count;
    r->wires = arena_calloc(p->scratch, most, sizeof *r->wires);
    r->of_way = arena_calloc(p->scratch, p->block->edge_count, sizeof *r->of_way);
    r->of_chain = arena_calloc(p->scratch, chains, sizeof *r->of_chain);
    for (size_t e = 0; e < p->block->edge_count; e++)
        wire_way(r, e);
    for (size_t c = 0; c < chains; c++)
        if (p->chains[c].used)
            wire_chain(r, c / 4, c);
}

/* ---- nets ---- */

static void fill_channels(struct routing *r)
{
    struct plan *p = r->p;

    r->channels = arena_calloc(p->scratch, p->layer_count + 1, sizeof *r->channels);
    for (size_t i = 0; i < r->count; i++)
        r->channels[r->wires[i].channel].count++;
    for (size_t c = 0; c <= p->layer_count; c++) {
        r->channels[c].wires = arena_calloc(p->scratch, r->channels[c].count, sizeof(size_t));
        r->channels[c].count = 0;
    }
    for (size_t i = 0; i < r->count; i++) {
        struct channel *c = &r->channels[r->wires[i].channel];
        c->wires[c->count++] = i;
    }
}

static void add_pin(struct net *n, int x, bool above)
{
    for (size_t i = 0; i < n->count; i++)
        if (n->pins[i].x == x && n->pins[i].above == above)
            return;
    if (n->count == 0 || x < n->low)
        n->low = x;
    if (n->count == 0 || x > n->high)
        n->high = x;
    n->pins[n->count++] = (struct pin){x, above};
}

/* A wire whose sink has no other belongs to its source's net, all others to the sink's. `sinks` and
 * `known` are the routing's scratch: by vertex, and by port and then vertex; zeroed between calls.
 */
static void make_nets(struct routing *r, struct channel *c, size_t *sinks, size_t *known)
{
    struct plan *p = r->p;
    size_t ports = 2 * p->count;

    c->nets = arena_calloc(p->scratch, c->count, sizeof *c->nets);
    for (size_t i = 0; i < c->count; i++)
        sinks[r->wires[c->wires[i]].to]++;
    size_t *sizes = arena_calloc(p->scratch, c->count, sizeof *sizes);
    for (size_t i = 0; i < c->count; i++) {
        struct wire *w = &r->wires[c->wires[i]];
        size_t *n = &known[sinks[w->to] == 1 ? w->port : ports + w->to];
        if (!*n)
            *n = ++c->net_count;
        w->net = *n - 1;
        sizes[w->net] += 2;
    }
    for (size_t i = 0; i < c->net_count; i++)
        c->nets[i] = (struct net){.straight = true,
                                  .pins = arena_calloc(p->scratch, sizes[i], sizeof(struct pin))};
    for (size_t i = 0; i < c->count; i++) {
        const struct wire *w = &r->wires[c->wires[i]];
        struct net *n = &c->nets[w->net];
        add_pin(n, w->from_x, w->from_above);
        add_pin(n, w->to_x, w->to_above);
        n->straight &= w->from_x == w->to_x && w->from_above != w->to_above;
        sinks[w->to] = 0;
        known[w->port] = known[ports + w->to] = 0;
    }
}

/* ---- tracks ---- */

/* Nets that touch can't be in one track. */
static bool nets_meet(const struct net *a, const struct net *b)
{
    return !a->straight && !b->straight && a->low <= b->high && b->low <= a->high;
}

/* Returns how often they cross when `a` is above `b`. */
static int crossings_above(const struct net *a, const struct net *b)
{
    int n = 0;

    for (size_t i = 0; i < b->count; i++)
        n += b->pins[i].above && b->pins[i].x >= a->low && b->pins[i].x <= a->high;
    for (size_t i = 0; i < a->count; i++)
        n += !a->pins[i].above && a->pins[i].x >= b->low && a->pins[i].x <= b->high;
    for (size_t i = 0; i < a->count; i++)
        for (size_t k = 0; k < b->count && !a->pins[i].above; k++)
            n += b->pins[k].above && a->pins[i].x == b->pins[k].x ? OVERLAP_COSTS : 0;
    return n;
}

struct pair {
    size_t above, below;
};

/* Returns pairs of nets of which one had better be above the other. *count: how many. */
static struct pair *net_pairs(const struct routing *r, struct channel *c, size_t *count)
{
    size_t cap = 16, n = 0;
    struct pair *pairs = arena_calloc(r->p->scratch, cap, sizeof *pairs);

    for (size_t i = 0; i < c->net_count; i++)
        for (size_t k = i + 1; k < c->net_count; k++) {
            if (!nets_meet(&c->nets[i], &c->nets[k]))
                continue;
            int first = crossings_above(&c->nets[i], &c->nets[k]);
            int second = crossings_above(&c->nets[k], &c->nets[i]);
            if (first == second)
                continue;
            if (n == cap) {
                pairs = arena_grow(r->p->scratch, pairs, n, 2 * cap, sizeof *pairs);
                cap *= 2;
            }
            pairs[n++] = first < second ? (struct pair){i, k} : (struct pair){k, i};
        }
    *count = n;
    return pairs;
}

/* Returns the net that is to be placed next: the leftmost of those that fewest should be above of.
 * None should, but where nets want to be above each other in a circle. */
static size_t next_net(const struct channel *c)
{
    size_t best = c->net_count;

    for (size_t i = 0; i < c->net_count; i++) {
        const struct net *n = &c->nets[i];
        if (n->placed || n->straight)
            continue;
        if (best == c->net_count || n->before < c->nets[best].before ||
            (n->before == c->nets[best].before && n->low < c->nets[best].low))
            best = i;
    }
    return best;
}

static void place_nets(const struct routing *r, struct channel *c)
{
    size_t count, i;
    struct pair *pairs = net_pairs(r, c, &count);

    for (size_t k = 0; k < count; k++)
        c->nets[pairs[k].below].before++;
    while ((i = next_net(c)) < c->net_count) {
        struct net *n = &c->nets[i];
        for (size_t k = 0; k < c->net_count; k++)
            if (c->nets[k].placed && nets_meet(n, &c->nets[k]) && c->nets[k].track >= n->track)
                n->track = c->nets[k].track + 1;
        n->placed = true;
        if (n->track + 1 > c->tracks)
            c->tracks = n->track + 1;
        for (size_t k = 0; k < count; k++)
            if (pairs[k].above == i)
                c->nets[pairs[k].below].before--;
    }
}

/* ---- y ---- */

static void place_layers(struct routing *r)
{
    struct plan *p = r->p;
    const struct layout_style *style = p->style;
    int y = 0;

    for (size_t c = 0; c <= p->layer_count; c++) {
        struct channel *ch = &r->channels[c];
        bool inside = c > 0 && c < p->layer_count;
        ch->top = y;
        if (inside)
            ch->height = style->straight_gap;
        if (ch->tracks)
            ch->height = style->layer_gap;
        if (ch->tracks > 1)
            ch->height += (int)(ch->tracks - 1) * style->track_gap;
        y += ch->height;
        for (size_t i = 0; i < ch->count; i++) {
            struct wire *w = &r->wires[ch->wires[i]];
            w->y = ch->top + style->layer_gap / 2 + (int)ch->nets[w->net].track * style->track_gap;
        }
        if (c == p->layer_count)
            break;
        struct layer *l = &p->layers[c];
        l->top = y;
        for (size_t i = 0; i < l->count; i++) {
            struct vertex *v = &p->vertices[l->at[i]];
            v->y = y;
            l->height = v->height > l->height ? v->height : l->height;
        }
        y += l->height;
    }
    p->block->height = y;
}

/* ---- points ---- */

struct line {
    struct arena *a;
    struct layout_point *at;
    size_t count, cap;
};

/* Adds a point; the one before goes if the line runs straight through it. */
static void add_point(struct line *l, int x, int y)
{
    if (l->count && l->at[l->count - 1].x == x && l->at[l->count - 1].y == y)
        return;
    if (l->count > 1) {
        const struct layout_point *a = &l->at[l->count - 2], *b = &l->at[l->count - 1];
        if ((a->x == b->x && b->x == x) || (a->y == b->y && b->y == y))
            l->count--;
    }
    if (l->count == l->cap) {
        l->at = arena_grow(l->a, l->at, l->count, l->cap ? 2 * l->cap : 8, sizeof *l->at);
        l->cap = l->cap ? 2 * l->cap : 8;
    }
    l->at[l->count++] = (struct layout_point){x, y};
}

static void follow_wire(struct line *l, const struct wire *w)
{
    if (w->from_x == w->to_x && w->from_above != w->to_above)
        return;
    add_point(l, w->from_x, w->y);
    add_point(l, w->to_x, w->y);
}

static void draw_edge(const struct routing *r, size_t e)
{
    const struct plan *p = r->p;
    struct layout_edge *edge = &p->block->edges[e];
    const struct way *w = &p->ways[e];
    const struct wire *wire = &r->wires[r->of_way[e]];
    const struct vertex *from = &p->vertices[edge->from], *to = &p->vertices[edge->to];
    struct line l = {.a = p->result};
    size_t i = chain_entry(p, edge, w), chain = r->of_chain[w->chain - p->chains];

    add_point(&l, wire->from_x, from->y + from->height);
    if (w->label != NO_VERTEX) {
        const struct vertex *label = &p->vertices[w->label];
        edge->label_x = label->x - label->width / 2;
        edge->label_y = label->y;
        follow_wire(&l, wire++);
        add_point(&l, label->x, label->y);
    }
    follow_wire(&l, wire);
    for (; i < w->chain->count; i = w->back ? i - 1 : i + 1) {
        const struct vertex *v = &p->vertices[w->chain->at[i]];
        add_point(&l, v->x, v->y);
        follow_wire(&l, &r->wires[chain + i]);
    }
    add_point(&l, to->x, to->y);
    edge->points = l.at;
    edge->count = l.count;
}

void plan_route(struct plan *p)
{
    struct routing r = {.p = p};
    size_t *sinks = arena_calloc(p->scratch, p->count, sizeof *sinks);
    size_t *known = arena_calloc(p->scratch, 3 * p->count, sizeof *known);

    make_wires(&r);
    fill_channels(&r);
    for (size_t c = 0; c <= p->layer_count; c++) {
        make_nets(&r, &r.channels[c], sinks, known);
        place_nets(&r, &r.channels[c]);
    }
    place_layers(&r);
    for (size_t e = 0; e < p->block->edge_count; e++)
        draw_edge(&r, e);
}
