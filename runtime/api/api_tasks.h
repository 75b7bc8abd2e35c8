#ifndef RUNTIME_API_API_TASKS_H
#define RUNTIME_API_API_TASKS_H

#include "runtime/api/api_executions.h"
#include "runtime/api/api_start.h"

/* Own tasks: those that are calls of the API itself, and wait for the executions that they start.
 */

enum { API_MAX_DEPTH = 32 }; /* of a request */

/* Task calls that are calls of the API itself. */
enum own_task {
    OWN_NONE,
    OWN_START, /* states:startExecution … */
    OWN_SYNC,
    OWN_SYNC_2,
    OWN_CALLBACK,
    OWN_SDK, /* aws-sdk:sfn:… */
};

#define NO_NESTED UINT64_MAX

/* A task call whose result the API brings: by a token, or from an execution that it started. */
struct api_task {
    struct id_node node; /* first; by the engine's id */
    api *api;
    enum own_task own;
    uint64_t call;         /* of an own task: it waits for that call; 0: for none */
    uint64_t nested;       /* OWN_SYNC…: the execution it waits for; NO_NESTED: none yet */
    uint64_t number;       /* of its own execution */
    struct api_task *next; /* of those that wait in the same execution */
    json *token;           /* NULL: no worker has it yet */
    bool by_token;         /* nothing but the token brings its result */
    json *input;           /* of an activity's: its text */
    json *parent;          /* of an own task: the ARN of its execution */
    json *request;         /* of one whose call waits for its turn: the call's body; else NULL */
    json *operation;       /* of such a one: which; NULL: StartExecution */
};

/* The task calls of an execution that wait for others to end. */
struct awaiting {
    struct id_node node; /* first; by the execution's number */
    struct api_task *first;
};

/* What own tasks wait for. */
struct own_tasks {
    struct id_map awaiting; /* by execution: its tasks that wait for others */
    struct id_queue later;  /* tasks whose calls come after the turn */
};

void own_clear(api *a);
/* Returns whether calls were put off until after the turn. */
bool own_calls_wait(const api *a);
/* Returns which call of the API the resource names. OWN_NONE: none; else *operation is to be
 * freed. */
enum own_task own_task_of(const struct asl_resource *r, char **operation);
/* Calls the API for the task; `t` may be over when it returns. */
void own_start(api *a, struct api_task *t, const struct task *task, const char *operation);
/* Makes the call of a task that has waited for its turn; `t` may be over when it returns. */
void own_start_now(api *a, struct api_task *t);
/* Makes calls that were put off until after the turn. */
void own_calls_go_on(api *a);
/* Goes on after a crash: the API has answered, and said so. `t` may be over when it returns. */
void own_resume(api *a, struct api_task *t, const json *submitted);
/* Tells the tasks that wait for the execution of its end. */
void own_nested_ended(api *a, struct run *r, const struct execution *x);
/* Stops the execution that the task waits for, and all that wait for one another below it. */
void own_cancelled(api *a, const struct api_task *t);
/* Ends the task's wait. */
void own_leaves(api *a, struct api_task *t);

#endif
