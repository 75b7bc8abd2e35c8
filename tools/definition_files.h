#ifndef TOOLS_DEFINITION_FILES_H
#define TOOLS_DEFINITION_FILES_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The files that arguments name: themselves; what is in folders, when it may have a definition; and
 * what fits a pattern, for shells that don't look themselves. What is hidden, packages
 * (node_modules) and links are left out.
 */
struct definition_files {
    const char *command;        /* of asl, for messages */
    const char *const *endings; /* what a name in a folder ends in, up to a NULL */
    struct definition_path {
        char *path;
        bool named; /* by its argument; else it may be anything */
    } * files;
    size_t count, cap;
    const char *passing; /* what else is counted, by its ending, in folders; NULL: nothing */
    size_t passed;
    void (*visits)(void *user, const char *folder); /* told of each folder; NULL: nobody is */
    void *user;
};

/* Adds the files that an argument names. False after a message: something can't be read, or no file
 * fits the pattern. */
bool definition_files_add(struct definition_files *all, const char *argument);
void definition_files_clear(struct definition_files *all);

#endif
