#ifndef RUNTIME_CORE_REDRIVE_H
#define RUNTIME_CORE_REDRIVE_H

/* Running again what has failed: the decision, what its events change, and what of a Map may go on.
 */

#include "runtime/core/event_kinds.h"
#include "runtime/core/step.h"

/* EXECUTION_REDRIVEN. */
event_act apply_redrive;
/* Returns whether there is room for one more child than those that run. */
bool group_has_room(const struct rt_group *g);
/* Returns whether there is room for one more child, and one that may be started or redriven. */
bool group_wants_more(const struct rt_group *g);
/* Takes the input RT_IN_REDRIVE, whose client gave `token` (looked at); NULL: none. */
void redrive(struct step *s, const json *token);

#endif
