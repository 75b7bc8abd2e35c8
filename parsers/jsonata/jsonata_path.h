#ifndef PARSERS_JSONATA_JSONATA_PATH_H
#define PARSERS_JSONATA_JSONATA_PATH_H

#include "parsers/jsonata/jsonata_evaluation.h"

struct jv evaluate_path(struct evaluation *e, const struct node *n, struct jv input,
                        struct frame *env);
/* Returns the items of `input` that a predicate picks. */
struct jv evaluate_filter(struct evaluation *e, const struct node *predicate, struct jv input,
                          struct frame *env);
/* Makes an object of keys and values (a NODE_OBJECT), grouping the items of `input` by key. */
struct jv evaluate_group(struct evaluation *e, const struct node *pairs, struct jv input,
                         struct frame *env);
/*
 * Fills `order` with 0 .. count - 1, sorted by the reference's merge sort: which pairs are compared
 * first decides which error comes. `after` returns 1 when a belongs behind b, 0 when not, -1 after
 * an error. False after an error.
 */
bool merge_sort(struct evaluation *e, size_t *order, size_t count,
                int (*after)(struct evaluation *e, void *user, size_t a, size_t b), void *user);

#endif
