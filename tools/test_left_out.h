#ifndef TOOLS_TEST_LEFT_OUT_H
#define TOOLS_TEST_LEFT_OUT_H

#include "tools/test/suite.h"

#include <stdbool.h>
#include <stddef.h>

/* Writes a line to stderr when there are cases of which `option` plays nothing: those with real
 * handlers, which would be called again and again and which a fault could let do harm, and where
 * `no_states` is set those of one state alone. */
void test_tell_left_out(const struct test_case *const *cases, size_t count, const char *option,
                        bool no_states);

#endif
