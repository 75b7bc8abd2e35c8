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

/* Compiles a path; NULL with *why filled when it is none, or has a root that `roots` excludes. */
const asl_path *asl_path_compile(struct arena *a, const json *text, unsigned roots,
                                 struct diag *why);

/*
 * Returns whether a variable's name may begin with the byte, or go on with it: letters, _, behind
 * the first digits too, and beyond ASCII everything. AWS asks no more.
 */
bool asl_name_may_begin(char c);
bool asl_name_may_go_on(char c);

/* Returns a look at the text that it was compiled from. */
const json *asl_path_text(const asl_path *p);
/* Tells whether it names one node at most. */
bool asl_path_is_definite(const asl_path *p);
/* Tells whether it is a Reference Path into the input, which ResultPath needs. */
bool asl_path_is_reference(const asl_path *p);
/* Tells whether it is just `$`: the input as it is. */
bool asl_path_is_input(const asl_path *p);

/*
 * Reads the path: a new reference, NULL with *why filled (jsonpath_get's codes and texts). It is
 * part of an evaluation that has begun: see env.h.
 */
json *asl_path_get(const asl_path *p, const struct asl_env *env, struct diag *why);
/*
 * Reads the path as the arguments of intrinsic functions and Choice rules do on AWS: an element
 * past the end of its array is not there, where asl_path_get gives null.
 */
json *asl_path_find(const asl_path *p, const struct asl_env *env, struct diag *why);
/* Returns a look at what the path is read in: the input, the context object, the variable's
 * value; NULL when that is not assigned. */
const json *asl_path_document(const asl_path *p, const struct asl_env *env);
/*
 * Tells whether the path leads into an input that is null: AWS applies none to that, in templates
 * and Choice rules not even `$`, and says ASL_PATH_BARRED.
 */
bool asl_path_is_barred(const asl_path *p, const struct asl_env *env);
#define ASL_PATH_BARRED "Unable to apply Path transformation to null or empty input."
/* Does what jsonpath_blocking_step does, for a path into the input. */
json *asl_path_blocking_step(const asl_path *p, const json *doc, bool writing);
/* Does what jsonpath_set does, for a path into the input. Takes `v`. */
json *asl_path_set(const asl_path *p, const json *doc, json *v, struct diag *why);

#endif
