#ifndef RUNTIME_CORE_STATE_SIMPLE_H
#define RUNTIME_CORE_STATE_SIMPLE_H

/* The work of Pass, Choice, Wait, Succeed and Fail. */

#include "runtime/core/step.h"

/* Does the work of a state that was entered. */
void work_simple(struct step *s, struct rt_frame *f);
/* Leaves a Wait whose time has come. */
void wait_over(struct step *s, struct rt_frame *f);

#endif
