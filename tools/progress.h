#ifndef TOOLS_PROGRESS_H
#define TOOLS_PROGRESS_H

#include "runtime/core/exec.h"

#include <stdio.h>

/*
 * Shows an execution as it goes on: a line for each state that ends, fails, is tried again or cut
 * off; on a terminal a last line besides with what runs at present.
 */
typedef struct progress progress;

/* `execution`: the engine's number of the one to show; others are of its Map Runs. `color`: as the
 * option says. */
progress *progress_new(FILE *out, uint64_t execution, const char *color);
void progress_events(progress *p, uint64_t execution, const rt_exec *x,
                     const struct rt_event *events, size_t count);
/* A line of a handler's, between ours. */
void progress_note(progress *p, const char *line);
/* The last word: how it ended, after how long, and why. */
void progress_end(progress *p, const rt_exec *x);
void progress_free(progress *p);

#endif
