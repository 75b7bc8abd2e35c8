#ifndef TOOLS_TEST_CASE_RUN_H
#define TOOLS_TEST_CASE_RUN_H

#include "runtime/trial/trial.h"
#include "tools/test/case_buckets.h"
#include "tools/test/elements.h"
#include "tools/test/expect.h"
#include "tools/test/result.h"
#include "tools/test/suite.h"

/* 2024-01-01T00:00:00Z: a case without a clock of its own is the same on every day. */
#define CASE_CLOCK_MS INT64_C(1704067200000)

/*
 * Plays one case and compares what comes of it. All else that tests do (other orders, faults,
 * changed definitions) plays cases by this, with a copy of the options that the case was played
 * with in the first place, so that nothing is compared that the command leaves out.
 */
struct case_run {
    trial *trial;                /* NULL: a state ran alone, or nothing could be played */
    struct element_passed alone; /* that state */
    result *result; /* NULL: its handlers file or buckets are no good, so nothing was played */
    struct failures failures; /* none: it passed */
    json *uses;               /* of a table's row that passed: what became of the rules of its
                                 case's mocks, as mocking_uses tells it; NULL: there are none */
    const struct asl_state
        *unmocked;               /* the first whose call nothing answered; NULL: there is none */
    double took_s;               /* of real time */
    struct case_buckets buckets; /* that the trial looks at */
};

struct case_options {
    trial_stage *stage;                /* of the process; NULL: none */
    const asl_machine *machine;        /* NULL: the suite's; another one in its stead */
    struct handlers_options handlers;  /* of real handlers */
    const struct case_bucket *buckets; /* that all cases have */
    size_t bucket_count;
    trial_choose *choose; /* NULL: answers come in the order of their calls */
    void *choose_user;
    /* Is asked for each call before the mocks are: true when it has answered. May be NULL. */
    bool (*answer)(void *user, const struct trial_call *call, struct trial_answer *out);
    void *answer_user;
    bool no_snapshots;    /* doesn't compare with what was written down of the case */
    uint64_t most_events; /* it is cut off behind so many; 0: TRIAL_MOST_EVENTS */
    bool only_play;       /* compares nothing, so that there are failures of mocks only */
};

void case_run(const struct test_case *c, const struct case_options *options, struct case_run *out);
void case_run_clear(struct case_run *r);

#endif
