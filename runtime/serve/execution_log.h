#ifndef RUNTIME_SERVE_EXECUTION_LOG_H
#define RUNTIME_SERVE_EXECUTION_LOG_H

#include "runtime/core/exec.h"

#include <stddef.h>
#include <uv.h>

/*
 * The log of executions, as Step Functions writes it to CloudWatch Logs: one JSON object a line for
 * each event that a state machine's loggingConfiguration lets through.
 */

/* Adds the line of an event to `out`, or nothing if the loggingConfiguration of its machine (NULL:
 * it has none) doesn't ask for it. */
void execution_log_line(struct buf *out, const json *configuration, const rt_exec *x,
                        const struct rt_event *e);

/*
 * A file to which a log_writer appends lines once a turn of the loop. What can't be written is lost
 * and counted, and a message tells of it.
 */
typedef struct execution_log execution_log;

/* Opens the file; the path "-" is standard output. `say` is called with a message when something
 * goes wrong later. NULL with *why filled when the file can't be opened. */
execution_log *execution_log_open(uv_loop_t *loop, const char *path,
                                  void (*say)(void *user, const char *line), void *user,
                                  struct diag *why);
/* Adds the lines of events of `x` to those of this turn. */
void execution_log_add(execution_log *l, const json *configuration, const rt_exec *x,
                       const struct rt_events *events);
/* Opens the file anew for what follows: whoever rotates logs has moved the old one away. */
void execution_log_reopen(execution_log *l);
/* Returns how many lines were lost. */
uint64_t execution_log_lost(const execution_log *l);
/* Writes what is left. The loop must run until the handles are closed; then execution_log_free may
 * be called. Both take NULL. */
void execution_log_close(execution_log *l);
void execution_log_free(execution_log *l);

#endif
