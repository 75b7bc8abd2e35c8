#include "tests/support/store_kinds.h"

#include <check.h>

store *store_kind_open(int kind, const struct folder *folder)
{
    const struct store_kind *k = stores_kind_at((size_t)kind);
    struct diag why = {0};

    /* A kind that doesn't take the file's name is opened by the one name that --help shows. */
    store *s = k->open(k->takes(folder->file) ? folder->file : k->argument, STORE_NORMAL, &why);
    ck_assert_msg(s != NULL, "%s", why.text);
    return s;
}

bool store_kind_is_kept(int kind)
{
    return stores_kind_at((size_t)kind)->kept;
}
