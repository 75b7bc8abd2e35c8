#ifndef RUNTIME_ENGINE_ENGINE_REDRIVE_H
#define RUNTIME_ENGINE_ENGINE_REDRIVE_H

/* Executions that have ended and run again. */

#include "runtime/engine/engine_state.h"

/* Returns the entry of an execution that has ended, fetched from the store if need be; NULL: it is
 * gone. */
struct entry *engine_ended_entry(engine *e, uint64_t execution);
/* Notes that an execution was redriven, so that the store is told of its next end, too. */
void engine_forget_end(engine *e, struct entry *entry);
/*
 * Lets a Map Run's execution run again, unless it has been redriven as often as it is to be. One
 * that can't be redriven stays as it ended; one that is gone, as an Express one always is, starts
 * anew. False with *why filled when the store can't be read.
 */
bool engine_redrive_child(engine *e, struct engine_call *call, const rt_exec *parent,
                          const struct rt_command *c, struct diag *why);

#endif
