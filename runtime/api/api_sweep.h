#ifndef RUNTIME_API_API_SWEEP_H
#define RUNTIME_API_API_SWEEP_H

#include "runtime/api/api_machines.h"

struct sweeping {
    int64_t retention_ms;       /* 0: none */
    int64_t retire_ms, look_ms; /* when to look for what is old next, and how often */
    struct machine **condemned; /* those that are to go */
    size_t condemned_count, condemned_cap;
    size_t ended;    /* executions that have since the last piece */
    size_t compiled; /* machines, by name, whose definitions are */
    bool more;       /* there is more to do, or to commit */
    bool untidy;     /* the store has something to let go of */
    int64_t skew_ms; /* as in api_clock_set */
};

void sweep_init(api *a, int64_t retention_ms);
void sweep_clear(api *a);
/* Takes away a piece of what goes with time. To be called each turn. */
void api_sweep(api *a);
/* Returns when api_sweep is to be called next; INT64_MIN: at once. */
int64_t sweep_due(const api *a);
/* Returns whether an execution that ended at `stop_ms` has been kept for its time: it is going, and
 * its Map Runs' executions may have gone already. */
bool sweep_is_over(const api *a, int64_t stop_ms);
/* Counts an execution that has ended: the next piece is the larger for it. */
void sweep_count_end(api *a);
/* Tells that the store has something to let go of, outside of a piece. */
void sweep_again(api *a);
/* Tells that the time of day was set: see api_clock_set. */
void sweep_clock_set(api *a, int64_t by_ms, int64_t skew_ms);
/* Lets a machine go, with all that is its, as soon as nothing of it runs. */
void machine_condemn(api *a, struct machine *m);

#endif
