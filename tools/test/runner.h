#ifndef TOOLS_TEST_RUNNER_H
#define TOOLS_TEST_RUNNER_H

#include "parsers/json/json.h"
#include "tools/test/suite.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Plays the cases of suites, in several processes, and hands on what came of each in the order in
 * which the cases stand, whichever process was first.
 */
struct runner {
    /* Makes the record of a case: plays it. Called in a process that may be another one. */
    json *(*play)(void *user, const struct test_case *c);
    /* Hears of a record (a look), in the order of the cases, in the caller's process. Returns
     * whether to go on. */
    bool (*heard)(void *user, const struct test_case *c, const json *record);
    void *user;
    unsigned jobs; /* processes; 0: as many as there are processors */
};

/* Plays `count` cases. False with *why filled when the processes can't be made or one of them
 * ended before it was done. */
bool runner_run(const struct runner *r, const struct test_case *const *cases, size_t count,
                struct diag *why);

#endif
