/*
 * Activities and task tokens. A worker's poll waits until there is a task, a task until there is a
 * poll; queues hold numbers, which name nothing any more when the thing has gone meanwhile.
 */

#include "runtime/api/api_activities.h"

#include "asl/report/quota.h"
#include "parsers/base/mem.h"
#include "parsers/base/text.h"
#include "runtime/api/api_arn.h"
#include "runtime/api/api_call.h"
#include "runtime/api/api_config.h"
#include "runtime/api/api_members.h"
#include "runtime/api/api_operation.h"
#include "runtime/api/api_page.h"
#include "runtime/api/api_records.h"
#include "runtime/api/api_start.h"
#include "runtime/api/api_state.h"
#include "runtime/api/api_tags.h"
#include "runtime/api/api_tasks.h"
#include "runtime/api/api_test_state.h"
#include "runtime/core/token.h"

#include <string.h>

/* ---- queues ---- */

/*
 * Counts those in the queue that `map` still has. The queue is tidied only when it may have `many`:
 * below that nobody needs the exact count, and a poll costs the same however long the queue is.
 */
static size_t count_living(struct id_queue *q, const struct id_map *map, size_t many)
{
    size_t kept = 0;

    if (q->count - q->first < many)
        return q->count - q->first;
    for (size_t i = q->first; i < q->count; i++)
        if (id_map_get(map, q->ids[i]))
            q->ids[kept++] = q->ids[i];
    q->first = 0;
    q->count = kept;
    return kept;
}

/* Workers that have gone meanwhile, by a time-out or a client that hung up, are passed over. */
static struct waiter *next_worker(api *a, struct activity *act)
{
    return (struct waiter *)(void *)id_queue_take(&act->workers, &a->waiters);
}

/* ---- tasks ---- */

