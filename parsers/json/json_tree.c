/*
 * Large arrays and objects that are copied to be changed: trees (json_impl.h), whose copies share
 * what stays the same. A change copies the nodes on the way to its place, at most JSON_FAN children
 * each, unless nobody else has them: so of several changes to one copy, only the first copies.
 */

#include "parsers/json/json_impl.h"

#include "parsers/base/mem.h"

#include <assert.h>

_Static_assert(offsetof(struct array_tree, text_len) == offsetof(struct array_value, text_len) &&
                   offsetof(struct object_tree, text_len) ==
                       offsetof(struct object_value, text_len),
               "json_count and json_text_len read trees and flat containers alike");

/* A level for each JSON_FAN_BITS of a 32-bit count. */
enum { MOST_LEVELS = 7 };

/* Nodes have room for a multiple of so many children. */
enum { ROOM_STEP = 8 };

static size_t room_for(size_t children)
{
    return (children + ROOM_STEP - 1) / ROOM_STEP * ROOM_STEP;
}

/* ---- nodes ---- */

static struct array_tree *mutable_tree(json *v)
{
    return (struct array_tree *)v;
}

static json **children_of(json *node, size_t *count)
{
    *count = json_is_tree(node) ? as_array_tree(node)->slots : as_array(node)->count;
    return json_is_tree(node) ? mutable_tree(node)->nodes : mutable_array(node)->items;
}

/* Bytes of a node that has as many children, and their room. */
static size_t node_size(bool leaf, size_t children)
{
    return (leaf ? sizeof(struct array_value) : sizeof(struct array_tree)) +
           room_for(children) * sizeof(json *);
}

static json *new_leaf(void)
{
    struct array_value *a = (struct array_value *)json_new(JSON_ARRAY, node_size(true, 1));

    a->head.depth = 1;
    a->count = a->text_len = 0;
    return &a->head;
}

/* Has no nodes yet, but room for one. */
static json *new_node(uint32_t shift)
{
    struct array_tree *t = (struct array_tree *)json_new(JSON_ARRAY, node_size(false, 1));

    t->head.flags = JSON_TREE;
    t->head.depth = 1;
    t->count = t->text_len = t->slots = 0;
    t->shift = shift;
    return &t->head;
}

static json *copy_node(json *node)
{
    size_t count, size;
    json **children = children_of(node, &count), *copy;

    for (size_t i = 0; i < count; i++)
        json_ref_child(children[i]);
    size = node_size(!json_is_tree(node), count);
    copy = mem_alloc(size);
    memcpy(copy, node, size);
    copy->refs = 1;
    return copy;
}

/* Makes the node at `at` its holder's alone. */
static json *own_node(json **at)
{
    json *node = *at;

    if (node->refs == 1)
        return node;
    *at = copy_node(node);
    json_unref(node);
    return *at;
}

/* Adds a child to a node that is its holder's alone; what it says of all children is for the caller
 * to mend. Takes `child`. */
static void push_child(json **at, json *child)
{
    bool leaf = !json_is_tree(*at);
    size_t count;
    json **children = children_of(*at, &count);

    if (count == room_for(count)) {
        *at = mem_realloc(*at, node_size(leaf, count + 1));
        children = children_of(*at, &count);
    }
    children[count] = child;
    if (leaf)
        mutable_array(*at)->count++;
    else
        mutable_tree(*at)->slots++;
}

/* A leaf is as deep as what is around its elements, a node as its deepest node. */
static void find_node_depth(json *node)
{
    size_t count;
    json **children = children_of(node, &count);

    node->depth = 1;
    for (size_t i = 0; i < count; i++) {
        uint16_t depth = json_is_tree(node) ? children[i]->depth : json_depth_around(children[i]);
        if (depth > node->depth)
            node->depth = depth;
    }
}

/*
 * The length is kept where both the node's and the new element's are known without a walk. Where
 * the node's is, so is that of each of its elements.
 */
static void lengthen(json *node, size_t less, size_t more)
{
    uint64_t len = mutable_array(node)->text_len;
    bool known = len && len < UINT32_MAX && more;

    len += more;
    len -= known ? less : 0;
    mutable_array(node)->text_len = known && len < UINT32_MAX ? (uint32_t)len : 0;
}

/* ---- arrays ---- */

/* Groups `count` nodes below others, until there is one. */
static json *join_nodes(json **nodes, size_t count)
{
    for (uint32_t shift = JSON_FAN_BITS; count > 1; shift += JSON_FAN_BITS) {
        size_t above = 0;

        for (size_t i = 0; i < count; above++) {
            json *node = new_node(shift);

            for (size_t k = 0; k < JSON_FAN && i < count; k++, i++) {
                mutable_tree(node)->count += as_array(nodes[i])->count;
                push_child(&node, nodes[i]);
            }
            find_node_depth(node);
            nodes[above] = node;
        }
        count = above;
    }
    return nodes[0];
}

