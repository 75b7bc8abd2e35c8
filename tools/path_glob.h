#ifndef TOOLS_PATH_GLOB_H
#define TOOLS_PATH_GLOB_H

#include <stdbool.h>

/*
 * Returns whether a path fits a pattern. `*` and `?` stay within a folder's name, `**` is any
 * number of folders, [a-z] one of some characters, [!a-z] none of them, {a,b} one of some patterns.
 * One that ends in / is for all below. Without a / in it, a pattern is for the name of a file in
 * any folder.
 */
bool path_glob_match(const char *pattern, const char *path);

/* Returns whether `text` has a character that makes it a pattern. */
bool path_glob_is(const char *text);

#endif
