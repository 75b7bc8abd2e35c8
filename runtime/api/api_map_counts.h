#ifndef RUNTIME_API_API_MAP_COUNTS_H
#define RUNTIME_API_API_MAP_COUNTS_H

#include "runtime/api/api_map_runs.h"

/* Counts the children of a Map Run of that execution by what became of them, or the items that they
 * have: an object as itemCounts and executionCounts of DescribeMapRun are. */
json *map_run_counts(api *a, uint64_t execution, const struct map_run *m, bool of_items);

#endif
