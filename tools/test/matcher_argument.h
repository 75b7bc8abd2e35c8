#ifndef TOOLS_TEST_MATCHER_ARGUMENT_H
#define TOOLS_TEST_MATCHER_ARGUMENT_H

#include "asl/report/report.h"

/*
 * The checks of the table in matcher.c: each adds to the report what is wrong with the argument `a`
 * of a matcher, whose name is the argument's key.
 */

/* Refuses what is neither a number nor a duration. */
void argument_check_number(const struct asl_at *a, struct asl_report *r);
/* Refuses all but true. */
void argument_check_true(const struct asl_at *a, struct asl_report *r);
/* Refuses all but an array of at least one element, and checks the matchers in its elements. */
void argument_check_list(const struct asl_at *a, struct asl_report *r);
/* Refuses what is no name of a kind of JSON value, with the nearest one as a hint. */
void argument_check_type(const struct asl_at *a, struct asl_report *r);
/* Refuses what is no regular expression of JavaScript. */
void argument_check_regex(const struct asl_at *a, struct asl_report *r);
/* Refuses what is no JSONata. */
void argument_check_jsonata(const struct asl_at *a, struct asl_report *r);
/* Lets any value stand, and checks the matchers at and within it. */
void argument_check_within(const struct asl_at *a, struct asl_report *r);

#endif
