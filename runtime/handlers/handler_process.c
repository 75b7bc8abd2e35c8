/*
 * Commands: an argv vector, never a shell. The payload goes to the child's stdin, its stdout is the
 * result, its stderr goes to the log. A child has ended when it has exited and its outputs are at
 * their end; what it left behind in its process group is killed then.
 *
 *   exit 0, JSON or nothing            the result; nothing is null
 *   exit 0, else                       Lambda.Unknown, with what was printed
 *   exit not 0, an object with
 *   errorType on stdout                the function's error
 *   exit not 0 or a signal, else       Lambda.Unknown, with the status and the end of stderr
 *   timeout_s went by                  the function's error Sandbox.Timedout, as Lambda has it
 *   more than max_output on stdout     States.DataLimitExceeded
 *   no such program, may not be run    Lambda.ResourceNotFoundException
 *   no more processes or descriptors   Lambda.ServiceException
 *
 * posix_spawn because a fork copies the page tables of a parent that may be large; a pidfd because
 * it takes no signal handler. Where there is none (Linux before 5.3, some sandboxes, valgrind),
 * each SIGCHLD makes us look at each child. Nobody else waits for them, so a number is a child's
 * until we have.
 */
#define _GNU_SOURCE /* pipe2, posix_spawn's closefrom and chdir */

#include "runtime/handlers/handlers_impl.h"

#include "parsers/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum {
    DRAIN_MS = 200,      /* for output that a daemon of the child's holds open */
    TAIL_BYTES = 1024,   /* of stderr, in a cause */
    MIN_READ = 4 * 1024, /* of stdout, at a time */
    MAX_READ = 1024 * 1024,
    ERR_BYTES = 4 * 1024, /* at a time, of stderr */
};

struct process {
    handlers *h;
    struct handler_row *row;
    struct job *job; /* NULL: cancelled, nobody waits for the end */
    char *name;      /* in the log */
    struct process *prev, *next;
    pid_t pid;
    int pidfd; /* -1: there is none */
    union {
        uv_poll_t of_pidfd;
        uv_signal_t of_signal;
    } exit;
    uv_pipe_t in, out, err;
    uv_timer_t timer; /* timeout_s, then the grace, then the drain */
    uv_write_t write;
    unsigned open; /* handles that are not closed yet */
    struct buf input, output, tail;
    struct child_log log;
    siginfo_t how;
    bool exited, out_ended, err_ended;
    enum { END_BY_ITSELF, END_TIMED_OUT, END_TOO_LARGE } end;
    char err_bytes[ERR_BYTES];
};

/* ---- starting ---- */

struct environment {
    char **lines; /* "NAME=value" */
    size_t count;
    struct buf room; /* for ours */
};

