#ifndef RUNTIME_ENGINE_ENGINE_IMPL_H
#define RUNTIME_ENGINE_ENGINE_IMPL_H

/* What the engine's files share: engine.c has turns, engine_recover.c what comes from the store,
 * engine_take_up.c what ran before a restart, engine_redrive.c what runs again, engine_slice.c
 * steps that take long, engine_memory.c the bound of memory. */

#include "parsers/base/due_heap.h"
#include "parsers/base/id_queue.h"
#include "runtime/base/coroutine.h"
#include "runtime/engine/engine.h"

/* An execution that the engine knows. */
struct entry {
    struct id_node node;
    rt_exec *x; /* NULL: it is in the store only */
    int64_t due_ms;
    struct due_node due;      /* in the engine's heap while due_ms is a time */
    struct engine_call *call; /* the child call that it was started for; NULL: none */
    uint32_t calls;           /* task and child calls that are out, or that this turn starts */
    bool queued;              /* has RT_IN_CONTINUE to come */
    bool throttled;           /* there is no room for its next transition */
    bool over;                /* it has ended, and was told so */
    bool orphan;              /* its Map Run is over: nobody asks for it */
    bool unstarted;           /* of a Map Run, and waits to begin */
    bool untaken;             /* it ran before a restart, and was not taken up since */
    struct entry_list *in;    /* a list of the engine's; NULL: none */
    struct entry *ahead, *behind;
    size_t held;         /* bytes, when memory was looked at; in `large` */
    struct slice *slice; /* its step that is under way; NULL: none */
    enum engine_keep keep;
    json *list, *note; /* for the store, until it has them; NULL: none */
    /* What the store has of it: */
    bool kept, kept_end;
    bool redriven; /* it doesn't have that yet */
    int64_t kept_due_ms;
};

/* The number of a child that there is none of yet. */
#define NO_CHILD UINT64_MAX

/*
 * What an execution has asked for and waits for: a task call asks for a task to be run, a child
 * call for an execution of a Map Run. Its id is made of the execution's number and the lower half
 * of its ref: of the calls that are out no two have the same id, as refs only grow.
 */
struct engine_call {
    struct id_node node;
    uint64_t execution, ref;
    uint32_t frame, index;
    bool child;      /* a child call, not a task call */
    bool unasked;    /* child call: the parent has not asked for it since a restart */
    bool submits;    /* task call: its task is of the .sync or .waitForTaskToken kind */
    uint64_t number; /* child call: the execution; NO_CHILD */
    int64_t since_ms;
};

/* Executions, each in one list at most. */
struct entry_list {
    struct entry *first, *last;
};

/* An execution that is being made from its history. */
struct fold {
    uint64_t execution;
    rt_exec *x;     /* NULL: none is */
    uint64_t next;  /* the sequence number to read from */
    unsigned begun; /* how often it was */
};

/* Something that came in, for the next turn. */
struct input {
    uint64_t number; /* as engine_last_input counts; 0: it came from the engine itself */
    enum rt_input_kind kind;
    uint64_t execution, ref;
    uint32_t frame, index;
    json *value;
    struct asl_error error;
};

/* Inputs in order: those before `head` have been taken. */
struct input_queue {
    struct input *list;
    size_t head, count, cap;
};

/* One execution's output within a turn. Its events stay here until the hooks have heard of them. */
struct turn_output {
    uint64_t execution;
    struct rt_output out;
};

/* A step, and the stack that it runs on. */
struct slice {
    engine *engine;
    coroutine *coroutine; /* NULL: steps are not left in their midst */
    struct entry *entry;
    struct input given;
    struct rt_input in; /* looks at `given` */
    struct rt_output out;
    struct work work;
    uint64_t evaluation;   /* number of the step's evaluation that runs now */
    int64_t evaluation_ns; /* processor time which that evaluation has used */
    int64_t since_ns;      /* processor time up to which evaluation_ns has been counted */
    bool abandoned, under_way;
    bool left;             /* in its midst, once or more */
    struct input *waiting; /* what came in meanwhile */
    size_t waiting_count, waiting_cap;
    struct slice *prev, *next;
};

