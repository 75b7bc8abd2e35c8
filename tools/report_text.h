#ifndef TOOLS_REPORT_TEXT_H
#define TOOLS_REPORT_TEXT_H

#include "tools/options.h"
#include "tools/report_format.h"

#include <stdbool.h>
#include <stddef.h>
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

/*
 * --color: "always", "never", "auto" or NULL, which is auto: never with NO_COLOR in the
 * environment, else always with FORCE_COLOR, else what is a terminal has colours.
 */
bool colour_wanted(FILE *out, const char *choice);

/* The option itself; it fills a const char *. */
extern const struct option_group colour_group;

#endif
