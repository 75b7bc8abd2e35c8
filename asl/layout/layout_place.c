/*
 * The x of each vertex, after U. Brandes and B. Köpf, "Fast and Simple Horizontal Coordinate
 * Assignment" (2001): vertices are joined into blocks that stand straight above each other, each to
 * a median of those it is linked to, and blocks are packed. This is done from four corners, and the
 * middle of the four is taken: what is straight in all of them stays straight. Links of a higher
 * rank are joined first, so the main path is one block, and long lines are.
 *
 * Packing goes along the order of blocks instead of by the paper's classes, which are known to go
 * wrong. In the end whole blocks move to where their lines bend least.
 */

#include "asl/layout/layout_impl.h"

#include <stdlib.h>
#include <string.h>

enum { MOVES = 6 };

struct placing {
    struct plan *p;
    bool *crossed; /* links that cross one of higher rank: nothing is joined by them */
    size_t *root;  /* of each vertex: the first of its block */
    size_t *align; /* the next vertex of its block, in the end the first again */
    size_t *near;  /* links of one vertex, by the position of their other end */
    int *x;        /* of roots */
    int *result[4];
    /* Blocks in an order in which each comes behind those to the left of it. */
    size_t *order, *waiting;
};

int plan_distance(const struct plan *p, const struct vertex *left, const struct vertex *right)
{
    bool lines = left->kind == VERTEX_LINE || right->kind == VERTEX_LINE;
    int gap = lines ? p->style->line_gap : p->style->node_gap;

    /* Halves are rounded so that a box never reaches further than its half. */
    return left->width - left->width / 2 + right->width / 2 + gap;
}

/* ---- links that are not to be straight ---- */

/* Marks links below the layer that cross one of `rank` or share an end with it, if they are of a
 * lower one. Of two of the same rank that cross, the right one is marked. */
static void mark_crossed(struct placing *pl, size_t layer, int rank)
{
    const struct plan *p = pl->p;
    const struct layer *upper = &p->layers[layer];
    size_t n = upper->count;
    /* For each place in the upper layer: the furthest right that links of that rank from places to
     * the left lead, plus 1; and the furthest left of those from places to the right. */
    size_t *most = arena_calloc(p->scratch, n + 1, sizeof *most);
    size_t *least = arena_calloc(p->scratch, n + 1, sizeof *least);
    bool *from = arena_calloc(p->scratch, n, sizeof *from);
    bool *onto = arena_calloc(p->scratch, p->layers[layer + 1].count + 1, sizeof *onto);

    for (size_t i = 0; i < n; i++) {
        most[i + 1] = most[i];
        for (size_t k = p->below.first[upper->at[i]]; k < p->below.first[upper->at[i] + 1]; k++) {
            size_t id = p->below.at[k];
            size_t to = p->vertices[p->links[id].lower].pos + 1;
            if (p->links[id].rank != rank || pl->crossed[id])
                continue;
            if (to < most[i]) {
                pl->crossed[id] = true;
                continue;
            }
            from[i] = onto[to] = true;
            if (to > most[i + 1])
                most[i + 1] = to;
        }
    }
    least[n] = SIZE_MAX;
    for (size_t i = n; i-- > 0;) {
        least[i] = least[i + 1];
        for (size_t k = p->below.first[upper->at[i]]; k < p->below.first[upper->at[i] + 1]; k++) {
            size_t id = p->below.at[k];
            size_t to = p->vertices[p->links[id].lower].pos + 1;
            if (p->links[id].rank == rank && !pl->crossed[id] && to < least[i])
                least[i] = to;
        }
    }
    for (size_t i = 0; i < n; i++)
        for (size_t k = p->below.first[upper->at[i]]; k < p->below.first[upper->at[i] + 1]; k++) {
            size_t id = p->below.at[k];
            size_t to = p->vertices[p->links[id].lower].pos + 1;
            if (p->links[id].rank < rank &&
                (from[i] || onto[to] || to < most[i] || to > least[i + 1]))
                pl->crossed[id] = true;
        }
}

/* ---- blocks ---- */

