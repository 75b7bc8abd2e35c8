#ifndef TOOLS_TEST_FAULTS_IMPL_H
#define TOOLS_TEST_FAULTS_IMPL_H

/* What the files about faults share. */

#include "runtime/trial/trial.h"

#include <stdbool.h>
#include <stddef.h>

/* A catcher that puts an error in the place of its state's input, part of which is read later. */
struct fault_loss {
    size_t catcher;
    const struct asl_state *reader;
    char *name; /* of the member of the input that is gone; mem_free it */
};

/* Returns whether the first catcher that took an error of the state lost something. */
bool fault_loses(const trial *t, const struct asl_state *s, struct fault_loss *out);
/* Gives the catcher of `s` that took an error, from event *from on, which moves behind it. False:
 * none did any more. */
bool fault_next_catch(const trial *t, size_t *from, const struct rt_event **out);

/* Returns the errors that a Task fails with, or a Map that reads or writes files in S3: an array,
 * yours. It is empty for other states. */
json *fault_errors(const struct asl_state *s);
/* Returns whether `fault`, STATE=ERROR, is that error of the state. */
bool fault_is_named(const trial_states *states, const char *fault, const struct asl_state *s,
                    const json *error);

#endif
