/*
 * Events of an execution in the store in memory. An array that grows as a whole would be copied
 * again and again, and a large one is the system's afresh for each execution: most of what a
 * history cost was the first touch of its pages. Pieces stay where they are, and are small enough
 * to be kept by the allocator for the next history.
 */

#include "runtime/store/memory_events.h"

#include "parsers/base/mem.h"

static void grow_first(struct memory_events *v)
{
    size_t room = mem_grow(v->room, v->count + 1);

    v->room = room < MEMORY_PIECE ? room : MEMORY_PIECE;
    v->first = mem_realloc(v->first, v->room * sizeof *v->first);
}

static void add_piece(struct memory_events *v)
{
    size_t pieces = v->room / MEMORY_PIECE - 1;

    MEM_GROW(v->more, pieces, v->more_cap);
    v->more[pieces] = mem_alloc(MEMORY_PIECE * sizeof **v->more);
    v->room += MEMORY_PIECE;
}

struct rt_packed *memory_events_add(struct memory_events *v)
{
    if (v->count == v->room && v->room < MEMORY_PIECE)
        grow_first(v);
    else if (v->count == v->room)
        add_piece(v);
    return memory_events_at(v, v->count++);
}

void memory_events_clear(struct memory_events *v)
{
    for (size_t i = 0; i < v->count; i++)
        rt_packed_clear(memory_events_at(v, i));
    for (size_t i = 1; i < v->room / MEMORY_PIECE; i++)
        mem_free(v->more[i - 1]);
    mem_free(v->more);
    mem_free(v->first);
    *v = (struct memory_events){0};
}
