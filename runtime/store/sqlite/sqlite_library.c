#include "runtime/store/sqlite/sqlite_library.h"

#include "parsers/base/library.h"

struct sqlite_library sqlite;

static void sqlite_library_find(struct library *l)
{
#define SQLITE_FIND(name) library_find(l, "sqlite3_" #name, &sqlite.name);
    SQLITE_FUNCTIONS(SQLITE_FIND)
#undef SQLITE_FIND
}

/* SQLite keeps its ABI under this name since 2004. */
static struct library library = {
    .soname = "libsqlite3.so.0", .user = "A store in a file", .find = sqlite_library_find};

bool sqlite_library_load(struct diag *why)
{
    return library_load(&library, why);
}
