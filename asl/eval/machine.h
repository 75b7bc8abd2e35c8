#ifndef ASL_EVAL_MACHINE_H
#define ASL_EVAL_MACHINE_H

#include "parsers/json/json.h"

/*
 * A definition in the Amazon States Language, compiled: loaded and checked once, then run by any
 * number of executions. Counted; never changed. asl/asl.h makes one, asl/eval/model.h shows its
 * inside.
 */
typedef struct asl_machine asl_machine;

/* One more reference, yours; and the giving back of one. NULL is fine to give back. */
asl_machine *asl_machine_ref(asl_machine *m);
void asl_machine_unref(asl_machine *m);
/* The definition's text as it was given, a string: a look; NULL: it was not JSON text. */
const json *asl_machine_text(const asl_machine *m);

#endif
