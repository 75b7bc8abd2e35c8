#ifndef TOOLS_TEST_TOLD_H
#define TOOLS_TEST_TOLD_H

#include "parsers/base/buf.h"
#include "parsers/json/json.h"
#include "tools/test/reporter.h"

/* What `asl test` prints, between the reporters, which know no terminal, and where it goes. */

/* Tells the reporter of a record. Reports for people and logs get it with texts that can do nothing
 * to a terminal. */
void test_tell_record(struct reporter *r, const json *record);

/* Prints lines that come behind the report, sums and such, so that they can do nothing to a
 * terminal: to stdout, or to stderr where a report for programs has stdout for itself. */
void test_tell_behind(const struct reporter *r, const struct buf *lines);

#endif
