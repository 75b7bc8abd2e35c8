#ifndef RUNTIME_CORE_EXEC_H
#define RUNTIME_CORE_EXEC_H

#include "asl/eval/machine.h"
#include "asl/report/quota.h"
#include "runtime/core/event.h"
#include "runtime/core/event_pack.h"

/*
 * One execution: a fold over its history. rt_step decides what happens and rt_apply, which it calls
 * for each event, is all that changes an execution; so a history applied anew arrives at the same
 * execution. Nothing here knows sockets, clocks or chance: time and seed come with the input.
 */
typedef struct rt_exec rt_exec;

/* What an execution is called. All strings; json_string values that it shares. */
struct rt_names {
    json *arn, *name;
    json *machine_arn, *machine_name;
    json *role_arn;
    json *region;
};

void rt_names_clear(struct rt_names *n);

/* Bytes of chance that make task tokens a secret. */
enum { RT_SECRET = 16 };

struct rt_config {
    struct rt_names names; /* shared, not taken */
    /* A Map Run's child has these instead: its names are made of them when they are asked for. */
    struct rt_family *family; /* shared, not taken; NULL: it has `names` */
    uint64_t name_chance;
    const json *context; /* members that the context object has besides; NULL: none */
    bool only_context;   /* and no others */
    const json *written; /* the input's text as it was given; NULL: as json_text writes it */
    bool aws_limits;     /* the quotas on data, events and time */
    bool express;        /* it may run for QUOTA_EXPRESS_MS */
    /* A Map Run fails as soon as its results are too large for its state, where AWS runs all other
     * children first, and then fails. A store does not keep it. */
    bool fails_early;
    const struct asl_scope *scope; /* what it runs; NULL: the machine's own States */
    /* For tests: the state of `scope` that it starts with (NULL: its StartAt), and variables that
     * are assigned from the start (NULL: none). A store does not keep them. */
    const struct asl_state *first;
    const json *variables;
    uint64_t keeps_until;            /* see rt_exec_lacks_results; 0: nothing is lacking */
    uint64_t seed;                   /* chance: jitter, UUIDs, random numbers */
    unsigned char secret[RT_SECRET]; /* what task tokens are made from */
};

/* For `written`: the text that `input` was read from, or NULL where that is as json_text writes. */
json *rt_written(const json *input, const char *text, size_t len);

enum rt_status { RT_RUNNING, RT_SUCCEEDED, RT_FAILED, RT_ABORTED, RT_TIMED_OUT };

/* "RUNNING", "SUCCEEDED", … */
const char *rt_status_name(enum rt_status s);

rt_exec *rt_exec_new(asl_machine *m, const struct rt_config *config);
/* What it was made from: a look. */
void rt_exec_config(const rt_exec *x, struct rt_config *out);
void rt_exec_free(rt_exec *x);

enum rt_status rt_exec_status(const rt_exec *x);
/* The output; NULL unless it succeeded. */
const json *rt_exec_output(const rt_exec *x);
/* Name and cause, either may be NULL; NULL unless it failed. */
const struct asl_error *rt_exec_error(const rt_exec *x);
/* The state whose error it failed with; NULL: none's. A look. */
const char *rt_exec_failed_state(const rt_exec *x);
const struct rt_names *rt_exec_names(const rt_exec *x);
asl_machine *rt_exec_machine(const rt_exec *x);
/* The States that it runs: the machine's own, or a distributed Map's processor. */
const struct asl_scope *rt_exec_scope(const rt_exec *x);
/* When it started; 0: it hasn't. */
int64_t rt_exec_start_ms(const rt_exec *x);
/* When it ended; 0: it runs. */
int64_t rt_exec_stop_ms(const rt_exec *x);
/* True if x can continue with no further input, at any later time. */
bool rt_exec_can_go_on(const rt_exec *x);
/* States entered so far. */
uint64_t rt_exec_transitions(const rt_exec *x);
/* Public events so far. */
uint32_t rt_exec_events(const rt_exec *x);
/* Events so far, private ones among them: what a fold of x costs. */
uint64_t rt_exec_length(const rt_exec *x);
/* Returns whether x has done what no event tells, and would do it again after a fold: a Map Run
 * lists what it did not begin, or it is seen where its results go. */