/* Puts the links of `v` in order of the positions at their other ends; returns how many. */
static size_t links_in_order(struct placing *pl, const struct incidence *in, size_t v)
{
    const struct plan *p = pl->p;
    bool above = in == &p->above;
    size_t n = 0;

    for (size_t i = in->first[v]; i < in->first[v + 1]; i++) {
        size_t id = in->at[i], k = n++;
        size_t pos = p->vertices[above ? p->links[id].upper : p->links[id].lower].pos;
        for (; k > 0; k--) {
            const struct link *l = &p->links[pl->near[k - 1]];
            if (p->vertices[above ? l->upper : l->lower].pos <= pos)
                break;
            pl->near[k] = pl->near[k - 1];
        }
        pl->near[k] = id;
    }
    return n;
}

/* Keeps those of the first n links that are of the highest rank among them, if that says
 * anything. */
static size_t keep_highest(struct placing *pl, size_t n)
{
    int highest = RANK_OTHER;
    size_t kept = 0;

    for (size_t i = 0; i < n; i++)
        if (!pl->crossed[pl->near[i]] && pl->p->links[pl->near[i]].rank > highest)
            highest = pl->p->links[pl->near[i]].rank;
    if (highest == RANK_OTHER)
        return n;
    for (size_t i = 0; i < n; i++)
        if (pl->p->links[pl->near[i]].rank == highest)
            pl->near[kept++] = pl->near[i];
    return kept;
}

/* Joins a vertex to a median of those in the layer that was done before. *limit: up to where that
 * layer's are taken, counted from the side that is done first. */
static void join_vertex(struct placing *pl, size_t v, bool up, bool right, size_t *limit)
{
    const struct plan *p = pl->p;
    size_t n = keep_highest(pl, links_in_order(pl, up ? &p->below : &p->above, v));

    for (size_t i = 0; n && i < 2; i++) {
        size_t id = pl->near[right ? n / 2 - (i && n % 2 == 0) : (n - 1) / 2 + (i && n % 2 == 0)];
        size_t to = up ? p->links[id].lower : p->links[id].upper;
        size_t count = p->layers[p->vertices[to].layer].count;
        size_t pos = right ? count - 1 - p->vertices[to].pos : p->vertices[to].pos;
        if (pl->crossed[id] || pos < *limit)
            continue;
        pl->align[to] = v;
        pl->root[v] = pl->root[to];
        pl->align[v] = pl->root[v];
        *limit = pos + 1;
        return;
    }
}

static void join_vertices(struct placing *pl, bool up, bool right)
{
    const struct plan *p = pl->p;

    for (size_t v = 0; v < p->count; v++)
        pl->root[v] = pl->align[v] = v;
    for (size_t i = 1; i < p->layer_count; i++) {
        const struct layer *l = &p->layers[up ? p->layer_count - 1 - i : i];
        size_t limit = 0;
        for (size_t k = 0; k < l->count; k++)
            join_vertex(pl, l->at[right ? l->count - 1 - k : k], up, right, &limit);
    }
}

/* Returns the vertex to the left or right of `v`, NO_VERTEX at the end of its layer. */
static size_t beside(const struct plan *p, size_t v, bool right)
{
    const struct layer *l = &p->layers[p->vertices[v].layer];
    size_t pos = p->vertices[v].pos;

    if (right)
        return pos + 1 < l->count ? l->at[pos + 1] : NO_VERTEX;
    return pos ? l->at[pos - 1] : NO_VERTEX;
}

/* Puts the roots into pl->order from left to right; returns how many. Blocks don't cross, so there
 * is such an order. */
static size_t order_blocks(struct placing *pl)
{
    const struct plan *p = pl->p;
    size_t n = 0;

    memset(pl->waiting, 0, p->count * sizeof *pl->waiting);
    for (size_t l = 0; l < p->layer_count; l++)
        for (size_t i = 1; i < p->layers[l].count; i++)
            pl->waiting[pl->root[p->layers[l].at[i]]]++;
    for (size_t l = 0; l < p->layer_count; l++)
        for (size_t i = 0; i < p->layers[l].count; i++) {
            size_t v = p->layers[l].at[i];
            if (pl->root[v] == v && pl->waiting[v] == 0)
                pl->order[n++] = v;
        }
    for (size_t done = 0; done < n; done++) {
        size_t v = pl->order[done];
        do {
            size_t next = beside(p, v, true);
            if (next != NO_VERTEX && --pl->waiting[pl->root[next]] == 0)
                pl->order[n++] = pl->root[next];
            v = pl->align[v];
        } while (v != pl->order[done]);
    }
    return n;
}

