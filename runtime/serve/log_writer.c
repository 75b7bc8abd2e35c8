/*
 * A queue of chunks between the loop, which adds to it, and a thread, which writes them out. Memory
 * is taken and given back on the loop's side only: what is written goes back in a list.
 *
 * The thread waits for the file to take more before it writes, and writes no more than a pipe takes
 * at once, so that it can be told to end. Should it hang nevertheless, it is left to itself: it
 * holds nothing but its queue.
 */
#include "runtime/serve/log_writer.h"

#include "parsers/base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

enum {
    MODE = 0640,
    TICK_MS = 100,   /* how long until the thread sees that it is to end */
    RESIGN_MS = 300, /* and it is given so long for that */
};

/* Some lines; none: the file is to be opened anew. */
struct chunk {
    struct chunk *next;
    size_t len, lines;
    char bytes[];
};

struct log_writer {
    uv_thread_t thread;
    uv_mutex_t lock;
    uv_cond_t work, done, end;

    /* The thread's own: */
    int fd;        /* -1: none yet */
    bool whole;    /* a file that takes all at once, and never waits for a reader */
    bool torn;     /* half a line was written */
    char *path;    /* NULL: fd is not ours */
    char *loss;    /* NULL: losses aren't told in the file */
    uint64_t told; /* of what was lost */

    /* Under the lock: */
    struct chunk *first, **last, *written;
    size_t queued, room;
    uint64_t lost;
    int error; /* what is wrong with the file: errno's number; 0: nothing */
    bool full; /* lines had to be dropped since it last had room */
    bool slow; /* somebody waited in vain for the queue to be empty, and it hasn't been since */
    int said_error;
    bool said_full;
    bool closing, resign, ended;
};

/* ---- the thread ---- */

static bool is_to_resign(log_writer *w)
{
    uv_mutex_lock(&w->lock);
    bool resign = w->resign;
    uv_mutex_unlock(&w->lock);
    return resign;
}

static void log_writer_note_error(log_writer *w, int error)
{
    uv_mutex_lock(&w->lock);
    w->error = error;
    uv_mutex_unlock(&w->lock);
}

static void close_file(log_writer *w)
{
    if (w->path && w->fd >= 0)
        close(w->fd);
    if (w->path)
        w->fd = -1;
}

/* Opens without waiting, as a FIFO without a reader would make us wait for ever. Returns a
 * negative number with errno, which is 0 for such a FIFO: it is to be tried again. */
static int open_file(const char *path, bool *whole)
{
    struct stat is;
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, MODE);

    *whole = fd >= 0 && fstat(fd, &is) == 0 && S_ISREG(is.st_mode);
    if (fd < 0 && errno == ENXIO && stat(path, &is) == 0 && S_ISFIFO(is.st_mode))
        errno = 0;
    return fd;
}

static void nap(void)
{
    poll(NULL, 0, TICK_MS);
}

/* Opens what isn't open; a FIFO as soon as it has a reader. False: it can't be. */
static bool have_file(log_writer *w)
{
    while (w->fd < 0) {
        w->fd = open_file(w->path, &w->whole);
        if (w->fd >= 0 || errno || is_to_resign(w))
            break;
        nap();
    }
    if (w->fd < 0)
        log_writer_note_error(w, errno);
    return w->fd >= 0;
}

/* Until the file takes more. False: it never will, or the thread is to end. */
static bool wait_for_room(log_writer *w)
{
    struct pollfd out = {.fd = w->fd, .events = POLLOUT};

    while (!w->whole && !is_to_resign(w)) {
        int n = poll(&out, 1, TICK_MS);
        if (n > 0)
            return true;
        if (n < 0 && errno != EINTR)
            return false;
        errno = EAGAIN;
    }
    return w->whole;
}

/* Returns how much was written: all, unless errno tells why not. A pipe gets PIPE_BUF bytes at
 * most at once: poll has promised that much room and no more, so the write doesn't block. */
static size_t write_bytes(log_writer *w, const char *bytes, size_t len)
{
    size_t done = 0;

    while (done < len && wait_for_room(w)) {
        size_t part = w->whole || len - done < PIPE_BUF ? len - done : PIPE_BUF;
        ssize_t n = write(w->fd, bytes + done, part);
        if (n > 0)
            done += (size_t)n;
        else if (n == 0 || (errno != EINTR && errno != EAGAIN))
            break;
    }
    return done;
}

