#ifndef TOOLS_TEST_FAULTS_H
#define TOOLS_TEST_FAULTS_H

#include "tools/test/case_run.h"

/*
 * Plays a case with faults: each Task that it calls fails with each error that its Retry and Catch
 * name, and those of the Map and Parallel states around it, with States.Timeout, with
 * States.HeartbeatTimeout if it has heartbeats, and with an error that none of them names. One call
 * of it fails, of several the first four and the last one after another; when that is tried again,
 * it also fails each time. All else is answered by the mocks of the case, or where they have no
 * answer, by those of the other cases of its suite.
 */
typedef struct faults faults;

/* `only`: "STATE=ERROR", the one fault that is played; NULL: all. `again`: options that a command
 * needs which plays a fault once more, each behind a space. Looks. */
faults *faults_new(const char *only, const char *again);
void faults_free(faults *f);

/* Returns whether a Task of the suite's definition fails with `fault`, STATE=ERROR; else *why
 * becomes what is wrong with it. */
bool faults_has(const struct suite *s, const char *fault, struct buf *why);

/*
 * Adds a failure for each fault by which the case, which `usual` has played without one, ends as no
 * case of its suite does, and for each catcher that loses what a state behind it reads, when no
 * case goes that way. What the suite's other cases end with is learnt by playing them, also those
 * that were not chosen, with `options`. A case with real handlers takes no part in any of it.
 * Returns how many faults were tried.
 */
size_t faults_case(faults *f, const struct test_case *c, const struct case_options *options,
                   const struct case_run *usual, struct failures *out);

/* What failures of faults say they are about. */
#define FAULTS_WHAT "fault"
/*
 * Returns the record of a case, without failures by faults that were told of another case: the same
 * Task, error and end. Takes `record`. `told` gathers them, *repeats counts those
 * that an earlier case has told.
 */
struct json_set;
json *faults_once(struct json_set *told, json *record, size_t *repeats);

#endif
