#ifndef RUNTIME_API_API_HISTORY_H
#define RUNTIME_API_API_HISTORY_H

#include "runtime/api/api_operation.h"

extern const struct operation get_execution_history_operation;

#endif
