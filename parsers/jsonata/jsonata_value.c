#include "parsers/jsonata/jsonata_impl.h"

#include "parsers/jsonata/js_number.h"
#include "parsers/mem.h"
#include "parsers/utf8.h"

#include <stdlib.h>
#include <string.h>

/*
 * Values of an evaluation. What it makes lies in a region, blocks of memory that are freed all at
 * once, or back to a mark when a result does not need what was made on the way to it. JSON values
 * are counted; those that the evaluation makes are held by it.
 */

/* ---- the region ---- */

enum { FIRST_CHUNK = 16 * 1024, LARGEST_CHUNK = 16 * 1024 * 1024 };

static void add_chunk(struct jn *e, size_t size)
{
    size_t room = 2 * e->chunk->size;
    struct chunk *c;

    if (room < FIRST_CHUNK)
        room = FIRST_CHUNK;
    if (room > LARGEST_CHUNK)
        room = LARGEST_CHUNK;
    if (room < size)
        room = size;
    c = mem_alloc(sizeof *c + room);
    c->before = e->chunk;
    c->size = room;
    c->next = (char *)(c + 1);
    c->end = c->next + room;
    e->chunk = c;
}

void *jn_alloc(struct jn *e, size_t size)
{
    void *p;

    size = (size + 15) & ~(size_t)15;
    if (size > (size_t)(e->chunk->end - e->chunk->next))
        add_chunk(e, size);
    p = e->chunk->next;
    e->chunk->next += size;
    e->used += size;
    return p;
}

const json *jn_hold(struct jn *e, json *v)
{
    if (e->held_count == e->held_cap) {
        e->held_cap = mem_grow(e->held_cap, e->held_count + 1);
        e->held = e->held == e->few_held ? memcpy(mem_alloc(e->held_cap * sizeof *e->held),
                                                  e->few_held, sizeof e->few_held)
                                         : mem_realloc(e->held, e->held_cap * sizeof *e->held);
    }
    e->held[e->held_count++] = v;
    if (json_is_string(v))
        e->used += json_str_len(v) + 32;
    return v;
}

struct mark jn_mark(struct jn *e)
{
    struct mark m = {.chunk = e->chunk,
                     .next = e->chunk->next,
                     .used = e->used,
                     .held = e->held_count,
                     .serial = e->serial,
                     .oldest_bound = e->oldest_bound};

    e->oldest_bound = UINT64_MAX;
    return m;
}

static void drop_chunks(struct jn *e, const struct mark *m)
{
    while (e->chunk != m->chunk) {
        struct chunk *c = e->chunk;
        e->chunk = c->before;
        mem_free(c);
    }
    e->chunk->next = m->next;
}

static void drop_held(struct jn *e, size_t from, size_t to)
{
    if (from == to)
        return;
    for (size_t i = from; i < to; i++)
        json_unref(e->held[i]);
    memmove(e->held + from, e->held + to, (e->held_count - to) * sizeof *e->held);
    e->held_count -= to - from;
}

/* ---- moving what survives ---- */

enum { ENOUGH_GARBAGE = 1 << 20 };

/* What was made since a mark, on its way out. */
struct move {
    struct jn *e;
    struct chunk *old; /* the newest chunk of those that go */
    const struct chunk *stay;
    const char *next; /* in `stay`: what was made since the mark begins here */
    size_t depth;
    bool failed;
};

static bool is_old(const struct move *m, const void *p)
{
    for (const struct chunk *c = m->old; c != m->stay; c = c->before)
        if ((const char *)p >= (const char *)c && (const char *)p < c->end)
            return true;
    return false;
}

static const json *move_json(struct move *m, const json *v)
{
    return jn_hold(m->e, json_ref((json *)(uintptr_t)v));
}

static struct jv move_value(struct move *m, struct jv v);

static struct list *move_list(struct move *m, struct list *l)
{
    struct list *to;

    if (!is_old(m, l))
        return l;
    if (l->moved)
        return l->moved;
    to = list_new(m->e, l->flags, l->flags & LIST_RANGE ? 0 : l->count);
    l->moved = to;
    to->first = l->first;
    to->count = l->count;
    for (size_t i = 0; !(l->flags & LIST_RANGE) && i < l->count; i++)
        to->items[i] = move_value(m, l->items[i]);
    return to;
}

