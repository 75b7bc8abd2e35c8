/*
 * Workers are processes: each plays every case whose number in the list is left over for it, and
 * writes records as lines of JSON to a pipe. So a case that ends its process harms no other, and
 * nothing of the interpreter has to be shared between threads. With one job all is done here.
 */
/* MAP_ANONYMOUS is newer than what is asked of POSIX. */
#define _DEFAULT_SOURCE

#include "tools/test/runner.h"

#include "parsers/base/buf.h"
#include "parsers/base/mem.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST_JOBS = 64, PIECE = 65536, FEW_CASES = 8 };

struct worker {
    pid_t pid;
    int from; /* its pipe; -1: it is closed */
    struct buf text;
    size_t playing; /* the case that it plays; SIZE_MAX: none */
};

struct running {
    const struct runner *r;
    size_t count;
    json **records; /* by case, until they were handed on */
    size_t handed;
    bool stopped, failed;
    struct worker workers[MOST_JOBS];
    unsigned worker_count;
    size_t *next; /* the case to be taken next: in memory that all processes share */
    struct diag *why;
};

/* ---- in a worker ---- */

static bool write_all(int to, const char *bytes, size_t len)
{
    while (len) {
        ssize_t n = write(to, bytes, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        bytes += n;
        len -= (size_t)n;
    }
    return true;
}

static _Noreturn void work_on_cases(struct running *g, int to)
{
    struct buf line = {0};

    prctl(PR_SET_PDEATHSIG, SIGTERM);

    for (;;) {
        size_t i = __atomic_fetch_add(g->next, 1, __ATOMIC_RELAXED);
        if (i >= g->count)
            break;
        buf_reset(&line);
        /* Told before, so that it is known which case ended the process. */
        buf_printf(&line, "%zu ", i);
        if (!write_all(to, line.data, line.len))
            break;
        buf_reset(&line);
        json *record = g->r->play(g->r->user, i);
        json_write(&line, record);
        json_unref(record);
        buf_addc(&line, '\n');
        if (!write_all(to, line.data, line.len))
            break;
    }
    _exit(0);
}

static bool start_worker(struct running *g)
{
    struct worker *w = &g->workers[g->worker_count];
    int ends[2];

    if (pipe(ends)) {
        diag_set(g->why, "WORKER", 0, "no pipe: %s", strerror(errno));
        return false;
    }
    fflush(NULL);
    w->pid = fork();
    if (w->pid == 0) {
        close(ends[0]);
        for (unsigned i = 0; i < g->worker_count; i++)
            close(g->workers[i].from);
        work_on_cases(g, ends[1]);
    }
    close(ends[1]);
    if (w->pid < 0) {
        close(ends[0]);
        diag_set(g->why, "WORKER", 0, "no process: %s", strerror(errno));
        return false;
    }
    w->from = ends[0];
    w->playing = SIZE_MAX;
    g->worker_count++;
    return true;
}

/* ---- in the caller ---- */

static void hand_on(struct running *g)
{
    while (!g->stopped && g->handed < g->count && g->records[g->handed]) {
        size_t i = g->handed++;
        g->stopped = !g->r->heard(g->r->user, i, g->records[i]);
    }
}

/* A line is the number of a case, which comes when it begins, and its record. */
static void take_line_of_child(struct running *g, struct worker *w, const char *line, size_t len)
{
    char *rest;
    size_t i = strtoul(line, &rest, 10);
    json *record = json_parse(rest, len - (size_t)(rest - line), 0, NULL);

    if (record && i < g->count)
        g->records[i] = record;
    w->playing = SIZE_MAX;
}

static void take_text(struct running *g, struct worker *w)
{
    char *end;

    while (w->text.len && (end = memchr(w->text.data, '\n', w->text.len))) {
        size_t len = (size_t)(end - w->text.data);
        *end = '\0';
        take_line_of_child(g, w, w->text.data, len);
        memmove(w->text.data, end + 1, w->text.len - len - 1);
        w->text.len -= len + 1;
    }
    if (w->text.len)
        w->playing = strtoul(buf_str(&w->text), NULL, 10);
    hand_on(g);
}

static void tell_ended(struct running *g, const struct worker *w, int signal)
{
    struct buf name = {0};

    if (w->playing < g->count)
        g->r->name(g->r->user, w->playing, &name);
    diag_set(g->why, "WORKER", 0, "the process that played '%s' was ended by signal %d",
             name.len ? buf_str(&name) : "?", signal);
    buf_clear(&name);
}

/* Its pipe has ended. A case that it had not done has a record all the same, which says so. */
static void end_worker(struct running *g, struct worker *w)
{
    int status = 0;

    while (waitpid(w->pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (w->playing >= g->count)
        return;
    int number = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    if (!g->r->died) {
        tell_ended(g, w, number);
        g->failed = g->stopped = true;
        return;
    }
    g->records[w->playing] = g->r->died(g->r->user, w->playing, number);
    w->playing = SIZE_MAX;
    hand_on(g);
}

static void read_worker(struct running *g, struct worker *w)
{
    ssize_t n = read(w->from, buf_reserve(&w->text, PIECE), PIECE);

    if (n < 0 && errno == EINTR)
        return;
    if (n > 0) {
        w->text.len += (size_t)n;
        take_text(g, w);
        return;
    }
    close(w->from);
    w->from = -1;
    end_worker(g, w);
}

/* Waits for those that were left when the run was stopped. */
static void end_workers(struct running *g)
{
    for (unsigned i = 0; i < g->worker_count; i++) {
        struct worker *w = &g->workers[i];
        if (w->from >= 0) {
            close(w->from);
            kill(w->pid, SIGTERM);
            while (waitpid(w->pid, NULL, 0) < 0 && errno == EINTR)
                ;
        }
        buf_clear(&w->text);
    }
}

static void listen_to_workers(struct running *g)
{
    for (;;) {
        struct pollfd fds[MOST_JOBS];
        unsigned open = 0, which[MOST_JOBS];
        for (unsigned i = 0; i < g->worker_count; i++) {
            if (g->workers[i].from < 0)
                continue;
            fds[open] = (struct pollfd){.fd = g->workers[i].from, .events = POLLIN};
            which[open++] = i;
        }
        if (!open || g->stopped)
            return;
        if (poll(fds, open, -1) < 0 && errno != EINTR)
            return;
        for (unsigned k = 0; k < open; k++)
            if (fds[k].revents)
                read_worker(g, &g->workers[which[k]]);
    }
}

static bool run_here(struct running *g)
{
    for (size_t i = 0; i < g->count && !g->stopped; i++) {
        g->records[i] = g->r->play(g->r->user, i);
        hand_on(g);
    }
    return true;
}

static bool run_in_workers(struct running *g, unsigned jobs)
{
    bool good = true;

    g->next =
        mmap(NULL, sizeof *g->next, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (g->next == MAP_FAILED) {
        diag_set(g->why, "WORKER", 0, "no shared memory: %s", strerror(errno));
        return false;
    }
    *g->next = 0;
    for (unsigned i = 0; i < jobs && good; i++)
        good = start_worker(g);
    if (good)
        listen_to_workers(g);
    else
        g->stopped = true;
    end_workers(g);
    good &= !g->failed;
    munmap(g->next, sizeof *g->next);
    return good;
}

bool runner_run(const struct runner *r, size_t count, struct diag *why)
{
    struct running g = {.r = r, .count = count, .why = why};
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    size_t jobs = r->jobs ? r->jobs : processors > 0 ? (size_t)processors : 1;

    /* A process for a handful of cases costs more than they do. */
    if (!r->jobs && jobs > count / FEW_CASES + 1)
        jobs = count / FEW_CASES + 1;
    if (jobs > MOST_JOBS)
        jobs = MOST_JOBS;
    g.records = mem_calloc(count ? count : 1, sizeof *g.records);
    bool good = jobs <= 1 ? run_here(&g) : run_in_workers(&g, (unsigned)jobs);
    for (size_t i = 0; i < count; i++)
        json_unref(g.records[i]);
    mem_free(g.records);
    return good;
}
