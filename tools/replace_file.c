/*
 * A file is replaced by writing into one beside it, which is then renamed. fsync comes before
 * rename, as otherwise a power cut may leave an empty file.
 */
#define _XOPEN_SOURCE 700 /* realpath, mkstemp */

#include "tools/replace_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A write may take less than it is given, and a signal may interrupt it. */
static bool write_whole(int fd, const struct buf *text)
{
    for (size_t done = 0; done < text->len;) {
        ssize_t n = write(fd, text->data + done, text->len - done);
        if (n < 0 && errno != EINTR)
            return false;
        done += n > 0 ? (size_t)n : 0;
    }
    return true;
}

/* The mode of a file that isn't there yet is what the umask leaves. */
static mode_t new_mode(void)
{
    mode_t mask = umask(0);

    umask(mask);
    return 0666 & ~mask;
}

/* Makes an empty file beside the one at `path`, and fills *name. -1 with errno set. */
static int open_beside(const char *path, struct buf *name)
{
    buf_printf(name, "%s.XXXXXX", path);
    return mkstemp(name->data);
}

static bool replace_real(const char *path, mode_t mode, const struct buf *text)
{
    struct buf beside = {0};

    int fd = open_beside(path, &beside);
    bool good = fd >= 0 && write_whole(fd, text) && fchmod(fd, mode) == 0 && fsync(fd) == 0;
    if (fd >= 0) {
        good = close(fd) == 0 && good && rename(beside.data, path) == 0;
        if (!good)
            unlink(beside.data);
    }
    buf_clear(&beside);
    return good;
}

/* What can't be put in the place of another takes the text as it is. `mode`: of a new file. */
static bool write_into(const char *path, mode_t mode, const struct buf *text)
{
    int create = access(path, F_OK) == 0 ? 0 : O_CREAT;
    int fd = open(path, O_WRONLY | O_TRUNC | create, mode);
    bool good = fd >= 0 && write_whole(fd, text);

    return (fd < 0 || close(fd) == 0) && good;
}

/*
 * Returns the name of the regular file that is to be replaced, free it; *mode becomes what it has.
 * NULL: `path` leads to something that can only be written into. That is a pipe or a device; but
 * also what a link leads to that has no name of its own (/dev/stdout of a pipe, of a file that was
 * deleted) or that isn't there yet: the link must not be taken for the file.
 */
static char *replaced_name(const char *path, mode_t *mode)
{
    struct stat is;

    if (stat(path, &is) == 0) {
        *mode = is.st_mode & 07777;
        return S_ISREG(is.st_mode) ? realpath(path, NULL) : NULL;
    }
    *mode = new_mode();
    return lstat(path, &is) == 0 ? NULL : strdup(path);
}

/* `most`: what a new file may have of its mode. */
static bool replace_with(const char *path, mode_t most, const struct buf *text)
{
    bool is_new = access(path, F_OK) != 0;
    mode_t mode;
    char *name = replaced_name(path, &mode);
    bool good =
        name ? replace_real(name, is_new ? mode & most : mode, text) : write_into(path, most, text);

    free(name);
    return good;
}

bool replace_file(const char *path, const struct buf *text)
{
    return replace_with(path, 0666, text);
}

bool replace_file_private(const char *path, const struct buf *text)
{
    return replace_with(path, 0600, text);
}

static bool try_beside(const char *path)
{
    struct buf beside = {0};
    int fd = open_beside(path, &beside);

    if (fd >= 0) {
        close(fd);
        unlink(beside.data);
    }
    buf_clear(&beside);
    return fd >= 0;
}

bool replace_file_check(const char *path)
{
    struct stat is;
    mode_t mode;
    bool there = stat(path, &is) == 0;

    if (there && S_ISDIR(is.st_mode))
        errno = EISDIR;
    if (!*path || (there && (S_ISDIR(is.st_mode) || access(path, W_OK) != 0)))
        return false;
    char *name = replaced_name(path, &mode);
    /* A link to nothing is known to be good only when it has been written. */
    bool good = !name || try_beside(name);

    free(name);
    return good;
}
