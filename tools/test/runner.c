/*
 * Workers are processes: each plays every case whose number in the list is left over for it, and
 * writes records as lines of JSON to a pipe. So a case that ends its process harms no other, and
 * nothing of the interpreter has to be shared between threads. A worker that was ended is replaced,
 * and what its handlers have started is ended, too.
 * Each number gets a record in the end, if need be one that says why there is no other: records are
 * handed on in order, so that one that is missing would hold back all behind it. With one job all
 * is done here.
 */
/* MAP_ANONYMOUS is newer than what is asked of POSIX. */
#define _DEFAULT_SOURCE

#include "tools/test/runner.h"

#include "parsers/base/buf.h"
#include "parsers/base/mem.h"
#include "tools/test/orphans.h"

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
    bool stopped, failed; /* failed: *why is filled */
    struct worker workers[MOST_JOBS];
    unsigned worker_count;
    unsigned idle_ends; /* workers that were ended while they played nothing */
    size_t *next;       /* the case to be taken next: in memory that all processes share */
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
    trial_stage *stage = trial_stage_new();
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
        json *record = g->r->play(g->r->user, stage, i);
        json_write(&line, record);
        json_unref(record);
        buf_addc(&line, '\n');
        if (!write_all(to, line.data, line.len))
            break;
    }
    _exit(0);
}

static void fail_run(struct running *g, const char *what)
{
    if (!g->failed)
        diag_set(g->why, "WORKER", 0, "%s: %s", what, strerror(errno));
    g->failed = true;
}

/* Starts worker number `at`: the next one, or a new one in the place of one that was ended. */
static bool start_worker(struct running *g, unsigned at)
{
    struct worker *w = &g->workers[at];
    int ends[2];

    if (pipe(ends)) {
        fail_run(g, "no pipe");
        return false;
    }
    fflush(NULL);
    w->pid = fork();
    if (w->pid == 0) {
        close(ends[0]);
        for (unsigned i = 0; i < g->worker_count; i++)
            if (i != at && g->workers[i].from >= 0)
                close(g->workers[i].from);
        work_on_cases(g, ends[1]);
    }
    close(ends[1]);
    if (w->pid < 0) {
        fail_run(g, "no process");
        close(ends[0]);
        return false;
    }
    w->from = ends[0];
    w->playing = SIZE_MAX;
    buf_reset(&w->text);
    if (at == g->worker_count)
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

static void tell_lost(struct running *g, size_t i, const char *how)
{
    struct buf name = {0};

    g->r->name(g->r->user, i, &name);
    diag_set(g->why, "WORKER", 0, "'%s': %s", buf_str(&name), how);
    buf_clear(&name);
    g->failed = g->stopped = true;
}

/* Gives a number that has no record one that says so, or ends the run. */
static void lose_record(struct running *g, size_t i, const char *how)
{
    if (g->r->lost)
        g->records[i] = g->r->lost(g->r->user, i, how);
    else
        tell_lost(g, i, how);
}

/* A line is the number of a case, which comes when it begins, and its record. */
static void take_line_of_child(struct running *g, struct worker *w, const char *line, size_t len)
{
    char *rest;
    size_t i = strtoul(line, &rest, 10);
    struct diag why = {0};
    struct buf how = {0};

    w->playing = SIZE_MAX;
    if (i >= g->count || g->records[i])
        return;
    g->records[i] = json_parse(rest, len - (size_t)(rest - line), JSON_READ_SURROGATES, &why);
    if (!g->records[i]) {
        buf_printf(&how, "what came of it can't be told: %s", why.text);
        lose_record(g, i, buf_str(&how));
    }
    buf_clear(&how);
    diag_clear(&why);
}

static void take_text(struct running *g, struct worker *w)
{
    char *end;
    size_t done = 0;

    while (w->text.len && (end = memchr(w->text.data + done, '\n', w->text.len - done))) {
        *end = '\0';
        take_line_of_child(g, w, w->text.data + done, (size_t)(end - w->text.data) - done);
        done = (size_t)(end + 1 - w->text.data);
    }
    if (done) {
        w->text.len -= done;
        memmove(w->text.data, w->text.data + done, w->text.len);
    }
    if (w->text.len)
        w->playing = strtoul(buf_str(&w->text), NULL, 10);
    hand_on(g);
}

/* A case that ends its process takes a number with it, so that there is an end to new processes;
 * those that were ended from outside, again and again, are so many. */
static bool is_replaced(struct running *g, bool played)
{
    return !g->stopped && __atomic_load_n(g->next, __ATOMIC_RELAXED) < g->count &&
           (played || g->idle_ends++ < MOST_JOBS);
}

/* Its pipe has ended. A case that it had not done has a record all the same, which says so. */
static void end_worker(struct running *g, struct worker *w)
{
    size_t played = w->playing;
    struct buf how = {0};
    int status = 0;

    while (waitpid(w->pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (WIFSIGNALED(status))
        orphans_end();
    if (played < g->count && !g->records[played]) {
        buf_adds(&how, "the process that played it ");
        if (WIFSIGNALED(status))
            buf_printf(&how, "was ended by %s", strsignal(WTERMSIG(status)));
        else
            buf_adds(&how, "ended before it was done");
        lose_record(g, played, buf_str(&how));
        buf_clear(&how);
        hand_on(g);
    }
    if (is_replaced(g, played < g->count))
        start_worker(g, (unsigned)(w - g->workers));
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
        if (poll(fds, open, -1) < 0) {
            if (errno == EINTR)
                continue;
            fail_run(g, "processes can't be listened to");
            return;
        }
        for (unsigned k = 0; k < open; k++)
            if (fds[k].revents)
                read_worker(g, &g->workers[which[k]]);
    }
}

/* All workers have ended. Numbers that none of them has played are told of, too. */
static void lose_rest(struct running *g)
{
    size_t lost = 0;

    for (size_t i = g->handed; i < g->count && !g->stopped; i++)
        if (!g->records[i]) {
            lose_record(g, i, "no process has played it");
            lost++;
        }
    if (lost && !g->failed)
        diag_set(g->why, "WORKER", 0, "%zu of %zu were not played, as their processes were ended",
                 lost, g->count);
    g->failed |= lost > 0;
    hand_on(g);
}

static bool run_here(struct running *g)
{
    trial_stage *stage = trial_stage_new();

    for (size_t i = 0; i < g->count && !g->stopped; i++) {
        g->records[i] = g->r->play(g->r->user, stage, i);
        hand_on(g);
    }
    trial_stage_free(stage);
    return true;
}

static bool run_in_workers(struct running *g, unsigned jobs)
{
    g->next =
        mmap(NULL, sizeof *g->next, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (g->next == MAP_FAILED) {
        fail_run(g, "no shared memory");
        return false;
    }
    *g->next = 0;
    orphans_adopt();
    for (unsigned i = 0; i < jobs && !g->stopped; i++)
        g->stopped = !start_worker(g, i);
    listen_to_workers(g);
    lose_rest(g);
    end_workers(g);
    orphans_let_go();
    munmap(g->next, sizeof *g->next);
    return !g->failed;
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
