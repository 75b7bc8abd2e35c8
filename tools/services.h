#ifndef TOOLS_SERVICES_H
#define TOOLS_SERVICES_H

#include "parsers/base/arena.h"
#include "runtime/handlers/handler.h"
#include "tools/options.h"

/* The options that say where AWS's services are and with which keys they are asked. */
struct services_options {
    struct option_values endpoint;
    const char *credentials; /* a file; NULL: not given */
    bool allow_link_local;
};

/* What they say, with what the environment does. */
struct services {
    struct endpoints *endpoints;
    struct credentials *credentials;
    const char *region;
    bool allow_link_local;
};

/*
 * Turns options of Step Functions Local, -sqsEndpoint URL, into ours; texts made for it live in
 * `texts`. Returns the new argc.
 */
int services_translate(int argc, char **argv, struct arena *texts);
/*
 * `lambda`: --lambda-endpoint, or NULL; `region`: for requests, looked at. False after a message.
 */
bool services_read(const struct services_options *given, const struct option_set *set,
                   const char *lambda, const char *region, struct services *s);
/* We listen there: no service is looked for there. Says so where the environment does. */
void services_not(struct services *s, const char *address, int64_t port);
/* For handlers, which look at `s`. */
void services_give(struct services *s, struct handlers_options *out);
void services_clear(struct services *s);

#define SERVICES_OPTIONS(type, w)                                                                  \
    {"endpoint", 0, "SERVICE=URL...",                                                              \
     "where a service of AWS is, as sqs=http://127.0.0.1:4566; URL may\n"                          \
     "be aws, SERVICE may be * (also SQS_ENDPOINT, ...,\n"                                         \
     "AWS_ENDPOINT_URL_SQS, ..., AWS_ENDPOINT_URL)",                                               \
     offsetof(type, w.endpoint)},                                                                  \
    {                                                                                              \
        "allow-link-local", 0, NULL,                                                               \
            "let services and http:invoke be at link-local and metadata\n"                         \
            "addresses",                                                                           \
            offsetof(type, w.allow_link_local)                                                     \
    }

#endif
