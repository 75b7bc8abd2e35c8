#ifndef TOOLS_TEST_CHAIN_NAME_H
#define TOOLS_TEST_CHAIN_NAME_H

#include "asl/report/report.h"
#include "runtime/trial/trial.h"

/*
 * The names of chains, as results and expectations have them: "Par[1]/Map[0]" is the first
 * iteration of the Map that is in the second branch of the Parallel. All Map and Parallel states
 * around it are named, each with its index.
 */

/* Adds to `report` that the key at `chain` is the name of no chain that there can be. An iteration
 * that never runs is one. */
void chain_name_check(const asl_machine *m, const trial_states *states, const struct asl_at *chain,
                      struct asl_report *report);

#endif
