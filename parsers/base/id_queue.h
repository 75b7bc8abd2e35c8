#ifndef PARSERS_BASE_ID_QUEUE_H
#define PARSERS_BASE_ID_QUEUE_H

#include "parsers/base/id_map.h"

/* Numbers of what may be gone by now, the longest waiting first. Empty is {0}. */
struct id_queue {
    uint64_t *ids;
    size_t first, count, cap; /* those before `first` have left */
};

void id_queue_add(struct id_queue *q, uint64_t id);
/*
 * Takes the longest waiting id that `map` still has out of the queue, and returns its node; NULL
 * without one. Ids before it that are gone leave the queue, too.
 */
struct id_node *id_queue_take(struct id_queue *q, const struct id_map *map);
/* Frees the queue's own memory. */
void id_queue_clear(struct id_queue *q);

#endif
