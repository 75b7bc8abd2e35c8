#ifndef TOOLS_TEST_REPLAY_H
#define TOOLS_TEST_REPLAY_H

#include "asl/eval/machine.h"
#include "runtime/trial/trial.h"
#include "tools/test/case_buckets.h"
#include "tools/test/expect.h"
#include "tools/test/history.h"
#include "tools/test/result.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Plays an execution that has been once more, on a definition that may have changed since: each
 * Task is answered as it was then, and what happens is compared event by event.
 */
struct replay {
    trial *trial;
    result *result;
    struct trial_answer *answers; /* of each call of the trial, in their order */
    size_t answer_count, answer_cap;
    struct case_buckets buckets; /* that the trial looks at */
    json *folders;      /* of those that Map states read and wrote, by the names of the buckets */
    const char *unread; /* a Map with that name called a bucket that is no folder; NULL: none did */
    const char *unknown; /* a Map Run called the state with that name, whose answers are not there;
                            NULL: all are */
    const struct asl_state *differs; /* the state that the first difference is of; NULL: it is of
                                        none that the definition has */
    struct failures failures;        /* none: all went as it went then */
    double took_s;
};

/* The history of an execution of a Map Run. */
struct replay_child {
    const struct history *history;
    const json *map; /* the name of the Map */
    int64_t index;   /* of the item */
};

struct replay_options {
    const struct history *history;
    const struct replay_child *children; /* that are known */
    size_t child_count;
    asl_machine *machine;
    const json *name;      /* of the machine */
    const char *execution; /* its name; NULL: one that follows from the seed */
    const json *context;   /* members that the context object has besides; NULL: none */
    uint64_t seed;
    /* Buckets that are folders: what Map states call of them is not in histories, so it is done
     * once more, on copies. */
    const struct case_bucket *buckets;
    size_t bucket_count;
};

void replay_run(const struct replay_options *options, struct replay *out);
void replay_clear(struct replay *r);

/* Returns the input that the execution had. Yours. */
json *replay_input(const struct history *h);
/* Whether both are of a kind that no two executions have alike. */
bool replay_are_uuids(const json *a, const json *b);
bool replay_are_times(const json *a, const json *b);

#endif
