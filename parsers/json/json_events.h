#ifndef PARSERS_JSON_JSON_EVENTS_H
#define PARSERS_JSON_JSON_EVENTS_H

#include "parsers/json/json_impl.h"

#include "parsers/base/mem.h"

#include <assert.h>

/*
 * Where the readers of JSON and of YAML meet, and theirs alone: they tell of keys, values, and of
 * arrays and objects that open and close; here that becomes a value, and the places beside it.
 *
 * Finished values wait on a stack; what closes an array or object makes it of those above its base.
 */

/* An array or object that is open. */
struct json_frame {
    size_t base; /* its first child on the stack */
    size_t at;   /* where it begins in the text */
    struct place place;
    uint16_t depth; /* its own so far */
    bool object;
};

enum { JSON_LEAST_KEYS = 16, JSON_MOST_KEYS = 256 };

struct json_events {
    unsigned flags; /* JSON_READ_... */

    json **stack; /* an object's children are key, value, key, value ... */
    size_t used, cap;
    size_t depth; /* how many frames are open */

    struct json_index *index; /* for finding double keys */

    /* Places are wanted when `arena` is set; `places` runs beside `stack`. */
    struct arena *arena;
    struct json_places *places;

    /* What keys were seen: like objects share their keys. A short text uses few of the slots. */
    size_t key_slots;
    json *keys[JSON_MOST_KEYS];
    struct json_frame frames[JSON_MAX_DEPTH]; /* not cleared */
};

/* `arena` NULL: no places. `len`: of the text that is to be read. */
void json_events_init(struct json_events *e, unsigned flags, struct arena *arena, size_t len);
/* Gives up all that was told. */
void json_events_clear(struct json_events *e);

/* The innermost array or object that is open; NULL: none. */
static inline const struct json_frame *json_events_top(const struct json_events *e)
{
    return e->depth ? &e->frames[e->depth - 1] : NULL;
}

/* Returns whether a key has to come next, or the end of the object. */
static inline bool json_events_at_key(const struct json_events *e)
{
    const struct json_frame *f = json_events_top(e);

    return f && f->object && (e->used - f->base) % 2 == 0;
}

static inline void json_events_make_room(struct json_events *e)
{
    if (e->used < e->cap)
        return;
    e->cap = mem_grow(e->cap, e->used + 64);
    e->stack = mem_realloc(e->stack, e->cap * sizeof(*e->stack));
    if (e->arena)
        e->places = mem_realloc(e->places, e->cap * sizeof(*e->places));
}

/* Takes `v`, a scalar. */
static inline void json_events_scalar(struct json_events *e, json *v, struct place at)
{
    json_events_make_room(e);
    if (e->arena)
        e->places[e->used] = (struct json_places){.value = at};
    e->stack[e->used++] = v;
}

/* Takes `key`, whose hash is made; its place waits beside it for the value's. */
static inline void json_events_key(struct json_events *e, json *key, struct place at)
{
    json_events_make_room(e);
    if (e->arena)
        e->places[e->used].key = at;
    e->stack[e->used++] = key;
}

/* Takes `v`, of any kind, whose children have the places `kids`. */
void json_events_value(struct json_events *e, json *v, struct place at, struct json_places *kids);

/* Takes back the last member told: its value, a reference. The key is given up. */
json *json_events_take_member(struct json_events *e);

/* The caller has seen that depth < JSON_MAX_DEPTH. `at`: the offset that `place` is of. */
static inline void json_events_open(struct json_events *e, bool object, size_t at,
                                    struct place place)
{
    assert(e->depth < JSON_MAX_DEPTH);
    e->frames[e->depth++] = (struct json_frame){
        .base = e->used, .at = at, .place = place, .depth = 1, .object = object};
}

void json_events_close_array(struct json_events *e);
/* False when a key is there twice and may not be: *twice is the number of the second member. */
bool json_events_close_object(struct json_events *e, size_t *twice);

/* The value that all came to; what is left is to be cleared. */
json *json_events_done(struct json_events *e, struct json_places **places);

/* A new reference to the key that was seen before; NULL: it was not, or so long ago. */
static inline json *json_events_seen_key(struct json_events *e, const char *text, size_t len,
                                         uint32_t hash)
{
    json *key = e->keys[hash & (e->key_slots - 1)];

    if (key && as_string(key)->hash == hash && as_string(key)->len == len &&
        !memcmp(as_string(key)->text, text, len))
        return json_ref(key);
    return NULL;
}

/* Remembers `key`, whose hash is made. */
static inline void json_events_keep_key(struct json_events *e, json *key)
{
    json **slot = &e->keys[as_string(key)->hash & (e->key_slots - 1)];

    json_unref(*slot);
    *slot = json_ref(key);
}

#endif
