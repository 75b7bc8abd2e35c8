/*
 * How arrays and objects come to be: in place, in memory that grows. What is being built is a value
 * like any other, so looking works on it; the empty ones are constants, which the first member
 * replaces. The copy of a large one is a tree (json_tree.c), and stays one.
 */

#include "parsers/json/json_impl.h"

#include "parsers/base/mem.h"

#include <assert.h>

static size_t array_size(size_t count)
{
    return sizeof(struct array_value) + count * sizeof(json *);
}

static size_t object_size(size_t count)
{
    return sizeof(struct object_value) + count * sizeof(struct json_member);
}

/* Return what has just been made, without children. */
static struct object_value *begin_object(json *made)
{
    struct object_value *o = mutable_object(made);

    o->head.depth = 1;
    o->count = o->text_len = 0;
    o->index = NULL;
    return o;
}

static struct array_value *begin_array(json *made)
{
    struct array_value *a = mutable_array(made);

    a->head.depth = 1;
    a->count = a->text_len = 0;
    return a;
}

/* Room for `cap` children; the first room replaces the immortal empty value. */
static void resize(struct json_build *b, size_t cap)
{
    bool array = b->v->kind == JSON_ARRAY;

    assert(cap < UINT32_MAX / 2);
    if (b->cap) {
        assert(!(b->v->flags >> JSON_FLAG_BITS));
        b->v = mem_realloc(b->v, array ? array_size(cap) : object_size(cap));
    } else if (array) {
        b->v = &begin_array(json_new(JSON_ARRAY, array_size(cap)))->head;
    } else {
        b->v = &begin_object(json_new(JSON_OBJECT, object_size(cap)))->head;
    }
    b->cap = cap;
}

static void json_build_make_room(struct json_build *b, size_t count)
{
    if (count < b->cap)
        return;
    resize(b, count < 4 ? 4 : mem_grow(b->cap, count + 1));
}

void json_build_array(struct json_build *b, size_t room)
{
    *b = (struct json_build){.v = json_mutable(json_empty_array())};
    if (room)
        resize(b, room);
}

void json_build_object(struct json_build *b, size_t room)
{
    *b = (struct json_build){.v = json_mutable(json_empty_object())};
    if (room)
        resize(b, room);
}

void json_build_array_in(struct json_build *b, struct json_blocks *blocks, size_t count)
{
    json *made;

    json_build_array(b, 0);
    if (!count)
        return;
    made = json_new_in(blocks, JSON_ARRAY, array_size(count));
    *b = (struct json_build){&begin_array(made)->head, count};
}

void json_build_object_in(struct json_build *b, struct json_blocks *blocks, size_t count)
{
    json *made;

    json_build_object(b, 0);
    if (!count)
        return;
    made = json_new_in(blocks, JSON_OBJECT, object_size(count));
    *b = (struct json_build){&begin_object(made)->head, count};
}

/*
 * Adding to a tree costs more a child than to what is flat, so what is to become twice as large is
 * copied.
 */
static bool is_better_shared(const json *v, size_t more)
{
    size_t count = json_count(v);

    return count > JSON_FLAT_MOST && more < count;
}

void json_build_copy(struct json_build *b, const json *v, size_t more)
{
    size_t count = json_count(v);

    assert(json_is_container(v));
    if (is_better_shared(v, more)) {
        *b = (struct json_build){.v = json_tree_copy(v)};
        return;
    }
    if (v->kind == JSON_ARRAY) {
        json_build_array(b, count + more);
        for (size_t i = 0; i < count; i++)
            mutable_array(b->v)->items[i] = json_ref_child(json_item(v, i));
        if (b->cap)
            mutable_array(b->v)->count = (uint32_t)count;
    } else {
        json_build_object(b, count + more);
        for (size_t i = 0; i < count; i++) {
            mutable_object(b->v)->members[i].key = json_ref_child(json_member_key(v, i));
            mutable_object(b->v)->members[i].value = json_ref_child(json_member_value(v, i));
        }
        if (b->cap)
            mutable_object(b->v)->count = (uint32_t)count;
    }
    if (b->cap)
        b->v->depth = v->depth;
}

/* Depth is kept while building, so that freeing, comparing and writing can trust it. */
static void deepen(json *container, const json *child)
{
    uint16_t depth = json_depth_around(child);

    if (depth > container->depth)
        container->depth = depth;
}

