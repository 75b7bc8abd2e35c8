#ifndef TOOLS_TEST_MOCK_REACH_H
#define TOOLS_TEST_MOCK_REACH_H

#include "asl/eval/model.h"
#include "asl/report/report.h"

/* Adds to `report` rules of the mock that can answer no call, whatever the machine (NULL), or of
 * the machine. */
void mock_reach_check(const asl_machine *m, const struct asl_at *mock, struct asl_report *report);

#endif
