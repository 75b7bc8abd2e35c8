#ifndef TOOLS_WATCH_H
#define TOOLS_WATCH_H

#include "parsers/base/diag.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Files that things were made from, as suites of tests from theirs, to be made again when a file
 * changes. What changed is seen by the stamps of files (inode, size, time), so an editor that puts
 * a new file in the place of the old one is seen, too; news of the file system only lead to an
 * earlier look.
 */
typedef struct watch watch;

/* Returns NULL with *why filled when the process may open too few files for its loop. */
watch *watch_new(struct diag *why);
void watch_free(watch *w);

/* Forgets the files of the thing of that name; watch_file adds to it from now on. */
void watch_begin(watch *w, const char *thing);
/* Adds a file that the thing is made from. To be called before it is read; it needn't be there. */
void watch_file(watch *w, const char *path);
/* Adds a file that wasn't there, whatever has come meanwhile. */
void watch_absent(watch *w, const char *path);
/* Looks at a folder, too, for news of files that no thing has yet. */
void watch_folder(watch *w, const char *path);

/* Returns how many of the files were there when they were added. */
size_t watch_count(const watch *w);
/* Returns whether the thing is known. */
bool watch_has(const watch *w, const char *thing);
/* Returns a thing that `is_there` doesn't know any more, and that has not been told before. NULL:
 * all others are there. */
const char *watch_gone(watch *w, bool (*is_there)(void *user, const char *thing), void *user);
/* Returns a file of the thing that has changed since it was added. NULL: none has. */
const char *watch_changed(const watch *w, const char *thing);
/* Waits until a file has changed, or there are news of a folder, and then until it is quiet. False:
 * Ctrl-C or SIGTERM came. Says on stderr that it watches when `command`, of asl, is not NULL. */
bool watch_wait(watch *w, const char *command);

#endif
