/*
 * RedriveExecution, and what descriptions and lists say of redrives. Whether an execution may be
 * redriven follows from its row, but for the quota on events, for which the end of its history is
 * read. A client token makes the request one that can be sent twice: the tokens are in the
 * history, so that holds over a restart.
 */

#include "runtime/api/api_redrive.h"

#include "runtime/api/api_arn.h"
#include "runtime/api/api_call.h"
#include "runtime/api/api_executions.h"
#include "runtime/api/api_machines.h"
#include "runtime/api/api_members.h"
#include "runtime/api/api_operation.h"
#include "runtime/api/api_start.h"
#include "runtime/api/api_state.h"
#include "runtime/api/api_sweep.h"

#include <string.h>

/* ---- whether it may be ---- */

static bool note_last(void *user, const struct rt_event *e)
{
    uint32_t *events = user;

    if (e->id > *events)
        *events = e->id;
    return true;
}

/* Returns the number of public events so far, as the quota on them may forbid a redrive; 0 where
 * quotas are lifted. */
static uint32_t count_events(api *a, uint64_t execution)
{
    uint32_t events = 0;
    struct diag why = {0};

    if (!a->no_limits)
        store_read_last(a->store, execution, note_last, &events, &why);
    api_pass_damage(a, &why);
    return events;
}

/* The history's end is read only for an execution that ended without success, as no other could be
 * redriven. */
const char *execution_refusal(api *a, const struct execution *x)
{
    const struct machine *m = machine_at(a, json_str(x->names.machine_arn));
    bool ended = x->status != RT_RUNNING && x->status != RT_SUCCEEDED;

    if (m && m->deleting)
        return "State machine is in DELETING status";
    return rt_redrive_refusal(x->status, x->start_ms, x->stop_ms,
                              ended ? count_events(a, x->number) : 0, a->now_ms);
}

/* ---- what is said of it ---- */

void add_redrives(struct json_build *b, const struct execution *x)
{
    json_build_set(b, "redriveCount", json_int(x->redrives));
    if (x->redrives)
        json_build_set(b, "redriveDate", api_time(x->redriven_ms));
}

/* An execution of a Map Run is redriven with its parent, never by itself. */
void add_redrive_status(struct json_build *b, api *a, const struct execution *x)
{
    const char *reason = execution_refusal(a, x);
    const char *status = reason       ? "NOT_REDRIVABLE"
                         : x->map_run ? "REDRIVABLE_BY_MAP_RUN"
                                      : "REDRIVABLE";

    json_build_set(b, "redriveStatus", json_cstring(status));
    if (reason)
        json_build_set(b, "redriveStatusReason", json_cstring(reason));
}

/* ---- RedriveExecution ---- */

enum { TOKENS_KEPT = 10, TOKEN_MINUTES = 15 };

/* The last redrives that had a token. */
struct tokens {
    const char *given;
    int64_t now_ms;
    struct {
        bool same;
        int64_t at_ms;
    } last[TOKENS_KEPT];
    size_t count;
};

/* Keeps the last ten tokens in a ring, as redrives come in the order of time. */
static bool note_token(void *user, const struct rt_event *e)
{
    struct tokens *t = user;

    if (e->kind != RT_EXECUTION_REDRIVEN || !e->data)
        return true;
    size_t i = t->count++ % TOKENS_KEPT;
    t->last[i].same = json_str_is(e->data, t->given);
    t->last[i].at_ms = e->at_ms;
    return true;
}

/*
 * Returns the date of the redrive that answered the same request before, with the same clientToken;
 * 0: the request is new. AWS documents the window of 15 minutes and the last ten tokens.
 */
static int64_t asked_before(struct call *c, const struct execution *x)
{
    struct tokens t = {.given = call_text(c, "clientToken")};
    struct diag why = {0};
    int64_t at_ms = 0;

    if (t.given && x->redrives)
        store_read(c->api->store, x->number, 0, note_token, &t, &why);
    api_pass_damage(c->api, &why);
    for (size_t i = 0; i < TOKENS_KEPT && i < t.count; i++)
        if (t.last[i].same && c->now_ms - t.last[i].at_ms < TOKEN_MINUTES * 60000 &&
            t.last[i].at_ms > at_ms)
            at_ms = t.last[i].at_ms;
    return at_ms;
}

