#ifndef ASL_EVAL_TEMPLATE_H
#define ASL_EVAL_TEMPLATE_H

#include "asl/eval/env.h"
#include "asl/eval/expression.h"
#include "asl/report/report.h"
#include "parsers/base/arena.h"
#include "parsers/json/json.h"

/*
 * A payload template (Parameters, ResultSelector, ItemSelector, Assign): JSON in which a member
 * whose key ends in `.$` has a path or an intrinsic call for its value. Parts without any are
 * constants that every evaluation shares.
 */
typedef struct asl_template asl_template;

/* Compiles a template of JSONPath; NULL when it has errors, which go into the report. */
const asl_template *asl_template_compile(struct arena *a, const struct asl_at *at,
                                         struct asl_report *report);

/*
 * Compiles a template of a JSONata state: strings "{% … %}" are expressions, keys are as they
 * stand. NULL when it has errors. `state` is where the state stands; the expressions go in front of
 * *list.
 */
const asl_template *asl_template_compile_jsonata(struct arena *a, const struct asl_at *at,
                                                 const struct asl_at *state,
                                                 const asl_expression **list,
                                                 struct asl_report *report);

/* Evaluates the template: a new reference, or NULL with *error filled. */
json *asl_template_eval(const asl_template *t, const struct asl_env *env, struct asl_error *error);

/* Adds to *error where the template stands, if it is an expression. */
void asl_template_locate(const asl_template *t, struct asl_error *error);

/* Fills *error for the template's value `v`, which should be of the type `expected` ("array"). */
void asl_template_wrong_type(const asl_template *t, const json *v, const char *expected,
                             struct asl_error *error);

/*
 * The value of one `.$` member, or of ErrorPath and CausePath: a path or an intrinsic call.
 * `field` is its name as messages have it ("x.$", "ErrorPath").
 */
typedef struct asl_query asl_query;

const asl_query *asl_query_compile(struct arena *a, const struct asl_at *at, const json *field,
                                   struct asl_report *report);
/* Tells whether it may give a string, as ErrorPath and CausePath need. */
bool asl_query_gives_string(const asl_query *q);
json *asl_query_eval(const asl_query *q, const struct asl_env *env, struct asl_error *error);

#endif
