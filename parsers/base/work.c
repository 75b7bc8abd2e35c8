/* Counting what evaluations cost: see work.h. */

#include "parsers/base/work.h"

bool work_spend_slowly(struct work *w, uint64_t units)
{
    /* What was left of the last tick is in the total already. */
    units -= w->left;
    w->left = 0;
    if (w->verdict != WORK_GOES_ON)
        return false;
    w->total = units > UINT64_MAX / 2 - w->total ? UINT64_MAX / 2 : w->total + units;
    if (w->tick)
        w->verdict = w->tick(w);
    if (w->verdict == WORK_GOES_ON && w->total > w->limit)
        w->verdict = WORK_TOO_MUCH;
    if (w->verdict != WORK_GOES_ON)
        return false;
    w->left = w->every ? w->every : WORK_TICK;
    w->total += w->left;
    return true;
}
