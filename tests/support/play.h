#ifndef TESTS_SUPPORT_PLAY_H
#define TESTS_SUPPORT_PLAY_H

#include "runtime/core/exec.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Plays an execution on the core alone, in virtual time, with scripted answers to its tasks and to
 * the executions of its Map Runs, which count as tasks of the Map here; and watches after each step
 * that what must always hold does:
 *
 * - sequences and ids are dense, previousEventId is an earlier event's, time does not run back;
 * - an execution that gets the events as they come stands where the one that was stepped stands;
 * - what is cancelled is a task that runs, and none runs when the execution has ended;
 * - an answer that comes too late changes nothing.
 *
 * On demand the execution is thrown away after a step, and one that is folded from its history
 * goes on: it must run again exactly the tasks that were running, and read on where it was.
 */

/* What comes of one run of a task, or of an execution of a Map Run. Owns its values. */
struct play_answer {
    /* UNBEGUN: of a Map Run; it waits to begin. */
    enum { PLAY_OK, PLAY_FAIL, PLAY_NEVER, PLAY_UNBEGUN } kind;
    int64_t after_ms;
    json *value;            /* OK */
    struct asl_error error; /* FAIL */
    bool by_token;          /* not from who runs the task */
    json *submitted;        /* comes after submitted_ms; NULL: nothing does */
    int64_t submitted_ms;
    json *cut_off_ok; /* what a Map Run's execution succeeds with that was cut off; NULL: nothing */
    int64_t called_off_ms; /* so long after it was called off a Map Run's execution ends */
    int64_t lost_ms;       /* after that who runs the task fails: "Lost"; 0: never */
    int64_t beats_ms[8];   /* heartbeats, after so long */
    size_t beats;
};

struct play {
    asl_machine *machine;
    struct rt_config config;
    const json *input;
    int64_t start_ms;
    int64_t stop_ms; /* INT64_MAX: it is not stopped */
    struct asl_error stop;
    /* So long after each end that allows it, it is redriven; as often as that. */
    const int64_t *redrive_ms;
    size_t redrives;
    const json *update; /* what UpdateMapRun is given, but for the ARN; NULL: it is not called */
    int64_t update_ms;  /* when */
    /* What Maps read: an array. Each part of it that is brought has two items, and the state of the
     * reader changes with each third; NULL: nothing can be read. */
    const json *source;
    int64_t source_ms;                    /* parts behind the first one don't come before that */
    const struct asl_error *source_fails; /* behind them; NULL: it doesn't */
    int64_t source_fails_ms;              /* not before that time */
    int64_t map_runs_from_ms;             /* when Map Runs may open; 0: at any time */
    /* What writing results fails with, the first time; NULL: nothing. */
    const struct asl_error *writing_fails;
    int64_t writing_fails_ms;             /* each time, and not before that; 0: see above */
    const struct asl_error *target_fails; /* where results go is no good; NULL: it is */
    size_t max_events, max_steps;         /* then it is cut off */
    struct work *work; /* what its evaluations cost is counted in it; NULL: nowhere */
    void *user;
    /* `nth`: how often the state's task was run before. It knows nothing else of what came before,
     * so that a play can be played again. False: there is no answer, which is a fault. */
    bool (*answer)(void *user, const struct rt_command *c, uint32_t nth, struct play_answer *out);
};

/* Which steps a crash follows: none, one, or all. The first is step 0. */
struct play_crash {
    size_t first, last;
};

#define PLAY_NO_CRASH ((struct play_crash){1, 0})
#define PLAY_ALWAYS_CRASH ((struct play_crash){0, SIZE_MAX})

struct played {
    rt_exec *x;
    struct rt_event *events;
    size_t count, cap;
    int64_t end_ms;
    json *cancelled; /* names of the states whose tasks were cancelled */
    json *results;   /* that a ResultWriter has written: of each kind a text */
    size_t steps;
    bool cut;         /* the play's bounds were reached */
    bool stuck;       /* it runs, and nothing is to come */
    struct buf fault; /* what did not hold; empty: nothing */
};

void play_run(const struct play *p, struct play_crash crash, struct played *out);
void played_clear(struct played *d);
/* Did both go the same way, as far as neither was cut off? If not, `why` gains the first
 * difference.
 */
bool played_same(const struct played *a, const struct played *b, struct buf *why);

/*
 * A public event in a line: "5<4 PassStateEntered A". The name of a state entered or left, the
 * index of an iteration; and " @2.5" when the clock, in seconds from the start, moved since the
 * event before it.
 */
void play_line(const struct played *d, size_t event, struct buf *out);

#endif
