#ifndef TESTS_SUPPORT_GEOMETRY_H
#define TESTS_SUPPORT_GEOMETRY_H

#include "asl/layout/layout.h"

/*
 * Looks at a layout: boxes don't overlap, lines go through none and join their nodes from below and
 * above, labels lie on no box, not on each other nor on lines of others, and all is inside. Returns
 * what is wrong first, as a static text; NULL: nothing.
 */
const char *geometry_fault(const struct layout_block *b);

/* Returns how many pairs of edges without a node in common touch otherwise than by crossing. */
size_t geometry_touches(const struct layout_block *b);

#endif
