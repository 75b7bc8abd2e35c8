#ifndef ASL_ASL_H
#define ASL_ASL_H

#include "asl/report.h"
#include "parsers/document.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * A definition in the Amazon States Language, compiled: loaded and checked once, then run by any
 * number of executions. Counted; never changed.
 */
typedef struct asl_machine asl_machine;

/* The largest definition, in bytes: AWS's quota. */
enum { ASL_MAX_DEFINITION = 1048576 };

/*
 * Compiles the text of a definition. Everything that is wrong with it goes into the report, each
 * with its place; NULL when there is an error among it.
 */
asl_machine *asl_compile(const char *text, size_t len, enum document_format format,
                         struct asl_report *report);
asl_machine *asl_machine_ref(asl_machine *m);
void asl_machine_unref(asl_machine *m);

#endif
