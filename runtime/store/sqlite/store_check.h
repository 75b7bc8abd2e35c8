#ifndef RUNTIME_STORE_SQLITE_STORE_CHECK_H
#define RUNTIME_STORE_SQLITE_STORE_CHECK_H

#include "runtime/store/store.h"

/*
 * Looks at a store's file without changing it; a server may have it meanwhile. As
 * store_sqlite_open, but that it must be there. What is put in is not kept.
 */
store *store_sqlite_look(const char *path, struct diag *why);

/* Where what is wrong is not with a row. */
#define STORE_FILE "the file"
/* What of the store is wrong: `where` names the row. */
typedef void store_tell(void *user, const char *where, const char *what);

struct store_counts {
    uint64_t executions, rows, definitions;
    size_t bad_tables, bad_indexes; /* those that can't be read to their ends */
};

/*
 * Looks at each row of one that store_sqlite_look has opened: the file itself, definitions,
 * executions with their histories, events and tokens that nobody has. Records are for who knows
 * what they mean. False with *why filled: it could not be read to its end.
 */
bool store_check(store *s, store_tell *tell, void *user, struct store_counts *counts,
                 struct diag *why);

/*
 * Makes the indexes of a store's file anew from its tables, which must be whole; `count` of them.
 * Nobody else may have it meanwhile. False with *why filled: it could not be done.
 */
bool store_sqlite_mend(const char *path, size_t *count, struct diag *why);

#endif
