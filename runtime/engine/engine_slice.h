#ifndef RUNTIME_ENGINE_ENGINE_SLICE_H
#define RUNTIME_ENGINE_ENGINE_SLICE_H

/* Steps that take longer than their share of a turn: each runs on a stack of its own. */

#include "runtime/engine/engine_state.h"

/* Returns the processor time used so far as the hooks tell it, without hooks what was told last. */
int64_t engine_used_ns(engine *e);
/* Steps `entry`, which has nothing under way, with `given` (taken), and leaves it when it has used
 * up its share of the turn. */
void engine_step_entry(engine *e, struct entry *entry, struct input *given);
/* Keeps `given` (taken) until the step is done. */
void engine_wait_for_step(struct slice *s, struct input *given);
/* Lets the steps that are under way go on, one after another, for a share. */
void engine_resume_steps(engine *e);
/* Nobody wants more of the step: ends it with what it has recorded. `instead` (taken) comes next.
 */
void engine_abandon_step(engine *e, struct slice *s, struct input *instead);
/* Ends the step, and forgets it with all that waits for it. */
void engine_drop_step(engine *e, struct slice *s);
/* Frees the slices that no step uses. */
void engine_free_slices(engine *e);

#endif
