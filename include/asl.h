#ifndef ASL_H
#define ASL_H

/*
 * libasl: executions of the Amazon States Language inside a program of yours, which does the work
 * of the Tasks and keeps the time. The library does no I/O, starts no thread, and has no clock.
 *
 *     asl_definition *d = asl_definition_new("order", text, strlen(text));
 *     asl_engine *e = asl_engine_new(&(struct asl_engine_options){.run_task = work});
 *     asl_execution *x = asl_start(e, d, "{\"id\": 7}", NULL, &why);
 *
 *     for (int64_t t = now_ms(); asl_execution_status(x) == ASL_RUNNING; t = now_ms()) {
 *         asl_advance(e, t);
 *         wait_for_your_events_until(asl_next_due(e));
 *     }
 *
 * Text is UTF-8 with a NUL at its end. What goes in is copied. What comes out is the library's: the
 * comment at each function says how long it is good for. JSON values go in and out as their text.
 *
 * Times are milliseconds since 1970, of whatever clock the program uses.
 *
 * Threads: a definition, the engines that it is used with, and all that came from these belong to
 * one thread at a time. What has nothing in common may be in different threads.
 *
 * Memory that the system doesn't have ends the process, with a message on stderr.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ASL_API __attribute__((visibility("default")))

/* Returns the library's version, "0.1.0". */
ASL_API const char *asl_version(void);

/* ---- definitions ---- */

/* A state machine: compiled once, for any number of executions. */
typedef struct asl_definition asl_definition;

/*
 * Compiles the text of a definition, JSON or YAML: `len` bytes, at most 1 MiB. `name` is that of
 * the state machine, as it stands in ARNs; NULL: "StateMachine". What is returned is never NULL:
 * ask asl_definition_errors.
 */
ASL_API asl_definition *asl_definition_new(const char *name, const char *text, size_t len);
/* Frees the definition. Executions that use it go on. */
ASL_API void asl_definition_free(asl_definition *d);
/* Returns how many errors are in it. With one or more, nothing can be started. */
ASL_API size_t asl_definition_errors(const asl_definition *d);
/*
 * Returns errors and warnings for people, a line each: "3:14: error: …", line and column counted
 * from 1, in characters. "" when there are none. Good as long as the definition.
 */
ASL_API const char *asl_definition_problems(const asl_definition *d);

/* ---- the engine ---- */

typedef struct asl_engine asl_engine;
typedef struct asl_execution asl_execution;

/* A Task that is to be done. Good during the callback only. */
struct asl_task_call {
    uint64_t id; /* for the answer; never used twice by an engine */
    asl_execution *execution;
    const char *resource;   /* the Task's Resource */
    const char *state;      /* the state's name */
    const char *parameters; /* JSON: what the Task gets */
    const char *key;    /* of this try of this Task in this execution, and no other: repeats of a
                           call can be told by it */
    uint32_t attempt;   /* 0 for the first try, 1 for the first retry, … */
    int64_t timeout_ms; /* how long the Task may take; 0: no limit. The engine sees to it */
};

/* What an engine calls, always from within asl_advance. Zero what you don't need. */
struct asl_engine_options {
    void *user; /* handed to the callbacks */
    /*
     * Does a Task, or begins to: asl_task_succeed or asl_task_fail tells how it ended, at once from
     * within the callback or any time later. NULL: all Tasks fail with Asl.NoHandler.
     */
    void (*run_task)(void *user, asl_engine *e, const struct asl_task_call *task);
    /* A Task that was begun is no longer wanted: its time is over, a sibling failed, or the
     * execution was stopped. An answer to it is ignored. */
    void (*cancel_task)(void *user, asl_engine *e, uint64_t id);
    /* An execution has ended. */
    void (*ended)(void *user, asl_engine *e, asl_execution *x);
    /* Keeps all events in memory, for asl_execution_history. */
    bool keep_history;
};

/* Makes an engine. `options` NULL: all zero. */
ASL_API asl_engine *asl_engine_new(const struct asl_engine_options *options);
/* Frees the engine and its executions. No callback is made. */
ASL_API void asl_engine_free(asl_engine *e);

/*
 * Does all there is to do at `now_ms`. A machine that loops without waiting doesn't keep it for
 * ever: it comes back after a while, and asl_next_due says that there is more to do. Callbacks may
 * use everything below but asl_advance and asl_engine_free.
 */
ASL_API void asl_advance(asl_engine *e, int64_t now_ms);

