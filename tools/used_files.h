#ifndef TOOLS_USED_FILES_H
#define TOOLS_USED_FILES_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The files that a command reads and writes, so that none of its reports takes the place of what it
 * reads, or of another report. Empty is {0}.
 */
struct used_files {
    char **paths;
    size_t count, cap;
};

/* Adds a file that is read. It needn't be there. */
void used_files_add(struct used_files *f, const char *path);
/* Adds a file that the option of the command writes; NULL: it writes none. False after a message:
 * the file is one of those that were added. */
bool used_files_write(struct used_files *f, const char *command, const char *option,
                      const char *path);
void used_files_clear(struct used_files *f);

#endif
