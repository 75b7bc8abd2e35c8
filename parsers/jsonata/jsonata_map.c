/* Objects that an evaluation makes: members in order, and from some size on an index of them. */

#include "parsers/jsonata/jsonata_map.h"

#include "parsers/jsonata/jsonata_region.h"

#include <stdlib.h>
#include <string.h>

enum { SMALL_MAP = 8 };

static uint32_t jsonata_map_hash_of(const json *key)
{
    const char *s = json_str(key);
    uint32_t h = 2166136261u;

    for (size_t n = json_str_len(key); n > 0; n--)
        h = (h ^ (unsigned char)*s++) * 16777619u;
    return h;
}

struct map *map_new(struct evaluation *e, size_t room)
{
    struct map *m = eval_alloc(e, sizeof *m);

    *m = (struct map){.cap = (uint32_t)room};
    if (room)
        m->members = eval_alloc(e, room * sizeof *m->members);
    return m;
}

static void index_add(struct map *m, uint32_t i)
{
    uint32_t slot = m->members[i].hash & m->mask;

    while (m->slots[slot])
        slot = (slot + 1) & m->mask;
    m->slots[slot] = i + 1;
}

/* Twice as many slots as members, so that searches are short and always end at an empty one. */
static void index_build(struct evaluation *e, struct map *m)
{
    uint32_t size = 32;

    while (size < 2 * m->cap)
        size *= 2;
    m->slots = eval_alloc(e, size * sizeof *m->slots);
    memset(m->slots, 0, size * sizeof *m->slots);
    m->mask = size - 1;
    for (uint32_t i = 0; i < m->count; i++) {
        m->members[i].hash = jsonata_map_hash_of(m->members[i].key);
        index_add(m, i);
    }
}

/*
 * Few members are compared one by one: most objects are small, and an index would cost more than it
 * saves.
 */
static struct map_member *map_find(const struct map *m, const json *key)
{
    if (!m->slots) {
        for (uint32_t i = 0; i < m->count; i++)
            if (same_text(m->members[i].key, key))
                return &m->members[i];
        return NULL;
    }
    for (uint32_t slot = jsonata_map_hash_of(key) & m->mask; m->slots[slot];
         slot = (slot + 1) & m->mask)
        if (same_text(m->members[m->slots[slot] - 1].key, key))
            return &m->members[m->slots[slot] - 1];
    return NULL;
}

/* The old members stay in the region; the index, which holds only numbers, is made anew. */
static void map_grow(struct evaluation *e, struct map *m)
{
    const uint32_t cap = m->cap < 2 ? 4 : 2 * m->cap;
    struct map_member *members = eval_alloc(e, cap * sizeof *members);

    if (m->count)
        memcpy(members, m->members, m->count * sizeof *members);
    m->members = members;
    m->cap = cap;
    if (cap > SMALL_MAP)
        index_build(e, m);
}

void map_set(struct evaluation *e, struct map *m, const json *key, struct jv v)
{
    struct map_member *found = map_find(m, key);

    eval_spend_key(e, key);
    m->as_json = NULL;
    if (found)
        found->value = v;
    else
        map_add(e, m, key, v);
}

void map_add(struct evaluation *e, struct map *m, const json *key, struct jv v)
{
    m->as_json = NULL;
    if (m->count == m->cap)
        map_grow(e, m);
    else if (m->cap > SMALL_MAP && !m->slots)
        index_build(e, m);
    m->members[m->count] = (struct map_member){.key = key, .value = v};
    if (m->slots) {
        m->members[m->count].hash = jsonata_map_hash_of(key);
        index_add(m, m->count);
    }
    m->count++;
}

struct jv map_get(const struct map *m, const json *key)
{
    const struct map_member *found = map_find(m, key);

    return found ? found->value : jv_undefined();
}

/* What is behind it moves up, and the index is made anew. */
void map_delete(struct evaluation *e, struct map *m, const json *key)
{
    struct map_member *found = map_find(m, key);
    uint32_t i;

    eval_spend_key(e, key);
    eval_spend(e, 1 + m->count / 4);
    if (!found)
        return;
    i = (uint32_t)(found - m->members);
    m->as_json = NULL;
    memmove(found, found + 1, (m->count - i - 1) * sizeof *found);
    m->count--;
    if (m->slots) {
        memset(m->slots, 0, (m->mask + 1) * sizeof *m->slots);
        for (i = 0; i < m->count; i++)
            index_add(m, i);
    }
}

size_t members_count(struct jv v)
{
    return v.kind == JV_MAP ? v.map->count : json_count(v.j);
}

const json *member_key(struct jv v, size_t i)
{
    return v.kind == JV_MAP ? v.map->members[i].key : json_key_at(v.j, i);
}

struct jv member_value(struct jv v, size_t i)
{
    return v.kind == JV_MAP ? v.map->members[i].value : jv_from_json(json_value_at(v.j, i));
}

struct jv member_get(struct jv v, const json *key)
{
    return v.kind == JV_MAP ? map_get(v.map, key) : jv_from_json(json_get_key(v.j, key));
}

struct jv member_get_c(struct jv v, const char *key)
{
    json *k = json_cstring(key);
    struct jv found = member_get(v, k);

    json_unref(k);
    return found;
}

/* An array index as JavaScript has it: a whole number below 2^32 - 1 without leading zeros. */
static bool is_index(const json *key, uint32_t *out)
{
    const char *s = json_str(key);
    const size_t len = json_str_len(key);
    uint64_t n = 0;

    if (len == 0 || len > 10 || s[0] < '0' || s[0] > '9' || (s[0] == '0' && len > 1))
        return false;
    for (size_t i = 0; i < len; i++) {
        if (s[i] < '0' || s[i] > '9')
            return false;
        n = n * 10 + (uint64_t)(s[i] - '0');
    }
    *out = (uint32_t)n;
    return n < UINT32_MAX;
}

struct ordered {
    uint32_t index, member;
};

static int by_index(const void *a, const void *b)
{
    const struct ordered *x = a, *y = b;

    return x->index < y->index ? -1 : x->index > y->index;
}

/*
 * JavaScript lists an object's array indexes first and in their order, whatever the order in which
 * they were set. Most objects have none, which one look at each key finds out; only the rest is
 * sorted.
 */
const uint32_t *members_order(struct evaluation *e, struct jv v)
{
    const size_t count = members_count(v);
    size_t indexes = 0, at;
    uint32_t n;
    uint32_t *order;
    struct ordered *first;

    eval_spend(e, count / 8);
    for (size_t i = 0; i < count; i++)
        indexes += is_index(member_key(v, i), &n);
    if (indexes == 0)
        return NULL;
    eval_spend(e, count + indexes * 4);
    first = eval_alloc(e, indexes * sizeof *first);
    order = eval_alloc(e, count * sizeof *order);
    at = indexes;
    indexes = 0;
    for (size_t i = 0; i < count; i++) {
        if (is_index(member_key(v, i), &n))
            first[indexes++] = (struct ordered){n, (uint32_t)i};
        else
            order[at++] = (uint32_t)i;
    }
    qsort(first, indexes, sizeof *first, by_index);
    for (size_t i = 0; i < indexes; i++)
        order[i] = first[i].member;
    return order;
}
