#ifndef RUNTIME_SHAPES_SHAPES_H
#define RUNTIME_SHAPES_SHAPES_H

#include "asl/model/model.h"
#include "asl/resource/resource.h"
#include "parsers/base/buf.h"
#include "parsers/json/json.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * What calls of services answer, to hold mocked results against: the shapes of the services'
 * models, and what Step Functions makes of answers beside them.
 */

/* A member of an answer that Step Functions makes itself. */
struct aws_shape_row {
    const char *name; /* NULL: the end of the rows */
    enum model_kind kind;
};

/*
 * What comes of a job: the operation that describes it, and which part of its answer is the Task's
 * result.
 */
struct aws_shape_job {
    const char *service, *action;
    const char *describe;
    const char *part; /* NULL: all of the answer */
    const char *also; /* a member that Step Functions puts beside; NULL: none */
};

/* What a value may be: a shape of a service, or, without one, what `kind` and `rows` say. A value
 * to be copied. */
struct aws_shape {
    const struct model_service *service; /* NULL: Step Functions' own */
    model_shape_id id;
    enum model_kind kind;             /* MODEL_DOCUMENT: anything */
    const struct aws_shape_row *rows; /* the members of an own structure */
    const char *needs; /* a member that results of executions have if the service did what it was
                          asked; NULL: none */
    bool documents;    /* the texts Input and Output are read: they can be anything */
    const struct aws_shape_job *job; /* it is what comes of a job; NULL: it is none's */
};

/* Which answer. */
enum aws_shape_moment {
    AWS_SHAPE_MOCKED,    /* what TestState takes for the result */
    AWS_SHAPE_SUBMITTED, /* what the service says when it takes the call on */
    AWS_SHAPE_RESULT,    /* the Task's result in an execution */
};

/* Finds the shape of an answer to a Task with that Resource. Returns false when the answer can be
 * anything, as far as is known. */
bool aws_shape_find(const struct asl_resource *r, enum aws_shape_moment moment,
                    struct aws_shape *out);

/*
 * Finds the shape of what is in a value of that shape: of the member of that name, or, with NULL,
 * of a list's elements. Returns false when there is no such thing, or when nothing is known of it.
 */
bool aws_shape_within(const struct aws_shape *s, const json *name, struct aws_shape *out);

struct aws_shape_rules {
    bool required;  /* all that is always there must be */
    bool execution; /* as executions have it, and not as TestState takes it: times may be numbers,
                       the answer is an object, a name that is right but for its capitals is told */
    bool open;      /* text {% … %} stands for any value */
};

enum { AWS_SHAPE_DEPTH = 32 };

/* What is wrong: AWS's words, and where: indexes of members and elements, the innermost first, of
 * as many levels as there is room for. Empty is {0}; `why` is its holder's to clear. */
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
