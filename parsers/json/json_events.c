/* From what a reader tells to values: arrays and objects as they close, and double keys. */

#include "parsers/json/json_events.h"

void json_events_init(struct json_events *e, unsigned flags, struct arena *arena, size_t len)
{
    memset(e, 0, offsetof(struct json_events, keys));
    e->flags = flags;
    e->arena = arena;
    /* As many as the values of a text may be that has few and long ones. */
    e->first_cap = len / 16 < 64 ? 64 : len / 16 < 16384 ? len / 16 : 16384;
    /* A short text gets a short block: its values take about eight times as much as itself. */
    e->blocks.next_size =
        len / 2 < JSON_BLOCK_STEPS - 4 ? (uint32_t)(len / 2 + 4) : JSON_BLOCK_STEPS;
    e->key_slots = JSON_LEAST_KEYS;
    while (e->key_slots < JSON_MOST_KEYS && e->key_slots < len / 16)
        e->key_slots *= 2;
    memset(e->keys, 0, e->key_slots * sizeof(e->keys[0]));
    e->last_slot = 0;
    memset(e->next_slots, 0, e->key_slots * sizeof(e->next_slots[0]));
    e->frames = e->first_frames;
    e->frames_cap = JSON_FIRST_FRAMES;
}

void json_events_clear(struct json_events *e)
{
    while (e->used)
        json_unref(e->stack[--e->used]);
    for (size_t i = 0; i < e->key_slots; i++)
        json_unref(e->keys[i]);
    json_blocks_leave(&e->blocks);
    if (e->frames != e->first_frames)
        mem_free(e->frames);
    mem_free(e->index);
    mem_free(e->stack);
    mem_free(e->places);
}

void json_events_grow_frames(struct json_events *e)
{
    size_t cap = 4 * e->frames_cap;
    struct json_frame *more = mem_alloc(cap * sizeof(*more));

    memcpy(more, e->frames, e->depth * sizeof(*more));
    if (e->frames != e->first_frames)
        mem_free(e->frames);
    e->frames = more;
    e->frames_cap = cap;
}

json *json_events_done(struct json_events *e, struct json_places **places)
{
    assert(e->used == 1 && !e->depth);
    if (places) {
        *places = arena_alloc(e->arena, sizeof(**places));
        **places = e->places[0];
    }
    return e->stack[--e->used];
}

void json_events_value(struct json_events *e, json *v, struct place at, struct json_places *kids)
{
    json_events_scalar(e, v, at);
    if (e->arena)
        e->places[e->used - 1].kids = kids;
    if (e->depth && v->depth >= e->frames[e->depth - 1].depth)
        e->frames[e->depth - 1].depth = json_depth_around(v);
}

/* The places of the `count` children above `base`, kept for good. */
static struct json_places *keep_places(struct json_events *e, size_t base, size_t count,
                                       bool object)
{
    struct json_places *kids = arena_calloc(e->arena, count, sizeof(*kids));

    for (size_t i = 0; i < count; i++) {
        size_t at = base + (object ? 2 * i + 1 : i);

        kids[i] = e->places[at];
        if (object)
            kids[i].key = e->places[at - 1].key;
    }
    return kids;
}

/* Replaces what is on the stack from the frame's base by `v`, the container made of it. */
static void close_frame(struct json_events *e, json *v)
{
    const struct json_frame *f = &e->frames[--e->depth];
    struct json_places *kids = NULL;

    if (json_count(v))
        v->depth = f->depth;
    if (e->arena)
        kids = keep_places(e, f->base, json_count(v), f->object);
    e->used = f->base;
    json_events_value(e, v, f->place, kids);
}

void json_events_close_array(struct json_events *e)
{
    size_t base = e->frames[e->depth - 1].base, count = e->used - base;
    struct array_value *a;

    if (!count) {
        close_frame(e, json_ref(json_empty_array()));
        return;
    }
    a = (struct array_value *)json_new_in(&e->blocks, JSON_ARRAY,
                                          sizeof(*a) + count * sizeof(a->items[0]));
    a->count = (uint32_t)count;
    a->text_len = 0;
    memcpy(a->items, e->stack + base, count * sizeof(a->items[0]));
    close_frame(e, &a->head);
}

/* ---- objects ---- */

