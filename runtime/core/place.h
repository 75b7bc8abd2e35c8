#ifndef RUNTIME_CORE_PLACE_H
#define RUNTIME_CORE_PLACE_H

#include "asl/eval/model.h"
#include "runtime/core/exec.h"

#include <stdbool.h>

/* The state that a chain of an execution is in, and the innermost item of a Map around it. All of
 * it is looked at. */
struct rt_place {
    const struct asl_state *state;
    bool in_item;          /* a Map of this execution runs it for an item */
    uint32_t index;        /* of the item */
    const json *item;      /* its value, before ItemSelector */
    const json *variables; /* that were assigned in the chain; NULL: none */
};

/* Fills in where the chain `frame` stands. Returns false when there is no such chain by now. */
bool rt_place_of(const rt_exec *x, uint32_t frame, struct rt_place *out);
/* Fills in where the chain of the States that it runs stands. Returns false when it has not begun,
 * or has ended. */
bool rt_place_of_root(const rt_exec *x, struct rt_place *out);
/* Returns the item with that index of the distributed Map in which the chain `frame` is; NULL:
 * there is none by now. */
const json *rt_place_item(const rt_exec *x, uint32_t frame, uint32_t index);

#endif
