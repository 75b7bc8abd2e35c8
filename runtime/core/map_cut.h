#ifndef RUNTIME_CORE_MAP_CUT_H
#define RUNTIME_CORE_MAP_CUT_H

/* Children of a Map Run that was cut off: it does not wait for their ends. */

#include "runtime/core/step.h"

/* Records which of the children that run are cut off before they have begun. */
void tell_unbegun_children(struct step *s, struct rt_frame *f);
/* Records which of the children that were cut off have succeeded nevertheless. */
void tell_succeeded_children(struct step *s, struct rt_frame *f);

#endif
