#ifndef RUNTIME_HOST_GATHER_H
#define RUNTIME_HOST_GATHER_H

#include "runtime/host/host.h"

#include <stdint.h>

/* What is known of the commits of a host's turns. Empty is {0}. */
struct gathering {
    uint64_t turn_input; /* the last input that the last turn may have taken */
    uint64_t came;       /* inputs that came for it */
    uint64_t last;       /* and for the last turn that had something to commit */
    int64_t commit_us;   /* how long that commit took */
    uint64_t commits;    /* and what the store told by then: how many, and how long together */
    int64_t sum_us;
};

/* Looks at the loop for more inputs before a turn, where its commit is likely to be slow. */
void host_gather(host *h);
/* Takes note of what the turn's commit took. */
void host_note_commit(host *h);

#endif
