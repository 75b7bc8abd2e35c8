#ifndef TESTS_SUPPORT_EXPECT_FAULT_H
#define TESTS_SUPPORT_EXPECT_FAULT_H

#include "parsers/base/buf.h"
#include "parsers/picture/fault.h"

#include <stdbool.h>

/*
 * Compares what a function of JSONata gave with `want`: its text, or "!" and the code of its fault,
 * with the value behind a blank. Clears `out` and `why`.
 */
void expect_outcome(const char *name, bool ok, struct buf *out, struct fault *why,
                    const char *want);

#endif
