#ifndef PARSERS_JSON_JSON_EVENTS_H
#define PARSERS_JSON_JSON_EVENTS_H

#include "parsers/json/json_impl.h"

#include "parsers/base/mem.h"

#include <assert.h>

/*
 * Builds a value out of what a reader of JSON or YAML finds in its text: keys, scalars, and arrays
 * and objects that open and close. Only these readers include it.
 *
 * Finished values wait on a stack. An array or object that closes takes those above its base off
 * the stack, and stands there itself.
 */

/* An array or object that is open. */
struct json_frame {
    size_t base; /* its first child on the stack */
    size_t at;   /* where it begins in the text */
    struct place place;
    uint16_t depth; /* what its own depth is so far */
    bool object;
};

enum { JSON_LEAST_KEYS = 16, JSON_MOST_KEYS = 256, JSON_FIRST_FRAMES = 32 };

struct json_events {
    unsigned flags; /* JSON_READ_... */

    json **stack; /* an object's children are key, value, key, value ... */
    size_t used, cap, first_cap;
    size_t depth; /* how many frames are open */

    struct json_index *index; /* finds keys that an object has twice */

    struct json_blocks blocks; /* where values are made */

    /* Places are wanted when `arena` is set; `places` runs beside `stack`. */
    struct arena *arena;
    struct json_places *places;

    /* The keys that were seen last, so that objects alike share theirs. A short text has few slots.
     */
    size_t key_slots;
    json *keys[JSON_MOST_KEYS];
    /* The slot of the key that came last, and of each slot the one whose key came behind it. */
    uint8_t last_slot, next_slots[JSON_MOST_KEYS];
    /* Those of a deep text are moved to memory of their own: with room here for as many as there
     * may be, the first text took eight pages of the stack. `first_frames` is not cleared. */
    struct json_frame *frames;
    size_t frames_cap;
    struct json_frame first_frames[JSON_FIRST_FRAMES];
};

/*
 * Begins a text of `len` bytes. Places are kept in `arena`; without one (NULL) there are none. The
 * caller clears `e` with json_events_clear.
 */
void json_events_init(struct json_events *e, unsigned flags, struct arena *arena, size_t len);
/* Releases what is left, after success as after failure. */
void json_events_clear(struct json_events *e);

/* Returns the innermost array or object that is open, or NULL. */
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
    e->cap = e->cap ? 2 * e->cap : e->first_cap;
    e->stack = mem_realloc(e->stack, e->cap * sizeof(*e->stack));
    if (e->arena)
        e->places = mem_realloc(e->places, e->cap * sizeof(*e->places));
}

/* Adds a scalar, which it takes. */
static inline void json_events_scalar(struct json_events *e, json *v, struct place at)
{
    json_events_make_room(e);
    if (e->arena)
        e->places[e->used] = (struct json_places){.value = at};
    e->stack[e->used++] = v;
}

/* Adds a key, which it takes and whose hash must be made. */
static inline void json_events_key(struct json_events *e, json *key, struct place at)
{
    json_events_make_room(e);
    if (e->arena)
        e->places[e->used].key = at;
    e->stack[e->used++] = key;
}

/* Adds a value of any kind, which it takes; `kids` are the places of its children. */
void json_events_value(struct json_events *e, json *v, struct place at, struct json_places *kids);

/* Takes the last member off the stack, releases its key and returns its value. */
json *json_events_take_member(struct json_events *e);

/* Makes room for more frames, for json_events_open. */
void json_events_grow_frames(struct json_events *e);

/*
 * Opens an array or object that begins at byte `at`, which is in `place`. The caller has made sure
 * that fewer than JSON_MAX_DEPTH are open.
 */
static inline void json_events_open(struct json_events *e, bool object, size_t at,
                                    struct place place)
{
    assert(e->depth < JSON_MAX_DEPTH);
    if (e->depth == e->frames_cap)
        json_events_grow_frames(e);
    e->frames[e->depth++] = (struct json_frame){
        .base = e->used, .at = at, .place = place, .depth = 1, .object = object};
}

/* Closes the innermost frame, which must be an array. */
void json_events_close_array(struct json_events *e);
/*
 * Closes the innermost frame, which must be an object. Returns false when a key is there twice and
 * JSON_READ_UNIQUE is set: *twice is the number of the second member.
 */
bool json_events_close_object(struct json_events *e, size_t *twice);

/* Returns the value of the whole text, and its places. All frames must be closed. */
json *json_events_done(struct json_events *e, struct json_places **places);

/* Returns a new reference to an equal key that is remembered, or NULL. */
static inline json *json_events_seen_key(struct json_events *e, const char *text, size_t len,
                                         uint32_t hash)
{
    json *key = e->keys[hash & (e->key_slots - 1)];

    if (key && as_string(key)->hash == hash && as_string(key)->len == len &&
        json_same_bytes(as_string(key)->text, text, len))
        return json_ref(key);
    return NULL;
}

/* Remembers `key`, whose hash must be made, in place of one that has the same slot. */
static inline void json_events_keep_key(struct json_events *e, json *key)
{
    json **slot = &e->keys[as_string(key)->hash & (e->key_slots - 1)];

    json_unref(*slot);
    *slot = json_ref(key);
}

/* Returns the key that came behind the last one when that came before; NULL when none did. */
static inline const json *json_events_next_key(const struct json_events *e)
{
    return e->keys[e->next_slots[e->last_slot]];
}

/* Takes that key, which must be there, as the last one and returns a new reference to it. */
static inline json *json_events_take_next_key(struct json_events *e)
{
    e->last_slot = e->next_slots[e->last_slot];
    return json_ref(e->keys[e->last_slot]);
}

/* Notes that the key that is remembered with this hash came now, behind the last one. */
static inline void json_events_note_order(struct json_events *e, uint32_t hash)
{
    e->next_slots[e->last_slot] = (uint8_t)(hash & (e->key_slots - 1));
    e->last_slot = e->next_slots[e->last_slot];
}

/* ---- json_data.c ---- */

/*
 * Reads a text of less than 4 GiB. Returns NULL, without saying why, when json_parse_places would
 * refuse it. `e` is then empty again, as it is before and after; only its keys stay.
 */
json *json_read_data(struct json_events *e, const char *text, size_t len);

#endif
