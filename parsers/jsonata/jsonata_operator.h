#ifndef PARSERS_JSONATA_JSONATA_OPERATOR_H
#define PARSERS_JSONATA_JSONATA_OPERATOR_H

#include "parsers/jsonata/jsonata_evaluation.h"

/* Returns the value of an operator with two sides (a NODE_BINARY); JV_ERROR after an error. */
struct jv evaluate_binary(struct evaluation *e, const struct node *n, struct jv input,
                          struct frame *env);
/* Returns the value of a minus sign before a number (a NODE_NEGATE); JV_ERROR after an error. */
struct jv evaluate_negate(struct evaluation *e, const struct node *n, struct jv input,
                          struct frame *env);

#endif
