/*
 * Where the values of an evaluation lie. What it makes lies in a region, blocks of memory that are
 * freed all at once, or back to a mark when a result does not need what was made on the way to it.
 * JSON values are counted; those that the evaluation makes are held by it.
 */

#include "parsers/jsonata/jsonata_region.h"

#include "parsers/base/mem.h"
#include "parsers/jsonata/jsonata_map.h"

#include <string.h>

/* ---- the region ---- */

enum { FIRST_CHUNK = 16 * 1024, LEAST_BEHIND = 4 * 1024, LARGEST_CHUNK = 2 * 1024 * 1024 };

/* Chunks double up to a limit: a large evaluation has few, and a small one wastes little. */
void region_add_chunk(struct evaluation *e, size_t size)
{
    size_t room = 2 * e->chunk->size;
    struct chunk *c = e->spare;

    if (c && c->size >= size) {
        e->spare = NULL;
        c->before = e->chunk;
        c->next = (char *)(c + 1);
        e->chunk = c;
        return;
    }
    if (room < FIRST_CHUNK)
        room = FIRST_CHUNK;
    if (room > LARGEST_CHUNK)
        room = LARGEST_CHUNK;
    /* With room behind what is large: who goes back to a mark there would else get a chunk anew for
     * each little thing. */
    if (room < size + LEAST_BEHIND)
        room = size + LEAST_BEHIND;
    c = mem_alloc(sizeof *c + room);
    c->before = e->chunk;
    c->size = room;
    c->next = (char *)(c + 1);
    c->end = c->next + room;
    e->chunk = c;
}

void *eval_grow(struct evaluation *e, const void *items, size_t count, size_t cap, size_t size)
{
    void *wider = eval_alloc(e, cap * size);

    if (count)
        memcpy(wider, items, count * size);
    return wider;
}

/*
 * The list of what is held begins in the evaluation itself, and moves to memory of its own when it
 * grows.
 */
const json *eval_hold(struct evaluation *e, json *v)
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

/*
 * The largest chunk that is no longer needed is kept for the next that is: where a chunk is nearly
 * full at the mark, each item of a list would else get one from the system and give it back.
 */
static void spare_chunk(struct evaluation *e, struct chunk *c)
{
    if (c->size > LARGEST_CHUNK || (e->spare && e->spare->size >= c->size)) {
        mem_free(c);
        return;
    }
    mem_free(e->spare);
    e->spare = c;
}

static void drop_chunks(struct evaluation *e, const struct mark *m)
{
    while (e->chunk != m->chunk) {
        struct chunk *c = e->chunk;
        e->chunk = c->before;
        spare_chunk(e, c);
    }
    e->chunk->next = m->next;
}

/* Those before `from` are older than the mark, and those from `to` on were made while settling. */
static void drop_held(struct evaluation *e, size_t from, size_t to)
{
    if (from == to)
        return;
    for (size_t i = from; i < to; i++)
        json_unref(e->held[i]);
    memmove(e->held + from, e->held + to, (e->held_count - to) * sizeof *e->held);
    e->held_count -= to - from;
}

void region_begin(struct evaluation *e, struct first_chunk *first)
{
    first->head = (struct chunk){.size = sizeof first->bytes, .next = first->bytes};
    first->head.end = first->bytes + sizeof first->bytes;
    e->chunk = &first->head;
    e->held = e->few_held;
    e->held_cap = FEW_HELD;
}

void region_end(struct evaluation *e)
{
    for (size_t i = e->held_count; i-- > 0;)
        json_unref(e->held[i]);
    if (e->held != e->few_held)
        mem_free(e->held);
    while (e->chunk->before) {
        struct chunk *c = e->chunk;
        e->chunk = c->before;
        mem_free(c);
    }
    mem_free(e->spare);
}

/* ---- moving what survives ---- */

enum { ENOUGH_GARBAGE = 1 << 20 };

/* What was made since a mark, on its way out. */
struct move {
    struct evaluation *e;
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
    return eval_hold(m->e, json_ref((json *)(uintptr_t)v));
}

static struct jv move_value(struct move *m, struct jv v);

static struct list *move_list(struct move *m, struct list *l)
{
    struct list *to;
    size_t items;

    if (!is_old(m, l))
        return l;
    if (l->moved)
        return l->moved;
    items = l->flags & LIST_RANGE ? 0 : l->count - l->based;
    to = list_new(m->e, l->flags, items);
    l->moved = to;
    to->based = l->based;
    if (l->based)
        to->base = move_json(m, l->base);
    else
        to->first = l->first;
    to->count = l->count;
    to->cap += l->based;
    for (size_t i = 0; i < items; i++)
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
    if (from->base)
        to->base = move_json(m, from->base);
    if (from->over)
        to->over = move_map(m, from->over);
    for (uint32_t i = 0; i < from->count; i++)
        map_add(m->e, to, move_json(m, from->members[i].key),
                move_value(m, from->members[i].value));
    return to;
}

