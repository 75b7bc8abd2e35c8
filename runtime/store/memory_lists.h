#ifndef RUNTIME_STORE_MEMORY_LISTS_H
#define RUNTIME_STORE_MEMORY_LISTS_H

#include "parsers/base/text_map.h"
#include "runtime/store/place_list.h"

/* The lists that the executions of the store in memory stand in. Empty is {0}. */
struct memory_lists {
    struct text_map groups;  /* by name: those of a machine, or of a Map Run */
    struct place_list ended; /* all that have and are nobody's child, by when they did */
};

/* Puts an execution into the lists that its row says, and takes it out of them. In between the row
 * stays as it is. */
void memory_lists_enter(struct memory_lists *l, const struct store_execution *row);
void memory_lists_leave(struct memory_lists *l, const struct store_execution *row);
/* Returns the list of that name, or what is of that status in it (NULL: any); NULL: it is empty. */
const struct place_list *memory_lists_find(const struct memory_lists *l, const char *name,
                                           const enum rt_status *status);
void memory_lists_clear(struct memory_lists *l);

#endif
