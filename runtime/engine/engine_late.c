/*
 * A Map Run may begin thousands of executions at once. If all were made before the first of them
 * has begun, each would have left the processor's cache by the time that it begins, and all would
 * be in memory. So Map Runs order only so many that so many wait to begin; one with more is late,
 * and goes on when there are fewer. Several that are late share what there is, the longest waiting
 * first.
 */

#include "runtime/engine/engine_late.h"

#include "runtime/engine/engine_turn.h"

/* How many wait: few fit into the processor's cache with all that a turn makes of them, and with a
 * store, too, more are not faster, but hold memory. */
enum { MOST_WAITING = 64 };

static int64_t room_for_children(const engine *e)
{
    return MOST_WAITING - e->ordered - (int64_t)input_queue_len(&e->beginnings);
}

int64_t engine_children_left(const engine *e, const struct entry *entry)
{
    int64_t room = room_for_children(e);

    if (entry->late)
        return 0;
    return e->late_share && e->late_share < room ? e->late_share : room;
}

void engine_begin_children_later(engine *e, struct entry *entry)
{
    if (entry->late)
        return;
    entry->late = true;
    id_queue_add(&e->late, entry->node.id);
}

bool engine_can_step_late(const engine *e)
{
    return e->late.first < e->late.count && room_for_children(e) > 0;
}

/* One that is late once more is in the queue again, behind those that are there now. */
void engine_step_late(engine *e)
{
    struct entry *entry;

    if (!engine_can_step_late(e))
        return;
    engine_begin_later_share(e);
    for (size_t n = e->late.count - e->late.first; n > 0 && engine_can_step_late(e); n--) {
        if (!(entry = (struct entry *)(void *)id_queue_take(&e->late, &e->entries)))
            break;
        entry->late = false;
        e->late_share = (room_for_children(e) + (int64_t)n - 1) / (int64_t)n;
        engine_step(e, &(struct input){.kind = RT_IN_BEGIN_CHILDREN, .execution = entry->node.id});
    }
    e->late_share = 0;
}
