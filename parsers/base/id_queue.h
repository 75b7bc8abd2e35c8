#ifndef PARSERS_BASE_ID_QUEUE_H
#define PARSERS_BASE_ID_QUEUE_H

#include "parsers/base/id_map.h"

/* Numbers of what may be gone by now, the longest waiting first. Empty is {0}. */
struct id_queue {
    uint64_t *ids;
    size_t first, count, cap; /* those before `first` have left */
};

void id_queue_add(struct id_queue *q, uint64_t id);
/* The longest waiting that still is in `map`; taken out of the queue. NULL: none. */
struct id_node *id_queue_take(struct id_queue *q, const struct id_map *map);
/* Gives back its own memory. */
void id_queue_clear(struct id_queue *q);

#endif
