#ifndef RUNTIME_API_API_START_H
#define RUNTIME_API_API_START_H

#include "parsers/base/id_queue.h"
#include "parsers/base/text_map.h"
#include "runtime/api/api_machines.h"
#include "runtime/engine/mock_config.h"

/* Executions that start and end, and what there is of them in memory meanwhile. */

/* What there is in memory of an execution that runs: if somebody waits for it, or mocks answer. */
struct run {
    struct id_node node;     /* first; by the engine's number */
    mocks *mocks;            /* NULL: none */
    struct id_queue parents; /* tasks that wait for its end; numbers, as in an activity's */
    uint64_t waiter;         /* the StartSyncExecution that waits for it; 0: none */
    json *note;              /* of such a one, which the store doesn't know */
    bool metadata_only;
};

struct fresh;

/* The system gives so many bytes at once, or fails. */
enum { EXECUTIONS_RANDOM = 256 };

/* What there is in memory of executions. */
struct executions {
    size_t open, max_open; /* STANDARD executions that run, and may at once */
    struct id_map runs;    /* by the engine's numbers */
    struct fresh **fresh;  /* the oldest first; those before `fresh_head` have gone */
    size_t fresh_head, fresh_count, fresh_cap;
    struct text_map fresh_arns;
    uint64_t turn;                           /* of api_advance */
    unsigned char random[EXECUTIONS_RANDOM]; /* for secrets: the first `random_left` are unused */
    size_t random_left;
};

/* `max_open` 0: AWS's quota. */
void executions_init(api *a, size_t max_open);
void executions_clear(api *a);

/* Returns the run of that execution, which is made if there is none. A look. */
struct run *run_of(api *a, uint64_t number);
/* Returns the run of that execution; NULL: there is none. A look. */
struct run *run_at(const api *a, uint64_t number);

/* Finds the number of an execution of that ARN that the store may not have yet. */
bool fresh_number(const api *a, const char *arn, uint64_t *number);
/* Counts a turn, at its beginning. */
void executions_count_turn(api *a);
/* Forgets what started two turns ago: the store has it. */
void forget_fresh(api *a);

/* Count an execution of the machine that runs, and one that has ended. */
void machine_runs(api *a, struct machine *m);
void machine_rests(api *a, struct machine *m);
/* Checks that one more execution may run. False with the call failed: ExecutionLimitExceeded. */
bool may_open(struct call *c, const struct machine *m);

/* Returns the value of an input's text. NULL with the call failed, in AWS's words. */
json *execution_input(struct call *c, const json *text);
/* Answers a StartSyncExecution that has waited for as long as it may. */
void sync_timed_out(api *a, struct waiter *w);

extern const struct operation start_execution_operation, start_sync_execution_operation;

#endif
