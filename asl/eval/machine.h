#ifndef ASL_EVAL_MACHINE_H
#define ASL_EVAL_MACHINE_H

#include "parsers/json/json.h"

/*
 * A definition in the Amazon States Language, compiled: loaded and checked once, then run by any
 * number of executions. Counted; never changed. asl/asl.h makes one, asl/eval/model.h shows its
 * inside.
 */
typedef struct asl_machine asl_machine;

/* Returns one more reference, yours; _unref gives one back, and takes NULL. */
asl_machine *asl_machine_ref(asl_machine *m);
void asl_machine_unref(asl_machine *m);
/* Returns a look at the definition's text as it was given, a string; NULL: it was not JSON text. */
const json *asl_machine_text(const asl_machine *m);

#endif
