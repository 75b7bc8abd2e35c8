#ifndef PARSERS_BASE_DUE_HEAP_H
#define PARSERS_BASE_DUE_HEAP_H

#include <stddef.h>
#include <stdint.h>

/*
 * What waits for a time, the earliest first. What waits has a due_node as a member and stays its
 * owner's; the heap only points to it. Empty is {0}, of heaps and of nodes.
 */
struct due_node {
    size_t place; /* index in the heap + 1; 0: it is in none */
};

/* When something is due. What is due at the same time goes by `order`, then by `index`. */
struct due_key {
    int64_t due_ms;
    uint64_t order;
    uint32_t index;
};

struct due_heap {
    struct due_slot {
        struct due_key key;
        struct due_node *node;
    } * slots;
    size_t count, cap;
};

/* Puts `n` into the heap, or moves it there to where `key` belongs. */
void due_heap_set(struct due_heap *h, struct due_node *n, struct due_key key);
/* Takes `n`, which is in the heap, out of it. */
void due_heap_take(struct due_heap *h, struct due_node *n);
/* Takes `n` out of the heap; does nothing when it isn't in it. */
static inline void due_heap_remove(struct due_heap *h, struct due_node *n)
{
    if (n->place)
        due_heap_take(h, n);
}
/* Returns the node that is due first, which stays in the heap; NULL from an empty heap. */
struct due_node *due_heap_first(const struct due_heap *h);
/* Returns when the first node is due; INT64_MAX for an empty heap. */
int64_t due_heap_next_ms(const struct due_heap *h);
/* Takes all nodes out of the heap. */
void due_heap_empty(struct due_heap *h);
/* Gives back the heap's own memory. Its nodes may be gone by then. */
void due_heap_clear(struct due_heap *h);

#endif
