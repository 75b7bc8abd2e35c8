#ifndef TOOLS_TEST_EXPLORE_H
#define TOOLS_TEST_EXPLORE_H

#include "tools/test/case_run.h"

#include <stddef.h>
#include <stdint.h>

/*
 * Plays a case in other orders: answers that come at the same time may come in any order, as on
 * AWS. When there are no more than `most` orders each is played, else so many at random by `seed`.
 * Adds a failure for the first order in which the case ends otherwise than in the usual one, told
 * by the fewest answers that have to come out of turn. A case with real handlers takes no part: it
 * would call them for each order. Returns how many orders were tried, the usual one among them.
 */
size_t explore_case(const struct test_case *c, const struct case_options *options, size_t most,
                    uint64_t seed, struct failures *out);

/* What that failure says it is about; what fails in the other order follows it. */
#define EXPLORE_WHAT "explore"

#endif