bool rt_exec_has_unrecorded_work(const rt_exec *x);
/* Approximate size, as text, of the data that x holds. */
size_t rt_exec_held(const rt_exec *x);
/* Returns whether Map Runs of its own have begun executions. */
bool rt_exec_is_parent(const rt_exec *x);
/* Returns how many Map Runs of its own are open. */
uint32_t rt_exec_map_runs(const rt_exec *x);
/* Looks from frame number *frame on for a Map Run that items are read for: fills in the ref of its
 * READ_ITEMS and moves *frame behind it. False: there is no other one. */
bool rt_exec_next_reading(const rt_exec *x, uint32_t *frame, uint64_t *ref);
/* Looks in the same way for a Map Run whose results are being written, for its WRITE_RESULTS. */
bool rt_exec_next_writing(const rt_exec *x, uint32_t *frame, uint64_t *ref);
/*
 * Returns the event that told of results which were written and lost, and whose texts `x` doesn't
 * have; 0: there are none. An execution that is folded anew with that as its keeps_until has them.
 */
uint64_t rt_exec_lacks_results(const rt_exec *x);
/* How often it was redriven, and when last; 0: never. */
uint32_t rt_exec_redrives(const rt_exec *x);
int64_t rt_exec_redriven_ms(const rt_exec *x);

/*
 * Returns why an execution can't be redriven, in AWS's words; NULL: it can. `events`: its public
 * ones, 0 where their number has no limit.
 */
const char *rt_redrive_refusal(enum rt_status status, int64_t start_ms, int64_t stop_ms,
                               uint32_t events, int64_t now_ms);
/* Returns why `x` can't be redriven, as rt_redrive_refusal says it; NULL: it can. */
const char *rt_exec_redrive_refusal(const rt_exec *x, int64_t now_ms);

/* Returns a public event of `x` as GetExecutionHistory gives it: timestamps are seconds since 1970.
 */
json *rt_event_json(const rt_exec *x, const struct rt_event *e);
/* Takes one, and returns it without what executions work on: input, output, parameters, variables.
 */
json *rt_event_without_data(json *event);

/* ---- stepping ---- */

enum rt_input_kind {
    RT_IN_START,    /* value: the input */
    RT_IN_CONTINUE, /* go on: the last step stopped at its budget */
    RT_IN_TASK_OK,  /* value: the output */
    RT_IN_TASK_FAILED,
    /* RT_IN_TASK_OK or _FAILED, sent by token. If TaskSubmitted is still to come, the result is
     * kept and takes effect after it. */
    RT_IN_TOKEN_OK,
    RT_IN_TOKEN_FAILED,
    RT_IN_STARTED,   /* a worker took an activity; value: its name, NULL: it gave none */
    RT_IN_SUBMITTED, /* value: the answer; the task's result comes by its token */
    RT_IN_HEARTBEAT,
    RT_IN_TIMER,    /* now_ms + skew_ms has reached rt_next_due */
    RT_IN_CHILD_OK, /* value: output of a Map Run's execution; ref: of its START_CHILD */
    RT_IN_CHILD_FAILED,
    RT_IN_CHILD_UNBEGUN, /* it was cancelled before it began: nothing is known of it */
    RT_IN_STOP,          /* error: as StopExecution gives it */
    RT_IN_FAIL,          /* error: why it can't go on; nothing catches it */
    /*
     * Runs an execution again that has failed, was stopped or timed out, from where it was; value:
     * the client's token, or NULL. Nothing comes of it while rt_exec_redrive_refusal has a reason.
     */
    RT_IN_REDRIVE,
    /* What was read for the Map Run whose READ_ITEMS has that ref. value: an object of the items
     * ("items"), the keys of those that are members of an object ("keys"), where each ends
     * ("ends"), the reader's state behind the first and up to the last ("state"; none where there
     * is none) or behind each of them ("states"), where they were read, as $$.Map.Item.Source has
     * it ("from") or each of them was ("sources"), the line that each begins in ("lines", or the
     * first one's, "line", where each has the next one; none where that is not known), what the
     * ends count in it ("unit": "byte" or "row"; none where there is nothing to count), how many
     * bytes they have ("bytes"); and "end", if there are no more. */
    RT_IN_ITEMS,
    /* error: why they can't be read; value: NULL, or any where a redrive found another object than
     * the one it goes on in. */
    RT_IN_ITEMS_FAILED,
    /* The results of a WRITE_RESULTS of that ref are written. value: {"state": of the writer,
     * "counts": how many of each kind}; and "over" where it had `end`. Of the state the core knows
     * that SUCCEEDED has a member `upload` while the file of these is not complete. */
    RT_IN_RESULTS,
    /* error: why they can't be written; value: NULL, or the state of the writer without the file of
     * successes that it was writing, which is lost */
    RT_IN_RESULTS_FAILED,
    RT_IN_OPEN_MAP_RUN,   /* one that waits may open: the answer to OPEN_MAP_RUN */
    RT_IN_BEGIN_CHILDREN, /* more may begin: the answer to an output that is `late` */
    RT_IN_UPDATE_MAP_RUN, /* value: the request of UpdateMapRun; dropped when none of its runs */
};

