#ifndef TOOLS_REPOSITORY_H
#define TOOLS_REPOSITORY_H

#include "parsers/base/buf.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Returns whether the file `near` may refer to the file `path`, which must be a regular file in the
 * same repository (below the folder with .git) after links have been followed, or without
 * a repository, below the working directory or the folder of `near`. Otherwise the author of
 * a template could have any file of ours shown. *real becomes the path after links, to be freed, or
 * NULL if there is no such file.
 */
bool repository_has(const char *near, const char *path, char **real);
/* Reads a file that repository_has allows, of at most `limit` bytes. False with *why filled. *real
 * is set as by repository_has. */
bool repository_read(const char *near, const char *path, size_t limit, struct buf *text,
                     char **real, struct diag *why);
/* Returns the path of a file after links have been followed, to be freed. NULL: there is no such
 * file. */
char *repository_real(const char *path);
/* Returns the folder of the repository that has the working directory, without one the working
 * directory itself; after links, to be freed. NULL: the working directory is gone. */
char *repository_root(void);

#endif
