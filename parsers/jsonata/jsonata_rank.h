#ifndef PARSERS_JSONATA_JSONATA_RANK_H
#define PARSERS_JSONATA_JSONATA_RANK_H

#include "parsers/jsonata/jsonata_evaluation.h"

/* Returns whether an order of such keys is known without an error: all are numbers, or all are
 * strings, but for those that are undefined. */
bool can_be_ranked(const struct jv *keys, size_t count);

/*
 * Fills `order` with 0 .. count - 1, sorted by `keys` (can_be_ranked) and, where those are equal,
 * as they stood: the result of merge_sort, in a fraction of its time. Undefined keys come last.
 * `after` is asked about two whose keys are equal as far as ranks tell, as merge_sort asks it; it
 * may not fail. NULL: there is nothing more to ask for numbers. False with an error.
 */
bool rank_sort(struct evaluation *e, size_t *order, const struct jv *keys, size_t count,
               bool descending, int (*after)(struct evaluation *e, void *user, size_t a, size_t b),
               void *user);

#endif
