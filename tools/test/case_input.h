#ifndef TOOLS_TEST_CASE_INPUT_H
#define TOOLS_TEST_CASE_INPUT_H

#include "tools/test/suite.h"

/*
 * Returns the input of a case, yours. The defaults, the case and the row may each say one by
 * `input`, or by `with` what is different from the one that was said before.
 */
json *case_input(const struct test_case *c);

#endif
