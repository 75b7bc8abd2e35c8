/*
 * Allocation that never fails: without memory the process ends, which the store is built to
 * survive. Every byte is counted, so that a server can hold itself to a budget
 * (runtime/engine/engine_memory.c).
 */

#define _DEFAULT_SOURCE /* explicit_bzero */

#include "parsers/base/mem.h"

#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * What the allocator tells of itself (mallinfo2) it finds out by a walk over all that was given
 * back: 0.7 s for 400 MB of it in small pieces. So it is counted here.
 */
static _Thread_local __attribute__((tls_model("initial-exec"))) size_t in_use;

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

void *mem_alloc(size_t size)
{
    void *p = malloc(size ? size : 1);

    if (!p)
        out_of_memory(size);
    in_use += malloc_usable_size(p);
    return p;
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
    in_use -= malloc_usable_size(p);
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
