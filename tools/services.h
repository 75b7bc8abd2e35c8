#ifndef TOOLS_SERVICES_H
#define TOOLS_SERVICES_H

#include "parsers/base/arena.h"
#include "runtime/handlers/handler.h"
#include "tools/buckets.h"
#include "tools/options.h"

/* The options that say who does the work of Tasks: handlers, and AWS's services. */
struct services_options {
    const char *handlers, *lambda_endpoint; /* NULL: not given */
    struct option_values endpoint;
    struct buckets_options buckets;
    bool allow_link_local;
};

extern const struct option_group services_group;

/* What they say, with what the environment does. */
struct services {
    struct endpoints *endpoints;
    struct buckets buckets;
    struct credentials *credentials;
    const char *region;
    bool allow_link_local;
};

/*
 * Replaces options of Step Functions Local, as -sqsEndpoint URL, by those of asl, in place. New
 * texts live in `texts`. Returns the new argc.
 */
int services_translate(int argc, char **argv, struct arena *texts);
/*
 * Reads what the options and the environment say of AWS's services. `keys`: a file of credentials
 * to ask them with, or NULL. `region`: for requests, looked at. False after a message.
 */
bool services_read(const struct services_options *given, const struct option_set *set,
                   const char *keys, const char *region, struct services *s);
/* Leaves out endpoints at this address and port, where asl serve itself listens. Prints a message
 * if the environment names it. */
void services_not(struct services *s, const char *address, int64_t port);
/* Gives handlers what `s` has, which they look at. */
void services_give(struct services *s, struct handlers_options *out);
void services_clear(struct services *s);

#endif
