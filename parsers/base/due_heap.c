/*
 * A heap in which a node has up to four children: those of index i are at 4i + 1 to 4i + 4. The
 * keys stand in the array, so finding the smallest child reads neighbours in memory and nothing of
 * what waits. With ten thousand waiting things, each of them cold, that is what a timer costs.
 */

#include "parsers/base/due_heap.h"

#include "parsers/base/mem.h"

#include <stdbool.h>

enum { CHILDREN = 4 };

static bool is_before(const struct due_key *a, const struct due_key *b)
{
    if (a->due_ms != b->due_ms)
        return a->due_ms < b->due_ms;
    return a->order != b->order ? a->order < b->order : a->index < b->index;
}

static void put_slot(struct due_heap *h, size_t i, struct due_slot slot)
{
    h->slots[i] = slot;
    slot.node->place = i + 1;
}

/* Puts `slot` at index i, which is free, or above it. Returns where it is now. */
static size_t sift_up(struct due_heap *h, size_t i, struct due_slot slot)
{
    for (size_t up; i > 0 && is_before(&slot.key, &h->slots[up = (i - 1) / CHILDREN].key); i = up)
        put_slot(h, i, h->slots[up]);
    put_slot(h, i, slot);
    return i;
}

/* The child of index i that is due first; h->count or more: it has none. */
static size_t due_first_child(const struct due_heap *h, size_t i)
{
    size_t first = CHILDREN * i + 1;
    size_t end = first + CHILDREN < h->count ? first + CHILDREN : h->count;

    for (size_t kid = first + 1; kid < end; kid++)
        if (is_before(&h->slots[kid].key, &h->slots[first].key))
            first = kid;
    return first;
}

/* Puts `slot` at index i, which is free, or below it. */
static void sift_down(struct due_heap *h, size_t i, struct due_slot slot)
{
    for (size_t kid; (kid = due_first_child(h, i)) < h->count; i = kid) {
        if (!is_before(&h->slots[kid].key, &slot.key))
            break;
        put_slot(h, i, h->slots[kid]);
    }
    put_slot(h, i, slot);
}

/* Puts `slot` where it belongs; index i is free. */
static void settle_slot(struct due_heap *h, size_t i, struct due_slot slot)
{
    if (sift_up(h, i, slot) == i)
        sift_down(h, i, slot);
}

void due_heap_set(struct due_heap *h, struct due_node *n, struct due_key key)
{
    size_t i = n->place ? n->place - 1 : h->count;

    /* There is a heap in each execution, and what waits in most of them is one state. */
    if (i == h->cap) {
        h->cap = h->cap ? 2 * h->cap : 1;
        h->slots = mem_realloc(h->slots, h->cap * sizeof *h->slots);
    }
    h->count += !n->place;
    settle_slot(h, i, (struct due_slot){key, n});
}

void due_heap_take(struct due_heap *h, struct due_node *n)
{
    size_t i = n->place - 1;
    struct due_slot last = h->slots[--h->count];
    n->place = 0;
    if (i < h->count)
        settle_slot(h, i, last);
}

struct due_node *due_heap_first(const struct due_heap *h)
{
    return h->count ? h->slots[0].node : NULL;
}

int64_t due_heap_next_ms(const struct due_heap *h)
{
    return h->count ? h->slots[0].key.due_ms : INT64_MAX;
}

void due_heap_empty(struct due_heap *h)
{
    for (size_t i = 0; i < h->count; i++)
        h->slots[i].node->place = 0;
    h->count = 0;
}

void due_heap_clear(struct due_heap *h)
{
    mem_free(h->slots);
    *h = (struct due_heap){0};
}
