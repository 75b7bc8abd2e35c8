#ifndef TOOLS_TEST_MOCK_SHAPE_H
#define TOOLS_TEST_MOCK_SHAPE_H

#include "asl/eval/model.h"
#include "tools/test/route.h"

#include <stdbool.h>
#include <stddef.h>

/* Returns what a call of the Task is answered when it succeeds: an object with the members that its
 * integration's answers have. Of a Lambda function, an activity and most of AWS's calls nothing is
 * known: {}. */
json *mock_shape_of(const struct asl_state *task);

/* Returns whether the Task's service may answer so, as far as that is known. */
bool mock_shape_fits(const struct asl_state *task, const json *v);
/* Returns a value that the service may have in that place of its answer; NULL: nothing is known of
 * it. */
json *mock_shape_value(const struct asl_state *task, const struct steps *place);
/* Calls `see` for each of the texts that are all that the service has in that place; none where
 * there are others. */
void mock_shape_words(const struct asl_state *task, const struct steps *place,
                      void (*see)(void *user, const char *text, size_t len), void *user);

#endif
