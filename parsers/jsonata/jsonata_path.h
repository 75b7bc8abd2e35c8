#ifndef PARSERS_JSONATA_JSONATA_PATH_H
#define PARSERS_JSONATA_JSONATA_PATH_H

#include "parsers/jsonata/jsonata_evaluation.h"

/* Returns what a path (a NODE_PATH) finds from the context `input`; JV_ERROR after an error. */
struct jv evaluate_path(struct evaluation *e, const struct node *n, struct jv input,
                        struct frame *env);
/* Returns the items of `input` that a predicate picks; JV_ERROR after an error. */
struct jv evaluate_filter(struct evaluation *e, const struct node *predicate, struct jv input,
                          struct frame *env);

#endif
