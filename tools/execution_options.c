/* How executions run: the option group of the commands that run them. A time or a size is a whole
 * number with its unit. */

#include "tools/execution_options.h"

#include "parsers/base/count.h"
#include "tools/cmd.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct unit {
    const char *name;
    int64_t factor;
};

/* Reads a whole number with one of the units. False: it has none of them, isn't greater than 0,
 * or doesn't fit into 64 bits in the smallest unit. */
static bool execution_options_units(const char *text, const struct unit *units, size_t count,
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

bool execution_options_size(const char *text, int64_t *bytes)
{
    static const struct unit sizes[] = {
        {"k", 1 << 10}, {"m", 1 << 20}, {"g", 1 << 30}, {"t", INT64_C(1) << 40},
        {"K", 1 << 10}, {"M", 1 << 20}, {"G", 1 << 30}, {"T", INT64_C(1) << 40}};

    return execution_options_units(text, sizes, COUNT(sizes), bytes);
}

static bool execution_options_check(void *values, const struct option_set *set)
{
    static const struct unit times[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}};
    /* Below that not even what is always there has room. */
    enum { LEAST_BYTES = 16 << 20 };
    struct execution_options *o = values;
    int64_t bytes = 0;

    /* The group's check is the place where texts become numbers, so that each command that has
     * the group reports mistakes in the same words. */
    o->no_limits = o->limits && strcmp(o->limits, "none") == 0;
    if (!options_factor(set, "wait-time-scale", o->wait_scale, "WAIT_TIME_SCALE", &o->scale))
        return false;
    if (o->expression_time &&
        !execution_options_units(o->expression_time, times, COUNT(times), &o->evaluation_ms)) {
        cmd_usage(set->command,
                  "--expression-time is a number of milliseconds, seconds or minutes, as in 500ms, "
                  "1s, 1m; not '%s'",
                  o->expression_time);
        return false;
    }
    if (o->memory && (!execution_options_size(o->memory, &bytes) || bytes < LEAST_BYTES)) {
        cmd_usage(set->command, "--memory is a size from 16m on, as in 500m or 2g; not '%s'",
                  o->memory);
        return false;
    }
    o->bytes = (size_t)bytes;
    return true;
}

static const struct option_row rows[] = {
    {"wait-time-scale", 0, "FACTOR",
     "multiplies waits, the delays before retries, and the pauses\n"
     "between questions about jobs, but at AWS, by FACTOR\n"
     "(also WAIT_TIME_SCALE)",
     offsetof(struct execution_options, wait_scale)},
    {"limits", 0, "aws|none",
     "aws: AWS's quotas on data, events and concurrency hold; none:\n"
     "they don't (default: aws)",
     offsetof(struct execution_options, limits)},
    {"expression-time", 0, "TIME",
     "how long one expression may use the processor: 500ms, 1s, 1m\n"
     "(default: 1s)",
     offsetof(struct execution_options, expression_time)},
    {"memory", 0, "SIZE",
     "how much memory executions may use: 500m, 2g (default: half of\n"
     "the machine's)",
     offsetof(struct execution_options, memory)},
};

const struct option_group execution_group = {rows, COUNT(rows), execution_options_check};

/* Who lets waits take no time still leaves the service some, and the processor. */
static int64_t scaled_poll_ms(double scale)
{
    enum { LEAST_MS = 10, MOST_MS = 3600 * 1000 };
    double ms = HANDLERS_POLL_MS * scale;

    return ms < LEAST_MS ? LEAST_MS : ms < MOST_MS ? (int64_t)ms : MOST_MS;
}

void execution_options_give(const struct execution_options *o, struct host_options *out)
{
    out->handlers.poll_ms = scaled_poll_ms(o->scale);
    out->handlers.no_limits = o->no_limits;
    out->evaluation_ms = o->evaluation_ms;
    out->memory = o->bytes;
}