/* The first of a name stays. */
static void add_variable(struct environment *e, char *line)
{
    size_t name = strcspn(line, "=") + 1;

    for (size_t i = 0; i < e->count; i++)
        if (!strncmp(e->lines[i], line, name))
            return;
    e->lines[e->count++] = line;
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
    for (size_t at = 0; at < e->room.len; at += strlen(e->room.data + at) + 1)
        add_variable(e, e->room.data + at);
    for (size_t i = 0; i < parents; i++)
        add_variable(e, environ[i]);
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

int process_pipe(int ends[2])
{
    if (pipe2(ends, O_CLOEXEC))
        return errno;
    ends[0] = out_of_the_way(ends[0]);
    ends[1] = out_of_the_way(ends[1]);
    return ends[0] < 0 || ends[1] < 0 ? EMFILE : 0;
}

void process_close(int *fds, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (fds[i] >= 0)
            close(fds[i]);
}

static int spawn(const struct handler_row *row, const struct buf *variables, const int child[3],
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
        posix_spawn_file_actions_adddup2(&files, child[fd], fd);
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
    mem_free(env.lines);
    buf_clear(&env.room);
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

int process_spawn(const struct handler_row *row, const struct buf *variables, const int child[3],
                  pid_t *pid, int *pidfd)
{
    int error = spawn(row, variables, child, pid);

    return error ? error : open_pidfd(*pid, pidfd);
}

/* Is what was looked for in PATH in the working directory? */
static bool is_here(const struct handler_row *row)
{
    struct buf path = {0};

    buf_printf(&path, "%s/%s", row->cwd, row->argv[0]);
    bool here = access(buf_str(&path), F_OK) == 0;
    buf_clear(&path);
    return here;
}

struct handler_answer process_not_started(const struct handler_row *row, int error)
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

/* ---- the end ---- */

static void on_closed(uv_handle_t *handle)
{
    struct process *p = handle->data;

    if (--p->open)
        return;
    buf_clear(&p->input);
    buf_clear(&p->output);
    buf_clear(&p->log.line);
    buf_clear(&p->tail);
    mem_free(p->name);
    process_close(&p->pidfd, 1);
    mem_free(p);
}

static void shut(void *handle)
{
    if (!uv_is_closing(handle))
        uv_close(handle, on_closed);
}

struct handler_answer process_timed_out(const struct job *j)
{
    struct handler_answer a = {.outcome = HANDLER_FUNCTION_ERROR};
    struct json_build b;
    char id[37];

    handler_request_id(j->key ? j->key : "", id);
    json_build_object(&b, 2);
    json_build_set(&b, "errorType", json_cstring("Sandbox.Timedout"));
    json_build_set(&b, "errorMessage",
                   json_stringf("RequestId: %s Error: Task timed out after %lld.%02lld seconds", id,
                                (long long)(j->row->timeout_ms / 1000),
                                (long long)(j->row->timeout_ms % 1000 / 10)));
    a.value = json_build_done(&b);
    a.raw = json_text(a.value);
    return a;
}

/* The end of stderr, from the start of a character on, without the last line feed. */
static void add_tail(struct buf *cause, const struct process *p)
{
    size_t len = p->tail.len, from = len > TAIL_BYTES ? len - TAIL_BYTES : 0;

    while (from && from < len && ((unsigned char)p->tail.data[from] & 0xC0) == 0x80)
        from++;
    while (len > from && (p->tail.data[len - 1] == '\n' || p->tail.data[len - 1] == '\r'))
        len--;
    if (len > from) {
        buf_adds(cause, ": ");
        buf_add(cause, p->tail.data + from, len - from);
    }
}

static struct handler_answer answer_of(struct process *p)
{
    bool exited = p->how.si_code == CLD_EXITED;
    struct buf cause = {0};

    switch (p->end) {
    case END_TIMED_OUT: return process_timed_out(p->job);
    case END_TOO_LARGE: return answer_failed("States.DataLimitExceeded", NULL);
    case END_BY_ITSELF: break;
    }
    if (exited && !p->how.si_status) {
        buf_printf(&cause, "What the command '%s' printed", p->row->argv[0]);
        struct handler_answer a =
            answer_from_text(p->output.data, p->output.len, "Lambda.Unknown", buf_str(&cause));
        buf_clear(&cause);
        return a;
    }
    if (is_function_error(p->output.data, p->output.len))
        return answer_function_error(p->output.data, p->output.len);
    if (exited)
        buf_printf(&cause, "The command '%s' ended with exit status %d", p->row->argv[0],
                   p->how.si_status);
    else
        buf_printf(&cause, "The command '%s' was ended by signal %d (%s)", p->row->argv[0],
                   p->how.si_status, strsignal(p->how.si_status));
    add_tail(&cause, p);
    return answer_failed("Lambda.Unknown", clean_string(&cause));
}

static void finish(struct process *p)
{
    struct job *j = p->job;
    struct handler_row *row = p->row;
    struct handler_answer a = {0};

    child_log_end(&p->log, p->h, p->name);
    if (j)
        a = answer_of(p);
    p->job = NULL;
    if (p->prev)
        p->prev->next = p->next;
    else
        p->h->process = p->next;
    if (p->next)
        p->next->prev = p->prev;
    shut(&p->exit);
    shut(&p->in);
    shut(&p->out);
    shut(&p->err);
    shut(&p->timer);
    if (j)
        job_done(j, &a);
    else
        slot_free(row);
}

static void finish_if_ended(struct process *p)
{
    if (p->exited && p->out_ended && p->err_ended)
        finish(p);
}

static void kill_group(const struct process *p, int signal)
{
    /* Not reaped yet, so the number still is this group's. */
    if (!p->exited)
        kill(-p->pid, signal);
}

static void on_drained(uv_timer_t *timer)
{
    struct process *p = timer->data;

    p->out_ended = p->err_ended = true;
    finish_if_ended(p);
}

static void look_for_exit(struct process *p)
{
    p->how.si_pid = 0;
    if (p->exited || waitid(P_PID, (id_t)p->pid, &p->how, WEXITED | WNOHANG | WNOWAIT) ||
        !p->how.si_pid)
        return;
    kill_group(p, SIGKILL);
    waitid(P_PID, (id_t)p->pid, &p->how, WEXITED | WNOHANG);
    p->exited = true;
    shut(&p->exit);
    shut(&p->in);
    if (!p->job)
        p->out_ended = true;
    uv_update_time(p->h->loop);
    uv_timer_start(&p->timer, on_drained, DRAIN_MS, 0);
    finish_if_ended(p);
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

static void on_grace_over(uv_timer_t *timer)
{
    kill_group(timer->data, SIGKILL);
}

/* Asks the group to end, and makes it after the grace. */
static void end_group(struct process *p)
{
    if (p->exited)
        return;
    kill_group(p, SIGTERM);
    uv_update_time(p->h->loop);
    uv_timer_start(&p->timer, on_grace_over, (uint64_t)p->h->options.grace_ms, 0);
}

static void on_timeout(uv_timer_t *timer)
{
    struct process *p = timer->data;

    p->end = END_TIMED_OUT;
    end_group(p);
}

/* ---- its streams ---- */

static void on_written(uv_write_t *write, int status)
{
    struct process *p = write->data;

    (void)status; /* a child may leave its input unread */
    shut(&p->in);
}

/* Doubles as it grows; one byte over the bound, to see that there is more. */
static void room_for_output(uv_handle_t *handle, size_t suggested, uv_buf_t *out)
{
    struct process *p = handle->data;
    size_t left = p->h->options.max_output - p->output.len + 1;
    size_t room = p->output.cap - p->output.len;

    (void)suggested;
    if (room < MIN_READ)
        room = p->output.cap + MIN_READ;
    if (room > left)
        room = left;
    if (room > MAX_READ)
        room = MAX_READ;
    *out = uv_buf_init(buf_reserve(&p->output, room), (unsigned)room);
}

static void on_output(uv_stream_t *stream, ssize_t len, const uv_buf_t *bytes)
{
    struct process *p = stream->data;

    (void)bytes;
    if (len < 0) {
        p->out_ended = true;
        shut(stream);
        finish_if_ended(p);
        return;
    }
    p->output.len += (size_t)len;
    if (p->output.len > p->h->options.max_output) {
        p->end = END_TOO_LARGE;
        uv_timer_stop(&p->timer);
        p->out_ended = true;
        shut(stream);
        kill_group(p, SIGKILL);
        finish_if_ended(p);
    }
}

static void room_for_err(uv_handle_t *handle, size_t suggested, uv_buf_t *out)
{
    struct process *p = handle->data;

    (void)suggested;
    *out = uv_buf_init(p->err_bytes, sizeof p->err_bytes);
}

static void on_err(uv_stream_t *stream, ssize_t len, const uv_buf_t *bytes)
{
    struct process *p = stream->data;

    if (len < 0) {
        p->err_ended = true;
        shut(stream);
        finish_if_ended(p);
        return;
    }
    if (p->tail.len > 2 * TAIL_BYTES) {
        memmove(p->tail.data, p->tail.data + p->tail.len - TAIL_BYTES, TAIL_BYTES);
        p->tail.len = TAIL_BYTES;
    }
    buf_add(&p->tail, bytes->base, (size_t)len);
    child_log_add(&p->log, p->h, p->name, bytes->base, (size_t)len);
}

/* ---- the kind ---- */

static void own(struct process *p, void *handle)
{
    ((uv_handle_t *)handle)->data = p;
    p->open++;
}

/* Takes the parent's ends. */
static void watch(struct process *p, const int parent[3])
{
    uv_loop_t *loop = p->h->loop;
    uv_buf_t input;

    if (p->pidfd >= 0)
        uv_poll_init(loop, &p->exit.of_pidfd, p->pidfd);
    else
        uv_signal_init(loop, &p->exit.of_signal);
    uv_pipe_init(loop, &p->in, 0);
    uv_pipe_init(loop, &p->out, 0);
    uv_pipe_init(loop, &p->err, 0);
    uv_timer_init(loop, &p->timer);
    own(p, &p->exit);
    own(p, &p->in);
    own(p, &p->out);
    own(p, &p->err);
    own(p, &p->timer);
    uv_pipe_open(&p->in, parent[0]);
    uv_pipe_open(&p->out, parent[1]);
    uv_pipe_open(&p->err, parent[2]);
    if (p->pidfd >= 0)
        uv_poll_start(&p->exit.of_pidfd, UV_READABLE, on_pidfd);
    else
        uv_signal_start(&p->exit.of_signal, on_child_signal, SIGCHLD);
    uv_read_start((uv_stream_t *)&p->out, room_for_output, on_output);
    uv_read_start((uv_stream_t *)&p->err, room_for_err, on_err);
    json_write(&p->input, p->job->payload);
    input = uv_buf_init(p->input.data, (unsigned)p->input.len);
    p->write.data = p;
    if (uv_write(&p->write, (uv_stream_t *)&p->in, &input, 1, on_written))
        shut(&p->in);
    if (p->row->timeout_ms) {
        uv_update_time(loop);
        uv_timer_start(&p->timer, on_timeout, (uint64_t)p->row->timeout_ms, 0);
    }
    /* Its signal may have come before we listened. */
    if (p->pidfd < 0)
        look_for_exit(p);
}

static void add_variables(struct buf *out, const struct job *j)
{
    buf_printf(out, "ASL_EXECUTION_ARN=%s%c", j->execution ? j->execution : "", 0);
    buf_printf(out, "ASL_STATE_NAME=%s%c", j->state_name ? j->state_name : "", 0);
    buf_printf(out, "ASL_IDEMPOTENCY_KEY=%s%c", j->key ? j->key : "", 0);
    buf_printf(out, "ASL_ATTEMPT=%u%c", (unsigned)j->attempt, 0);
    buf_printf(out, "ASL_RESOURCE=%s%c", j->target, 0);
}

static void command_start(struct job *j)
{
    int ends[3][2] = {{-1, -1}, {-1, -1}, {-1, -1}}, pidfd = -1, error = 0;
    struct buf variables = {0};
    struct handler_answer a;
    struct process *p;
    pid_t pid;

    for (int i = 0; i < 3 && !error; i++)
        error = process_pipe(ends[i]);
    if (!error) {
        add_variables(&variables, j);
        error = process_spawn(j->row, &variables,
                              (const int[3]){ends[0][0], ends[1][1], ends[2][1]}, &pid, &pidfd);
        buf_clear(&variables);
    }
    if (error) {
        process_close(&ends[0][0], 6);
        a = process_not_started(j->row, error);
        job_ready(j, &a);
        return;
    }
    close(ends[0][0]);
    close(ends[1][1]);
    close(ends[2][1]);
    p = mem_calloc(1, sizeof *p);
    p->h = j->h;
    p->row = j->row;
    p->job = j;
    p->name = mem_strdup(j->name);
    p->pid = pid;
    p->pidfd = pidfd;
    p->next = p->h->process;
    if (p->next)
        p->next->prev = p;
    p->h->process = p;
    j->work = p;
    watch(p, (const int[3]){ends[0][1], ends[1][0], ends[2][0]});
}

static bool command_cancel(struct job *j)
{
    struct process *p = j->work;

    p->job = NULL;
    end_group(p);
    return true;
}

/* The jobs are dropped, so who still runs has been asked to end, and has what is left of the grace.
 */
void processes_close(handlers *h)
{
    for (struct process *p = h->process, *next; p; p = next) {
        next = p->next;
        if (p->exited)
            on_drained(&p->timer);
    }
}

const struct handler_kind handler_command = {"command", command_start, command_cancel};
