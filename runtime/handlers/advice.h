#ifndef RUNTIME_HANDLERS_ADVICE_H
#define RUNTIME_HANDLERS_ADVICE_H

#include "runtime/handlers/integration.h"

/* What people are told about handlers: advice.c. */

/* Fails a Task that nobody serves, and says what would let somebody: `also` is what a kind of
 * handler has to say to that; it may be empty. */
void advice_missing(handlers *h, const struct handler_input *v, const struct diag *also,
                    struct task_result *failed);
/* Adds how a folder becomes a bucket: "give --bucket NAME=FOLDER, or ". Of an ARN or URI in place
 * of the name it says that first. */
void advice_bucket(struct buf *out, const char *bucket);
/* Logs a line unless the set has logged the same before: a Map may run a state thousands of times.
 */
void advice_once(handlers *h, const char *execution, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Logs once what the service of a Task never says, where a mock gives it: `value`, or the name
 * `error`; the other one is NULL. */
void advice_mock(handlers *h, const char *execution, const char *state,
                 const struct asl_resource *r, const json *value, const json *error);
/* Logs once that the row's service is asked by a Task whose token nobody brings. */
void advice_token(const struct handler_row *row, const struct task *t);

#endif
