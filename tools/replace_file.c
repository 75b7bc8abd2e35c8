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

/* A pipe or a device can't be put in the place of another: it takes the text as it is. */
static bool write_into(const char *path, const struct buf *text)
{
    int fd = open(path, O_WRONLY);
    bool good = fd >= 0 && write_whole(fd, text);

    return (fd < 0 || close(fd) == 0) && good;
}

bool replace_file(const char *path, const struct buf *text)
{
    struct stat was;
    char *real = realpath(path, NULL);
    bool good = false;

    if (!real && errno == ENOENT)
        return replace_real(path, new_mode(), text);
    if (real && stat(real, &was) == 0)
        good = !S_ISREG(was.st_mode) ? write_into(real, text)
                                     : replace_real(real, was.st_mode & 07777, text);
    free(real);
    return good;
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
    char *real = realpath(path, NULL);

    if (!real)
        return errno == ENOENT && *path && try_beside(path);
    bool good = access(real, W_OK) == 0 && stat(real, &is) == 0 &&
                (!S_ISREG(is.st_mode) || try_beside(real));
    free(real);
    return good;
}
