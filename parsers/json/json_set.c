/* A hash table of values, with open addressing; and the hash of a whole value. */

#include "parsers/json/json_set.h"

#include "parsers/base/mem.h"
#include "parsers/json/json_impl.h"

/*
 * One round of a multiply-and-shift mixer: each bit of the input changes about half of the
 * result's.
 */
static uint64_t stir(uint64_t h)
{
    h = (h ^ h >> 32) * UINT64_C(0xd6e8feb86659fd93);
    return h ^ h >> 32;
}

/* 1 equals 1.0, and numbers that are equal have the same double. */
static uint64_t number_print(const json *v)
{
    double d = json_double_value(v);
    uint64_t bits;

    d = d == 0 ? 0 : d; /* -0.0 */
    memcpy(&bits, &d, sizeof bits);
    return stir(bits + JSON_INT);
}

/* As deep as a value: JSON_MAX_DEPTH. The sum over members is the same in any order. */
uint64_t json_fingerprint(const json *v)
{
    uint64_t h = stir(json_kind(v) + 1000);

    switch (json_kind(v)) {
    case JSON_NULL:
    case JSON_FALSE:
    case JSON_TRUE: return h;
    case JSON_INT:
    case JSON_BIGINT:
    case JSON_DOUBLE: return number_print(v);
    case JSON_STRING: return stir(h + json_hash(v));
    case JSON_ARRAY:
        for (size_t i = 0; i < json_count(v); i++)
            h = stir(h + json_fingerprint(json_at(v, i)));
        return h;
    case JSON_OBJECT:
        for (size_t i = 0; i < json_count(v); i++)
            h += stir(json_hash(json_key_at(v, i)) ^ stir(json_fingerprint(json_value_at(v, i))));
        return stir(h);
    }
    return h;
}

/* Where `v` is, or the empty slot that it belongs to. */
static uint32_t *slot_of(const struct json_set *s, const json *v, uint64_t hash)
{
    size_t i = (size_t)hash & s->mask;

    for (; s->slots[i]; i = (i + 1) & s->mask) {
        size_t n = s->slots[i] - 1;
        if (s->hashes[n] == hash && json_equal(s->values[n], v))
            break;
    }
    return &s->slots[i];
}

/* Slots are made anew by the remembered hashes: no value is looked at again. */
static void grow(struct json_set *s)
{
    size_t slots = s->mask ? 2 * (s->mask + 1) : 64;

    mem_free(s->slots);
    s->slots = mem_calloc(slots, sizeof *s->slots);
    s->mask = slots - 1;
    for (size_t n = 0; n < s->count; n++) {
        size_t i = (size_t)s->hashes[n] & s->mask;
        while (s->slots[i])
            i = (i + 1) & s->mask;
        s->slots[i] = (uint32_t)n + 1;
    }
}

size_t json_set_add(struct json_set *s, const json *v)
{
    uint64_t hash = json_fingerprint(v);
    uint32_t *slot;

    if (2 * (s->count + 1) > s->mask)
        grow(s);
    slot = slot_of(s, v, hash);
    if (*slot)
        return *slot - 1;
    if (s->count == s->cap) {
        s->cap = mem_grow(s->cap, s->count + 1);
        s->values = mem_realloc(s->values, s->cap * sizeof *s->values);
        s->hashes = mem_realloc(s->hashes, s->cap * sizeof *s->hashes);
    }
    s->values[s->count] = json_ref(v);
    s->hashes[s->count++] = hash;
    *slot = (uint32_t)s->count;
    return s->count - 1;
}

size_t json_set_find(const struct json_set *s, const json *v)
{
    uint32_t *slot = s->count ? slot_of(s, v, json_fingerprint(v)) : NULL;

    return slot && *slot ? *slot - 1 : SIZE_MAX;
}

void json_set_clear(struct json_set *s)
{
    for (size_t i = 0; i < s->count; i++)
        json_unref(json_mutable(s->values[i]));
    mem_free(s->values);
    mem_free(s->hashes);
    mem_free(s->slots);
    *s = (struct json_set){0};
}
