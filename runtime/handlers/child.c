/*
 * posix_spawn because a fork copies the page tables of a parent that may be large; a pidfd because
 * it takes no signal handler. Where there is none (Linux before 5.3, some sandboxes, valgrind),
 * each SIGCHLD makes us look at each child. Nobody else waits for them, so a number is a child's
 * until we have.
 */
#define _GNU_SOURCE /* pipe2, posix_spawn's closefrom and chdir */

#include "runtime/handlers/child.h"

#include "parsers/base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { DRAIN_MS = 200 }; /* for output that a daemon of the child's holds open */

/* ---- starting ---- */

struct environment {
    char **lines; /* "NAME=value" */
    size_t count;
    struct buf room; /* for ours */
    /* By their names, open addressing: the number of a line + 1; 0: free. At least half are. */
    uint32_t *slots;
    size_t mask;
};

/* The length of the name with what ends it, and the hash of both (FNV-1a): a child may be started
 * for each Task, so a large environment must not be gone through for each of its variables. */
static uint32_t hash_name(const char *line, size_t *len)
{
    uint32_t hash = 2166136261u;

    *len = strcspn(line, "=") + 1;
    for (size_t i = 0; i < *len; i++)
        hash = (hash ^ (unsigned char)line[i]) * 16777619u;
    return hash;
}

/* The first of a name stays. */
static void child_add_variable(struct environment *e, char *line)
{
    size_t len, slot = hash_name(line, &len) & e->mask;

    for (; e->slots[slot]; slot = (slot + 1) & e->mask)
        if (!strncmp(e->lines[e->slots[slot] - 1], line, len))
            return;
    e->lines[e->count++] = line;
    e->slots[slot] = (uint32_t)e->count;
}

/* The row's, then ours, then what the parent has besides. */
static void environment_make(struct environment *e, const struct handler_row *row,
                             const struct buf *ours)
{
    size_t parents = 0, count = 0;

    for (size_t i = 0; i < row->env_count; i++)
        buf_add(&e->room, row->env[i], strlen(row->env[i]) + 1);
    buf_add(&e->room, ours->data, ours->len);
    for (size_t i = 0; i < e->room.len; i++)
        count += !e->room.data[i];
    while (environ[parents])
        parents++;
    e->lines = mem_calloc(count + parents + 1, sizeof *e->lines);
    for (e->mask = 15; e->mask < 2 * (count + parents); e->mask = 2 * e->mask + 1)
        ;
    e->slots = mem_calloc(e->mask + 1, sizeof *e->slots);
    for (size_t at = 0; at < e->room.len; at += strlen(e->room.data + at) + 1)
        child_add_variable(e, e->room.data + at);
    for (size_t i = 0; i < parents; i++)
        child_add_variable(e, environ[i]);
}

static void environment_clear(struct environment *e)
{
    mem_free(e->lines);
    mem_free(e->slots);
    buf_clear(&e->room);
}

/* Away from 0, 1 and 2: the child's are made there. */
static int out_of_the_way(int fd)
{
    int moved;

    if (fd > STDERR_FILENO)
        return fd;
    moved = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    close(fd);
    return moved;
}

int child_pipe(int ends[2])
{
    if (pipe2(ends, O_CLOEXEC))
        return errno;
    ends[0] = out_of_the_way(ends[0]);
    ends[1] = out_of_the_way(ends[1]);
    return ends[0] < 0 || ends[1] < 0 ? EMFILE : 0;
}

void child_close_ends(int *fds, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (fds[i] >= 0)
            close(fds[i]);
}

/*
 * The child is a group of its own, so that what it starts ends with it; it gets back the signals
 * that we ignore or block, and no file of ours.
 */
static int spawn(const struct handler_row *row, const struct buf *variables, const int streams[3],
                 pid_t *pid)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t all, none;
    struct environment env = {0};
    int error;

    environment_make(&env, row, variables);
    sigfillset(&all);
    sigemptyset(&none);
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attributes);
    for (int fd = 0; fd < 3; fd++)
        posix_spawn_file_actions_adddup2(&files, streams[fd], fd);
    posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
    posix_spawn_file_actions_addchdir_np(&files, row->cwd);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF |
                                              POSIX_SPAWN_SETSIGMASK);
    error = posix_spawnp(pid, row->argv[0], &files, &attributes, row->argv, env.lines);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    environment_clear(&env);
    return error;
}

/* A child that can't be watched is no use; it has hardly begun. */
static int open_pidfd(pid_t pid, int *pidfd)
{
    int error;

    *pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    if (*pidfd >= 0 || errno == ENOSYS || errno == EPERM)
        return 0;
    error = errno;
    kill(-pid, SIGKILL);
    waitpid(pid, NULL, 0);
    return error;
}

