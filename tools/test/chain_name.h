#ifndef TOOLS_TEST_CHAIN_NAME_H
#define TOOLS_TEST_CHAIN_NAME_H

#include "asl/report/report.h"
#include "runtime/trial/trial.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * The names of chains, as results and expectations have them: "Par[1]/Map[0]" is the first
 * iteration of the Map that is in the second branch of the Parallel. All Map and Parallel states
 * around it are named, each with its index. Where a case
 * begins within a Map or Parallel, that and what is around it isn't named, as it doesn't run.
 */

/* The blocks of states in which executions begin. Empty is {0}. */
struct beginnings {
    const struct asl_scope **all;
    size_t count, cap;
};

/* Adds a block, if it isn't there. */
void beginnings_add(struct beginnings *b, const struct asl_scope *scope);
bool beginnings_have(const struct beginnings *b, const struct asl_scope *scope);
void beginnings_clear(struct beginnings *b);

/* Adds to `report` that the key at `chain` is the name of no chain that there can be in an
 * execution that begins in one of these blocks. An iteration that never runs is one. */
void chain_name_check(const asl_machine *m, const trial_states *states,
                      const struct beginnings *begin, const struct asl_at *chain,
                      struct asl_report *report);

#endif
