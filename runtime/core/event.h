#ifndef RUNTIME_CORE_EVENT_H
#define RUNTIME_CORE_EVENT_H

#include "asl/eval/env.h"
#include "asl/eval/model.h"
#include "parsers/json/json.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * What happened in an execution. Public events are those of GetExecutionHistory: they have an id.
 * Private ones say what else a fold needs to know. Both share one dense sequence. Everything that
 * differs from kind to kind is said by a row of the table in apply.c.
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
    RT_SOURCE_CHANGED,  /* the items of a Map Run that follow are read in another state */
    RT_ITEMS_ENDED,     /* a Map Run has no items but those that its children have */
    RT_MAP_RUN_WAITING, /* it has begun, and waits until others are over */
    RT_MAP_RUN_OPENED,  /* it has waited, and its children begin */
    RT_RESULTS_WRITTEN, /* a ResultWriter has written some of them */
    RT_MAP_RUN_CLOSING, /* it has failed, and only writes what results it has */
    RT_MAP_RUN_FAILING, /* it has failed, and waits for the end of its children that run */
    RT_CHILD_UNBEGUN,   /* then one had not begun yet, and never will: its items pend */
    RT_SOURCE_DIFFERS,  /* a redrive has found another object than the one it goes on in */
    RT_RESULTS_LOST,    /* of successes, those of the file that was being written are gone */
    RT_EVENT_KINDS
};

/* By what a state is left. */
enum rt_way { RT_BY_NEXT, RT_BY_RULE, RT_BY_DEFAULT, RT_BY_CATCH };

enum { RT_NO_STATE = UINT32_MAX, RT_NO_FRAME = UINT32_MAX };

/*
 * One event. Owns its values. What a kind has beside what all have is a member of the union, and
 * its row in apply.c says which one (enum event_shape); the others are not to be read.
 *
 * data: the input of EXECUTION_STARTED, STATE_ENTERED, GROUP_STARTED, ITERATION_STARTED and
 * CHILD_STARTED; the output of …SUCCEEDED, STATE_EXITED, TASK_SUBMITTED, and of CHILD_ENDED and
 * TASK_ANSWERED (NULL: it failed); TASK_SCHEDULED's parameters; the ARN of MAP_RUN_STARTED and
 * MAP_RUN_REDRIVEN; the worker's name of an activity's TASK_STARTED (NULL: it gave none); the
 * client's token of EXECUTION_REDRIVEN (NULL: none); the state of the reader, of SOURCE_CHANGED,
 * and of the writer, of RESULTS_WRITTEN.
 *
 * Times that something is due at are of the clock of due times: see struct rt_input.
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
    json *data;
    struct asl_error error; /* what failed */
    union {
        /* TASK_SCHEDULED. The largest stands first: an initialiser that names no member empties
         * all of it. */
        struct {
            json *credentials, *token;      /* NULL: none */
            int64_t timeout_s, heartbeat_s; /* 0: none */
            int64_t due_ms;                 /* when it times out; 0: never */
        } scheduled;
        /* STATE_EXITED */
        struct {
            json *variables; /* that it assigned; NULL: none */
            uint32_t to;     /* the next state's id; RT_NO_STATE at the scope's end */
            /* For who hears of it as it happens; not kept. `index`: of the rule, the catcher. */
            enum rt_way way;
            uint32_t index;
        } exited;
        /* GROUP_STARTED */
        struct {
            json *items;           /* NULL: a Parallel's */
            int64_t length, limit; /* of children; how many of a Map's run at once */
        } group;
        /* MAP_RUN_STARTED, MAP_RUN_UPDATED */
        struct {
            json *percentage; /* ToleratedFailurePercentage; NULL: none */
            json *plan;       /* MAP_RUN_STARTED: as asl_flow_plan makes it; NULL: none */
            int64_t count;    /* ToleratedFailureCount; -1: none */
            int64_t limit;    /* MAP_RUN_UPDATED: how many children run at once */
        } map_run;
        /* EXECUTION_REDRIVEN, MAP_RUN_REDRIVEN */
        struct {
            int64_t number; /* which redrive it is, from 1 */
        } redrive;
        /* ITERATION_…, BRANCH_SUCCEEDED, CHILD_… */
        struct {
            uint32_t index;
            uint32_t frame;   /* of ITERATION_SUCCEEDED and BRANCH_SUCCEEDED: the child's */
            uint32_t items;   /* CHILD_STARTED: how many it has; 0: one */
            int64_t position; /* CHILD_STARTED: where the last of them ends in its source */
            uint32_t status;  /* CHILD_ENDED: an enum rt_status; 0: `data` alone tells */
            /* CHILD_ENDED, where its record is written: by its own history; 0: that is not known */
            int64_t began_ms, ended_ms;
        } child;
        /* RESULTS_WRITTEN: how many more of each kind are in files */
        struct {
            int64_t succeeded, failed, pending;
            int64_t earlier; /* that failed before this attempt, behind its own in their file */
            int64_t items;   /* that the pending ones list and no child ever had */
            /* 1: with these all are, and the manifest; 2: as far as the source of what pends could
             * be read; else 0 */
            uint32_t over;
        } results;
        /* TASK_TIMED_OUT */
        struct {
            uint32_t heartbeat; /* 1: a heartbeat was missed; else 0 */
        } timed_out;
        /* WAITING, BACKOFF */
        struct {
            int64_t due_ms;   /* when it is over */
            uint32_t retrier; /* BACKOFF: its index */
        } later;
    };
};

