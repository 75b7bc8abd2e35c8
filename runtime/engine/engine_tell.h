#ifndef RUNTIME_ENGINE_ENGINE_TELL_H
#define RUNTIME_ENGINE_ENGINE_TELL_H

/* Telling the world of a turn once it is committed: commands, hooks, parents of children. */

#include "runtime/engine/engine_state.h"

/* Carries out the commands of one output of the turn, and calls the hooks. */
void engine_tell(engine *e, struct turn_output *t);
/* Hands the task of the command out, as a task call; `again`: an earlier process has, too. */
void engine_hand_out(engine *e, uint64_t execution, const rt_exec *x, const struct rt_command *c,
                     bool again);
/* Starts the execution that the child call asks for. */
void engine_start_child(engine *e, struct engine_call *call, const rt_exec *parent,
                        const struct rt_command *c);
/* Ends the child of a call. With `awaited` its Map hears how it has ended, which may be a success
 * by now, or that it had not begun; else the call is over. */
void engine_cancel_child(engine *e, struct engine_call *call, bool awaited);
/* Answers a child call with how the child has ended; the call is over. */
void engine_tell_parent(engine *e, struct engine_call *call, const rt_exec *child);
/* Answers a child call whose execution can't be told the end of: it failed. The call is over. */
void engine_child_lost(engine *e, struct engine_call *call, const char *why);

#endif
