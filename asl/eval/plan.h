#ifndef ASL_EVAL_PLAN_H
#define ASL_EVAL_PLAN_H

/* What a plan, as asl_flow_plan makes it, says of result files. */

#include "parsers/json/json.h"

/* Returns the bucket of a plan's ResultWriter, a look; NULL: it has none that is a text. */
const json *asl_plan_bucket(const json *plan);
/* Returns the key of a file of that Map Run's results: "PREFIX/UUID/file". */
json *asl_plan_result_key(const json *plan, const json *map_run, const char *file);

#endif
