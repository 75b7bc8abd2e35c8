#ifndef TOOLS_WORKFLOW_H
#define TOOLS_WORKFLOW_H

#include "asl/asl.h"
#include "runtime/engine/mock_config.h"
#include "runtime/host/host.h"
#include "tools/execution_options.h"
#include "tools/machine_file.h"
#include "tools/options.h"
#include "tools/region.h"
#include "tools/report_text.h"
#include "tools/services.h"
#include "tools/set_options.h"
#include "tools/used_files.h"

#include <stddef.h>

/*
 * What `asl run` and `asl bench` share: a definition, its input, and how it is to be run, from
 * options and the environment. Messages go to stderr; functions return false after one.
 */
struct workflow {
    /* Options as given; NULL: not. */
    const char *input, *mock, *clock, *name, *context, *seed, *color;
    struct execution_options how;
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
    struct used_files used;   /* the files that were read */
    uint64_t seed_value;
    struct services services;
    struct rt_names names;
};

/* The options of a workflow itself, and those of its groups, where it is member `w` of a `type`. */
extern const struct option_group workflow_group;

#define WORKFLOW_USES(type, w)                                                                     \
    {&workflow_group, offsetof(type, w)}, {&services_group, offsetof(type, w.asked)},              \
        {&buckets_group, offsetof(type, w.asked.buckets)},                                         \
        {&execution_group, offsetof(type, w.how)}, {&set_group, offsetof(type, w.set)},            \
        {&region_group, offsetof(type, w.where)},                                                  \
    {                                                                                              \
        &colour_group, offsetof(type, w.color)                                                     \
    }

/* Reads the definition at `path` and all that the options name. Returns EXIT_GOOD, or another exit
 * status after a message. */
int workflow_load(struct workflow *w, const struct option_set *set, const char *path);
void workflow_clear(struct workflow *w);

/* Returns the configuration of an execution, which looks at `w`. */
struct rt_config workflow_config(const struct workflow *w);
/* Gives the host what options and environment say of handlers, clock and bounds. */
void workflow_host_options(struct workflow *w, struct host_options *out);
/* Gives the host its handlers and mocks. */
bool workflow_handlers(struct workflow *w, const struct option_set *set, host *h);

#endif