/* The tree of `count` values that lie in every `step`-th place from `values` on. */
static json *tree_of(json *const *values, size_t count, size_t step)
{
    size_t leaves = (count + JSON_FAN - 1) / JSON_FAN;
    json **nodes = mem_alloc(leaves * sizeof(*nodes)), *root;

    for (size_t i = 0; i < leaves; i++) {
        size_t end = count - i * JSON_FAN > JSON_FAN ? (i + 1) * JSON_FAN : count;

        nodes[i] = new_leaf();
        for (size_t k = i * JSON_FAN; k < end; k++)
            push_child(&nodes[i], json_ref_child(values[k * step]));
        find_node_depth(nodes[i]);
    }
    root = join_nodes(nodes, leaves);
    mem_free(nodes);
    return root;
}

/* A leaf with one element, below as many nodes as reach from `shift` down. */
static json *branch_of(uint32_t shift, json *item)
{
    json *v = new_leaf();

    push_child(&v, item);
    find_node_depth(v);
    for (uint32_t level = JSON_FAN_BITS; level <= shift; level += JSON_FAN_BITS) {
        json *below = v;

        v = new_node(level);
        push_child(&v, below);
        mutable_tree(v)->count = 1;
        v->depth = below->depth;
    }
    return v;
}

/* As a digit more: what was the root is the first node of the new one. */
static void grow_root(json **root)
{
    struct array_tree *old = mutable_tree(*root);
    json *node = new_node(old->shift + JSON_FAN_BITS);

    mutable_tree(node)->count = old->count;
    mutable_tree(node)->text_len = old->text_len;
    node->depth = old->head.depth;
    node->flags |= old->head.flags & JSON_USUAL;
    push_child(&node, &old->head);
    *root = node;
}

/* What a node says of all its elements, with `item` among them. */
static void note_added(json *node, const json *item, size_t len)
{
    if (json_depth_around(item) > node->depth)
        node->depth = json_depth_around(item);
    if (!json_is_usual(item))
        node->flags &= (uint8_t)~JSON_USUAL;
    lengthen(node, 0, len ? len + 1 : 0);
}

void json_tree_add(json **array, json *item)
{
    size_t i = json_count(*array), len = json_known_text_len(item);
    json **at = array;

    if (i >> as_array_tree(*array)->shift == JSON_FAN)
        grow_root(array);
    for (;;) {
        struct array_tree *t;
        uint32_t below;

        own_node(at);
        note_added(*at, item, len);
        if (!json_is_tree(*at)) {
            push_child(at, item);
            return;
        }
        t = mutable_tree(*at);
        t->count++;
        below = (uint32_t)(i >> t->shift);
        i &= ((size_t)1 << t->shift) - 1;
        if (below == t->slots) {
            push_child(at, branch_of(t->shift - JSON_FAN_BITS, item));
            return;
        }
        at = &t->nodes[below];
    }
}

/* Replaces an element. Only where the deepest went is looked at others again. */
static void put_element(json **array, size_t i, json *item)
{
    const json *before = json_item(array[0], i);
    size_t less = json_known_text_len(before), more = json_known_text_len(item), level = 0;
    bool was_deeper = json_depth_around(before) > json_depth_around(item);
    json **at = array, **way[MOST_LEVELS + 1];

    for (;;) {
        own_node(at);
        if (!json_is_usual(item))
            (*at)->flags &= (uint8_t)~JSON_USUAL;
        lengthen(*at, less, more);
        assert(level <= MOST_LEVELS);
        way[level++] = at;
        if (!json_is_tree(*at))
            break;
        struct array_tree *t = mutable_tree(*at);
        at = &t->nodes[i >> t->shift];
        i &= ((size_t)1 << t->shift) - 1;
    }
    json_unref(mutable_array(*at)->items[i]);
    mutable_array(*at)->items[i] = item;
    while (level-- > 0) {
        json *node = *way[level];
        if (was_deeper)
            find_node_depth(node);
        else if (json_depth_around(item) > node->depth)
            node->depth = json_depth_around(item);
    }
}

/* ---- the index of objects ---- */

void json_shared_index_unref(struct json_shared_index *x)
{
    if (!x || --x->refs)
        return;
    mem_free(x->slots);
    mem_free(x);
}

static void enter_slot(struct json_shared_index *x, uint32_t hash, uint32_t number)
{
    uint32_t i = hash & x->mask;

    for (; x->slots[i].number; i = (i + 1) & x->mask)
        if (x->slots[i].number == number && x->slots[i].hash == hash)
            return;
    x->slots[i] = (struct json_shared_slot){hash, number};
    x->used++;
}

