/*
 * Files out of arguments: files, folders and patterns. The entries of a folder come in the order
 * of their names, so that two runs tell the same in the same order. Links are not followed: they
 * may lead in a circle, or out of the folder.
 */

#define _DEFAULT_SOURCE /* d_type */

#include "tools/definition_files.h"

#include "parsers/base/buf.h"
#include "parsers/base/mem.h"
#include "parsers/base/text.h"
#include "tools/cmd.h"
#include "tools/path_glob.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool may_have_definitions(const struct definition_files *all, const char *name)
{
    for (const char *const *ending = all->endings; *ending; ending++)
        if (text_ends_with(name, *ending))
            return true;
    return false;
}

static void files_add(struct definition_files *all, const char *path, bool named)
{
    MEM_GROW(all->files, all->count, all->cap);
    all->files[all->count++] = (struct definition_path){mem_strdup(path), named};
}

/* node_modules holds other people's packages, whose templates are not ours to judge. */
static int is_of_interest(const struct dirent *entry)
{
    return entry->d_name[0] != '.' && strcmp(entry->d_name, "node_modules") != 0;
}

/* Returns the entry's type as DT_REG or its like, DT_UNKNOWN when it is gone. Few file systems
 * leave it out of their lists, and only then is the entry itself asked. */
static unsigned char entry_type(const struct dirent *entry, const char *path)
{
    struct stat is;

    if (entry->d_type != DT_UNKNOWN)
        return entry->d_type;
    return lstat(path, &is) == 0 ? (unsigned char)IFTODT(is.st_mode) : DT_UNKNOWN;
}

/* Adds the files below a folder that fit `pattern`, or, if that is NULL, that may have
 * definitions by their ending. Recursion is bounded by PATH_MAX, as links aren't followed. */
static bool add_folder(struct definition_files *all, const char *folder, const char *pattern)
{
    struct dirent **entries = NULL;
    if (strcmp(folder, ".") == 0 || strcmp(folder, "./") == 0)
        folder = "";
    if (all->visits)
        all->visits(all->user, *folder ? folder : ".");
    int count = scandir(*folder ? folder : ".", &entries, is_of_interest, alphasort);
    bool good = count >= 0;

    if (!good)
        cmd_fail(all->command, "%s can't be read: %s", *folder ? folder : ".", strerror(errno));
    for (int i = 0; i < count; i++) {
        struct buf path = {0};
        const char *name = entries[i]->d_name;
        buf_printf(&path, "%s%s%s", folder, !*folder || text_ends_with(folder, "/") ? "" : "/",
                   name);
        unsigned char type = entry_type(entries[i], buf_str(&path));
        if (type == DT_DIR)
            good &= add_folder(all, buf_str(&path), pattern);
        else if (type == DT_REG && (pattern ? path_glob_match(pattern, buf_str(&path))
                                            : may_have_definitions(all, name)))
            files_add(all, buf_str(&path), pattern != NULL);
        else if (!pattern && all->passing && type == DT_REG && text_ends_with(name, all->passing))
            all->passed++;
        buf_clear(&path);
        free(entries[i]);
    }
    free(entries);
    return good;
}

/* Adds the files that fit a pattern. Looking begins at the folder that the pattern names before
 * its first special character. */
static bool add_pattern(struct definition_files *all, const char *pattern)
{
    size_t before = all->count, n = strcspn(pattern, "*?[{");
    struct buf folder = {0}, rooted = {0};
    bool good;

    while (n && pattern[n - 1] != '/')
        n--;
    buf_add(&folder, pattern, n);
    /* A shell's *.json is for this folder alone. */
    buf_printf(&rooted, "%s%s", strchr(pattern, '/') ? "" : "/", pattern);
    if (*pattern == '/') {
        buf_reset(&rooted);
        buf_printf(&rooted, "/%s", pattern);
    }
    good = add_folder(all, buf_str(&folder), buf_str(&rooted));
    if (good && all->count == before) {
        cmd_fail(all->command, "no file fits %s", pattern);
        good = false;
    }
    buf_clear(&folder);
    buf_clear(&rooted);
    return good;
}

bool definition_files_add(struct definition_files *all, const char *argument)
{
    struct stat is;

    if (strcmp(argument, "-") == 0 || stat(argument, &is) != 0) {
        if (path_glob_is(argument) && stat(argument, &is) != 0)
            return add_pattern(all, argument);
        files_add(all, argument, true);
        return true;
    }
    if (S_ISDIR(is.st_mode))
        return add_folder(all, argument, NULL);
    files_add(all, argument, true);
    return true;
}

void definition_files_clear(struct definition_files *all)
{
    for (size_t i = 0; i < all->count; i++)
        mem_free(all->files[i].path);
    mem_free(all->files);
    all->files = NULL;
    all->count = all->cap = 0;
}
