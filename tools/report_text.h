#ifndef TOOLS_REPORT_TEXT_H
#define TOOLS_REPORT_TEXT_H

#include "tools/report_format.h"

#include <stdbool.h>
#include <stdio.h>

/*
 * Prints what was found in a definition for people: file:line:column, severity, code, message, the
 * line with a caret, the JSON Pointer, and how to mend it.
 */
void report_print_file(FILE *out, const struct report_file *f, bool colour);
/* The same of a definition that is the whole of a file. */
void report_print(FILE *out, const char *file, const char *text, size_t len,
                  const struct asl_report *report, bool colour);

/* Is `out` a terminal that can do more than print (TERM isn't dumb)? */
bool terminal_is_able(FILE *out);
/* Does it take colours? Such a terminal, without NO_COLOR. */
bool colour_wanted(FILE *out);

#endif
