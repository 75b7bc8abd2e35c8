#ifndef RUNTIME_SHAPES_SHAPES_IMPL_H
#define RUNTIME_SHAPES_SHAPES_IMPL_H

#include "runtime/shapes/shapes.h"

/* Fills *out with what a member of a service's structure may be. Returns false when it can be
 * anything. */
bool aws_shape_member(const struct aws_shape *s, const struct model_member *m,
                      struct aws_shape *out);

#endif
