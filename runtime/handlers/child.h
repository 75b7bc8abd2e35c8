#ifndef RUNTIME_HANDLERS_CHILD_H
#define RUNTIME_HANDLERS_CHILD_H

#include "runtime/handlers/handlers_impl.h"

#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * A child process, leader of a process group of its own: its start, the watch for its exit, its
 * end. It is the first member of what a kind of handler knows of its process, and `data` of all
 * handles that belong to it.
 */
struct child;

/* What its owner does about it; called from the loop. */
struct child_events {
    /* It has exited, `how` says how, and what was left of its group was killed. */
    void (*exited)(struct child *c);
    /* What it has written may still be read; somebody else may hold its outputs open for ever. So
     * this comes a little later, unless the timer is closed or set anew. */
    void (*drained)(struct child *c);
    /* The last handle is closed: its storage is the owner's again. */
    void (*closed)(struct child *c);
};

struct child {
    const struct child_events *events;
    uv_loop_t *loop;
    pid_t pid;
    int pidfd;     /* -1: there is none, SIGCHLD tells then */
    bool alive;    /* from child_spawn until its exit was seen */
    siginfo_t how; /* of its exit */
    union {
        uv_poll_t of_pidfd;
        uv_signal_t of_signal;
    } exit;
    uv_timer_t timer; /* the owner's, then the grace, then the drain */
    unsigned open;    /* handles that are not closed yet */
};

/* Makes a pipe whose ends are closed in children, and are not 0, 1 or 2. Returns 0 or an errno. */
int child_pipe(int ends[2]);
/* Closes those of `fds` that are open. */
void child_close_ends(int *fds, size_t count);
/*
 * Starts the row's program. `variables`: "NAME=value", each with its NUL, behind the row's and
 * before those of this process. `streams` become its stdin, stdout and stderr. Returns 0, or an
 * errno, and there is nothing to be closed then.
 */
int child_spawn(struct child *c, const struct handler_row *row, const struct buf *variables,
                const int streams[3]);
struct handler_answer child_not_started(const struct handler_row *row, int error);

/* Begins to watch a child that was started. */
void child_watch(struct child *c, uv_loop_t *loop, const struct child_events *events);
/* Is the last step of a start. Without a pidfd, the child may have exited before it was watched:
 * then this notices. */
void child_catch_up(struct child *c);
/* Makes a handle that was initialized one of the child's. */
void child_own(struct child *c, void *handle);
/* Closes one of the child's handles, if it isn't closed already. */
void child_shut(void *handle);
void child_set_timer(struct child *c, uv_timer_cb expired, int64_t delay_ms);
/* Sends its group a signal, if it is alive. */
void child_signal(const struct child *c, int number);
/* Asks the group to end, and makes it after `grace_ms`. */
void child_end(struct child *c, int64_t grace_ms);

/* ---- child_peer.c ---- */

/* What it costs to look for peers has a bound, which all children of a set share. Empty is {0}. */
struct child_peers {
    bool told;        /* the kernel has found a socket by its addresses: it can */
    int64_t since_ms; /* by clock_steady_ms: `lists` were read since */
    unsigned lists;
};

/* Returns whether this system tells what child_is_peer asks for. */
bool child_peers_are_told(void);
/*
 * Returns whether the socket at `client`, connected to `server`, is one of the child's, of its
 * group's, or of a process that it has started. Both are on loopback, and the connection is open.
 */
bool child_is_peer(struct child_peers *peers, const struct child *c,
                   const struct sockaddr_in *client, const struct sockaddr_in *server);

/* ---- child_log.c ---- */

/* What a child says beside its answer, line by line into the log. Empty is {0}. */
struct child_log {
    struct buf line;
    bool returned; /* the last byte was CR, which ended the line; LF then belongs to it */
    size_t logged; /* bytes; from a bound on, the rest is left out until it is 0 again */
};

/* Logs what the child wrote, line by line, each behind `name`. */
void child_log_add(struct child_log *l, handlers *h, const char *name, const char *execution,
                   const char *bytes, size_t len);
/* Logs a last line that has no end. */
void child_log_end(struct child_log *l, handlers *h, const char *name, const char *execution);

#endif
