#ifndef ASL_EVAL_CHOICE_H
#define ASL_EVAL_CHOICE_H

#include "asl/eval/env.h"
#include "asl/report/report.h"
#include "parsers/base/arena.h"

/*
 * The test of a Choice rule: a comparison (Variable and one operator), or And, Or, Not over others.
 * Next, Assign and Comment of a rule are its state's business, not the test's.
 */
typedef struct asl_test asl_test;

/*
 * `at` is the rule's object. Other fields than the test's are refused, but for those a rule may
 * have besides (Next, Assign, Comment) when `top` is true, and Comment in nested ones. NULL when
 * there are errors; they are in the report.
 */
const asl_test *asl_test_compile(struct arena *a, const struct asl_at *at, bool top,
                                 struct asl_report *report);

/* Evaluates the test: 1 true, 0 false, -1 with *error filled. */
int asl_test_eval(const asl_test *t, const struct asl_env *env, struct asl_error *error);

#endif
