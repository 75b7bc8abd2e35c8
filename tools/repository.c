/*
 * Which files a template may name: those of its repository. Paths are compared after links have
 * been followed, so that a link can't lead out of it.
 */

#define _XOPEN_SOURCE 700 /* realpath */

#include "tools/repository.h"

#include "parsers/base/buf.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool repository_is_below(const char *path, const char *folder, size_t len)
{
    while (len && folder[len - 1] == '/')
        len--;
    return strncmp(path, folder, len) == 0 && path[len] == '/';
}

/* How much of the path of a file is the folder of its repository; 0: it is in none. */
static size_t repository_of(const char *file)
{
    size_t len = strlen(file), found = 0;
    struct buf git = {0};

    while (!found && len) {
        while (len && file[len - 1] != '/')
            len--;
        buf_reset(&git);
        buf_add(&git, file, len);
        buf_adds(&git, ".git");
        if (len && access(buf_str(&git), F_OK) == 0)
            found = len;
        len -= len > 0;
    }
    buf_clear(&git);
    return found;
}

char *repository_real(const char *path)
{
    return realpath(path, NULL);
}

char *repository_root(void)
{
    char *here = realpath(".", NULL);
    struct buf inside = {0};

    if (!here)
        return NULL;
    buf_printf(&inside, "%s/", strcmp(here, "/") == 0 ? "" : here);
    size_t len = repository_of(buf_str(&inside));
    if (len > 1)
        here[len - 1] = '\0';
    buf_clear(&inside);
    return here;
}

/* The template's own repository decides. Without one, a file may be below the working directory,
 * or beside the template. */
bool repository_has(const char *near, const char *path, char **real)
{
    char *from = realpath(near, NULL), *here = realpath(".", NULL);
    struct stat is;
    bool has = false;

    *real = realpath(path, NULL);
    if (*real && stat(*real, &is) == 0 && S_ISREG(is.st_mode)) {
        size_t root = from ? repository_of(from) : 0;
        if (root)
            has = repository_is_below(*real, from, root);
        else
            has = (here && repository_is_below(*real, here, strlen(here))) ||
                  (from && repository_is_below(*real, from, (size_t)(strrchr(from, '/') - from)));
    }
    free(from);
    free(here);
    return has;
}

bool repository_read(const char *near, const char *path, size_t limit, struct buf *text,
                     char **real, struct diag *why)
{
    if (repository_has(near, path, real))
        return buf_read_regular(text, *real, limit, why);
    if (*real)
        diag_set(why, NULL, 0, "%s is outside of the repository, or no file", path);
    else
        diag_set(why, NULL, 0, "there is no %s", path);
    return false;
}
