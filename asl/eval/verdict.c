/* The one place that decides what follows an error: the first retrier that matches, then catchers.
 */

#include "asl/eval/verdict.h"

struct asl_verdict asl_after_error(const struct asl_state *s, const json *name,
                                   const uint32_t *tries, struct asl_chance *chance)
{
    for (size_t i = 0; i < s->retriers; i++) {
        const struct asl_retrier *r = &s->retry[i];
        uint32_t tried = tries ? tries[i] : 0;

        if (!asl_errors_match(&r->errors, name))
            continue;
        /* One that is used up ends the search: later retriers are not tried. */
        if (tried >= r->max_attempts)
            break;
        return (struct asl_verdict){.kind = ASL_VERDICT_RETRY,
                                    .retrier = i,
                                    .delay_ms = asl_retry_delay_ms(r, tried + 1, chance)};
    }
    for (size_t i = 0; i < s->catchers; i++)
        if (asl_errors_match(&s->catch[i].errors, name))
            return (struct asl_verdict){.kind = ASL_VERDICT_CATCH, .catcher = &s->catch[i]};
    return (struct asl_verdict){.kind = ASL_VERDICT_FAIL};
}
