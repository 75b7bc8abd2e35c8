/*
 * Who takes a task call, and the operations by which workers answer one. Whether an answer still
 * counts is the engine's matter; here it is only found out whose token it names. Why there is a map
 * of task calls here beside the engine's is told in api_tokens.h.
 */

#include "runtime/api/api_tokens.h"

#include "asl/report/quota.h"
#include "parsers/base/mem.h"
#include "runtime/api/api_activities.h"
#include "runtime/api/api_call.h"
#include "runtime/api/api_members.h"
#include "runtime/api/api_operation.h"
#include "runtime/api/api_start.h"
#include "runtime/api/api_state.h"
#include "runtime/api/api_test_state.h"
#include "runtime/core/token.h"

#include <string.h>

/* ---- task calls ---- */

struct api_task *task_at(const api *a, uint64_t id)
{
    return (struct api_task *)(void *)id_map_get(&a->tasks.calls, id);
}

struct api_task *task_next(const api *a, struct id_queue *q)
{
    return (struct api_task *)(void *)id_queue_take(q, &a->tasks.calls);
}

static void api_task_free(api *a, struct api_task *t)
{
    if (t->token)
        text_map_take(&a->tasks.by_text, json_str(t->token));
    if (t->call)
        api_give_up(a, t->call);
    own_leaves(a, t);
    json_unref(t->token);
    json_unref(t->input);
    json_unref(t->parent);
    json_unref(t->request);
    json_unref(t->operation);
    mem_free(t);
}

void tasks_clear(api *a)
{
    struct id_node *n;

    while ((n = id_map_take_any(&a->tasks.calls)))
        api_task_free(a, (struct api_task *)(void *)n);
    id_map_clear(&a->tasks.calls);
    text_map_clear(&a->tasks.by_text);
}

/* A task is here only while it is out: it goes with its result, or when it is cancelled. */
static struct api_task *add_task(api *a, uint64_t id)
{
    struct api_task *t = mem_calloc(1, sizeof *t);

    t->node.id = id;
    t->api = a;
    t->nested = NO_NESTED;
    id_map_put(&a->tasks.calls, &t->node);
    return t;
}

static void give_token(api *a, struct api_task *t, json *token)
{
    t->token = token;
    text_map_put(&a->tasks.by_text, json_str(token), t);
}

/* The mocks of an execution: its own, or those that it runs with as part of a Map Run. */
static mocks *mocks_of(const api *a, uint64_t execution)
{
    const struct run *x;

    do {
        x = run_at(a, execution);
        if (x && x->mocks)
            return x->mocks;
    } while (engine_parent(a->engine, execution, &execution));
    return NULL;
}

static bool mocks_have_answer(api *a, const struct task *task)
{
    mocks *m = mocks_of(a, task->number);

    return m && mocks_offer(m, a->engine, task);
}

/* Where answers are mocked, an activity need not exist. */
bool api_has_activity(const api *a, uint64_t execution, const char *arn)
{
    return mocks_of(a, execution) || test_state_is_mocked(a, execution) || activity_at(a, arn);
}

/* One that a worker took before a restart waits for its token; else it waits for a worker. An
 * activity that was deleted after the task was scheduled fails it. */
static void take_activity_task(api *a, const struct task *task)
{
    struct activity *act = activity_at(a, task->resource->text);

    if (!act) {
        struct task_result r = {
            .error = json_cstring(ASL_RUNTIME),
            .cause = json_stringf("The activity %s does not exist.", task->resource->text)};
        engine_task_done(a->engine, task->id, &r);
        return;
    }
    struct api_task *t = add_task(a, task->id);
    t->input = json_text(task->parameters);
    t->by_token = true;
    give_token(a, t, json_cstring(task->token));
    if (!task->started)
        activity_schedule(a, act, t);
}

/*
 * In this order: a TestState answers what it mocks, and a mock configuration what it has, also
 * activities; then come the tasks of activities; then calls of the API itself. What is none of
 * these goes to a handler; if it has a token, its result may come by that.
 */
enum api_offer api_offer_task(api *a, const struct task *task)
{
    char *operation = NULL;

    if (test_state_answers(a, task) || mocks_have_answer(a, task))
        return API_TAKEN;
    if (task->activity) {
        take_activity_task(a, task);
        return API_TAKEN;
    }
    enum own_task own = own_task_of(task->resource, &operation);
    if (!task->token && own == OWN_NONE)
        return API_NOT_MINE;
    struct api_task *t = add_task(a, task->id);
    if (task->token && !task->answered)
        give_token(a, t, json_cstring(task->token));
    if (own != OWN_NONE) {
        t->own = own;
        t->parent = json_cstring(task->execution);
        t->number = task->number;
        t->by_token = true;
        if (task->submitted)
            own_resume(a, t, task->submitted);
        else
            own_start(a, t, task, operation);
        mem_free(operation);
        return API_TAKEN;
    }
    /* A .sync task's token may end it early; else the job's end does. */
    t->by_token = task->resource->pattern == ASL_WAIT_FOR_TASK_TOKEN;
    return t->by_token ? API_BY_TOKEN : API_NOT_MINE;
}

