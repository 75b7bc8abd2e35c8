#ifndef TOOLS_TEST_CASE_CHECK_H
#define TOOLS_TEST_CASE_CHECK_H

#include "asl/report/report.h"

/* Adds to `report` what AWS would refuse of the case (or row, or defaults) at `at`: the execution's
 * name, names and sizes of variables, members of the context object. */
void case_check_fields(const struct asl_at *at, struct asl_report *report);

#endif
