/*
 * Finds the kind of store that a name is meant for. Whoever opens stores by name comes here, so
 * that only the table in stores.h knows which stores there are.
 */
#include "runtime/stores/stores.h"

#include "parsers/base/count.h"

#include <string.h>

static bool stores_memory_takes(const char *name)
{
    return strcmp(name, ":memory:") == 0;
}

static store *stores_memory_open(const char *name, enum store_durability durability,
                                 struct diag *why)
{
    (void)name;
    (void)durability;
    (void)why;
    return store_memory_new();
}

#define STORE_KIND(argument, takes, open, kept, help) {argument, takes, open, kept},

static const struct store_kind kinds[] = {STORE_KINDS(STORE_KIND)};

const struct store_kind *stores_kind_at(size_t i)
{
    return i < COUNT(kinds) ? &kinds[i] : NULL;
}

const struct store_kind *stores_kind_of(const char *name)
{
    for (size_t i = COUNT(kinds); i-- > 0;)
        if (kinds[i].takes(name))
            return &kinds[i];
    return NULL;
}

store *stores_open(const char *name, enum store_durability durability, struct diag *why)
{
    const struct store_kind *kind = stores_kind_of(name);

    if (kind)
        return kind->open(name, durability, why);
    diag_set(why, "STORE_UNKNOWN", 0, "unknown store kind '%s': a store is %s", name,
             STORES_ARGUMENT);
    return NULL;
}
