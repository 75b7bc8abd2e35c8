#ifndef ASL_EVAL_PATH_H
#define ASL_EVAL_PATH_H

#include "asl/eval/env.h"
#include "parsers/base/arena.h"
#include "parsers/base/diag.h"
#include "parsers/json/json.h"

/*
 * A path of the States Language: `$…` into the input, `$$…` into the context object, `$name…` into
 * a variable. Compiled once, into the arena, which also lets go of it.
 */
typedef struct asl_path asl_path;

/* Which roots a field takes, beside the input. */
enum { ASL_ROOT_INPUT = 0, ASL_ROOT_CONTEXT = 1, ASL_ROOT_VARIABLE = 2 };

/* NULL with *why filled when `text` is no path, or has a root that `roots` does not allow. */
const asl_path *asl_path_compile(struct arena *a, const json *text, unsigned roots,
                                 struct diag *why);

/* The text it was compiled from. */
const json *asl_path_text(const asl_path *p);
bool asl_path_is_definite(const asl_path *p);
/* A Reference Path into the input: what ResultPath takes. */
bool asl_path_is_reference(const asl_path *p);
/* Just `$`: the input as it is. */
bool asl_path_is_input(const asl_path *p);

/*
 * A new reference; NULL with *why filled (jsonpath_get's codes and texts). It is part of an
 * evaluation that has begun: see env.h.
 */
json *asl_path_get(const asl_path *p, const struct asl_env *env, struct diag *why);
/*
 * As asl_path_get, but an element past the end of its array is nothing, where asl_path_get gives
 * null: so the arguments of intrinsic functions and Choice rules have it on AWS.
 */
json *asl_path_find(const asl_path *p, const struct asl_env *env, struct diag *why);
/* A look at what the path is read in: the input, the context object, the variable's value; NULL
 * when that is not assigned. */
const json *asl_path_document(const asl_path *p, const struct asl_env *env);
/*
 * AWS applies no path to an input that is null, in templates and Choice rules not even `$`, and
 * says ASL_PATH_BARRED.
 */
bool asl_path_is_barred(const asl_path *p, const struct asl_env *env);
#define ASL_PATH_BARRED "Unable to apply Path transformation to null or empty input."
/* jsonpath_blocking_step on a path into the input. */
json *asl_path_blocking_step(const asl_path *p, const json *doc, bool writing);
/* jsonpath_set on a path into the input. Takes `v`. */
json *asl_path_set(const asl_path *p, const json *doc, json *v, struct diag *why);

#endif
