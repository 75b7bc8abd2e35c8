#ifndef RUNTIME_TRIAL_TRIAL_H
#define RUNTIME_TRIAL_TRIAL_H

#include "parsers/base/diag.h"
#include "runtime/core/exec.h"
#include "runtime/handlers/handler.h"
#include "runtime/trial/trial_stage.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A trial plays one execution in virtual time, with made-up answers to its task calls, and keeps
 * all that happened. Years of waits and retries pass at once; the same options give the same trial,
 * event by event, as long as no real handler takes part.
 */
typedef struct trial trial;

/* A task call, as whoever answers it sees it: looks, good during the call. */
struct trial_call {
    const struct asl_state *state;
    const char *resource;
    const json *parameters; /* what the Task sends */
    uint32_t attempt;       /* 0 for the first try, then counted by the state's retries */
    uint64_t nth;           /* how many calls of this state the trial had before */
    bool in_item;           /* a Map runs the state for an item: */
    uint32_t index;
    const json *item;
    int64_t after_ms; /* since the execution started, in virtual time */
};

enum trial_answer_kind {
    TRIAL_RETURNS, /* the Task succeeds with `value` */
    TRIAL_THROWS,  /* it fails with `error` and `cause` */
    TRIAL_NEVER,   /* nothing comes: its time-out or heartbeat acts, if it has one */
    TRIAL_REAL,    /* the real handler takes it */
};

/* What a task call is answered with. Owns its values. */
struct trial_answer {
    enum trial_answer_kind kind;
    json *value;
    json *error, *cause;   /* strings; cause may be NULL */
    int64_t after_ms;      /* of virtual time, after the call */
    int64_t beat_every_ms; /* heartbeats come so often until the answer; 0: none */
    uint32_t beats;        /* how many come at most; 0: any number */
    json *submitted; /* what the service says when it takes a .sync or .waitForTaskToken call on;
                        NULL: what follows from the answer */
    json *worker;    /* the name of who takes an activity's task; NULL: it gave none */
};

void trial_answer_clear(struct trial_answer *a);

/*
 * Returns which of `count` answers that are due at the same time comes first, two or more of them:
 * an index below `count`, whose call trial_due_call tells. With a chooser a trial brings answers
 * one by one, and only when nothing else is to be done at that time.
 */
typedef size_t trial_choose(void *user, const trial *t, size_t count);

struct trial_options {
    trial_stage *stage; /* it is played on; NULL: on one of its own */
    asl_machine *machine;
    struct rt_config config; /* looked at */
    const json *input;
    int64_t start_ms; /* since 1970: the virtual time at which it starts */
    /* Answers a task call. False: nobody does, and the Task fails with Asl.NoHandler. */
    bool (*answer)(void *user, const struct trial_call *call, struct trial_answer *out);
    void *user;
    trial_choose *choose; /* NULL: in the order of the calls */
    void *choose_user;
    const struct asl_state *until; /* ends when that state was left for the first time; NULL: at the
                                      end */
    uint64_t most_events;          /* it is cut off behind so many; 0: TRIAL_MOST_EVENTS */
    struct handlers_options handlers; /* of real ones */
    const char *handlers_path;        /* of their file; NULL: there are none */
    const char *handlers_text;
    size_t handlers_len;
};

enum { TRIAL_MOST_EVENTS = 200000 };

enum trial_end {
    TRIAL_ENDED,
    TRIAL_REACHED, /* the state of `until` was left */
    TRIAL_STUCK,   /* it waits for something that nobody brings */
    TRIAL_CUT,     /* it had too many events */
    TRIAL_LATE,    /* its time went beyond the year 9999, behind which no timestamp can be told */
    TRIAL_INTERRUPTED, /* by a signal */
    TRIAL_FAILED,      /* it could not be played: *why */
};

