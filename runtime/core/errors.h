#ifndef RUNTIME_CORE_ERRORS_H
#define RUNTIME_CORE_ERRORS_H

/* What follows an error: a retry, a catcher, or the failure of the Parallel or Map around it. */

#include "runtime/core/step.h"

/* Fails the state with an error of the interpreter: puts the state's name before the cause. Takes
 * what `e` has. */
void state_failed(struct step *s, struct rt_frame *f, struct asl_error *e);
/* Puts the state's name before the cause of `e`; an expression that failed gets its event, which
 * points back to `previous`. */
void blame_state(struct step *s, struct rt_frame *f, uint32_t previous, struct asl_error *e);
/* Retries after an error, or catches it, or hands it up, as the state says. Takes what `e` has. */
void decide(struct step *s, struct rt_frame *f, struct asl_error *e);
/* Ends the execution. Takes what `e` has. */
void fail_execution(struct step *s, struct rt_frame *f, struct asl_error *e);
/* Leaves of an error what everybody may hear: AWS's bounds, and no secrets. */
void tidy_error(struct asl_error *e);

#endif
