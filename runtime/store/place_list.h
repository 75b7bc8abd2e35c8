#ifndef RUNTIME_STORE_PLACE_LIST_H
#define RUNTIME_STORE_PLACE_LIST_H

#include "runtime/store/store.h"

/*
 * Executions in the order of their times, the oldest first: from `first` on. What is added is
 * nearly always the newest, and what is taken away mostly the oldest. Empty is {0}.
 */
struct place_list {
    struct store_place *places;
    size_t first, count, cap;
};

/* Returns where an execution stands: when it ended; else when it began, or was redriven. */
struct store_place place_list_place_of(const struct store_execution *row);
static inline bool place_list_is_empty(const struct place_list *l)
{
    return l->first == l->count;
}

/* Returns the index of the first place that is not before `p`. */
size_t place_list_find(const struct place_list *l, const struct store_place *p);
void place_list_add(struct place_list *l, struct store_place p);
/* Takes the place out; nothing happens where it isn't. */
void place_list_take(struct place_list *l, struct store_place p);
void place_list_clear(struct place_list *l);

#endif
