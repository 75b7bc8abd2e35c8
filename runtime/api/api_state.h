#ifndef RUNTIME_API_API_STATE_H
#define RUNTIME_API_API_STATE_H

#include "runtime/api/api_activities.h"
#include "runtime/api/api_call.h"
#include "runtime/api/api_machines.h"
#include "runtime/api/api_map_runs.h"
#include "runtime/api/api_start.h"
#include "runtime/api/api_sweep.h"
#include "runtime/api/api_tasks.h"
#include "runtime/api/api_test_state.h"
#include "runtime/api/api_throttle.h"
#include "runtime/api/api_tokens.h"

/*
 * All that the API keeps. Machines and activities are in memory, and each is a record of the store,
 * which is put again when it changed. Executions are in the store and the engine only.
 *
 * The first members are the API's surroundings, for all to look at. Each of the others belongs to
 * the module whose header defines it: only that module's files touch it, all others call it.
 */
struct api {
    engine *engine;
    store *store;
    char *region, *account, *mock_file;
    bool no_limits;
    bool trusted;
    uint64_t least_room; /* bytes that the disk must have for what is new; 0: no matter */
    void (*spoiled)(void *user, const char *text);
    void *user;
    struct asl_served served;
    unsigned char page_key[32]; /* of the tokens of pages; api_load.c brings it from the store */
    struct asl_chance chance;
    int64_t now_ms; /* of the turn or the call that is made */

    struct calls calls;
    struct machines machines;
    struct activities activities;
    struct task_tokens tasks;
    struct own_tasks own;
    struct executions executions;
    struct throttling throttling;
    struct kept_map_runs map_runs;
    struct test_states tests;
    struct sweeping sweeping;
};

/* Returns whether AWS's quota of `most` lets one more come to `count`. */
bool quota_allows(const api *a, size_t count, size_t most);

#endif
