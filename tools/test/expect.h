#ifndef TOOLS_TEST_EXPECT_H
#define TOOLS_TEST_EXPECT_H

#include "tools/test/matcher.h"
#include "tools/test/result.h"
#include "tools/test/suite.h"

#include <stdbool.h>
#include <stddef.h>

/* Something that is not as the suite expects. Owns its values. */
struct failure {
    char *what;                  /* "output", "path", "calls of Charge": what was looked at */
    char *text;                  /* a sentence without full stop; NULL: the differences say it */
    struct sentence_parts parts; /* of the text */
    struct place place;          /* of the expectation, in the suite's file */
    struct differences differences;
    json *expected, *actual; /* the whole of what was compared; NULL: there is none */
};

struct failures {
    struct failure *all;
    size_t count, cap;
};

void failures_clear(struct failures *f);
/* Adds all failures of `from`, which is empty then. */
void failures_move(struct failures *to, struct failures *from);
/* Adds a failure without differences. */
void failures_add(struct failures *f, struct place place, const char *what, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Adds a failure "expected WANTED, MIDDLE WAS". */
void failures_add_parts(struct failures *f, struct place place, const char *what,
                        const char *wanted, const char *middle, const char *was);

/* Gives a failure and its differences another place: that of what they are told at. */
void failure_place(struct failure *f, struct place place);

/* Compares what came of the case with what its suite expects. */
void expect_check(const struct test_case *c, result *r, struct failures *out);

struct case_buckets;

/* Compares what is in the buckets of the case with what its suite expects there. */
void expect_buckets(const struct test_case *c, const struct case_buckets *buckets,
                    struct failures *out);

/* Finds an expectation of the case: the nearest layer's. False: there is none. */
bool expect_field(const struct test_case *c, const char *name, struct asl_at *out);

#endif