int child_spawn(struct child *c, const struct handler_row *row, const struct buf *variables,
                const int streams[3])
{
    int error = spawn(row, variables, streams, &c->pid);

    c->pidfd = -1;
    if (!error)
        error = open_pidfd(c->pid, &c->pidfd);
    c->alive = !error;
    return error;
}

/* Returns whether what was looked for in PATH is in the working directory. */
static bool is_here(const struct handler_row *row)
{
    struct buf path = {0};

    buf_printf(&path, "%s/%s", row->cwd, row->argv[0]);
    bool here = access(buf_str(&path), F_OK) == 0;
    buf_clear(&path);
    return here;
}

struct handler_answer child_not_started(const struct handler_row *row, int error)
{
    bool missing = error == ENOENT || error == EACCES || error == ENOTDIR || error == ENOEXEC ||
                   error == ELOOP || error == ENAMETOOLONG;
    struct buf cause = {0};

    buf_printf(&cause, "The command '%s' cannot be started: %s", row->argv[0], strerror(error));
    if (missing && access(row->cwd, X_OK))
        buf_printf(&cause, " (its working directory %s)", row->cwd);
    else if (error == ENOENT && !strchr(row->argv[0], '/') && is_here(row))
        buf_printf(&cause, " in PATH; './%s' is the one in %s", row->argv[0], row->cwd);
    else if (error == ENOENT && strchr(row->argv[0], '/') && !access(row->argv[0], F_OK))
        buf_adds(&cause, " (the interpreter that its first line names)");
    return answer_failed(missing ? "Lambda.ResourceNotFoundException" : "Lambda.ServiceException",
                         clean_string(&cause));
}

/* ---- its handles ---- */

static void child_on_closed(uv_handle_t *handle)
{
    struct child *c = handle->data;

    if (--c->open)
        return;
    child_close_ends(&c->pidfd, 1);
    c->pidfd = -1;
    c->events->closed(c);
}

void child_own(struct child *c, void *handle)
{
    ((uv_handle_t *)handle)->data = c;
    c->open++;
}

/* Handles are closed one by one as their ends come; the last one tells `closed`. */
void child_shut(void *handle)
{
    if (!uv_is_closing(handle))
        uv_close(handle, child_on_closed);
}

void child_set_timer(struct child *c, uv_timer_cb expired, int64_t delay_ms)
{
    uv_update_time(c->loop);
    uv_timer_start(&c->timer, expired, (uint64_t)delay_ms, 0);
}

/* ---- the end ---- */

void child_signal(const struct child *c, int number)
{
    /* Not reaped yet, so the number still is this group's. */
    if (c->alive)
        kill(-c->pid, number);
}

static void child_on_drained(uv_timer_t *timer)
{
    struct child *c = timer->data;

    c->events->drained(c);
}

/*
 * WNOWAIT leaves the child unreaped: its number can't be given to another while its group is
 * killed. Only then it is reaped.
 */
static void look_for_exit(struct child *c)
{
    c->how.si_pid = 0;
    if (!c->alive || waitid(P_PID, (id_t)c->pid, &c->how, WEXITED | WNOHANG | WNOWAIT) ||
        !c->how.si_pid)
        return;
    child_signal(c, SIGKILL);
    waitid(P_PID, (id_t)c->pid, &c->how, WEXITED | WNOHANG);
    c->alive = false;
    child_shut(&c->exit);
    child_set_timer(c, child_on_drained, DRAIN_MS);
    c->events->exited(c);
}

static void on_pidfd(uv_poll_t *poll, int status, int events)
{
    (void)status;
    (void)events;
    look_for_exit(poll->data);
}

static void on_child_signal(uv_signal_t *handle, int number)
{
    (void)number;
    look_for_exit(handle->data);
}

void child_watch(struct child *c, uv_loop_t *loop, const struct child_events *events)
{
    c->loop = loop;
    c->events = events;
    uv_timer_init(loop, &c->timer);
    child_own(c, &c->timer);
    if (c->pidfd >= 0) {
        uv_poll_init(loop, &c->exit.of_pidfd, c->pidfd);
        child_own(c, &c->exit);
        uv_poll_start(&c->exit.of_pidfd, UV_READABLE, on_pidfd);
    } else {
        uv_signal_init(loop, &c->exit.of_signal);
        child_own(c, &c->exit);
        uv_signal_start(&c->exit.of_signal, on_child_signal, SIGCHLD);
    }
}

void child_catch_up(struct child *c)
{
    if (c->pidfd < 0)
        look_for_exit(c);
}

static void on_grace_over(uv_timer_t *timer)
{
    child_signal(timer->data, SIGKILL);
}

/* SIGTERM first, so that a program can put its things in order; SIGKILL when the grace is over. */
void child_end(struct child *c, int64_t grace_ms)
{
    if (!c->alive)
        return;
    child_signal(c, SIGTERM);
    child_set_timer(c, on_grace_over, grace_ms);
}
