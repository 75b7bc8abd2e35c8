/*
 * Memory for a tree that lives and dies as one. Blocks are filled from their start and freed
 * together; what needs more than memory freed (a counted value) is put on a list by arena_defer.
 * Nothing that was given out ever moves.
 */

#include "parsers/base/arena.h"

#include "parsers/base/mem.h"

#include <assert.h>
#include <stdalign.h>
#include <stdint.h>
#include <string.h>

struct arena_block {
    struct arena_block *next;
    alignas(max_align_t) char bytes[];
};

struct arena_deferred {
    struct arena_deferred *next;
    void (*release)(void *);
    void *p;
};

enum { FIRST_BLOCK = 512, LARGEST_BLOCK = 1 << 20 };

/* A block for at least `size` bytes; blocks double, so that small trees stay small. */
static void add_block(struct arena *a, size_t size)
{
    size_t room = a->used < FIRST_BLOCK ? FIRST_BLOCK : a->used;
    struct arena_block *block;

    if (room > LARGEST_BLOCK)
        room = LARGEST_BLOCK;
    if (room < size)
        room = size;
    block = mem_alloc(sizeof(*block) + room);
    block->next = a->head;
    a->head = block;
    a->next = block->bytes;
    a->end = block->bytes + room;
}

void arena_expect(struct arena *a, size_t size)
{
    add_block(a, size < LARGEST_BLOCK ? size : LARGEST_BLOCK);
}

/* Aligns for any type and zeroes: a tree's nodes start empty, so that no field can be forgotten. */
void *arena_alloc(struct arena *a, size_t size)
{
    const size_t align = alignof(max_align_t);
    void *p;

    assert(size < SIZE_MAX / 2);
    size = size ? (size + align - 1) / align * align : align;
    if (!a->head || size > (size_t)(a->end - a->next))
        add_block(a, size);
    p = a->next;
    a->next += size;
    a->used += size;
    return memset(p, 0, size);
}

void *arena_calloc(struct arena *a, size_t count, size_t size)
{
    assert(!size || count < SIZE_MAX / 2 / size);
    return arena_alloc(a, count * size);
}

void *arena_grow(struct arena *a, const void *items, size_t count, size_t cap, size_t size)
{
    void *wider = arena_calloc(a, cap, size);

    if (count)
        memcpy(wider, items, count * size);
    return wider;
}

char *arena_strndup(struct arena *a, const char *text, size_t len)
{
    char *copy = arena_alloc(a, len + 1);

    if (len)
        memcpy(copy, text, len);
    return copy;
}

void arena_defer(struct arena *a, void (*release)(void *), void *p)
{
    struct arena_deferred *d = arena_alloc(a, sizeof(*d));

    *d = (struct arena_deferred){.next = a->deferred, .release = release, .p = p};
    a->deferred = d;
}

void arena_clear(struct arena *a)
{
    for (struct arena_deferred *d = a->deferred; d; d = d->next)
        d->release(d->p);
    while (a->head) {
        struct arena_block *next = a->head->next;

        mem_free(a->head);
        a->head = next;
    }
    *a = (struct arena){0};
}