/* False: what stands in the file ends in its midst. */
static bool tell_losses(log_writer *w)
{
    char line[256];

    uv_mutex_lock(&w->lock);
    uint64_t lost = w->lost;
    uv_mutex_unlock(&w->lock);
    if (!w->loss || lost == w->told)
        return true;
    int len = snprintf(line, sizeof line, "%" PRIu64 " %s\n", lost - w->told, w->loss);
    if (len <= 0 || (size_t)len >= sizeof line)
        return true;
    size_t done = write_bytes(w, line, (size_t)len);
    if (done == (size_t)len)
        w->told = lost;
    return done == 0 || done == (size_t)len;
}

/* Losses are told and a torn line is ended before anything new is written, so that each line
 * that stands in the file is whole. */
static bool write_chunk(log_writer *w, const struct chunk *c)
{
    if (!have_file(w))
        return false;
    errno = 0;
    if (w->torn && write_bytes(w, "\n", 1) == 1)
        w->torn = false;
    if (!w->torn)
        w->torn = !tell_losses(w);
    size_t done = w->torn ? 0 : write_bytes(w, c->bytes, c->len);
    int error = errno;
    if (done == c->len) {
        log_writer_note_error(w, 0);
        return true;
    }
    w->torn |= done > 0 && c->bytes[done - 1] != '\n';
    log_writer_note_error(w, error ? error : EIO);
    /* A FIFO's next reader gets what comes next. */
    if (error == EPIPE)
        close_file(w);
    return false;
}

/* Opens the new file before the old one is let go of. */
static void open_anew(log_writer *w)
{
    bool whole;
    int fd = open_file(w->path, &whole);

    if (fd < 0 && errno) {
        log_writer_note_error(w, errno);
        return;
    }
    close_file(w);
    w->fd = fd;
    w->whole = whole;
    w->torn = false;
    log_writer_note_error(w, 0);
}

/* The next chunk, which stays in the queue; NULL: there will be none. */
static struct chunk *next_chunk(log_writer *w)
{
    uv_mutex_lock(&w->lock);
    while (!w->first && !w->closing)
        uv_cond_wait(&w->work, &w->lock);
    struct chunk *c = w->resign ? NULL : w->first;
    uv_mutex_unlock(&w->lock);
    return c;
}

/*
 * A chunk stays in the queue until it is written, as the thread reads it without the lock. `full`
 * ends at half of the room, so that a reader that is only just too slow isn't told of at each line.
 */
static void hand_back(log_writer *w, bool written)
{
    uv_mutex_lock(&w->lock);
    struct chunk *c = w->first;
    w->first = c->next;
    if (!w->first)
        w->last = &w->first;
    w->queued -= c->len;
    if (!written)
        w->lost += c->lines;
    if (w->queued <= w->room / 2)
        w->full = false;
    if (!w->first) {
        w->slow = false;
        uv_cond_signal(&w->done);
    }
    c->next = w->written;
    w->written = c;
    uv_mutex_unlock(&w->lock);
}

static void run_writer(void *arg)
{
    log_writer *w = arg;
    struct chunk *c;

    while ((c = next_chunk(w))) {
        bool written = true;
        if (c->len)
            written = write_chunk(w, c);
        else
            open_anew(w);
        hand_back(w, written);
    }
    close_file(w);
    uv_mutex_lock(&w->lock);
    w->ended = true;
    uv_cond_signal(&w->end);
    uv_mutex_unlock(&w->lock);
}

/* ---- the loop's side ---- */

static void free_chunks(struct chunk *c)
{
    for (struct chunk *next; c; c = next) {
        next = c->next;
        mem_free(c);
    }
}

static void log_writer_free(log_writer *w)
{
    free_chunks(w->first);
    free_chunks(w->written);
    uv_cond_destroy(&w->work);
    uv_cond_destroy(&w->done);
    uv_cond_destroy(&w->end);
    uv_mutex_destroy(&w->lock);
    mem_free(w->path);
    mem_free(w->loss);
    mem_free(w);
}

/* Signals are for the threads that were there before. */
static bool start_thread(log_writer *w)
{
    sigset_t all, before;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool good = uv_thread_create(&w->thread, run_writer, w) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return good;
}

log_writer *log_writer_open(const struct log_writer_options *o, struct diag *why)
{
    bool whole = false;
    struct stat is;
    int fd = o->fd;

    if (o->path) {
        fd = open_file(o->path, &whole);
        if (fd < 0 && errno) {
            diag_set(why, "LOG_FILE", 0, "%s: %s", o->path, strerror(errno));
            return NULL;
        }
    } else {
        whole = fstat(fd, &is) == 0 && S_ISREG(is.st_mode);
    }
    log_writer *w = mem_calloc(1, sizeof *w);
    w->fd = fd;
    w->whole = whole;
    w->path = o->path ? mem_strdup(o->path) : NULL;
    w->loss = o->loss ? mem_strdup(o->loss) : NULL;
    w->room = o->room;
    w->last = &w->first;
    uv_mutex_init(&w->lock);
    uv_cond_init(&w->work);
    uv_cond_init(&w->done);
    uv_cond_init(&w->end);
    if (start_thread(w))
        return w;
    diag_set(why, "LOG_FILE", 0, "%s: the system gives no thread", o->path ? o->path : "the log");
    close_file(w);
    log_writer_free(w);
    return NULL;
}

