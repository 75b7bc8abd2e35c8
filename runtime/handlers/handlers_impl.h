#ifndef RUNTIME_HANDLERS_IMPL_H
#define RUNTIME_HANDLERS_IMPL_H

#include "parsers/base/arena.h"
#include "parsers/base/id_map.h"
#include "runtime/aws/sigv4.h"
#include "runtime/handlers/handler.h"
#include "runtime/http/client.h"

/*
 * A call is a job from handlers_start to its answer. handlers.c keeps the jobs, the lines they wait
 * in and the bounds; a kind of handler does the work of one job: `start` begins it and job_done or
 * job_ready ends it.
 */
struct handler_row;
struct process;
struct runtimes;

struct job {
    struct id_node node; /* first; `unheard` ones are in a map of their own */
    handlers *h;
    struct handler_row *row;
    struct job *prev, *next; /* in the row's line, or among those that are asleep or ready */
    enum { JOB_WAITING, JOB_RUNNING, JOB_READY } state;
    bool unheard; /* an Event was answered at once: what comes of it only goes to the log */
    bool event, log_tail;
    bool begun;    /* it goes on elsewhere, and its end is only awaited */
    bool released; /* nobody waits for it, but the other side's work is to go on */
    const char *target, *name, *state_name, *execution, *key, *qualifier, *client_context;
    uint32_t attempt;
    enum task_trace trace;
    json *payload;
    json *submitted; /* a job that goes on after a crash: its begin's answer; or NULL */
    void *work;      /* the kind's, while it runs */
    int64_t due_ms;  /* a mock that is asleep: when it is to answer */
    struct handler_answer answer; /* JOB_READY, or asleep */
};

/* First in, first out. */
struct job_list {
    struct job *first, *last;
    size_t count;
};

/* What sets a kind of handler apart from others. */
enum {
    /* Each job starts a process: max_processes bounds them, and few are started in a turn. */
    KIND_SPAWNS = 1,
    /* A job starts from the loop only, as it may fail at once. */
    KIND_STARTS_LATER = 2,
    /* An Event goes to the other side, which answers when it has taken it. For other kinds we
     * answer at once, and the work goes on by itself. */
    KIND_TAKES_EVENTS = 4,
    /* A running job only waits for the clock: nothing is lost when it is dropped. */
    KIND_SLEEPS = 8,
};

/* A kind of handler. It is defined in the file that has its name, and listed in handlers_load.c. */
struct handler_kind {
    const char *field; /* the member of a row that makes it this kind */
    unsigned flags;    /* KIND_… */
    /* Begins a job's work. It ends in job_done, called later from the loop, or in job_ready at any
     * time. */
    void (*start)(struct job *j);
    /* Ends the work of a running job. Returns true when its slot is still taken, until slot_free.
     */
    bool (*cancel)(struct job *j);
    /* For a row without a pattern: can it serve `call`, which no row of a file is meant for? May
     * fill *why with what would let it. */
    bool (*serves)(handlers *h, const struct handler_call *call, struct diag *why);
    /* The end of a set, in this order; each may be NULL. `close` begins to end what the kind has in
     * the loop, `is_closed` tells whether all of it has ended. */
    void (*close)(handlers *h);
    bool (*is_closed)(const handlers *h);
    void (*free)(handlers *h);
};

extern const struct handler_kind handler_command, handler_endpoint, handler_http,
    handler_lambda_endpoint, handler_lambda, handler_mock;

/* A row of the handlers file. Its text lives in the set's arena. */
struct handler_row {
    handlers *h;
    const struct handler_kind *kind;
    const char *pattern;   /* NULL: the kind's `serves` tells */
    size_t order, literal; /* place in the file; characters of the pattern that aren't wild */
    unsigned concurrency;  /* jobs at once; 0: no bound */
    unsigned running;
    struct job_list waiting;
    int64_t timeout_ms; /* 0: none */

    char **argv;      /* command, lambda: NULL at the end */
    bool secret_path; /* lambda: its Runtime API is behind a path that only the process is told */
    const char *cwd;
    const char **env; /* "NAME=value" */
    size_t env_count;

    const char *url; /* http, lambda, endpoint; an endpoint without one: where the options say */
    const char *method;
    struct buf headers;
    const char *function; /* lambda: what the function is called there; NULL: as here */

    json *mock; /* an array of answers */
    size_t calls;
};

struct handlers {
    uv_loop_t *loop;
    struct handlers_options options;
    handler_done *done;
    void *user;
    char *lambda_endpoint;
    handler_submitted *submitted;
    struct connection *connections;
    struct stop *stops; /* of jobs whose Tasks were cancelled */
    struct arena arena;
    /* The most specific first; the last ones have no pattern. */
    struct handler_row **rows;
    size_t row_count, row_room;
    char *file;            /* the last one that was loaded, for messages */
    struct id_map jobs;    /* by the caller's ids */
    struct id_map unheard; /* by numbers of our own */
    uint64_t next_unheard;
    struct job_list ready;
    struct job_list asleep; /* mocks that take their time, the first due first */
    unsigned running, processes_running;
    size_t next_row; /* whose turn it is to start a job */
    uv_idle_t turn;
    http_client *http;         /* made when it is first needed */
    struct process *process;   /* all that have not ended */
    struct runtimes *runtimes; /* made when one is first needed */
    size_t open;               /* the handle `turn`, and children with handles */
    bool draining, closing;
};

