#ifndef TOOLS_TEST_STATE_RUN_H
#define TOOLS_TEST_STATE_RUN_H

#include "tools/test/elements.h"
#include "tools/test/expect.h"
#include "tools/test/mocking.h"
#include "tools/test/result.h"
#include "tools/test/suite.h"

#include <stdint.h>

/* A case that runs one state alone, as the API's TestState does. */
struct state_run {
    const struct test_case *c;
    const asl_machine *machine;
    const struct asl_state *state;
    mocking *mocks;
    const json *input;
    int64_t clock_ms; /* since 1970, of virtual time */
    uint64_t seed;
    bool trusted; /* the machine needn't be one that AWS would take */
    /* Hears of a Task that no mock is for. */
    void (*unmocked)(void *user, const struct trial_call *call);
    /* Hears of a mock's answer, and may add a failure: then the state isn't run. */
    void (*answered)(void *user, const struct trial_call *call, const struct trial_answer *answer);
    void *user;
};

/* Runs the state, and tells in `passed` by what it was left. NULL with a failure in `out` when it
 * can't be run. */
result *state_run(const struct state_run *s, struct element_passed *passed, struct failures *out);

#endif
