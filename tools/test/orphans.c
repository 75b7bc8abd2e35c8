/*
 * Linux gives a process whose parent has ended to the nearest subreaper above it. So a handler's
 * command is a child of ours as soon as the worker that started it has been killed. It leads a
 * process group of its own, or is in one, within our session: by that it is told from the workers,
 * which are in our group, and from a daemon, which has left the session because it is to stay.
 */
/* getsid is of X/Open; prctl is Linux's own. */
#define _XOPEN_SOURCE 700

#include "tools/test/orphans.h"

#include "runtime/base/process.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

void orphans_adopt(void)
{
    prctl(PR_SET_CHILD_SUBREAPER, 1);
}

void orphans_let_go(void)
{
    prctl(PR_SET_CHILD_SUBREAPER, 0);
}

/* The command of a worker that goes on leads its group, and is that worker's child: what it has let
 * go of in that group is not to be touched. */
static bool is_led_by_others(pid_t group)
{
    struct process_place leader;

    return process_place(group, &leader) && leader.parent != getpid();
}

static bool end_orphan(void *user, pid_t pid)
{
    struct process_place at;

    (void)user;
    if (!process_place(pid, &at) || at.parent != getpid() || at.group == getpgrp() ||
        at.session != getsid(0) || is_led_by_others(at.group))
        return true;
    kill(-at.group, SIGKILL);
    waitpid(pid, NULL, 0);
    return true;
}

void orphans_end(void)
{
    process_each(end_orphan, NULL);
}
