#ifndef RUNTIME_HANDLERS_LAMBDA_IMPL_H
#define RUNTIME_HANDLERS_LAMBDA_IMPL_H

#include "runtime/handlers/child.h"
#include "runtime/http/server.h"

/* What lambda.c, which has the processes, and lambda_api.c, which answers what they ask, have in
 * common. */

enum { LAMBDA_READ = 4 * 1024 }; /* bytes of a process's output that are read at once */

/* A place for a process. It is used again when the process has ended. */
struct runtime {
    struct child child; /* first */
    struct runtime *next;
    handlers *h;
    uint16_t port;
    struct handler_row *row; /* whose process it has; good while `child.open` */
    char *name;              /* the function that it serves */
    struct task_call *call;  /* the invocation; NULL: it is free */
    bool sent;               /* the process has it */
    bool waits;              /* `call` is for a process that is started when this one has ended */
    bool ending;             /* the process was told to end */
    bool timed_out;
    bool held; /* its invocation was cancelled; the slot is free when the process has ended */
    http_exchange *poll;         /* its question for the next invocation; NULL: it doesn't ask */
    char id[HANDLER_REQUEST_ID]; /* of the request */
    uint64_t life;               /* which process of all: the mark of its connections */
    bool warned;                 /* that somebody else was refused */
    struct buf secret;           /* "/2f…": what its paths begin with; empty: its peer tells */
    uv_pipe_t out;
    struct child_log log;
    char bytes[LAMBDA_READ];
};

struct runtimes {
    http_server *server;
    struct child_peers peers;
    uint64_t lives;
    struct runtime *first;
};

/* ---- lambda.c ---- */

/* Ends the invocation by `a` (taken). Nothing of `rt` may be looked at afterwards: who is told may
 * close the set. */
void runtime_done(struct runtime *rt, struct handler_answer *a);
/* Gives the invocation to the process, if it asks for one. */
void runtime_deliver(struct runtime *rt);
/* Tells the process to end; kills it when the grace is over. */
void runtime_end(struct runtime *rt);

/* ---- lambda_api.c ---- */

/* Returns the set's server of the Runtime API and its processes, made when first needed. */
struct runtimes *runtimes_of(handlers *h);
/* Answers the question for the next invocation, if there is one: there won't be any. */
void runtime_forget_poll(struct runtime *rt);

#endif
