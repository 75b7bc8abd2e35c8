/*
 * Values: what they are in memory, and looking at them. A value never changes once it can be seen,
 * but for what it remembers of itself (hash, index, length, whether it needs escapes): so sharing
 * is free, and a value stays in its thread.
 */

#include "parsers/json/json_impl.h"

#include "parsers/base/address_check.h"
#include "parsers/base/mem.h"
#include "parsers/base/text.h"
#include "parsers/base/utf8.h"

#include <assert.h>

/* Tells AddressSanitizer that what lies in a block is gone, though the block is not. */
#ifdef ADDRESSES_ARE_CHECKED
#include <sanitizer/asan_interface.h>
#define FORBID(at, size) ASAN_POISON_MEMORY_REGION(at, size)
#else
#define FORBID(at, size) ((void)0)
#endif

#define IMMORTAL(k)                                                                                \
    {                                                                                              \
        .refs = JSON_IMMORTAL, .kind = (k)                                                         \
    }

static const json the_null = IMMORTAL(JSON_NULL), the_false = IMMORTAL(JSON_FALSE),
                  the_true = IMMORTAL(JSON_TRUE);

/* As the other kinds but with room for the NUL; `hash` is what json_hash_bytes gives for "". */
static const struct {
    struct json head;
    uint32_t len, hash;
    char text[8];
} the_empty_string = {.head = {.refs = JSON_IMMORTAL, .kind = JSON_STRING, .flags = JSON_PLAIN},
                      .hash = 1};

static const struct array_value the_empty_array = {
    .head = {.refs = JSON_IMMORTAL, .kind = JSON_ARRAY, .depth = 1}, .text_len = 2};

static const struct object_value the_empty_object = {
    .head = {.refs = JSON_IMMORTAL, .kind = JSON_OBJECT, .depth = 1}, .text_len = 2};

/* ---- counting ---- */

/*
 * A container's children; an object's are key, value, key, value ... Those of a tree are its nodes,
 * of an object's tree the array of its keys and that of its values.
 */
static json **children(json *v, size_t *count)
{
    if (v->kind == JSON_ARRAY) {
        if (json_is_tree(v)) {
            *count = as_array_tree(v)->slots;
            return ((struct array_tree *)v)->nodes;
        }
        *count = mutable_array(v)->count;
        return mutable_array(v)->items;
    }
    if (json_is_tree(v)) {
        *count = 2;
        return &((struct object_tree *)v)->keys;
    }
    *count = 2 * (size_t)mutable_object(v)->count;
    return &mutable_object(v)->members[0].key;
}

/* Gives back a reference; true when it was the last. */
static inline bool json_drop(json *v)
{
    return v->refs < JSON_LENT && !--v->refs;
}

/* Gives a dead value's memory back: its own, or its block's when it was the last there. */
static inline void json_give_back(json *v)
{
    size_t steps = v->flags >> JSON_FLAG_BITS;
    struct json_block *b;

    if (!steps) {
        mem_free(v);
        return;
    }
    b = (struct json_block *)(void *)((char *)v - JSON_BLOCK_STEP * steps);
    if (--b->live)
        FORBID(v, sizeof(*v));
    else
        mem_free(b);
}

/* Takes a dead container. */
static void json_release(json *v)
{
    if (v->kind == JSON_OBJECT) {
        if (json_is_tree(v))
            json_shared_index_unref(as_object_tree(v)->index);
        else
            mem_free(mutable_object(v)->index);
    }
    json_give_back(v);
}

/*
 * Takes in a dead container. One that has children waits in a list that goes through the place
 * of its first child, so that freeing needs neither a stack nor memory, however deep the value is.
 */
static void bury(json **waiting, json *v)
{
    for (;;) {
        size_t count;
        json **kids = children(v, &count), *first;

        if (!count) {
            json_release(v);
            return;
        }
        first = kids[0];
        kids[0] = *waiting;
        *waiting = v;
        if (!json_drop(first))
            return;
        if (!json_is_container(first)) {
            json_give_back(first);
            return;
        }
        v = first;
    }
}

