#ifndef TOOLS_TEST_SUITE_WRITE_H
#define TOOLS_TEST_SUITE_WRITE_H

#include "parsers/json/json.h"
#include "tools/test/replay.h"

#include <stdint.h>

/*
 * Suites that are made of what has run: the answers that came become mocks, and what came of it is
 * expected.
 */

/* Returns a case, an object, that plays as the replay of `h` did. What came of it is expected as
 * the history has it, but of what comes otherwise each time only its kind. Yours. */
json *suite_write_case(const struct replay *r, const struct history *h);

/* Returns a suite for the definition at `definition`, as its file at `path` names it. It takes
 * `substitutions`, values for placeholders, and `cases`, both objects. Yours. */
json *suite_write(const char *path, const char *definition, json *substitutions, json *cases);

#endif
