#ifndef PARSERS_JSONATA_JSONATA_GROUP_H
#define PARSERS_JSONATA_JSONATA_GROUP_H

#include "parsers/jsonata/jsonata_evaluation.h"

/* Makes an object of keys and values (a NODE_OBJECT), grouping the items of `input` by key.
 * JV_ERROR after an error. */
struct jv evaluate_group(struct evaluation *e, const struct node *pairs, struct jv input,
                         struct frame *env);

#endif
