#include "tests/support/store_kinds.h"

#include "tests/support/postgresql.h"

#include <check.h>

_Static_assert(POSTGRESQL == ALL_KINDS - 1, "what may be missing is the last");

int store_kinds(void)
{
    return postgresql_runs() ? ALL_KINDS : ALL_KINDS - 1;
}

store *store_kind_open(int kind, const struct folder *folder)
{
    const struct store_kind *k = stores_kind_at((size_t)kind);
    struct diag why = {0};
    struct buf url = {0};

    /* A kind that doesn't take the file's name is opened by the one name that --help shows, unless
     * it is a database. */
    if (kind == POSTGRESQL)
        postgresql_add_url(&url, folder);
    const char *name = k->takes(folder->file) ? folder->file : k->argument;
    store *s = k->open(kind == POSTGRESQL ? buf_str(&url) : name, STORE_NORMAL, &why);
    ck_assert_msg(s != NULL, "%s", why.text);
    buf_clear(&url);
    return s;
}

bool store_kind_is_kept(int kind)
{
    return stores_kind_at((size_t)kind)->kept;
}