/* One thing that happened, and all of the world that the core may look at. */
struct rt_input {
    enum rt_input_kind kind;
    uint32_t frame;
    uint32_t index; /* CHILD_…: the child */
    uint64_t ref;   /* the task that this answers; an answer to an older one is dropped */
    int64_t now_ms; /* the time of day: of events, $now; there is no other clock */
    /*
     * Due times count by a clock that shows now_ms + skew_ms. When the clock is set, a caller whose
     * timers must not move changes skew_ms by the same amount.
     */
    int64_t skew_ms;
    const json *value;
    const struct asl_error *error;
    enum rt_status status;      /* CHILD_FAILED: how it ended */
    int64_t began_ms, ended_ms; /* CHILD_…: when the child did; 0: not known */
    /*
     * How many states may be entered and retries begin; those that do are taken from it. NULL: any
     * number. An Express execution doesn't ask.
     */
    int64_t *room;
    /* How many Map Runs may open; those that do are taken from it. NULL: any number. */
    int64_t *map_runs;
    /* How many executions Map Runs may begin; those that do are taken from it. NULL: any number. */
    int64_t *children;
    /* Memory is short, and nothing leaves it: a Map Run whose children are out begins no more
     * before one of them ends. */
    bool scarce;
    const double *wait_scale; /* all waits that begin are multiplied by it; NULL: by 1 */
    /* Returns whether there is such an activity. NULL: there are all. */
    bool (*has_activity)(void *world, const char *arn);
    /* Keeps the child that event `ref` started from beginning. Returns whether it had not begun;
     * `kept`: the store has those that have. NULL: all have. */
    bool (*withdraw)(void *world, uint64_t ref, bool kept);
    /* Returns the output of the child that event `ref` started, if it has succeeded, and sets when
     * it began and ended. NULL: none has. */
    json *(*child_output)(void *world, uint64_t ref, int64_t *began_ms, int64_t *ended_ms);
    void *world;
    struct work *work; /* what the step's evaluations cost is counted in it; NULL: nowhere */
};

enum rt_command_kind {
    RT_RUN_TASK,
    RT_CANCEL_TASK,
    RT_RELEASE_TASK, /* it has its result: who works on it needn't wait for more */
    RT_START_CHILD,
    RT_CANCEL_CHILD, /* with `awaited`: how it ends is still to be told */
    /* The child of that ref, which ended unsuccessfully, is to be redriven for the `attempt`th
     * time; one of an Express Map starts anew. */
    RT_REDRIVE_CHILD,
    /*
     * More items of a Map Run are to be read: those that follow, or with `begin` those behind
     * `position`, where a reader in the state `source` stood; `anew`: of what is there now, which
     * may have been put right since. RT_CANCEL_READING of the same ref ends the reading.
     */
    RT_READ_ITEMS,
    RT_CANCEL_READING,
    RT_OPEN_MAP_RUN, /* a Map Run waits until fewer are open */
    /*
     * Results of a Map Run are to be written behind those that `source`, the state of the writer,
     * says were; with `end` they are the last, and the manifest follows. RT_CANCEL_WRITING of the
     * same ref calls it off.
     */
    RT_WRITE_RESULTS,
    RT_CANCEL_WRITING,
    RT_TELL, /* people are to be told `parameters`, a line of text that an error of AWS has not */
};

/* The files of a ResultWriter. */
enum rt_result_kind {
    RT_RESULTS_SUCCEEDED,
    RT_RESULTS_FAILED,
    RT_RESULTS_PENDING,
    RT_RESULT_KINDS
};

