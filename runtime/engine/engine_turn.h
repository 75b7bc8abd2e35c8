#ifndef RUNTIME_ENGINE_ENGINE_TURN_H
#define RUNTIME_ENGINE_ENGINE_TURN_H

/* Entries, inputs and the shares of a turn: what the parts of a turn need of engine.c. */

#include "runtime/engine/engine_state.h"

/* Returns the time by the clock of due times. */
int64_t engine_due_clock(const engine *e);
/* Returns the execution's entry; NULL: the engine doesn't know it. */
struct entry *engine_entry(const engine *e, uint64_t execution);
/* Makes an entry, which has neither an execution nor a due time yet. */
struct entry *engine_add_entry(engine *e, uint64_t execution);
/* Sets when the execution gets its next timer; INT64_MAX: never. */
void engine_set_due(engine *e, struct entry *entry, int64_t due_ms);
/* Queues a step of the execution with RT_IN_CONTINUE, unless one is queued already. */
void engine_queue(engine *e, struct entry *entry);
/* Lets the execution wait until there is room for a transition. */
void engine_throttle_entry(engine *e, struct entry *entry);

/* Adds an input for the next turn. The caller fills in its values, which the input owns. */
struct input *engine_add_input(engine *e, enum rt_input_kind kind, uint64_t execution);
/* Makes an execution and the input that starts it. `call`: the child call that it is for; NULL:
 * none. */
uint64_t engine_start_entry(engine *e, asl_machine *m, const struct rt_config *config,
                            const json *input, const struct engine_label *label,
                            struct engine_call *call);
void engine_input_clear(struct input *in);
/* Returns how many inputs wait in the queue. */
size_t input_queue_len(const struct input_queue *q);
/* Adds an input at the end; the caller fills it in. It moves when another one is added. */
struct input *input_queue_add(struct input_queue *q);
/* Takes the first input out of the queue, which is not empty. */
struct input input_queue_take(struct input_queue *q);

/* Steps the execution that the input is for. Takes the input's values. */
void engine_step(engine *e, struct input *in);
/* Begins the share of the turn that work has which can wait. */
void engine_begin_later_share(engine *e);
/* Returns whether the share that was begun last is used up. */
bool engine_share_is_over(engine *e);
/* Returns an empty output for a turn of `execution`; the engine owns it. */
struct rt_output *engine_new_turn_output(engine *e, uint64_t execution);

#endif
