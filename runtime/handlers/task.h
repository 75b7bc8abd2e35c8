#ifndef RUNTIME_HANDLERS_TASK_H
#define RUNTIME_HANDLERS_TASK_H

#include "runtime/base/task_io.h"
#include "runtime/handlers/handler.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * What a Task's resource means: turns a task's resource and parameters into a handler call, and the
 * handler's answer into the result or error that the Task has on AWS. One row of a table for each
 * kind of resource (a Lambda ARN, an optimized integration).
 */

typedef struct tasks tasks;
typedef void task_done(void *user, uint64_t id, struct task_result *result);

/* `done` is called from the loop, never from inside tasks_start. */
tasks *tasks_new(task_done *done, void *user);
/* Who does the work of tasks that start from now on, looked at as long as they last: handlers whose
 * callback is tasks_answer, with the tasks as its user. */
void tasks_use(tasks *t, handlers *h);
/* The handlers' callback. */
void tasks_answer(void *t, uint64_t id, struct handler_answer *answer);
/* As handlers_on_submitted calls it; goes on to who was given to tasks_on_submitted. */
void tasks_submitted(void *t, uint64_t id, const json *output);
void tasks_on_submitted(tasks *t, handler_submitted *submitted);
/* Starts a task. False with *result filled when it fails at once (no handler, bad parameters). */
bool tasks_start(tasks *t, const struct task *task, struct task_result *result);
void tasks_cancel(tasks *t, uint64_t id);
/* Its result has come from elsewhere: as tasks_cancel, but a job that it has begun goes on. */
void tasks_release(tasks *t, uint64_t id);
/* Tasks that have not ended. */
size_t tasks_busy(const tasks *t);
void tasks_free(tasks *t);

#endif
