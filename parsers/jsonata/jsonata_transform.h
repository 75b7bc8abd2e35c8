#ifndef PARSERS_JSONATA_JSONATA_TRANSFORM_H
#define PARSERS_JSONATA_JSONATA_TRANSFORM_H

#include "parsers/jsonata/jsonata_evaluation.h"

/* Applies the transform `f` (a FUNC_TRANSFORM) to a copy of `v`. Returns the copy; JV_ERROR after
 * an error. */
struct jv evaluate_transform(struct evaluation *e, const struct func *f, struct jv v);

#endif
