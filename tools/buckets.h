#ifndef TOOLS_BUCKETS_H
#define TOOLS_BUCKETS_H

#include "runtime/handlers/handler.h"
#include "tools/options.h"

/* The option --bucket NAME=FOLDER, which may be repeated. */
struct buckets_options {
    struct option_values bucket;
};

extern const struct option_group buckets_group;

/* The folders that it names, open. Empty is {0}. */
struct buckets {
    struct handlers_bucket *all;
    size_t count;
};

/* Opens the folders. False after a message. */
bool buckets_open(const struct buckets_options *given, const struct option_set *set,
                  struct buckets *out);
void buckets_clear(struct buckets *b);

#endif
