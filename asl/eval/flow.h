#ifndef ASL_EVAL_FLOW_H
#define ASL_EVAL_FLOW_H

#include "asl/eval/env.h"
#include "asl/eval/model.h"

/*
 * How data flow through a state: raw input, InputPath, Parameters, work, ResultSelector,
 * ResultPath, OutputPath. Each function returns a new reference, or NULL with *error filled.
 * env->input is the state's raw input, whatever the function does.
 */

/* What the state works on: InputPath, then Parameters where the type has them. */
json *asl_flow_arguments(const struct asl_state *s, const struct asl_env *env,
                         struct asl_error *error);

/*
 * The output, from the work's `result`: ResultSelector, ResultPath into the raw input, OutputPath.
 * Takes `result`.
 */
json *asl_flow_output(const struct asl_state *s, const struct asl_env *env, json *result,
                      struct asl_error *error);

/*
 * A catcher's output: env->error_output, put into the raw input by its ResultPath; in a JSONata
 * state its Output.
 */
json *asl_flow_caught(const struct asl_state *s, const struct asl_catcher *c,
                      const struct asl_env *env, struct asl_error *error);

/* {"Error": …, "Cause": …} as catchers get it: an error without a cause has the cause "". */
json *asl_error_output(const struct asl_error *e);

/* What InputPath selects: where the paths of numbers (TimeoutSecondsPath) lead. */
json *asl_flow_input(const struct asl_state *s, const struct asl_env *env, struct asl_error *error);

/* A number is out of its range: States.QueryEvaluationError of its expression, or without one
 * (NULL) States.Runtime. */
void asl_flow_out_of_range(const asl_template *expression, struct asl_error *error,
                           const char *format, ...) __attribute__((format(printf, 3, 4)));

/* A field that is a whole number or the path to one; `field` names it for the error. */
bool asl_flow_number(const struct asl_number *n, const char *field, const struct asl_env *env,
                     int64_t *out, struct asl_error *error);

/* What a Map goes over: an array. env->input is its effective input. */
json *asl_flow_items(const struct asl_state *s, const struct asl_env *env, struct asl_error *error);

/* MaxConcurrency as it is given: 0, which stands for no limit, without it. */
bool asl_flow_concurrency(const struct asl_state *s, const struct asl_env *env, int64_t *out,
                          struct asl_error *error);

/* How many failures a distributed Map takes; negative: that one isn't given. */
struct asl_tolerance {
    int64_t count;
    double percentage;
};

bool asl_flow_tolerance(const struct asl_state *s, const struct asl_env *env,
                        struct asl_tolerance *out, struct asl_error *error);
/* Did more of `total` fail than that, by count or by percentage, whichever is crossed? */
bool asl_tolerance_exceeded(const struct asl_tolerance *t, int64_t failed, int64_t total);
/* What the Map fails with then. */
void asl_tolerance_error(struct asl_error *error);

/* "Invalid path '$.x' : No results for path: $['x']": a States.Runtime error. */
json *asl_flow_path(const asl_path *p, const struct asl_env *env, struct asl_error *error);

#endif
