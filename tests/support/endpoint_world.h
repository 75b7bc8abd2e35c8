#ifndef TESTS_SUPPORT_ENDPOINT_WORLD_H
#define TESTS_SUPPORT_ENDPOINT_WORLD_H

#include "parsers/base/buf.h"
#include "runtime/handlers/handler.h"
#include "tests/support/http_stub.h"

/* Handlers of kind endpoint in a loop, with a stub of a service: what is asked of it, and what a
 * Task gets. */

enum { MAX_REPLIES = 4 };

#define EXECUTION "arn:aws:states:us-east-1:123456789012:execution:m:e"
#define JSON_0 "Content-Type: application/x-amz-json-1.0\r\nx-amzn-RequestId: r-1\r\n"
#define XML "Content-Type: text/xml\r\nx-amzn-RequestId: r-1\r\n"
#define ID "x-amzn-RequestId: r-1\r\n"

struct reply {
    int status; /* 0: the connection is closed, or reset when there is a body; -200: it comes after
                   http_stub_release only */
    const char *headers, *body;
};

struct endpoint_world {
    uv_loop_t loop;
    uv_timer_t patience;
    handlers *handlers;
    http_stub *stub;
    struct endpoints *endpoints;
    const struct reply *replies;
    size_t replied;
    size_t body_len;           /* of the answers' bodies; 0: up to the NUL */
    struct buf seen;           /* a line for each request */
    const char *shown;         /* the headers that go with it, with blanks between; NULL: none */
    bool signs;                /* every request had an Authorization */
    struct task_result result; /* of the last Task that was answered */
    const char *role;          /* in the Credentials of Tasks that begin; NULL: none */
    uint64_t begun, ended;     /* Tasks */
    json *submitted;
    bool answered;
};

/* A world whose stub gives these answers (MAX_REPLIES of them; the last one again and again).
 * `file`: a handlers file, in which STUB stands for the stub's URL; NULL: services are found by
 * --endpoint. */
struct endpoint_world *endpoint_world_new(const struct reply *replies, const char *file);

/* Makes one with options of the test's own. */
struct endpoint_world *endpoint_world_new_with(const struct reply *replies, const char *file,
                                               struct handlers_options options);

/* All handles must be gone in the end. */
void endpoint_world_free(struct endpoint_world *w);

/* Begin a Task; the second one that was begun before a crash, where `submitted` is what the
 * service had said (NULL: it was not asked). */
void endpoint_world_begin(struct endpoint_world *w, const char *resource, const char *parameters);
void endpoint_world_begin_again(struct endpoint_world *w, const char *resource,
                                const char *parameters, const json *submitted);

/* Runs the loop until the Task has its result, or so many of all have theirs. */
void endpoint_world_wait(struct endpoint_world *w);
void endpoint_world_wait_for(struct endpoint_world *w, uint64_t ended);

/* Begins a Task, and waits for its result. */
void endpoint_world_run(struct endpoint_world *w, const char *resource, const char *parameters);

/* The result must be `want`: "ok VALUE" or "failed ERROR: CAUSE". */
void endpoint_world_expect(const char *name, const struct endpoint_world *w, const char *want);

#endif
