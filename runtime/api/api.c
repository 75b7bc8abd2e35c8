/*
 * The API's life, and its turns. In a turn answers go out that became durable, what is over is
 * forgotten, what is old goes, and calls that have waited for long enough are answered. The order
 * in api_advance matters: answers go first, as who is answered may call again within it, and that
 * call is of the next turn.
 */

#include "runtime/api/api.h"

#include "parsers/base/count.h"
#include "parsers/base/mem.h"
#include "runtime/api/api_activities.h"
#include "runtime/api/api_call.h"
#include "runtime/api/api_machines.h"
#include "runtime/api/api_map_runs.h"
#include "runtime/api/api_start.h"
#include "runtime/api/api_state.h"
#include "runtime/api/api_sweep.h"
#include "runtime/api/api_tasks.h"
#include "runtime/api/api_test_state.h"
#include "runtime/api/api_throttle.h"
#include "runtime/base/aws_defaults.h"

#include <sys/random.h>

/* ---- life ---- */

/* The store is read by api_load; until then there is nothing but what the configuration says. */
api *api_new(engine *e, store *s, const struct api_config *config)
{
    api *a = mem_calloc(1, sizeof *a);

    if (getrandom(a->key, sizeof a->key, 0) != sizeof a->key ||
        getrandom(&a->chance.state, sizeof a->chance.state, 0) != sizeof a->chance.state) {
        mem_free(a);
        return NULL;
    }
    a->engine = e;
    a->store = s;
    a->region = mem_strdup(config->region ? config->region : AWS_DEFAULT_REGION);
    a->account = mem_strdup(config->account ? config->account : AWS_DEFAULT_ACCOUNT);
    a->mock_file = config->mocks ? mem_strdup(config->mocks) : NULL;
    a->no_limits = config->no_limits;
    a->throttle = config->throttle;
    throttle_init(a);
    a->max_open = config->max_open ? config->max_open : QUOTA_OPEN_EXECUTIONS;
    a->served = config->served;
    a->retention_ms = config->retention_ms;
    a->untidy = a->sweeps = true;
    a->least_room = config->least_room;
    a->spoiled = config->spoiled;
    a->user = config->user;
    a->next_due_ms = INT64_MAX;
    return a;
}

/* Only AWS's quotas are lifted by the option, never the bounds that protect the process. */
bool quota_allows(const api *a, size_t count, size_t most)
{
    return a->no_limits || count < most;
}

const struct asl_served *api_served(const api *a)
{
    return a->served.serves ? &a->served : NULL;
}

/* Machines go by machine_drop, which takes them out of the lists that they are in; run_free and
 * the like only free. */
void api_free(api *a)
{
    struct id_node *n;

    if (!a)
        return;
    for (size_t i = 0; i < a->owed_count; i++)
        buf_clear(&a->owed[i].body);
    mem_free(a->owed);
    while ((n = id_map_take_any(&a->waiters)))
        waiter_free((struct waiter *)(void *)n);
    while ((n = id_map_take_any(&a->tests)))
        test_state_free((struct test_state *)(void *)n);
    while (a->machine_count)
        machine_drop(a, a->sorted[a->machine_count - 1]);
    for (size_t i = 0; i < a->activity_count; i++)
        activity_free(a->activity_list[i]);
    text_map_clear(&a->tokens);
    while ((n = id_map_take_any(&a->tasks)))
        api_task_free(a, (struct api_task *)(void *)n);
    text_map_clear(&a->machines);
    while ((n = id_map_take_any(&a->runs)))
        run_free((struct run *)(void *)n);
    map_runs_forget(a);
    /* Two turns on, the store has whatever was started, so forget_fresh frees all of it. */
    a->turn += 2;
    forget_fresh(a);
    text_map_clear(&a->fresh_arns);
    mem_free(a->fresh);
    text_map_clear(&a->activities);
    id_map_clear(&a->runs);
    id_map_clear(&a->tests);
    id_map_clear(&a->tasks);
    id_map_clear(&a->awaiting);
    starts_clear(a);
    id_queue_clear(&a->later);
    id_map_clear(&a->waiters);
    mem_free(a->sorted);
    mem_free(a->over);
    mem_free(a->condemned);
    mem_free(a->activity_list);
    mem_free(a->region);
    mem_free(a->account);
    mem_free(a->mock_file);
    buf_clear(&a->unread);
    mem_free(a);
}