static json *redriven_answer(int64_t at_ms)
{
    struct json_build b;

    json_build_object(&b, 1);
    json_build_set(&b, "redriveDate", api_time(at_ms));
    return json_build_done(&b);
}

/* Loads the mocks that the execution was started with, as it must not reach the real thing when
 * it is redriven. False with the call failed. */
static bool reload_mocks(struct call *c, const struct execution *x)
{
    const json *test_case = execution_note(x, NOTE_MOCKS);
    struct diag why = {0};

    if (!test_case)
        return true;
    const char *file = c->api->mock_file;
    mocks *m =
        file ? mocks_load(file, json_str(x->names.machine_name), json_str(test_case), &why) : NULL;
    if (m)
        run_of(c->api, x->number)->mocks = m;
    else
        call_fail(c, "ValidationException", "The mocks of its test case '%s' are not there: %s",
                  json_str(test_case), file ? why.text : "give asl serve --mock FILE");
    diag_clear(&why);
    return m != NULL;
}

/* A request that was answered before has the same answer, even where the execution could not be
 * redriven any more. */
static json *redrive_found(struct call *c, const struct execution *x)
{
    struct machine *m = machine_at(c->api, json_str(x->names.machine_arn));
    int64_t before_ms = asked_before(c, x);
    const char *reason = before_ms ? NULL : execution_refusal(c->api, x);
    struct diag why = {0};

    if (call_is_unreadable(c->api))
        return NULL;
    if (before_ms)
        return redriven_answer(before_ms);
    if (reason)
        return call_fail(c, "ExecutionNotRedrivable", "%s", reason);
    /* It goes in pieces: what is left of it may lack executions that had succeeded. */
    if (sweep_is_over(c->api, x->stop_ms))
        return call_fail(c, "ExecutionDoesNotExist", "Execution Does Not Exist: '%s'",
                         json_str(x->names.arn));
    if ((m && !may_open(c, m)) || !reload_mocks(c, x))
        return NULL;
    bool good = engine_redrive(c->api->engine, x->number, call_get(c, "clientToken"), &why);
    if (!good && strcmp(why.code, STORE_DAMAGED) == 0)
        call_fail(c, "ExecutionNotRedrivable",
                  "The store's record of this execution is damaged: %s", why.text);
    else if (!good && strcmp(why.code, STORE_NONE) != 0)
        api_read_failed(c->api, &why);
    else if (!good)
        call_fail(c, "ExecutionDoesNotExist", "Execution Does Not Exist: '%s'",
                  json_str(x->names.arn));
    else if (m)
        machine_runs(c->api, m);
    diag_clear(&why);
    return good ? redriven_answer(c->now_ms) : NULL;
}

static const struct member redrive_in[] = {
    ARN_MEMBER("executionArn"),
    {.name = "clientToken", .min = 1, .max = 64, .pattern = "[!-~]+", .matches = pattern_visible},
    {.name = NULL},
};

static json *redrive_execution(struct call *c)
{
    const char *arn = call_text(c, "executionArn");
    struct execution x;
    struct arn parts;

    if (!arn_parse(c, arn, "execution", &parts))
        return NULL;
    if (memchr(parts.name, '/', parts.name_len))
        return call_refuse(c, "API_DOES_NOT_SUPPORT_LABELED_ARNS",
                           "Labeled Execution ARNs are not supported for this API");
    if (!execution_find(c, &x))
        return NULL;
    json *out = redrive_found(c, &x);
    execution_clear(&x);
    return out;
}

const struct operation redrive_execution_operation = {
    .name = "RedriveExecution",
    .run = redrive_execution,
    .in = redrive_in,
    .grows = true,
};
