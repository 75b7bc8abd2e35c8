#ifndef RUNTIME_SHAPES_SHAPES_H
#define RUNTIME_SHAPES_SHAPES_H

#include "asl/resource/resource.h"
#include "parsers/base/buf.h"
#include "parsers/json/json.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * What the operations of AWS's services answer, to hold mocked results against.
 *
 * A shape is a list "Name:type,Name!:type", where ! marks what is always there. A type is
 *     s<MIN    a text of at least MIN characters; bytes are texts
 *     t        a time: a text, in results of executions a number, too
 *     n<MIN>MAX a number
 *     b        true or false
 *     =A|B     one of these texts
 *     [type    a list of them
 *     {type    an object of them, by keys of its own
 *     Name     a shape of the same service
 *     *        anything
 */
struct aws_shape {
    /* "service:operation", "service:operation.sync" of what comes of a job, or "service/Name" of
     * one that others have in them. */
    const char *name;
    const char *members;
    const char *needs; /* a member that results of executions have if the service did what it was
                          asked; NULL: none */
};

/* By name, as strcmp sorts. */
extern const struct aws_shape aws_shapes[];
extern const size_t aws_shape_count;

/* Which answer. */
enum aws_shape_moment {
    AWS_SHAPE_MOCKED,    /* what TestState takes for the result */
    AWS_SHAPE_SUBMITTED, /* what the service says when it takes the call on */
    AWS_SHAPE_RESULT,    /* the Task's result in an execution */
};

/* Returns the shape of an answer to a Task with that Resource; NULL: it can be anything. */
const struct aws_shape *aws_shape_find(const struct asl_resource *r, enum aws_shape_moment moment);

struct aws_shape_rules {
    bool required;  /* all that is always there must be */
    bool execution; /* as executions have it, and not as TestState takes it: times may be numbers,
                       the answer is an object, a name that is right but for its capitals is told */
    bool open;      /* text {% … %} stands for any value */
};

enum { AWS_SHAPE_DEPTH = 32 };

/* What is wrong: AWS's words, and where: indexes of members and elements, the innermost first, of
 * as many levels as there is room for. Empty is {0}. */
struct aws_shape_fault {
    struct buf why;
    size_t trail[AWS_SHAPE_DEPTH], depth;
    bool name;          /* it is the name of the last member */
    const char *needed; /* the member that is missing, if it is that of `needs` */
};

/* Returns whether `v` has the shape; false with *fault filled. */
bool aws_shape_fits(const struct aws_shape *s, const json *v, const struct aws_shape_rules *rules,
                    struct aws_shape_fault *fault);

#endif
