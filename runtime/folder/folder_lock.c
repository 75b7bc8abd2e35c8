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

/* Our own changes are over by then, but for those that read an object for its ETag: two
 * milliseconds in all. */
enum { FIRST_PAUSE_NS = 50000, MOMENTS = 5 };

static const char LOCKED[] = "OperationAborted";
static const char LOCKED_CONDITIONAL[] = "ConditionalRequestConflict";

bool folder_is_conditional(const struct folder_conditions *when)
{
    return when && (when->match || when->none_match);
}

static bool refuse_locked(const struct folder_conditions *when, struct diag *why)
{
    if (folder_is_conditional(when))
        diag_set(why, LOCKED_CONDITIONAL, 0,
                 "The conditional request cannot succeed due to a conflicting operation against "
                 "this resource.");
    else
        diag_set(why, LOCKED, 0,
                 "A conflicting conditional operation is currently in progress against this "
                 "resource. Try again.");
    return false;
}

bool folder_was_locked(const struct diag *why)
{
    return why->code == LOCKED || why->code == LOCKED_CONDITIONAL;
}

/* A thread is too dear to wait in: who asks for more than a moment comes again. */
bool folder_lock(struct folder_lock *l, const object_folder *f, int dir,
                 const struct folder_conditions *when, struct diag *why)
{
    struct timespec pause = {.tv_nsec = FIRST_PAUSE_NS};

    *l = (struct folder_lock){.dir = dir};
    for (int moments = 0;;) {
        if (!flock(dir, LOCK_EX | LOCK_NB))
            return true;
        if (errno == EINTR)
            continue;
        if (errno != EWOULDBLOCK)
            break;
        if (moments++ == MOMENTS)
            return refuse_locked(when, why);
        nanosleep(&pause, NULL);
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
