#ifndef RUNTIME_ENGINE_ENGINE_KEEP_H
#define RUNTIME_ENGINE_ENGINE_KEEP_H

/* Putting into the store what a turn has made. */

#include "runtime/engine/engine_state.h"

/* Puts the events of the turn, and where its executions stand, into the store and commits. False
 * with *why filled: nothing was kept. */
bool engine_keep_events(engine *e, struct diag *why);

#endif
