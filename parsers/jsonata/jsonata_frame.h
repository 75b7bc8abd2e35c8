#ifndef PARSERS_JSONATA_JSONATA_FRAME_H
#define PARSERS_JSONATA_JSONATA_FRAME_H

#include "parsers/jsonata/jsonata_evaluation.h"

/*
 * Frames: the variables of blocks, calls and tuples. They lie in the evaluation's region, and never
 * fail to be made.
 */

/* Makes a frame inside `parent`. `room`: how many bindings the caller puts in itself. */
struct frame *frame_new(struct evaluation *e, struct frame *parent, uint32_t room);
/* Makes a frame inside `parent` whose variables are what `t` binds; it looks at `t`. */
struct frame *frame_of_tuple(struct evaluation *e, struct frame *parent, const struct tuple *t);
/* Binds the name to `v` in `env` itself; a value that it had there is replaced. */
void frame_bind(struct evaluation *e, struct frame *env, uint32_t name, struct jv v);
/* Returns a variable's value: of the frames, of the caller's options, or the function of that name;
 * undefined without one. */
struct jv frame_lookup(struct evaluation *e, const struct frame *env, uint32_t name);

/*
 * Makes `wider`, which has room for `count` variables of the outermost frame, the evaluation's
 * table. What the evaluation knows of its first variables is copied there. `wider` has to last as
 * long as the evaluation.
 */
void globals_widen(struct evaluation *e, struct global *wider, uint32_t count);

#endif
