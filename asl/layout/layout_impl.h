#ifndef ASL_LAYOUT_LAYOUT_IMPL_H
#define ASL_LAYOUT_LAYOUT_IMPL_H

/*
 * The layout of one block, as its steps hand it on. Nodes stand in even layers, labels in odd ones.
 * Whatever passes a layer has a vertex there, so that ordering the vertices of each layer orders
 * lines and labels, too.
 */

#include "asl/layout/layout.h"

#include <stdint.h>

enum vertex_kind {
    VERTEX_NODE,
    VERTEX_LABEL,
    VERTEX_LINE, /* lines pass */
    VERTEX_TURN, /* a line turns round; it only matters for the order */
};

#define NO_VERTEX SIZE_MAX

struct vertex {
    enum vertex_kind kind;
    bool up; /* of lines that lead back */
    size_t layer;
    size_t pos; /* in its layer */
    int width, height;
    int x, y; /* of its middle; of its top */
};

/*
 * The line that all edges of one class to one node share: downwards from the layer below the
 * highest of them to the layer above the node; or, of those that lead back, upwards from the lowest
 * to the node's own layer, where it turns.
 */
struct chain {
    bool used;
    size_t first, last; /* layers */
    size_t *at;         /* its vertices, the highest first */
    size_t count;
    size_t turn; /* of one that leads up: above the node */
};

/* How an edge goes: from its node over the label to the chain, and with that to its node. */
struct way {
    bool back;
    size_t label; /* NO_VERTEX: none */
    size_t turn;  /* of one that leads back: below its node */
    struct chain *chain;
};

/* A connection of two vertices, in layers one after the other. */
struct link {
    size_t upper, lower;
    int weight; /* how many edges it is of */
    int rank;   /* how much it should be straight: RANK_… */
};

enum { RANK_OTHER, RANK_LINE, RANK_MAIN };

struct layer {
    size_t *at; /* vertices from left to right */
    size_t count;
    int top, height;
};

/* The links at each vertex: those of vertex v are at[first[v]] up to at[first[v + 1] - 1]. */
struct incidence {
    size_t *first, *at;
};

struct plan {
    struct layout_block *block;
    const struct layout_style *style;
    struct arena *scratch, *result;
    struct vertex *vertices; /* those of the nodes come first */
    size_t count, cap;
    struct chain *chains; /* of node n: those at 4 * n + 2 * class + whether it leads back */
    struct way *ways;     /* of the edges */
    struct link *links;
    size_t link_count, link_cap;
    struct incidence above, below; /* the links of a vertex upwards, downwards */
    struct layer *layers;
    size_t layer_count;
};

/* layout_layers.c: finds what leads back, gives nodes layers, and makes vertices and ways. False:
 * there would be too many. */
bool plan_layers(struct plan *p);
/* Makes the links between the vertices that there are; turns take part only if `turns`. */
void plan_links(struct plan *p, bool turns);
/* Drops turns, and layers in which no box stands. */
void plan_compress(struct plan *p);

/* layout_order.c: orders the vertices of each layer so that few links cross. */
void plan_order(struct plan *p);

/* layout_place.c: gives each vertex its x. */
void plan_place(struct plan *p);
/* Returns how far apart the middles of two vertices beside each other have to be. */
int plan_distance(const struct plan *p, const struct vertex *left, const struct vertex *right);

/* layout_route.c: gives layers and vertices their y, and edges their points. */
void plan_route(struct plan *p);

#endif
