#ifndef ASL_EVAL_EXPRESSION_H
#define ASL_EVAL_EXPRESSION_H

#include "asl/eval/env.h"
#include "asl/report/report.h"
#include "parsers/base/arena.h"
#include "parsers/json/json.h"

/*
 * A JSONata expression of the States Language: a whole string "{% … %}". It sees $states and the
 * workflow's variables, and must give JSON.
 */
typedef struct asl_expression asl_expression;

/* Tells whether the string begins like an expression: then it has to be one. */
bool asl_expression_begins(const json *text);

/*
 * Compiles the string at `at`, which asl_expression_begins. `state` is where the state stands: what
 * messages call the field is its path from there. Goes in front of *list. NULL when it has errors;
 * they are in the report.
 */
const asl_expression *asl_expression_compile(struct arena *a, const struct asl_at *at,
                                             const struct asl_at *state,
                                             const asl_expression **list,
                                             struct asl_report *report);

/* Returns the expression behind `e` in its machine's list, NULL behind the last. */
const asl_expression *asl_expression_next(const asl_expression *e);
/* Returns a look at the string that it was compiled from, with its delimiters. */
const json *asl_expression_source(const asl_expression *e);
/* Returns a look at the name of the i-th variable that it reads from outside, NULL behind the last.
 * One that it names twice comes twice; $states and functions are none. */
const json *asl_expression_variable(const asl_expression *e, size_t i);

/* Returns its value, a new reference; NULL with *error filled: States.QueryEvaluationError. */
json *asl_expression_eval(const asl_expression *e, const struct asl_env *env,
                          struct asl_error *error);

/* Returns a look at where it stands, as a path from its state: "Output/a[0]". */
const json *asl_expression_location(const asl_expression *e);

/* Fills *error for its value `v`, which should be of another type: "… Expected 'array', but was …".
 */
void asl_expression_wrong_type(const asl_expression *e, const json *v, const char *expected,
                               struct asl_error *error);

#endif
