/*
 * Queues of numbers. What a number stands for may be gone before its turn comes: it need not be
 * found in the queue then, as it is not found in its map.
 */

#include "parsers/base/id_queue.h"

#include "parsers/base/mem.h"

#include <string.h>

void id_queue_add(struct id_queue *q, uint64_t id)
{
    if (q->first > 32 && q->first > q->count / 2) {
        memmove(q->ids, q->ids + q->first, (q->count - q->first) * sizeof *q->ids);
        q->count -= q->first;
        q->first = 0;
    }
    MEM_GROW(q->ids, q->count, q->cap);
    q->ids[q->count++] = id;
}

struct id_node *id_queue_take(struct id_queue *q, const struct id_map *map)
{
    while (q->first < q->count) {
        struct id_node *n = id_map_get(map, q->ids[q->first++]);
        if (n)
            return n;
    }
    q->first = q->count = 0;
    return NULL;
}

void id_queue_clear(struct id_queue *q)
{
    mem_free(q->ids);
    *q = (struct id_queue){0};
}
