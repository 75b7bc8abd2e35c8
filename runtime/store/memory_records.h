#ifndef RUNTIME_STORE_MEMORY_RECORDS_H
#define RUNTIME_STORE_MEMORY_RECORDS_H

#include "runtime/store/store.h"

/* The records of the store in memory, by kind and key. */
struct memory_records {
    struct memory_record *list;
    size_t count, cap;
};

/* Sets a record; `text` NULL: drops it. */
void memory_records_put(struct memory_records *r, const char *kind, const char *key,
                        const char *text, size_t len);
/* Adds the record's text to `out`; false: there is none. */
bool memory_records_get(const struct memory_records *r, const char *kind, const char *key,
                        struct buf *out);
/* Visits the records of a kind behind the key `after` (NULL: from the first on). */
void memory_records_visit(const struct memory_records *r, const char *kind, const char *after,
                          store_visit_record *visit, void *user);
/* Returns the first kind behind `kind` that has records, a look; NULL: there is none. */
const char *memory_records_next_kind(const struct memory_records *r, const char *kind);
void memory_records_clear(struct memory_records *r);

#endif
