#ifndef PARSERS_JSONATA_JSONATA_EVAL_H
#define PARSERS_JSONATA_JSONATA_EVAL_H

#include "parsers/jsonata/jsonata_evaluation.h"

/* Returns the node's value for the context `input` and the variables of `env`; JV_ERROR after an
 * error. */
struct jv evaluate(struct evaluation *e, const struct node *n, struct jv input, struct frame *env);
/* Evaluates the text of $eval. */
struct jv evaluate_text(struct evaluation *e, const json *text, struct jv input, struct frame *env);
/* Applies a transform to a copy of `v`. */
struct jv evaluate_transform(struct evaluation *e, const struct func *f, struct jv v);

/* Makes a frame inside `parent`. `room`: how many bindings the caller puts in itself. */
struct frame *frame_new(struct evaluation *e, struct frame *parent, uint32_t room);
struct frame *frame_of_tuple(struct evaluation *e, struct frame *parent, const struct tuple *t);
/* Returns a variable's value: of the frames, of the caller's options, or the function of that name;
 * undefined without one. */
struct jv frame_lookup(struct evaluation *e, const struct frame *env, uint32_t name);

#endif
