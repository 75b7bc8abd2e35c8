#ifndef TOOLS_PROGRESS_H
#define TOOLS_PROGRESS_H

#include "runtime/core/exec.h"

#include <stdbool.h>
#include <stdio.h>

/*
 * Shows an execution as it goes on: a line for each state that ends, fails, is tried again or cut
 * off; on a terminal a last line besides with what runs at present.
 */
typedef struct progress progress;

progress *progress_new(FILE *out);
void progress_events(progress *p, const rt_exec *x, const struct rt_event *events, size_t count);
/* A line of a handler's, between ours. */
void progress_note(progress *p, const char *line);
/* The last word: how it ended, after how long, and why. */
void progress_end(progress *p, const rt_exec *x);
void progress_free(progress *p);

#endif
