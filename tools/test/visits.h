#ifndef TOOLS_TEST_VISITS_H
#define TOOLS_TEST_VISITS_H

#include "runtime/trial/trial.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { NO_VISIT = SIZE_MAX };

/* One stay of an execution in a state, and how it came there. Values are looks into the trial. */
struct visit {
    const struct asl_state *state;
    size_t execution;
    uint64_t nth; /* so many visits of the state came before */
    uint32_t frame;
    size_t previous; /* the visit before, in the same branch or iteration; NO_VISIT: it is first */
    size_t parent;   /* of the Parallel or Map around it; NO_VISIT: it is of the machine's own */
    uint32_t index;  /* of the branch or item, when there is a parent */
    const json *input, *output;
    const json *result;    /* of a Task, Parallel or Map; NULL: it gave none */
    const json *variables; /* that it assigned; NULL: none */
    bool exited, aborted;
    enum rt_way way; /* by which it was left; `by` is the index of the rule or catcher */
    uint32_t by;
    uint64_t retried;    /* the bits of the retriers that made it try again */
    uint64_t first_call; /* among the calls of the state */
    uint32_t calls;
    uint32_t children; /* branches and iterations that began */
};

/* The visits of a trial, in the order in which the states were entered. */
struct visits {
    struct visit *all;
    size_t count, cap;
};

void visits_of(const trial *t, size_t states, struct visits *out);
void visits_clear(struct visits *v);

#endif
