#ifndef RUNTIME_SERVE_ROUTE_H
#define RUNTIME_SERVE_ROUTE_H

#include "parsers/json/json.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Which state machine answers which HTTP request, as a routes file says; no sockets:
 *
 *     {"routes": [
 *       {"path": "/orders/{id}", "methods": ["GET", "POST"], "stateMachine": "order"},
 *       {"path": "/files/{proxy+}", "stateMachine": "files", "timeoutSeconds": 60},
 *       {"path": "$default", "stateMachine": "proxy", "input": "body"}
 *     ]}
 *
 * A path's part is text, {name} for one that is not empty, or, last, {name+} for one or more;
 * $default is any path. Of several that fit, the route that is text for longer serves, then {name},
 * then {name+}, then $default; one that lists the method before one without methods.
 */
typedef struct routes routes;

struct route {
    const char *path;    /* as it was written */
    const char *machine; /* the state machine's name or ARN */
    int64_t timeout_ms;
    bool body_only; /* its input is the request's body; else the whole request */
    bool lists_methods;
    bool open;       /* whoever reaches the port may use it, not this machine alone */
    bool cross_site; /* pages of other origins may use it, too */
};

/* Reads the text of the file `name`. NULL with *why filled: "FILE:LINE:COLUMN: …" (ROUTES_FILE). */
routes *routes_parse(const char *name, const char *text, size_t len, struct diag *why);
void routes_free(routes *r);

enum route_found {
    ROUTE_FOUND,
    ROUTE_NONE,         /* no route has such a path */
    ROUTE_OTHER_METHOD, /* those that have are for other methods: they are in `allow` */
    ROUTE_BAD_PATH,     /* a %XX is none, or what they make is no UTF-8 */
};

/*
 * Finds the route of a request; `path` is undecoded. ROUTE_FOUND: *out is good as long as `r`, and
 * *parameters is an object with the values of the path's {name}s, yours, or NULL if it has none.
 * ROUTE_OTHER_METHOD: `allow` gains the methods, as in "GET, POST". `parameters` and `allow` may be
 * NULL.
 */
enum route_found routes_find(const routes *r, const char *method, const char *path,
                             const struct route **out, json **parameters, struct buf *allow);

#endif
