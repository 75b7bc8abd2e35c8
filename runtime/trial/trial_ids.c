/*
 * Events of a trial by what they point back to. The first state of an iteration or branch points to
 * the event that began it, which is all that tells which one it is of.
 */
#include "asl/eval/model.h"
#include "parsers/base/mem.h"
#include "runtime/trial/trial.h"

#include <string.h>

void trial_ids_note(struct trial_ids *ids, const struct rt_event *e)
{
    if (!e->id)
        return;
    if (e->id >= ids->count) {
        size_t count = mem_grow(ids->count, (size_t)e->id + 1);
        ids->events = mem_realloc(ids->events, count * sizeof(void *));
        memset(ids->events + ids->count, 0, (count - ids->count) * sizeof(void *));
        ids->count = count;
    }
    ids->events[e->id] = e;
}

const struct rt_event *trial_ids_before(const struct trial_ids *ids, const struct rt_event *e)
{
    return e->previous < ids->count ? ids->events[e->previous] : NULL;
}

void trial_ids_clear(struct trial_ids *ids)
{
    mem_free(ids->events);
    *ids = (struct trial_ids){0};
}

size_t trial_branch_of(const struct asl_scope *scope)
{
    const struct asl_state *owner = scope->owner;

    for (size_t i = 0; owner && owner->type == ASL_PARALLEL && i < owner->parallel.count; i++)
        if (owner->parallel.branches[i] == scope)
            return i;
    return 0;
}
