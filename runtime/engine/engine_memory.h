#ifndef RUNTIME_ENGINE_ENGINE_MEMORY_H
#define RUNTIME_ENGINE_ENGINE_MEMORY_H

/* The bound of memory: what leaves it when it is short, and what waits for it. */

#include "runtime/engine/engine_state.h"

/* Notes that the execution has had a step, so that it may hold more or less than before. */
void engine_note_step(engine *e, struct entry *entry);
/* Takes the entry out of the list that it is in, if any. */
void engine_unlist(struct entry *entry);
/* Makes room when memory is short; called between turns. */
void engine_look_at_memory(engine *e);
/* Returns whether less than half of the memory is left, so that what can wait has to. */
bool engine_is_short(const engine *e);
/* Returns whether Map Runs are to make no more inputs, as what holds them can't leave memory. */
bool engine_is_scarce(const engine *e);
/* Returns whether the execution can leave memory until it is needed, as the store has it. */
bool engine_can_leave(const engine *e, const struct entry *entry);
/* Lets executions of Map Runs begin, as far as memory allows. */
void engine_step_beginnings(engine *e);
/* Returns whether there is room for an execution of a Map Run to begin. */
bool engine_may_begin(const engine *e);

#endif
