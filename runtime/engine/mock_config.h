#ifndef RUNTIME_ENGINE_MOCK_CONFIG_H
#define RUNTIME_ENGINE_MOCK_CONFIG_H

#include "asl/eval/machine.h"
#include "parsers/base/diag.h"
#include "runtime/engine/engine.h"

#include <stdbool.h>

/*
 * Answers instead of services, from a mock configuration of Step Functions Local
 * (MockConfigFile.json): a test case names a response for each state that it mocks, a response has
 * an answer for each invocation, counted from 0 over retries and iterations.
 */
typedef struct mocks mocks;

enum { MOCKS_FILE_MAX = 16 * 1024 * 1024 }; /* bytes */

/*
 * One execution's mocks: test case `name` of `machine` (NULL: of the only machine that has such a
 * case). NULL with *why filled, the file's name in its text, when the file is no good or has no
 * such case; only a regular file is read.
 */
mocks *mocks_load(const char *path, const char *machine, const char *name, struct diag *why);
/* Makes what mocks_load makes, of the text of the file at `path`. */
mocks *mocks_parse(const char *path, const char *text, size_t len, const char *machine,
                   const char *name, struct diag *why);
void mocks_free(mocks *m);

/* Returns whether the machine has all the states that are mocked; if not, *why names those that it
 * has. */
bool mocks_fit(const mocks *m, const asl_machine *machine, struct diag *why);

/*
 * Gives the answer to the next invocation of `state`. Returns false when it is not mocked. One that
 * has no answer left fails with States.Runtime, as in Step Functions Local, and says so.
 */
bool mocks_answer(mocks *m, const char *state, struct task_result *out);
/*
 * Brings the answer to a task call of a state that is mocked. All goes as with a handler: the task
 * is started, something is submitted, and the result comes. Returns false when the state is not
 * mocked.
 */
bool mocks_offer(mocks *m, engine *e, const struct task *task);
/* Brings `result` (taken), which mocks_answer gave for the task call's state. */
void mocks_bring(engine *e, const struct task *task, struct task_result *result);
/*
 * Returns what a service says when it takes on a task call that is answered with `answer`, as
 * TaskSubmitted shows it. A mock has no word of that, so its output stands for it, too: a job's
 * description, or what the token brings. Of a callback that fails, nothing is known but that it was
 * taken. NULL: the call isn't submitted.
 */
json *mocks_submitted(const struct asl_resource *resource, const struct task_result *answer);

#endif
