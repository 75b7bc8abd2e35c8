#ifndef TOOLS_TEST_FILL_H
#define TOOLS_TEST_FILL_H

#include "tools/test/origin.h"

/* Puts values where the fields of a visit's state look and find nothing; when nothing is missing,
 * values of the right kind where they are of another. Returns whether the scenario is changed. */
bool fill_references(const struct history *h, size_t visit, struct scenario *s);
/* Gives the Map of a visit an item. Returns whether the scenario is changed; if it can't be, *why
 * gains a reason. */
bool fill_items(const struct history *h, size_t visit, struct scenario *s, struct buf *why);

#endif
