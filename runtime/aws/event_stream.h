#ifndef RUNTIME_AWS_EVENT_STREAM_H
#define RUNTIME_AWS_EVENT_STREAM_H

#include "parsers/base/diag.h"

#include <stdbool.h>
#include <stddef.h>

/* A look at bytes. */
struct aws_span {
    const char *at;
    size_t len;
};

bool aws_span_is(struct aws_span s, const char *text);

/* An event of a stream; its parts are looks, and empty where it has none. */
struct aws_event {
    struct aws_span kind;    /* "event", "exception" or "error" */
    struct aws_span type;    /* of the event or the exception; an error's code */
    struct aws_span message; /* an error's */
    struct aws_span payload;
};

/* Takes the next event off the stream `rest`. Returns false at its end, or when it is no such
 * stream, with *why filled. */
bool aws_event_next(struct aws_span *rest, struct aws_event *out, struct diag *why);

#endif
