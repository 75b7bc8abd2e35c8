#ifndef PARSERS_BASE_MEM_H
#define PARSERS_BASE_MEM_H

#include <stddef.h>

/*
 * Memory that is never NULL: when the system has none left, the process ends with a message. The
 * store makes that safe; what a client can make grow is bounded where it enters.
 */
void *mem_alloc(size_t size);
void *mem_calloc(size_t count, size_t size);
void *mem_realloc(void *p, size_t size);
/* Returns a copy of `len` bytes with a NUL behind them; mem_free it. */
char *mem_strndup(const char *text, size_t len);
char *mem_strdup(const char *text);
/* Freeing NULL does nothing. */
void mem_free(void *p);
/* Overwrites a secret before it is given back; no compiler leaves that out. */
void mem_wipe(void *p, size_t size);

/* For a program's start: large blocks, which come and go, are given back to the system at once. The
 * allocator would learn to keep them, and small blocks between them would hold their place. */
void mem_give_back_large(void);

/*
 * For a thread that lives as long as the process and makes many values: what it gives back is kept
 * for what it allocates next, a few hundred kilobytes of small pieces and two blocks of up to 5 MiB
 * at most.
 */
void mem_keep_freed(void);

/* Bytes that this thread has allocated here and not given back. What one thread allocates it gives
 * back itself, unless it hands that over to another thread. */
size_t mem_in_use(void);
/* Hand memory (NULL: none) over: the thread that has allocated it calls mem_hand_over and does not
 * use it any more; then the one that will free it calls mem_take_over. */
void mem_hand_over(void *p);
void mem_take_over(void *p);

/*
 * Returns how many elements an array should get room for, so that `want` fit and it grows by half
 * at least.
 */
size_t mem_grow(size_t have, size_t want);

/* Makes room in an array for one more element behind `count`. */
#define MEM_GROW(array, count, cap)                                                                \
    do {                                                                                           \
        if ((count) == (cap)) {                                                                    \
            (cap) = mem_grow(cap, (count) + 1);                                                    \
            (array) = mem_realloc(array, (cap) * sizeof *(array));                                 \
        }                                                                                          \
    } while (0)

#endif