static struct map *move_map(struct move *m, struct map *from)
{
    struct map *to;

    if (!is_old(m, from))
        return from;
    if (from->moved)
        return from->moved;
    to = map_new(m->e, from->count);
    from->moved = to;
    for (uint32_t i = 0; i < from->count; i++)
        map_set(m->e, to, move_json(m, from->members[i].key),
                move_value(m, from->members[i].value));
    return to;
}

static struct jv move_value(struct move *m, struct jv v)
{
    if (m->depth == JSON_MAX_DEPTH)
        m->failed = true;
    if (m->failed)
        return v;
    m->depth++;
    switch (v.kind) {
    case JV_STRING:
    case JV_ARRAY:
    case JV_OBJECT: v.j = move_json(m, v.j); break;
    case JV_LIST: v.list = move_list(m, v.list); break;
    case JV_MAP: v.map = move_map(m, v.map); break;
    case JV_FUNCTION:
    case JV_TUPLE: m->failed = true; break;
    case JV_UNDEFINED:
    case JV_NULL:
    case JV_BOOL:
    case JV_NUMBER:
    case JV_ERROR: break;
    }
    m->depth--;
    return v;
}

/* Functions and what nests too deep stay, and with them all that was made since the mark. */
static bool can_move(struct jv v, size_t depth, size_t *budget)
{
    if (depth == JSON_MAX_DEPTH || *budget == 0)
        return false;
    (*budget)--;
    if (v.kind == JV_LIST && !(v.list->flags & LIST_RANGE)) {
        for (size_t i = 0; i < v.list->count; i++)
            if (!can_move(v.list->items[i], depth + 1, budget))
                return false;
    }
    if (v.kind == JV_MAP) {
        for (uint32_t i = 0; i < v.map->count; i++)
            if (!can_move(v.map->members[i].value, depth + 1, budget))
                return false;
    }
    return v.kind != JV_FUNCTION && v.kind != JV_TUPLE;
}

static bool is_flat(struct jv v)
{
    return v.kind != JV_LIST && v.kind != JV_MAP && v.kind != JV_TUPLE && v.kind != JV_FUNCTION;
}

static bool is_json(struct jv v)
{
    return v.kind == JV_STRING || v.kind == JV_ARRAY || v.kind == JV_OBJECT;
}

static bool was_made_since(const struct jn *e, const struct mark *m, const void *p)
{
    for (const struct chunk *c = e->chunk; c != m->chunk; c = c->before)
        if ((const char *)p >= (const char *)c && (const char *)p < c->end)
            return true;
    return (const char *)p >= m->next && (const char *)p < m->chunk->end;
}

/* Nothing but `v` is kept: back to the mark itself. */
static void rewind_to(struct jn *e, const struct mark *m, struct jv *v, size_t count)
{
    const size_t held = e->held_count, used = e->used;

    for (size_t i = 0; i < count; i++)
        if (is_json(v[i]) && (held > m->held || was_made_since(e, m, v[i].j)))
            v[i].j = jn_hold(e, json_ref(v[i].j));
    drop_held(e, m->held, held);
    drop_chunks(e, m);
    e->used = m->used + (e->used - used);
}

static void move_all(struct jn *e, const struct mark *m, struct jv *v, size_t count)
{
    struct move move = {.e = e, .old = e->chunk, .stay = m->chunk};
    const size_t held = e->held_count;
    struct chunk *c, *before;

    /* New chunks are put on the one that stays, the old ones hang on `move.old`. */
    e->chunk = m->chunk;
    e->used = m->used;
    for (size_t i = 0; i < count; i++)
        v[i] = move_value(&move, v[i]);
    for (c = move.old; c != move.stay; c = before) {
        before = c->before;
        mem_free(c);
    }
    drop_held(e, m->held, held);
}

