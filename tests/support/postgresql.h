#ifndef TESTS_SUPPORT_POSTGRESQL_H
#define TESTS_SUPPORT_POSTGRESQL_H

#include "parsers/base/buf.h"
#include "tests/support/folder.h"

#include <stdbool.h>

/*
 * A PostgreSQL server of the suite's own (tests/support/postgresql-server), which ends with it.
 * Each test's folder stands for a schema of its name.
 */

/* Starts the server, unless it runs. False: it isn't installed, which is said once. The first call
 * is to be made before tests run: what a test starts would be its own. */
bool postgresql_runs(void);
/* Adds the URL by which a store of the folder is opened; makes its schema if there is none. */
void postgresql_add_url(struct buf *out, const struct folder *folder);
/* Adds one that reaches the server by another folder, in which somebody stands between. */
void postgresql_add_url_by(struct buf *out, const struct folder *folder, const char *socket_folder);
/* Returns the folder of the server's own socket. A look. */
const char *postgresql_socket_folder(void);
/* Runs SQL on the folder's schema, as another client; must succeed. Returns the first column of the
 * first row, to be freed by mem_free; NULL: there is none. */
char *postgresql_run(const struct folder *folder, const char *sql);
/* Kills the server as a crash would, and starts it again. */
void postgresql_restart(void);

#endif
