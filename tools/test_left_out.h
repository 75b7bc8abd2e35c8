#ifndef TOOLS_TEST_LEFT_OUT_H
#define TOOLS_TEST_LEFT_OUT_H

#include "tools/test/suite.h"

#include <stdbool.h>
#include <stddef.h>

/* Writes a line to stderr when there are cases of which `option` plays nothing: those of one state
 * alone, and where `no_handlers` is set those with real handlers, which a fault could let do harm.
 */
void test_tell_left_out(const struct test_case *const *cases, size_t count, const char *option,
                        bool no_states, bool no_handlers);

#endif