/* What the world is to do, once the events are kept. */
struct rt_command {
    enum rt_command_kind kind;
    uint32_t frame;
    uint64_t ref;
    const struct asl_state *state;
    json *token;      /* RUN_TASK; NULL: it has none; owned */
    json *role;       /* RUN_TASK: the RoleArn in its Credentials; NULL: none; owned */
    json *parameters; /* RUN_TASK, START_CHILD, REDRIVE_CHILD: its input; READ_ITEMS,
                         WRITE_RESULTS: the plan of its Map Run; TELL: the text; owned */
    json *source;     /* READ_ITEMS, WRITE_RESULTS; NULL: at the beginning; owned */
    uint64_t position;
    bool begin; /* WRITE_RESULTS: nothing is written, but it is looked at where it will be */
    bool anew, end, awaited;
    json *results; /* WRITE_RESULTS: of each kind {"text", "count"}: results with a comma before
                      each, or of JSON Lines with a newline behind; owned */
    json *unread;  /* WRITE_RESULTS, with `end`: why the list of what pends ends before the source
                      does, and `listed` has how many it has; NULL: it doesn't; owned */
    uint64_t listed;
    json *map_run;  /* START_CHILD, REDRIVE_CHILD, WRITE_RESULTS: the ARN; `x` may be past that Map
                       by now; owned */
    uint32_t index; /* …_CHILD: the item */
    uint32_t event_id; /* of the …Scheduled event */
    uint32_t attempt;  /* 0 for the first; of children and results: the redrives */
    int64_t since_ms;  /* when its state was entered, in ms since 1970 */
    /* RUN_TASK, after a crash: */
    bool started;    /* a worker has taken it */
    json *submitted; /* the service's answer when it took it on, its end is awaited; owned */
    bool answered;   /* its token has been used */
    int64_t timeout_ms;
};

/* What came of a step. Whoever made it clears it; it can be used again. */
struct rt_output {
    struct rt_packed *events;
    size_t count, cap;
    uint64_t first; /* number of the first event */
    bool lent;      /* somebody else has their values: these are looks */
    struct rt_command *commands;
    size_t command_count, command_cap;
    size_t bytes; /* that the events have about as text, together */
    bool more;    /* the budget was used up: step again with RT_IN_CONTINUE */
    bool held;    /* there was no more room: step again with RT_IN_TIMER when there is */
    bool late;    /* a Map Run begins more: step again with RT_IN_BEGIN_CHILDREN when it may */
};

void rt_output_reset(struct rt_output *out);
void rt_output_clear(struct rt_output *out);
/* Returns its events, a look. */
struct rt_events rt_output_events(const struct rt_output *out);
/* Moves the first of the events of `from`. */
void rt_output_move_first(struct rt_output *to, struct rt_output *from);

/*
 * Runs `x` until it must wait, or a budget of transitions, of bytes of events or of work is used
 * up. Where in->work is abandoned meanwhile, nothing more is recorded, and what the step had begun
 * stays so: then only RT_IN_STOP can follow, or the execution is to be folded anew.
 */
void rt_step(rt_exec *x, const struct rt_input *in, struct rt_output *out);

/* Returns when the next RT_IN_TIMER is due; INT64_MAX: never. */
int64_t rt_next_due(const rt_exec *x);

/* Sets `out` to the configuration of the execution that a START_CHILD of `x` asks for: a look, up
 * to the next call. */
void rt_child_config(const rt_exec *x, const struct rt_command *c, struct rt_config *out);

/* ---- folding ---- */

/* Returns whether an event has the state and the values that one of its kind has, whatever the
 * execution. Who shows events or applies them relies on it. */
bool rt_event_is_sound(const struct rt_event *e);
/*
 * Returns whether the event can come next in `x`'s history. rt_apply relies on it: ask this first
 * of a history that comes from outside, which may lack events, or have some twice, or others'.
 */
bool rt_fits(const rt_exec *x, const struct rt_event *e);
/* Applies an event of `x`'s history, in order. */
void rt_apply(rt_exec *x, const struct rt_event *e);
/* After the last, at `now_ms` by the clock of due times: what ran is to run again. `out` gains the
 * commands for it; then step with RT_IN_CONTINUE. */
void rt_resume(rt_exec *x, int64_t now_ms, struct rt_output *out);
/* Returns whether two executions stand at the same place; if not, `why` gains the first difference.
 */
bool rt_exec_same(const rt_exec *a, const rt_exec *b, struct buf *why);

#endif
