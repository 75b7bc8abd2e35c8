#ifndef PARSERS_JSONATA_JSONATA_EVAL_H
#define PARSERS_JSONATA_JSONATA_EVAL_H

#include "parsers/jsonata/jsonata_evaluation.h"

/* Returns the node's value for the context `input` and the variables of `env`; JV_ERROR after an
 * error. */
struct jv evaluate(struct evaluation *e, const struct node *n, struct jv input, struct frame *env);
/* Returns the value of the expression `text`, which $eval was given; JV_ERROR after an error. */
struct jv evaluate_text(struct evaluation *e, const json *text, struct jv input, struct frame *env);

#endif
