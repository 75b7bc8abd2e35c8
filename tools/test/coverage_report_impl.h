#ifndef TOOLS_TEST_COVERAGE_REPORT_IMPL_H
#define TOOLS_TEST_COVERAGE_REPORT_IMPL_H

/* What the files of coverage's forms share. */

#include "parsers/base/buf.h"
#include "tools/test/coverage_files.h"

/* Each adds the whole report. */
void coverage_write_lcov(const struct coverage_files *f, struct buf *out);
void coverage_write_cobertura(const struct coverage_files *f, struct buf *out);
void coverage_write_html(const struct coverage_files *f, struct buf *out);

#endif
