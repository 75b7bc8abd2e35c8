/*
 * Lets changes in one folder come one after the other. Between the look at an object's ETag and the
 * rename that replaces it nobody else may replace it: neither another thread nor another process.
 * So whoever replaces or deletes a file holds a lock of the folder that the file is in: flock on
 * the folder itself, which leaves no file behind, and ends with the process. It is held for a look
 * and a rename, and never while bytes are written.
 */
#define _GNU_SOURCE /* flock */

#include "runtime/folder/folder_impl.h"

#include <errno.h>
#include <sys/file.h>
#include <time.h>

enum {
    LEAST_PAUSE_NS = 50000,
    MOST_PAUSE_NS = 4000000,
    PATIENCE_MS = 10000, /* no change takes so long: somebody else holds the lock */
};

bool folder_is_conditional(const struct folder_conditions *when)
{
    return when && (when->match || when->none_match);
}

static bool refuse_locked(const struct folder_conditions *when, struct diag *why)
{
    if (folder_is_conditional(when))
        diag_set(why, "ConditionalRequestConflict", 0,
                 "The conditional request cannot succeed due to a conflicting operation against "
                 "this resource.");
    else
        diag_set(why, "OperationAborted", 0,
                 "A conflicting conditional operation is currently in progress against this "
                 "resource. Try again.");
    return false;
}

/* Asks again and again, as a wait for a lock can't be ended from another thread. */
bool folder_lock(struct folder_lock *l, const object_folder *f, int dir,
                 const struct folder_conditions *when, struct diag *why)
{
    struct timespec pause = {.tv_nsec = LEAST_PAUSE_NS};
    int64_t waited_ns = 0;

    *l = (struct folder_lock){.dir = dir};
    for (;;) {
        if (when && folder_is_stopped(when->stop))
            return folder_refuse_stopped(why);
        if (!flock(dir, LOCK_EX | LOCK_NB))
            return true;
        if (errno == EINTR)
            continue;
        if (errno != EWOULDBLOCK)
            break;
        if (waited_ns > PATIENCE_MS * INT64_C(1000000))
            return refuse_locked(when, why);
        nanosleep(&pause, NULL);
        waited_ns += pause.tv_nsec;
        if (pause.tv_nsec < MOST_PAUSE_NS)
            pause.tv_nsec *= 2;
    }
    /* A file system that can't lock folders, as NFS: the threads of this process are held apart. */
    l->mutex = f->mutex;
    pthread_mutex_lock(l->mutex);
    return true;
}

void folder_unlock(const struct folder_lock *l)
{
    if (l->mutex)
        pthread_mutex_unlock(l->mutex);
    else
        flock(l->dir, LOCK_UN);
}
