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

/* NULL with *why filled (message, byte offset in `text`) when it is no well-formed call. As on AWS
 * one with too few or too many arguments is: it fails when it is evaluated. */
const asl_intrinsic *asl_intrinsic_compile(struct arena *a, const char *text, size_t len,
                                           struct diag *why);

/* A new reference; NULL with *error filled: States.Runtime, as on AWS, which nothing catches. */
json *asl_intrinsic_eval(const asl_intrinsic *call, const struct asl_env *env,
                         struct asl_error *error);

/* May it give a string? What ErrorPath and CausePath take: spec "Fail state". */
bool asl_intrinsic_gives_string(const asl_intrinsic *call);

/*
 * Has it, or a call among its arguments, too few or too many of them? Then adds what is wrong:
 * "States.UUID takes 0 arguments, not 1".
 */
bool asl_intrinsic_is_miscounted(const asl_intrinsic *call, struct buf *out);

/* Adds the names, arguments and one-line descriptions of all of them, for people. */
void asl_intrinsic_list(struct buf *out);

#endif
