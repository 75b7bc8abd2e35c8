#ifndef TOOLS_REPORT_FORMAT_H
#define TOOLS_REPORT_FORMAT_H

#include "asl/report/report.h"
#include "parsers/base/buf.h"
#include "parsers/source.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/*
 * Writes what was found in definitions in a format for people or programs. Call report_writer_file
 * for each definition, then report_writer_end.
 */
struct report_writer {
    const struct report_format *format;
    FILE *out;
    bool colour;
    /* Of formats that are written at the end. */
    struct buf kept;
    const char **rules; /* the codes that were met */
    size_t rules_count;
    size_t files, bad;
};

/* A definition that was looked at; "<stdin>" is a file's name too. */
struct report_file {
    const char *name;
    struct source_lines *lines; /* of its text */
    const char *machine; /* its name in the template that the file is; NULL: it is no template */
    const struct asl_report *report;
};

struct report_format {
    const char *name;
    void (*file)(struct report_writer *w, const struct report_file *f);
    void (*end)(struct report_writer *w); /* NULL: nothing comes last */
};

/* Returns the format with that name, or NULL if there is none. */
const struct report_format *report_format_find(const char *name);
/* "text|json|…" */
#define REPORT_FORMATS "text|json|github|sarif|junit"

void report_writer_file(struct report_writer *w, const struct report_file *f);
void report_writer_end(struct report_writer *w);

#endif
