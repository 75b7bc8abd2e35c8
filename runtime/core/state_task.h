#ifndef RUNTIME_CORE_STATE_TASK_H
#define RUNTIME_CORE_STATE_TASK_H

/* The work of a Task, and what comes in for it. */

#include "runtime/core/step.h"

/* Evaluates the arguments and schedules the task. */
void work_task(struct step *s, struct rt_frame *f);
/* Starts the task that is scheduled, and asks for it to be run. */
void start_task(struct step *s, struct rt_frame *f);
/* Ends the task with its result, and leaves the state with what the state makes of that. */
void task_ok(struct step *s, struct rt_frame *f, const json *value);
/* Ends the task with an error, which is decided on later in the step. */
void task_failed(struct step *s, struct rt_frame *f, const struct asl_error *e);
/* Goes on with the result that the task's token has brought before. */
void task_answered(struct step *s, struct rt_frame *f);
/* Takes in what came by the task's token; `value` NULL: it failed with `error`. */
void token_answered(struct step *s, struct rt_frame *f, const json *value,
                    const struct asl_error *error);
/* Takes in `output`, the answer of the service that took the task on. */
void task_submitted(struct step *s, struct rt_frame *f, const json *output);
/* Ends the task whose time limit, or next heartbeat, has passed. */
void task_due(struct step *s, struct rt_frame *f);

#endif
