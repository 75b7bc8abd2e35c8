/*
 * Preloaded into a server: a disk that is full, or broken. The first BAD_DISK_AFTER changes of
 * files beneath BAD_DISK_PATH succeed; from then on each fails with BAD_DISK_ERROR, ENOSPC or EIO,
 * a write once by being short before.
 */

#define _GNU_SOURCE /* RTLD_NEXT */
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#define SHOWN __attribute__((visibility("default")))

SHOWN ssize_t pwrite(int fd, const void *bytes, size_t size, off_t at);
SHOWN ssize_t pwrite64(int fd, const void *bytes, size_t size, off_t at);
SHOWN ssize_t write(int fd, const void *bytes, size_t size);
SHOWN int fsync(int fd);
SHOWN int fdatasync(int fd);
SHOWN int ftruncate(int fd, off_t size);
SHOWN int ftruncate64(int fd, off_t size);

static atomic_long calls;

static bool is_ours(int fd)
{
    const char *path = getenv("BAD_DISK_PATH");
    char link[64], target[4096];

    if (!path)
        return false;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t len = readlink(link, target, sizeof target - 1);
    return len > 0 && (size_t)len >= strlen(path) && memcmp(target, path, strlen(path)) == 0;
}

/* How many calls too many this one is; 0: it may be done. */
static long too_many(int fd)
{
    const char *after = getenv("BAD_DISK_AFTER"), *error = getenv("BAD_DISK_ERROR");
    const char *healed = getenv("BAD_DISK_HEALED");

    if (!after || !is_ours(fd))
        return 0;
    long over = atomic_fetch_add(&calls, 1) + 1 - strtol(after, NULL, 10);
    if (over > 0 && healed && access(healed, F_OK) == 0)
        return 0;
    if (over > 0)
        errno = error && strcmp(error, "EIO") == 0 ? EIO : ENOSPC;
    return over > 0 ? over : 0;
}

/* The next one of that name; through a union, as C has no cast from an object to a function. */
static void (*next(const char *name))(void)
{
    union {
        void *object;
        void (*function)(void);
    } found = {.object = dlsym(RTLD_NEXT, name)};

    if (!found.object)
        abort();
    return found.function;
}

typedef ssize_t pwrite_function(int fd, const void *bytes, size_t size, off_t at);
typedef ssize_t write_function(int fd, const void *bytes, size_t size);
typedef int sync_function(int fd);
typedef int truncate_function(int fd, off_t size);

static ssize_t write_at(const char *name, int fd, const void *bytes, size_t size, off_t at)
{
    long over = too_many(fd);

    if (over > 1 || (over == 1 && size < 2))
        return -1;
    return ((pwrite_function *)next(name))(fd, bytes, over ? size / 2 : size, at);
}

ssize_t pwrite(int fd, const void *bytes, size_t size, off_t at)
{
    return write_at("pwrite", fd, bytes, size, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t size, off_t at)
{
    return write_at("pwrite64", fd, bytes, size, at);
}

ssize_t write(int fd, const void *bytes, size_t size)
{
    return too_many(fd) ? -1 : ((write_function *)next("write"))(fd, bytes, size);
}

int fsync(int fd)
{
    return too_many(fd) ? -1 : ((sync_function *)next("fsync"))(fd);
}

int fdatasync(int fd)
{
    return too_many(fd) ? -1 : ((sync_function *)next("fdatasync"))(fd);
}

int ftruncate(int fd, off_t size)
{
    return too_many(fd) ? -1 : ((truncate_function *)next("ftruncate"))(fd, size);
}

int ftruncate64(int fd, off_t size)
{
    return too_many(fd) ? -1 : ((truncate_function *)next("ftruncate64"))(fd, size);
}