/* A task call and what came of it. Owns its values. */
struct trial_made_call {
    const struct asl_state *state;
    json *resource, *parameters;
    uint32_t attempt;
    bool in_item;
    uint32_t index;
    int64_t at_ms;    /* since 1970 */
    int64_t ended_ms; /* -1: it was never answered */
    bool cancelled;   /* nobody waited for it any more */
    bool real;        /* a real handler took it: what it answered stands in the events only */
};

/* An event, and the execution that it is of. Owns its values. */
struct trial_event {
    size_t execution; /* its index among the trial's executions: 0 is its own */
    struct rt_event event;
};

/* An execution of the trial: its own, or one of a Map Run. */
struct trial_execution {
    uint64_t number;             /* as the engine has it */
    size_t parent;               /* index of the execution that has the Map; of the own one 0 */
    const struct asl_state *map; /* the distributed Map; NULL: it is the trial's own */
    uint32_t index;              /* of the item */
    uint64_t events;             /* that it has had */
};

/* Plays the trial. Returns what came of it, which is never NULL; trial_free it. */
trial *trial_run(const struct trial_options *options);
void trial_free(trial *t);

enum trial_end trial_how(const trial *t);
/* Returns the signal that interrupted the trial; 0: none did. */
int trial_signal(const trial *t);
/* Why a trial FAILED; "" else. */
const char *trial_why(const trial *t);
/* The execution: looks, good as long as the trial. */
const rt_exec *trial_exec(const trial *t);
/* The output: of one that REACHED its state what that gave; NULL where there is none. */
const json *trial_output(const trial *t);
/* The variables of the machine's own states, as they were last; an object. */
const json *trial_variables(const trial *t);
/* The virtual time that it took. */
int64_t trial_took_ms(const trial *t);
size_t trial_events(const trial *t, const struct trial_event **out);
size_t trial_executions(const trial *t, const struct trial_execution **out);
/* Returns a public event as GetExecutionHistory gives it; NULL for a private one. */
json *trial_event_json(const trial *t, const struct trial_event *e);
size_t trial_calls(const trial *t, const struct trial_made_call **out);
/* For the chooser: returns the call whose answer is one of those due, in the order of the calls. A
 * look, good until the chooser returns. */
const struct trial_made_call *trial_due_call(const trial *t, size_t index);

/* ---- chains ---- */

/* The public events of one execution by their ids, as far as they went by: looks. Empty is {0}. */
struct trial_ids {
    const struct rt_event **events;
    size_t count;
};

/* Notes an event, unless it is private. */
void trial_ids_note(struct trial_ids *ids, const struct rt_event *e);
/* Returns the event that `e` points back to; NULL: it is the first, or was not noted. */
const struct rt_event *trial_ids_before(const struct trial_ids *ids, const struct rt_event *e);
void trial_ids_clear(struct trial_ids *ids);
/* Returns which branch of a Parallel state the block of states is; 0 for any other block. */
size_t trial_branch_of(const struct asl_scope *scope);

/* ---- names ---- */

/* Adds the path of a state: its name, behind those of the Map and Parallel states around it,
 * "Each order/Charge". */
void trial_state_path(struct buf *out, const struct asl_state *s);
/*
 * Finds the state with that path, or, if there is none, the only one with that name. NULL: there is
 * none, or *several (which may be NULL) is true.
 */
const struct asl_state *trial_find_state(const asl_machine *m, const char *path, bool *several);

/* The states of a machine by path and name, for who looks for many of them. */
typedef struct trial_states trial_states;

/* Looks at the machine as long as it lives. */
trial_states *trial_states_new(const asl_machine *m);
void trial_states_free(trial_states *t);
/* Finds a state as trial_find_state does. */
const struct asl_state *trial_states_find(const trial_states *t, const char *path, bool *several);
/* Returns the path of a state: a look. */
const char *trial_states_path(const trial_states *t, const struct asl_state *s);
/*
 * Finds two states that names and paths can't tell from each other: "A/B", and "B" within "A". Adds
 * the text that both go by to `text`. False: there are no two such states.
 */
bool trial_states_clash(const asl_machine *m, struct buf *text);

#endif
