#ifndef TOOLS_TEST_MOCKING_H
#define TOOLS_TEST_MOCKING_H

#include "runtime/trial/trial.h"
#include "tools/test/suite.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * The mocks of one case: which rule answers a task call, and with what. Those of the row go before
 * those of the case, the defaults, the suite and its included files; within one of these a state's
 * path before its name, and both before patterns of resources and functions. Of a list the first
 * rule that fits answers; when none fits, the next mock that is for the call is asked.
 */
typedef struct mocking mocking;

mocking *mocking_new(const struct test_case *c);
void mocking_free(mocking *m);

/* What a mock throws when its own JSONata fails. The case fails, whatever the definition catches.
 */
#define MOCK_FAILED "Asl.MockFailed"

/*
 * Answers a task call. False: no mock is for it. A mock whose JSONata fails throws MOCK_FAILED.
 */
bool mocking_answer(mocking *m, const struct trial_call *call, struct trial_answer *out);

/* What became of a rule since mocking_new. Nothing called for its mock; calls did, and it fitted
 * none of them, or one before it did; it answered. */
enum mock_use { MOCK_ANSWERED, MOCK_FITTED_NONE, MOCK_UNCALLED };

/* Returns what became of the rules in the mocks of one of the case's layers: a list of enum
 * mock_use, yours, in the order in which they stand. NULL: the layer has no mocks. */
json *mocking_uses(const mocking *m, size_t layer);

/* Returns the nearest mock that is for the call which was asked about last, but has no rule for it.
 * NULL: there is none. */
const struct asl_at *mocking_unfit(const mocking *m);

/* Returns the mock that answered last; NULL: it stands in another file than the suite. */
const struct asl_at *mocking_last(const mocking *m);

/* Returns whether a mock with that key may answer calls of the Task state. */
bool mocking_may_answer(const json *key, const struct asl_state *task);
/* Returns whether a mock with that key may answer calls of some Task of the machine. */
bool mocking_fits_some(const json *key, const asl_machine *m);

/* Adds to `report` what is wrong with the expressions in a value that is returned. */
void mocking_check_value(const struct asl_at *at, struct asl_report *report);

#endif
