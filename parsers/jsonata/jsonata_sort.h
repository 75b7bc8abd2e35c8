#ifndef PARSERS_JSONATA_JSONATA_SORT_H
#define PARSERS_JSONATA_JSONATA_SORT_H

#include "parsers/jsonata/jsonata_evaluation.h"

/* Returns the items of `input`, an array, in the order that the terms of `n` (a NODE_SORT) ask for;
 * JV_ERROR after an error. */
struct jv evaluate_sort(struct evaluation *e, const struct node *n, struct jv input,
                        struct frame *env);

/*
 * Fills `order` with 0 .. count - 1, sorted by the reference's merge sort: which pairs are compared
 * first decides which error comes. `after` returns 1 when a belongs behind b, 0 when not, -1 after
 * an error. False after an error.
 */
bool merge_sort(struct evaluation *e, size_t *order, size_t count,
                int (*after)(struct evaluation *e, void *user, size_t a, size_t b), void *user);

#endif
