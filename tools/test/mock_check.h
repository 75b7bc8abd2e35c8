#ifndef TOOLS_TEST_MOCK_CHECK_H
#define TOOLS_TEST_MOCK_CHECK_H

#include "asl/report/report.h"
#include "runtime/trial/trial.h"
#include "tools/test/suite.h"

#include <stdbool.h>

/*
 * Holds mocks against what they stand for: a state that calls nothing has no answer, and an answer
 * that its service never gives tests something that never happens. Adds to `report` what is wrong
 * with them, as `check` of the case or of the defaults says.
 */
void mock_check_suite(const struct suite *s, struct asl_report *report);
/* Holds mocks of a file that several suites share against the definition of one of them, as
 * mock_check_suite does with its own. */
void mock_check_shared(const struct suite *s, const struct suite_file *f,
                       struct asl_report *report);

/* Returns whether `value`, which a mock returns to a call of the Task, is an answer of its service,
 * as `check` of the case looks at it. False with why it isn't in `why`. */
bool mock_check_value(const struct test_case *c, const struct asl_state *task, const json *value,
                      struct buf *why);

/* Returns whether a Task may fail with an error of that name, as far as is known. */
bool mock_check_error(const struct asl_state *task, const json *error);

/* Returns whether what answered a call of the Task is what its service answers, as far as suites
 * are checked that say nothing of `check`. */
bool mock_check_answer(const struct asl_state *task, const struct trial_answer *answer);

#endif
