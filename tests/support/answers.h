#ifndef TESTS_SUPPORT_ANSWERS_H
#define TESTS_SUPPORT_ANSWERS_H

#include "parsers/json/json.h"

/* A good answer of `operation` must have the members that AWS's model of the API gives it, each of
 * its type, and no others: typed clients read nothing else. */
void expect_answer(const char *name, const char *operation, const json *answer);

#endif
