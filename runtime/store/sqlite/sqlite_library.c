/* Loads SQLite: a process that keeps no store in a file does without. */
#include "runtime/store/sqlite/sqlite_library.h"

struct sqlite_library sqlite;

static void sqlite_library_find(struct library *library)
{
    struct sqlite_library *functions = &sqlite;

    SQLITE_FUNCTIONS(LIBRARY_FIND)
    /* Nobody asks how much memory it has, which it would count at each allocation, under a lock. */
    if (functions->config)
        functions->config(SQLITE_CONFIG_MEMSTATUS, 0);
}

/* SQLite keeps its ABI under this name since 2004. */
static struct library library = {
    .soname = "libsqlite3.so.0", .user = "A store in a file", .find = sqlite_library_find};

bool sqlite_library_load(struct diag *why)
{
    return library_load(&library, why);
}
