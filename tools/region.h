#ifndef TOOLS_REGION_H
#define TOOLS_REGION_H

#include "tools/options.h"

/*
 * The region and the account that ARNs have: options of the commands that make ARNs, or variables
 * of the environment.
 */
struct region {
    const char *region, *account; /* as given, and once they are read, what holds; NULL: not said */
};

/* Rows of the options above, for the table of a command that fills a `type` with a region `r`. */
#define REGION_OPTIONS(type, r)                                                                    \
    {"region", 0, "REGION", "(also AWS_DEFAULT_REGION, AWS_REGION; default: us-east-1)",           \
     offsetof(type, r.region)},                                                                    \
    {                                                                                              \
        "account", 0, "ID", "(also AWS_ACCOUNT_ID; default: 123456789012)",                        \
            offsetof(type, r.account)                                                              \
    }

/* Takes from the environment what isn't given. False after saying what is wrong. */
bool region_read(struct region *r, const struct option_set *set);

#endif
