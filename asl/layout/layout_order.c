/*
 * The order of vertices in their layers. It begins with a depth-first search, which gives a tree
 * without crossings and changes little when the graph does; then sweeps downwards and upwards sort
 * each layer by the medians of what its vertices are linked to, and neighbours change places where
 * that saves crossings. The best order that was seen is taken.
 */

#include "asl/layout/layout_impl.h"

#include <stdlib.h>
#include <string.h>

enum {
    SWEEPS_MOST = 16,
    SWEEPS_IN_VAIN = 4, /* it ends when so many in a row have not helped */
    SWAPS_MOST = 4,     /* rounds of neighbours that change places, for each sweep */
    /* Steps that a block may take: so many, and so many for each link, but no more than the most. A
     * step looks at a link, or compares two. A large graph that crosses everywhere gets fewer
     * sweeps, and the last of them is not finished. */
    STEPS = 100000,
    STEPS_OF_LINK = 100,
    STEPS_ALL = 10000000,
};

static size_t steps_of(size_t links)
{
    return STEPS + (links < STEPS_ALL / STEPS_OF_LINK ? STEPS_OF_LINK * links : STEPS_ALL);
}

/* What a vertex is linked to on one side. Positions are looked up for every link, many times: they
 * and the ends lie close together in memory, apart from all else that there is of them. */
struct end {
    uint32_t vertex;
    int32_t weight;
};
struct ends {
    const size_t *first; /* those of vertex v are at[first[v]] up to at[first[v + 1] - 1] */
    struct end *at;
};

struct ordering {
    struct plan *p;
    struct ends above, below;
    uint32_t *pos;     /* of vertices: in their layers */
    size_t steps;      /* that are left */
    uint64_t *tree;    /* for counting: sums of weights, as a Fenwick tree */
    bool *settled;     /* layers in which no neighbours need change places */
    size_t *positions; /* of what a vertex is linked to */
    double *median;    /* of vertices; below 0: it is linked to nothing */
    struct ranked {
        double median;
        size_t pos, vertex;
    } * ranked;
};

static size_t other_end(const struct plan *p, const struct incidence *in, size_t i)
{
    const struct link *l = &p->links[in->at[i]];

    return in == &p->above ? l->upper : l->lower;
}

static struct ends find_ends(const struct plan *p, const struct incidence *in)
{
    struct ends e = {in->first, arena_calloc(p->scratch, p->link_count + 1, sizeof *e.at)};

    for (size_t i = 0; i < p->link_count; i++)
        e.at[i] = (struct end){(uint32_t)other_end(p, in, i), p->links[in->at[i]].weight};
    return e;
}

/* ---- the first order ---- */

static void append(struct plan *p, size_t v)
{
    struct layer *l = &p->layers[p->vertices[v].layer];

    p->vertices[v].pos = l->count;
    l->at[l->count++] = v;
}

/* Lays the vertices that a search meets from `from` on into their layers, children from left to
 * right. It follows links of that rank and higher ones. */
static void order_from(struct plan *p, size_t from, int rank, bool *seen, size_t *stack)
{
    size_t depth = 0;

    stack[depth++] = from;
    while (depth) {
        size_t v = stack[--depth];
        if (seen[v] || p->vertices[v].up)
            continue;
        seen[v] = true;
        append(p, v);
        for (size_t i = p->below.first[v + 1]; i > p->below.first[v]; i--)
            if (p->links[p->below.at[i - 1]].rank >= rank)
                stack[depth++] = other_end(p, &p->below, i - 1);
    }
}

/* Of two lines that lead back, the one comes first that ends higher and begins lower: that of an
 * inner loop. */
static int compare_loops(const void *a, const void *b)
{
    const struct chain *x = *(const struct chain *const *)a, *y = *(const struct chain *const *)b;

    if (x->last != y->last)
        return x->last < y->last ? -1 : 1;
    if (x->first != y->first)
        return x->first > y->first ? -1 : 1;
    return x < y ? -1 : x > y;
}

/* What leads back goes to the right of all else, from inner loops to outer ones. */
static void order_upwards(struct plan *p)
{
    size_t chains = 4 * p->block->node_count, n = 0;
    const struct chain **loops = arena_calloc(p->scratch, chains, sizeof *loops);

    for (size_t i = 1; i < chains; i += 2)
        if (p->chains[i].used)
            loops[n++] = &p->chains[i];
    qsort(loops, n, sizeof *loops, compare_loops);
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < loops[i]->count; k++)
            append(p, loops[i]->at[k]);
        append(p, loops[i]->turn);
    }
}

/* Of the two orders to begin with one has what leads back beside the main path, the other has it
 * outside of all. */
