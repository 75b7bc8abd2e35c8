#ifndef RUNTIME_ENGINE_ENGINE_LATE_H
#define RUNTIME_ENGINE_ENGINE_LATE_H

/* How many executions of Map Runs are made before others have begun. */

#include "runtime/engine/engine_state.h"

/* Returns how many the next step of `entry` may order. */
int64_t engine_children_left(const engine *e, const struct entry *entry);
/* Queues the execution, as its Map Runs have more to begin than they might. */
void engine_begin_children_later(engine *e, struct entry *entry);
/* Lets those that were queued go on, each with its part of how many may begin. */
void engine_step_late(engine *e);
/* Returns whether engine_step_late would step any. */
bool engine_can_step_late(const engine *e);

#endif
