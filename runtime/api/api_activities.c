/*
 * Activities. A worker's poll waits until there is a task, a task until there is a poll; queues
 * hold numbers, which name nothing any more when the thing has gone meanwhile: workers by a
 * time-out or a client that hung up, tasks by a time-out or the end of their execution.
 */

#include "runtime/api/api_activities.h"

#include "asl/report/quota.h"
#include "parsers/base/mem.h"
#include "runtime/api/api_arn.h"
#include "runtime/api/api_call.h"
#include "runtime/api/api_config.h"
#include "runtime/api/api_members.h"
#include "runtime/api/api_operation.h"
#include "runtime/api/api_page.h"
#include "runtime/api/api_records.h"
#include "runtime/api/api_state.h"
#include "runtime/api/api_tags.h"
#include "runtime/api/api_tokens.h"

#include <stdlib.h>
#include <string.h>

/* ---- tasks and workers ---- */

/*
 * Counts those in the queue that still wait. The queue is tidied only when it may have `many`:
 * below that nobody needs the exact count, and a poll costs the same however long the queue is.
 */
static size_t count_workers(const api *a, struct id_queue *q, size_t many)
{
    size_t kept = 0;

    if (q->count - q->first < many)
        return q->count - q->first;
    for (size_t i = q->first; i < q->count; i++)
        if (waiter_of(a, q->ids[i]))
            q->ids[kept++] = q->ids[i];
    q->first = 0;
    q->count = kept;
    return kept;
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

void activity_schedule(api *a, struct activity *act, struct api_task *t)
{
    struct waiter *w = waiter_next(a, &act->workers);

    if (w)
        waiter_answer(a, w, hand_over(a, t, w->worker));
    else
        id_queue_add(&act->tasks, t->node.id);
}

/* ---- activities ---- */

static void activity_free(struct activity *act)
{
    json_unref(act->arn);
    json_unref(act->name);
    json_unref(act->tags);
    json_unref(act->encryption);
    id_queue_clear(&act->tasks);
    id_queue_clear(&act->workers);
    mem_free(act);
}

/* Tasks and workers only have their numbers here, and are freed by their own modules. */
void activities_clear(api *a)
{
    for (size_t i = 0; i < a->activities.count; i++)
        activity_free(a->activities.list[i]);
    text_map_clear(&a->activities.by_arn);
    mem_free(a->activities.list);
}

struct activity *activity_at(const api *a, const char *arn)
{
    return text_map_get(&a->activities.by_arn, arn);
}

struct activity *activity_by_age(const api *a, size_t i)
{
    return i < a->activities.count ? a->activities.list[i] : NULL;
}

/*
 * Two that were made in the same millisecond go by their ARNs, so that the order is the same after
 * each start.
 */
static int activities_by_age(const void *a, const void *b)
{
    const struct activity *x = *(struct activity *const *)a, *y = *(struct activity *const *)b;

    if (x->created_ms != y->created_ms)
        return x->created_ms < y->created_ms ? -1 : 1;
    return strcmp(json_str(x->arn), json_str(y->arn));
}

void activities_sort(api *a)
{
    if (a->activities.count)
        qsort(a->activities.list, a->activities.count, sizeof *a->activities.list,
              activities_by_age);
}

void activity_add(api *a, struct activity *act)
{
    text_map_put(&a->activities.by_arn, json_str(act->arn), act);
    MEM_GROW(a->activities.list, a->activities.count, a->activities.cap);
    a->activities.list[a->activities.count++] = act;
}

static struct activity *activity_find(struct call *c)
{
    const char *arn = call_text(c, "activityArn");
    struct arn parts;

    if (!arn_parse(c, arn, "activity", &parts))
        return NULL;
    struct activity *act = activity_at(c->api, arn);
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
    struct activity *act = activity_at(a, json_str(arn));
    if (!act && !quota_allows(a, a->activities.count, QUOTA_ACTIVITIES)) {
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
    struct activity *act = text_map_take(&a->activities.by_arn, arn);
    for (size_t i = 0; act && i < a->activities.count; i++)
        if (a->activities.list[i] == act) {
            memmove(a->activities.list + i, a->activities.list + i + 1,
                    (--a->activities.count - i) * sizeof *a->activities.list);
            break;
        }
    /* Workers that poll it go away as at the end of their poll. */
    for (struct waiter *w; act && (w = waiter_next(a, &act->workers));)
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
    while (page.after && i < a->activities.count &&
           !json_equal(a->activities.list[i]->name, page.after))
        i++;
    if (page.after)
        i = i < a->activities.count ? i + 1 : 0;
    json_build_array(&list, 0);
    for (size_t n = 0; n < page.limit && i < a->activities.count; n++, i++)
        json_build_add(&list, activity_json(a->activities.list[i], false));
    return page_end(c, &page, "activities", json_build_done(&list),
                    i < a->activities.count ? json_ref(a->activities.list[i - 1]->name) : NULL);
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
    if (calls_are_ending(a))
        return api_empty();
    struct api_task *t = task_next(a, &act->tasks);
    if (t)
        return hand_over(a, t, worker);
    if (!quota_allows(a, count_workers(a, &act->workers, QUOTA_POLLERS), QUOTA_POLLERS))
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
