#ifndef RUNTIME_API_API_EXECUTIONS_H
#define RUNTIME_API_API_EXECUTIONS_H

#include "runtime/api/api_operation.h"
#include "runtime/core/exec.h"

/* What is known of an execution, from the store or the engine. Owns its values. */
struct execution {
    uint64_t number;
    enum rt_status status;
    int64_t start_ms, stop_ms;
    struct rt_names names;
    json *note; /* what its start put into it: see NOTE_REVISION */
    uint32_t redrives;
    int64_t redriven_ms; /* the last one */
    json *map_run;       /* whose execution it is; NULL: nobody's */
    bool pends;          /* it waits for its redrive */
    json *input;         /* its text */
    json *damage;        /* why it can't be read, or was set apart; NULL: nothing is wrong */
    bool apart;
    /* How it ended, once execution_result was asked: */
    json *output; /* its text */
    struct asl_error error;
};

void execution_clear(struct execution *x);

/* Finds the one that executionArn names. `x` is to be cleared. False with the call failed. */
bool execution_find(struct call *c, struct execution *x);
/* Finds the number of the newest execution of that ARN. False: there is none. */
bool execution_number(api *a, const char *arn, uint64_t *number);
/* Fills `x` with what is known of an execution. False: it is gone, or can't be read. */
bool execution_look(api *a, uint64_t number, struct execution *x);
/* Fills `x` with what the engine knows of an execution that runs or has just ended. `note` may
 * be NULL. */
void execution_of_exec(const api *a, uint64_t number, const rt_exec *exec, const json *note,
                       struct execution *x);
/* Fills in how it ended. */
void execution_result(api *a, struct execution *x);
/* Gives an execution whose end can't be read an error that says why, in place of a result. */
void execution_spoil(struct execution *x, const char *why);

/* Members of a note: the revision's key, the ARNs of version and alias, the X-Ray header, the case
 * of the mocks, how many executions wait for it one for another. */
extern const char NOTE_REVISION[], NOTE_VERSION[], NOTE_ALIAS[], NOTE_TRACE[], NOTE_MOCKS[],
    NOTE_NESTING[];
/* Return a text of a note, or of the execution's. A look; NULL: it isn't there. */
const json *note_text(const json *note, const char *name);
const json *execution_note(const struct execution *x, const char *name);

/* Finds the status of that name. False: no execution has it as its own. */
bool execution_status_of(const char *name, enum rt_status *out);

/* Add what descriptions say of its data, and of how it failed. */
void execution_add_data(struct json_build *b, const struct execution *x);
void execution_add_error(struct json_build *b, const struct execution *x);
/* Returns {"included": true}, which goes with data. */
json *api_included(void);

extern const struct operation describe_execution_operation,
    describe_state_machine_for_execution_operation, list_executions_operation,
    stop_execution_operation;

#endif
