/*
 * How many Map Runs may be open at once. An execution of a Map Run may have a distributed Map of
 * its own, and the outer Map Run isn't over before the inner one is: if inner ones waited for outer
 * ones to end, none would ever. So they are counted by how deep they are nested, and a Map Run
 * waits only for those that are nested as deep as itself, or deeper. The deepest that are open wait
 * for none of the others: some Map Run can always go on. There are as many open as the limit says
 * at each depth.
 */

#include "runtime/engine/engine_map_runs.h"

#include "parsers/base/mem.h"
#include "runtime/engine/engine_turn.h"

void engine_set_call(engine *e, struct entry *entry, struct engine_call *call)
{
    const struct entry *parent = engine_entry(e, call->execution);

    entry->call = call;
    entry->depth = 1 + (parent ? parent->depth : 0);
}

/* Levels are made as they are needed: a definition bounds how many. */
static struct map_run_level *level_of(engine *e, const struct entry *entry)
{
    while (e->level_count <= entry->depth) {
        MEM_GROW(e->levels, e->level_count, e->level_cap);
        e->levels[e->level_count++] = (struct map_run_level){0};
    }
    return &e->levels[entry->depth];
}

static void count_map_runs(engine *e, struct entry *entry, uint32_t now)
{
    if (now == entry->map_runs)
        return;
    level_of(e, entry)->open += (int64_t)now - entry->map_runs;
    entry->map_runs = now;
}

void engine_note_map_runs(engine *e, struct entry *entry)
{
    count_map_runs(e, entry, rt_exec_map_runs(entry->x));
}

void engine_close_map_runs(engine *e, struct entry *entry)
{
    count_map_runs(e, entry, 0);
}

static int64_t left_at(const engine *e, size_t depth)
{
    int64_t left = e->most_map_runs;

    for (size_t i = depth; i < e->level_count; i++)
        left -= e->levels[i].open;
    return left;
}

int64_t engine_map_runs_left(const engine *e, const struct entry *entry)
{
    return left_at(e, entry->depth);
}

void engine_open_later(engine *e, struct entry *entry)
{
    id_queue_add(&level_of(e, entry)->waiting, entry->node.id);
}

/* One that finds no place any more when its turn comes asks again. Places that are given to inner
 * ones are not there for outer ones. */
void engine_open_map_runs(engine *e)
{
    int64_t given = 0;

    for (size_t depth = e->level_count; depth-- > 0;) {
        for (int64_t left = left_at(e, depth) - given; left > 0; left--) {
            struct entry *entry =
                (struct entry *)(void *)id_queue_take(&e->levels[depth].waiting, &e->entries);
            if (!entry)
                break;
            entry->to_open--;
            engine_add_input(e, RT_IN_OPEN_MAP_RUN, entry->node.id);
            given++;
        }
    }
}

bool engine_can_open_map_runs(const engine *e)
{
    for (size_t depth = e->level_count; depth-- > 0;) {
        const struct id_queue *q = &e->levels[depth].waiting;
        if (q->first < q->count && left_at(e, depth) > 0)
            return true;
    }
    return false;
}

void engine_clear_map_runs(engine *e)
{
    for (size_t i = 0; i < e->level_count; i++)
        id_queue_clear(&e->levels[i].waiting);
    mem_free(e->levels);
    e->levels = NULL;
    e->level_count = e->level_cap = 0;
}
