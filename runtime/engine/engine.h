#ifndef RUNTIME_ENGINE_ENGINE_H
#define RUNTIME_ENGINE_ENGINE_H

#include "runtime/base/bucket.h"
#include "runtime/base/task_io.h"
#include "runtime/core/exec.h"
#include "runtime/core/place.h"
#include "runtime/store/store.h"

/*
 * Executions that live together: hands them their inputs, keeps their events, and asks for tasks to
 * be run. It does no I/O and has no clock: a host calls engine_advance when something came in or
 * engine_next_due is reached.
 *
 * A turn: inputs are stepped, the store commits once, and only then do tasks go out and hooks hear
 * of what happened. A turn is bounded in steps, in bytes of events and, where the hooks have a
 * clock, in time: what is left comes in the next. A step that takes longer is left in its midst,
 * and goes on in later turns (engine_slice.c): its execution is under way until then, and others
 * don't wait for it.
 */
typedef struct engine engine;

/* The items that a Map Run wants to have read. All of it is looked at only. */
struct map_reading {
    uint64_t id;           /* of the reading: the same for all requests of one Map Run */
    const struct task *as; /* in whose name: state, execution, roles, key, number */
    const json *plan;      /* of the Map Run: asl_flow_plan */
    bool begin;            /* it begins here; else the items that follow are wanted */
    const json *source;    /* with `begin`: the state of the reader; NULL: at the beginning */
    uint64_t position;     /* with `begin`: where the last item ended */
    bool anew;             /* with `begin`: what is read may have been changed since */
    bool redriven;         /* with `begin`: `source` may be of an earlier attempt */
    bool aws_limits;       /* a file may be as large as on AWS, and no larger */
};

/* Results that a Map Run wants to have written. All of it is looked at only. */
struct map_writing {
    uint64_t id;           /* of the writing */
    const struct task *as; /* as of a reading */
    const json *plan;      /* of the Map Run: asl_flow_plan */
    const json *map_run;   /* its ARN */
    const json *state;     /* of the writer; NULL: nothing is written yet */
    const json *results;   /* of each enum rt_result_kind {"text", "count"}, as of a command */
    bool check;            /* instead of that, it is looked at where they will be written */
    uint32_t attempt;      /* 0, or which redrive of the Map Run it is */
    bool end;              /* they are the last: the manifest follows */
    const json *unread;    /* why what pends is listed in part only: so many; NULL: all is */
    uint64_t listed;
};

/* Called from engine_advance, after the commit; tasks that ran before a restart are handed out
 * before it, too. They may hand the engine new inputs, but not call engine_advance. */
struct engine_hooks {
    void *user;
    void (*run_task)(void *user, const struct task *task);
    void (*cancel_task)(void *user, uint64_t id);
    /*
     * Called after a restart with a task whose job is to be stopped, as it was cancelled before.
     * `submitted` is what the service said when the job began; NULL: nobody knows whether it has.
     * Once nothing is out any more for that, engine_task_gone is to be called. NULL: nobody can
     * stop jobs.
     */
    void (*stop_job)(void *user, const struct task *task);
    /* Called when a task has got its result by its token: whoever works on it needn't bring a
     * result, and needn't be stopped. May be NULL. */
    void (*release_task)(void *user, uint64_t id);
    /*
     * Called to have items of a Map Run read: engine_items_came or engine_reading_failed answers.
     * cancel_task ends it, also when it has been answered: no more items are asked for by then.
     * NULL: nothing can be read.
     */
    void (*read_items)(void *user, const struct map_reading *reading);
    /* Returns how many bytes are held for a reading or a writing. May be NULL: then they count for
     * nothing. */
    size_t (*held_for)(void *user, uint64_t id);
    /*
     * Called to have results of a Map Run written: engine_results_written or engine_writing_failed
     * answers, once. cancel_task calls it off. NULL: nothing can be written.
     */
    void (*write_results)(void *user, const struct map_writing *writing);
    /* Tells for which reading or writing a task call was made that the engine has not made itself;
     * false: for none. May be NULL. */
    bool (*made_for)(void *user, uint64_t id, uint64_t *behind);
    /* Called with the result of such a call, which is taken. NULL: there are none. */
    void (*done_for)(void *user, uint64_t id, struct task_result *result);
    /* Called with events that were kept. `x` stands behind the last of them, or further on. May be
     * NULL. */
    void (*happened)(void *user, uint64_t execution, const rt_exec *x,
                     const struct rt_events *events);
    /* Called with a line for people about a state of the execution of that ARN. May be NULL. */
    void (*tell)(void *user, const char *execution, const char *state, const char *line);
    /* Called when an execution has ended. An engine that recovers lets go of it afterwards, as
     * engine_release does. May be NULL. */
    void (*ended)(void *user, uint64_t execution, const rt_exec *x);
    /*
     * Called when what the store has of an execution can't be used, as `why` says: the execution
     * has failed, without an end in its history. `list` is what it was listed under while it ran,
     * or NULL. engine_recover and engine_take_up may call it, too. May be NULL.
     */
    void (*lost)(void *user, uint64_t execution, const char *arn, const char *list,
                 const char *why);
    /* Called when a task has its first answer, by its token or from who was given it. It was handed
     * out at `since_ms`, by the clock of due times. May be NULL. */
    void (*answered)(void *user, int64_t since_ms);
    /* Returns whether a Task of the execution may go to that activity; called while a turn is
     * made. NULL: it may go to any. */
    bool (*has_activity)(void *user, uint64_t execution, const char *arn);
    /*
     * Returns how many nanoseconds of the processor's time the thread has used, from whenever on.
     * With it a turn is bounded in time, and long steps are cut into slices; NULL: each step is
     * made at once, however long it takes.
     */
    int64_t (*used_ns)(void *user);
    /* Returns how many bytes the process has in use. May be NULL: then memory has no bound. */
    size_t (*used_bytes)(void *user);
};

