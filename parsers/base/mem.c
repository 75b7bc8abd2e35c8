/*
 * Allocation that never fails: without memory the process ends, which the store is built to
 * survive. Every byte is counted, so that a server can hold itself to a budget
 * (runtime/engine/engine_memory.c).
 */

#define _DEFAULT_SOURCE /* explicit_bzero */

#include "parsers/base/mem.h"

#include "parsers/base/address_check.h"

#include <malloc.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * What the allocator tells of itself (mallinfo2) it finds out by a walk over all that was given
 * back: 0.7 s for 400 MB of it in small pieces. So it is counted here.
 */
#define OF_THREAD static _Thread_local __attribute__((tls_model("initial-exec")))
OF_THREAD size_t in_use;

size_t mem_in_use(void)
{
    return in_use;
}

enum { LARGE = 256 << 10 };

void mem_give_back_large(void)
{
#ifdef M_MMAP_THRESHOLD
    mallopt(M_MMAP_THRESHOLD, LARGE);
#endif
}

static _Noreturn void out_of_memory(size_t size)
{
    fprintf(stderr, "asl: out of memory (%zu bytes wanted)\n", size);
    abort();
}

/* ---- small pieces ---- */

/*
 * A step makes some hundreds of small values and gives back as many when its events are let go. The
 * allocator's own lists of a thread hold seven of each size, and what is beyond costs five times as
 * much. So a piece whose size is one of a few, as the allocator has them, is put into a list here,
 * and taken out of it, the last one first, as that is still in the processor's cache.
 */
enum { SMALLEST = 24, SIZE_STEP = 16, SMALL_SIZES = 8, MOST_KEPT = 1024 };

struct piece {
    struct piece *next;
};

OF_THREAD struct {
    struct piece *first;
    size_t room; /* how many more it takes */
} kept[SMALL_SIZES];

static inline size_t kept_bytes(size_t i)
{
    return SMALLEST + SIZE_STEP * i;
}

/* Returns a kept piece of at least that size; NULL: there is none. */
static inline void *take_kept(size_t size)
{
    size_t i = size <= SMALLEST ? 0 : (size - SMALLEST + SIZE_STEP - 1) / SIZE_STEP;
    struct piece *p = i < SMALL_SIZES ? kept[i].first : NULL;

    if (!p)
        return NULL;
    kept[i].first = p->next;
    kept[i].room++;
    in_use += kept_bytes(i);
    return p;
}

/* Returns whether it is kept. */
static inline bool keep(void *at, size_t size)
{
    size_t i = (size - SMALLEST) / SIZE_STEP;
    struct piece *p = at;

    if (i >= SMALL_SIZES || !kept[i].room || size != kept_bytes(i))
        return false;
    p->next = kept[i].first;
    kept[i].first = p;
    kept[i].room--;
    return true;
}

/* ---- large blocks ---- */

/*
 * A large block comes from the system, and each of its pages when it is first written, which costs
 * as much as reading a file into it. Who reads a file in pieces holds two blocks of one size, what
 * came and what is made of it, and gets them again for the next piece.
 */
enum { LARGEST_KEPT = 5 << 20, LARGE_KEPT = 2 };

OF_THREAD struct {
    void *at; /* NULL: nothing is kept here */
    size_t size;
} kept_large[LARGE_KEPT];
OF_THREAD bool keeps_large;

/* Returns a block that is kept and isn't much larger than `size`; NULL: there is none. */
static void *take_kept_large(size_t size)
{
    for (size_t i = 0; i < LARGE_KEPT; i++) {
        void *p = kept_large[i].at;

        if (p && size <= kept_large[i].size && size >= kept_large[i].size / 2) {
            kept_large[i].at = NULL;
            in_use += kept_large[i].size;
            return p;
        }
    }
    return NULL;
}

/* Returns whether it is kept. */
static bool keep_large(void *at, size_t size)
{
    for (size_t i = 0; i < LARGE_KEPT && keeps_large && size <= LARGEST_KEPT; i++)
        if (!kept_large[i].at) {
            kept_large[i].at = at;
            kept_large[i].size = size;
            return true;
        }
    return false;
}

/* ---- allocating ---- */

void mem_keep_freed(void)
{
#ifndef ADDRESSES_ARE_CHECKED
    for (size_t i = 0; i < SMALL_SIZES; i++)
        kept[i].room = MOST_KEPT;
    keeps_large = true;
#endif
}

static __attribute__((noinline)) void *mem_alloc_new(size_t size)
{
    void *p = size >= LARGE ? take_kept_large(size) : NULL;

    if (p)
        return p;
    p = malloc(size ? size : 1);
    if (!p)
        out_of_memory(size);
    in_use += malloc_usable_size(p);
    return p;
}

void *mem_alloc(size_t size)
{
    void *p = take_kept(size);

    return p ? p : mem_alloc_new(size);
}

void *mem_calloc(size_t count, size_t size)
{
    void *p = count && size ? calloc(count, size) : calloc(1, 1);

    if (!p)
        out_of_memory(count > SIZE_MAX / (size ? size : 1) ? SIZE_MAX : count * size);
    in_use += malloc_usable_size(p);
    return p;
}

void *mem_realloc(void *p, size_t size)
{
    if (!p)
        return mem_alloc(size);
    const size_t before = malloc_usable_size(p);
    void *grown = realloc(p, size ? size : 1);

    if (!grown)
        out_of_memory(size);
    in_use += malloc_usable_size(grown) - before;
    return grown;
}

char *mem_strndup(const char *text, size_t len)
{
    char *copy = mem_alloc(len + 1);

    if (len)
        memcpy(copy, text, len);
    copy[len] = '\0';
    return copy;
}

char *mem_strdup(const char *text)
{
    return mem_strndup(text, strlen(text));
}

/* More than half of what is given back is NULL, which is not worth two calls. */
void mem_free(void *p)
{
    if (!p)
        return;
    size_t size = malloc_usable_size(p);
    in_use -= size;
    if (size < LARGE ? !keep(p, size) : !keep_large(p, size))
        free(p);
}

void mem_wipe(void *p, size_t size)
{
    explicit_bzero(p, size);
}

void mem_hand_over(void *p)
{
    in_use -= malloc_usable_size(p);
}

void mem_take_over(void *p)
{
    in_use += malloc_usable_size(p);
}

size_t mem_grow(size_t have, size_t want)
{
    size_t half_more = have > SIZE_MAX - have / 2 ? SIZE_MAX : have + have / 2;
    size_t room = half_more > want ? half_more : want;

    return room < 8 ? 8 : room;
}
