#ifndef TOOLS_TEST_RESULT_H
#define TOOLS_TEST_RESULT_H

#include "runtime/trial/trial.h"

#include <stddef.h>

/*
 * What came of a trial, as values that expectations look at: status, output, error, cause, path,
 * visits, chains, calls, duration, variables, events; of a state that ran alone next and
 * inspection, too. Each is made when it is first asked for.
 *
 * path: the names of the machine's own states, in the order in which they were entered.
 * visits: the paths of all states that were entered, in that order, those of Map Runs, too.
 * way: the same, each behind the name of its chain: "Map[1]/Pack".
 * chains: an object: "Map[0]", "Parallel[1]", "Outer[0]/Inner[2]" have the names of the states that
 * the iteration or branch entered.
 * calls: an object: by path of a Task state a list of {input, attempt, at, pause, index}; `at` and
 * `pause`, since the call before, in seconds.
 * duration: in seconds.
 * next: the name of the state that comes next; inspection: TestState's inspectionData.
 */
typedef struct result result;

/* Looks at the trial as long as it lives. */
result *result_new(const trial *t);
/* Has these members; takes the object. What is not there is nothing. */
result *result_of_values(json *members);
void result_free(result *r);
/* Returns a member, a look; NULL: there is no such value. */
const json *result_member(result *r, const char *name);
/* Returns the first state that waits for an answer which never came. NULL: none does. */
const struct asl_state *result_waits_in(const result *r);
/* Returns all members as one object, yours. */
json *result_whole(result *r);

#endif
