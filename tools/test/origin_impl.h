#ifndef TOOLS_TEST_ORIGIN_IMPL_H
#define TOOLS_TEST_ORIGIN_IMPL_H

#include "tools/test/origin.h"

/* Shared by the files of origin.h alone. */

/* One search. It follows one value, so it goes through each visit once or twice. */
struct search {
    const struct history *h;
    struct origin *out;
    struct buf *why;   /* NULL: nobody asks */
    size_t steps_left; /* bounds the recursion */
    bool selects;      /* the expression that is followed is one of an ItemSelector */
};

/* Returns whether the search may go on. One that has gone too far goes no further, by any other way
 * either: both branches of each condition in a loop would be more ways than there is time for. */
bool search_hop(struct search *s);
/* Notes why the value can't be set; the first reason is kept, as those behind it come from other
 * ways to the same value. Returns false, for the callers' answers. */
bool search_give_up(struct search *s, size_t visit, const char *what);
/* Notes what a function does to the value on its way, so that origin_put() can undo it. Returns
 * false when there is no room: a value that has gone through more can't be set. */
bool search_change(struct search *s, enum origin_change_kind kind, const json *by,
                   const struct steps *steps);

/* Follow the value that `steps` lead to from there: from a route, from what a template makes, or
 * from what a node of JSONata is. Return whether its origin was found, which is in s->out then. */
bool search_route(struct search *s, size_t visit, const struct route *r, enum route_place place,
                  bool of_item);
bool search_template(struct search *s, size_t visit, const json *t, enum route_place place,
                     bool of_item, const struct steps *steps);
bool search_node(struct search *s, size_t visit, const struct node *n, const struct steps *steps);

#endif
