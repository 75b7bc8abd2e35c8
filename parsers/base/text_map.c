/*
 * A hash map by text. Keys are looks that have to stay as long as their entry; each entry keeps its
 * hash, so that growing compares no texts. The table has at least as many buckets as entries, and
 * never shrinks.
 */

#include "parsers/base/text_map.h"

#include "parsers/base/mem.h"

#include <stdint.h>
#include <string.h>

struct text_entry {
    uint64_t hash;
    const char *key;
    void *thing;
    struct text_entry *next;
};

enum { FIRST_ROOM = 16 }; /* a power of two, as all rooms are */

/* FNV-1a. Keys that a client chooses can collide on purpose; a chain then costs that client. */
static uint64_t text_map_hash_of(const char *key)
{
    uint64_t h = 0xcbf29ce484222325u;

    for (; *key; key++)
        h = (h ^ (unsigned char)*key) * 0x100000001b3u;
    return h ^ h >> 32;
}

static void link_in(struct text_map *m, struct text_entry *e)
{
    size_t bucket = e->hash & (m->room - 1);
    struct text_entry **at = &m->buckets[bucket];

    if (bucket < m->lowest)
        m->lowest = bucket;
    e->next = *at;
    *at = e;
}

/* Entries move by the hash that they keep; no key is read. */
static void text_map_make_room(struct text_map *m)
{
    struct text_entry **old = m->buckets;
    size_t room = m->room;

    m->room = room ? 2 * room : FIRST_ROOM;
    m->buckets = mem_calloc(m->room, sizeof *m->buckets);
    for (size_t i = 0; i < room; i++)
        for (struct text_entry *e = old[i], *next; e; e = next) {
            next = e->next;
            link_in(m, e);
        }
    mem_free(old);
}

void text_map_put(struct text_map *m, const char *key, void *thing)
{
    struct text_entry *e = mem_alloc(sizeof *e);

    if (m->count == m->room)
        text_map_make_room(m);
    *e = (struct text_entry){.hash = text_map_hash_of(key), .key = key, .thing = thing};
    link_in(m, e);
    m->count++;
}

/* Where the entry is linked; NULL without one. */
static struct text_entry **text_map_find(const struct text_map *m, const char *key)
{
    if (!m->count)
        return NULL;
    uint64_t hash = text_map_hash_of(key);
    struct text_entry **at = &m->buckets[hash & (m->room - 1)];
    while (*at && ((*at)->hash != hash || strcmp((*at)->key, key) != 0))
        at = &(*at)->next;
    return *at ? at : NULL;
}

void *text_map_get(const struct text_map *m, const char *key)
{
    struct text_entry **at = text_map_find(m, key);

    return at ? (*at)->thing : NULL;
}

static void *text_map_unlink_at(struct text_map *m, struct text_entry **at)
{
    struct text_entry *e = *at;
    void *thing = e->thing;

    *at = e->next;
    mem_free(e);
    m->count--;
    return thing;
}

void *text_map_take(struct text_map *m, const char *key)
{
    struct text_entry **at = text_map_find(m, key);

    return at ? text_map_unlink_at(m, at) : NULL;
}

/* No bucket below `lowest` has an entry, so emptying a map walks over the table once. */
void *text_map_take_any(struct text_map *m)
{
    if (!m->count)
        return NULL;
    while (!m->buckets[m->lowest])
        m->lowest++;
    return text_map_unlink_at(m, &m->buckets[m->lowest]);
}

void text_map_clear(struct text_map *m)
{
    while (text_map_take_any(m))
        continue;
    mem_free(m->buckets);
    *m = (struct text_map){0};
}
