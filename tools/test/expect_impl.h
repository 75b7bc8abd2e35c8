#ifndef TOOLS_TEST_EXPECT_IMPL_H
#define TOOLS_TEST_EXPECT_IMPL_H

#include "tools/test/expect.h"

struct case_buckets;

/* A case that is being compared with what its suite expects. */
struct checking {
    const struct test_case *c;
    result *r;
    struct failures *out;
    const struct case_buckets *buckets; /* for expect_buckets alone */
};

/* Finds the expectation of one layer: of the row, the case or the defaults. */
bool layer_expects(const struct test_case *c, size_t layer, const char *name, struct asl_at *out);
/* Where an expectation stands in the suite. */
struct place expect_place(const struct asl_at *at);

/* Calls `look` for each member of the expectation `name` in all layers. Of members with the same
 * key only the nearest layer's is looked at. */
void expect_each(struct checking *k, const char *name,
                 void (*look)(struct checking *k, const struct asl_at *member));
/* Adds a failure about `what` unless `actual` is as `expected` has it; see matcher_compare. */
void expect_compare(struct checking *k, const char *what, const struct asl_at *expected,
                    const json *actual, bool subset);
/* Returns the path of the state that an expectation names, by its path or its name alone. What the
 * visits and calls have is a path: names may have `/` in them, so that a part of one tells nothing.
 */
const char *expect_path_named(const struct checking *k, const json *name);

/* `path` and `chains`, of all layers. */
void expect_path(struct checking *k);
void expect_chains(struct checking *k);
/* `that`, of all layers. */
void expect_that(struct checking *k);

#endif
