#ifndef RUNTIME_ENGINE_ENGINE_MAP_RUNS_H
#define RUNTIME_ENGINE_ENGINE_MAP_RUNS_H

/* How many Map Runs are open, and those that wait until they may be. */

#include "runtime/engine/engine_state.h"

/* Makes the execution the child that `call` asks for, and notes how deep it is nested. */
void engine_set_call(engine *e, struct entry *entry, struct engine_call *call);
/* Notes how many Map Runs of the execution are open, after a step or when it is in memory again. */
void engine_note_map_runs(engine *e, struct entry *entry);
/* Notes that none is any more, as the execution leaves the engine. */
void engine_close_map_runs(engine *e, struct entry *entry);
/* Returns how many more the execution may open. */
int64_t engine_map_runs_left(const engine *e, const struct entry *entry);
/* Queues the execution, as a Map Run of it waits to open; `to_open` counts that already. */
void engine_open_later(engine *e, struct entry *entry);
/* Adds inputs for those that may open now. */
void engine_open_map_runs(engine *e);
/* Returns whether engine_open_map_runs would add any. */
bool engine_can_open_map_runs(const engine *e);
void engine_clear_map_runs(engine *e);

#endif
