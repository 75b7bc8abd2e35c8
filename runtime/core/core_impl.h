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

struct rt_frame *exec_frame(const rt_exec *x, uint32_t id);
/* Lets go of the frames of an execution that has ended; or keeps them, so that it can be redriven,
 * but none is to go on. */
void exec_drop_frames(rt_exec *x);
void exec_rest(rt_exec *x);
/* Adds a frame without a place in the tree, and a child to the group of `parent`. */
struct rt_frame *exec_add_frame(rt_exec *x, const struct asl_scope *scope);
struct rt_frame *exec_add_child(rt_exec *x, struct rt_frame *parent, const struct asl_scope *scope,
                                uint32_t index);
/* Takes `f` out of the tree, with all below it, and frees it. */
void exec_drop_frame(rt_exec *x, struct rt_frame *f);
/* Puts `v` (taken) into *slot, and gives back what was there. */
void exec_replace(json **slot, json *v);
/* Lets go of all that belongs to the visit of a state: the group that it has; what it has made. */
void exec_clear_visit(rt_exec *x, struct rt_frame *f);
void exec_drop_group(rt_exec *x, struct rt_frame *f);
void exec_clear_work(struct rt_frame *f);
/* The machine's own time limit begins at `now_ms`, by the clock of due times. */
void exec_set_deadline(rt_exec *x, int64_t now_ms);
/* Makes the ready queue and heap agree with what an event did to `f`. */
void exec_schedule(rt_exec *x, struct rt_frame *f);
/* `f` can go on, whatever its phase says. */
void exec_ready(rt_exec *x, const struct rt_frame *f);
/* Is the next one to enter a state? */
bool exec_next_enters(rt_exec *x);
struct rt_frame *exec_next_ready(rt_exec *x);
/* How many bytes the variables of all frames would have once `f` has `assigned`. */
size_t exec_vars_len(const rt_exec *x, const struct rt_frame *f, const json *assigned);
/* Returns the frame that is due first; NULL: none waits for a time. rt_next_due: when that is. */
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

/* The same, for an execution that has ended. */
void emit_redriven(struct step *s, struct rt_event *e);
/* Records an event and applies it. Takes the values. Does nothing once the execution has ended. */
void emit(struct step *s, struct rt_event *e);
bool running(const struct step *s);
/* The clock of due times. */
int64_t due_clock(const struct step *s);
/* Is it time to come to an end, and to go on in another step? */
bool step_is_long(const struct step *s);
/* When a wait that begins now and is to last so long is over. */
int64_t wait_until(const struct step *s, int64_t delay_ms);

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

void view_init(struct scope_view *view, struct step *s, struct rt_frame *f);
/* `input` is `$`. The environment is good as long as the view is. */
struct asl_env view_env(struct scope_view *view, const json *input);
/* The context object is kept for the next expression; forget it when it can have changed. */
void forget_context(struct step *s);
const json *variable(void *view, const json *name);

/* Task, Parallel and Map: states whose Output and Assign see $states.result. */
bool has_result(const struct asl_state *s);

/* Leaves the state: output (taken), variables (taken, may be NULL), and where to. */
void exit_state(struct step *s, struct rt_frame *f, json *output, json *vars,
                const struct asl_state *to);
/* The same by the state's own Assign and Next, after checking the output. `assign_from`: `$` of
 * Assign. Takes `output`. */
void finish_state(struct step *s, struct rt_frame *f, json *output, const json *assign_from);
/* The interpreter failed while it ran the state: puts the state's name before the cause. Takes
 * what `e` has. */
void state_failed(struct step *s, struct rt_frame *f, struct asl_error *e);
/* An error as it is, to be retried, caught or handed up. Takes what `e` has. */
void decide(struct step *s, struct rt_frame *f, struct asl_error *e);
/* Ends the execution. Takes what `e` has. */
void fail_execution(struct step *s, struct rt_frame *f, struct asl_error *e);
/* "The state/task 'WHO' returned a result with a size exceeding …" */
void error_too_large(struct asl_error *e, const json *who, const char *what);
/* False after failing the state when `v` is deeper than allowed. */
bool check_depth(struct step *s, struct rt_frame *f, const json *v);
/* False after failing the state when `v` is larger or deeper than allowed. */
bool check_size(struct step *s, struct rt_frame *f, const json *v);
/* The same of what a state leaves with; `vars` may be NULL. Takes both when it fails. */
bool check_leaving(struct step *s, struct rt_frame *f, json *output, json *vars);
/* Has it more text than data may have? An abandoned step may be told so of anything. */
bool is_larger_than_data(const struct step *s, const json *v);

void work_simple(struct step *s, struct rt_frame *f);
void wait_over(struct step *s, struct rt_frame *f);
void work_task(struct step *s, struct rt_frame *f);
void start_task(struct step *s, struct rt_frame *f);
void task_ok(struct step *s, struct rt_frame *f, const json *value);
void task_failed(struct step *s, struct rt_frame *f, const struct asl_error *e);
/* The result that its token has brought is its result. */
void task_answered(struct step *s, struct rt_frame *f);
/* What came by its token; `value` NULL: it failed. */
void token_answered(struct step *s, struct rt_frame *f, const json *value,
                    const struct asl_error *error);
/* `output`: the answer of who took it on. */
void task_submitted(struct step *s, struct rt_frame *f, const json *output);
void task_due(struct step *s, struct rt_frame *f);
void work_group(struct step *s, struct rt_frame *f);
/* A branch or iteration came to its end with `output` (looked at). */
void child_ended(struct step *s, struct rt_frame *child, const json *output);
/* A child failed for good: ends its siblings. The group's error is then `e`. */
void child_failed(struct step *s, struct rt_frame *child);
/* Lets a redriven Map go on: iterations or children that have not run. */
void resume_group(struct step *s, struct rt_frame *f);
/* When a step came to its end before a Map had started all that may run at once: the next one is to
 * go on with it. */
void group_goes_on(struct step *s, struct rt_frame *f);

/* ---- redrive.c ---- */

/* What EXECUTION_REDRIVEN and MAP_RUN_REDRIVEN do to the execution, and to the group. */
void apply_redrive(rt_exec *x, const struct rt_event *e);
void apply_map_run_redrive(struct rt_group *g, const struct rt_event *e);
/* Is there room for one more child than those that run? */
bool group_has_room(const struct rt_group *g);
/* Is there one that may be started or redriven, too? */
bool group_wants_more(const struct rt_group *g);
/* The input RT_IN_REDRIVE. */
void redrive(struct step *s, const json *token);

/* ---- map_run.c: distributed Maps ---- */

/* After the group has started. */
void start_map_run(struct step *s, struct rt_frame *f, const struct asl_env *env);
/* Redrives those that are pending and starts others until as many run as may. */
void start_children(struct step *s, struct rt_frame *f);
void map_run_succeeded(struct step *s, struct rt_frame *f);
void redrive_map_run(struct step *s, struct rt_frame *f);
void change_map_run(struct step *s, const json *request);
void child_answered(struct step *s, const struct rt_input *in);
void cancel_children(struct step *s, struct rt_frame *f);
void resume_children(struct step *s, struct rt_frame *f);
/* The input of iteration or child `i`. NULL when it failed, and with it the Map: `f` may be gone
 * then. */
json *iteration_input(struct step *s, struct rt_frame *f, uint32_t i);
struct rt_command *new_command(struct step *s);

/* The Parallel or Map itself failed: ends its children. */
void group_failed(struct step *s, struct rt_frame *f);

#endif
