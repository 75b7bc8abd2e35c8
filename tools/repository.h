#ifndef TOOLS_REPOSITORY_H
#define TOOLS_REPOSITORY_H

#include "parsers/base/buf.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * May what stands in the file `near` name the file `path`? It is a regular file, and in the same
 * repository (below the folder that has .git), wherever links lead; without a repository, below the
 * working directory or the folder of `near`. Else who writes a template could have any file of ours
 * shown. *real is the path it comes to, to be freed; NULL if there is no such file.
 */
bool repository_has(const char *near, const char *path, char **real);
/* Reads such a file, of at most `limit` bytes. False with *why filled; *real as above. */
bool repository_read(const char *near, const char *path, size_t limit, struct buf *text,
                     char **real, struct diag *why);
/* The path that a file's comes to; NULL if there is no such file. To be freed. */
char *repository_real(const char *path);

#endif
