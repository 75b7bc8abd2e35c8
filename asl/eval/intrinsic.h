#ifndef ASL_EVAL_INTRINSIC_H
#define ASL_EVAL_INTRINSIC_H

#include "asl/eval/env.h"
#include "parsers/base/arena.h"
#include "parsers/base/buf.h"
#include "parsers/base/diag.h"
#include "parsers/json/json.h"

#include <stdbool.h>
#include <stddef.h>

/* A call of an intrinsic function, "States.Format('{}', $.x)": compiled once. */
typedef struct asl_intrinsic asl_intrinsic;

/* Compiles a call; NULL with *why filled (message, byte offset in `text`) when it is not well
 * formed. As on AWS, a wrong number of arguments is no reason: such a call fails when evaluated. */
const asl_intrinsic *asl_intrinsic_compile(struct arena *a, const char *text, size_t len,
                                           struct diag *why);

/* Returns a new reference; NULL with *error filled: States.Runtime, which nothing catches. */
json *asl_intrinsic_eval(const asl_intrinsic *call, const struct asl_env *env,
                         struct asl_error *error);

/* Tells whether it may give a string, as ErrorPath and CausePath need: spec "Fail state". */
bool asl_intrinsic_gives_string(const asl_intrinsic *call);

/*
 * Tells whether the call, or one among its arguments, has too few or too many arguments, and adds
 * what is wrong: "States.UUID takes 0 arguments, not 1".
 */
bool asl_intrinsic_is_miscounted(const asl_intrinsic *call, struct buf *out);

/* Adds the names, arguments and one-line descriptions of all of them, for people. */
void asl_intrinsic_list(struct buf *out);

#endif
