#ifndef RUNTIME_HANDLERS_IMPL_H
#define RUNTIME_HANDLERS_IMPL_H

#include "parsers/base/arena.h"
#include "parsers/base/due_heap.h"
#include "parsers/base/id_map.h"
#include "parsers/json/json_set.h"
#include "runtime/aws/sigv4.h"
#include "runtime/handlers/handler.h"
#include "runtime/handlers/wait_list.h"
#include "runtime/http/client.h"

enum handler_outcome {
    HANDLER_OK,             /* `value` is the result */
    HANDLER_FUNCTION_ERROR, /* the function raised: `raw` is its error payload as it came */
    HANDLER_FAILED,         /* the call itself failed: `error` and `cause` name it */
};

/* What came of a call. The receiver takes over the values; those that don't apply are NULL. */
struct handler_answer {
    enum handler_outcome outcome;
    json *value;    /* HANDLER_OK: the result; HANDLER_FUNCTION_ERROR: the payload if it is JSON */
    json *raw;      /* a string: the payload's bytes as they came */
    json *error;    /* a string: "Lambda.TooManyRequestsException" */
    json *cause;    /* a string, or NULL */
    json *version;  /* a string: X-Amz-Executed-Version, where the other side gave one */
    json *headers;  /* an object name: text of a Lambda endpoint's answer */
    json *exchange; /* as in struct task_result */
};

void handler_answer_clear(struct handler_answer *a);

/*
 * A task call is a request that is out for a Task, from handlers_start to its result. handlers.c
 * keeps the task calls, the lines they wait in and the bounds. An integration says what the handler
 * is given and what the Task gets; a kind of handler does the work: `start` begins it, and
 * task_call_done or task_call_ready ends it.
 */
struct handler_row;
struct process;
struct runtimes;
struct integration;
struct handler_input;
struct key_plan;
struct key_source;

struct task_call {
    struct id_node node; /* first; the engine's id, or a number of our own with TASK_CALL_UNHEARD */
    handlers *h;
    struct handler_row *row;
    const struct integration *integration;
    struct task_call *prev, *next; /* in the row's line, or among those asleep, ready, lingering */
    enum { CALL_WAITING, CALL_RUNNING, CALL_READY } state;
    bool unheard; /* an Event was answered at once: what comes of it only goes to the log */
    bool event, log_tail;
    bool unfilled;   /* CALL_READY: its answer is still to come */
    bool begun;      /* a job goes on elsewhere, and its end is only awaited */
    bool released;   /* nobody waits for it, but the other side's work is to go on */
    bool lingers;    /* it was cancelled; what stops its job is still out */
    bool stalled;    /* and waits for keys, or for what says where the service is */
    bool repeated;   /* it was handed out before a restart, and nothing tells whether it was sent */
    bool only_stops; /* it only ends a job: nobody knows which, or whether it has begun, but its
                        name tells */
    bool forgotten;  /* the store doesn't have that its job has begun, and this process ends */
    const char *target, *name, *state_name, *execution, *key, *qualifier, *client_context;
    const char *role, *own_role;  /* as in struct task */
    const char *region;           /* of the execution, where its jobs are; NULL: handlers_region */
    struct asl_resource resource; /* the target's parts; of a Lambda function all are empty */
    uint32_t attempt;
    enum task_trace trace;
    bool raw;         /* as in struct task */
    bool probe;       /* likewise */
    int64_t now_ms;   /* the engine's time of its start */
    int64_t since_ms; /* as in struct task */
    json *payload;
    json *submitted; /* after a crash: what the service said when the job began; or NULL */
    void *work;      /* the kind's, while it runs */
    int64_t due_ms;  /* a mock that is asleep: when it is to answer */
    struct handler_answer answer; /* CALL_READY, or asleep */
};

/* Returns whether a task call goes on with a job that has begun before a restart. */
static inline bool task_call_has_job(const struct task_call *call)
{
    enum asl_pattern p = call->resource.pattern;

    return call->submitted && (p == ASL_SYNC || p == ASL_SYNC_2);
}

/* Makes a call of a row for a task, and of what the integration has prepared of it; both are looked
 * at. */
struct task_call *task_call_new(struct handler_row *row, const struct task *t,
                                const struct integration *i, const struct handler_input *v);
void task_call_free(struct task_call *call);

/* Set in the ids of calls that nobody hears of; the engine's ids never get that far. */
static const uint64_t TASK_CALL_UNHEARD = UINT64_C(1) << 63;

/* First in, first out. */
struct call_list {
    struct task_call *first, *last;
    size_t count;
};