struct engine {
    store *store;
    store *apart; /* histories of ENGINE_KEEP_APART; NULL as long as there is none */
    struct engine_hooks hooks;

    double wait_scale;
    bool recovers;    /* keeps what engine_recover needs */
    int64_t sleep_ms; /* from when on an execution sleeps */
    bool unreadable;  /* an execution could not be fetched: */
    struct diag why;

    uint64_t *untaken; /* executions to be taken up; those before `untaken_head` have been */
    size_t untaken_head, untaken_count, untaken_cap;
    bool takes_up_later; /* turns take up none yet */
    struct fold fold;    /* of the next one, as far as earlier turns have read it */

    struct id_map entries;
    uint64_t next;       /* number */
    struct due_heap due; /* entries */

    int64_t now_ms;  /* of the turn */
    int64_t skew_ms; /* what is due counts by now_ms + skew_ms */
    struct id_map calls;
    size_t tasks_busy, running;

    struct input_queue inputs;
    uint64_t last_input, last_stepped; /* numbers */
    struct id_map unsettled;           /* numbers that have been stepped, and are under way */
    uint64_t *again; /* executions whose step stopped at its budget; those before `again_head` have
                        gone on */
    size_t again_head, again_count, again_cap;
    struct bucket transitions; /* the room there is for them; size 0: they are not counted */
    struct id_queue throttled; /* executions that wait for room */
    uint64_t throttles;        /* how often one has waited */
    struct turn_output *turns;
    size_t turn_count, turn_cap;

    struct input_queue beginnings; /* of Map Runs' executions */
    unsigned held_back;            /* how often none has begun, as others went first */
    size_t memory;                 /* bytes that the process may use */
    size_t used;                   /* bytes in use when memory was last looked at */
    size_t grown;                  /* about how many bytes came since then */
    struct entry_list stepped;     /* executions with a step since memory was last looked at */
    struct entry_list large;       /* those that stayed in memory then, and hold much of it */

    int64_t evaluation_ns;                    /* that an evaluation may use */
    struct slice *under_way, *last_under_way; /* the next one to go on first */
    size_t under_way_count;
    struct slice *spare;
    size_t spare_count;
    /* What the turn has done, and may do: */
    size_t turn_bytes, share_steps, share_end_bytes;
    int64_t share_end_ns, clock_ns; /* as it was last looked at */
};

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

struct engine_call *engine_find_call(const engine *e, uint64_t execution, uint64_t ref);
struct engine_call *engine_new_call(engine *e, uint64_t execution, uint64_t ref, bool child);
/* Returns the call that the command begins. For a child that ran before a restart there is one
 * already, which has the child's number. */
struct engine_call *engine_add_call(engine *e, uint64_t execution, const struct rt_command *c);
bool starts_call(const struct rt_command *c);

/* Returns an empty output for a turn of `execution`; the engine owns it. */
struct rt_output *engine_new_turn_output(engine *e, uint64_t execution);
void engine_hand_out(engine *e, uint64_t execution, const rt_exec *x, const struct rt_command *c);
/* Starts the execution that the child call asks for. */
void engine_start_child(engine *e, struct engine_call *call, const rt_exec *parent,
                        const struct rt_command *c);
/* Answers a child call with how the child has ended; the call is over. */
void engine_tell_parent(engine *e, struct engine_call *call, const rt_exec *child);

/* Answers a child call whose execution can't be told the end of: it failed. The call is over. */
void engine_child_lost(engine *e, struct engine_call *call, const char *why);

/* ---- engine_slice.c ---- */

/* Returns the processor time used so far as the hooks tell it, without hooks what was told last. */
int64_t engine_used_ns(engine *e);
/* Steps `entry`, which has nothing under way, with `given` (taken), and leaves it when it has used
 * up its share of the turn. */