/* Makes an engine that keeps its events in `s`, which must outlive it; NULL: they are not kept. */
engine *engine_new(store *s, const struct engine_hooks *hooks);
void engine_free(engine *e);
/* Multiplies each wait and retry delay that starts from now on by `factor` (>= 0). */
void engine_scale_waits(engine *e, double factor);

/* Sets how far the clock of due times is ahead of the `now_ms` of engine_advance and
 * engine_recover: see struct rt_input. engine_next_due goes by that clock, too. */
void engine_set_skew(engine *e, int64_t skew_ms);

/* What an evaluation may use of the processor's time unless engine_limit_evaluations is called. */
enum { ENGINE_EVALUATION_MS = 1000 };
/* Limits the processor's time that one evaluation may use, by the clock of the hooks. */
void engine_limit_evaluations(engine *e, int64_t ms);

/* Limits the bytes that the process may use, by used_bytes. Near the limit executions leave memory
 * for the store, those of Map Runs wait to begin, and one that is too large fails. */
void engine_limit_memory(engine *e, size_t bytes);
/* Returns whether memory is so short that new executions are to be refused. */
bool engine_is_full(engine *e);

/* Limits how many Map Runs are open at once, of executions with AWS's limits; without a call AWS's
 * quota holds. Others have begun, and wait without children. */
void engine_limit_map_runs(engine *e, int64_t most);

/*
 * Limits the rate of transitions (states that are entered and retries that begin) of executions
 * that are not Express. What is beyond it waits for its turn, and engine_next_due tells when that
 * is. engine_throttled returns how often an execution has waited.
 */
void engine_throttle(engine *e, const struct bucket *rate);
uint64_t engine_throttled(const engine *e);

/* How long an execution must have nothing to do but wait before it leaves memory for the store. */
enum { ENGINE_SLEEP_MS = 10000 };

/*
 * Restores all running executions from the store, and from now on stores what a later restart
 * needs: to be called once, before anything else. Executions that run are known at once, and only
 * counted here, as reading their histories may take long. Turns take them up by and by; one
 * that something comes in for before, or whose time comes, is taken up then. Taken up it is made
 * from its history, and its tasks go to the hooks, under the same ids as before. Executions that
 * only wait for the time are left where they are until it comes; so are, from now on, those that
 * begin to wait for longer than `sleep_ms` (INT64_MAX: none). An execution whose history can't be
 * what was kept is set apart, and costs the others nothing. False with *why filled when the store
 * can't be read.
 */
bool engine_recover(engine *e, int64_t now_ms, int64_t sleep_ms, struct diag *why);
/* Returns whether there are executions that turns have not taken up yet. */
bool engine_takes_up(const engine *e);
/* Returns how many those are, about. */
size_t engine_untaken(const engine *e);
/* Keeps turns from taking up executions, or lets them do so again. */
void engine_take_up_later(engine *e, bool later);
/* Takes up an execution before its turn comes. False: it is not one that waits for that. */
bool engine_take_up(engine *e, uint64_t execution);

/* What an engine that recovers keeps of an execution. */
enum engine_keep {
    ENGINE_KEEP,         /* all of it */
    ENGINE_KEEP_RUNNING, /* all as long as it runs, then nothing */
    ENGINE_KEEP_APART,   /* its history, in memory, until engine_forget: a crash ends it */
    ENGINE_KEEP_NOTHING, /* a crash ends it */
};

/* How an execution is kept, and what is kept beside it: see struct store_execution. */
struct engine_label {
    enum engine_keep keep;
    const json *list, *note;
};

/* Makes an execution, which starts at the next engine_advance. Returns its number: 0, 1, 2, …
 * With `label` NULL all of it is kept, in no list. */
uint64_t engine_start(engine *e, asl_machine *m, const struct rt_config *config, const json *input,
                      const struct engine_label *label);
/* Stops an execution with an error (looked at; may be empty), as StopExecution does. */
void engine_stop(engine *e, uint64_t execution, const struct asl_error *error);
/*
 * Runs an execution again that has ended unsuccessfully, from where it was (rt_exec_redrive_refusal
 * tells whether that is allowed; if not, nothing happens). `token`: the client's, looked at, or
 * NULL. False with *why filled when the execution isn't there any more.
 */
