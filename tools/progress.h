#ifndef TOOLS_PROGRESS_H
#define TOOLS_PROGRESS_H

#include "runtime/core/exec.h"

#include <stdio.h>

/*
 * Shows the progress of an execution: a line for each state that ends, fails, is tried again or is
 * cut off, and on a terminal a last line of what runs now.
 */
typedef struct progress progress;

/* Shows the execution with that number of the engine; others are of its Map Runs. `color` is the
 * option's value. */
progress *progress_new(FILE *out, uint64_t execution, const char *color);
/* Shows events of any execution of the engine; `way` stands before states of one of a Map Run,
 * and says which items of Maps it is for ("": of none, or that is not known). */
void progress_events(progress *p, uint64_t execution, const rt_exec *x, const char *way,
                     const struct rt_events *events);
/* Shows a line of a handler, between the lines of states. */
void progress_note(progress *p, const char *line);
/* Shows how the execution ended, after how long, and why. */
void progress_end(progress *p, const rt_exec *x);
void progress_free(progress *p);

#endif
