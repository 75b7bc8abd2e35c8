/*
 * Warnings that look at one state and need no more. Each looks at the text where the compiled state
 * no longer tells what was written.
 */

#include "asl/report/quota.h"
#include "asl/warn/warn_impl.h"

/* A path or an expression may give any number: only a constant is judged. */
void warn_concurrency_capped(struct warner *w, const struct asl_state *s, const struct asl_at *at)
{
    bool distributed = s->type == ASL_MAP && s->map.distributed;
    int most = distributed ? QUOTA_DISTRIBUTED_CHILDREN : QUOTA_INLINE_ITERATIONS;
    struct asl_at max;

    if (s->type != ASL_MAP || !asl_at_member(at, "MaxConcurrency", &max) ||
        json_kind(max.value) != JSON_INT || json_int_value(max.value) <= most)
        return;
    warn_at(w, &max, ASL_VALUE, "%s runs %d %s at a time, not %lld",
            distributed ? "A distributed Map" : "An inline Map", most,
            distributed ? "executions" : "iterations", (long long)json_int_value(max.value));
}

void warn_map_without_concurrency(struct warner *w, const struct asl_state *s,
                                  const struct asl_at *at)
{
    if (s->type == ASL_MAP && !s->map.max_concurrency.set)
        warn_at(w, at, ASL_KEY, "Without MaxConcurrency, up to %d iterations run at a time",
                s->map.distributed ? QUOTA_DISTRIBUTED_CHILDREN : QUOTA_INLINE_ITERATIONS);
}

static void check_deprecated(struct warner *w, const struct asl_at *at, const char *field,
                             const char *successor)
{
    struct asl_at member;

    if (asl_at_member(at, field, &member))
        warn_at(w, &member, ASL_KEY, "'%s' of a Map is now called '%s'", field, successor);
}

void warn_deprecated_field(struct warner *w, const struct asl_state *s, const struct asl_at *at)
{
    if (s->type != ASL_MAP)
        return;
    check_deprecated(w, at, "Iterator", "ItemProcessor");
    check_deprecated(w, at, "Parameters", "ItemSelector");
}

void warn_wait_of_zero(struct warner *w, const struct asl_state *s, const struct asl_at *at)
{
    struct asl_at seconds;

    if (s->type == ASL_WAIT && asl_at_member(at, "Seconds", &seconds) &&
        json_kind(seconds.value) == JSON_INT && json_int_value(seconds.value) == 0)
        warn_at(w, &seconds, ASL_VALUE, "The state waits 0 seconds");
}

void warn_fail_without_error(struct warner *w, const struct asl_state *s, const struct asl_at *at)
{
    const struct asl_fail *f = &s->fail;

    if (s->type == ASL_FAIL && !f->error && !f->cause && !f->error_path && !f->cause_path &&
        !f->error_expression && !f->cause_expression)
        warn_at(w, at, ASL_KEY, "The state has neither Error nor Cause");
}

/* One of them is told, as the null drops them all. */
void warn_result_dropped(struct warner *w, const struct asl_state *s, const struct asl_at *at)
{
    static const char *const makers[] = {"ResultSelector", "Result", "Parameters"};
    struct asl_at maker;

    if (!s->result_path.null)
        return;
    /* What a Task, Parallel or Map does with its Parameters counts; a Pass has its result only. */
    for (size_t i = 0; i < (s->type == ASL_PASS ? 3 : 1); i++)
        if (asl_at_member(at, makers[i], &maker)) {
            warn_at(w, &maker, ASL_KEY, "%s makes what \"ResultPath\": null drops", makers[i]);
            return;
        }
}
