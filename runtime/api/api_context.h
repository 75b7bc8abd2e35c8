#ifndef RUNTIME_API_API_CONTEXT_H
#define RUNTIME_API_API_CONTEXT_H

#include "runtime/core/exec.h"

/* Makes $$.Execution for an execution that can't be redriven: StartSyncExecution's, or
 * TestState's. `role` may be JSON null. */
json *context_of_execution(const struct rt_names *names, const json *role, const json *input,
                           int64_t now_ms);

#endif
