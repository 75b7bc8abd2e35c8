#ifndef RUNTIME_CORE_TOKEN_H
#define RUNTIME_CORE_TOKEN_H

#include "asl/eval/env.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Task tokens: who has one can answer for the task. All begin with this, and go on with 64
 * hexadecimal digits.
 */
#define RT_TOKEN_PREFIX "AQC"

/* Returns whether the text could be a token of ours: whether it is one, only its task tells. */
bool rt_is_like_token(const char *text);
/* Puts '*' in the place of the digits of each token in the text: for logs and words about errors.
 */
void rt_hide_tokens(char *text, size_t len);
/* Puts '*' in the place of the digits of each token in an error's name and cause. */
void rt_error_hide_tokens(struct asl_error *e);

#endif
