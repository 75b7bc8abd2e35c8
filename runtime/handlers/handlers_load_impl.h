#ifndef RUNTIME_HANDLERS_HANDLERS_LOAD_IMPL_H
#define RUNTIME_HANDLERS_HANDLERS_LOAD_IMPL_H

#include "runtime/base/config_file.h"
#include "runtime/handlers/handlers_impl.h"

/* What reads a handlers file: handlers_load.c its rows, handlers_load_http.c their fields that are
 * of servers, connections_load.c its connections. */

struct reader {
    struct config_file file;
    handlers *h;
    char *folder; /* the file's, absolute */
};

/* Returns a string's text with its ${NAME}s replaced, in the set's arena; NULL when it is refused.
 */
const char *handlers_text(struct reader *r, const json *v, struct place at, const char *field);

/* Read a field of a row that has a server. Return false when it is refused. */
bool handlers_read_headers(struct reader *r, struct handler_row *w, const json *v,
                           const struct json_places *at);
bool handlers_read_http(struct reader *r, struct handler_row *w, const json *v,
                        const struct json_places *at);
bool handlers_read_lambda_endpoint(struct reader *r, struct handler_row *w, const json *v,
                                   const struct json_places *at);
bool handlers_read_endpoint(struct reader *r, struct handler_row *w, const json *v,
                            const struct json_places *at);
bool handlers_read_method(struct reader *r, struct handler_row *w, const json *v,
                          const struct json_places *at);
bool handlers_read_function(struct reader *r, struct handler_row *w, const json *v,
                            const struct json_places *at);
bool handlers_read_host(struct reader *r, struct handler_row *w, const json *v,
                        const struct json_places *at);
bool handlers_read_stage(struct reader *r, struct handler_row *w, const json *v,
                         const struct json_places *at);
bool handlers_read_poll(struct reader *r, struct handler_row *w, const json *v,
                        const struct json_places *at);
/* Refuses fields that are of APIs in a row, at `at`, whose resource is for none. */
bool handlers_check_api_fields(struct reader *r, const struct handler_row *w, struct place at);

/* Adds `list`'s connections, in their order, behind those that are there already. */
bool connections_read(struct reader *r, const json *list, const struct json_places *at);

#endif