/* Returns how far left (or, to the right, how far right) the block may be, by those beside it; that
 * is `otherwise` where nothing is. */
static int block_bound(const struct placing *pl, size_t root, bool right, int otherwise)
{
    const struct plan *p = pl->p;
    int bound = otherwise;
    bool any = false;
    size_t v = root;

    do {
        size_t next = beside(p, v, right);
        if (next != NO_VERTEX) {
            int x = pl->x[pl->root[next]];
            int at = right ? x - plan_distance(p, &p->vertices[v], &p->vertices[next])
                           : x + plan_distance(p, &p->vertices[next], &p->vertices[v]);
            if (!any || (right ? at < bound : at > bound))
                bound = at;
            any = true;
        }
        v = pl->align[v];
    } while (v != root);
    return bound;
}

/* Packs blocks to the left, then moves each as far right as those to the right of it let it; or the
 * other way round. */
static void pack_blocks(struct placing *pl, bool right)
{
    size_t n = order_blocks(pl);

    for (size_t i = 0; i < n; i++) {
        size_t root = pl->order[right ? n - 1 - i : i];
        pl->x[root] = block_bound(pl, root, right, 0);
    }
    for (size_t i = 0; i < n; i++) {
        size_t root = pl->order[right ? i : n - 1 - i];
        pl->x[root] = block_bound(pl, root, !right, pl->x[root]);
    }
}

/* ---- the middle of four ---- */

static int compare_ints(const void *a, const void *b)
{
    int x = *(const int *)a, y = *(const int *)b;

    return x < y ? -1 : x > y;
}

/* Moves the results so that they begin, or end, where the narrowest does. */
static void line_up(struct placing *pl)
{
    const struct plan *p = pl->p;
    int low[4], high[4];
    size_t narrowest = 0;

    for (size_t k = 0; k < 4; k++) {
        low[k] = INT32_MAX;
        high[k] = INT32_MIN;
        for (size_t l = 0; l < p->layer_count; l++) {
            const struct layer *layer = &p->layers[l];
            if (!layer->count)
                continue;
            int first = pl->result[k][layer->at[0]];
            int last = pl->result[k][layer->at[layer->count - 1]];
            low[k] = first < low[k] ? first : low[k];
            high[k] = last > high[k] ? last : high[k];
        }
        if (high[k] - low[k] < high[narrowest] - low[narrowest])
            narrowest = k;
    }
    for (size_t k = 0; k < 4; k++) {
        int shift = k % 2 ? high[narrowest] - high[k] : low[narrowest] - low[k];
        for (size_t v = 0; v < p->count; v++)
            pl->result[k][v] += shift;
    }
}

static void take_middle(struct placing *pl)
{
    struct plan *p = pl->p;

    for (size_t v = 0; v < p->count; v++) {
        int at[4];
        for (size_t k = 0; k < 4; k++)
            at[k] = pl->result[k][v];
        qsort(at, 4, sizeof *at, compare_ints);
        int sum = at[1] + at[2];
        p->vertices[v].x = (sum - (sum % 2 != 0 && sum < 0)) / 2;
    }
}

/* ---- moving ---- */

/* Makes blocks of what stands straight above each other and is linked. */
static void join_straight(struct placing *pl)
{
    const struct plan *p = pl->p;

    for (size_t v = 0; v < p->count; v++)
        pl->root[v] = pl->align[v] = v;
    for (size_t l = 1; l < p->layer_count; l++)
        for (size_t i = 0; i < p->layers[l].count; i++) {
            size_t v = p->layers[l].at[i];
            for (size_t k = p->above.first[v]; k < p->above.first[v + 1]; k++) {
                size_t u = p->links[p->above.at[k]].upper;
                if (p->vertices[u].x != p->vertices[v].x || pl->align[u] != pl->root[u])
                    continue;
                pl->align[u] = v;
                pl->root[v] = pl->root[u];
                pl->align[v] = pl->root[v];
                break;
            }
        }
    for (size_t v = 0; v < p->count; v++)
        pl->x[v] = p->vertices[v].x;
}

