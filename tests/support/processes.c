/* Processes that handlers start: whether they live, and a kernel that does not tell of their end.
 */
#define _XOPEN_SOURCE 700

#include "tests/support/processes.h"

#include "tests/support/expect.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* A kernel that has no pidfd, when wanted: the only syscall() that a command makes. */
static bool no_pidfd;

long __wrap_syscall(long number, pid_t pid, unsigned flags);
long __real_syscall(long number, pid_t pid, unsigned flags);

long __wrap_syscall(long number, pid_t pid, unsigned flags)
{
    if (!no_pidfd)
        return __real_syscall(number, pid, flags);
    errno = ENOSYS;
    return -1;
}

/* How often the list of all processes was looked at. */
unsigned lists_of_processes;

DIR *__wrap_opendir(const char *name);
DIR *__real_opendir(const char *name);

DIR *__wrap_opendir(const char *name)
{
    lists_of_processes += strcmp(name, "/proc") == 0;
    return __real_opendir(name);
}

void hide_pidfd(void)
{
    no_pidfd = true;
}

void show_pidfd(void)
{
    no_pidfd = false;
}

pid_t process_in(struct handlers_world *w, const char *name)
{
    char path[300];
    long pid = 0;
    FILE *f;

    snprintf(path, sizeof path, "%s/%s", w->folder, name);
    f = fopen(path, "r");
    if (f) {
        if (fscanf(f, "%ld", &pid) != 1)
            pid = 0;
        fclose(f);
    }
    return (pid_t)pid;
}

/* A process that has exited may wait for its reaper: /proc tells such a one by its Z. */
bool process_is_alive(pid_t pid)
{
    char path[64], state = 'Z';
    FILE *f;

    snprintf(path, sizeof path, "/proc/%ld/stat", (long)pid);
    f = fopen(path, "r");
    if (!f)
        return false;
    if (fscanf(f, "%*d (%*[^)]) %c", &state) != 1)
        state = 'Z';
    fclose(f);
    return state != 'Z';
}

void process_wait_for_end(struct handlers_world *w, pid_t pid)
{
    for (int i = 0; i < 500 && process_is_alive(pid); i++) {
        struct timespec ms = {.tv_nsec = 10 * 1000 * 1000};

        uv_run(&w->loop, UV_RUN_NOWAIT);
        nanosleep(&ms, NULL);
    }
    ck_assert_msg(!process_is_alive(pid), "process %ld still runs", (long)pid);
}
