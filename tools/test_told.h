#ifndef TOOLS_TEST_TOLD_H
#define TOOLS_TEST_TOLD_H

#include "parsers/base/buf.h"
#include "parsers/json/json.h"
#include "tools/test/reporter.h"

/* What `asl test` prints, between the reporters, which know no terminal, and where it goes. */

/* Tells the reporter of a record. Reports for people and logs get it with texts that can do nothing
 * to a terminal. */
void test_tell_record(struct reporter *r, const json *record);

/* What --explore or --faults have tried: orders or faults, and of how many cases. */
struct tried {
    size_t count, cases;
};

/* Adds what a record says of one case; NULL: nothing was tried of it. */
void tried_add(struct tried *all, const json *count);
/* Prints the sum: `what` is the word for one that was tried; so many failures are left out, as a
 * case before has told the same. */
void test_tell_tried(const struct reporter *r, const struct tried *all, const char *what,
                     size_t repeats);

/* Prints lines that come behind the report, sums and such, so that they can do nothing to a
 * terminal: to stdout, or to stderr where a report for programs has stdout for itself. */
void test_tell_behind(const struct reporter *r, const struct buf *lines);

#endif
