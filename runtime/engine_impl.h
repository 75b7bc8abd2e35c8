#ifndef RUNTIME_ENGINE_IMPL_H
#define RUNTIME_ENGINE_IMPL_H

/* What the engine's files share: engine.c has turns, engine_recover.c what comes from the store,
 * engine_redrive.c what runs again. */

#include "runtime/engine.h"
#include "runtime/id_map.h"

/* An execution, with its place in the heap of due times. */
struct entry {
    struct id_node node;
    rt_exec *x; /* NULL: it sleeps in the store */
    int64_t due_ms;
    size_t heap;           /* index + 1; 0: not in it */
    struct errand *errand; /* what it was started for; NULL: itself */
    uint32_t errands;      /* that it has out, or that this turn lets out */
    bool queued;           /* has RT_IN_CONTINUE to come */
    bool over;             /* it has ended, and was told so */
    bool orphan;           /* its Map Run is over: nobody asks for it */
    enum engine_keep keep;
    json *list, *note; /* for the store, until it has them; NULL: none */
    /* What the store has of it: */
    bool kept, kept_end;
    bool redriven; /* it doesn't have that yet */
    int64_t kept_due_ms;
};

/*
 * A task, or an execution of a Map Run, that is out. Its number is the execution's and its ref's
 * lower half: of those that are out no two have the same, as refs only grow.
 */
struct errand {
    struct id_node node;
    uint64_t execution, ref;
    uint32_t frame, index;
    bool child;
    bool submits;    /* a task of the .sync or .waitForTaskToken kind */
    uint64_t number; /* child: the execution */
    int64_t since_ms;
};

/* Something that came in, for the next turn. */
struct input {
    enum rt_input_kind kind;
    uint64_t execution, ref;
    uint32_t frame, index;
    json *value;
    struct asl_error error;
};

/* What a turn let out for one execution; its events stay here until the hooks have heard of them.
 */
struct turn {
    uint64_t execution;
    struct rt_output out;
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

    struct id_map entries;
    uint64_t next; /* number */
    struct entry **heap;
    size_t heap_count, heap_cap;

    int64_t now_ms;  /* of the turn */
    int64_t skew_ms; /* what is due counts by now_ms + skew_ms */
    struct id_map errands;
    size_t tasks_busy, running;

    struct input *inputs;
    size_t input_count, input_cap;
    uint64_t *again; /* executions whose step stopped at its budget */
    size_t again_count, again_cap;
    struct turn *turns;
    size_t turn_count, turn_cap;
};

/* The clock of due times. */
int64_t engine_due_clock(const engine *e);

struct entry *engine_entry(const engine *e, uint64_t execution);
struct entry *engine_add_entry(engine *e, uint64_t execution);
void engine_set_due(engine *e, struct entry *entry, int64_t due_ms);
/* A turn of its own with RT_IN_CONTINUE comes next. */
void engine_queue(engine *e, struct entry *entry);

/* For the next turn; its values are to be filled in. */
struct input *engine_add_input(engine *e, enum rt_input_kind kind, uint64_t execution);

struct errand *engine_errand(const engine *e, uint64_t execution, uint64_t ref);
struct errand *engine_add_errand(engine *e, uint64_t execution, const struct rt_command *c);
bool starts_errand(const struct rt_command *c);

/* What a turn of `execution` lets out. */
struct rt_output *engine_new_turn(engine *e, uint64_t execution);
void engine_hand_out(engine *e, uint64_t execution, const rt_exec *x, const struct rt_command *c);
/* Starts the child that the errand is for. */
void engine_start_child(engine *e, struct errand *r, const rt_exec *parent,
                        const struct rt_command *c);
/* Its Map hears of the end of a child; the errand is over. */
void engine_tell_parent(engine *e, struct errand *r, const rt_exec *child);

/* ---- engine_recover.c ---- */

/* Brings an execution that sleeps back into memory. False: it can't be read, and e->why says it. */
bool engine_wake(engine *e, struct entry *entry);
/* The child that the errand was sent for before; *found is false when there is none. False with
 * *why filled when the store can't be read. */
bool engine_find_child(engine *e, const struct errand *r, uint64_t *child, bool *found,
                       struct diag *why);

/* ---- engine_redrive.c ---- */

/* Of an execution that has ended, fetched if need be; NULL: there is none any more. */
struct entry *engine_ended_entry(engine *e, uint64_t execution);
/* It was redriven: that it runs, or how it has ended now, is news for the store. */
void engine_forget_end(engine *e, struct entry *entry);
/*
 * Lets a Map Run's execution run again, unless it has been redriven as often as it is to be. One
 * that can't be redriven stays as it ended; one that is gone, as an Express one always is, starts
 * anew. False with *why filled when the store can't be read.
 */
bool engine_redrive_child(engine *e, struct errand *r, const rt_exec *parent,
                          const struct rt_command *c, struct diag *why);

#endif
