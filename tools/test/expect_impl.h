#ifndef TOOLS_TEST_EXPECT_IMPL_H
#define TOOLS_TEST_EXPECT_IMPL_H

#include "tools/test/expect.h"

/* A case that is being compared with what its suite expects. */
struct checking {
    const struct test_case *c;
    result *r;
    struct failures *out;
};

/* Finds the expectation of one layer: of the row, the case or the defaults. */
bool layer_expects(const struct test_case *c, size_t layer, const char *name, struct asl_at *out);
/* Where an expectation stands in the suite. */
struct place expect_place(const struct asl_at *at);

/* `that`, of all layers. */
void expect_that(struct checking *k);

#endif