void api_task_free(api *a, struct api_task *t)
{
    if (t->token)
        text_map_take(&a->tokens, json_str(t->token));
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

/* A task is here only while it is out: it goes with its result, or when it is cancelled. */
static struct api_task *add_task(api *a, uint64_t id)
{
    struct api_task *t = mem_calloc(1, sizeof *t);

    t->node.id = id;
    t->api = a;
    t->child = NO_CHILD;
    id_map_put(&a->tasks, &t->node);
    return t;
}

static void give_token(api *a, struct api_task *t, json *token)
{
    t->token = token;
    text_map_put(&a->tokens, json_str(token), t);
}

static json *task_for_worker(const struct api_task *t)
{
    struct json_build b;

    json_build_object(&b, 2);
    json_build_set(&b, "taskToken", json_ref(t->token));
    json_build_set(&b, "input", json_ref(t->input));
    return json_build_done(&b);
}

/* Gives the task to a worker. The history gets its ActivityStarted now. */
static json *hand_over(api *a, struct api_task *t, const json *worker)
{
    engine_task_started(a->engine, t->node.id, worker);
    return task_for_worker(t);
}

/* The mocks of an execution: its own, or those that it runs with as part of a Map Run. */
static mocks *mocks_of(const api *a, uint64_t execution)
{
    const struct run *x;

    do {
        x = (const struct run *)(const void *)id_map_get(&a->runs, execution);
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
    return mocks_of(a, execution) || test_state_is_mocked(a, execution) ||
           text_map_get(&a->activities, arn);
}

/*
 * In this order: a mock answers whatever is mocked, also an activity; then the activities; then
 * calls of the API itself; and what has a token, and is none of these, is told to a handler, while
 * its result comes by the token.
 */
enum api_offer api_offer_task(api *a, const struct task *task)
{
    struct api_task *t;
    char *operation = NULL;

    if (test_state_answers(a, task) || mocks_have_answer(a, task))
        return API_TAKEN;
    enum own_task own = own_task_of(task->resource, &operation);
    if (task->activity) {
        struct activity *act = text_map_get(&a->activities, task->resource->text);
        t = add_task(a, task->id);
        t->input = json_text(task->parameters);
        t->by_token = true;
        if (!act) {
            struct task_result r = {
                .error = json_cstring(ASL_RUNTIME),
                .cause = json_stringf("The activity %s does not exist.", task->resource->text)};
            api_task_over(a, task->id);
            engine_task_done(a->engine, task->id, &r);
            return API_TAKEN;
        }
        give_token(a, t, json_cstring(task->token));
        if (task->started)
            return API_TAKEN;
        struct waiter *w = next_worker(a, act);
        if (w)
            waiter_answer(a, w, hand_over(a, t, w->worker));
        else
            id_queue_add(&act->tasks, task->id);
        return API_TAKEN;
    }
    if (!task->token && own == OWN_NONE)
        return API_NOT_MINE;
    t = add_task(a, task->id);
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
    struct api_task *t = (struct api_task *)(void *)id_map_take(&a->tasks, id);

    if (t)
        api_task_free(a, t);
}

void api_task_cancelled(api *a, uint64_t id)
{
    const struct api_task *t = (const struct api_task *)(const void *)id_map_get(&a->tasks, id);

    if (t)
        own_cancelled(a, t);
    api_task_over(a, id);
}

bool api_awaits_token(const api *a, uint64_t id)
{
    const struct api_task *t = (const struct api_task *)(const void *)id_map_get(&a->tasks, id);

    return t && t->by_token;
}

/* ---- tokens ---- */

/* Only what looks like one of ours is looked for in the store: anything else is invalid, not timed
 * out. */
static bool looks_like_token(const char *text)
{
    size_t len = strlen(RT_TOKEN_PREFIX);

    return strncmp(text, RT_TOKEN_PREFIX, len) == 0 && strlen(text) >= len + 32 &&
           strspn(text + len, "0123456789abcdef") == strlen(text + len);
}

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
    struct api_task *t = taken ? text_map_get(&a->tokens, token) : NULL;

    api_read_failed(a, &why);
    /* No task is handed out any more. */
    if (taken && !t && a->ending)
        call_fail(c, "ServiceUnavailable", "The server is stopping");
    return t;
}

/* AWS tells a token that no task has any more from a text that never was one. */
static struct api_task *task_of_token(struct call *c)
{
    const char *token = call_text(c, "taskToken");
    struct api_task *t = text_map_get(&c->api->tokens, token);
    bool looks = !t && looks_like_token(token);

    if (looks)
        t = task_of_untaken(c, token);
    if (t || c->error)
        return t;
    if (looks)
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

/* ---- activities ---- */

void activity_free(struct activity *act)
{
    json_unref(act->arn);
    json_unref(act->name);
    json_unref(act->tags);
    json_unref(act->encryption);
    id_queue_clear(&act->tasks);
    id_queue_clear(&act->workers);
    mem_free(act);
}

void activity_add(api *a, struct activity *act)
{
    text_map_put(&a->activities, json_str(act->arn), act);
    MEM_GROW(a->activity_list, a->activity_count, a->activity_cap);
    a->activity_list[a->activity_count++] = act;
}

static struct activity *activity_find(struct call *c)
{
    const char *arn = call_text(c, "activityArn");
    struct arn parts;

    if (!arn_parse(c, arn, "activity", &parts))
        return NULL;
    struct activity *act = text_map_get(&c->api->activities, arn);
    if (!act)
        call_fail(c, "ActivityDoesNotExist", "Activity Does Not Exist: '%s'", arn);
    return act;
}

/* Returns whether two configurations name the same key; NULL is AWS's own. */
static bool same_encryption(const json *a, const json *b)
{
    bool own_a = !a || json_str_is(json_get(a, "type"), "AWS_OWNED_KEY");
    bool own_b = !b || json_str_is(json_get(b, "type"), "AWS_OWNED_KEY");

    return own_a || own_b ? own_a && own_b : json_equal(a, b);
}

static const struct member create_activity_in[] = {
    NAME_MEMBER(true),
    {.name = "tags", .kind = LIST, .of = tag_members},
    {.name = "encryptionConfiguration", .kind = STRUCT, .of = encryption_members},
    {.name = NULL},
};

/* The same name again gives the activity that is there, unless its key would be another. */
static json *create_activity(struct call *c)
{
    const json *name = call_get(c, "name"), *tags = call_get(c, "tags");
    const json *encryption = call_get(c, "encryptionConfiguration");
    api *a = c->api;
    struct json_build b;

    if (!name_check(c, name) || !check_encryption(c, encryption))
        return NULL;
    if (tags && json_count(tags) > QUOTA_TAGS)
        return call_fail(c, "TooManyTags", "There are more than 50 tags");
    json *arn = arn_make(a, "activity", json_str(name));
    struct activity *act = text_map_get(&a->activities, json_str(arn));
    if (!act && !quota_allows(a, a->activity_count, QUOTA_ACTIVITIES)) {
        json_unref(arn);
        return call_fail(c, "ActivityLimitExceeded",
                         "The maximum number of activities has been reached: %d", QUOTA_ACTIVITIES);
    }
    if (!act) {
        act = mem_calloc(1, sizeof *act);
        *act = (struct activity){.arn = json_ref(arn),
                                 .name = json_ref(name),
                                 .tags = tags_of(tags),
                                 .encryption = json_ref(encryption),
                                 .created_ms = c->now_ms};
        activity_add(a, act);
        activity_keep(a, act);
    }
    json_unref(arn);
    if (!same_encryption(act->encryption, encryption))
        return call_fail(c, "ActivityAlreadyExists", "Activity Already Exists: '%s'",
                         json_str(act->arn));
    json_build_object(&b, 2);
    json_build_set(&b, "activityArn", json_ref(act->arn));
    json_build_set(&b, "creationDate", api_time(act->created_ms));
    return json_build_done(&b);
}

const struct operation create_activity_operation = {
    .name = "CreateActivity",
    .run = create_activity,
    .in = create_activity_in,
    .grows = true,
};

static json *activity_json(const struct activity *act, bool encryption)
{
    struct json_build b;

    json_build_object(&b, 4);
    json_build_set(&b, "activityArn", json_ref(act->arn));
    json_build_set(&b, "name", json_ref(act->name));
    json_build_set(&b, "creationDate", api_time(act->created_ms));
    if (encryption)
        json_build_set(&b, "encryptionConfiguration", config_encryption(act->encryption));
    return json_build_done(&b);
}

static const struct member activity_in[] = {
    ARN_MEMBER("activityArn"),
    {.name = NULL},
};

static json *describe_activity(struct call *c)
{
    const struct activity *act = activity_find(c);

    return act ? activity_json(act, true) : NULL;
}

const struct operation describe_activity_operation = {
    .name = "DescribeActivity",
    .run = describe_activity,
    .in = activity_in,
};

/* Deletes an activity; one that isn't there is no error. Its tasks stay out and can be answered
 * by their tokens; new ones fail. */
static json *delete_activity(struct call *c)
{
    const char *arn = call_text(c, "activityArn");
    api *a = c->api;
    struct arn parts;

    if (!arn_parse(c, arn, "activity", &parts))
        return NULL;
    struct activity *act = text_map_take(&a->activities, arn);
    for (size_t i = 0; act && i < a->activity_count; i++)
        if (a->activity_list[i] == act) {
            memmove(a->activity_list + i, a->activity_list + i + 1,
                    (--a->activity_count - i) * sizeof *a->activity_list);
            break;
        }
    /* Workers that poll it go away as at the end of their poll. */
    for (struct waiter *w; act && (w = next_worker(a, act));)
        activity_poll_ended(a, w);
    if (act) {
        activity_forget(a, act);
        activity_free(act);
    }
    return api_empty();
}

const struct operation delete_activity_operation = {
    .name = "DeleteActivity",
    .run = delete_activity,
    .in = activity_in,
};

static const struct member pages_in[] = {
    PAGE_MEMBERS,
    {.name = NULL},
};

/* Activities are listed by their age. When the one that the last page ended with has been deleted
 * meanwhile, the list begins anew. */
static json *list_activities(struct call *c)
{
    api *a = c->api;
    struct page page;
    struct json_build list;
    size_t i = 0;

    if (!page_begin(c, "", &page))
        return NULL;
    while (page.after && i < a->activity_count &&
           !json_equal(a->activity_list[i]->name, page.after))
        i++;
    if (page.after)
        i = i < a->activity_count ? i + 1 : 0;
    json_build_array(&list, 0);
    for (size_t n = 0; n < page.limit && i < a->activity_count; n++, i++)
        json_build_add(&list, activity_json(a->activity_list[i], false));
    return page_end(c, &page, "activities", json_build_done(&list),
                    i < a->activity_count ? json_ref(a->activity_list[i - 1]->name) : NULL);
}

const struct operation list_activities_operation = {
    .name = "ListActivities",
    .run = list_activities,
    .in = pages_in,
};

static const struct member poll_in[] = {
    ARN_MEMBER("activityArn"),
    {.name = "workerName", .min = 1, .max = QUOTA_NAME},
    {.name = NULL},
};

/* A task that waits is handed over at once; else the worker waits, for a minute at most, and is
 * answered without a task then. */
static json *get_activity_task(struct call *c)
{
    const json *worker = call_get(c, "workerName");
    api *a = c->api;
    struct activity *act = activity_find(c);

    if (!act)
        return NULL;
    if (a->ending)
        return api_empty();
    struct api_task *t = (struct api_task *)(void *)id_queue_take(&act->tasks, &a->tasks);
    if (t)
        return hand_over(a, t, worker);
    if (!quota_allows(a, count_living(&act->workers, &a->waiters, QUOTA_POLLERS), QUOTA_POLLERS))
        return call_fail(c, "ActivityWorkerLimitExceeded",
                         "The maximum number of workers concurrently polling for activity tasks "
                         "has been reached.");
    struct waiter *w = call_wait(c, c->now_ms + QUOTA_POLL_MS);
    w->worker = json_ref(worker);
    id_queue_add(&act->workers, w->node.id);
    return NULL;
}

const struct operation get_activity_task_operation = {
    .name = "GetActivityTask",
    .run = get_activity_task,
    .in = poll_in,
};

/* An answer without a token: there is nothing to do. */
void activity_poll_ended(api *a, struct waiter *w)
{
    waiter_answer(a, w, api_empty());
}
