#ifndef RUNTIME_STORES_STORES_H
#define RUNTIME_STORES_STORES_H

#include "runtime/store/postgresql/store_postgresql.h"
#include "runtime/store/sqlite/store_check.h"
#include "runtime/store/store.h"

/*
 * The kinds of stores, one row each: what --store takes for it, as --help shows that; what tells
 * whether a name is of that kind; what opens it, and what only looks at it; whether its state
 * outlives the process; its line for --help. FILE stands first and takes nearly each name, so a
 * name is of the last kind that takes it. Service, --help and messages read these rows: a new store
 * gets a row here, and is named nowhere else.
 */
/* clang-format off */
#define STORE_KINDS(KIND)                                                                          \
    KIND("FILE", store_sqlite_takes, store_sqlite_open, store_sqlite_look, true,                   \
         "FILE is an SQLite file, made if there is none")                                         \
    KIND(":memory:", stores_memory_takes, stores_memory_open, NULL, false,                         \
         ":memory: keeps it in memory only")                                                       \
    KIND("postgresql://HOST/NAME", store_postgresql_takes, store_postgresql_open,                  \
         store_postgresql_look, true,                                                              \
         "postgresql://HOST/NAME is a database of PostgreSQL, for one server at a time")
/* clang-format on */

struct store_kind {
    const char *argument;
    bool (*takes)(const char *name);
    /* NULL with *why filled when it can't be opened. */
    store *(*open)(const char *name, enum store_durability durability, struct diag *why);
    /* The same, but that it must be there, and isn't changed. NULL: nothing is ever there. */
    store *(*look)(const char *name, struct diag *why);
    bool kept;
};

/* Returns kind `i` of all; NULL behind the last. */
const struct store_kind *stores_kind_at(size_t i);
/* Returns the kind that takes the name; NULL: none does. */
const struct store_kind *stores_kind_of(const char *name);
/* Opens the store of that name. NULL with *why filled when that fails: STORE_UNKNOWN where no kind
 * takes the name, else as its kind says. */
store *stores_open(const char *name, enum store_durability durability, struct diag *why);
/* Looks at the store of that name, which must be there, as it is; a server may have it. */
store *stores_look(const char *name, struct diag *why);

/* Adds the name of a store as it may be shown: a URL without its password. */
void stores_add_shown(struct buf *out, const char *name);

/* For a row of options: "FILE|:memory:", and a line for each kind, with a '\n' before it. */
#define STORES_ARGUMENT (&(STORE_KINDS(STORES_ADD_ARGUMENT))[1])
#define STORES_HELP STORE_KINDS(STORES_ADD_HELP)
#define STORES_ADD_ARGUMENT(argument, takes, open, look, kept, help) "|" argument
#define STORES_ADD_HELP(argument, takes, open, look, kept, help) "\n" help

#endif
