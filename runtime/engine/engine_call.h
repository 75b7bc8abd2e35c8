#ifndef RUNTIME_ENGINE_ENGINE_CALL_H
#define RUNTIME_ENGINE_ENGINE_CALL_H

/* Calls that are out: task calls and child calls, and the answers to them. */

#include "runtime/engine/engine_state.h"

/* Returns the id of the call of the event `ref`. */
uint64_t engine_call_id(uint64_t execution, uint64_t ref);
/* Returns the call of the event `ref`; NULL: none is out. */
struct engine_call *engine_find_call(const engine *e, uint64_t execution, uint64_t ref);
/* Adds a call; a child call has no child yet. */
struct engine_call *engine_new_call(engine *e, uint64_t execution, uint64_t ref, bool child);
/* Returns the call that the command begins. For a child that ran before a restart there is one
 * already, which has the child's number. */
struct engine_call *engine_add_call(engine *e, uint64_t execution, const struct rt_command *c);
/* Forgets the call, which is over. */
void engine_remove_call(engine *e, struct engine_call *call);
/* Returns whether a command of that kind begins a call, rather than ends one. */
bool starts_call(const struct rt_command *c);
/* Returns whether an input answers a reading that has begun anew since, as its execution was made
 * from its history: what it brings need not be what comes next. */
bool engine_is_outdated(const engine *e, const struct input *in);
/* Makes an input of the answer to a call, for the execution that made it. Takes the values. Returns
 * the input, which moves when another one is added. */
struct input *engine_answer(engine *e, const struct engine_call *call, enum rt_input_kind kind,
                            json *value, struct asl_error error);

#endif
