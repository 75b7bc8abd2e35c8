#ifndef RUNTIME_CORE_FRAMES_H
#define RUNTIME_CORE_FRAMES_H

/* What an execution is made of: its frames, the groups of Parallels and Maps, and the queues of
 * what goes on next. Events alone change them: apply.c and redrive.c, by the functions of exec.c.
 */

#include "parsers/base/buf.h"
#include "parsers/base/due_heap.h"
#include "parsers/base/id_map.h"
#include "parsers/base/pool.h"
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

/* An execution of a Map Run that has not succeeded. Of one that has, its result is all that is
 * left.
 */
struct rt_child {
    struct id_node node; /* its index */
    struct rt_child *next, *prev;
    uint64_t ref; /* of its CHILD_STARTED */
    int64_t started_ms;
    json *input;
    uint32_t items; /* how many it has: more than one, if they are batched */
    uint32_t redrives;
    bool runs;
    bool pending; /* it ended unsuccessfully or had not begun, and is to be redriven */
    bool unbegun; /* it had not begun when the Map Run ended: there is no such execution */
    /* How it ended last, where results are written: a redrive may not come to it. */
    struct {
        enum rt_status status;
        struct asl_error error;
        int64_t began_ms, ended_ms;
    } end;
};

/* Some items that were read at once, as RT_IN_ITEMS brings them: its members, as looks. */
struct rt_part {
    json *whole;
    const json *items, *ends;                    /* arrays */
    const json *keys, *states, *sources, *lines; /* of each item; NULL: `whole` has none */
    const json *state, *from, *unit;             /* of all of them; NULL: it has none */
    int64_t line;                                /* of the first; 0: it has none */
};

/* Items that were read and not taken yet. Derived: nothing of it is in the history, and after a
 * restart they are read again. */
struct rt_ahead {
    struct rt_part *parts; /* a queue: those before `head` are used up */
    size_t head, count, cap;
    size_t at;      /* how many items of the first part have been taken */
    uint64_t items; /* in all of them, not taken */
    uint64_t bytes; /* that the parts have, about */
    bool begun;     /* somebody reads for it */
    bool asked;     /* more are being read */
    bool end;       /* there are no more behind these, or they can't be read: */
    bool broken;
};

/*
 * Results of one kind that are to be written to files: a queue of texts, as they stand in a file.
 * Each has a comma before it or, for JSON Lines, a newline behind it; an empty one has neither.
 */
struct rt_unwritten {
    struct buf text; /* of all, one behind another */
    size_t *ends;    /* where each one ends in it */
    size_t head;     /* those before it are written */
    size_t kept;     /* those from there on are in a file that may be lost yet */
    size_t count, cap;
};

/* What a ResultWriter makes of the outputs of children. Without one nothing holds. */
struct rt_form {
    bool records;  /* whole records instead of outputs (NONE) */
    bool flat;     /* elements of an output that is an array stand for themselves (FLATTEN) */
    bool by_lines; /* in JSON Lines */
};

/* What a ResultWriter with a bucket writes. */
struct rt_results {
    bool wanted; /* there is one */
    struct rt_unwritten unwritten[RT_RESULT_KINDS];
    uint64_t pending_written; /* of this attempt: records, */
    uint64_t pending_items;   /* and how many items they list that children never had */
    uint64_t earlier_written; /* and records of children that failed before it, and it left so */
    json *writer;             /* the state of who writes; NULL: nothing is written yet */
    bool over;                /* all are written, and the manifest */
    bool asked;               /* some are being written, or it is looked at where. Derived */
    bool checked;             /* that was seen to be good, in this attempt: children begin then */
    bool used;                /* one has begun in it */
    uint64_t lacks;           /* the event that told of a loss, and whose texts are not here; 0 */
};

/* How far the list of what a failed Map Run did not begin is. Derived. */
struct rt_closed {
    bool begun, over;
    const struct rt_child *child; /* the next one to look at; NULL: all children are listed */
    uint64_t passed;              /* items behind those that are taken */
    uint64_t listed;              /* children that were not begun */
    uint64_t listed_earlier;      /* and those that failed before this attempt */
    uint32_t *items;              /* how many each record lists that is to be written: a queue */
    size_t head, count, cap;
    struct rt_unwritten earlier; /* records that stand behind those of this attempt's failures */
    json *unread; /* why the source could not be read to its end for it; NULL: that was not tried */
};

/* What a distributed Map has besides, once its Map Run has started. */
struct rt_run {
    json *arn;
    struct id_map children;        /* those that have not succeeded, by index */
    struct rt_child *first, *last; /* the same, in the order of their indexes */
    struct pool spare_children;
    uint32_t failed;
    int64_t tolerated_count;     /* -1: none */
    double tolerated_percentage; /* negative: none */
    uint32_t redrives;
    bool open;                     /* it counts to those that may be open at once */
    bool waits;                    /* until it may be */
    uint32_t pending;              /* how many children */
    struct rt_child *next_pending; /* the first of them; NULL: there is none */
    /*
     * A stream has more items to come, and makes of them children until ITEMS_ENDED says how many
     * there are; the group's `total` is RT_MANY until then. Its plan is that of asl_flow_plan.
     */
    json *plan;        /* NULL: the items are the group's, a child for each */
    const json *batch; /* of the plan: its ItemBatcher; NULL: a child has one item */
    bool reads;        /* items are read from elsewhere, else they are the group's */
    uint64_t ref;      /* of its MAP_RUN_STARTED; names what is read for it */
    uint64_t taken;    /* items that children have */
    uint64_t most;     /* MaxItems */
    json *source;      /* state of the reader behind the last of these; NULL: none */
    uint64_t position; /* and where that one ends */
    bool misread;      /* it has failed as its items could not be read */
    bool differs;      /* as this redrive found another object: the next one wants the first, too */
    bool anew;         /* then it was redriven: what is read may be another one by now */
    struct rt_ahead ahead;
    struct rt_form form; /* of results, whether they are written or not */
    struct rt_results results;
    uint64_t result_bytes;  /* that the state's result has at least, where AWS's quotas hold */
    bool failing;           /* it has failed with `error`, and ends when its children have */
    bool closing;           /* these have, and it writes its results before it ends */
    struct asl_error error; /* of a failing run */
    struct rt_closed closed;
};

