/*
 * Who is listed where in the store in memory. An execution stands in two lists of its group, that
 * of all and that of its status: a page of one status would else go through all others.
 */

#include "runtime/store/memory_lists.h"

#include "parsers/base/count.h"
#include "parsers/base/mem.h"

struct group {
    char *name;
    struct place_list all, of[RT_TIMED_OUT + 1];
};

/* A Map Run's execution goes with its parent, whenever it has ended itself. */
static bool goes_by_itself(const struct store_execution *row)
{
    return row->status != RT_RUNNING && !row->parent.set;
}

/* Groups are made with their first execution and go with the last one, as machines do. */
void memory_lists_enter(struct memory_lists *l, const struct store_execution *row)
{
    struct store_place place = place_list_place_of(row);

    if (goes_by_itself(row))
        place_list_add(&l->ended, place);
    if (!row->list)
        return;
    struct group *g = text_map_get(&l->groups, json_str(row->list));
    if (!g) {
        g = mem_calloc(1, sizeof *g);
        g->name = mem_strdup(json_str(row->list));
        text_map_put(&l->groups, g->name, g);
    }
    place_list_add(&g->all, place);
    place_list_add(&g->of[row->status], place);
}

static void free_group(struct group *g)
{
    place_list_clear(&g->all);
    for (size_t i = 0; i < COUNT(g->of); i++)
        place_list_clear(&g->of[i]);
    mem_free(g->name);
    mem_free(g);
}

void memory_lists_leave(struct memory_lists *l, const struct store_execution *row)
{
    struct group *g = row->list ? text_map_get(&l->groups, json_str(row->list)) : NULL;
    struct store_place place = place_list_place_of(row);

    if (goes_by_itself(row))
        place_list_take(&l->ended, place);
    if (!g)
        return;
    place_list_take(&g->all, place);
    place_list_take(&g->of[row->status], place);
    if (place_list_is_empty(&g->all))
        free_group(text_map_take(&l->groups, g->name));
}

const struct place_list *memory_lists_find(const struct memory_lists *l, const char *name,
                                           const enum rt_status *status)
{
    const struct group *g = text_map_get(&l->groups, name);

    return !g ? NULL : status ? &g->of[*status] : &g->all;
}

void memory_lists_clear(struct memory_lists *l)
{
    for (struct group *g; (g = text_map_take_any(&l->groups));)
        free_group(g);
    text_map_clear(&l->groups);
    place_list_clear(&l->ended);
}