static void order_first(struct plan *p, bool loops_inside)
{
    bool *seen = arena_calloc(p->scratch, p->count, sizeof *seen);
    size_t *stack = arena_calloc(p->scratch, p->count + p->link_count + 1, sizeof *stack);

    for (size_t l = 0; l < p->layer_count; l++)
        p->layers[l].count = 0;
    if (loops_inside) {
        order_from(p, 0, RANK_MAIN, seen, stack);
        order_upwards(p);
    }
    for (size_t v = 0; v < p->count; v++)
        order_from(p, v, RANK_OTHER, seen, stack);
    if (!loops_inside)
        order_upwards(p);
}

/* ---- counting ---- */

/* Puts the positions of what `v` is linked to into o->positions, sorted; returns how many. Few, and
 * almost in order: the links of a vertex were made in the order of the edges. */
static size_t sorted_positions(const struct ordering *o, const struct ends *in, size_t v,
                               size_t *out)
{
    size_t n = 0;

    for (size_t i = in->first[v]; i < in->first[v + 1]; i++) {
        size_t pos = o->pos[in->at[i].vertex], k = n++;
        for (; k > 0 && out[k - 1] > pos; k--)
            out[k] = out[k - 1];
        out[k] = pos;
    }
    return n;
}

/* Returns the crossings between a layer and the one below. A link crosses those of earlier vertices
 * that end to the right of it. */
static uint64_t count_below(const struct ordering *o, size_t layer)
{
    const struct plan *p = o->p;
    const struct layer *upper = &p->layers[layer];
    size_t size = p->layers[layer + 1].count;
    uint64_t total = 0, crossings = 0;

    memset(o->tree, 0, (size + 1) * sizeof *o->tree);
    for (size_t i = 0; i < upper->count; i++) {
        const struct end *first = &o->below.at[o->below.first[upper->at[i]]];
        const struct end *last = &o->below.at[o->below.first[upper->at[i] + 1]];
        for (const struct end *e = first; e < last; e++) {
            uint64_t before = 0;
            for (size_t at = o->pos[e->vertex] + 1; at; at -= at & -at)
                before += o->tree[at];
            crossings += (total - before) * (uint64_t)e->weight;
        }
        for (const struct end *e = first; e < last; e++) {
            for (size_t at = o->pos[e->vertex] + 1; at <= size; at += at & -at)
                o->tree[at] += (uint64_t)e->weight;
            total += (uint64_t)e->weight;
        }
    }
    return crossings;
}

static uint64_t count_all(const struct ordering *o)
{
    uint64_t crossings = 0;

    for (size_t l = 0; l + 1 < o->p->layer_count; l++)
        crossings += count_below(o, l);
    return crossings;
}

/* Returns by how much crossings grow when `b`, now to the right of `a`, stands to the left of it;
 * on one side. */
static int64_t swap_costs(const struct ordering *o, const struct ends *in, size_t a, size_t b)
{
    int64_t costs = 0;

    for (size_t i = in->first[a]; i < in->first[a + 1]; i++)
        for (size_t k = in->first[b]; k < in->first[b + 1]; k++) {
            uint32_t of_a = o->pos[in->at[i].vertex], of_b = o->pos[in->at[k].vertex];
            int64_t weight = (int64_t)in->at[i].weight * in->at[k].weight;
            costs += of_a < of_b ? weight : of_a > of_b ? -weight : 0;
        }
    return costs;
}

/* ---- better orders ---- */

/* Spends steps; false: there are not so many. */
static bool spend(struct ordering *o, size_t steps)
{
    o->steps = steps < o->steps ? o->steps - steps : 0;
    return o->steps > 0;
}

static size_t link_count(const struct ends *in, size_t v)
{
    return in->first[v + 1] - in->first[v];
}

static bool swap_in_layer(struct ordering *o, struct layer *l)
{
    const struct ends *above = &o->above, *below = &o->below;
    bool better = false;

    for (size_t i = 0; i + 1 < l->count; i++) {
        size_t a = l->at[i], b = l->at[i + 1];
        if (!spend(o, 1 + link_count(above, a) * link_count(above, b) +
                          link_count(below, a) * link_count(below, b)))
            return false;
        if (swap_costs(o, above, a, b) + swap_costs(o, below, a, b) >= 0)
            continue;
        l->at[i] = b;
        l->at[i + 1] = a;
        o->pos[b] = (uint32_t)i;
        o->pos[a] = (uint32_t)i + 1;
        better = true;
    }
    return better;
}