/* How many children a stream has before its end is known. */
enum { RT_MANY = UINT32_MAX };

/* What a Parallel or Map state has while it works. */
struct rt_group {
    json *input;    /* what branches get, and ItemSelector looks at */
    json *items;    /* Map */
    json **results; /* by index, of those that have started; NULL as long as there is none, and
                       where a ResultWriter writes them */
    size_t results_cap;
    uint32_t total, started, done, limit;
    uint32_t first, last_child; /* the children, oldest first, linked by next and prev */
    uint32_t begun;             /* id of its …StateStarted event */
    uint32_t joined;    /* once succeeded: what its exit points back to, past …StateSucceeded */
    bool over;          /* it has failed; what it has is there for a redrive */
    bool resumed;       /* it was redriven, and has children to start */
    struct rt_run *run; /* NULL: it has no Map Run */
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

enum { RT_OWN_READY = 4 };

struct rt_exec {
    asl_machine *machine;
    struct rt_names names;    /* see rt_exec_names */
    struct rt_family *family; /* what they are made of; NULL: they were there from the start */
    uint64_t name_chance;
    json *extra_context;
    bool only_context;
    const struct asl_scope *scope;
    const struct asl_state *first; /* of `scope`; NULL: its StartAt */
    json *variables;               /* that are there from the start; NULL: none */
    json *written;                 /* the input's text; NULL: as json_text writes it */
    bool aws_limits, express, fails_early;
    uint64_t
        keeps_until; /* the last event that tells of results that were lost; 0: there is none */
    uint64_t seed;
    unsigned char secret[RT_SECRET];

    enum rt_status status;
    json *input, *output;
    struct asl_error error;
    int64_t started_ms, deadline_ms;
    int64_t stopped_ms;    /* 0: it runs */
    int64_t cut_ms;        /* when what a redrive goes on with was cut off; 0: there was none */
    uint32_t failed_frame; /* whose error it failed with; RT_NO_FRAME: nobody's */
    uint32_t redrives;
    int64_t redriven_ms; /* the last one; 0: never */

    uint64_t seq;      /* of the last event */
    uint32_t event_id; /* of the last public event */
    uint64_t transitions;
    uint32_t map_runs; /* that are open */
    bool parent;       /* a Map Run has begun executions */
    size_t vars_len;   /* of all frames */

    struct rt_frame **frames;
    uint32_t frame_count, frame_cap, root;
    uint32_t *free_slots, free_count, free_cap;

    /* Derived: nothing of it is in the history. */
    struct rt_ready *ready; /* a ring of `ready_cap`, a power of two */
    size_t ready_head, ready_count, ready_cap;
    struct due_heap due;                       /* frames */
    json *execution_context, *machine_context; /* made when first asked for */
    struct rt_family *children; /* of the Map Run that began one last; NULL: none has yet */

    /* Most executions have a single frame, and there are many of them: what that needs is here.
     * `frames`, `free_slots` and `ready` point to it until they need more. */
    struct {
        struct rt_frame frame;
        bool has_frame; /* it is in use */
        struct rt_frame *slot;
        uint32_t free;
        struct rt_ready ready[RT_OWN_READY];
    } own;
};

/* Returns the frame in that slot; NULL: none, or RT_NO_FRAME. */
static inline struct rt_frame *exec_frame(const rt_exec *x, uint32_t id)
{
    return id < x->frame_count ? x->frames[id] : NULL;
}
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
/* Puts `v` (taken) into *slot, and gives back what was there: only then, as `v` may be a part of
 * it.
 */
static inline void exec_replace(json **slot, json *v)
{
    json *old = *slot;

    *slot = v;
    json_unref(old);
}
/* Frees all that belongs to the visit of a state: its group and what its work has made. */
void exec_clear_visit(rt_exec *x, struct rt_frame *f);
/* Frees the frame's group, if it has one, with all frames below. */
void exec_drop_group(rt_exec *x, struct rt_frame *f);
/* Returns the Map Run's child of that index; NULL: there is none, or it has succeeded. */
struct rt_child *run_child(const struct rt_run *run, uint32_t index);
/* Returns an item of a Map, a look: an element of its array, or the value of its object's member.
 */
const json *group_item_value(const struct rt_group *g, uint64_t i);
/* Returns the key of that member, a look; NULL: the items are an array. */
const json *group_item_key(const struct rt_group *g, uint64_t i);
/* Returns how many children of the Map Run are out: that they have ended is not known. */
uint32_t run_children_out(const struct rt_group *g);
/* Says whether a Map Run is open. */
void set_run_open(rt_exec *x, struct rt_run *run, bool open);
/* Frees a child that is in no list any more. */
void run_free_child(struct rt_run *run, struct rt_child *child);
/* Forgets what was read ahead: it is to be read again. */
void forget_ahead(struct rt_run *run);
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
