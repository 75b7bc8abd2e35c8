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

#define STORE_KIND(argument, takes, open, look, kept, help) {argument, takes, open, look, kept},

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

/* In front of the host, and among the options: "password=", "sslpassword=". */
void stores_add_shown(struct buf *out, const char *name)
{
    static const char option[] = "password=";
    const char *url = strstr(name, "://");
    const char *host = url ? url + 3 : name;
    size_t to_host = strcspn(host, "/?");
    const char *at = NULL;

    for (size_t i = 0; url && i < to_host; i++)
        if (host[i] == '@')
            at = host + i;
    const char *colon = at ? memchr(host, ':', (size_t)(at - host)) : NULL;
    if (colon) {
        buf_add(out, name, (size_t)(colon - name));
        name = at;
    }
    for (const char *hit; url && (hit = strstr(name, option)); name = hit + strcspn(hit, "&"))
        buf_add(out, name, (size_t)(hit - name) + sizeof option - 1);
    buf_adds(out, name);
}

/* Returns NULL. */
static store *refuse_name(const char *name, struct diag *why)
{
    struct buf shown = {0};

    stores_add_shown(&shown, name);
    diag_set(why, "STORE_UNKNOWN", 0, "unknown store kind '%s': a store is %s", buf_str(&shown),
             STORES_ARGUMENT);
    buf_clear(&shown);
    return NULL;
}

store *stores_open(const char *name, enum store_durability durability, struct diag *why)
{
    const struct store_kind *kind = stores_kind_of(name);

    return kind ? kind->open(name, durability, why) : refuse_name(name, why);
}

store *stores_look(const char *name, struct diag *why)
{
    const struct store_kind *kind = stores_kind_of(name);

    if (!kind)
        return refuse_name(name, why);
    if (kind->look)
        return kind->look(name, why);
    diag_set(why, "STORE_OPEN", 0, "%s: nothing of it outlives a process", name);
    return NULL;
}
