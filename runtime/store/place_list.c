/*
 * Lists of the store in memory, sorted by time in one array. Nearly all that is added goes to the
 * end, and what goes is near one of the ends: what is retired at the front, what ends while older
 * ones run on at the back. So few others are moved.
 */

#include "runtime/store/place_list.h"

#include "parsers/base/mem.h"

#include <string.h>

/* Executions of the same instant go by their numbers, so a place is never two executions'. */
static bool place_before(const struct store_place *a, const struct store_place *b)
{
    return a->at_ms != b->at_ms ? a->at_ms < b->at_ms : a->number < b->number;
}

struct store_place place_list_place_of(const struct store_execution *row)
{
    int64_t begun = row->redriven_ms > row->start_ms ? row->redriven_ms : row->start_ms;

    return (struct store_place){row->status == RT_RUNNING ? begun : row->stop_ms, row->number};
}

size_t place_list_find(const struct place_list *l, const struct store_place *p)
{
    size_t low = l->first, high = l->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (place_before(&l->places[middle], p))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void place_list_add(struct place_list *l, struct store_place p)
{
    /* What was taken from the front is moved over once it is the larger part: so each place is
     * moved a bounded number of times, and taking the oldest costs nothing. */
    if (l->first > l->count / 2) {
        l->count -= l->first;
        memmove(l->places, l->places + l->first, l->count * sizeof *l->places);
        l->first = 0;
    }
    MEM_GROW(l->places, l->count, l->cap);
    size_t at = place_list_find(l, &p);
    memmove(l->places + at + 1, l->places + at, (l->count - at) * sizeof *l->places);
    l->places[at] = p;
    l->count++;
}

void place_list_take(struct place_list *l, struct store_place p)
{
    size_t at = place_list_find(l, &p);

    if (at == l->count || l->places[at].number != p.number)
        return;
    /* The shorter side moves. */
    if (at - l->first < l->count - at) {
        memmove(l->places + l->first + 1, l->places + l->first,
                (at - l->first) * sizeof *l->places);
        l->first++;
        return;
    }
    l->count--;
    memmove(l->places + at, l->places + at + 1, (l->count - at) * sizeof *l->places);
}

void place_list_clear(struct place_list *l)
{
    mem_free(l->places);
    *l = (struct place_list){0};
}
