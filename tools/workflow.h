#ifndef TOOLS_WORKFLOW_H
#define TOOLS_WORKFLOW_H

#include "asl/asl.h"
#include "runtime/handlers/mock_config.h"
#include "runtime/host/host.h"
#include "tools/bounds.h"
#include "tools/machine_file.h"
#include "tools/options.h"
#include "tools/region.h"
#include "tools/report_text.h"
#include "tools/services.h"
#include "tools/set_options.h"

#include <stddef.h>

/*
 * What `asl run` and `asl bench` share: a definition, its input, and how it is to be run, from
 * options and the environment. Messages go to stderr; functions return false after one.
 */
struct workflow {
    /* Options as given; NULL: not. */
    const char *input, *handlers, *lambda_endpoint, *mock, *clock, *limits, *name, *context, *seed,
        *wait_scale, *color;
    struct bounds bounds;
    struct region where;
    struct services_options asked;
    struct set_options set;
    bool silent; /* says of a definition nothing but what is wrong with it */

    struct placeholders placeholders;
    struct machine_file file; /* the definition */
    json *value;              /* the input */
    json *written;            /* its text, where that isn't as json_text writes it */
    json *extra;              /* --context */
    struct buf handlers_text; /* that file's */
    mocks *mocks;             /* NULL: none */
    uint64_t seed_value;
    struct services services;
    struct rt_names names;
};

/* Rows of the options above, for the table of a command that fills a `type` with a workflow `w`. */
#define WORKFLOW_OPTIONS(type, w)                                                                  \
    {"input", 'i', "JSON|@FILE|-",                                                                 \
     "the input; @FILE reads a file, - reads standard input\n"                                     \
     "(default: {})",                                                                              \
     offsetof(type, w.input)},                                                                     \
        {"handlers", 0, "FILE", "who does the work of Tasks: docs/handlers.md",                    \
         offsetof(type, w.handlers)},                                                              \
        {"lambda-endpoint", 0, "URL",                                                              \
         "a Lambda Invoke API for functions without a handler\n"                                   \
         "(also LAMBDA_ENDPOINT, AWS_ENDPOINT_URL_LAMBDA,\n"                                       \
         "AWS_ENDPOINT_URL)",                                                                      \
         offsetof(type, w.lambda_endpoint)},                                                       \
        SET_OPTIONS(type, w.set), SERVICES_OPTIONS(type, w.asked),                                 \
        {"wait-time-scale", 0, "FACTOR",                                                           \
         "waits and pauses before retries last so many times as long\n"                            \
         "(also WAIT_TIME_SCALE)",                                                                 \
         offsetof(type, w.wait_scale)},                                                            \
        {"mock", 0, "FILE#CASE",                                                                   \
         "answers for states, as Step Functions Local's mock\n"                                    \
         "configuration has them (also SFN_MOCK_CONFIG);\n"                                        \
         "FILE#MACHINE#CASE: those of another machine's case",                                     \
         offsetof(type, w.mock)},                                                                  \
        {"limits", 0, "aws|none", "AWS's quotas on data, events and concurrency (default: aws)",   \
         offsetof(type, w.limits)},                                                                \
        {"name", 0, "NAME", "the execution's name (default: a UUID)", offsetof(type, w.name)},     \
        {"context", 0, "JSON|@FILE|-", "members for the context object",                           \
         offsetof(type, w.context)},                                                               \
        BOUNDS_OPTIONS(type, w.bounds), REGION_OPTIONS(type, w.where),                             \
        COLOUR_OPTION(type, w.color),                                                              \
    {                                                                                              \
        "seed", 0, "N", "makes jitter, UUIDs and random numbers reproducible",                     \
            offsetof(type, w.seed)                                                                 \
    }

/* Reads the definition and everything that the options say. Returns an exit status. */
int workflow_load(struct workflow *w, const struct option_set *set, const char *path);
void workflow_clear(struct workflow *w);

/* The configuration of an execution. */
struct rt_config workflow_config(const struct workflow *w);
/* What the options and the environment say of handlers. */
void workflow_host_options(struct workflow *w, struct host_options *out);
/* Gives the host handlers and mocks. */
bool workflow_handlers(struct workflow *w, const struct option_set *set, host *h);

#endif
