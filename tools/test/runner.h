#ifndef TOOLS_TEST_RUNNER_H
#define TOOLS_TEST_RUNNER_H

#include "parsers/base/buf.h"
#include "parsers/base/diag.h"
#include "parsers/json/json.h"
#include "runtime/trial/trial_stage.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Plays cases, or whatever else is counted from 0 and can be played alone, in several processes,
 * and hands on what came of each in the order of their numbers, whichever process was first.
 */
struct runner {
    /* Makes the record of number `i`: plays it, on the stage of the process that it is called in,
     * which may be another one. */
    json *(*play)(void *user, trial_stage *stage, size_t i);
    /* Makes the record of a number that has none: its process was ended, or what it made can't be
     * read; `how` is a sentence that says so. NULL: that ends the run. */
    json *(*lost)(void *user, size_t i, const char *how);
    /* Hears of a record (a look), in the order of the numbers, in the caller's process. Returns
     * whether to go on. */
    bool (*heard)(void *user, size_t i, const json *record);
    /* Adds the name of number `i`, for messages. */
    void (*name)(void *user, size_t i, struct buf *out);
    void *user;
    unsigned jobs; /* processes; 0: as many as there are processors */
};

/*
 * Plays numbers 0 to `count` - 1. A process that was ended is replaced, and `heard` is told of each
 * number unless it ends the run. False with *why filled: processes can't be made, so many were
 * ended that some numbers were not played, or there is a number without a record and no `lost`.
 */
bool runner_run(const struct runner *r, size_t count, struct diag *why);

#endif
