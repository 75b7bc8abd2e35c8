#ifndef ASL_LAYOUT_LAYOUT_H
#define ASL_LAYOUT_LAYOUT_H

#include "parsers/base/arena.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Where the boxes and lines of a picture go: a layered layout of graphs that may have loops, and
 * whose nodes may hold graphs. It knows sizes only, in whole units of whoever asks: pixels, or
 * cells of a terminal. x grows to the right, y downwards. The same graph always gets the same
 * places.
 */

struct layout_point {
    int x, y;
};

struct layout_block;

struct layout_node {
    int width, height; /* of its box; with blocks inside at least that, and set to what it takes */
    struct layout_block *inner; /* blocks inside, side by side below a title */
    size_t inner_count;
    int x, y; /* result: the left upper corner */
};

struct layout_edge {
    size_t from, to; /* nodes of the block */
    unsigned class;  /* 0 or 1: edges of one class that lead to one node share lines; those of class
                        1 leave their node beside the middle */
    bool main;       /* on the path that runs straight down */
    int label_width, label_height; /* 0: it has no label */
    /* Results: */
    bool back;                   /* it leads back: up at a side */
    struct layout_point *points; /* the ends of its segments, each horizontal or vertical */
    size_t count;
    int label_x, label_y; /* the left upper corner; the line runs through the label's middle */
};

/* A graph. Node 0 is its start. The order of a node's edges is the order in which they leave it. */
struct layout_block {
    struct layout_node *nodes;
    size_t node_count;
    struct layout_edge *edges; /* those of a node stand together, the nodes in their order */
    size_t edge_count;
    int x, y, width, height; /* result: what it takes */
};

/* Distances. */
struct layout_style {
    int node_gap;     /* between boxes beside each other */
    int line_gap;     /* between lines, or a line and a box, beside each other */
    int straight_gap; /* between boxes above each other, when no line turns between them */
    int layer_gap;    /* where lines turn in one track */
    int track_gap;    /* between lines above each other */
    int title;        /* height of the title of a node with blocks inside */
    int padding_x;    /* beside and between blocks inside a node */
    int padding_y;    /* above and below them */
    size_t most;      /* places that the lines of a block may pass; 0: LAYOUT_MOST */
};

/*
 * Gives everything in `top` its place, from (0, 0) on. Points live in `a`. False when a picture
 * would be too large: lines that pass so many layers that there would be more places to pass, in
 * one block, than the style allows.
 */
enum { LAYOUT_MOST = 500000 };
bool layout_make(struct layout_block *top, const struct layout_style *style, struct arena *a);

#endif
