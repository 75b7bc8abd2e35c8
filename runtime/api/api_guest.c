/*
 * The API as a guest of a host: it takes Tasks of activities and calls of the API itself, brings
 * results that come by tokens, and has its turn beside the engine's.
 */
#include "runtime/api/api.h"

static bool guest_offer(void *user, struct task *task)
{
    enum api_offer offer = api_offer_task(user, task);

    if (offer == API_TAKEN)
        return true;
    task->trace = api_trace(user, task);
    /* After a crash: the handler has been told, and the token brings the result. */
    return offer == API_BY_TOKEN && task->submitted;
}

static void guest_cancel(void *user, uint64_t id)
{
    api_task_cancelled(user, id);
}

static void guest_release(void *user, uint64_t id)
{
    api_task_over(user, id);
}

/* A handler's good answer ends nothing while the token is awaited, which brings the result. A
 * failed one ends the task, as nobody has been told of the token. */
static bool guest_over(void *user, uint64_t id, const struct task_result *result)
{
    if (result->ok && api_awaits_token(user, id))
        return false;
    if (result->exchange)
        api_task_traced(user, id, result->exchange);
    api_task_over(user, id);
    return true;
}

static bool guest_has_activity(void *user, uint64_t execution, const char *arn)
{
    return api_has_activity(user, execution, arn);
}

static void guest_ended(void *user, uint64_t execution, const rt_exec *x, int64_t now_ms)
{
    api_ended(user, execution, x, now_ms);
}

static void guest_lost(void *user, uint64_t execution, const char *list)
{
    api_lost(user, execution, list);
}

static void guest_begin_turn(void *user)
{
    api_begin_turn(user);
}

static void guest_end_turn(void *user, int64_t now_ms)
{
    api_advance(user, now_ms);
}

static int64_t guest_next_due(void *user)
{
    return api_next_due(user);
}

static void guest_clock_set(void *user, int64_t by_ms, int64_t skew_ms)
{
    api_clock_set(user, by_ms, skew_ms);
}

struct engine_guest api_guest(api *a)
{
    return (struct engine_guest){.user = a,
                                 .offer = guest_offer,
                                 .cancel = guest_cancel,
                                 .release = guest_release,
                                 .over = guest_over,
                                 .has_activity = guest_has_activity,
                                 .ended = guest_ended,
                                 .lost = guest_lost,
                                 .begin_turn = guest_begin_turn,
                                 .end_turn = guest_end_turn,
                                 .next_due = guest_next_due,
                                 .clock_set = guest_clock_set};
}
