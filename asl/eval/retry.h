#ifndef ASL_EVAL_RETRY_H
#define ASL_EVAL_RETRY_H

#include "asl/eval/env.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One pattern list of a retrier or catcher. */
struct asl_errors {
    json **names;
    size_t count;
};

struct asl_retrier {
    struct asl_errors errors;
    int64_t interval_s;
    uint32_t max_attempts;
    double backoff_rate;
    int64_t max_delay_s; /* 0: none */
    bool full_jitter;
};

/* Tells whether an error of that name ends the execution, whatever retriers and catchers there are.
 */
bool asl_error_is_terminal(const json *name);

/* Tells whether `errors` match an error of that name. States.ALL, States.TaskFailed and the two
 * time-outs match as on AWS. Terminal errors are never matched, nor is Asl.NoHandler, so that who
 * has no handler for a Task hears of it. `name` NULL or null: a failure without a name, which only
 * the wildcards match. */
bool asl_errors_match(const struct asl_errors *errors, const json *name);

/*
 * Returns the delay before retry number `attempt` (1 for the first) in milliseconds, jitter
 * included, QUOTA_SECONDS at most.
 */
int64_t asl_retry_delay_ms(const struct asl_retrier *r, uint32_t attempt,
                           struct asl_chance *chance);

#endif
