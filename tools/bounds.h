#ifndef TOOLS_BOUNDS_H
#define TOOLS_BOUNDS_H

#include "runtime/host/host.h"
#include "tools/options.h"

/* What executions may use of the machine: options of the commands that run them. */
struct bounds {
    const char *expression_time, *memory; /* as given; NULL: not */
    int64_t evaluation_ms;                /* read from them; 0: the usual */
    size_t bytes;
};

/* Rows of the options above, for the table of a command that fills a `type` with bounds `b`. */
#define BOUNDS_OPTIONS(type, b)                                                                    \
    {"expression-time", 0, "TIME",                                                                 \
     "what one expression may use of the processor's time: 500ms,\n"                               \
     "1s, 1m (default: 1s)",                                                                       \
     offsetof(type, b.expression_time)},                                                           \
    {                                                                                              \
        "memory", 0, "SIZE",                                                                       \
            "what the process may use for executions: 500m, 2g (default:\n"                        \
            "half of the machine's)",                                                              \
            offsetof(type, b.memory)                                                               \
    }

/* "64m", "2G": a unit of 1024s is needed. False: it is none, or 0. */
bool bounds_size(const char *text, int64_t *bytes);
/* False after saying what is wrong. */
bool bounds_read(const struct option_set *set, struct bounds *b);
void bounds_give(const struct bounds *b, struct host_options *out);

#endif