void call_list_put(struct call_list *l, struct task_call *call);
/* Puts a call behind another one of the list; NULL: first of all. */
void call_list_put_behind(struct call_list *l, struct task_call *before, struct task_call *call);
void call_list_take(struct call_list *l, struct task_call *call);

/* Calls of buckets that may take long: a few have threads, the others wait, the first one first;
 * and those that pause as somebody else holds a lock that they need. */
struct bucket_queue {
    struct bucket_work *first, *last;
    size_t at_work;
    struct due_heap paused;
    uint64_t pauses; /* so far */
    uv_timer_t timer;
    bool has_timer;
};

/* What sets a kind of handler apart from others. */
enum {
    /* Each call starts a process: max_processes bounds them, few are started in a round. */
    KIND_SPAWNS = 1,
    /* A call starts from the loop only, as it may fail at once. */
    KIND_STARTS_LATER = 2,
    /* An Event goes to the other side, which answers when it has taken it. For other kinds we
     * answer at once, and the work goes on by itself. */
    KIND_TAKES_EVENTS = 4,
    /* A running call only waits for the clock: nothing is lost when it is dropped. */
    KIND_SLEEPS = 8,
    /* A call may begin a job elsewhere; one with `submitted` begins none, and when it is cancelled
     * the job is stopped. */
    KIND_HAS_JOBS = 16,
};

/* A kind of handler. It is defined in the file that has its name, and listed in handlers_load.c. */
struct handler_kind {
    const char *field; /* the member of a row that makes it this kind */
    unsigned flags;    /* KIND_… */
    /* Begins a call's work. It ends in task_call_done, called later from the loop, or in
     * task_call_ready at any time. */
    void (*start)(struct task_call *call);
    /* Ends the work of a running call. Returns true when its slot is still taken, until slot_free.
     * May set `lingers`, and returns true then: the call and its slot stay until task_call_gone, or
     * until it is cancelled once more, as the set is closing. */
    bool (*cancel)(struct task_call *call);
    /* Of rows without a pattern: returns whether it serves `v`, for which no row of a file is
     * meant. May fill *why with what would let it. */
    bool (*serves)(handlers *h, const struct handler_input *v, struct diag *why);
    /* The end of a set, in this order; each may be NULL. `close` begins to end what the kind has in
     * the loop, `is_closed` tells whether all of it has ended. */
    void (*close)(handlers *h);
    bool (*is_closed)(const handlers *h);
    void (*free)(handlers *h);
};

extern const struct handler_kind handler_command, handler_endpoint, handler_http,
    handler_lambda_endpoint, handler_lambda, handler_mock, handler_bucket;

/* A row of the handlers file. Its text lives in the set's arena. */
struct handler_row {
    handlers *h;
    const struct handler_kind *kind;
    const char *pattern;  /* NULL: the kind's `serves` tells */
    const char *host;     /* a pattern in small letters: of the API that is called; NULL: any */
    size_t order;         /* place in the file */
    unsigned concurrency; /* calls at once; 0: no bound */
    unsigned running;
    struct call_list waiting;
    int64_t timeout_ms; /* 0: none */

    char **argv;      /* command, lambda: NULL at the end */
    bool secret_path; /* lambda: its Runtime API is behind a path that only the process is told */
    const char *cwd;
    const char **env; /* "NAME=value" */
    size_t env_count;

    const char *url; /* http, lambda, endpoint; an endpoint without one: where the options say */
    bool no_stage;   /* endpoint: the Stage of apigateway:invoke is no part of the path */
    int64_t poll_ms; /* endpoint: the first pause between questions about jobs; 0: as usual */
    const char *method;
    struct buf headers;
    const char *function; /* lambda: what the function is called there; NULL: as here */

    const char *bucket; /* its name; NULL: it is none's */
    const struct object_folder *folder;
    struct object_folder *own_folder; /* of a row of the file; NULL: who gave it closes it */

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
    handler_gone *gone;
    struct connection *connections;
    struct call_list lingering; /* cancelled calls whose jobs are being stopped */
    struct role_keys *roles;    /* that Tasks name in Credentials */
    struct own_keys *own_keys;  /* where our own keys come from */
    char *told_of_keys;         /* what the log was last told of them; NULL: nothing */
    sigv4_signer *signer;       /* made when it is first needed */
    struct arena arena;
    /* The most specific first; the last ones have no pattern. */
    struct handler_row **rows;
    size_t row_count, row_room;
    char *file;          /* the last one that was loaded, for messages */
    struct id_map calls; /* by id, all that have not ended */
    size_t unheard;      /* those of them that nobody hears of */
    uint64_t next_unheard;
    struct call_list ready;
    struct call_list asleep; /* mocks that take their time, the first due first */
    unsigned running, processes_running;
    size_t next_row;           /* whose turn it is to start a call */
    uv_idle_t round;           /* of the loop: starts and tells what waits for it */
    http_client *http;         /* made when it is first needed */
    struct process *process;   /* all that have not ended */
    struct runtimes *runtimes; /* made when one is first needed */
    size_t bucket_count;       /* rows of buckets */
    size_t bucket_works;       /* calls of buckets that threads have */
    struct bucket_queue bucket_queue;
    size_t open; /* the handle `round`, and children with handles */
    bool draining, closing;
    struct json_set told; /* lines of advice_once */
};

