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
/* Prints the problems of a definition that is the whole of the file `file` with that text. */
void report_print(FILE *out, const char *file, const char *text, size_t len,
                  const struct asl_report *report, bool colour);

/* Returns whether `out` is a terminal that can do more than print: TERM isn't dumb. */
bool terminal_is_able(FILE *out);

/*
 * Returns whether `out` has colours. `choice` is the value of --color: "always", "never", "auto",
 * or NULL, which means auto: no colours with NO_COLOR in the environment, else colours with
 * FORCE_COLOR, else colours on a terminal.
 */
bool colour_wanted(FILE *out, const char *choice);

/* The option itself; it fills a const char *. */
extern const struct option_group colour_group;

#endif
