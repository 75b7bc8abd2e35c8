#ifndef RUNTIME_API_API_SWEEP_H
#define RUNTIME_API_API_SWEEP_H

#include "runtime/api/api_machines.h"

/* Takes away a piece of what goes with time. To be called each turn. */
void api_sweep(api *a);
/* Returns when api_sweep is to be called next; INT64_MIN: at once. */
int64_t sweep_due(const api *a);
/* Lets a machine go, with all that is its, as soon as nothing of it runs. */
void machine_condemn(api *a, struct machine *m);

#endif
