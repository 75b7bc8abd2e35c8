/* Objects that an evaluation makes: members in order, and from some size on an index of them. */

#include "parsers/jsonata/jsonata_map.h"

#include "parsers/jsonata/jsonata_region.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { SMALL_MAP = 8 };

struct map *map_new(struct evaluation *e, size_t room)
{
    struct map *m = eval_alloc(e, sizeof *m);

    *m = (struct map){.cap = (uint32_t)room};
    if (room)
        m->members = eval_alloc(e, room * sizeof *m->members);
    return m;
}

/* Smaller objects are copied: a member of a map is found in less time. */
enum { BASE_LEAST = 64 };

bool can_be_map_base(struct jv object)
{
    return object.kind == JV_OBJECT && json_count(object.j) > BASE_LEAST &&
           json_has_usual_members(object.j);
}

struct map *map_on(struct evaluation *e, const json *base)
{
    struct map *m = map_new(e, 0);

    m->base = base;
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
        m->members[i].hash = json_hash(m->members[i].key);
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
    const uint32_t hash = json_hash(key);
    for (uint32_t slot = hash & m->mask; m->slots[slot]; slot = (slot + 1) & m->mask) {
        struct map_member *member = &m->members[m->slots[slot] - 1];
        if (member->hash == hash && same_text(member->key, key))
            return member;
    }
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
    struct map_member *found;

    eval_spend_key(e, key);
    m->as_json = NULL;
    if (m->base && json_get_key(m->base, key)) {
        if (!m->over)
            m->over = map_new(e, 0);
        map_set(e, m->over, key, v);
        return;
    }
    found = map_find(m, key);
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
        m->members[m->count].hash = json_hash(key);
        index_add(m, m->count);
    }
    m->count++;
}

struct jv map_get(const struct map *m, const json *key)
{
    const struct map_member *found = map_find(m, key);

    if (!found && m->over)
        found = map_find(m->over, key);
    if (found)
        return found->value;
    return m->base ? jv_from_json(json_get_key(m->base, key)) : jv_undefined();
}

/* What is behind it moves up, and the index is made anew. */
void map_delete(struct evaluation *e, struct map *m, const json *key)
{
    struct map_member *found = map_find(m, key);
    uint32_t i;

    eval_spend_key(e, key);
    assert(!m->base);
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

static size_t based_count(const struct map *m)
{
    return m->base ? json_count(m->base) : 0;
}

size_t members_count(struct jv v)
{
    return v.kind == JV_MAP ? based_count(v.map) + v.map->count : json_count(v.j);
}

const json *member_key(struct jv v, size_t i)
{
    size_t based;

    if (v.kind != JV_MAP)
        return json_key_at(v.j, i);
    based = based_count(v.map);
    return i < based ? json_key_at(v.map->base, i) : v.map->members[i - based].key;
}

struct jv member_value(struct jv v, size_t i)
{
    size_t based;

    if (v.kind != JV_MAP)
        return jv_from_json(json_value_at(v.j, i));
    based = based_count(v.map);
    if (i >= based)
        return v.map->members[i - based].value;
    return v.map->over ? map_get(v.map, json_key_at(v.map->base, i))
                       : jv_from_json(json_value_at(v.map->base, i));
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
    /* No key of a base is an index. */
    const size_t from = v.kind == JV_MAP ? based_count(v.map) : 0;
    size_t indexes = 0, at;
    uint32_t n;
    uint32_t *order;
    struct ordered *first;

    eval_spend(e, (count - from) / 8);
    for (size_t i = from; i < count; i++)
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