/* A function of its own: most references that are given back are not the last, and those are not to
 * pay for the registers that this one needs. */
static __attribute__((noinline)) void free_container(json *v)
{
    json *waiting = NULL;

    bury(&waiting, v);
    while (waiting) {
        size_t count;
        json *dead = waiting, **kids = children(dead, &count);

        waiting = kids[0];
        for (size_t i = 1; i < count; i++) {
            if (!json_drop(kids[i]))
                continue;
            if (json_is_container(kids[i]))
                bury(&waiting, kids[i]);
            else
                json_give_back(kids[i]);
        }
        json_release(dead);
    }
}

void json_free(json *dead)
{
    if (json_is_container(dead))
        free_container(dead);
    else
        json_give_back(dead);
}

/* ---- making ---- */

json *json_new(enum json_kind kind, size_t size)
{
    json *v = mem_alloc(size);

    *v = (json){.refs = 1, .kind = (uint8_t)kind};
    return v;
}

struct string_value *json_new_string(enum json_kind kind, size_t len)
{
    struct string_value *s;

    assert(len < UINT32_MAX);
    s = (struct string_value *)json_new(kind, sizeof(*s) + len + 1);
    s->len = (uint32_t)len;
    s->hash = 0;
    s->text[len] = '\0';
    return s;
}

json *json_null(void)
{
    return json_mutable(&the_null);
}

json *json_bool(bool b)
{
    return json_mutable(b ? &the_true : &the_false);
}

json *json_int(int64_t n)
{
    struct int_value *v = (struct int_value *)json_new(JSON_INT, sizeof(*v));

    v->n = n;
    return &v->head;
}

json *json_double(double d)
{
    struct double_value *v = (struct double_value *)json_new(JSON_DOUBLE, sizeof(*v));

    v->d = d;
    return &v->head;
}

json *json_string(const char *text, size_t len)
{
    struct string_value *s;

    if (!len)
        return json_mutable(&the_empty_string.head);
    s = json_new_string(JSON_STRING, len);
    memcpy(s->text, text, len);
    return &s->head;
}

size_t json_string_room(size_t len)
{
    return sizeof(struct string_value) + len + 1;
}

const json *json_string_in(void *room, const char *text, size_t len)
{
    struct string_value *s = room;

    assert(len < UINT32_MAX);
    *s = (struct string_value){.head = {.refs = JSON_LENT, .kind = JSON_STRING},
                               .len = (uint32_t)len};
    if (len)
        memcpy(s->text, text, len);
    s->text[len] = '\0';
    return &s->head;
}

json *json_string_mended(const char *bytes, size_t len)
{
    struct buf text = {0};

    utf8_add_mended(&text, bytes, len);
    return json_take_buf(&text);
}

json *json_cstring(const char *text)
{
    return json_string(text, strlen(text));
}

json *json_stringf(const char *format, ...)
{
    struct buf text = {0};
    va_list args;

    va_start(args, format);
    buf_vprintf(&text, format, args);
    va_end(args);
    return json_take_buf(&text);
}

json *json_take_buf(struct buf *b)
{
    json *v = json_string(b->data, b->len);

    buf_clear(b);
    return v;
}

const json *json_empty_array(void)
{
    return &the_empty_array.head;
}

const json *json_empty_object(void)
{
    return &the_empty_object.head;
}

/* ---- looking ---- */

const char *json_kind_name(const json *v)
{
    switch (json_kind(v)) {
    case JSON_NULL: return "null";
    case JSON_FALSE:
    case JSON_TRUE: return "boolean";
    case JSON_INT:
    case JSON_BIGINT:
    case JSON_DOUBLE: return "number";
    case JSON_STRING: return "string";
    case JSON_ARRAY: return "array";
    case JSON_OBJECT: return "object";
    }
    return "";
}

