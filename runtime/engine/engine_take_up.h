#ifndef RUNTIME_ENGINE_ENGINE_TAKE_UP_H
#define RUNTIME_ENGINE_ENGINE_TAKE_UP_H

/* Executions that ran before a restart, and their children. */

#include "runtime/engine/engine_state.h"

/* Adds an entry for a running execution of the store; it is taken up later. */
void engine_note_running(engine *e, const struct store_running *row);
/* Takes up executions for a share of the turn. */
void engine_take_up_some(engine *e);
/* Takes up an execution before its turn comes, its parents first. False as in engine_wake. */
bool engine_take_up_now(engine *e, struct entry *entry);
/* Stops a child that nobody asks for any more. */
void engine_orphan(engine *e, struct entry *entry);
/* Keeps the child that event `ref` of the execution started from beginning. Returns whether it had
 * not begun, as far as that is known; `kept`: the store has those that have. */
bool engine_withdraw_child(engine *e, uint64_t execution, uint64_t ref, bool kept);
/* Returns the output of that child, which is kept, if it has succeeded, and sets when it began and
 * ended. */
json *engine_output_of_child(engine *e, uint64_t execution, uint64_t ref, int64_t *began_ms,
                             int64_t *ended_ms);
/* The execution that the child call has started before; *found is false when there is none. False
 * with *why filled when the store can't be read. */
bool engine_find_child(engine *e, const struct engine_call *call, uint64_t *child, bool *found,
                       struct diag *why);

#endif
