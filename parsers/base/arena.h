#ifndef PARSERS_BASE_ARENA_H
#define PARSERS_BASE_ARENA_H

#include <stddef.h>

/*
 * Memory for things that live and die together (syntax trees, a compiled machine). Empty is {0}.
 * What it hands out is zeroed, aligned for any type, and goes with arena_clear.
 */
struct arena {
    struct arena_block *head;
    struct arena_deferred *deferred;
    char *next, *end;
    size_t used; /* bytes handed out so far */
};

/*
 * Gets room for `size` bytes at once, for an arena that is still empty and will be asked for about
 * so much.
 */
void arena_expect(struct arena *a, size_t size);
void *arena_alloc(struct arena *a, size_t size);
void *arena_calloc(struct arena *a, size_t count, size_t size);
/*
 * Returns an array of `cap` elements that begins with the `count` elements of `items`. The old one
 * stays until arena_clear, so who doubles `cap` each time wastes less than the array takes.
 */
void *arena_grow(struct arena *a, const void *items, size_t count, size_t cap, size_t size);
/* Returns a copy of `len` bytes with a NUL behind them. */
char *arena_strndup(struct arena *a, const char *text, size_t len);
/* Calls release(p) at arena_clear: for what an arena's tree holds outside it. */
void arena_defer(struct arena *a, void (*release)(void *), void *p);
/* Runs what was deferred, the latest first, and frees all memory. */
void arena_clear(struct arena *a);

#endif
