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

/* Its check takes from the environment what isn't given. */
extern const struct option_group region_group;

#endif
