#ifndef RUNTIME_STORE_POSTGRESQL_STORE_POSTGRESQL_H
#define RUNTIME_STORE_POSTGRESQL_STORE_POSTGRESQL_H

#include "runtime/store/store.h"

/*
 * Opens a store in a database of PostgreSQL (13 or newer), by its URL as libpq takes it. Its tables
 * are made where there are none, in the first schema of the search path. One process at a time owns
 * the database, by a lease: docs/cluster.md. NULL with *why filled when it can't be opened
 * (STORE_OPEN), another process owns it (STORE_BUSY, once that has been seen to renew its lease),
 * or a newer version has written it (STORE_NEWER). Messages never have the password.
 *
 * STORE_NORMAL: the server may tell of a commit before it is on its disk.
 */
store *store_postgresql_open(const char *url, enum store_durability durability, struct diag *why);
/*
 * Looks at such a store as it is now, without changing it; a server may have it and go on. NULL
 * with *why filled where there is none, or its tables are not those of this version. What is put in
 * is not kept.
 */
store *store_postgresql_look(const char *url, struct diag *why);
/* Returns whether --store means a database by that name: postgresql://… or postgres://…. */
bool store_postgresql_takes(const char *name);

#endif
