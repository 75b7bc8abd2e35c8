#ifndef RUNTIME_API_API_ACTIVITIES_H
#define RUNTIME_API_API_ACTIVITIES_H

#include "parsers/base/id_queue.h"
#include "runtime/api/api_operation.h"

struct api_task;

struct activity {
    json *arn, *name, *tags, *encryption;
    int64_t created_ms;
    struct id_queue tasks, workers; /* numbers, which name nothing when the thing has gone */
    bool enrolled;                  /* as a machine's */
};

/* Takes an activity into the API's lists. */
void activity_add(api *a, struct activity *act);
void activity_free(struct activity *act);
void api_task_free(api *a, struct api_task *t);
/* Answers a worker whose long poll is over. */
void activity_poll_ended(api *a, struct waiter *w);

extern const struct operation create_activity_operation, describe_activity_operation,
    delete_activity_operation, list_activities_operation, get_activity_task_operation,
    send_task_success_operation, send_task_failure_operation, send_task_heartbeat_operation;

#endif
