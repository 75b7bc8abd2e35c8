#ifndef ASL_WARN_H
#define ASL_WARN_H

#include "asl/codes.h"

/*
 * Reports what is legal in the machine but likely wrong, as far as `wanted` has its code, in the
 * order of places. `top`: its definition.
 */
void asl_warn(const asl_machine *m, const struct asl_at *top, enum asl_workflow workflow,
              const struct asl_codes *wanted, struct asl_report *report);

#endif
