#ifndef PARSERS_REGEX_JAVA_REGEX_H
#define PARSERS_REGEX_JAVA_REGEX_H

#include "parsers/base/diag.h"
#include "parsers/base/work.h"

#include <stdbool.h>
#include <stddef.h>

/* A regular expression as java.util.regex has it, compiled. It never changes. */
typedef struct java_regex java_regex;

/* NULL with *why filled (the code is "REGEX_INVALID", `at` in `text`) when it is not valid. */
java_regex *java_regex_new(const char *text, size_t len, bool caseless, struct diag *why);
void java_regex_free(java_regex *re);
/* 1: the whole of `text` matches, 0: it does not, -1: it takes more than `work` allows. */
int java_regex_match(const java_regex *re, const char *text, size_t len, struct work *work);

#endif
