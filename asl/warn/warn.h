#ifndef ASL_WARN_WARN_H
#define ASL_WARN_WARN_H

#include "asl/eval/machine.h"
#include "asl/report/codes.h"
#include "asl/report/report.h"
#include "asl/report/workflow.h"

/*
 * Reports what is legal in the machine but likely wrong, as far as `wanted` has its code, in the
 * order of places. `top`: its definition.
 */
void asl_warn(const asl_machine *m, const struct asl_at *top, enum asl_workflow workflow,
              const struct asl_codes *wanted, struct asl_report *report);

/*
 * Makes what AWS calls variableReferences: an object with the name of each state that reads
 * variables, and the sorted array of their names; NULL when no state reads any.
 */
json *asl_variable_references(const asl_machine *m);

#endif
