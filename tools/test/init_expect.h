#ifndef TOOLS_TEST_INIT_EXPECT_H
#define TOOLS_TEST_INIT_EXPECT_H

#include "parsers/json/json_set.h"
#include "tools/test/init.h"

/* Returns the expectations of a case. `told` gathers what states send, so that a case doesn't say
 * again what one before it says. */
json *init_expectations(const struct init *i, const struct init_case *c, struct json_set *told);

#endif
