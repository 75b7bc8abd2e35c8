/*
 * A hash map by number. The nodes belong to whoever puts them in, so that putting in and taking out
 * allocate nothing but the table. It doubles when it has as many nodes as buckets, and never
 * shrinks.
 */

#include "parsers/base/id_map.h"

#include "parsers/base/mem.h"

enum { FIRST_ROOM = 64 };

/* Ids are often consecutive, sometimes with a stride: mix them. */
static size_t id_map_bucket_of(const struct id_map *m, uint64_t id)
{
    id *= UINT64_C(0x9E3779B97F4A7C15);
    return (size_t)(id >> 32) & (m->room - 1);
}

static void link_node(struct id_map *m, struct id_node *n)
{
    size_t bucket = id_map_bucket_of(m, n->id);
    struct id_node **head = &m->buckets[bucket];

    if (bucket < m->lowest)
        m->lowest = bucket;
    n->next = *head;
    *head = n;
}

/* `lowest` starts again with the new table: link_node lowers it as the nodes come over. */
static void id_map_make_room(struct id_map *m)
{
    struct id_map bigger = {.room = m->room ? m->room * 2 : FIRST_ROOM, .count = m->count};

    bigger.buckets = mem_calloc(bigger.room, sizeof *bigger.buckets);
    for (size_t i = 0; i < m->room; i++) {
        struct id_node *n = m->buckets[i];

        while (n) {
            struct id_node *next = n->next;

            link_node(&bigger, n);
            n = next;
        }
    }
    mem_free(m->buckets);
    *m = bigger;
}

void id_map_put(struct id_map *m, struct id_node *n)
{
    if (m->count == m->room)
        id_map_make_room(m);
    link_node(m, n);
    m->count++;
}

static struct id_node **id_map_find(const struct id_map *m, uint64_t id)
{
    struct id_node **at;

    if (!m->count)
        return NULL;
    at = &m->buckets[id_map_bucket_of(m, id)];
    while (*at && (*at)->id != id)
        at = &(*at)->next;
    return *at ? at : NULL;
}

struct id_node *id_map_get(const struct id_map *m, uint64_t id)
{
    struct id_node **at = id_map_find(m, id);

    return at ? *at : NULL;
}

static struct id_node *id_map_unlink_at(struct id_map *m, struct id_node **at)
{
    struct id_node *n = *at;

    *at = n->next;
    n->next = NULL;
    m->count--;
    return n;
}

struct id_node *id_map_take(struct id_map *m, uint64_t id)
{
    struct id_node **at = id_map_find(m, id);

    return at ? id_map_unlink_at(m, at) : NULL;
}

/*
 * No bucket below `lowest` has a node. So taking all of a map, one after the other, walks over the
 * table once and not once for each.
 */
struct id_node *id_map_take_any(struct id_map *m)
{
    if (!m->count)
        return NULL;
    while (!m->buckets[m->lowest])
        m->lowest++;
    return id_map_unlink_at(m, &m->buckets[m->lowest]);
}

void id_map_clear(struct id_map *m)
{
    mem_free(m->buckets);
    *m = (struct id_map){0};
}