void rt_event_clear(struct rt_event *e);
/*
 * Takes from an event of an execution that has succeeded what only more of that execution would
 * need: what children of its Map Runs began with, and what they gave, which its own states have
 * passed on. Null stands for it, so that the events still fit. Returns whether there was any.
 */
bool rt_event_trim(struct rt_event *e);
/* Returns a copy of `e` that shares its values; the caller clears it. */
struct rt_event rt_event_copy(const struct rt_event *e);

/* Returns the RoleArn in the Credentials of a TASK_SCHEDULED; NULL without one. The reference is
 * yours. */
json *rt_task_role(const struct rt_event *scheduled);

/* What an event is counted as. */
enum rt_tally {
    RT_TALLY_NONE,
    RT_TALLY_STARTED, /* executions */
    RT_TALLY_SUCCEEDED,
    RT_TALLY_FAILED,
    RT_TALLY_ABORTED,
    RT_TALLY_TIMED_OUT,
    RT_TALLY_TRANSITION,
    RT_TALLY_TASK_STARTED,
    RT_TALLY_TASK_SUCCEEDED,
    RT_TALLY_TASK_FAILED,
    RT_TALLY_TASK_TIMED_OUT,
    RT_TALLIES
};
enum rt_tally rt_event_tally(enum rt_event_kind kind);

/* What an event tells those who watch the execution's states. */
enum rt_news {
    RT_NEWS_NONE,
    RT_NEWS_STARTED, /* the execution */
    RT_NEWS_ENTERED,
    RT_NEWS_EXITED,
    RT_NEWS_ABORTED,
    RT_NEWS_ATTEMPT,      /* the state's work begins, perhaps once more */
    RT_NEWS_RESULT,       /* of a Task, which has succeeded */
    RT_NEWS_FAILED,       /* the work has failed with the event's error */
    RT_NEWS_GROUP_FAILED, /* a Parallel or Map has; its children have told the error */
    RT_NEWS_CHILD_ENDED,  /* an execution of a Map Run has; without data it failed */
    RT_NEWS_WAIT,         /* until later.due_ms */
    RT_NEWS_RETRY,        /* at later.due_ms */
};
enum rt_news rt_event_news(enum rt_event_kind kind);

/* Returns whether an execution ends with an event of that kind. */
bool rt_event_is_end(enum rt_event_kind kind);
/* Returns the value that `e` has beside `data` and its token: variables, items, credentials, a
 * percentage. NULL: it has none. A look. */
const json *rt_event_extra(const struct rt_event *e);
/* Returns the task's token that `e` brings; NULL: it brings none. A look. */
const json *rt_event_token(const struct rt_event *e);

enum { RT_EVENT_NAME = 32 };
/* "TaskStateEntered", "LambdaFunctionScheduled"; private events have words for people. */
void rt_event_name(const struct rt_event *e, char out[RT_EVENT_NAME]);

#endif
