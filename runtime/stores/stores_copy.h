#ifndef RUNTIME_STORES_STORES_COPY_H
#define RUNTIME_STORES_STORES_COPY_H

#include "runtime/store/store.h"

struct stores_copied {
    uint64_t executions, events, records, left_out;
};
/* Hears of an execution that can't be copied. `arn` is "" where not even that can be read. */
typedef void stores_left_out(void *user, uint64_t execution, const char *arn, const char *why);

/* Returns whether there is nothing in a store. False with *why filled (STORE_READ), or with
 * why->code NULL: there is something. */
bool stores_is_empty(store *s, struct diag *why);

/*
 * Copies all that is in `from` to `to`, which is empty: executions with their numbers, histories
 * and tokens, and records. It is one commit: all of it is there, or nothing. An execution that is
 * damaged is told, and left out. False with *why filled: what could not be read, or kept.
 */
bool stores_copy(store *from, store *to, stores_left_out *tell, void *user,
                 struct stores_copied *out, struct diag *why);

#endif
