#ifndef PARSERS_JSONATA_JSONATA_TUPLE_H
#define PARSERS_JSONATA_JSONATA_TUPLE_H

#include "parsers/jsonata/jsonata_evaluation.h"

/* Tuples and their lists lie in the evaluation's region; making them does not fail. */

/* Binds the name to `v` in the tuple; a value that it had there is replaced. */
void tuple_set(struct evaluation *e, struct tuple *t, uint32_t name, struct jv v);
/* Makes a list of tuples of the items of `input`, an array. They bind nothing, or the position to
 * the name `index` when it is not NO_NAME. */
struct jv tuples_of(struct evaluation *e, struct jv input, uint32_t index);
/* Adds a tuple to `to` for each item of `found`, which is what `step` found from the tuple `from`:
 * it binds what `from` binds, and what the step does. */
void tuples_extend(struct evaluation *e, const struct node *step, const struct tuple *from,
                   struct jv found, struct list *to);
/* Makes one tuple of those of a group (a tuple, or a list of them): its item, and what it binds to
 * each name, are all of theirs, appended. */
struct tuple *tuples_reduce(struct evaluation *e, struct jv data);
/* Returns the items of a list of tuples as a sequence, without what was bound. */
struct jv tuples_items(struct evaluation *e, struct jv tuples);

#endif
