/*
 * A file may be named in many ways, by links and by other folders, so files are compared as the
 * system has them. One that isn't there yet is told by its folder and its name.
 */
#include "tools/used_files.h"

#include "parsers/base/mem.h"
#include "tools/cmd.h"

#include <string.h>
#include <sys/stat.h>

void used_files_add(struct used_files *f, const char *path)
{
    MEM_GROW(f->paths, f->count, f->cap);
    f->paths[f->count++] = mem_strdup(path);
}

void used_files_clear(struct used_files *f)
{
    for (size_t i = 0; i < f->count; i++)
        mem_free(f->paths[i]);
    mem_free(f->paths);
    *f = (struct used_files){0};
}

static bool is_same_inode(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

static const char *used_name_in(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

static bool stat_folder(const char *path, struct stat *is)
{
    size_t len = (size_t)(used_name_in(path) - path);
    char *folder = len ? mem_strndup(path, len) : mem_strdup(".");
    bool good = stat(folder, is) == 0;

    mem_free(folder);
    return good;
}

/* A device or a pipe may be read and written at once: only what would be replaced is asked for. */
static bool is_same_file(const char *a, const char *b)
{
    struct stat x, y;
    bool has_a = stat(a, &x) == 0, has_b = stat(b, &y) == 0;

    if (has_a && has_b)
        return S_ISREG(x.st_mode) && is_same_inode(&x, &y);
    return !has_a && !has_b && strcmp(used_name_in(a), used_name_in(b)) == 0 &&
           stat_folder(a, &x) && stat_folder(b, &y) && is_same_inode(&x, &y);
}

bool used_files_write(struct used_files *f, const char *command, const char *option,
                      const char *path)
{
    if (!path)
        return true;
    for (size_t i = 0; i < f->count; i++)
        if (is_same_file(f->paths[i], path)) {
            cmd_fail(command,
                     "--%s would replace %s, which is read or written for something else, too: "
                     "name another file",
                     option, path);
            return false;
        }
    used_files_add(f, path);
    return true;
}
