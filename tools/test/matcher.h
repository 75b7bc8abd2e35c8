#ifndef TOOLS_TEST_MATCHER_H
#define TOOLS_TEST_MATCHER_H

#include "asl/report/report.h"
#include "parsers/base/buf.h"
#include "parsers/json/json.h"
#include "tools/test/difference.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Expected values. A value stands for itself; an object whose only member begins with `$` is
 * a matcher, which stands for all values that it describes: {$regex: "^a"}, {$contains: {…}}.
 * Numbers are equal by their value, so 1 and 1.0 are.
 */

/*
 * Compares `actual` (NULL: there is none) with what stands at `expected`. Adds each difference, and
 * returns whether there was none. `subset`: members of objects that are not expected may be there.
 */
bool matcher_compare(const struct asl_at *expected, const json *actual, bool subset,
                     struct differences *out);

/* As matcher_compare, but each value stands for itself: no object is a matcher. The differences
 * have no places. */
bool matcher_compare_plain(const json *expected, const json *actual, struct differences *out);

/* Tells whether the value at `at` is to be a matcher, of whatever name: an object whose only member
 * begins with `$`. *argument becomes where that member stands. */
bool matcher_begins(const struct asl_at *at, struct asl_at *argument);
/* Adds to `report` what is wrong with the matchers at and within `at`. */
void matcher_check(const struct asl_at *at, struct asl_report *report);

/* Writes a Markdown table of all matchers. */
void matcher_write_markdown(struct buf *out);

#endif
