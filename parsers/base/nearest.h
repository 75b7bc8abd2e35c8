#ifndef PARSERS_BASE_NEAREST_H
#define PARSERS_BASE_NEAREST_H

#include "parsers/base/buf.h"

#include <stddef.h>

/*
 * Which of the names that it is offered somebody may have meant:
 *
 *     struct nearest near = {.want = text, .len = len};
 *     for (...)
 *         nearest_offer(&near, fields[i].name);
 *     if (near.best)
 *         ...
 */
struct nearest {
    const char *want;
    size_t len;
    const char *best; /* NULL: none is near */
    size_t distance;
};

void nearest_offer(struct nearest *n, const char *name);
/* Offers a name that is made anew for each offer. The best so far is kept in *kept, whose room
 * *name gets instead. */
void nearest_offer_made(struct nearest *n, struct buf *name, struct buf *kept);

#endif
