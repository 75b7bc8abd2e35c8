#ifndef TOOLS_TEST_MOCK_USE_H
#define TOOLS_TEST_MOCK_USE_H

#include "parsers/json/json.h"
#include "tools/test/expect.h"
#include "tools/test/suite.h"

#include <stddef.h>

/*
 * A mock that a case has for itself and that answers nothing is most likely a mistake: its case
 * fails. Mocks of a case with a table are used by its rows together, which may be played in
 * different processes, so a row's record has what became of them.
 */

/*
 * Adds a failure for each mock of the layer that has not answered, and for each rule with a
 * condition that has not, where others of its mock have. `uses` is what mocking_uses gave; it may
 * be NULL.
 */
void mock_use_tell(const struct test_case *c, const struct asl_at *layer, const json *uses,
                   struct failures *out);

/* The rows of a table as their records are heard, one after the other. Empty is {0}. */
struct mock_table {
    const struct asl_at *of; /* the case whose rows these are; NULL: none */
    json *uses;              /* the best of its rows so far; NULL: the case has no mocks */
    size_t passed;           /* rows that have passed, all from the first on */
};

/*
 * Hears the record of a case, which it takes, and returns it. That of a table's last row gets
 * failures when all rows have been played and passed, and none of them used a mock of the case.
 */
json *mock_table_hear(struct mock_table *t, const struct test_case *c, json *record);
void mock_table_clear(struct mock_table *t);

#endif