static size_t log_writer_count_lines(const char *text, size_t len)
{
    size_t count = 0;

    for (const char *end = text + len, *at = text; at && at < end; count++) {
        at = memchr(at, '\n', (size_t)(end - at));
        at = at ? at + 1 : NULL;
    }
    return count;
}

static void enqueue(log_writer *w, struct chunk *c)
{
    *w->last = c;
    w->last = &c->next;
    w->queued += c->len;
    uv_cond_signal(&w->work);
}

void log_writer_add(log_writer *w, const char *lines, size_t len)
{
    if (!len)
        return;
    struct chunk *c = mem_alloc(sizeof *c + len);
    *c = (struct chunk){.len = len, .lines = log_writer_count_lines(lines, len)};
    memcpy(c->bytes, lines, len);
    uv_mutex_lock(&w->lock);
    struct chunk *done = w->written;
    w->written = NULL;
    /* What is too long for the queue passes while that is empty. */
    bool room = w->queued == 0 || w->queued + len <= w->room;
    if (room)
        enqueue(w, c);
    else
        w->lost += c->lines;
    w->full |= !room;
    uv_mutex_unlock(&w->lock);
    if (!room)
        mem_free(c);
    free_chunks(done);
}

/* Waits for the queue to empty, but once only for a file that hangs: as long as `slow` stays set
 * the loop doesn't wait again. */
void log_writer_settle(log_writer *w, int64_t patience_ms)
{
    uint64_t now = uv_hrtime(), until = now + (uint64_t)patience_ms * 1000000;

    uv_mutex_lock(&w->lock);
    for (; w->first && !w->slow && now < until; now = uv_hrtime())
        uv_cond_timedwait(&w->done, &w->lock, until - now);
    w->slow = w->first != NULL;
    uv_mutex_unlock(&w->lock);
}

void log_writer_reopen(log_writer *w)
{
    struct chunk *c = mem_calloc(1, sizeof *c);

    uv_mutex_lock(&w->lock);
    enqueue(w, c);
    uv_mutex_unlock(&w->lock);
}

uint64_t log_writer_lost(log_writer *w)
{
    uv_mutex_lock(&w->lock);
    uint64_t lost = w->lost;
    uv_mutex_unlock(&w->lock);
    return lost;
}

bool log_writer_news(log_writer *w, struct buf *out)
{
    uv_mutex_lock(&w->lock);
    bool news = w->error != w->said_error || w->full != w->said_full;
    int error = w->said_error = w->error;
    bool full = w->said_full = w->full;
    uint64_t lost = w->lost;
    uv_mutex_unlock(&w->lock);
    if (!news)
        return false;
    if (error)
        buf_printf(out, "%s; ", strerror(error));
    else if (full)
        buf_adds(out, "nobody takes what is written; ");
    else
        buf_adds(out, "it is written again; ");
    buf_printf(out, "%" PRIu64 " lines are lost so far", lost);
    return true;
}

static bool wait_for_end(log_writer *w, int64_t ms)
{
    uint64_t now = uv_hrtime(), until = now + (uint64_t)ms * 1000000;

    uv_mutex_lock(&w->lock);
    for (; !w->ended && now < until; now = uv_hrtime())
        uv_cond_timedwait(&w->end, &w->lock, until - now);
    bool ended = w->ended;
    uv_mutex_unlock(&w->lock);
    return ended;
}

/* When even resigning doesn't end the thread, it hangs in a system call and still uses `w`: the
 * memory is left to it, as the process ends soon. */
void log_writer_close(log_writer *w, int64_t patience_ms)
{
    if (!w)
        return;
    uv_mutex_lock(&w->lock);
    w->closing = true;
    uv_cond_signal(&w->work);
    uv_mutex_unlock(&w->lock);
    if (!wait_for_end(w, patience_ms)) {
        uv_mutex_lock(&w->lock);
        w->resign = true;
        uv_mutex_unlock(&w->lock);
        if (!wait_for_end(w, RESIGN_MS))
            return;
    }
    uv_thread_join(&w->thread);
    log_writer_free(w);
}
