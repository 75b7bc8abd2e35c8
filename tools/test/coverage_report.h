#ifndef TOOLS_TEST_COVERAGE_REPORT_H
#define TOOLS_TEST_COVERAGE_REPORT_H

#include "parsers/base/diag.h"
#include "tools/test/coverage_files.h"

#include <stdbool.h>

/* Coverage in a file, in one of the forms that other tools read or people look at. */
struct coverage_form;

/* What an option says: "coverage.html", or "lcov:out/report" where the name does not tell the form.
 */
struct coverage_output {
    const struct coverage_form *form;
    const char *path; /* a look into the argument */
};

/* False with *why filled: the form is not known. */
bool coverage_output_read(const char *argument, struct coverage_output *out, struct diag *why);

/* Adds what the file is to have. */
void coverage_output_write(const struct coverage_output *o, const struct coverage *c,
                           const struct coverage_files *f, struct buf *out);

#endif
