#ifndef TESTS_SUPPORT_HANDLERS_WORLD_H
#define TESTS_SUPPORT_HANDLERS_WORLD_H

#include "runtime/handlers/handler.h"
#include "tests/support/http_stub.h"

#include <sys/types.h>

enum { MAX_CALLS = 1200, PATIENCE_MS = 60 * 1000 };

#define INVOKE "arn:aws:states:::lambda:invoke"
#define SH(script) "\"command\": [\"sh\", \"-c\", \"" script "\"]"
#define TOO_LARGE                                                                                  \
    "failed States.DataLimitExceeded: The state/task 'lambda' returned a result with a size "      \
    "exceeding the maximum number of bytes service limit."

/* A loop with a set of handlers, a folder for their files, and what has been answered. */
struct handlers_world {
    uv_loop_t loop;
    uv_timer_t patience;
    struct handlers_options options;
    handlers *handlers;
    http_stub *stub;
    char folder[256], file[272];
    size_t files; /* open ones, before all */
    size_t answered;
    struct task_result answers[MAX_CALLS];
    struct task_result result;
    struct buf log;
    uint64_t next_id;
    struct asl_resource resource; /* of the last Task */
    /* the stub's */
    struct stub_reply reply;
    struct buf seen; /* the last request: method, target, then the body in a line of its own */
    const char *header;
    char header_value[256];
};

/* A world without handlers: `options` may be set until they are made. Patience ends after a
 * minute. */
struct handlers_world *handlers_world_new(void);

/* Make the handlers, of the text of a handlers file (NULL: of none); the second for one Task
 * after the other, whose result is `result`. */
void handlers_world_open(struct handlers_world *w, const char *file);
void handlers_world_open_tasks(struct handlers_world *w, const char *file);

/* All handles must be gone in the end, and all descriptors. */
void handlers_world_free(struct handlers_world *w);

/* Writes a file into the world's folder. */
void handlers_world_write(struct handlers_world *w, const char *name, const char *text,
                          mode_t mode);

/* The task of a call. A function by its name or ARN goes by lambda:invoke; what else has an ARN
 * is a resource itself. Good until the next one. */
struct task handlers_world_task(struct handlers_world *w, const char *target,
                                const json *parameters);

/* {"FunctionName": target, "Payload": payload (taken)} */
json *invoke_parameters(const char *target, json *payload);

/* Begin a call with a payload, or with parameters (taken); return its number. */
uint64_t handlers_world_begin(struct handlers_world *w, const char *target, const char *payload);
uint64_t handlers_world_begin_with(struct handlers_world *w, const char *target, json *parameters);

/* No handler must be meant for `target`; `want` (NULL: anything) is what is said of that. */
void expect_no_handler(struct handlers_world *w, const char *name, const char *target,
                       const char *want);

/* What the handler answered: of a function, the Payload in what Invoke gives. */
const json *handlers_world_value(const struct task_result *r);

/* Runs the loop until so many calls were answered; or for so many rounds. */
void handlers_world_wait(struct handlers_world *w, size_t answered);
void handlers_world_rounds(struct handlers_world *w, int count);

/* "ok VALUE", "function PAYLOAD" or "failed ERROR: CAUSE", cut at "..." in `want`. */
void handlers_world_expect(const char *name, const struct task_result *r, const char *want);

/* What the stub does: it answers `reply`, and notes what was asked. */
void handlers_world_on_request(void *user, const struct stub_request *q, struct stub_reply *r);

#endif
