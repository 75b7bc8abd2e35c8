#ifndef RUNTIME_BASE_TASK_IO_H
#define RUNTIME_BASE_TASK_IO_H

#include "asl/resource/resource.h"
#include "parsers/json/json.h"

#include <stdbool.h>
#include <stdint.h>

/* What goes between the engine and whoever does the work of Tasks. */

/* What is wanted to be known of the HTTP request that a Task makes. */
enum task_trace {
    TASK_UNTRACED,
    TASK_TRACED,   /* it and its answer, without what a connection adds */
    TASK_REVEALED, /* and with that */
};

/* A Task to run, as the engine hands it out. All of it is looked at only. */
struct task {
    uint64_t id; /* names it in answers and cancels */
    const struct asl_resource *resource;
    const char *state;
    const char *execution;  /* ARN */
    const char *role;       /* the ARN in its Credentials; NULL: none */
    const char *own_role;   /* that of the execution's machine; NULL: not known */
    const char *key;        /* the idempotency key: the same for a repeat after a crash */
    const json *parameters; /* the effective input, after Parameters */
    int64_t timeout_ms;     /* 0: none */
    const char *token;      /* NULL: it has none */
    bool activity;          /* a worker takes it, and answers by the token */
    uint32_t attempt;       /* 0 for the first try */
    bool started;           /* a repeat after a crash: a worker has taken it by this token */
    const json *submitted;  /* a repeat after a crash: what the service answered when it took it on;
                               it is not to be sent again, only awaited. NULL: it did not */
    bool repeated;          /* it was handed out by an earlier process, too */
    int64_t since_ms;       /* when its state was entered, in ms since 1970; 0: not known */
    bool answered;          /* a repeat after a crash: its token has brought its result already */
    int64_t now_ms;         /* the engine's clock: for the Date in an answer that has none */
    uint64_t number;        /* of the execution */
    enum task_trace trace;  /* TASK_UNTRACED from the engine */
    bool raw;   /* of S3: Body is the object's bytes, a string that need not be UTF-8, in what is
                   asked and in what is answered. false from the engine */
    bool probe; /* S3's headObject of a bucket that is a folder tells whether the object could be
                   put. false from the engine */
};

/* How a Task ended. Whoever gets it owns the values. */
struct task_result {
    bool ok;
    json *output;        /* ok */
    json *error, *cause; /* not ok: strings; cause may be NULL */
    json *exchange; /* of one that is traced: {"request": {…}, "response": {…}} as TestState has
                       them, as far as it came; else NULL */
};

void task_result_clear(struct task_result *r);

#endif
