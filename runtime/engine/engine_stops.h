#ifndef RUNTIME_ENGINE_ENGINE_STOPS_H
#define RUNTIME_ENGINE_ENGINE_STOPS_H

/* Jobs elsewhere that are to be stopped, which the store keeps until they have been. */

#include "runtime/engine/engine_state.h"

/* Puts into the store which jobs of cancelled .sync Tasks are to be stopped, by the commands of an
 * output: before the turn is committed, as a crash may come before the hooks hear of it. */
void engine_keep_stops(engine *e, const struct turn_output *t);
/* Notes what a service said when it began a job whose Task had been cancelled, if it is to be
 * stopped. */
void engine_note_late_job(engine *e, uint64_t id, const json *output);
/* Forgets what was kept in memory; the store keeps its part. */
void engine_clear_stops(engine *e);

#endif
