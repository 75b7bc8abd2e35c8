#ifndef RUNTIME_SERVE_EXECUTION_LOG_H
#define RUNTIME_SERVE_EXECUTION_LOG_H

#include "runtime/core/exec.h"

#include <stddef.h>
#include <uv.h>

/*
 * The log of executions, as Step Functions writes it to CloudWatch Logs: one JSON object a line for
 * each event that a state machine's loggingConfiguration lets through.
 */

/* Adds the event's line; nothing when `configuration` (NULL: none) does not want it. */
void execution_log_line(struct buf *out, const json *configuration, const rt_exec *x,
                        const struct rt_event *e);

/*
 * A file that lines are appended to once a turn of the loop, by a log_writer: what can't be written
 * is lost, counted and said.
 */
typedef struct execution_log execution_log;

/* `path` "-" is standard output. `say` hears what goes wrong later. NULL with *why filled when the
 * file can't be opened. */
execution_log *execution_log_open(uv_loop_t *loop, const char *path,
                                  void (*say)(void *user, const char *line), void *user,
                                  struct diag *why);
void execution_log_add(execution_log *l, const json *configuration, const rt_exec *x,
                       const struct rt_event *events, size_t count);
/* What follows goes to a file that is opened anew: whoever rotates logs has moved the old one away.
 */
void execution_log_reopen(execution_log *l);
/* Lines that were lost. */
uint64_t execution_log_lost(const execution_log *l);
/* Writes what is left; the loop must run until the handles are closed. Then _free. Both take NULL.
 */
void execution_log_close(execution_log *l);
void execution_log_free(execution_log *l);

#endif
