#ifndef ASL_EVAL_FLOW_H
#define ASL_EVAL_FLOW_H

#include "asl/eval/env.h"
#include "asl/eval/model.h"

/*
 * How data flow through a state: raw input, InputPath, Parameters, work, ResultSelector,
 * ResultPath, OutputPath. Each function returns a new reference, or NULL with *error filled.
 * env->input is the state's raw input, whatever the function does.
 */

/* Makes what the state works on: by InputPath, then by Parameters where the type has them. */
json *asl_flow_arguments(const struct asl_state *s, const struct asl_env *env,
                         struct asl_error *error);

/*
 * Makes the output of the work's `result` (taken): by ResultSelector, by ResultPath into the raw
 * input, by OutputPath.
 */
json *asl_flow_output(const struct asl_state *s, const struct asl_env *env, json *result,
                      struct asl_error *error);

/*
 * Makes a catcher's output: env->error_output, put into the raw input by its ResultPath; in a
 * JSONata state what its Output gives.
 */
json *asl_flow_caught(const struct asl_state *s, const struct asl_catcher *c,
                      const struct asl_env *env, struct asl_error *error);

/* Makes {"Error": …, "Cause": …} for catchers: an error without a cause has the cause "". */
json *asl_error_output(const struct asl_error *e);

/* Selects by InputPath: the paths of numbers (TimeoutSecondsPath) lead into what is left. */
json *asl_flow_input(const struct asl_state *s, const struct asl_env *env, struct asl_error *error);

/* Fills *error for a number out of its range: States.QueryEvaluationError of its expression, or
 * without one (NULL) States.Runtime. */
void asl_flow_out_of_range(const asl_template *expression, struct asl_error *error,
                           const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Evaluates a whole number, or the path to one; `field` names it for the error. */
bool asl_flow_number(const struct asl_number *n, const char *field, const struct asl_env *env,
                     int64_t *out, struct asl_error *error);

/* Makes the array, or the object whose members a distributed Map goes over. env->input is the
 * Map's effective input. */
json *asl_flow_items(const struct asl_state *s, const struct asl_env *env, struct asl_error *error);

/*
 * Makes the plan of a distributed Map: what its ItemReader, ItemBatcher and ResultWriter say, with
 * all expressions and paths evaluated. An object; what the Map has not is not in it:
 *
 *     {"reader": {"resource": "getObject", "parameters": {"Bucket": "b", "Key": "k"},
 *                 "config": {"InputType": "CSV", "MaxItems": 10}},
 *      "batch": {"input": {}, "items": 100, "bytes": 200000},
 *      "writer": {"resource": "putObject", "parameters": {"Bucket": "b", "Prefix": "p"},
 *                 "config": {"Transformation": "NONE", "OutputType": "JSON"}}}
 *
 * The configs have AWS's names; of a number and its Path there is the number. env->input is the
 * Map's effective input. Sets *plan to NULL where the Map has none of the three. False with *error
 * filled.
 */
bool asl_flow_plan(const struct asl_state *s, const struct asl_env *env, json **plan,
                   struct asl_error *error);

/* Evaluates MaxConcurrency; 0, which stands for no limit, where it is not given. */
bool asl_flow_concurrency(const struct asl_state *s, const struct asl_env *env, int64_t *out,
                          struct asl_error *error);

/* How many failures a distributed Map tolerates; negative: that bound is not given. */
struct asl_tolerance {
    int64_t count;
    double percentage;
};

bool asl_flow_tolerance(const struct asl_state *s, const struct asl_env *env,
                        struct asl_tolerance *out, struct asl_error *error);
/* Tells whether `failed` of `total` are more than is tolerated, by count or by percentage. */
bool asl_tolerance_exceeded(const struct asl_tolerance *t, int64_t failed, int64_t total);
/* Fills *error with what the Map fails with then. */
void asl_tolerance_error(struct asl_error *error);

/* Reads a path that a field names; what is not there is a States.Runtime error, "Invalid path …".
 */
json *asl_flow_path(const asl_path *p, const struct asl_env *env, struct asl_error *error);

#endif
