#ifndef ASL_EVAL_VERDICT_H
#define ASL_EVAL_VERDICT_H

#include "asl/eval/env.h"
#include "asl/eval/model.h"

/* What follows an error of a state: told here and nowhere else. */

enum asl_verdict_kind { ASL_VERDICT_RETRY, ASL_VERDICT_CATCH, ASL_VERDICT_FAIL };

struct asl_verdict {
    enum asl_verdict_kind kind;
    size_t retrier;                    /* RETRY: which one */
    int64_t delay_ms;                  /* RETRY: jitter included */
    const struct asl_catcher *catcher; /* CATCH */
};

/*
 * Decides what follows an error of that name. `tries[i]`: how often retrier i has tried again
 * during this visit of the state; NULL for never. Spec: "Errors".
 */
struct asl_verdict asl_after_error(const struct asl_state *s, const json *name,
                                   const uint32_t *tries, struct asl_chance *chance);

#endif
