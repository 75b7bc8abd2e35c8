#ifndef RUNTIME_CORE_MAP_ITEMS_H
#define RUNTIME_CORE_MAP_ITEMS_H

/* The items of a Map Run: those at hand, what one child gets of them, and asking for more. */

#include "runtime/core/step.h"

/* Returns whether the next child can be made of the items at hand. */
bool run_has_next(const struct rt_group *g);
/*
 * Makes the input of the next child and fills in what its CHILD_STARTED says of its items. NULL
 * with *e filled when there can be none.
 */
json *run_next_input(struct step *s, struct rt_frame *f, struct rt_event *started,
                     struct asl_error *e);
/*
 * Of a Map Run that has failed: passes over what the next child would have, and returns its input
 * and of how many items that is. What ItemSelector can make nothing of is as it was read.
 */
json *run_pass_items(struct step *s, struct rt_frame *f, uint32_t *count);
/* Passes over the first `items` of those at hand, or all. */
void run_skip_items(struct rt_group *g, uint64_t items);
/* Returns whether more items may come than those at hand. */
bool run_may_have_more(const struct rt_group *g);
/* Asks for more items, if few are at hand and more may come. */
void run_ask_for_items(struct step *s, struct rt_frame *f);
/* Returns whether children have all items, and that is not recorded yet. */
bool run_is_used_up(const struct rt_group *g);
/* Records that. */
void run_end_items(struct step *s, struct rt_frame *f);
/* Lets who reads for the Map Run stop. */
void run_stop_reading(struct step *s, const struct rt_frame *f);
/* Adds what was read (looked at), as RT_IN_ITEMS brings it. */
void run_add_items(struct rt_run *run, const json *part);
/* Drops items that a child has taken of those that were read ahead. */
void run_drop_items(struct rt_run *run, uint64_t items);
/* One item of a Map. All looks. */
struct map_item {
    const json *key; /* of an object's member; NULL: none */
    const json *value;
    const json *state; /* of the reader behind it; NULL: none */
    const json *from;  /* where it was read, as $$.Map.Item.Source has it; NULL: it was not */
    const json *unit;  /* what `end` counts; NULL: nothing that people would count */
    int64_t end;       /* where it ends in its source */
    int64_t line;      /* that it begins in; 0: not known */
    uint64_t index;
};

/* Returns the item of that index of a Map whose items are its own data. */
struct map_item group_map_item(const struct rt_group *g, uint64_t i);
/* Tells people which item no input could be made of, as AWS's error doesn't. */
void tell_failed_item(struct step *s, const struct rt_frame *f, const struct map_item *item);
/*
 * Makes of an item what ItemSelector says, or without one the item itself: of an object's member
 * {"Key": …, "Value": …}. NULL with *e filled.
 */
json *item_input(struct step *s, struct rt_frame *f, const struct map_item *item,
                 struct asl_error *e);

#endif
