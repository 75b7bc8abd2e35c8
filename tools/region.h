#ifndef TOOLS_REGION_H
#define TOOLS_REGION_H

#include "tools/options.h"

enum { REGION_SIZE = 64 };

/*
 * The region and the account that ARNs have: options of the commands that make ARNs, or variables
 * of the environment; the region also of the profile that AWS_PROFILE names. Calls of AWS's
 * services go to that region, too, or to that of the profile `default`, as those of AWS's tools.
 */
struct region {
    const char *region, *account; /* as given, and once they are read, what holds; NULL: not said */
    const char *calls;            /* the region of calls; NULL: not said */
    char of_profile[REGION_SIZE]; /* what they may look at: so the struct must stay in place */
};

/* Its check takes from the environment what isn't given. */
extern const struct option_group region_group;

#endif
