#ifndef TOOLS_TEST_CASE_BUCKETS_H
#define TOOLS_TEST_CASE_BUCKETS_H

#include "runtime/handlers/handler.h"
#include "runtime/trial/trial.h"
#include "tools/test/expect.h"
#include "tools/test/suite.h"

/* A bucket that the command line gives to all cases. */
struct case_bucket {
    const char *name, *folder;
};

/*
 * The buckets of S3 that a case has for itself: folders that are made for it, and are gone with it.
 * Nothing that it does there is seen by other cases, or by who wrote the suite. Empty is {0}.
 */
struct case_buckets {
    char *top; /* the folder that they are in; NULL: there are none that had to be made */
    struct handlers_bucket *all;
    size_t count;
};

/*
 * Makes the buckets of a case, for a machine that is to be played: those that are given come first.
 * Returns false with a failure added when that can't be.
 */
bool case_buckets_make(struct case_buckets *b, const struct test_case *c, const asl_machine *m,
                       const struct case_bucket *given, size_t given_count,
                       struct failures *failures);
/* Makes them of folders of files alone, for a machine that is played without a case. */
bool case_buckets_give(struct case_buckets *b, const asl_machine *m,
                       const struct case_bucket *given, size_t given_count,
                       struct failures *failures);
/* Makes them of what stands in `buckets`, as in a suite: objects by bucket and key. A signal that
 * ends the process meanwhile leaves them behind: see held_signals.h. */
bool case_buckets_of(struct case_buckets *b, const json *buckets, struct failures *failures);
/* Returns the folder of the bucket of that name; NULL: there is none. */
const struct object_folder *case_buckets_folder(const struct case_buckets *b, const char *name,
                                                size_t len);
/* Returns what the object of a key holds, up to 16 MiB: the JSON that it is, or else, and if
 * `as_text`, a text. NULL: there is no such object, or *why says why it can't be read. Yours. */
json *case_bucket_value(const struct object_folder *f, const json *key, bool as_text,
                        struct diag *why);
/* Returns the bucket that a call of S3 is for, a look; NULL: it is none, or names none. */
const json *case_bucket_called(const struct trial_call *call);
/* Returns whether one of them is what a call of S3 is for. */
bool case_buckets_have(const struct case_buckets *b, const struct trial_call *call);
void case_buckets_clear(struct case_buckets *b);

#endif
