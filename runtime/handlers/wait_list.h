#ifndef RUNTIME_HANDLERS_WAIT_LIST_H
#define RUNTIME_HANDLERS_WAIT_LIST_H

#include <stddef.h>

/*
 * Those who wait for one thing that was asked for, as keys or a token. Each is told once; who is
 * told may wait again, or leave together with others.
 */

/* One who waits: the first member of what the waiter has. */
struct waiter {
    struct wait_list *in; /* NULL: nothing is awaited */
    struct waiter *next;
};

struct wait_list {
    struct waiter *waits, *hearing; /* who waits, the last that came first; who is being told */
};

/* Adds one who waits. */
void wait_list_add(struct wait_list *l, struct waiter *w);
/* Takes one out, wherever it is; does nothing for one that waits for nothing. */
void wait_list_leave(struct waiter *w);
/* Takes aside all that wait, to be told; who begins to wait from now on is not among them. */
void wait_list_begin_telling(struct wait_list *l);
/* Takes out the next one to be told, the first that came first; NULL: all have been. */
struct waiter *wait_list_next(struct wait_list *l);

#endif