void api_task_over(api *a, uint64_t id)
{
    struct api_task *t = (struct api_task *)(void *)id_map_take(&a->tasks.calls, id);

    if (t)
        api_task_free(a, t);
}

void api_task_cancelled(api *a, uint64_t id)
{
    const struct api_task *t = task_at(a, id);

    if (t)
        own_cancelled(a, t);
    api_task_over(a, id);
}

bool api_awaits_token(const api *a, uint64_t id)
{
    const struct api_task *t = task_at(a, id);

    return t && t->by_token;
}

/* ---- tokens ---- */

/* Looks for a task whose execution has not been taken up since a restart, so that its tasks were
 * not handed out yet: takes it up now. NULL: there is no such task, or the call failed. */
static struct api_task *task_of_untaken(struct call *c, const char *token)
{
    api *a = c->api;
    struct diag why = {0};
    uint64_t execution, seq;
    bool taken = engine_takes_up(a->engine) &&
                 store_find_token(a->store, token, &execution, &seq, &why) &&
                 engine_take_up(a->engine, execution);
    struct api_task *t = taken ? text_map_get(&a->tasks.by_text, token) : NULL;

    api_read_failed(a, &why);
    /* A server that stops hands out no task of what it takes up, so this one may be there. */
    if (taken && !t && calls_are_ending(a))
        call_fail(c, "ServiceUnavailable", "The server is stopping");
    return t;
}

/* As on AWS, a token whose task is over gives TaskTimedOut, and a text that never was a token
 * InvalidToken. Only what could be one of ours is looked for in the store. */
static struct api_task *task_of_token(struct call *c)
{
    const char *token = call_text(c, "taskToken");
    struct api_task *t = text_map_get(&c->api->tasks.by_text, token);
    bool could_be = !t && rt_is_like_token(token);

    if (could_be)
        t = task_of_untaken(c, token);
    if (t || c->error)
        return t;
    if (could_be)
        call_fail(c, "TaskTimedOut", "Task Timed Out: 'Provided task does not exist anymore'");
    else
        call_fail(c, "InvalidToken", "Invalid Token: 'Invalid token'");
    return NULL;
}

/* The task is forgotten before the engine hears of its result: a second answer with the token
 * finds nothing. */
static json *finish_task(struct call *c, struct api_task *t, struct task_result *r)
{
    uint64_t id = t->node.id;

    api_task_over(c->api, id);
    engine_task_answered(c->api->engine, id, r);
    return api_empty();
}

/* A token is a secret, so no message repeats it. It is looked up as a C string, hence no NUL. */
#define TOKEN                                                                                      \
    {                                                                                              \
        .name = "taskToken", .kind = PRIVATE, .required = true, .min = 1, .max = QUOTA_TASK_TOKEN, \
        .pattern = "[^\\x00]*", .matches = pattern_no_nul                                          \
    }

static const struct member success_in[] = {
    TOKEN,
    {.name = "output", .kind = PAYLOAD, .required = true, .max = QUOTA_DATA},
    {.name = NULL},
};

/* The token is looked at before the output: without a task nobody minds what came of it. */
static json *send_task_success(struct call *c)
{
    const json *text = call_get(c, "output");
    struct diag why = {0};
    struct api_task *t = task_of_token(c);
    json *output;

    if (!t)
        return NULL;
    output = json_parse(json_str(text), json_str_len(text), 0, &why);
    if (!output)
        call_fail(c, "InvalidOutput", "Invalid Output: '%s'", why.text);
    diag_clear(&why);
    return output ? finish_task(c, t, &(struct task_result){.ok = true, .output = output}) : NULL;
}

const struct operation send_task_success_operation = {
    .name = "SendTaskSuccess",
    .run = send_task_success,
    .in = success_in,
};

static const struct member failure_in[] = {
    TOKEN,
    {.name = "error", .kind = PRIVATE, .max = QUOTA_ERROR},
    {.name = "cause", .kind = PRIVATE, .max = QUOTA_CAUSE},
    {.name = NULL},
};

static json *send_task_failure(struct call *c)
{
    const json *error = call_get(c, "error"), *cause = call_get(c, "cause");
    struct api_task *t = task_of_token(c);

    if (!t)
        return NULL;
    return finish_task(c, t,
                       &(struct task_result){.error = json_ref(error), .cause = json_ref(cause)});
}

const struct operation send_task_failure_operation = {
    .name = "SendTaskFailure",
    .run = send_task_failure,
    .in = failure_in,
};

static const struct member heartbeat_in[] = {
    TOKEN,
    {.name = NULL},
};

static json *send_task_heartbeat(struct call *c)
{
    const struct api_task *t = task_of_token(c);

    if (!t)
        return NULL;
    engine_task_heartbeat(c->api->engine, t->node.id);
    return api_empty();
}

const struct operation send_task_heartbeat_operation = {
    .name = "SendTaskHeartbeat",
    .run = send_task_heartbeat,
    .in = heartbeat_in,
};