const char *json_str(const json *v)
{
    assert(v->kind == JSON_STRING || v->kind == JSON_BIGINT);
    return as_string(v)->text;
}

size_t json_str_len(const json *v)
{
    assert(v->kind == JSON_STRING || v->kind == JSON_BIGINT);
    return as_string(v)->len;
}

bool json_str_begins_n(const json *v, const char *head, size_t len)
{
    return json_str_len(v) >= len && json_same_bytes(json_str(v), head, len);
}

bool json_str_ends_n(const json *v, const char *tail, size_t len)
{
    size_t have = json_str_len(v);

    return have >= len && json_same_bytes(json_str(v) + have - len, tail, len);
}

bool json_str_is_n(const json *v, const char *text, size_t len)
{
    return v->kind == JSON_STRING && as_string(v)->len == len &&
           json_same_bytes(as_string(v)->text, text, len);
}

const json *json_at(const json *array, size_t i)
{
    assert(array->kind == JSON_ARRAY && i < as_array(array)->count);
    return json_item(array, i);
}

const json *json_key_at(const json *object, size_t i)
{
    assert(object->kind == JSON_OBJECT && i < as_object(object)->count);
    return json_member_key(object, i);
}

const json *json_value_at(const json *object, size_t i)
{
    assert(object->kind == JSON_OBJECT && i < as_object(object)->count);
    return json_member_value(object, i);
}

const json *json_member_at(const json *container, size_t i, const json **key)
{
    if (container->kind == JSON_ARRAY) {
        *key = NULL;
        return json_at(container, i);
    }
    *key = json_key_at(container, i);
    return json_value_at(container, i);
}

/* ---- keys ---- */

/*
 * Multiplies to twice the width and folds the halves: each bit of both takes part in each of the
 * result.
 */
