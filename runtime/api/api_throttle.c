/*
 * AWS's throttles on starts, and a bound on nesting. Executions that a Task starts take their
 * turn: as many as AWS lets through go at once, the others wait for the bucket to fill. So one
 * that starts itself for ever leaves room for everybody else. The engine holds transitions to
 * their rate itself.
 */

#include "runtime/api/api_throttle.h"

#include "runtime/api/api_call.h"
#include "runtime/api/api_children.h"
#include "runtime/api/api_executions.h"
#include "runtime/api/api_machines.h"
#include "runtime/api/api_state.h"
#include "runtime/api/api_tasks.h"

#include <string.h>

/* AWS's quotas for the large regions: how many at once, and how many more a second. */
static const struct bucket quotas[START_KINDS] = {[START_STANDARD] = {.size = 1300, .refill = 300},
                                                  [START_EXPRESS] = {.size = 6000, .refill = 6000}};
/* EXPRESS executions have no such quota. */
static const struct bucket transitions = {.size = 5000, .refill = 1500};

void throttle_init(api *a, enum api_throttle held)
{
    a->throttling.held = held;
    for (int kind = 0; kind < START_KINDS; kind++)
        a->throttling.starts[kind].tokens = quotas[kind];
    if (a->throttling.held == API_THROTTLE_AWS)
        engine_throttle(a->engine, &transitions);
}

/* A bucket that nobody has used yet has no time. */
void throttle_clock_set(api *a, int64_t by_ms)
{
    for (int kind = 0; kind < START_KINDS; kind++)
        if (a->throttling.starts[kind].tokens.at_ms)
            a->throttling.starts[kind].tokens.at_ms += by_ms;
}

/* ---- buckets ---- */

/* One that finds the process short of memory is to wait, too, and costs no token. */
static bool take_start_token(api *a, enum start_kind kind)
{
    struct bucket *b = &a->throttling.starts[kind].tokens;

    bucket_fill(b, a->now_ms);
    if (b->left < 1 || engine_is_full(a->engine))
        return false;
    b->left--;
    return true;
}

/* How long to wait for memory before it is looked at again. */
enum { FULL_MS = 100 };

/* When there is room for one more. */
static int64_t due_of(const api *a, enum start_kind kind)
{
    return engine_is_full(a->engine) ? a->now_ms + FULL_MS
                                     : bucket_due(&a->throttling.starts[kind].tokens);
}

/* By an ARN that may have a qualifier or a test case behind it. */
static enum start_kind kind_of_start(const api *a, const char *arn)
{
    const char *name = strstr(arn, ":stateMachine:");
    size_t len = name ? (size_t)(name - arn) + strlen(":stateMachine:") : strlen(arn);
    json *plain = json_string(arn, len + (name ? strcspn(arn + len, ":#") : 0));
    const struct machine *m = machine_at(a, json_str(plain));

    json_unref(plain);
    return m && m->express ? START_EXPRESS : START_STANDARD;
}

bool start_is_throttled(struct call *c)
{
    api *a = c->api;

    if (c->from.own || a->throttling.held != API_THROTTLE_AWS ||
        take_start_token(a, kind_of_start(a, call_text(c, "stateMachineArn"))))
        return false;
    call_fail(c, "ThrottlingException", "Rate exceeded");
    return true;
}

/* ---- Tasks that wait ---- */

/* Who comes later waits behind those that wait already, even if a token has come in meanwhile. */
bool start_must_wait(api *a, struct api_task *t, const json *request)
{
    const json *arn = json_get(request, "stateMachineArn");
    enum start_kind kind = kind_of_start(a, arn && json_is_string(arn) ? json_str(arn) : "");
    struct id_queue *waiting = &a->throttling.starts[kind].waiting;

    if (a->throttling.held == API_THROTTLE_NONE ||
        (waiting->first == waiting->count && take_start_token(a, kind)))
        return false;
    id_queue_add(waiting, t->node.id);
    return true;
}

/* The first that still waits; NULL: none does. */
static struct api_task *first_of(api *a, struct id_queue *q)
{
    for (; q->first < q->count; q->first++) {
        struct api_task *t = task_at(a, q->ids[q->first]);
        if (t && t->request)
            return t;
    }
    q->first = q->count = 0;
    return NULL;
}

/* A call may end the task, and start others that wait: so the queue is looked at anew each time. */
void starts_go_on(api *a)
{
    for (int kind = 0; kind < START_KINDS; kind++) {
        struct id_queue *q = &a->throttling.starts[kind].waiting;
        struct api_task *t;
        while ((t = first_of(a, q)) && take_start_token(a, (enum start_kind)kind)) {
            q->first++;
            own_start_now(a, t);
        }
    }
}

/* Tasks that have gone may still be in the queue: then a turn comes for nothing, once. */
int64_t starts_due(const api *a)
{
    int64_t due = INT64_MAX;

    for (int kind = 0; kind < START_KINDS; kind++) {
        const struct id_queue *q = &a->throttling.starts[kind].waiting;
        if (q->first < q->count && due_of(a, (enum start_kind)kind) < due)
            due = due_of(a, (enum start_kind)kind);
    }
    return due;
}

void throttle_clear(api *a)
{
    for (int kind = 0; kind < START_KINDS; kind++)
        id_queue_clear(&a->throttling.starts[kind].waiting);
}

/* ---- nesting ---- */

/* Executions that wait for one another, in a row. */
enum { MAX_NESTING = 1000 };

/* The depth is in the note of the execution at the top, and one more than that of the caller. A
 * Task that only starts an execution, and goes on, makes no chain. */
int64_t start_nesting(struct call *c)
{
    const struct api_task *t = c->from.own ? c->from.user : NULL;
    const json *depth = NULL;

    if (!t || t->own == OWN_START || t->own == OWN_SDK)
        return 0;
    json *note = note_at_top(c->api, t->number);
    if (note)
        depth = json_get(note, NOTE_NESTING);
    int64_t nesting = (depth ? json_int_value(depth) : 0) + 1;
    json_unref(note);
    if (nesting <= MAX_NESTING)
        return nesting;
    call_fail(c, "ExecutionLimitExceeded",
              "Executions that wait for one another are nested more than %d deep", MAX_NESTING);
    return -1;
}
