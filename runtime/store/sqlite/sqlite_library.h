#ifndef RUNTIME_STORE_SQLITE_SQLITE_LIBRARY_H
#define RUNTIME_STORE_SQLITE_SQLITE_LIBRARY_H

#include "parsers/base/diag.h"

#include <sqlite3.h>
#include <stdbool.h>

/*
 * SQLite, loaded when the first store in a file is opened: see parsers/base/library.h. Functions
 * have their names without the "sqlite3_".
 */
#define SQLITE_FUNCTIONS(_)                                                                        \
    _(bind_blob)                                                                                   \
    _(bind_int)                                                                                    \
    _(bind_int64)                                                                                  \
    _(bind_text64)                                                                                 \
    _(busy_timeout)                                                                                \
    _(changes)                                                                                     \
    _(clear_bindings)                                                                              \
    _(close)                                                                                       \
    _(column_blob)                                                                                 \
    _(column_bytes)                                                                                \
    _(column_count)                                                                                \
    _(column_int)                                                                                  \
    _(column_int64)                                                                                \
    _(column_text)                                                                                 \
    _(column_type)                                                                                 \
    _(errcode)                                                                                     \
    _(errmsg)                                                                                      \
    _(exec)                                                                                        \
    _(extended_errcode)                                                                            \
    _(finalize)                                                                                    \
    _(limit)                                                                                       \
    _(open_v2)                                                                                     \
    _(prepare_v2)                                                                                  \
    _(prepare_v3)                                                                                  \
    _(reset)                                                                                       \
    _(step)                                                                                        \
    _(wal_checkpoint_v2)                                                                           \
    _(wal_hook)

struct sqlite_library {
#define SQLITE_MEMBER(name) __typeof__(sqlite3_##name) *name;
    SQLITE_FUNCTIONS(SQLITE_MEMBER)
#undef SQLITE_MEMBER
};

/* One for the whole process: none of it is there before sqlite_library_load has returned true. */
extern struct sqlite_library sqlite;

/* Returns false with *why filled when it can't be loaded. */
bool sqlite_library_load(struct diag *why);

#endif
