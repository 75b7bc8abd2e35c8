#ifndef RUNTIME_API_API_SHAPES_H
#define RUNTIME_API_API_SHAPES_H

#include "asl/resource/resource.h"
#include "parsers/base/buf.h"
#include "parsers/json/json.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * What the operations of AWS's services answer, as far as TestState looks at mocked results.
 *
 * A shape is a list "Name:type,Name!:type", where ! marks what is always there. A type is
 *     s<MIN    a text of at least MIN characters; times and bytes are texts
 *     n<MIN>MAX a number
 *     b        true or false
 *     =A|B     one of these texts
 *     [type    a list of them
 *     {type    an object of them, by keys of its own
 *     Name     a shape of the same service
 *     *        anything
 */
struct api_shape {
    const char *name; /* "service:operation", or "service/Name" of one that others have in them */
    const char *members;
};

/* By name, as strcmp sorts. */
extern const struct api_shape api_shapes[];
extern const size_t api_shape_count;

/*
 * Returns whether `v` can be the result of a Task with that Resource; with `required` all that is
 * always there must be. False with AWS's words for what is wrong in `why`. The result of an
 * operation that is not in the table can be anything.
 */
bool api_shape_check(const struct asl_resource *r, const json *v, bool required, struct buf *why);

#endif