void jn_settle_all(struct jn *e, const struct mark *m, struct jv *v, size_t count)
{
    const bool safe = e->oldest_bound >= m->serial;
    size_t budget;
    bool flat = true, error = false;

    if (e->oldest_bound > m->oldest_bound)
        e->oldest_bound = m->oldest_bound;
    if (!safe || e->used == m->used)
        return;
    for (size_t i = 0; i < count; i++) {
        flat = flat && is_flat(v[i]);
        error = error || is_error(v[i]);
    }
    if (error)
        return;
    if (flat) {
        rewind_to(e, m, v, count);
        return;
    }
    if (e->used - m->used < ENOUGH_GARBAGE || e->chunk == m->chunk)
        return;
    /* Worth it only when most of it is garbage. */
    budget = (e->used - m->used) / (4 * sizeof(struct jv));
    for (size_t i = 0; i < count; i++)
        if (!can_move(v[i], 0, &budget))
            return;
    move_all(e, m, v, count);
}

struct jv jn_settle(struct jn *e, const struct mark *m, struct jv v)
{
    jn_settle_all(e, m, &v, 1);
    return v;
}

/* ---- strings ---- */

struct jv jv_from_json(const json *v)
{
    if (!v)
        return jv_undefined();
    switch (json_kind(v)) {
    case JSON_NULL: return (struct jv){.kind = JV_NULL};
    case JSON_FALSE: return jv_bool(false);
    case JSON_TRUE: return jv_bool(true);
    case JSON_INT:
    case JSON_BIGINT:
    case JSON_DOUBLE: return jv_number(json_double_value(v));
    case JSON_STRING: return (struct jv){.kind = JV_STRING, .j = v};
    case JSON_ARRAY: return (struct jv){.kind = JV_ARRAY, .j = v};
    case JSON_OBJECT: return (struct jv){.kind = JV_OBJECT, .j = v};
    }
    return jv_undefined();
}

/* Takes `s`. */
static struct jv jn_string(struct jn *e, json *s)
{
    return (struct jv){.kind = JV_STRING, .j = jn_hold(e, s)};
}

/* Larger ones are counted: what comes out may hold one many times, and has copies of these. */
enum { SMALL_STRING = 64 };

struct jv jn_text(struct jn *e, const char *text, size_t len)
{
    if (len > SMALL_STRING)
        return jn_string(e, json_string(text, len));
    return (struct jv){.kind = JV_STRING,
                       .j = json_string_in(jn_alloc(e, json_string_room(len)), text, len)};
}

struct jv jn_take_buf(struct jn *e, struct buf *b)
{
    struct jv v = jn_text(e, b->data, b->len);

    buf_clear(b);
    return v;
}

static bool is_surrogate(const char *s, unsigned char from, unsigned char to)
{
    const unsigned char *u = (const unsigned char *)s;

    return u[0] == 0xED && u[1] >= from && u[1] <= to;
}

void text_add(struct buf *out, const char *text, size_t len)
{
    uint32_t high, low;
    char joined[4];
    size_t n;

    if (out->len >= 3 && len >= 3 && is_surrogate(out->data + out->len - 3, 0xA0, 0xAF) &&
        is_surrogate(text, 0xB0, 0xBF)) {
        utf8_decode(out->data + out->len - 3, 3, &high);
        utf8_decode(text, 3, &low);
        out->len -= 3;
        n = utf8_encode(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00), joined);
        buf_add(out, joined, n);
        text += 3;
        len -= 3;
    }
    buf_add(out, text, len);
}

size_t text_units(const char *text, size_t len)
{
    size_t n = 0;

    for (size_t i = 0; i < len; i++) {
        const unsigned char c = (unsigned char)text[i];
        n += (c & 0xC0) != 0x80;
        n += c >= 0xF0;
    }
    return n;
}

/* ---- lists ---- */

struct list *list_new(struct jn *e, unsigned flags, size_t room)
{
    struct list *l = jn_alloc(e, sizeof *l);

    *l = (struct list){.flags = flags, .cap = room};
    if (room)
        l->items = jn_alloc(e, room * sizeof *l->items);
    return l;
}

/* The range as items. */
static void list_spell(struct jn *e, struct list *l, size_t room)
{
    struct jv *items = jn_alloc(e, room * sizeof *items);

    for (size_t i = 0; i < l->count; i++)
        items[i] = jv_number(l->first + (double)i);
    l->items = items;
    l->cap = room;
    l->flags &= ~(unsigned)LIST_RANGE;
}