/* A layer is looked at again when it, or one beside it, has changed. */
static void swap_neighbours(struct ordering *o)
{
    struct plan *p = o->p;
    size_t n = p->layer_count;
    bool better = true;

    memset(o->settled, 0, n * sizeof *o->settled);
    for (int round = 0; better && round < SWAPS_MOST; round++) {
        better = false;
        for (size_t l = 0; l < n; l++) {
            if (o->settled[l])
                continue;
            o->settled[l] = !swap_in_layer(o, &p->layers[l]);
            if (o->settled[l])
                continue;
            better = true;
            if (l > 0)
                o->settled[l - 1] = false;
            if (l + 1 < n)
                o->settled[l + 1] = false;
        }
    }
}

/* The median of an even number of positions lies nearer to the side where they are denser. */
static double median_of(const size_t *at, size_t n)
{
    size_t m = n / 2;

    if (n == 0)
        return -1;
    if (n % 2)
        return (double)at[m];
    if (n == 2)
        return (double)(at[0] + at[1]) / 2;
    double left = (double)(at[m - 1] - at[0]), right = (double)(at[n - 1] - at[m]);
    if (left + right <= 0)
        return (double)(at[m - 1] + at[m]) / 2;
    return ((double)at[m - 1] * right + (double)at[m] * left) / (left + right);
}

static int compare_ranked(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;

    if (x->median != y->median)
        return x->median < y->median ? -1 : 1;
    return x->pos < y->pos ? -1 : x->pos > y->pos;
}

/* Vertices without a link on that side stay where they are; the others share the other places. */
static void sort_layer(struct ordering *o, size_t layer, const struct ends *in)
{
    struct layer *l = &o->p->layers[layer];
    size_t n = 0;

    for (size_t i = 0; i < l->count; i++) {
        size_t v = l->at[i];
        o->median[v] = median_of(o->positions, sorted_positions(o, in, v, o->positions));
        if (o->median[v] >= 0)
            o->ranked[n++] = (struct ranked){o->median[v], i, v};
    }
    qsort(o->ranked, n, sizeof *o->ranked, compare_ranked);
    n = 0;
    for (size_t i = 0; i < l->count; i++) {
        if (o->median[l->at[i]] >= 0)
            l->at[i] = o->ranked[n++].vertex;
    }
    for (size_t i = 0; i < l->count; i++)
        o->pos[l->at[i]] = (uint32_t)i;
}

static void sweep(struct ordering *o, bool down)
{
    size_t n = o->p->layer_count;

    for (size_t i = 1; i < n; i++)
        sort_layer(o, down ? i : n - 1 - i, down ? &o->above : &o->below);
    swap_neighbours(o);
}

static void begin_order(struct ordering *o, bool loops_inside)
{
    const struct plan *p = o->p;

    order_first(o->p, loops_inside);
    for (size_t v = 0; v < p->count; v++)
        o->pos[v] = (uint32_t)p->vertices[v].pos;
}

static void take_order(struct plan *p, const uint32_t *best)
{
    for (size_t v = 0; v < p->count; v++) {
        p->vertices[v].pos = best[v];
        p->layers[p->vertices[v].layer].at[best[v]] = v;
    }
}

void plan_order(struct plan *p)
{
    struct ordering o = {
        .p = p,
        .above = find_ends(p, &p->above),
        .below = find_ends(p, &p->below),
        .pos = arena_calloc(p->scratch, p->count, sizeof *o.pos),
        .steps = steps_of(p->link_count),
        .tree = arena_calloc(p->scratch, p->count + 1, sizeof *o.tree),
        .settled = arena_calloc(p->scratch, p->layer_count, sizeof *o.settled),
        .positions = arena_calloc(p->scratch, p->link_count + 1, sizeof *o.positions),
        .median = arena_calloc(p->scratch, p->count, sizeof *o.median),
        .ranked = arena_calloc(p->scratch, p->count, sizeof *o.ranked),
    };
    uint32_t *best = arena_calloc(p->scratch, p->count, sizeof *best);
    uint64_t fewest = UINT64_MAX;

    for (int first = 0; first < 2 && fewest; first++) {
        begin_order(&o, first == 1);
        for (int i = 0, vain = 0; i <= SWEEPS_MOST && vain < SWEEPS_IN_VAIN; i++, vain++) {
            if (i > 0 && spend(&o, p->link_count))
                sweep(&o, i % 2 == 1);
            uint64_t crossings = count_all(&o);
            if (crossings < fewest) {
                fewest = crossings;
                memcpy(best, o.pos, p->count * sizeof *best);
                vain = -1;
            }
            if (!fewest || !spend(&o, p->link_count))
                break;
        }
    }
    take_order(p, best);
}
