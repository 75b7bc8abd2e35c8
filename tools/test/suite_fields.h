#ifndef TOOLS_TEST_SUITE_FIELDS_H
#define TOOLS_TEST_SUITE_FIELDS_H

#include "tools/test/schema.h"

/* What a suite file may have, from the top; and what a file of shared mocks may have. */
extern const struct schema_object suite_fields, shared_mocks_fields;

#endif
