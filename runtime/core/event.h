#ifndef RUNTIME_CORE_EVENT_H
#define RUNTIME_CORE_EVENT_H

#include "asl/eval/env.h"
#include "asl/eval/model.h"
#include "parsers/json/json.h"

#include <stdint.h>

/*
 * What happened in an execution. Public events are those of GetExecutionHistory: they have an id.
 * Private ones say what else a fold needs to know. Both share one dense sequence.
 */
enum rt_event_kind {
    RT_EXECUTION_STARTED,
    RT_EXECUTION_SUCCEEDED,
    RT_EXECUTION_FAILED,
    RT_EXECUTION_ABORTED,
    RT_EXECUTION_TIMED_OUT,
    RT_EXECUTION_REDRIVEN,
    RT_STATE_ENTERED,
    RT_STATE_EXITED,
    RT_STATE_ABORTED,
    RT_TASK_SCHEDULED,
    RT_TASK_STARTED,
    RT_TASK_SUBMITTED,
    RT_TASK_SUCCEEDED,
    RT_TASK_FAILED,
    RT_TASK_TIMED_OUT,
    RT_GROUP_STARTED,   /* ParallelStateStarted, MapStateStarted */
    RT_GROUP_SUCCEEDED, /* ParallelStateSucceeded, MapStateSucceeded */
    RT_GROUP_FAILED,    /* ParallelStateFailed, MapStateFailed */
    RT_ITERATION_STARTED,
    RT_ITERATION_SUCCEEDED,
    RT_ITERATION_FAILED,
    RT_ITERATION_ABORTED,
    RT_MAP_RUN_STARTED,
    RT_MAP_RUN_SUCCEEDED,
    RT_MAP_RUN_FAILED,
    RT_MAP_RUN_REDRIVEN,
    RT_EVALUATION_FAILED,
    /* private from here on */
    RT_BRANCH_SUCCEEDED, /* a Parallel's branch has its output */
    RT_FIRST_PRIVATE = RT_BRANCH_SUCCEEDED,
    RT_CHILD_STARTED,   /* a Map Run's execution for an item */
    RT_CHILD_ENDED,     /* it has its output, or its error */
    RT_WAITING,         /* a Wait state's end is known */
    RT_BACKOFF,         /* a retry is due later */
    RT_HEARTBEAT,       /* a task lives */
    RT_CHILD_REDRIVEN,  /* a Map Run's execution that failed runs again */
    RT_MAP_RUN_UPDATED, /* what UpdateMapRun made of it */
    RT_TASK_ANSWERED,   /* its token has brought its result before it was …Submitted */
};
enum { RT_EVENT_KINDS = RT_TASK_ANSWERED + 1 };

enum { RT_NO_STATE = UINT32_MAX, RT_NO_FRAME = UINT32_MAX };

/*
 * One event. Owns its values. What the fields mean, where they are used:
 *
 * data: the input of EXECUTION_STARTED, STATE_ENTERED, GROUP_STARTED, ITERATION_STARTED and
 * CHILD_STARTED; the output of …SUCCEEDED, STATE_EXITED, TASK_SUBMITTED, and of CHILD_ENDED and
 * TASK_ANSWERED (NULL: it failed); TASK_SCHEDULED's parameters; the ARN of MAP_RUN_STARTED and
 * MAP_RUN_REDRIVEN; the worker's name of an activity's TASK_STARTED (NULL: it gave none); the
 * client's token of EXECUTION_REDRIVEN (NULL: none).
 *
 * extra: the variables that STATE_EXITED assigned; the items of a Map's GROUP_STARTED;
 * TASK_SCHEDULED's credentials; ToleratedFailurePercentage of MAP_RUN_STARTED and MAP_RUN_UPDATED
 * (NULL: none).
 *
 * error: what failed.
 *
 * to: the next state's id of STATE_EXITED (RT_NO_STATE at the scope's end); the child's frame of
 * ITERATION_SUCCEEDED and BRANCH_SUCCEEDED.
 *
 * index: of a branch, iteration or child; of BACKOFF's retrier; of TASK_TIMED_OUT 1 for a
 * heartbeat.
 *
 * count: GROUP_STARTED's length; TASK_SCHEDULED's TimeoutSeconds; ToleratedFailureCount of
 * MAP_RUN_STARTED and MAP_RUN_UPDATED (-1: none); which redrive EXECUTION_REDRIVEN and
 * MAP_RUN_REDRIVEN are, from 1.
 *
 * limit: how many iterations of GROUP_STARTED or MAP_RUN_UPDATED run at once; TASK_SCHEDULED's
 * HeartbeatSeconds.
 *
 * due_ms: when WAITING or BACKOFF is over; when TASK_SCHEDULED times out (0: never). By the clock
 * of due times, as all that is due: see struct rt_input.
 */
struct rt_event {
    uint64_t seq;
    uint32_t id;       /* 0: private */
    uint32_t previous; /* previousEventId; of private events that move the chain: where to */
    int64_t at_ms;
    int64_t skew_ms; /* how far the clock of due times was ahead of at_ms's */
    enum rt_event_kind kind;
    uint32_t frame;
    const struct asl_state *state; /* NULL for the execution's own */
    json *data, *extra;
    json *token; /* TASK_SCHEDULED: the task's; NULL: it has none */
    struct asl_error error;
    uint32_t to, index;
    int64_t count, limit, due_ms;
};

void rt_event_clear(struct rt_event *e);

enum { RT_EVENT_NAME = 32 };
/* "TaskStateEntered", "LambdaFunctionScheduled"; private events have words for people. */
void rt_event_name(const struct rt_event *e, char out[RT_EVENT_NAME]);

#endif