/*
 * Copies what goes, looks at what stays. `moved` records the copy, so two references to one list
 * still share it afterwards.
 */
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

static bool can_move(struct jv v, size_t depth, size_t *budget);

static bool can_move_members(const struct map *m, size_t depth, size_t *budget)
{
    for (uint32_t i = 0; i < m->count; i++)
        if (!can_move(m->members[i].value, depth, budget))
            return false;
    return !m->over || can_move_members(m->over, depth, budget);
}

/* Functions and what nests too deep stay, and with them all that was made since the mark. */
static bool can_move(struct jv v, size_t depth, size_t *budget)
{
    if (depth == JSON_MAX_DEPTH || *budget == 0)
        return false;
    (*budget)--;
    if (v.kind == JV_LIST && !(v.list->flags & LIST_RANGE)) {
        for (size_t i = 0; i < v.list->count - v.list->based; i++)
            if (!can_move(v.list->items[i], depth + 1, budget))
                return false;
    }
    if (v.kind == JV_MAP && !can_move_members(v.map, depth + 1, budget))
        return false;
    return v.kind != JV_FUNCTION && v.kind != JV_TUPLE;
}

static bool is_flat(struct jv v)
{
    return v.kind != JV_LIST && v.kind != JV_MAP && v.kind != JV_TUPLE && v.kind != JV_FUNCTION;
}

static bool region_is_json(struct jv v)
{
    return v.kind == JV_STRING || v.kind == JV_ARRAY || v.kind == JV_OBJECT;
}

static bool was_made_since(const struct evaluation *e, const struct mark *m, const void *p)
{
    for (const struct chunk *c = e->chunk; c != m->chunk; c = c->before)
        if ((const char *)p >= (const char *)c && (const char *)p < c->end)
            return true;
    return (const char *)p >= m->next && (const char *)p < m->chunk->end;
}

/* A small string alone, as most results are: it is written anew where the mark was. */
static bool rewind_to_text(struct evaluation *e, const struct mark *m, struct jv *v)
{
    char text[SMALL_STRING];
    size_t len;

    if (v->kind != JV_STRING || json_str_len(v->j) > sizeof text || !was_made_since(e, m, v->j))
        return false;
    len = json_str_len(v->j);
    memcpy(text, json_str(v->j), len);
    drop_held(e, m->held, e->held_count);
    drop_chunks(e, m);
    e->used = m->used;
    *v = eval_text(e, text, len);
    return true;
}

/* Nothing but `v` is kept: back to the mark itself. */
static void rewind_to(struct evaluation *e, const struct mark *m, struct jv *v, size_t count)
{
    const size_t held = e->held_count, used = e->used;

    for (size_t i = 0; i < count; i++)
        if (region_is_json(v[i]) && (held > m->held || was_made_since(e, m, v[i].j)))
            v[i].j = eval_hold(e, json_ref(v[i].j));
    drop_held(e, m->held, held);
    drop_chunks(e, m);
    e->used = m->used + (e->used - used);
}

/*
 * The old chunks are taken off first, so that copies land behind the mark, and freed when all is
 * out of them.
 */
static void move_all(struct evaluation *e, const struct mark *m, struct jv *v, size_t count)
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
        spare_chunk(e, c);
    }
    drop_held(e, m->held, held);
}

/*
 * Three ways, the cheapest first. A result without lists and maps goes back to the mark itself. One
 * with them is copied out, but only when a megabyte was made since and less than a quarter of it is
 * the result. Else all stays. Nothing is freed when a variable of a frame older than the mark was
 * bound meanwhile: it may hold what was made.
 */
void eval_settle_all(struct evaluation *e, const struct mark *m, struct jv *v, size_t count)
{
    const bool safe = e->oldest_bound >= m->serial;
    size_t budget, most;
    bool flat = true, error = false, can = true;

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
        if (count == 1 && rewind_to_text(e, m, v))
            return;
        rewind_to(e, m, v, count);
        return;
    }
    if (e->used - m->used < ENOUGH_GARBAGE || e->chunk == m->chunk)
        return;
    /* Worth it only when most of it is garbage. */
    most = budget = (e->used - m->used) / (4 * sizeof(struct jv));
    for (size_t i = 0; i < count && can; i++)
        can = can_move(v[i], 0, &budget);
    eval_spend(e, can ? 2 * (most - budget) : (most - budget) / 4);
    if (can)
        move_all(e, m, v, count);
}
