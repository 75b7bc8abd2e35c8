/*
 * Which errors retriers and catchers match, and how long a retry waits. Spec: "Errors". A failure
 * of States.Runtime is terminal: no wildcard matches it.
 */

#include "asl/eval/retry.h"

#include "asl/report/quota.h"
#include "parsers/base/maths.h"

#include <math.h>
#include <string.h>

static bool retry_is(const json *name, const char *text)
{
    return name && json_is_string(name) && json_str_is(name, text);
}

/*
 * Matches the pattern `p` of a retrier or catcher with an error's name. States.TaskFailed takes all
 * but a time-out; a heartbeat that is missed is a time-out, too.
 */
static bool retry_matches(const json *p, const json *name)
{
    if (json_str_is(p, ASL_ALL))
        return true;
    if (json_str_is(p, ASL_TASK_FAILED))
        return !retry_is(name, ASL_TIMEOUT);
    if (json_str_is(p, ASL_TIMEOUT) && retry_is(name, ASL_HEARTBEAT_TIMEOUT))
        return true;
    return name && json_equal(p, name);
}

bool asl_error_is_terminal(const json *name)
{
    return retry_is(name, ASL_RUNTIME) || retry_is(name, ASL_REFERENCE_PATH_CONFLICT);
}

bool asl_errors_match(const struct asl_errors *errors, const json *name)
{
    if (asl_error_is_terminal(name) || retry_is(name, ASL_NO_HANDLER))
        return false;
    for (size_t i = 0; i < errors->count; i++)
        if (retry_matches(errors->names[i], name))
            return true;
    return false;
}

/* interval * rate ^ (attempt - 1), cut to MaxDelaySeconds; full jitter draws from 0 up to that. */
int64_t asl_retry_delay_ms(const struct asl_retrier *r, uint32_t attempt, struct asl_chance *chance)
{
    double delay = (double)r->interval_s * maths_pow(r->backoff_rate, attempt - 1.0);
    double most = QUOTA_SECONDS;

    if (r->max_delay_s > 0 && (double)r->max_delay_s < most)
        most = (double)r->max_delay_s;
    /* pow may overflow to infinity, and 0 * infinity is no number: then the interval was 0. */
    if (isnan(delay))
        delay = 0;
    if (delay > most)
        delay = most;
    if (r->full_jitter)
        delay *= asl_chance_unit(chance);
    return llround(delay * 1000);
}
