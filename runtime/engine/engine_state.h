#ifndef RUNTIME_ENGINE_ENGINE_STATE_H
#define RUNTIME_ENGINE_ENGINE_STATE_H

/* What an engine is made of: entries of executions, calls that are out, inputs, outputs of a turn,
 * and steps under way. */

#include "parsers/base/due_heap.h"
#include "parsers/base/id_queue.h"
#include "parsers/base/pool.h"
#include "runtime/base/coroutine.h"
#include "runtime/engine/engine.h"

/* An execution that the engine knows. */
struct entry {
    struct id_node node;
    rt_exec *x; /* NULL: it is in the store only */
    int64_t due_ms;
    struct due_node due;      /* in the engine's heap while due_ms is a time */
    struct engine_call *call; /* the child call that it was started for; NULL: none, or the Map Run
                                 is over */
    struct store_parent parent; /* whose child it is, whether that asks for it or not */
    uint32_t calls;             /* task and child calls that are out, or that this turn starts */
    uint32_t map_runs;          /* its Map Runs that are open */
    uint32_t depth;             /* inside of how many Map Runs it is */
    uint32_t to_open;           /* and how often it is in the queue of those that wait to be */
    bool queued;                /* has RT_IN_CONTINUE to come */
    bool throttled;             /* there is no room for its next transition */
    bool late;                  /* its Map Runs have more executions to begin than the turn may */
    bool over;                  /* it has ended, and was told so */
    bool orphan;                /* its Map Run is over: nobody asks for it */
    bool unstarted;             /* of a Map Run, and waits to begin */
    bool withdrawn;             /* and never will: its Map Run was told so */
    bool untaken;               /* it ran before a restart, and was not taken up since */
    struct entry_list *in;      /* a list of the engine's; NULL: none */
    struct entry *ahead, *behind;
    int64_t stepped_ms;  /* when it was last */
    int64_t woken_ms;    /* when it came back to memory last */
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
 * call for an execution of a Map Run, a reading for the items of one, again and again. Its id is
 * made of the execution's number and the lower half of its ref: of the calls that are out no two
 * have the same id, as refs only grow.
 */
struct engine_call {
    struct id_node node;
    uint64_t execution, ref;
    uint32_t frame;
    uint32_t index;  /* child call: of the child; reading: how often it has begun */
    bool child;      /* a child call, not a task call */
    bool reading;    /* a reading; it is `busy` while items are asked for */
    bool busy;       /* counted in the engine's tasks_busy */
    bool unasked;    /* child call: the parent has not asked for it since a restart */
    bool submits;    /* task call: its task is of the .sync or .waitForTaskToken kind */
    bool answered;   /* task call: the hook has heard of its answer */
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
    rt_exec *x;           /* NULL: none is */
    uint64_t next;        /* the sequence number to read from */
    unsigned begun;       /* how often it was */
    uint64_t keeps_until; /* as in struct rt_config */
};

/* Something that came in, for the next turn. */
struct input {
    uint64_t number; /* as engine_last_input counts; 0: it came from the engine itself */
    enum rt_input_kind kind;
    uint64_t execution, ref;
    uint32_t frame, index;
    enum rt_status status;      /* of a child that ended unsuccessfully */
    int64_t began_ms, ended_ms; /* of a child; 0: not known */
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

/* The Map Runs of executions that are inside of equally many. */
struct map_run_level {
    int64_t open;
    struct id_queue waiting; /* executions with one that waits; an execution may be there twice */
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
    int64_t map_runs_left; /* how many more Map Runs it may open */
    int64_t children_left; /* and how many executions these may begin */
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
    struct pool spare_entries;
    uint64_t next;       /* number */
    struct due_heap due; /* entries */

    int64_t now_ms;  /* of the turn */
    int64_t skew_ms; /* what is due counts by now_ms + skew_ms */
    struct id_map calls;
    struct pool spare_calls;
    struct id_map stops; /* what the store has of jobs that are to be stopped */
    size_t tasks_busy, running;

    struct input_queue inputs;
    uint64_t last_input, last_stepped; /* numbers */
    struct id_map unsettled;           /* numbers that have been stepped, and are under way */
    uint64_t *again; /* executions whose step stopped at its budget; those before `again_head` have
                        gone on */
    size_t again_head, again_count, again_cap;
    struct bucket transitions;    /* the room there is for them; size 0: they are not counted */
    struct id_queue throttled;    /* executions that wait for room */
    uint64_t throttles;           /* how often one has waited */
    int64_t most_map_runs;        /* open at most, at each level and those inside of it */
    struct map_run_level *levels; /* by depth of their executions */
    size_t level_count, level_cap;
    struct turn_output *turns;
    size_t turn_count, turn_cap;

    struct input_queue beginnings; /* of Map Runs' executions */
    struct id_queue late;          /* executions whose Map Runs have more of them */
    int64_t ordered;               /* how many the turn has ordered, which are in no queue yet */
    int64_t late_share;            /* how many the late one that is stepped may; 0: none is */
    unsigned held_back;            /* how often none has begun, as others went first */
    size_t memory;                 /* bytes that the process may use */
    size_t used;                   /* bytes in use when memory was last looked at */
    size_t grown;                  /* about how many bytes came since then */
    struct entry_list stepped;     /* executions with a step since memory was last looked at */
    struct entry_list busy;        /* those that can leave memory, but would soon be folded again */
    struct entry_list large;       /* those that can't, and hold much of it */

    int64_t evaluation_ns;                    /* that an evaluation may use */
    struct slice *under_way, *last_under_way; /* the next one to go on first */
    size_t under_way_count;
    struct slice *spare;
    size_t spare_count;
    /* What the turn has done, and may do: */
    size_t turn_bytes, share_steps, share_end_bytes;
    int64_t share_end_ns, clock_ns; /* as it was last looked at */
};

#endif
