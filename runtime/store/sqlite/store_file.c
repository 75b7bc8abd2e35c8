/* The file of a store: made, locked, and looked at before SQLite gets it. */

#include "runtime/store/sqlite/store_file.h"

#include "parsers/base/buf.h"
#include "parsers/base/count.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
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
static bool lock_soon(int fd, int how)
{
    const struct timespec pause = {.tv_nsec = 20 * 1000000};

    for (int tries = 0; tries < 50; tries++) {
        if (flock(fd, how | LOCK_NB) == 0)
            return true;
        if (errno != EWOULDBLOCK)
            return false;
        nanosleep(&pause, NULL);
    }
    errno = EWOULDBLOCK;
    return false;
}

/* What executions work on is their owner's: a file that is made is for nobody else. SQLite gives
 * its log the same rights. */
static int open_private(const char *path)
{
    /* Not made by O_CREAT at once: only a file that is new gets its rights from us. */
    int fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK);

    if (fd >= 0 || errno != ENOENT)
        return fd;
    fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (fd >= 0 && fchmod(fd, S_IRUSR | S_IWUSR) != 0) {
        int number = errno;
        close(fd);
        errno = number;
        return -1;
    }
    return fd;
}

/* SQLite would take an empty file for a new one, and throw its log away. */
static bool was_emptied(int fd, const char *path)
{
    struct buf name = {0};
    struct stat file, log;

    buf_printf(&name, "%s-wal", path);
    bool emptied = fstat(fd, &file) == 0 && file.st_size == 0 && stat(buf_str(&name), &log) == 0 &&
                   log.st_size > 0;
    buf_clear(&name);
    return emptied;
}

/*
 * SQLite's log lies beside the name by which the file was opened. What it has would be missed, and
 * the file damaged, by who opens the file by another name; and nobody can tell whether there is a
 * log beside that. Two names of a file have no use that copies haven't.
 */
static bool is_linked(const struct store_lock *lock, const char *path, struct diag *why)
{
    struct stat file;

    if (fstat(lock->fd, &file) != 0 || file.st_nlink < 2)
        return false;
    diag_set(
        why, "STORE_LINKED", 0,
        "it has another name (a hard link): what a killed server left in the log beside that one "
        "would be lost. Start on the name that has such a log (NAME-wal), and remove the other "
        "one first; find DIR -samefile %s tells which they are",
        path);
    return true;
}

/* Locks by flock, which SQLite doesn't use: so its own locks and ours don't meet. */
static bool take_lock(struct store_lock *lock, const char *path, int how, struct diag *why)
{
    struct stat file;
    const char *system;

    if (lock->fd < 0 || fstat(lock->fd, &file) != 0)
        diag_set(why, "STORE_OPEN", 0, "%s", strerror(errno));
    else if (!S_ISREG(file.st_mode))
        diag_set(why, "STORE_OPEN", 0, "it is no file");
    else if ((system = network_of(lock->fd)))
        diag_set(why, "STORE_NETWORK", 0,
                 "it lies on a network file system (%s), where its data would not be safe", system);
    else if (was_emptied(lock->fd, path))
        diag_set(why, "STORE_EMPTIED", 0,
                 "it is empty, but its log %s-wal is not: the file was emptied or replaced. Bring "
                 "it back from a copy, or move the log away to begin with nothing",
                 path);
    else if (lock_soon(lock->fd, how)) {
        if (!is_linked(lock, path, why))
            return true;
    } else if (errno == EWOULDBLOCK)
        diag_set(
            why, "STORE_BUSY", 0,
            "another process has it open, perhaps another asl serve: end that, or use another file "
            "(--store)");
    else
        diag_set(why, "STORE_OPEN", 0, "it can't be locked: %s", strerror(errno));
    store_unlock(lock);
    return false;
}

bool store_lock(struct store_lock *lock, const char *path, struct diag *why)
{
    lock->fd = open_private(path);
    return take_lock(lock, path, LOCK_EX, why);
}

bool store_lock_there(struct store_lock *lock, const char *path, struct diag *why)
{
    lock->fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
    return take_lock(lock, path, LOCK_EX, why);
}

bool store_lock_to_read(struct store_lock *lock, const char *path, struct diag *why)
{
    /* A pipe would be opened only when somebody writes to it. */
    lock->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    return take_lock(lock, path, LOCK_SH, why);
}

void store_unlock(struct store_lock *lock)
{
    /* Closing gives the lock back, and so does a crash: it is the kernel's, and never left over. */
    if (lock->fd >= 0)
        close(lock->fd);
    *lock = STORE_UNLOCKED;
}

unsigned store_lock_rights(const struct store_lock *lock)
{
    struct stat file;

    return lock->fd < 0 || fstat(lock->fd, &file) != 0 ? 0 : file.st_mode & (S_IRWXG | S_IRWXO);
}

uint64_t store_lock_room(const struct store_lock *lock)
{
    struct statvfs fs;

    if (lock->fd < 0 || fstatvfs(lock->fd, &fs) != 0)
        return UINT64_MAX;
    return (uint64_t)fs.f_bavail * fs.f_frsize;
}
