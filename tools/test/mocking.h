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

/* Calls `tell` for each mock of the row and the case that answered no call since mocking_new. */
void mocking_unused(const mocking *m, void (*tell)(void *user, const struct asl_at *mock),
                    void *user);

/* Returns the mock that answered last; NULL: it stands in another file than the suite. */
const struct asl_at *mocking_last(const mocking *m);

/* Returns whether a mock with that key may answer calls of the Task state. */
bool mocking_may_answer(const json *key, const struct asl_state *task);

/* Adds to `report` what is wrong with the expressions in a value that is returned. */
void mocking_check_value(const struct asl_at *at, struct asl_report *report);

#endif
