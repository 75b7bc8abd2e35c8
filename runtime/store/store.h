#ifndef RUNTIME_STORE_STORE_H
#define RUNTIME_STORE_STORE_H

#include "parsers/diag.h"
#include "runtime/core/event.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Where histories are kept. The engine appends what a turn brought, commits once, and lets replies
 * and tasks out after that.
 */
typedef struct store store;

/* In memory: for `run` and `test`. Nothing outlives the process. */
store *store_memory_new(void);
void store_free(store *s);

/* Adds events of an execution, in order; good after the next store_commit. Takes the events'
 * values, not the array. */
void store_append(store *s, uint64_t execution, struct rt_event *events, size_t count);
/* False with *why filled when what was appended is not kept: then nothing of it may leave. */
bool store_commit(store *s, struct diag *why);

/* Looks at the events of an execution from `seq` on, in order, until `visit` returns false. */
typedef bool store_visit(void *user, const struct rt_event *e);
void store_read(const store *s, uint64_t execution, uint64_t seq, store_visit *visit, void *user);
/* Forgets an execution. */
void store_forget(store *s, uint64_t execution);

#endif
