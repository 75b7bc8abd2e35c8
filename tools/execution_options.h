#ifndef TOOLS_EXECUTION_OPTIONS_H
#define TOOLS_EXECUTION_OPTIONS_H

#include "runtime/host/host.h"
#include "tools/options.h"

/* How executions run, and what they may use of the machine: options of the commands that run them.
 */
struct execution_options {
    const char *wait_scale, *limits, *expression_time, *memory; /* as given; NULL: not */
    double scale;                                               /* of waits and retry delays */
    bool no_limits;                                             /* AWS's quotas don't hold */
    int64_t evaluation_ms;                                      /* 0: the usual */
    size_t bytes;                                               /* 0: the usual */
};

extern const struct option_group execution_group;

/* Reads a size with its unit of 1024s, as in "64m" or "2G". False: it is none, or 0. */
bool execution_options_size(const char *text, int64_t *bytes);
/* Gives the host what the options say, but for the scale, which is the engine's. */
void execution_options_give(const struct execution_options *o, struct host_options *out);

#endif