/* ---- for the kinds ---- */

/* Gives the result to who asked and frees the call and its slot. To be called from the loop only.
 */
void task_call_done(struct task_call *call, struct handler_answer *answer);
/* Does what task_call_done does, but at the next round of the loop. */
void task_call_ready(struct task_call *call, struct handler_answer *answer);
/* Does what task_call_ready does, with an answer that task_call_fill will bring: those that get
 * ready meanwhile wait behind it. Its slot stays taken until then. */
void task_call_keep_place(struct task_call *call);
void task_call_fill(struct task_call *call, struct handler_answer *answer);
/* Lets a running call have its answer at `due_ms`; task_call_rouse takes that back. */
void task_call_sleep(struct task_call *call, struct handler_answer *answer, int64_t due_ms);
void task_call_rouse(struct task_call *call);
/* Frees a call that lingers, and its slot: nothing of it is out any more. */
void task_call_gone(struct task_call *call);
/* Gives back the slot of a call that was cancelled and went on running until now. */
void slot_free(struct handler_row *row);

/* Returns the region whose services are asked. */
const char *handlers_region(const handlers *h);

/* Writes a line to the log, for an execution (NULL: for none). */
void handlers_log(handlers *h, const char *execution, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* ---- answer.c ---- */

/* Makes the answer of a call that failed; takes `cause`. */
struct handler_answer answer_failed(const char *error, json *cause);
/* Makes the cause of States.Runtime where the call's parameters are no good. */
json *cause_of_refusal(const struct task_call *call, const char *why);
/* Makes the answer of a function that raised, of what it printed; white space around that is left
 * out. */
struct handler_answer answer_function_error(const char *text, size_t len);
/*
 * Makes the answer of a result's text; blank text is null. What isn't JSON is the error
 * Lambda.Unknown, whose cause begins with `who`; or States.DataLimitExceeded, as on AWS, where it
 * is larger than any result may be.
 */
struct handler_answer answer_from_text(const handlers *h, const char *text, size_t len,
                                       const char *who);
/* Returns whether it is the text of an object with an "errorType". */
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

/* Makes the answer of a function that ran out of its time, in Lambda's words. */
struct handler_answer process_timed_out(const struct task_call *call);

/* ---- http.c ---- */

/* Returns the set's client, which is made when it is first needed. Returns NULL with *why filled
 * when that can't be. */
http_client *handlers_client(handlers *h, struct diag *why);
enum { HTTP_MAX_CAUSE = 1024 }; /* bytes of a refusal's body that are shown */
/* Returns the name of the error that Lambda has for a status other than 2xx. */
const char *http_error_of(int status);
/* Makes the answer for a request that got no answer at all. */
struct handler_answer http_not_answered(const struct http_response *r);
/* Makes an object of an answer's headers, each name with its text. */
json *response_headers(const struct http_response *r);

/* ---- signed_request.c ---- */

/* A request, which is signed where `service` is not NULL. */
struct signed_request {
    const char *method, *url;
    const struct sigv4_header *headers;
    size_t header_count;
    struct buf body; /* taken */
    const char *service;
    const char *region;  /* of the signature; NULL: ours */
    const char *cluster; /* of EKS: the keys make a bearer token for it, and `service` is "sts" */
    const char *ca;      /* as in struct http_request */
    bool s3;
    bool test_keys; /* without keys of ours, emulators' will do; the service is on this machine */
    bool keys_optional; /* it goes to a URL of the user's own, which may be anywhere, and without
                           keys it goes without a signature */
    int64_t timeout_ms;
    size_t max_body;    /* bytes of the answer; 0: as many as the options say */
    int64_t *signed_ms; /* is set when it is signed, by clock_steady_ms; NULL: nobody asks */
    const struct task_call *of;  /* the call whose Credentials count; NULL: our own keys sign */
    struct key_plan *plan;       /* has `by` */
    const struct key_source *by; /* whose keys sign; NULL: our own are found */
    bool keyless; /* asks for keys itself: it may go wherever, but through no proxy */
    /* Is called instead of `done` when the keys can't be had: those of the call's role, or ours. */
    void (*no_keys)(void *user, bool of_role, const char *why);
};

/* A request that is out, or waits for the keys of a role. */
typedef struct signed_send signed_send;

/* Sends it. Returns NULL with *why filled when it can't be sent, and `done` does not come. */
signed_send *send_signed(handlers *h, struct signed_request *q, http_done *done, void *user,
                         struct diag *why);
/* Returns whether the request itself is out, and not only waits for keys. */
bool signed_send_is_out(const signed_send *s);
/* Ends it: `done` does not come any more. */
void signed_send_cancel(signed_send *s);

/* ---- roles.c ---- */

/* Ends the requests to STS that are out; comes before the client is closed. */
void roles_close(handlers *h);
void roles_free(handlers *h);
/* Forgets keys that somebody gave for requests of a task call, as a service has refused one that
 * was signed at `signed_ms` (by clock_steady_ms): the next one asks for new keys. Keys that have
 * come since stay, so that of many refusals one asks. */
void roles_forget_refused(const struct task_call *of, int64_t signed_ms);
/* Returns whether `why`, of send_signed, is that the keys of a Task's role can't be had. */
bool is_no_role(const struct diag *why);

/* ---- invoke.c ---- */

/* Returns whether a resource is http:invoke or apigateway:invoke. Both are calls of the kind
 * `endpoint`, which hands them on to the three functions below. */
bool is_invoke(const struct asl_resource *r);
bool invoke_serves(handlers *h, const struct handler_input *v, struct diag *why);
/* Returns the host, with its port, that such a call names, in small letters, yours to free; NULL:
 * it is another call, or names none. */
char *invoke_host(const struct handler_input *v);
void invoke_start(struct task_call *call);
void invoke_cancel(struct task_call *call);

/* What a connection of EventBridge adds to requests; patterns are globs over its ARN or name. */
struct connection {
    struct connection *next;
    const char *pattern;
    const char *user, *password;                               /* basic; NULL: none */
    const char *key_name, *key;                                /* api_key; NULL: none */
    const char *token_url, *client_id, *client_secret, *scope; /* oauth; NULL: none */
    json *headers, *query, *body;                              /* objects; NULL: none */
    /* oauth.h: */
    char *token;                /* NULL: there is none */
    unsigned token_number;      /* counts tokens */
    int64_t token_until_ms;     /* by clock_steady_ms */
    signed_send *token_request; /* that is out; NULL: none */
    struct wait_list waits;     /* struct oauth_wait */
};

void connections_free(handlers *h);

/* Returns what an answer holds: JSON where it is JSON, whatever its Content-Type says; else text,
 * with U+FFFD for what is no UTF-8. */
json *response_body(const struct http_response *r);

/* ---- cluster.c ---- */

/* Returns whether a resource is eks:call or eks:runJob, which go to a cluster's own API and not to
 * a service's. The kind `endpoint` hands them on, as it does http:invoke. */
bool is_of_cluster(const struct asl_resource *r);
bool cluster_serves(handlers *h, struct diag *why);
bool cluster_names_job(const struct handler_input *v);
void cluster_start(struct task_call *call);
bool cluster_cancel(struct task_call *call);

/* ---- endpoint.c ---- */

/* Returns whether the job that such a call begins has a name, by which it is found though nobody
 * knows what the other side said. */
bool endpoint_names_job(const struct handler_input *v);

/* Bytes of an answer that is wanted as bytes: who asks says how many. */
enum { HANDLER_RAW_MOST = 65 << 20 };

/* ---- bucket.c ---- */

/* Returns a look at the Bucket that a call of S3 names; NULL: it is none of S3's, or names none. */
const json *bucket_named(const struct handler_input *v);
/* Returns the row of the bucket that a call of S3 names; NULL: it is no folder's. */
struct handler_row *bucket_match(const handlers *h, const struct handler_input *v);
/* Adds the row of a bucket that the options give. */
void bucket_add(handlers *h, const struct handlers_bucket *b);

/* ---- handlers_match.c ---- */

/* Returns the first row whose patterns match `target`, and the host of the API that it calls (NULL:
 * none); NULL: none does. */
struct handler_row *handlers_match(const handlers *h, const char *target, const char *host);
/* Returns whether a row's pattern of hosts matches one, with its port or without. */
bool handlers_match_host(const char *pattern, const char *host);

/* ---- handlers_load.c ---- */

/* Returns kind `i` of all; NULL behind the last. */
const struct handler_kind *handler_kind_at(size_t i);
/* Gives back what a row owns beside its text. */
void handler_row_clear(struct handler_row *row);
/* Adds a row of that kind, for calls that no row with a pattern is meant for. */
struct handler_row *handlers_add_default(handlers *h, const struct handler_kind *kind);

#endif