struct pull {
    int x;
    int64_t weight;
};

static int compare_pulls(const void *a, const void *b)
{
    return compare_ints(&((const struct pull *)a)->x, &((const struct pull *)b)->x);
}

/* Returns where the block's links that leave it bend least: the weighted median of their other
 * ends; its own x if it has none. */
static int block_wish(const struct placing *pl, size_t root, struct pull *pulls)
{
    static const int64_t weights[] = {[RANK_OTHER] = 1, [RANK_LINE] = 4, [RANK_MAIN] = 16};
    const struct plan *p = pl->p;
    size_t n = 0, v = root;
    int64_t total = 0, sum = 0;

    do {
        for (int side = 0; side < 2; side++) {
            const struct incidence *in = side ? &p->below : &p->above;
            for (size_t k = in->first[v]; k < in->first[v + 1]; k++) {
                const struct link *l = &p->links[in->at[k]];
                size_t other = pl->root[side ? l->lower : l->upper];
                if (other == root)
                    continue;
                pulls[n++] = (struct pull){pl->x[other], weights[l->rank] * l->weight};
                total += pulls[n - 1].weight;
            }
        }
        v = pl->align[v];
    } while (v != root);
    if (n == 0)
        return pl->x[root];
    qsort(pulls, n, sizeof *pulls, compare_pulls);
    for (size_t i = 0; i < n; i++) {
        sum += pulls[i].weight;
        /* Between two that pull as much, the middle. */
        if (2 * sum == total)
            return pulls[i].x + (pulls[i + 1].x - pulls[i].x) / 2;
        if (2 * sum > total)
            return pulls[i].x;
    }
    return pl->x[root];
}

static void move_blocks(struct placing *pl)
{
    struct plan *p = pl->p;
    struct pull *pulls = arena_calloc(p->scratch, 2 * p->link_count + 1, sizeof *pulls);

    bool moved = true;

    for (int round = 0; moved && round < MOVES; round++) {
        moved = false;
        join_straight(pl);
        size_t n = order_blocks(pl);
        for (size_t i = 0; i < n; i++) {
            size_t root = pl->order[round % 2 ? n - 1 - i : i];
            int wish = block_wish(pl, root, pulls);
            int low = block_bound(pl, root, false, wish), high = block_bound(pl, root, true, wish);
            int x = wish < low ? low : wish > high ? high : wish;
            moved |= x != pl->x[root];
            pl->x[root] = x;
        }
        for (size_t v = 0; v < p->count; v++)
            p->vertices[v].x = pl->x[pl->root[v]];
    }
}

void plan_place(struct plan *p)
{
    struct placing pl = {
        .p = p,
        .crossed = arena_calloc(p->scratch, p->link_count + 1, sizeof *pl.crossed),
        .root = arena_calloc(p->scratch, p->count, sizeof *pl.root),
        .align = arena_calloc(p->scratch, p->count, sizeof *pl.align),
        .near = arena_calloc(p->scratch, p->link_count + 1, sizeof *pl.near),
        .x = arena_calloc(p->scratch, p->count, sizeof *pl.x),
        .order = arena_calloc(p->scratch, p->count, sizeof *pl.order),
        .waiting = arena_calloc(p->scratch, p->count, sizeof *pl.waiting),
    };

    for (int rank = RANK_MAIN; rank > RANK_OTHER; rank--)
        for (size_t l = 0; l + 1 < p->layer_count; l++)
            mark_crossed(&pl, l, rank);
    for (unsigned k = 0; k < 4; k++) {
        pl.result[k] = arena_calloc(p->scratch, p->count, sizeof *pl.result[k]);
        join_vertices(&pl, k / 2, k % 2);
        pack_blocks(&pl, k % 2);
        for (size_t v = 0; v < p->count; v++)
            pl.result[k][v] = pl.x[pl.root[v]];
    }
    line_up(&pl);
    take_middle(&pl);
    move_blocks(&pl);
}
