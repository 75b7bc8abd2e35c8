/* Options that are a time or a size: a whole number with its unit. */

#include "tools/bounds.h"

#include "parsers/base/count.h"
#include "tools/cmd.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct unit {
    const char *name;
    int64_t factor;
};

/* Greater than 0, and none that doesn't fit. */
static bool bounds_read_units(const char *text, const struct unit *units, size_t count,
                              int64_t *out)
{
    char *end;

    errno = 0;
    long long n = strtoll(text, &end, 10);
    if (end == text || errno || n <= 0)
        return false;
    for (size_t i = 0; i < count; i++)
        if (strcmp(end, units[i].name) == 0 && n <= INT64_MAX / units[i].factor) {
            *out = n * units[i].factor;
            return true;
        }
    return false;
}

bool bounds_size(const char *text, int64_t *bytes)
{
    static const struct unit sizes[] = {
        {"k", 1 << 10}, {"m", 1 << 20}, {"g", 1 << 30}, {"t", INT64_C(1) << 40},
        {"K", 1 << 10}, {"M", 1 << 20}, {"G", 1 << 30}, {"T", INT64_C(1) << 40}};

    return bounds_read_units(text, sizes, COUNT(sizes), bytes);
}

bool bounds_read(const struct option_set *set, struct bounds *b)
{
    static const struct unit times[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}};
    /* Below that not even what is always there has room. */
    enum { LEAST_BYTES = 16 << 20 };
    int64_t bytes = 0;

    if (b->expression_time &&
        !bounds_read_units(b->expression_time, times, COUNT(times), &b->evaluation_ms)) {
        cmd_usage(set->command,
                  "--expression-time is a number of milliseconds, seconds or minutes, as in 500ms, "
                  "1s, 1m; not '%s'",
                  b->expression_time);
        return false;
    }
    if (b->memory && (!bounds_size(b->memory, &bytes) || bytes < LEAST_BYTES)) {
        cmd_usage(set->command, "--memory is a size from 16m on, as in 500m or 2g; not '%s'",
                  b->memory);
        return false;
    }
    b->bytes = (size_t)bytes;
    return true;
}

void bounds_give(const struct bounds *b, struct host_options *out)
{
    out->evaluation_ms = b->evaluation_ms;
    out->memory = b->bytes;
}
