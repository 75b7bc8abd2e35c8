#ifndef TOOLS_TEST_MUTANTS_H
#define TOOLS_TEST_MUTANTS_H

#include "parsers/json/json.h"
#include "tools/test/reporter.h"
#include "tools/test/suite.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What `asl test` makes of mutants: it plays them, tells of them, and judges the score. */
struct mutant_wishes {
    const char *report;              /* a file for mutation-testing-report-schema; NULL: none */
    int64_t least;                   /* the score that is wanted, in percent */
    bool json;                       /* tells them as one line of JSON */
    const struct reporter *reporter; /* that has told of the cases */
    unsigned jobs;
    const struct case_bucket *buckets; /* that all cases have */
    size_t bucket_count;
};

/* Plays the cases, which have passed, against mutants; `hits`: see struct mutation. Returns the
 * exit status. */
int test_mutants(const struct test_case *const *cases, size_t count, const json *const *hits,
                 const struct mutant_wishes *wishes);

#endif
