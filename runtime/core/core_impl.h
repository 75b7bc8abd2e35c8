#ifndef RUNTIME_CORE_IMPL_H
#define RUNTIME_CORE_IMPL_H

/* What the files of the core share: exec.c (the tree), apply.c (what events do to it), step.c (the
 * loop, errors), state_*.c (what each type of state does), redrive.c (running again), context.c
 * (the context object). */

#include "asl/eval/flow.h"
#include "asl/eval/verdict.h"
#include "parsers/base/due_heap.h"
#include "runtime/core/event_kinds.h"
#include "runtime/core/exec.h"
#include "runtime/core/token.h"

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
    json *written; /* the input's text; NULL: as json_text writes it */
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

/* ---- a step in progress ---- */

struct step {
    rt_exec *x;
    int64_t now_ms, skew_ms;  /* as in struct rt_input */
    int64_t *room;            /* NULL: any number of transitions */
    const double *wait_scale; /* NULL: 1 */
    bool (*has_activity)(void *world, const char *arn);
    void *world;
    struct work *work;
    uint64_t work_before; /* what had been done when the step began */
    struct rt_output *out;
    struct asl_chance chance;
    json *context; /* as it was last asked for; NULL: to be made */
};

/* However long waits are made: a hundred years. */
#define MAX_SCALED_MS INT64_C(3155760000000)

/* Without AWS's quotas: data may share their parts in memory, but not in the text they become. */
enum { PROCESS_DATA_LIMIT = 256 << 20 };

/* Records an event and applies it. Takes the values. Does nothing once the execution has ended. */
void emit(struct step *s, struct rt_event *e);
/* Records and applies the event that lets an ended execution run again. Takes the values. */
void emit_redriven(struct step *s, struct rt_event *e);
/* Returns whether the execution runs, and the step is not abandoned. */
bool running(const struct step *s);
/* Returns the time by the clock of due times. */
int64_t due_clock(const struct step *s);
/* Returns whether the step has done so much that it is to end; another one does the rest. */
bool step_is_long(const struct step *s);
/* Returns when a wait is over that begins now and lasts `delay_ms`, scaled as the input says. */
int64_t wait_until(const struct step *s, int64_t delay_ms);

/* Adds a command about the task of `f`; none from an abandoned step. */
void command(struct step *s, enum rt_command_kind kind, struct rt_frame *f);

/* Where an expression stands: what its `$$` and its variables are. */
struct scope_view {
    struct step *step;
    struct rt_frame *frame;
    const json *token; /* $$.Task; NULL: none */
    const json *item;  /* with in_item: $$.Map.Item, instead of the enclosing iteration's */
    uint32_t index;
    bool in_item;
};

/* Looks from where `f` is. */
void view_init(struct scope_view *view, struct step *s, struct rt_frame *f);
/* Returns the environment of an expression whose `$` is `input`; good as long as the view is. */
struct asl_env view_env(struct scope_view *view, const json *input);
/* Drops the context object, which is kept from one expression to the next: it may have changed. */
void forget_context(struct step *s);
/* Returns the value of a variable for the view; NULL: there is none. */
const json *variable(void *view, const json *name);

/* Returns whether the state's Output and Assign see $states.result: of a Task, Parallel or Map. */
bool has_result(const struct asl_state *s);

/* Leaves the state for `to` (NULL: the scope ends). Takes output and variables, which may be NULL.
 */
void exit_state(struct step *s, struct rt_frame *f, json *output, json *vars,
                const struct asl_state *to);
/* Leaves the state by its own Assign and Next, after checking the output. `assign_from` is `$` of
 * Assign. Takes `output`. */
void finish_state(struct step *s, struct rt_frame *f, json *output, const json *assign_from);
/* Fails the state with an error of the interpreter: puts the state's name before the cause. Takes
 * what `e` has. */