static void list_reserve(struct jn *e, struct list *l, size_t count)
{
    struct jv *items;
    size_t cap;

    if (l->flags & LIST_RANGE)
        list_spell(e, l, count);
    if (count <= l->cap)
        return;
    cap = l->cap * 2 > count ? l->cap * 2 : count;
    if (cap < 4)
        cap = 4;
    items = jn_alloc(e, cap * sizeof *items);
    if (l->count)
        memcpy(items, l->items, l->count * sizeof *items);
    l->items = items;
    l->cap = cap;
}

void list_push(struct jn *e, struct list *l, struct jv v)
{
    if (l->count == l->cap || (l->flags & LIST_RANGE))
        list_reserve(e, l, l->count + 1);
    l->items[l->count++] = v;
}

void list_extend(struct jn *e, struct list *l, struct jv array)
{
    const size_t n = items_count(array);

    if (n == 0)
        return;
    list_reserve(e, l, l->count + n);
    for (size_t i = 0; i < n; i++)
        l->items[l->count++] = items_at(array, i);
}

struct list *list_range(struct jn *e, double first, size_t count, unsigned flags)
{
    struct list *l = list_new(e, flags | LIST_RANGE, 0);

    l->first = first;
    l->count = count;
    return l;
}

/* ---- maps ---- */

enum { SMALL_MAP = 8 };

static uint32_t hash_of(const json *key)
{
    const char *s = json_str(key);
    uint32_t h = 2166136261u;

    for (size_t n = json_str_len(key); n > 0; n--)
        h = (h ^ (unsigned char)*s++) * 16777619u;
    return h;
}

static bool same_key(const json *a, const json *b)
{
    return a == b || (json_str_len(a) == json_str_len(b) &&
                      memcmp(json_str(a), json_str(b), json_str_len(a)) == 0);
}

struct map *map_new(struct jn *e, size_t room)
{
    struct map *m = jn_alloc(e, sizeof *m);

    *m = (struct map){.cap = (uint32_t)room};
    if (room)
        m->members = jn_alloc(e, room * sizeof *m->members);
    return m;
}

static void index_add(struct map *m, uint32_t i)
{
    uint32_t slot = m->members[i].hash & m->mask;

    while (m->slots[slot])
        slot = (slot + 1) & m->mask;
    m->slots[slot] = i + 1;
}

static void index_build(struct jn *e, struct map *m)
{
    uint32_t size = 32;

    while (size < 2 * m->cap)
        size *= 2;
    m->slots = jn_alloc(e, size * sizeof *m->slots);
    memset(m->slots, 0, size * sizeof *m->slots);
    m->mask = size - 1;
    for (uint32_t i = 0; i < m->count; i++) {
        m->members[i].hash = hash_of(m->members[i].key);
        index_add(m, i);
    }
}

static struct map_member *map_find(const struct map *m, const json *key)
{
    if (!m->slots) {
        for (uint32_t i = 0; i < m->count; i++)
            if (same_key(m->members[i].key, key))
                return &m->members[i];
        return NULL;
    }
    for (uint32_t slot = hash_of(key) & m->mask; m->slots[slot]; slot = (slot + 1) & m->mask)
        if (same_key(m->members[m->slots[slot] - 1].key, key))
            return &m->members[m->slots[slot] - 1];
    return NULL;
}

static void map_grow(struct jn *e, struct map *m)
{
    const uint32_t cap = m->cap < 2 ? 4 : 2 * m->cap;
    struct map_member *members = jn_alloc(e, cap * sizeof *members);

    if (m->count)
        memcpy(members, m->members, m->count * sizeof *members);
    m->members = members;
    m->cap = cap;
    if (cap > SMALL_MAP)
        index_build(e, m);
}

void map_set(struct jn *e, struct map *m, const json *key, struct jv v)
{
    struct map_member *found = map_find(m, key);

    m->as_json = NULL;
    if (found)
        found->value = v;
    else
        map_add(e, m, key, v);
}