void engine_step_entry(engine *e, struct entry *entry, struct input *given);
/* Keeps `given` (taken) until the step is done. */
void engine_wait_for_step(struct slice *s, struct input *given);
/* Lets the steps that are under way go on, one after another, for a share. */
void engine_resume_steps(engine *e);
/* Nobody wants more of the step: ends it with what it has recorded. `instead` (taken) comes next.
 */
void engine_abandon_step(engine *e, struct slice *s, struct input *instead);
/* Ends the step, and forgets it with all that waits for it. */
void engine_drop_step(engine *e, struct slice *s);
/* Frees the slices that no step uses. */
void engine_free_slices(engine *e);

/* ---- engine_memory.c ---- */

/* Notes that the execution has had a step, so that it may hold more or less than before. */
void engine_note_step(engine *e, struct entry *entry);
/* Takes the entry out of the list that it is in, if any. */
void engine_unlist(struct entry *entry);
/* Makes room when memory is short; called between turns. */
void engine_look_at_memory(engine *e);
/* Returns whether less than half of the memory is left, so that what can wait has to. */
bool engine_is_short(const engine *e);
/* Returns whether the execution can leave memory until it is needed, as the store has it. */
bool engine_can_leave(const engine *e, const struct entry *entry);
/* Lets executions of Map Runs begin, as far as memory allows. */
void engine_step_beginnings(engine *e);
/* Returns whether there is room for an execution of a Map Run to begin. */
bool engine_may_begin(const engine *e);

/* ---- engine_recover.c ---- */

/*
 * Makes an execution from its history, `f`, of which the number is given and, where that was begun
 * before, the rest. It pauses when the share of the turn is used up, if it `pauses`. FOLD_FAILED:
 * *why is filled, and f->x is NULL.
 */
enum fold_end { FOLD_DONE, FOLD_PAUSED, FOLD_FAILED };
enum fold_end engine_fold(engine *e, struct fold *f, bool pauses, struct diag *why);
/* Makes an execution from its whole history at once. NULL with *why filled when it can't be made.
 */
rt_exec *engine_fold_whole(engine *e, uint64_t execution, struct diag *why);

/* Brings an execution that is in the store only into memory. False: it has been set apart, and the
 * entry is gone; or the store can't be read, and e->why says it. */
bool engine_wake(engine *e, struct entry *entry);

/* Sets apart an execution that the store has, and removes its entry. */
void engine_set_apart(engine *e, uint64_t execution, const char *why);
/* Writes the end that the history has into the execution's row, which lacks it; removes the entry.
 */
void engine_mend_end(engine *e, struct entry *entry);
/* Returns whether *why says that the stored data is wrong, not that the store can't be read. */
bool engine_is_damage(const struct diag *why);

/* ---- engine_take_up.c ---- */

/* Adds an entry for a running execution of the store; it is taken up later. */
void engine_note_running(engine *e, const struct store_running *row);
/* Takes up executions for a share of the turn. */
void engine_take_up_some(engine *e);
/* Takes up an execution before its turn comes, its parents first. False as in engine_wake. */
bool engine_take_up_now(engine *e, struct entry *entry);
/* Stops a child that nobody asks for any more. */
void engine_orphan(engine *e, struct entry *entry);
/* The execution that the child call has started before; *found is false when there is none. False
 * with *why filled when the store can't be read. */
bool engine_find_child(engine *e, const struct engine_call *call, uint64_t *child, bool *found,
                       struct diag *why);

/* ---- engine_redrive.c ---- */

/* Returns the entry of an execution that has ended, fetched from the store if need be; NULL: it is
 * gone. */
struct entry *engine_ended_entry(engine *e, uint64_t execution);
/* Notes that an execution was redriven, so that the store is told of its next end, too. */
void engine_forget_end(engine *e, struct entry *entry);
/*
 * Lets a Map Run's execution run again, unless it has been redriven as often as it is to be. One
 * that can't be redriven stays as it ended; one that is gone, as an Express one always is, starts
 * anew. False with *why filled when the store can't be read.
 */
bool engine_redrive_child(engine *e, struct engine_call *call, const rt_exec *parent,
                          const struct rt_command *c, struct diag *why);

#endif