/* Room for as many keys again; the keys need not be looked at. */
static void grow_index(struct json_shared_index *x, size_t keys)
{
    struct json_shared_slot *old = x->slots;
    size_t had = old ? (size_t)x->mask + 1 : 0, slots = 64;

    while (slots < 4 * keys)
        slots *= 2;
    assert(slots <= UINT32_MAX);
    x->slots = mem_calloc(slots, sizeof(*x->slots));
    x->mask = (uint32_t)(slots - 1);
    x->used = 0;
    for (size_t i = 0; i < had; i++)
        if (old[i].number)
            enter_slot(x, old[i].hash, old[i].number);
    mem_free(old);
}

static struct json_shared_index *index_of(const json *keys)
{
    struct json_shared_index *x = mem_calloc(1, sizeof(*x));
    uint32_t count = (uint32_t)json_count(keys);

    x->refs = 1;
    grow_index(x, count);
    for (uint32_t i = 0; i < count; i++)
        enter_slot(x, json_hash(json_item(keys, i)), i + 1);
    return x;
}

size_t json_tree_find(const json *object, const char *key, size_t len, uint32_t hash)
{
    const struct object_tree *o = as_object_tree(object);
    const struct json_shared_index *x = o->index;

    if (!x)
        x = ((struct object_tree *)json_mutable(object))->index = index_of(o->keys);
    for (uint32_t i = hash & x->mask; x->slots[i].number; i = (i + 1) & x->mask) {
        const struct string_value *have;

        if (x->slots[i].hash != hash || x->slots[i].number > o->count)
            continue;
        have = as_string(json_item(o->keys, x->slots[i].number - 1));
        if (have->len == len && (have->text == key || !memcmp(have->text, key, len)))
            return x->slots[i].number - 1;
    }
    return SIZE_MAX;
}

/*
 * Where most keys of an index are of others, as when many objects were made of one, each with
 * another key, this one leaves it.
 */
static void enter_key(struct object_tree *o, const json *key)
{
    struct json_shared_index *x = o->index;

    if (x && x->used > 4 * (size_t)o->count) {
        json_shared_index_unref(x);
        x = o->index = NULL;
    }
    if (!x)
        return;
    if (2 * ((size_t)x->used + 1) > x->mask)
        grow_index(x, (size_t)x->used + 1);
    enter_slot(x, json_hash(key), o->count);
}

/* ---- arrays and objects ---- */

static json *object_copy(const json *v)
{
    struct object_tree *o = (struct object_tree *)json_new(JSON_OBJECT, sizeof(*o));

    if (json_is_tree(v)) {
        *o = *as_object_tree(v);
        o->head.refs = 1;
        json_ref_child(o->keys);
        json_ref_child(o->values);
        if (o->index)
            o->index->refs++;
    } else {
        const struct json_member *members = as_object(v)->members;

        o->head.flags = (uint8_t)(JSON_TREE | (v->flags & JSON_USUAL));
        o->head.depth = v->depth;
        o->count = as_object(v)->count;
        o->text_len = as_object(v)->text_len;
        o->index = NULL;
        o->keys = tree_of(&members[0].key, o->count, 2);
        o->values = tree_of(&members[0].value, o->count, 2);
    }
    return &o->head;
}

json *json_tree_copy(const json *v)
{
    json *copy;

    assert(json_count(v) > JSON_FAN);
    if (v->kind == JSON_OBJECT)
        return object_copy(v);
    if (json_is_tree(v))
        return copy_node(json_mutable(v));
    copy = tree_of(as_array(v)->items, as_array(v)->count, 1);
    mutable_array(copy)->text_len = as_array(v)->text_len;
    copy->flags |= v->flags & JSON_USUAL;
    return copy;
}

/* Depth and length of an object are those of its trees. */
static void object_changed(struct object_tree *o)
{
    o->head.depth = o->values->depth;
    o->text_len = 0;
}

void json_tree_add_member(json *object, json *key, json *v)
{
    struct object_tree *o = (struct object_tree *)object;

    if (!json_is_usual_member(key, v))
        o->head.flags &= (uint8_t)~JSON_USUAL;
    json_tree_add(&o->keys, key);
    json_tree_add(&o->values, v);
    o->count++;
    enter_key(o, key);
    object_changed(o);
}

void json_tree_put(json **container, size_t i, json *v)
{
    struct object_tree *o = (struct object_tree *)*container;

    if ((*container)->kind == JSON_ARRAY) {
        put_element(container, i, v);
        return;
    }
    if (!json_is_usual(v))
        o->head.flags &= (uint8_t)~JSON_USUAL;
    put_element(&o->values, i, v);
    object_changed(o);
}
