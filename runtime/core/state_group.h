#ifndef RUNTIME_CORE_STATE_GROUP_H
#define RUNTIME_CORE_STATE_GROUP_H

/* The work of Parallel and Map, and the ends of their branches and iterations. */

#include "runtime/core/step.h"

/* Starts the Parallel or Map, starts more of its children, or ends it when all have ended. */
void work_group(struct step *s, struct rt_frame *f);
/* Ends a branch or iteration with `output` (looked at). */
void child_ended(struct step *s, struct rt_frame *child, const json *output);
/* Ends the siblings of a branch or iteration that failed for good. */
void child_failed(struct step *s, struct rt_frame *child);
/* Lets a redriven Map go on: iterations or children that have not run. */
void resume_group(struct step *s, struct rt_frame *f);
/* Lets the next step go on with a Map of which this step hasn't started all that may run at once.
 */
void group_goes_on(struct step *s, struct rt_frame *f);
/* Ends the children of a Parallel or Map that has failed itself. */
void group_failed(struct step *s, struct rt_frame *f);

#endif
