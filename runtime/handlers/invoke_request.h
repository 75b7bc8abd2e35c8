#ifndef RUNTIME_HANDLERS_INVOKE_REQUEST_H
#define RUNTIME_HANDLERS_INVOKE_REQUEST_H

#include "runtime/aws/aws.h"
#include "runtime/handlers/handlers_impl.h"

/*
 * The HTTP request of http:invoke and apigateway:invoke: made of the Task's parameters and of what
 * the connection adds.
 */
struct invoke_request {
    /* Given, and looked at as long as it is in use. */
    const json *parameters;
    const struct connection *connection; /* NULL: none */
    bool gateway;
    bool no_stage; /* the gateway's stage is no part of the path */
    const char
        *base; /* where the API is instead; NULL, not for a gateway: where the parameters say */
    const char *region;

    /* Made. */
    const char *method;
    struct buf url, query, body; /* the query is part of the URL, too */
    struct sigv4_header headers[AWS_MAX_HEADERS];
    size_t header_count;
    json *strings[2 * AWS_MAX_HEADERS]; /* what the headers look at */
    size_t string_count;
};

/* Makes the request, which is to be cleared in either case. Returns false with *why (may be NULL)
 * filled when something is wrong with the parameters. */
bool invoke_request_make(struct invoke_request *q, struct diag *why);
void invoke_request_clear(struct invoke_request *q);

/* Returns the text of a member that is a string without a NUL; NULL: there is none. `v` may be
 * NULL, or no object. */
const char *invoke_text(const json *v, const char *name);
const json *invoke_member(const json *v, const char *name);
/* Adds the members of an object (NULL: none) to a query; an array repeats its name. */
void invoke_request_add_query(struct buf *out, const json *query);

#endif
