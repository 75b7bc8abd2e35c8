#ifndef TOOLS_GRAPH_MARKS_H
#define TOOLS_GRAPH_MARKS_H

#include "asl/drawing/drawing.h"
#include "parsers/base/diag.h"

#include <stdbool.h>

/* What became of the states of a machine, laid over its drawing. */

/*
 * Marks what happened in the history in a file: the answer of GetExecutionHistory, its pages one
 * behind the other, or a list of events. False with *why filled: it can't be read, is none, or is
 * one of another machine.
 */
bool graph_mark_history(drawing *d, const asl_machine *m, const char *path, struct diag *why);
/* Marks what happened in the history of these events, a list, which it takes. False with *why
 * filled, as graph_mark_history. */
bool graph_mark_events(drawing *d, const asl_machine *m, json *events, struct diag *why);

/*
 * Marks how often cases passed states and ways: `path` is what asl test --format json writes with
 * --coverage, a line for each case. False with *why filled: it can't be read, or has no case of
 * this machine.
 */
bool graph_mark_coverage(drawing *d, const asl_machine *m, const char *path, struct diag *why);

#endif
