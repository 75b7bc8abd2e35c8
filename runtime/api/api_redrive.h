#ifndef RUNTIME_API_API_REDRIVE_H
#define RUNTIME_API_API_REDRIVE_H

#include "runtime/api/api_executions.h"

/* Returns the reason why an execution can't be redriven; NULL: it can. */
const char *execution_refusal(api *a, const struct execution *x);
/* Add redriveCount and redriveDate; and redriveStatus with its reason. */
void add_redrives(struct json_build *b, const struct execution *x);
void add_redrive_status(struct json_build *b, api *a, const struct execution *x);

extern const struct operation redrive_execution_operation;

#endif