/* ---- for the kinds ---- */

/* Gives the answer to who asked and frees the job and its slot. From the loop only. */
void job_done(struct job *j, struct handler_answer *answer);
/* The same, but at the next turn of the loop. */
void job_ready(struct job *j, struct handler_answer *answer);
/* The answer that a running job is to have at `due_ms`; and out of that again. */
void job_sleep(struct job *j, struct handler_answer *answer, int64_t due_ms);
void job_rouse(struct job *j);
/* What job_done gives back, for a job that was cancelled and went on running. */
void slot_free(struct handler_row *row);

/* The region whose services are asked. */
const char *handlers_region(const handlers *h);

/* `execution` may be NULL. */
void handlers_log(handlers *h, const char *execution, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* ---- answer.c ---- */

/* Makes the answer of a call that failed; takes `cause`. */
struct handler_answer answer_failed(const char *error, json *cause);
/* A function's error as it printed it; white space around it is left out. */
struct handler_answer answer_function_error(const char *text, size_t len);
/*
 * A result's text; blank is null. What isn't JSON is Lambda.Unknown, its cause begins with `who`;
 * or States.DataLimitExceeded, as on AWS, where it is larger than any result may be.
 */
struct handler_answer answer_from_text(const handlers *h, const char *text, size_t len,
                                       const char *who);
/* Is it the text of an object with an "errorType"? */
bool is_function_error(const char *text, size_t len);

/*
 * Adds bytes that may be anything as clean text. CR, and CR LF, end a line as LF does; colours and
 * such of a terminal are left out; what isn't UTF-8, and other control characters but the tab,
 * become U+FFFD.
 */
void add_clean(struct buf *out, const char *bytes, size_t len);
/* Makes a string of such clean text, and clears `text`. */
json *clean_string(struct buf *text);
json *clean_cstring(const char *text);

/* ---- command.c ---- */

/* As Lambda says that a function ran out of its time. */
struct handler_answer process_timed_out(const struct job *j);

/* ---- http.c ---- */

/* The set's client, made when it is first needed. NULL with *why filled. */
http_client *handlers_client(handlers *h, struct diag *why);
enum { HTTP_MAX_CAUSE = 1024 }; /* bytes of a refusal's body that are shown */
/* Sends the job's payload to `url`, with `headers` (taken) and the row's own. Later calls `done`
 * with the job, or ends the job itself where nothing can be sent. */
void http_post(struct job *j, const char *url, struct buf *headers, http_done *done);
/* Cancels what http_post began: a handler_kind's `cancel`. */
bool http_cancel(struct job *j);
/* Returns the name of the error that Lambda has for a status other than 2xx. */
const char *http_error_of(int status);
/* Makes the answer for a request that got no answer at all. */
struct handler_answer http_not_answered(const struct http_response *r);
/* The headers of an answer: an object name: text. */
json *response_headers(const struct http_response *r);

/* ---- signed_request.c ---- */

/* A request with a signature where `service` is not NULL; at once an answer, or a transfer. */
struct signed_request {
    const char *method, *url;
    const struct sigv4_header *headers;
    size_t header_count;
    struct buf body; /* taken */
    const char *service;
    bool s3;
    bool test_keys; /* without keys of ours, emulators' will do */
    int64_t timeout_ms;
};

/* NULL with *why filled: it can't be sent. */
http_transfer *send_signed(handlers *h, struct signed_request *q, http_done *done, void *user,
                           struct diag *why);

/* ---- invoke.c ---- */

/* http:invoke and apigateway:invoke */
bool is_invoke(const char *target);
bool invoke_serves(handlers *h, const struct handler_call *call, struct diag *why);
void invoke_start(struct job *j);
void invoke_cancel(struct job *j);

/* What a connection of EventBridge adds to requests; patterns are globs over its ARN or name. */
struct connection {
    struct connection *next;
    const char *pattern;
    const char *user, *password;                               /* basic; NULL: none */
    const char *key_name, *key;                                /* api_key; NULL: none */
    const char *token_url, *client_id, *client_secret, *scope; /* oauth; NULL: none */
    json *headers, *query, *body;                              /* objects; NULL: none */
    char *token;
    int64_t token_until_ms; /* by clock_steady_ms */
};

void connections_free(handlers *h);

/* ---- handlers_match.c ---- */

/* The function's name in an ARN, a partial ARN or a name with a qualifier; *len is its length. */
const char *function_name(const char *target, size_t *len);
/* The row that is meant for `target`, or NULL. */
struct handler_row *handlers_match(const handlers *h, const char *target);

/* ---- handlers_load.c ---- */

/* Returns kind `i` of all; NULL behind the last. */
const struct handler_kind *handler_kind_at(size_t i);
/* Adds a row of that kind, for calls that no row with a pattern is meant for. */
struct handler_row *handlers_add_default(handlers *h, const struct handler_kind *kind);

#endif
