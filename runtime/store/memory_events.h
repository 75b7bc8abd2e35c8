#ifndef RUNTIME_STORE_MEMORY_EVENTS_H
#define RUNTIME_STORE_MEMORY_EVENTS_H

#include "runtime/core/event_pack.h"

#include <stddef.h>

/*
 * The events of one execution, packed: a few lie in one array, many in pieces that never move.
 * Begins empty. Number `i` is event i + 1, as sequences are dense from 1.
 */
struct memory_events {
    struct rt_packed *first; /* the first piece; it grows as long as it is the only one */
    struct rt_packed **more; /* those behind it, of MEMORY_PIECE events each */
    size_t more_cap;
    size_t count, room; /* of events, in all pieces */
};

enum { MEMORY_PIECE = 256 };

/* Makes room for one more event behind the last, and returns where it is to be put. */
struct rt_packed *memory_events_add(struct memory_events *v);
/* Frees all. */
void memory_events_clear(struct memory_events *v);

/* Returns event number `i`, which is there. */
static inline struct rt_packed *memory_events_at(const struct memory_events *v, size_t i)
{
    struct rt_packed *piece = i < MEMORY_PIECE ? v->first : v->more[i / MEMORY_PIECE - 1];

    return &piece[i % MEMORY_PIECE];
}

#endif
