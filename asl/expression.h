#ifndef ASL_EXPRESSION_H
#define ASL_EXPRESSION_H

#include "asl/env.h"
#include "asl/report.h"
#include "parsers/arena.h"
#include "parsers/json.h"

/*
 * A JSONata expression of the States Language: a whole string "{% … %}". It sees $states and the
 * workflow's variables, and must give JSON.
 */
typedef struct asl_expression asl_expression;

/* Does a string begin like one? Then it has to be one. */
bool asl_expression_begins(const json *text);

/*
 * Compiles the string at `at`, which asl_expression_begins. `state` is where the state stands: what
 * messages call the field is its path from there. NULL when it has errors; they are in the report.
 */
const asl_expression *asl_expression_compile(struct arena *a, const struct asl_at *at,
                                             const struct asl_at *state, struct asl_report *report);

/* A new reference; NULL with *error filled: States.QueryEvaluationError, with its location. */
json *asl_expression_eval(const asl_expression *e, const struct asl_env *env,
                          struct asl_error *error);

/* Where it stands, as a path from its state: "Output/a[0]". */
const json *asl_expression_location(const asl_expression *e);

/* "… returned an unexpected result type. Expected 'array', but was 'string' for value: "x"" */
void asl_expression_wrong_type(const asl_expression *e, const json *v, const char *expected,
                               struct asl_error *error);

#endif
