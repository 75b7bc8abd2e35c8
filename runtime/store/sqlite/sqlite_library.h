#ifndef RUNTIME_STORE_SQLITE_SQLITE_LIBRARY_H
#define RUNTIME_STORE_SQLITE_SQLITE_LIBRARY_H

#include "parsers/base/library.h"

#include <sqlite3.h>
#include <stdbool.h>

/*
 * SQLite, loaded when the first store in a file is opened: see parsers/base/library.h. Functions
 * have their names without the "sqlite3_".
 */
#define SQLITE_FUNCTIONS(_)                                                                        \
    _(sqlite3_, bind_blob)                                                                         \
    _(sqlite3_, bind_int)                                                                          \
    _(sqlite3_, bind_int64)                                                                        \
    _(sqlite3_, bind_text64)                                                                       \
    _(sqlite3_, busy_timeout)                                                                      \
    _(sqlite3_, changes)                                                                           \
    _(sqlite3_, clear_bindings)                                                                    \
    _(sqlite3_, close)                                                                             \
    _(sqlite3_, column_blob)                                                                       \
    _(sqlite3_, column_bytes)                                                                      \
    _(sqlite3_, column_count)                                                                      \
    _(sqlite3_, column_int)                                                                        \
    _(sqlite3_, column_int64)                                                                      \
    _(sqlite3_, column_text)                                                                       \
    _(sqlite3_, column_type)                                                                       \
    _(sqlite3_, config)                                                                            \
    _(sqlite3_, errcode)                                                                           \
    _(sqlite3_, errmsg)                                                                            \
    _(sqlite3_, exec)                                                                              \
    _(sqlite3_, extended_errcode)                                                                  \
    _(sqlite3_, finalize)                                                                          \
    _(sqlite3_, limit)                                                                             \
    _(sqlite3_, open_v2)                                                                           \
    _(sqlite3_, prepare_v2)                                                                        \
    _(sqlite3_, prepare_v3)                                                                        \
    _(sqlite3_, reset)                                                                             \
    _(sqlite3_, step)                                                                              \
    _(sqlite3_, wal_checkpoint_v2)                                                                 \
    _(sqlite3_, wal_hook)

struct sqlite_library {
    SQLITE_FUNCTIONS(LIBRARY_MEMBER)
};

/* One for the whole process: none of it is there before sqlite_library_load has returned true. */
extern struct sqlite_library sqlite;

/* Returns false with *why filled when it can't be loaded. */
bool sqlite_library_load(struct diag *why);

#endif