/* So many members are compared by their hashes; among more, a look at 6 bits of each decides. */
enum { MOST_COMPARED = 32 };

static bool has_hash(const struct json_member *members, size_t count, uint32_t hash)
{
    for (size_t i = 0; i < count; i++)
        if (as_string(members[i].key)->hash == hash)
            return true;
    return false;
}

/* A quick look at the hashes: false only if all keys differ. */
static bool may_have_double_keys(const struct json_member *members, size_t count)
{
    uint64_t seen = 0;

    for (size_t i = 0; i < count; i++) {
        uint32_t hash = as_string(members[i].key)->hash;
        uint64_t bit = UINT64_C(1) << (hash >> 26);

        if (seen & bit && (i > MOST_COMPARED || has_hash(members, i, hash)))
            return true;
        seen |= bit;
    }
    return false;
}

/* Which of the first `count` members has the key; SIZE_MAX: none. */
static size_t find_earlier(const struct json_events *e, const struct json_member *members,
                           size_t count, bool indexed, const json *key)
{
    if (indexed)
        return json_index_find(e->index, members, as_string(key)->text, as_string(key)->len,
                               as_string(key)->hash);
    for (size_t i = 0; i < count; i++)
        if (as_string(members[i].key)->hash == as_string(key)->hash &&
            json_same_string(members[i].key, key))
            return i;
    return SIZE_MAX;
}

/*
 * Leaves each key once: at its first place, with its last value. Returns how many members are left,
 * 0 when a double key is refused.
 */
static size_t merge_double_keys(struct json_events *e, size_t base, size_t count, size_t *twice)
{
    struct json_member *members = (struct json_member *)(void *)(e->stack + base);
    bool indexed = count > JSON_SMALL_OBJECT;
    size_t kept = 0;

    if (indexed)
        e->index = json_index_new(e->index, count);
    for (size_t i = 0; i < count; i++) {
        struct json_member m = members[i];
        size_t first = find_earlier(e, members, kept, indexed, m.key), to = kept;

        if (first != SIZE_MAX) {
            if (e->flags & JSON_READ_UNIQUE) {
                *twice = i;
                return 0;
            }
            to = first;
            json_unref(m.key);
            json_unref(members[first].value);
            members[first].value = m.value;
        } else {
            members[kept] = m;
            if (indexed)
                json_index_add(e->index, members, kept);
            kept++;
        }
        if (e->arena) {
            e->places[base + 2 * to] = e->places[base + 2 * i];
            e->places[base + 2 * to + 1] = e->places[base + 2 * i + 1];
        }
    }
    e->used = base + 2 * kept;
    return kept;
}

/* The frame's depth anew, as the deepest value may be gone. */
static void find_depth(struct json_frame *f, const struct json_member *members, size_t count)
{
    f->depth = 1;
    for (size_t i = 0; i < count; i++)
        if (json_depth_around(members[i].value) > f->depth)
            f->depth = json_depth_around(members[i].value);
}

json *json_events_take_member(struct json_events *e)
{
    struct json_frame *f = &e->frames[e->depth - 1];
    json *v = e->stack[--e->used];

    json_unref(e->stack[--e->used]);
    find_depth(f, (const struct json_member *)(void *)(e->stack + f->base),
               (e->used - f->base) / 2);
    return v;
}

bool json_events_close_object(struct json_events *e, size_t *twice)
{
    size_t base = e->frames[e->depth - 1].base, count = (e->used - base) / 2;
    const struct json_member *members;
    struct object_value *o;

    if (!count) {
        close_frame(e, json_ref(json_empty_object()));
        return true;
    }
    members = (const struct json_member *)(void *)(e->stack + base);
    if (may_have_double_keys(members, count)) {
        size_t kept = merge_double_keys(e, base, count, twice);

        if (!kept)
            return false;
        if (kept < count)
            find_depth(&e->frames[e->depth - 1], members, kept);
        count = kept;
    }
    o = (struct object_value *)json_new_in(&e->blocks, JSON_OBJECT,
                                           sizeof(*o) + count * sizeof(o->members[0]));
    o->count = (uint32_t)count;
    o->text_len = 0;
    o->index = NULL;
    memcpy(o->members, members, count * sizeof(o->members[0]));
    close_frame(e, &o->head);
    return true;
}