bool engine_redrive(engine *e, uint64_t execution, const json *token, struct diag *why);
/* Changes a Map Run of an execution as `request` says, which is UpdateMapRun's (looked at). */
void engine_update_map_run(engine *e, uint64_t execution, const json *request);
/* Tells that a worker took an activity's task; `worker` is its name, NULL: it gave none. */
void engine_task_started(engine *e, uint64_t id, const json *worker);
/* Tells the service's answer to a .sync or .waitForTaskToken task, whose result comes later; of one
 * that was cancelled meanwhile it tells which job is to be stopped. Does nothing for other tasks.
 */
void engine_task_submitted(engine *e, uint64_t id, const json *output);
/* Tells that nothing of a task is out any more that was cancelled: neither the call that began its
 * job nor one that stops it. */
void engine_task_gone(engine *e, uint64_t id);
/* Calls stop_job for the jobs that an earlier process was to stop, and has not. False with *why
 * filled when the store can't be read. */
bool engine_stop_again(engine *e, struct diag *why);
/* Brings items that a reading has asked for: a value as RT_IN_ITEMS has it, taken. */
void engine_items_came(engine *e, uint64_t id, json *part);
/* Brings what a writing came to: a value as RT_IN_RESULTS has it; or its error, and where a file is
 * lost the state of the writer without it, else NULL. All are taken. */
void engine_results_written(engine *e, uint64_t id, json *written);
void engine_writing_failed(engine *e, uint64_t id, struct asl_error error, json *without);
/* Tells why they can't be read; takes the error. `differs`: as what a redrive was to go on in is
 * another object now. */
void engine_reading_failed(engine *e, uint64_t id, struct asl_error error, bool differs);
/* Tells that a task lives. */
void engine_task_heartbeat(engine *e, uint64_t id);
/* Finds the execution whose Map Run the execution belongs to. False: it belongs to none, or has
 * ended. */
bool engine_parent(const engine *e, uint64_t execution, uint64_t *parent);
/* Finds the execution that awaits the task. False: none does. */
bool engine_execution_of(const engine *e, uint64_t id, uint64_t *execution);
/*
 * Fills in where a task call stands that is out. The item is the innermost Map's, distributed ones
 * included. False: no such call is out, or its execution sleeps.
 */
bool engine_place_of(const engine *e, uint64_t id, struct rt_place *out);
/* Fills in the Map and the item of its that the execution runs for: of a Map Run. False: it is of
 * none, or its Map is over. */
bool engine_child_place(const engine *e, uint64_t execution, struct rt_place *out);
/* Brings a task's result (taken). The result of a task that is no longer awaited is dropped. */
void engine_task_done(engine *e, uint64_t id, struct task_result *result);
/*
 * Brings a task's result (taken) by its token, from another than who was given the task. It is
 * kept, and comes into effect once engine_task_submitted or engine_task_done has come, too, where
 * the task is one that is submitted.
 */
void engine_task_answered(engine *e, uint64_t id, struct task_result *result);

/*
 * Returns the number of the last input that was handed to the engine. Who caused it asks
 * engine_is_settled with that number when to say that it is done.
 */
uint64_t engine_last_input(const engine *e);
/* Returns whether all that input `number` caused has been committed; true for 0. */
bool engine_is_settled(const engine *e, uint64_t number);

/* Fails the next turn: the store could not be read for what a hook was to make of this one, and its
 * owner goes on from what is committed. Copies `why`. */
void engine_cannot_read(engine *e, const struct diag *why);

/*
 * Makes a turn at `now_ms`. False with *why filled when the store failed: the engine is
 * of no more use then. With STORE_REFUSED another one may begin at once: what the store could not
 * take is of an execution that has been set apart.
 */
bool engine_advance(engine *e, int64_t now_ms, struct diag *why);
/* Returns when engine_advance is to be called next if nothing comes in before; INT64_MAX: never;
 * INT64_MIN: at once, there is more to do. */
int64_t engine_next_due(const engine *e);
/* Returns how many tasks were handed out and have not been answered or cancelled. */
size_t engine_tasks(const engine *e);

/* Returns how many executions run. */
size_t engine_running(const engine *e);
/* Returns how many inputs and steps wait for a turn. */
size_t engine_inputs(const engine *e);

/* Returns a look at an execution; NULL when it is gone, or sleeps in the store. */
const rt_exec *engine_execution(const engine *e, uint64_t execution);
/* Returns the store that has the execution's history. */
store *engine_store(const engine *e, uint64_t execution);
/* Fetches an execution that sleeps, or has ended, from the store. NULL with *why filled when it
 * isn't there. One that runs sleeps again after its next turn; one that has ended stays until
 * engine_release. */
const rt_exec *engine_fetch(engine *e, uint64_t execution, struct diag *why);
/* Lets go of an execution that has ended; the store keeps it. */
void engine_release(engine *e, uint64_t execution);
/* Lets go of an execution that has ended, and removes it from the store. */
void engine_forget(engine *e, uint64_t execution);

#endif
