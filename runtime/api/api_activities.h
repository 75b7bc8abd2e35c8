#ifndef RUNTIME_API_API_ACTIVITIES_H
#define RUNTIME_API_API_ACTIVITIES_H

#include "parsers/base/id_queue.h"
#include "parsers/base/text_map.h"
#include "runtime/api/api_operation.h"

struct api_task;

struct activity {
    json *arn, *name, *tags, *encryption;
    int64_t created_ms;
    struct id_queue tasks, workers; /* numbers, which name nothing when the thing has gone */
    bool enrolled;                  /* as a machine's */
};

/* All activities. */
struct activities {
    struct text_map by_arn;
    struct activity **list; /* by age */
    size_t count, cap;
};

void activities_clear(api *a);
/* Takes an activity into the API's lists, behind all others. */
void activity_add(api *a, struct activity *act);
/* Sorts the list by age, once activities have come from the store in another order. */
void activities_sort(api *a);
/* Returns the activity of that ARN; NULL: there is none. */
struct activity *activity_at(const api *a, const char *arn);
/* Returns activity `i` of the list; NULL behind the last. */
struct activity *activity_by_age(const api *a, size_t i);
/* Gives the task to a worker that waits, or lets it wait for one. */
void activity_schedule(api *a, struct activity *act, struct api_task *t);
/* Answers a worker whose long poll is over. */
void activity_poll_ended(api *a, struct waiter *w);

extern const struct operation create_activity_operation, describe_activity_operation,
    delete_activity_operation, list_activities_operation, get_activity_task_operation;

#endif
