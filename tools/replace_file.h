#ifndef TOOLS_REPLACE_FILE_H
#define TOOLS_REPLACE_FILE_H

#include "parsers/base/buf.h"

#include <stdbool.h>

/*
 * Makes `text` what is in the file at `path`, which is made if it isn't there. A file that is there
 * keeps its mode, and a link stays a link: what it leads to is replaced. A crash or a full disk at
 * any point leaves the old file whole. False with errno set.
 */
bool replace_file(const char *path, const struct buf *text);
/* As replace_file, but a file that isn't there yet is its owner's alone. */
bool replace_file_private(const char *path, const struct buf *text);
/* Returns whether replace_file could write there now, which it tries out beside the file. False
 * with errno set. */
bool replace_file_check(const char *path);

#endif
