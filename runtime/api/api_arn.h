#ifndef RUNTIME_API_API_ARN_H
#define RUNTIME_API_API_ARN_H

#include "runtime/api/api_call.h"

/* An ARN of Step Functions, taken apart. Looks at the text. */
struct arn {
    const char *kind, *name, *rest; /* rest: behind name and its ':'; NULL: nothing */
    size_t kind_len, name_len;
};

/* Takes an ARN apart. `kinds`: "stateMachine activity", those that will do. False with the call
 * failed: InvalidArn. */
bool arn_parse(struct call *c, const char *text, const char *kinds, struct arn *out);
json *arn_make(const api *a, const char *kind, const char *name);
/* Refuses the ARN of a Map inside of a machine: false with the call failed, ValidationException. */
bool arn_refuse_label(struct call *c, const char *text);
/* Checks a name of a machine, an activity or an execution. False with the call failed: InvalidName.
 */
bool name_check(struct call *c, const json *name);

#endif