/* ---- time ---- */

/* What kind of call it is that waits follows from what it waits for. */
static void end_wait(api *a, struct waiter *w)
{
    if (w->run)
        sync_timed_out(a, w);
    else if (w->test)
        test_state_timed_out(a, w);
    else
        activity_poll_ended(a, w);
}

/* Forgets TestStates that have ended. It waits for the end of the turn, as the engine is in the
 * midst of telling of an end when it is noted. */
static void forget_what_is_over(api *a)
{
    for (size_t i = 0; i < a->over_count; i++) {
        engine_forget(a->engine, a->over[i]);
        test_state_free((struct test_state *)(void *)id_map_take(&a->tests, a->over[i]));
    }
    a->over_count = 0;
}

/*
 * Ends the waits that are due, up to a bound, and notes when the next one is. All waiters are
 * looked at, which is cheap: few wait, and only when one is due. Returns whether there may be more.
 */
static bool end_waits(api *a, int64_t now_ms, bool polls_only)
{
    struct waiter *due[64];
    size_t count = 0;
    int64_t next = INT64_MAX;

    for (size_t i = 0; i < a->waiters.room; i++)
        for (struct id_node *n = a->waiters.buckets[i]; n; n = n->next) {
            struct waiter *w = (struct waiter *)(void *)n;
            bool now = w->due_ms <= now_ms && !(polls_only && (w->run || w->test));
            if (now && count < COUNT(due))
                due[count++] = w;
            else if (w->due_ms < next)
                next = w->due_ms;
        }
    a->next_due_ms = next;
    for (size_t i = 0; i < count; i++)
        end_wait(a, due[i]);
    return count == COUNT(due);
}

/* A call that was answered meanwhile, or given up, is none any more. */
void api_time_out(api *a, uint64_t call, int64_t now_ms)
{
    struct waiter *w = (struct waiter *)(void *)id_map_get(&a->waiters, call);

    a->now_ms = now_ms;
    if (w)
        end_wait(a, w);
}

void api_end_polls(api *a)
{
    a->ending = true;
    while (end_waits(a, INT64_MAX, true))
        continue;
}

/*
 * What is owed by now is made durable by the turn that begins; what comes later waits for the
 * next.
 */
void api_begin_turn(api *a)
{
    a->sealed = a->owed_count;
}

void api_advance(api *a, int64_t now_ms)
{
    a->now_ms = now_ms;
    a->turn++;
    api_pay(a);
    forget_fresh(a);
    forget_what_is_over(a);
    api_sweep(a);
    own_calls_go_on(a);
    starts_go_on(a);
    while (now_ms >= a->next_due_ms && end_waits(a, now_ms, false))
        continue;
}

bool api_is_test(const api *a, uint64_t execution)
{
    return id_map_get(&a->tests, execution) != NULL;
}

/* What is kept as a time of day moves with it. Buckets that nobody has used yet have no time. */
void api_clock_set(api *a, int64_t by_ms, int64_t skew_ms)
{
    a->skew_ms = skew_ms;
    for (size_t i = 0; i < a->waiters.room; i++)
        for (struct id_node *n = a->waiters.buckets[i]; n; n = n->next)
            ((struct waiter *)(void *)n)->due_ms += by_ms;
    if (a->next_due_ms != INT64_MAX)
        a->next_due_ms += by_ms;
    for (int kind = 0; kind < START_KINDS; kind++)
        if (a->starts[kind].tokens.at_ms)
            a->starts[kind].tokens.at_ms += by_ms;
    a->retire_ms += by_ms;
}

size_t api_waiting(const api *a)
{
    return a->waiters.count;
}

/* Answers that are owed need a turn at once, as do calls that were put off until after this one. */
int64_t api_next_due(const api *a)
{
    int64_t due = a->next_due_ms, starts = starts_due(a);

    if (a->owed_count || a->later.first < a->later.count)
        return INT64_MIN;
    if (sweep_due(a) < due)
        due = sweep_due(a);
    return starts < due ? starts : due;
}
