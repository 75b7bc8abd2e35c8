#ifndef RUNTIME_SERVE_HTTP_EVENT_H
#define RUNTIME_SERVE_HTTP_EVENT_H

#include "parsers/base/arena.h"
#include "parsers/json/json.h"
#include "runtime/http/message.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * An HTTP request as a value, and a value as the answer to one: what a Lambda function behind a
 * function URL or an HTTP API gets and gives, payload format 2.0. No sockets, no clock.
 */

struct http_event {
    const struct http_message *message;
    const char *peer;       /* "127.0.0.1:50123" */
    const char *route;      /* the path of the route, "$default" */
    bool lists_methods;     /* the route lists its methods */
    const json *parameters; /* of the path; NULL: none */
    const char *request_id;
    const char *account; /* NULL: "anonymous" */
    int64_t now_ms;
};

/* Returns the request as an event. */
json *http_event_json(const struct http_event *e);

/* An answer, made from an execution's output. */
struct http_event_answer {
    int status;
    struct http_header *headers; /* in the arena; texts too */
    size_t header_count;
    struct buf body;
    struct arena arena;
};

/*
 * Makes the answer of an output. An object with a statusCode says what to answer: statusCode,
 * headers (texts, numbers, booleans), cookies (an array of texts), body, isBase64Encoded. A body
 * that is no text is sent as JSON. Any other output is sent as JSON, with 200. False with *why
 * filled, and nothing to clear, when one of these members is no good.
 */
bool http_event_answer(const json *output, struct http_event_answer *out, struct diag *why);
void http_event_answer_clear(struct http_event_answer *a);

#endif