static uint64_t mix(uint64_t a, uint64_t b)
{
    __uint128_t product = (__uint128_t)a * b;

    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Up to eight bytes as a number, by reads that may overlap. */
static uint64_t few_bytes(const char *text, size_t len)
{
    uint32_t low, high;

    if (len >= 4) {
        memcpy(&low, text, 4);
        memcpy(&high, text + len - 4, 4);
        return (uint64_t)high << 32 | low;
    }
    low = (unsigned char)text[0];
    high = (uint32_t)(unsigned char)text[len / 2] << 8 | (unsigned char)text[len - 1];
    return (uint64_t)high << 8 | low;
}

/*
 * Where the loader has put us differs from process to process: who sends us keys can't choose them
 * so that they collide.
 */
uint32_t json_hash_bytes(const char *text, size_t len)
{
    uint64_t h = (uint64_t)(uintptr_t)&the_null * UINT64_C(0x9E3779B97F4A7C15) + len, word;
    uint32_t short_hash;

    if (!len)
        return the_empty_string.hash;
    for (; len > 8; len -= 8, text += 8) {
        memcpy(&word, text, 8);
        h = mix(h ^ word, UINT64_C(0xD6E8FEB86659FD93));
    }
    h = mix(h ^ few_bytes(text, len), UINT64_C(0xA0761D6478BD642F));
    short_hash = (uint32_t)(h ^ h >> 32);
    return short_hash ? short_hash : 1;
}

uint32_t json_hash(const json *string)
{
    const struct string_value *s = as_string(string);

    if (!s->hash)
        mutable_string(string)->hash = json_hash_bytes(s->text, s->len);
    return s->hash;
}

/*
 * At least twice as many slots as members, so that a search soon meets an empty one and always
 * ends.
 */
struct json_index *json_index_new(struct json_index *old, size_t members)
{
    struct json_index *x = old;
    size_t slots = 32;

    while (slots < 2 * members)
        slots *= 2;
    assert(slots <= UINT32_MAX);
    if (!x || x->mask < slots - 1)
        x = mem_realloc(old, sizeof(*x) + slots * sizeof(x->slots[0]));
    x->mask = (uint32_t)(slots - 1);
    memset(x->slots, 0, slots * sizeof(x->slots[0]));
    return x;
}

/*
 * The key that is looked for is often the very string of the object, as texts share their keys:
 * then its address tells.
 */
size_t json_index_find(const struct json_index *x, const struct json_member *members,
                       const char *key, size_t len, uint32_t hash)
{
    for (uint32_t i = hash & x->mask; x->slots[i]; i = (i + 1) & x->mask) {
        const struct string_value *have = as_string(members[x->slots[i] - 1].key);

        if (have->text == key && have->len == len)
            return x->slots[i] - 1;
        if (have->hash == hash && have->len == len && json_same_bytes(have->text, key, len))
            return x->slots[i] - 1;
    }
    return SIZE_MAX;
}

void json_index_add(struct json_index *x, const struct json_member *members, size_t i)
{
    uint32_t slot = json_hash(members[i].key) & x->mask;

    while (x->slots[slot])
        slot = (slot + 1) & x->mask;
    x->slots[slot] = (uint32_t)i + 1;
}

bool json_index_full(const struct json_index *x, size_t members)
{
    return 2 * members > x->mask;
}

/* The index is made when a large object is first asked for a key: most are only handed on. */
static size_t find_by_index(const json *object, const char *key, size_t len, uint32_t hash)
{
    const struct object_value *o = as_object(object);

    if (json_is_tree(object))
        return json_tree_find(object, key, len, hash);
    if (!o->index) {
        struct json_index *x = json_index_new(NULL, o->count);

        for (size_t i = 0; i < o->count; i++)
            json_index_add(x, o->members, i);
        mutable_object(object)->index = x;
    }
    return json_index_find(o->index, o->members, key, len, hash);
}

size_t json_find(const json *object, const char *key, size_t len)
{
    const struct object_value *o = as_object(object);

    if (object->kind != JSON_OBJECT)
        return SIZE_MAX;
    if (o->count > JSON_SMALL_OBJECT)
        return find_by_index(object, key, len, json_hash_bytes(key, len));
    for (size_t i = 0; i < o->count; i++) {
        const struct string_value *have = as_string(o->members[i].key);

        if (have->len == len && json_same_bytes(have->text, key, len))
            return i;
    }
    return SIZE_MAX;
}

/* json_find by a string value: the same string is often the same value. */
size_t json_find_key(const json *object, const json *key)
{
    const struct object_value *o = as_object(object);

    if (object->kind != JSON_OBJECT || key->kind != JSON_STRING)
        return SIZE_MAX;
    if (o->count > JSON_SMALL_OBJECT)
        return find_by_index(object, as_string(key)->text, as_string(key)->len, json_hash(key));
    for (size_t i = 0; i < o->count; i++)
        if (json_same_string(o->members[i].key, key))
            return i;
    return SIZE_MAX;
}

const json *json_get_n(const json *object, const char *key, size_t len)
{
    size_t i = json_find(object, key, len);

    return i == SIZE_MAX ? NULL : json_member_value(object, i);
}

const json *json_get_key(const json *object, const json *key)
{
    size_t i = json_find_key(object, key);

    return i == SIZE_MAX ? NULL : json_member_value(object, i);
}

const json *json_get_near(const json *object, const json *key, struct json_near *near)
{
    size_t i = near->place;

    if (near->key && object->kind == JSON_OBJECT && !json_is_tree(object) &&
        i < as_object(object)->count && as_object(object)->members[i].key == near->key)
        return as_object(object)->members[i].value;
    i = json_find_key(object, near->key ? near->key : key);
    if (i == SIZE_MAX)
        return NULL;
    *near = (struct json_near){json_member_key(object, i), i};
    return json_member_value(object, i);
}