#define ASL_NEVER INT64_MAX

/*
 * Returns when to call asl_advance next if no Task is answered and nothing is started or stopped
 * before; a time that has passed already: at once. ASL_NEVER: only those can bring it on.
 *
 * A virtual clock is a loop that goes there instead of waiting:
 *
 *     for (int64_t t = 0; t != ASL_NEVER; t = asl_next_due(e))
 *         asl_advance(e, t);
 */
ASL_API int64_t asl_next_due(const asl_engine *e);

/* ---- Tasks ---- */

/*
 * How a Task ended. An answer to one that isn't waited for any more is ignored. What follows from
 * it happens in the asl_advance that is under way, or else in the next one.
 */

/* Answers a Task with its output. False with *why filled when that isn't JSON: the Task still
 * waits. `why` may be NULL; *why is good until the next call that fails. */
ASL_API bool asl_task_succeed(asl_engine *e, uint64_t id, const char *output, const char **why);
/* Fails a Task. Retry and Catch go by `error`. Either text may be NULL. */
ASL_API void asl_task_fail(asl_engine *e, uint64_t id, const char *error, const char *cause);

/* ---- executions ---- */

enum asl_status { ASL_RUNNING, ASL_SUCCEEDED, ASL_FAILED, ASL_ABORTED, ASL_TIMED_OUT };

/* Zero what you don't need. */
struct asl_start_options {
    const char *name;    /* of the execution; NULL: a UUID. Nothing sees to it that it's new */
    const char *context; /* a JSON object: members for the context object, "$$"; NULL: none */
    uint64_t seed;       /* jitter, UUIDs and random numbers follow from it; 0: chance */
    bool no_limits;      /* lifts AWS's quotas on the size of data and the number of events */
};

/*
 * Makes an execution with the JSON text `input`, which begins in the next asl_advance. NULL with
 * *why filled when the definition has errors, or input or context isn't JSON. `options` NULL: all
 * zero; `why` may be NULL, *why is good until the next call that fails. The execution is the
 * engine's.
 */
ASL_API asl_execution *asl_start(asl_engine *e, const asl_definition *d, const char *input,
                                 const struct asl_start_options *options, const char **why);
/*
 * Makes an execution as asl_start does, for tests: it begins with the state of that name, which may
 * be within a Map or Parallel, and then ends with the States around it. `variables`: a JSON object
 * of those that are assigned; NULL: none. NULL with *why filled also when there is no such state.
 */
ASL_API asl_execution *asl_start_at(asl_engine *e, const asl_definition *d, const char *state,
                                    const char *variables, const char *input,
                                    const struct asl_start_options *options, const char **why);
/* Stops it in the next asl_advance, as StopExecution does. Either text may be NULL. One that has
 * ended stays as it is. */
ASL_API void asl_stop(asl_execution *x, const char *error, const char *cause);
/* Lets go of an execution before the engine is freed. One that hasn't ended is dropped: its Tasks
 * are not cancelled, answers to them are ignored. */
ASL_API void asl_execution_free(asl_execution *x);

ASL_API enum asl_status asl_execution_status(const asl_execution *x);
/* Returns "RUNNING", "SUCCEEDED", "FAILED", "ABORTED" or "TIMED_OUT". */
ASL_API const char *asl_status_name(enum asl_status status);
ASL_API const char *asl_execution_arn(const asl_execution *x);
/* Returns the output as JSON; NULL unless it succeeded. Good as long as the execution. */
ASL_API const char *asl_execution_output(asl_execution *x);
/* Return the error, the cause; NULL unless it ended otherwise, and where nobody gave one. Good as
 * long as the execution. */
ASL_API const char *asl_execution_error(const asl_execution *x);
ASL_API const char *asl_execution_cause(const asl_execution *x);
/* Returns the name of the state that the machine's own States are in; NULL: it has not begun, or
 * has ended. Good as long as the execution. */
ASL_API const char *asl_execution_state(const asl_execution *x);
/* Returns the variables of the machine's own States as a JSON object; NULL where there is no state.
 * Good until the next call for this execution. */
ASL_API const char *asl_execution_variables(asl_execution *x);
/* Returns the history as JSON, {"events": […]} as GetExecutionHistory gives it; NULL without
 * `keep_history`. Good until the next call for this execution. */
ASL_API const char *asl_execution_history(asl_execution *x);

#ifdef __cplusplus
}
#endif

#endif
