#ifndef RUNTIME_CORE_FRAMES_H
#define RUNTIME_CORE_FRAMES_H

/* What an execution is made of: its frames, the groups of Parallels and Maps, and the queues of
 * what goes on next. Events alone change them: apply.c and redrive.c, by the functions of exec.c.
 */

#include "parsers/base/due_heap.h"
#include "runtime/core/exec.h"

/* Where a frame stands. */
enum rt_phase {
    RT_ENTERING,  /* `state` is to be entered with `input` */
    RT_ENTERED,   /* entered; its work is to be done */
    RT_SCHEDULED, /* a task is scheduled, not yet handed out */
    RT_TASK,      /* a task runs */
    RT_WAIT,      /* a Wait state, until due_ms */
    RT_RETRYING,  /* a retry, at due_ms */
    RT_GROUP,     /* a Parallel or Map has branches or iterations that run */
    RT_ERRED,     /* `error` is to be decided on */
    RT_REDRIVEN,  /* entered before the execution was redriven; its work is to be done anew */
};

/* An execution of a Map Run. */
struct rt_child {
    uint64_t ref; /* of its CHILD_STARTED; 0: not started */
    json *input;  /* until it has succeeded */
    uint32_t redrives;
    bool runs;
    bool pending; /* it ended unsuccessfully, and is to be redriven */
};

/* What a Parallel or Map state has while it works. */
struct rt_group {
    json *input;    /* what branches get, and ItemSelector looks at */
    json *items;    /* Map */
    json **results; /* by index; NULL as long as there is none */
    uint32_t total, started, done, limit;
    uint32_t first, last_child; /* the children, oldest first, linked by next and prev */
    uint32_t begun;             /* id of its …StateStarted event */
    bool over;                  /* it has failed; what it has is there for a redrive */
    bool resumed;               /* it was redriven, and has children to start */
    /* A distributed Map: */
    struct rt_child *children; /* by index */
    uint32_t failed;
    int64_t tolerated_count;                  /* -1: none */
    double tolerated_percentage;              /* negative: none */
    json *map_run;                            /* its ARN */
    uint32_t redrives, pending, pending_from; /* how many children, and an index before all */
    uint32_t joined; /* once succeeded: what its exit points back to, past …StateSucceeded */
};

/*
 * A chain of states: the machine's, a branch's, an iteration's. Its id is its slot among the
 * execution's frames; slots are used again.
 */
struct rt_frame {
    uint32_t id, parent, index;
    uint32_t next, prev; /* siblings */
    enum rt_phase phase;
    bool heartbeat_missed;
    bool started; /* its task has …Started */
    const struct asl_state *state;
    json *input, *vars;
    size_t vars_len;    /* what the values of `vars` have as JSON text, together */
    uint32_t entered;   /* id of the state's …Entered event */
    uint32_t last;      /* id of the chain's last advancing event */
    uint32_t scheduled; /* id of the task's …Scheduled event */
    int64_t entered_ms;
    uint64_t seq;                           /* of the event that put it into its phase */
    uint64_t ref;                           /* of the …Scheduled event of the task that runs */
    int64_t due_ms, beat_ms, beat_every_ms; /* INT64_MAX: none */
    struct due_node due;                    /* in the execution's heap while it waits for a time */
    uint32_t retries, *tries;
    json *task;      /* parameters of the task that runs */
    json *token;     /* its token; NULL: it has none */
    json *role;      /* the RoleArn in its Credentials; NULL: none */
    json *submitted; /* what …Submitted said; NULL: it hasn't come */
    bool answered;   /* its token has brought its result; `answer`, NULL: it failed with `error` */
    json *answer;
    struct asl_error error;
    struct rt_group *group;
};

/* A frame that can go on; stale when the frame has another seq by now. */
struct rt_ready {
    uint32_t frame;
    uint64_t seq;
};

struct rt_exec {
    asl_machine *machine;
    struct rt_names names;
    json *extra_context;
    bool only_context;
    const struct asl_scope *scope;
    const struct asl_state *first; /* of `scope`; NULL: its StartAt */
    json *variables;               /* that are there from the start; NULL: none */
    json *written;                 /* the input's text; NULL: as json_text writes it */
    bool aws_limits, express;
    uint64_t seed;
    unsigned char secret[RT_SECRET];

    enum rt_status status;
    json *input, *output;
    struct asl_error error;
    int64_t started_ms, deadline_ms;
    int64_t stopped_ms;    /* 0: it runs */
    uint32_t failed_frame; /* whose error it failed with; RT_NO_FRAME: nobody's */
    uint32_t redrives;
    int64_t redriven_ms; /* the last one; 0: never */

    uint64_t seq;      /* of the last event */
    uint32_t event_id; /* of the last public event */
    uint64_t transitions;
    size_t vars_len; /* of all frames */

    struct rt_frame **frames;
    uint32_t frame_count, frame_cap, root;
    uint32_t *free_slots, free_count, free_cap;

    /* Derived: nothing of it is in the history. */
    struct rt_ready *ready; /* a ring of `ready_cap`, a power of two */
    size_t ready_head, ready_count, ready_cap;
    struct due_heap due;                       /* frames */
    json *execution_context, *machine_context; /* made when first asked for */
};

/* Returns the frame in that slot; NULL: none, or RT_NO_FRAME. */
struct rt_frame *exec_frame(const rt_exec *x, uint32_t id);
/* Frees all frames of an execution that has ended. */
void exec_drop_frames(rt_exec *x);
/* Keeps the frames of an execution that has ended, for a redrive, but lets none go on. */
void exec_rest(rt_exec *x);
/* Adds a frame without a place in the tree. */
struct rt_frame *exec_add_frame(rt_exec *x, const struct asl_scope *scope);
/* Adds a frame as the youngest child of the group of `parent`. */
struct rt_frame *exec_add_child(rt_exec *x, struct rt_frame *parent, const struct asl_scope *scope,
                                uint32_t index);
/* Takes `f` out of the tree, with all below it, and frees it. */
void exec_drop_frame(rt_exec *x, struct rt_frame *f);
/* Puts `v` (taken) into *slot, and gives back what was there. */
void exec_replace(json **slot, json *v);
/* Frees all that belongs to the visit of a state: its group and what its work has made. */
void exec_clear_visit(rt_exec *x, struct rt_frame *f);
/* Frees the frame's group, if it has one, with all frames below. */
void exec_drop_group(rt_exec *x, struct rt_frame *f);
/* Frees what is known of the task that ran: its parameters, its token and what that brought. */
void exec_clear_task(struct rt_frame *f);
/* Frees what the work of a state has made: its task, tries, answers and error. */
void exec_clear_work(struct rt_frame *f);
/* Starts the machine's own time limit at `now_ms`, by the clock of due times. */
void exec_set_deadline(rt_exec *x, int64_t now_ms);
/* Makes the ready queue and heap agree with what an event did to `f`. */
void exec_schedule(rt_exec *x, struct rt_frame *f);
/* Puts `f` into the ready queue, whatever its phase says. */
void exec_ready(rt_exec *x, const struct rt_frame *f);
/* Returns whether the next frame of the ready queue is about to enter a state. */
bool exec_next_enters(rt_exec *x);
/* Takes the next frame out of the ready queue; NULL: none can go on. */
struct rt_frame *exec_next_ready(rt_exec *x);
/* Returns how many bytes the variables of all frames would have once `f` has `assigned`. */
size_t exec_vars_len(const rt_exec *x, const struct rt_frame *f, const json *assigned);
/* Returns the frame that is due first; NULL: none waits for a time. */
struct rt_frame *exec_first_due(const rt_exec *x);

#endif