void json_build_add(struct json_build *b, json *v)
{
    struct array_value *a;

    assert(b->v->kind == JSON_ARRAY);
    if (json_is_tree(b->v)) {
        json_tree_add(&b->v, v);
        return;
    }
    json_build_make_room(b, as_array(b->v)->count);
    a = mutable_array(b->v);
    a->items[a->count++] = v;
    deepen(b->v, v);
}

/*
 * Where the deepest child goes, the depth is found anew at the end, once, however many are
 * replaced.
 */
static void json_build_replace(json *container, json **at, json *v)
{
    if (json_depth_around(*at) == container->depth)
        container->flags |= JSON_DEPTH_STALE;
    json_unref(*at);
    *at = v;
    deepen(container, v);
}

static inline void replace_value(struct json_build *b, size_t i, json *v)
{
    if (json_is_tree(b->v))
        json_tree_put(&b->v, i, v);
    else
        json_build_replace(b->v, &mutable_object(b->v)->members[i].value, v);
}

void json_build_put(struct json_build *b, size_t i, json *v)
{
    assert(i < json_count(b->v));
    if (b->v->kind == JSON_OBJECT)
        replace_value(b, i, v);
    else if (json_is_tree(b->v))
        json_tree_put(&b->v, i, v);
    else
        json_build_replace(b->v, &mutable_array(b->v)->items[i], v);
}

/* The index, if a search has made one, keeps up with what is added. */
void json_build_add_member(struct json_build *b, json *key, json *v)
{
    struct object_value *o;

    if (json_is_tree(b->v)) {
        json_tree_add_member(b->v, key, v);
        return;
    }
    json_build_make_room(b, as_object(b->v)->count);
    o = mutable_object(b->v);
    o->members[o->count++] = (struct json_member){key, v};
    deepen(b->v, v);
    if (!o->index)
        return;
    if (!json_index_full(o->index, o->count)) {
        json_index_add(o->index, o->members, o->count - 1);
        return;
    }
    o->index = json_index_new(o->index, 2 * (size_t)o->count);
    for (size_t i = 0; i < o->count; i++)
        json_index_add(o->index, o->members, i);
}

void json_build_set(struct json_build *b, const char *key, json *v)
{
    size_t i = json_find(b->v, key, strlen(key));

    assert(b->v->kind == JSON_OBJECT);
    if (i == SIZE_MAX)
        json_build_add_member(b, json_cstring(key), v);
    else
        replace_value(b, i, v);
}

void json_build_set_key(struct json_build *b, json *key, json *v)
{
    size_t i = json_find_key(b->v, key);

    assert(b->v->kind == JSON_OBJECT && key->kind == JSON_STRING);
    if (i == SIZE_MAX) {
        json_build_add_member(b, key, v);
        return;
    }
    replace_value(b, i, v);
    json_unref(key);
}

static void find_depth_anew(json *v)
{
    size_t count = json_count(v);

    v->depth = 1;
    for (size_t i = 0; i < count; i++)
        deepen(v, v->kind == JSON_ARRAY ? json_at(v, i) : json_value_at(v, i));
    v->flags &= (uint8_t)~JSON_DEPTH_STALE;
}

/* Empty containers are always the constants, so that nothing is allocated for them. */
json *json_build_done(struct json_build *b)
{
    size_t count = json_count(b->v);
    json *v;

    if (!count) {
        v = json_ref(b->v->kind == JSON_ARRAY ? json_empty_array() : json_empty_object());
        json_unref(b->v);
    } else {
        /* A little slack is cheaper than a move. A tree has no room of its own: `cap` is 0. */
        if (b->cap > count && b->cap - count > 4 + count / 8)
            resize(b, count);
        v = b->v;
        if (v->flags & JSON_DEPTH_STALE)
            find_depth_anew(v);
    }
    *b = (struct json_build){0};
    return v;
}

void json_build_drop(struct json_build *b)
{
    json_unref(b->v);
    *b = (struct json_build){0};
}

json *json_object_of(const json *keys, json *const *values)
{
    size_t count = json_count(keys);
    struct object_value *o;

    if (!count)
        return json_mutable(json_empty_object());
    o = begin_object(json_new(JSON_OBJECT, object_size(count)));
    o->count = (uint32_t)count;
    for (size_t i = 0; i < count; i++) {
        o->members[i] = (struct json_member){json_ref_child(as_array(keys)->items[i]), values[i]};
        deepen(&o->head, values[i]);
    }
    return &o->head;
}

json *json_with(const json *object, json *key, json *v)
{
    struct json_build b;

    json_build_copy(&b, object, 1);
    json_build_set_key(&b, key, v);
    return json_build_done(&b);
}
