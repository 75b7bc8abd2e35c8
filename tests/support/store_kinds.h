#ifndef TESTS_SUPPORT_STORE_KINDS_H
#define TESTS_SUPPORT_STORE_KINDS_H

#include "runtime/stores/stores.h"
#include "tests/support/folder.h"

/*
 * The kinds of stores that suites run on: the rows of runtime/stores/stores.h, by their numbers. A
 * suite that goes through all of them runs on a new kind, too.
 */
#define STORE_KIND_NUMBER(argument, takes, open, look, kept, help) KIND_##open,
enum { STORE_KINDS(STORE_KIND_NUMBER) ALL_KINDS };

/* Those that tests mean when what they look at is of one kind. */
enum {
    SQLITE = KIND_store_sqlite_open,
    MEMORY = KIND_stores_memory_open,
    POSTGRESQL = KIND_store_postgresql_open
};

/* How many of them can be had here: PostgreSQL, which is last, needs its server, which is started
 * when this is first asked; so main() asks before tests run. */
#define KINDS store_kinds()
int store_kinds(void);

/* Opens a store of the kind, in the folder if it is a file. The test fails when that fails. */
store *store_kind_open(int kind, const struct folder *folder);
/* Returns whether what is in a store of the kind outlives the process. */
bool store_kind_is_kept(int kind);

#endif
