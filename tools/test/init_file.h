#ifndef TOOLS_TEST_INIT_FILE_H
#define TOOLS_TEST_INIT_FILE_H

#include "parsers/base/buf.h"
#include "tools/test/suite.h"

#include <stdbool.h>

/* A suite that was made. Empty is {0}. */
struct init_made {
    struct buf text;
    struct buf told; /* what was made, in a line without its end */
};

/*
 * Makes a suite for the definition that `argument` names, which is for the file at `path` (NULL:
 * standard output). `substitutions` are what the command line fills in, an object or NULL. False:
 * the definition can't be read (*why may be empty, as the reader has told it then).
 */
bool init_file_make(const struct suite_reader *reader, const char *argument,
                    const json *substitutions, const char *path, struct init_made *out,
                    struct diag *why);
void init_made_clear(struct init_made *made);

#endif
