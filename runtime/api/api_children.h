#ifndef RUNTIME_API_API_CHILDREN_H
#define RUNTIME_API_API_CHILDREN_H

#include "runtime/api/api_executions.h"
#include "runtime/store/store.h"

/* Executions of Map Runs. */

/* Returns whether the execution in `row` is pending a redrive. */
bool child_pends(api *a, const struct store_execution *row);
/* Returns the note of the execution at the top of those that started one another. Owned; NULL:
 * none. */
json *note_at_top(api *a, uint64_t number);
/* Changes the answer of DescribeStateMachineForExecution, which it takes, to what it is for a
 * child: its definition is the part that it runs. */
json *child_describe_machine(api *a, const struct execution *x, json *out);
/* Returns the text of the ItemProcessor of the Map with that Label. Owned; NULL: the definition
 * has none. */
json *labelled_processor(const json *definition, const char *label);
/* Answers ListExecutions by a Map Run's ARN; `args` is as for page_begin. */
json *list_map_run_executions(struct call *c, const char *args);

#endif
