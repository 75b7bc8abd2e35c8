/*
 * The API's life, and its turns. In a turn answers go out that became durable, what is over is
 * forgotten, what is old goes, and calls that have waited for long enough are answered. The order
 * in api_advance matters: answers go first, as who is answered may call again within it, and that
 * call is of the next turn.
 */

#include "runtime/api/api.h"

#include "parsers/base/count.h"
#include "parsers/base/mem.h"
#include "runtime/api/api_state.h"
#include "runtime/base/aws_defaults.h"

#include <sys/random.h>

/* ---- life ---- */

/* The store is read by api_load; until then there is nothing but what the configuration says. */
api *api_new(engine *e, store *s, const struct api_config *config)
{
    api *a = mem_calloc(1, sizeof *a);

    if (getrandom(a->page_key, sizeof a->page_key, 0) != sizeof a->page_key ||
        getrandom(&a->chance.state, sizeof a->chance.state, 0) != sizeof a->chance.state) {
        mem_free(a);
        return NULL;
    }
    if (config->seed)
        a->chance.state = config->seed;
    a->engine = e;
    a->store = s;
    a->region = mem_strdup(config->region ? config->region : AWS_DEFAULT_REGION);
    a->account = mem_strdup(config->account ? config->account : AWS_DEFAULT_ACCOUNT);
    a->mock_file = config->mocks ? mem_strdup(config->mocks) : NULL;
    a->no_limits = config->no_limits;
    a->trusted = config->trusted;
    a->served = config->served;
    a->least_room = config->least_room;
    a->spoiled = config->spoiled;
    a->user = config->user;
    calls_init(a);
    executions_init(a, config->max_open);
    if (config->max_map_runs)
        engine_limit_map_runs(e, (int64_t)config->max_map_runs);
    throttle_init(a, config->throttle);
    sweep_init(a, config->retention_ms);
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

/* Tasks go first: they give up calls, which hold on to runs and TestStates, which go last. */
void api_free(api *a)
{
    if (!a)
        return;
    tasks_clear(a);
    own_clear(a);
    throttle_clear(a);
    calls_clear(a);
    sweep_clear(a);
    machines_clear(a);
    activities_clear(a);
    test_states_clear(a);
    executions_clear(a);
    map_runs_forget(a);
    mem_free(a->region);
    mem_free(a->account);
    mem_free(a->mock_file);
    mem_free(a);
}

/* ---- time ---- */

void api_advance(api *a, int64_t now_ms)
{
    a->now_ms = now_ms;
    executions_count_turn(a);
    calls_pay(a);
    forget_fresh(a);
    test_states_forget(a);
    api_sweep(a);
    own_calls_go_on(a);
    starts_go_on(a);
    calls_end_waits(a);
}

/* What is kept as a time of day moves with it. */
void api_clock_set(api *a, int64_t by_ms, int64_t skew_ms)
{
    calls_clock_set(a, by_ms);
    throttle_clock_set(a, by_ms);
    sweep_clock_set(a, by_ms, skew_ms);
}

/* Answers that are owed need a turn at once, as do calls that were put off until after this one. */
int64_t api_next_due(const api *a)
{
    int64_t due = own_calls_wait(a) ? INT64_MIN : calls_due(a);
    const int64_t others[] = {sweep_due(a), starts_due(a)};

    for (size_t i = 0; i < COUNT(others); i++)
        if (others[i] < due)
            due = others[i];
    return due;
}
