#ifndef TOOLS_TEST_INIT_FILE_H
#define TOOLS_TEST_INIT_FILE_H

#include "tools/test/suite.h"

#include <stdbool.h>

/*
 * Makes a suite for the definition that `argument` names, and writes it to the file at `path`
 * (NULL: standard output). `substitutions` are what the command line fills in, an object or NULL.
 * One line on standard error says what was made. False: the definition can't be read (*why may be
 * empty, as the reader has told it then), or the file not be written.
 */
bool init_file_make(const struct suite_reader *reader, const char *argument,
                    const json *substitutions, const char *path, struct diag *why);

#endif