void state_failed(struct step *s, struct rt_frame *f, struct asl_error *e);
/* Retries after an error, or catches it, or hands it up, as the state says. Takes what `e` has. */
void decide(struct step *s, struct rt_frame *f, struct asl_error *e);
/* Ends the execution. Takes what `e` has. */
void fail_execution(struct step *s, struct rt_frame *f, struct asl_error *e);
/* Sets `e` to "The state/task 'WHO' returned a result with a size exceeding …". */
void error_too_large(struct asl_error *e, const json *who, const char *what);
/* False after failing the state when `v` is deeper than allowed. */
bool check_depth(struct step *s, struct rt_frame *f, const json *v);
/* False after failing the state when `v` is larger or deeper than allowed. */
bool check_size(struct step *s, struct rt_frame *f, const json *v);
/* False after failing the state when what it leaves with is too large or too deep; then it takes
 * both. `vars` may be NULL. */
bool check_leaving(struct step *s, struct rt_frame *f, json *output, json *vars);
/* Returns whether `v` has more text than data may have. An abandoned step may be told so of
 * anything. */
bool is_larger_than_data(const struct step *s, const json *v);

void work_simple(struct step *s, struct rt_frame *f);
void wait_over(struct step *s, struct rt_frame *f);
void work_task(struct step *s, struct rt_frame *f);
void start_task(struct step *s, struct rt_frame *f);
void task_ok(struct step *s, struct rt_frame *f, const json *value);
void task_failed(struct step *s, struct rt_frame *f, const struct asl_error *e);
/* Goes on with the result that the task's token has brought before. */
void task_answered(struct step *s, struct rt_frame *f);
/* Takes in what came by the task's token; `value` NULL: it failed with `error`. */
void token_answered(struct step *s, struct rt_frame *f, const json *value,
                    const struct asl_error *error);
/* Takes in `output`, the answer of the service that took the task on. */
void task_submitted(struct step *s, struct rt_frame *f, const json *output);
void task_due(struct step *s, struct rt_frame *f);
void work_group(struct step *s, struct rt_frame *f);
/* Ends a branch or iteration with `output` (looked at). */
void child_ended(struct step *s, struct rt_frame *child, const json *output);
/* Ends the siblings of a branch or iteration that failed for good. */
void child_failed(struct step *s, struct rt_frame *child);
/* Lets a redriven Map go on: iterations or children that have not run. */
void resume_group(struct step *s, struct rt_frame *f);
/* Lets the next step go on with a Map of which this step hasn't started all that may run at once.
 */
void group_goes_on(struct step *s, struct rt_frame *f);

/* ---- redrive.c ---- */

/* EXECUTION_REDRIVEN and MAP_RUN_REDRIVEN. */
event_act apply_redrive, apply_map_run_redrive;
/* Returns whether there is room for one more child than those that run. */
bool group_has_room(const struct rt_group *g);
/* Returns whether there is room for one more child, and one that may be started or redriven. */
bool group_wants_more(const struct rt_group *g);
/* Takes the input RT_IN_REDRIVE, whose client gave `token` (looked at); NULL: none. */
void redrive(struct step *s, const json *token);

/* ---- map_run.c: distributed Maps ---- */

/* Starts the Map Run of a Map whose group has started. */
void start_map_run(struct step *s, struct rt_frame *f, const struct asl_env *env);
/* Redrives children that are pending and starts others until as many run as may. */
void start_children(struct step *s, struct rt_frame *f);
void map_run_succeeded(struct step *s, struct rt_frame *f);
void redrive_map_run(struct step *s, struct rt_frame *f);
void change_map_run(struct step *s, const json *request);
void child_answered(struct step *s, const struct rt_input *in);
void cancel_children(struct step *s, struct rt_frame *f);
void resume_children(struct step *s, struct rt_frame *f);
/* Makes the input of iteration or child `i`. NULL when that failed, and with it the Map: `f` may be
 * gone then. */
json *iteration_input(struct step *s, struct rt_frame *f, uint32_t i);
/* Adds a command to be filled in. It moves when another one is added. */
struct rt_command *new_command(struct step *s);

/* Ends the children of a Parallel or Map that has failed itself. */
void group_failed(struct step *s, struct rt_frame *f);

#endif
