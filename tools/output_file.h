#ifndef TOOLS_OUTPUT_FILE_H
#define TOOLS_OUTPUT_FILE_H

#include "parsers/base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/*
 * A file that a command writes piece by piece, and that is whole or as it was: what is written is
 * kept until the end, and replaces the file then. A pipe or a device gets it at once. Empty is {0}.
 */
struct output_file {
    FILE *out; /* to be written to; NULL: it is not open */
    const char *path;
    char *text; /* what is kept; NULL: it goes to the file at once */
    size_t len;
};

/* Opens the file at `path`, a look. False with errno set: it could not be written. */
bool output_file_open(struct output_file *f, const char *path);
/* Closes the file, which has all that was written then. False with errno set. */
bool output_file_close(struct output_file *f);

#endif