void map_add(struct jn *e, struct map *m, const json *key, struct jv v)
{
    m->as_json = NULL;
    if (m->count == m->cap)
        map_grow(e, m);
    else if (m->cap > SMALL_MAP && !m->slots)
        index_build(e, m);
    m->members[m->count] = (struct map_member){.key = key, .value = v};
    if (m->slots) {
        m->members[m->count].hash = hash_of(key);
        index_add(m, m->count);
    }
    m->count++;
}

struct jv map_get(const struct map *m, const json *key)
{
    const struct map_member *found = map_find(m, key);

    return found ? found->value : jv_undefined();
}

void map_delete(struct map *m, const json *key)
{
    struct map_member *found = map_find(m, key);
    uint32_t i;

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

const uint32_t *members_order(struct jn *e, struct jv v)
{
    const size_t count = members_count(v);
    size_t indexes = 0, at;
    uint32_t n;
    uint32_t *order;
    struct ordered *first;

    for (size_t i = 0; i < count; i++)
        indexes += is_index(member_key(v, i), &n);
    if (indexes == 0)
        return NULL;
    first = jn_alloc(e, indexes * sizeof *first);
    order = jn_alloc(e, count * sizeof *order);
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

/* ---- what values are to operators ---- */

int jv_is_numeric(struct jn *e, struct jv v)
{
    if (v.kind != JV_NUMBER || isnan(v.n))
        return 0;
    if (isfinite(v.n))
        return 1;
    jn_error_value(e, "D1001", v);
    return -1;
}

static int truth(struct jn *e, struct jv v, size_t depth)
{
    int t = 0;

    switch (v.kind) {
    case JV_BOOL: return v.b;
    case JV_NUMBER: t = jv_is_numeric(e, v); return t > 0 ? v.n != 0 : t;
    case JV_STRING: return json_str_len(v.j) > 0;
    case JV_ARRAY:
    case JV_LIST:
        if (depth == JSON_MAX_DEPTH)
            return jn_error(e, "D1011"), -1;
        /* The reference looks at all of them, so that it fails on the last as on the first. */
        for (size_t i = 0; i < items_count(v); i++) {
            const int one = jn_step(e) ? truth(e, items_at(v, i), depth + 1) : -1;
            if (one < 0)
                return -1;
            t |= one;
        }
        return t;
    case JV_OBJECT:
    case JV_MAP: return members_count(v) > 0;
    case JV_TUPLE: return 1;
    /* 2.0.6 takes functions of its own for objects that are not empty. */
    case JV_FUNCTION:
        return e->dialect == JSONATA_AWS && v.f->kind != FUNC_WRAPPED && v.f->kind != FUNC_REGEX &&
               v.f->kind != FUNC_NEXT_MATCH;
    case JV_UNDEFINED:
    case JV_NULL: return 0;
    case JV_ERROR: break;
    }
    return -1;
}

int jv_truth(struct jn *e, struct jv v)
{
    return truth(e, v, 0);
}

struct jv jv_boolean(struct jn *e, struct jv v)
{
    int t;

    if (is_undefined(v) || is_error(v))
        return v;
    t = jv_truth(e, v);
    return t < 0 ? (struct jv){.kind = JV_ERROR} : jv_bool(t > 0);
}

static int equal(struct jn *e, struct jv a, struct jv b, size_t depth);

static int equal_arrays(struct jn *e, struct jv a, struct jv b, size_t depth)
{
    const size_t n = items_count(a);
    int same = n == items_count(b);

    for (size_t i = 0; same > 0 && i < n; i++)
        same = equal(e, items_at(a, i), items_at(b, i), depth);
    return same;
}

static int equal_objects(struct jn *e, struct jv a, struct jv b, size_t depth)
{
    const size_t n = members_count(a);
    int same = n == members_count(b);

    for (size_t i = 0; same > 0 && i < n; i++) {
        const struct jv other = member_get(b, member_key(a, i));
        same = is_undefined(other) ? 0 : equal(e, member_value(a, i), other, depth);
    }
    return same;
}

static int equal(struct jn *e, struct jv a, struct jv b, size_t depth)
{
    if (!jn_step(e))
        return -1;
    if (depth == JSON_MAX_DEPTH)
        return jn_error(e, "D1011"), -1;
    if (is_array(a) && is_array(b)) {
        if (a.kind == JV_ARRAY && b.kind == JV_ARRAY)
            return json_equal(a.j, b.j);
        return equal_arrays(e, a, b, depth + 1);
    }
    if (is_object(a) && is_object(b)) {
        if (a.kind == JV_OBJECT && b.kind == JV_OBJECT)
            return json_equal(a.j, b.j);
        return equal_objects(e, a, b, depth + 1);
    }
    if (a.kind != b.kind)
        return 0;
    if (a.kind == JV_NUMBER)
        return a.n == b.n;
    if (a.kind == JV_BOOL)
        return a.b == b.b;
    if (a.kind == JV_STRING)
        return same_key(a.j, b.j);
    if (a.kind == JV_FUNCTION)
        return a.f == b.f;
    return a.kind == JV_NULL || a.kind == JV_UNDEFINED;
}

int jv_equal(struct jn *e, struct jv a, struct jv b)
{
    return equal(e, a, b, 0);
}

int jv_compare(struct jv a, struct jv b)
{
    int c;

    if (a.kind == JV_NUMBER)
        return a.n < b.n ? -1 : a.n > b.n;
    c = json_compare_strings(a.j, b.j);
    return c < 0 ? -1 : c > 0;
}

struct jv jv_append(struct jn *e, struct jv a, struct jv b)
{
    const size_t n = is_array(a) ? items_count(a) : 1;
    const size_t more = is_array(b) ? items_count(b) : 1;
    struct list *l;

    if (is_undefined(a))
        return b;
    if (is_undefined(b))
        return a;
    if (!jn_steps(e, n + more))
        return (struct jv){.kind = JV_ERROR};
    if (n == 0 && has_flag(b, LIST_RANGE))
        return jv_list(list_range(e, b.list->first, b.list->count, 0));
    l = list_new(e, 0, n + more);
    if (is_array(a))
        list_extend(e, l, a);
    else
        list_push(e, l, a);
    if (is_array(b))
        list_extend(e, l, b);
    else
        list_push(e, l, b);
    return jv_list(l);
}

/* ---- text ---- */

/* How a value is written. */
struct writer {
    struct jn *e; /* NULL: no bounds */
    struct buf *out;
    bool round; /* as $string: numbers to 15 digits */
    unsigned indent;
    size_t depth;
};

/* JavaScript's escapes have small letters. */
static void write_string(struct buf *out, const json *text)
{
    const size_t start = out->len;

    json_write_string(out, json_str(text), json_str_len(text));
    if (!memchr(out->data + start, '\\', out->len - start))
        return;
    for (size_t i = start; i + 5 < out->len; i++) {
        if (out->data[i] != '\\')
            continue;
        if (out->data[++i] != 'u')
            continue;
        for (size_t k = 1; k <= 4; k++)
            if (out->data[i + k] >= 'A' && out->data[i + k] <= 'F')
                out->data[i + k] = (char)(out->data[i + k] - 'A' + 'a');
    }
}

static bool write_value(struct writer *w, struct jv v);

static void break_line(struct writer *w)
{
    if (!w->indent)
        return;
    buf_addc(w->out, '\n');
    for (size_t i = 0; i < w->depth * w->indent; i++)
        buf_addc(w->out, ' ');
}

static bool write_number(struct writer *w, double n)
{
    if (!isfinite(n)) {
        if (w->round && jv_is_numeric(w->e, jv_number(n)) < 0)
            return false;
        buf_adds(w->out, "null");
        return true;
    }
    js_number_write(w->out, w->round ? js_number_round15(n, w->e->dialect == JSONATA_AWS) : n);
    return true;
}

/* In JSON text functions are the empty string, and without values there are no members. */
static bool write_item(struct writer *w, struct jv v)
{
    if (is_undefined(v)) {
        buf_adds(w->out, "null");
        return true;
    }
    return write_value(w, v);
}

static bool write_array(struct writer *w, struct jv v)
{
    const size_t n = items_count(v);
    bool ok = true;

    buf_addc(w->out, '[');
    w->depth++;
    for (size_t i = 0; ok && i < n; i++) {
        if (i)
            buf_addc(w->out, ',');
        break_line(w);
        ok = write_item(w, items_at(v, i));
    }
    w->depth--;
    if (n)
        break_line(w);
    buf_addc(w->out, ']');
    return ok;
}

static bool write_object(struct writer *w, struct jv v)
{
    const size_t n = members_count(v);
    const uint32_t *order = w->e ? members_order(w->e, v) : NULL;
    bool ok = true;

    buf_addc(w->out, '{');
    w->depth++;
    for (size_t i = 0; ok && i < n; i++) {
        const size_t at = order ? order[i] : i;
        const json *key = member_key(v, at);
        if (i)
            buf_addc(w->out, ',');
        break_line(w);
        write_string(w->out, key);
        buf_adds(w->out, w->indent ? ": " : ":");
        ok = write_item(w, member_value(v, at));
    }
    w->depth--;
    if (n)
        break_line(w);
    buf_addc(w->out, '}');
    return ok;
}

static bool within_bounds(struct writer *w)
{
    struct jn *e = w->e;

    if (!e)
        return true;
    if (!jn_step(e))
        return false;
    if (w->depth == JSON_MAX_DEPTH)
        return jn_error(e, "D1011"), false;
    if (w->out->len > e->memory)
        return jn_error(e, "U1002"), false;
    return true;
}

static bool write_value(struct writer *w, struct jv v)
{
    if (!within_bounds(w))
        return false;
    switch (v.kind) {
    case JV_UNDEFINED: buf_adds(w->out, "undefined"); return true;
    case JV_NULL: buf_adds(w->out, "null"); return true;
    case JV_BOOL: buf_adds(w->out, v.b ? "true" : "false"); return true;
    case JV_NUMBER: return write_number(w, v.n);
    case JV_STRING: write_string(w->out, v.j); return true;
    case JV_ARRAY:
    case JV_LIST: return write_array(w, v);
    case JV_OBJECT:
    case JV_MAP: return write_object(w, v);
    case JV_TUPLE: return write_value(w, v.tuple->item);
    case JV_FUNCTION: buf_adds(w->out, "\"\""); return true;
    case JV_ERROR: break;
    }
    return false;
}

bool jv_write(struct jn *e, struct buf *out, struct jv v, bool round, unsigned indent)
{
    struct writer w = {.e = e, .out = out, .round = round, .indent = indent};

    return write_value(&w, v);
}

bool jv_add_string(struct jn *e, struct buf *out, struct jv v)
{
    if (v.kind == JV_STRING) {
        text_add(out, json_str(v.j), json_str_len(v.j));
        return true;
    }
    if (v.kind == JV_UNDEFINED || v.kind == JV_FUNCTION)
        return true;
    if (v.kind == JV_NUMBER && !isfinite(v.n)) {
        jn_error_value(e, "D3001", v);
        return false;
    }
    if (has_flag(v, LIST_OUTER))
        v = v.list->items[0];
    return jv_write(e, out, v, true, 0);
}

/* ---- copies ---- */

static struct jv clone_array(struct jn *e, struct jv v, size_t depth)
{
    const size_t n = items_count(v);
    struct list *l = list_new(e, 0, n);

    for (size_t i = 0; i < n; i++) {
        struct jv item = items_at(v, i);
        item = is_undefined(item) ? (struct jv){.kind = JV_NULL} : jv_clone(e, item, depth + 1);
        if (is_error(item))
            return item;
        list_push(e, l, item);
    }
    return jv_list(l);
}

static struct jv clone_object(struct jn *e, struct jv v, size_t depth)
{
    const size_t n = members_count(v);
    struct map *m = map_new(e, n);

    for (size_t i = 0; i < n; i++) {
        const struct jv item = jv_clone(e, member_value(v, i), depth + 1);
        if (is_error(item))
            return item;
        map_set(e, m, member_key(v, i), item);
    }
    return jv_map(m);
}

struct jv jv_clone(struct jn *e, struct jv v, size_t depth)
{
    if (!jn_step(e))
        return (struct jv){.kind = JV_ERROR};
    if (depth == JSON_MAX_DEPTH)
        return jn_error(e, "D1011");
    if (is_array(v))
        return clone_array(e, v, depth);
    if (is_object(v))
        return clone_object(e, v, depth);
    if (v.kind == JV_FUNCTION)
        return jn_text(e, "", 0);
    if (v.kind == JV_NUMBER) {
        const int numeric = jv_is_numeric(e, v);
        if (numeric < 0)
            return (struct jv){.kind = JV_ERROR};
        return numeric ? jv_number(js_number_round15(v.n, e->dialect == JSONATA_AWS))
                       : (struct jv){.kind = JV_NULL};
    }
    return v;
}

/* ---- to JSON ---- */

enum { EXACT = INT64_C(1) << 53 };

static json *number_to_json(struct jn *e, double n, bool *unsupported)
{
    if (isfinite(n)) {
        if (n == floor(n) && fabs(n) <= (double)EXACT)
            return json_int((int64_t)n);
        return json_double(n);
    }
    /* Within a value Step Functions writes its name. */
    if (e->dialect == JSONATA_AWS)
        return json_cstring(isnan(n) ? "NaN" : n > 0 ? "Infinity" : "-Infinity");
    *unsupported = true;
    return json_null();
}

static json *to_json(struct jn *e, struct jv v, size_t depth, bool *unsupported);

static json *list_to_json(struct jn *e, struct jv v, size_t depth, bool *unsupported)
{
    struct json_build b;

    if (v.list->as_json)
        return json_ref(v.list->as_json);
    json_build_array(&b, v.list->count);
    for (size_t i = 0; i < v.list->count; i++) {
        json *item = to_json(e, items_at(v, i), depth + 1, unsupported);
        if (!item) {
            json_build_drop(&b);
            return NULL;
        }
        json_build_add(&b, item);
    }
    v.list->as_json = (json *)(uintptr_t)jn_hold(e, json_build_done(&b));
    return json_ref(v.list->as_json);
}

static json *map_to_json(struct jn *e, struct jv v, size_t depth, bool *unsupported)
{
    const uint32_t *order;
    struct json_build b;

    if (v.map->as_json)
        return json_ref(v.map->as_json);
    order = members_order(e, v);
    json_build_object(&b, v.map->count);
    for (uint32_t i = 0; i < v.map->count; i++) {
        const struct map_member *m = &v.map->members[order ? order[i] : i];
        json *item = to_json(e, m->value, depth + 1, unsupported);
        if (!item) {
            json_build_drop(&b);
            return NULL;
        }
        json_build_set_key(&b, json_ref((json *)(uintptr_t)m->key), item);
    }
    v.map->as_json = (json *)(uintptr_t)jn_hold(e, json_build_done(&b));
    return json_ref(v.map->as_json);
}

static json *to_json(struct jn *e, struct jv v, size_t depth, bool *unsupported)
{
    json *made = NULL;

    if (depth == JSON_MAX_DEPTH - 1)
        return jn_error(e, "D1011"), NULL;
    if (!jn_step(e))
        return NULL;
    switch (v.kind) {
    case JV_UNDEFINED:
    case JV_NULL: return json_null();
    case JV_BOOL: return json_bool(v.b);
    case JV_NUMBER: return number_to_json(e, v.n, unsupported);
    case JV_STRING: return json_ref((json *)(uintptr_t)v.j);
    case JV_ARRAY:
    case JV_OBJECT:
        if (json_depth(v.j) + depth > JSON_MAX_DEPTH)
            return jn_error(e, "D1011"), NULL;
        return json_ref((json *)(uintptr_t)v.j);
    case JV_LIST:
    case JV_MAP:
        made = v.kind == JV_LIST ? list_to_json(e, v, depth, unsupported)
                                 : map_to_json(e, v, depth, unsupported);
        if (made && json_depth(made) + depth > JSON_MAX_DEPTH) {
            json_unref(made);
            return jn_error(e, "D1011"), NULL;
        }
        return made;
    case JV_TUPLE: return to_json(e, v.tuple->item, depth + 1, unsupported);
    case JV_FUNCTION: *unsupported = true; return json_null();
    case JV_ERROR: break;
    }
    return NULL;
}

bool jv_to_json(struct jn *e, struct jv v, json **out, bool *unsupported)
{
    *out = to_json(e, v, 0, unsupported);
    return *out != NULL;
}
