/*
 * Who waits, and who is being told. The two are apart because whoever is told may change both: it
 * asks again, and must not be told of the same answer, or it ends others that wait beside it.
 */
#include "runtime/handlers/wait_list.h"

void wait_list_add(struct wait_list *l, struct waiter *w)
{
    w->in = l;
    w->next = l->waits;
    l->waits = w;
}

static void take_waiter(struct waiter **list, const struct waiter *w)
{
    while (*list && *list != w)
        list = &(*list)->next;
    if (*list)
        *list = w->next;
}

void wait_list_leave(struct waiter *w)
{
    if (!w->in)
        return;
    take_waiter(&w->in->waits, w);
    take_waiter(&w->in->hearing, w);
    w->in = NULL;
}

void wait_list_begin_telling(struct wait_list *l)
{
    while (l->waits) {
        struct waiter *w = l->waits;

        l->waits = w->next;
        w->next = l->hearing;
        l->hearing = w;
    }
}

struct waiter *wait_list_next(struct wait_list *l)
{
    struct waiter *w = l->hearing;

    if (!w)
        return NULL;
    l->hearing = w->next;
    w->in = NULL;
    return w;
}
