#include "runtime/store/store_file.h"

#include "parsers/buf.h"
#include "parsers/count.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/vfs.h>

/* Magic numbers of statfs(2). */
static const struct {
    const char *name;
    unsigned long magic;
} network[] = {
    {"NFS", 0x6969},     {"SMB", 0x517b},      {"CIFS", 0xff534d42},  {"SMB2", 0xfe534d42},
    {"9P", 0x01021997},  {"Ceph", 0x00c36400}, {"AFS", 0x5346414f},   {"Coda", 0x73757245},
    {"NCP", 0x0000564c}, {"GFS2", 0x01161970}, {"OCFS2", 0x7461636f}, {"Lustre", 0x0bd00bd0},
};

/* NULL when it is none that we know. */
static const char *network_of(int fd)
{
    struct statfs fs;

    if (fstatfs(fd, &fs) != 0)
        return NULL;
    for (size_t i = 0; i < COUNT(network); i++)
        if (((unsigned long)fs.f_type & 0xffffffff) == network[i].magic)
            return network[i].name;
    return NULL;
}
#else
static const char *network_of(int fd)
{
    (void)fd;
    return NULL;
}
#endif

/* Who was told to end, or killed, a moment ago may still be on its way out. */
static bool lock_soon(int fd)
{
    const struct timespec pause = {.tv_nsec = 20 * 1000000};

    for (int tries = 0; tries < 50; tries++) {
        if (flock(fd, LOCK_EX | LOCK_NB) == 0)
            return true;
        if (errno != EWOULDBLOCK)
            return false;
        nanosleep(&pause, NULL);
    }
    errno = EWOULDBLOCK;
    return false;
}

bool store_lock(struct store_lock *lock, const char *path, struct diag *why)
{
    struct buf name = {0};
    const char *system;

    buf_printf(&name, "%s.lock", path);
    lock->fd = open(buf_str(&name), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (lock->fd < 0)
        diag_set(why, "STORE_OPEN", 0, "%s: %s", buf_str(&name), strerror(errno));
    else if ((system = network_of(lock->fd)))
        diag_set(why, "STORE_NETWORK", 0,
                 "it lies on a network file system (%s), where its data would not be safe", system);
    else if (lock_soon(lock->fd))
        goto locked;
    else if (errno == EWOULDBLOCK)
        diag_set(why, "STORE_BUSY", 0, "another process has it open");
    else
        diag_set(why, "STORE_OPEN", 0, "it can't be locked: %s", strerror(errno));
    store_unlock(lock);
    buf_clear(&name);
    return false;
locked:
    buf_clear(&name);
    return true;
}

void store_unlock(struct store_lock *lock)
{
    if (lock->fd >= 0)
        close(lock->fd);
    *lock = STORE_UNLOCKED;
}
