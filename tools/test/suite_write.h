#ifndef TOOLS_TEST_SUITE_WRITE_H
#define TOOLS_TEST_SUITE_WRITE_H

#include "parsers/base/buf.h"
#include "parsers/json/json.h"

#include <stdbool.h>

/*
 * Suites that are made, of a definition, of a run or of histories: all of them become a file here.
 * Remarks are an object that has, for members of the suite, of `cases` and of a case, under the
 * same names the text that stands above the member; under "" in the suite's, what stands at the
 * end. A text may have several lines.
 */

/* Returns whether a suite at `path` is written as JSON, which has no remarks. NULL: stdout. */
bool suite_write_is_json(const char *path);

/* Returns a suite for the definition at `definition`, as its file at `path` names it. It takes the
 * values: `substitutions` for placeholders, `more` members (NULL: none), and `cases`, all objects.
 * Yours. */
json *suite_of_cases(const char *path, const char *definition, json *substitutions, json *more,
                     json *cases);

/* Writes the suite for `path`: JSON where its name ends in .json, else YAML with the remarks, which
 * may be NULL. */
void suite_write(struct buf *out, const char *path, const json *suite, const json *remarks);

#endif
