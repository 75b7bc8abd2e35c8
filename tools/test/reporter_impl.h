#ifndef TOOLS_TEST_REPORTER_IMPL_H
#define TOOLS_TEST_REPORTER_IMPL_H

/* What the files of reporters share. */

#include "tools/test/reporter.h"

#include <stdint.h>

extern const struct reporter_kind reporter_tree, reporter_tap, reporter_junit, reporter_json,
    reporter_github;

/* ---- reading records: see record.h ---- */

/* Returns whether "passed", "failed" or "skipped" is what came of the case. */
bool record_is(const json *record, const char *outcome);
/* Return a member; "", 0 or an empty array where there is none. */
const json *record_list(const json *object, const char *member);
const char *record_text(const json *object, const char *member);
int64_t record_int(const json *object, const char *member);
double record_number(const json *object, const char *member);
/* Returns whether the case before was of another suite. */
bool record_begins_suite(const struct reporter *r, const json *record);
/* Adds what a failure says as plain lines, without a newline at the end. */
void record_write_failure(struct buf *out, const json *failure);

/* Codes for a terminal, each of which `plain` ends. */
struct paints {
    const char *place, *wanted, *was, *plain;
};
/* Adds as record_write_failure does, with its parts painted. */
void record_paint_failure(struct buf *out, const json *failure, const struct paints *paints);
/* Returns what has the line and column of a failure: its first difference, or itself. */
const json *record_place(const json *failure);
/* Adds lines for what all failures of a case have in common: the state by which the execution
 * failed, the way, the command that plays it again. Nothing where failures tell this themselves, or
 * nothing was played. */
void record_write_context(struct buf *out, const json *record);

#endif
