/*
 * Who does the work of Tasks: a handlers file, and AWS's services at the endpoints that options and
 * environment name.
 */

#include "tools/services.h"

#include "asl/call/call.h"
#include "parsers/base/count.h"
#include "parsers/base/mem.h"
#include "runtime/aws/credentials.h"
#include "runtime/aws/endpoints.h"
#include "runtime/aws/own_keys.h"
#include "tools/cmd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct option_row rows[] = {
    {"handlers", 0, "FILE", "the file that says who does the work of Tasks: docs/handlers.md",
     offsetof(struct services_options, handlers)},
    {"lambda-endpoint", 0, "URL",
     "a Lambda Invoke API for functions without a handler\n"
     "(also LAMBDA_ENDPOINT, AWS_ENDPOINT_URL_LAMBDA,\n"
     "AWS_ENDPOINT_URL)",
     offsetof(struct services_options, lambda_endpoint)},
    {"endpoint", 0, "SERVICE=URL...",
     "the URL of a service of AWS, as sqs=http://127.0.0.1:4566; the\n"
     "URL aws means AWS itself, the service * means all (also\n"
     "SQS_ENDPOINT, ..., AWS_ENDPOINT_URL_SQS, ..., AWS_ENDPOINT_URL)",
     offsetof(struct services_options, endpoint)},
    {"allow-link-local", 0, NULL,
     "allows services and http:invoke at link-local addresses, where\n"
     "clouds keep the keys of a machine",
     offsetof(struct services_options, allow_link_local)},
};

const struct option_group services_group = {rows, COUNT(rows), NULL};

/* Adds to a message that a service is not known which one was likely meant. */
static void say_which_was_meant(const char *given, struct buf *out)
{
    size_t guesses = CALL_GUESSES, before;

    buf_adds(out, ": ");
    before = out->len;
    call_guess_service((struct asl_piece){given, strcspn(given, "=")}, &guesses, out);
    if (out->len == before)
        buf_adds(out, "services are called as in resources, as sqs or states");
}

static bool services_add(struct services *s, const struct option_set *set, const char *given)
{
    struct diag why = {0};
    struct buf meant = {0};
    bool good = endpoints_add(s->endpoints, given, &why);

    if (!good && why.code && strcmp(why.code, ENDPOINTS_NO_SERVICE) == 0)
        say_which_was_meant(given, &meant);
    if (!good)
        cmd_usage(set->command, "--endpoint: %s%s", why.text, buf_str(&meant));
    buf_clear(&meant);
    diag_clear(&why);
    return good;
}

/* --lambda-endpoint URL is --endpoint lambda=URL with a message of its own. */
static bool add_lambda_endpoint(struct services *s, const struct option_set *set, const char *url)
{
    struct diag why = {0};
    struct buf text = {0}, shown = {0};
    bool good;

    buf_printf(&text, "lambda=%s", url);
    good = endpoints_add(s->endpoints, buf_str(&text), &why);
    endpoints_show_url(&shown, url);
    if (!good)
        cmd_usage(set->command,
                  "--lambda-endpoint takes a URL like http://127.0.0.1:3001, not '%s'",
                  buf_str(&shown));
    diag_clear(&why);
    buf_clear(&text);
    buf_clear(&shown);
    return good;
}

/* "--endpoint=sqs=URL" */
static char *our_option(struct arena *texts, const char *service, const char *url)
{
    struct buf text = {0};
    char *kept;

    buf_printf(&text, "--endpoint=%s=%s", service, url);
    kept = arena_strndup(texts, buf_str(&text), text.len);
    buf_clear(&text);
    return kept;
}

/* "-sqsEndpoint URL" and "-sqsEndpoint=URL" both become one word, so with a URL of its own the
 * rest of argv moves up by one. */
int services_translate(int argc, char **argv, struct arena *texts)
{
    static char none[] = "--";

    for (int i = 1; i < argc && strcmp(argv[i], none) != 0; i++) {
        const char *equals = strchr(argv[i], '=');
        char *name =
            arena_strndup(texts, argv[i], equals ? (size_t)(equals - argv[i]) : strlen(argv[i]));
        const char *service = endpoints_jar_option(name);

        /* The lambda one is ours too. */
        if (!service || !strcmp(name, "--lambda-endpoint") || (!equals && i + 1 == argc))
            continue;
        if (equals) {
            argv[i] = our_option(texts, service, equals + 1);
        } else {
            argv[i] = our_option(texts, service, argv[i + 1]);
            for (int k = i + 1; k + 1 <= argc; k++)
                argv[k] = argv[k + 1];
            argc--;
        }
    }
    return argc;
}

/* One that is no URL is left out, as none can be made of it: whoever set it should know. */
static void tell_left_out(const char *command, const char *what, size_t len, const char *url)
{
    struct buf shown = {0};

    endpoints_show_url(&shown, url);
    fprintf(stderr, "asl %s: %.*s is left out, as it is no URL like http://127.0.0.1:4566: '%s'\n",
            command, (int)len, what, buf_str(&shown));
    buf_clear(&shown);
}

static void tell_wrong_variables(const char *command)
{
    const char *variable;

    for (size_t at = 0; (variable = endpoints_next_wrong(&at));) {
        size_t len = strcspn(variable, "=");

        tell_left_out(command, variable, len, variable + len + 1);
    }
}

/* AWS_ENDPOINT_URL_SECRETSMANAGER says nothing to anybody, though it looks right. */
static void tell_misnamed_variables(const char *command)
{
    struct buf meant = {0};
    const char *variable;

    for (size_t at = 0; (variable = endpoints_next_misnamed(&at, &meant));) {
        fprintf(stderr, "asl %s: %.*s is left out, as no service has that name", command,
                (int)strcspn(variable, "="), variable);
        if (meant.len)
            fprintf(stderr, "; did you mean AWS_ENDPOINT_URL_%s?", buf_str(&meant));
        fputc('\n', stderr);
    }
    buf_clear(&meant);
}

struct from_profile {
    const char *command;
    struct services *services;
};

static void add_of_profile(void *user, const char *service, const char *url)
{
    static const char what[] = "an endpoint_url of the profile";
    const struct from_profile *p = user;
    struct buf meant = {0};

    if (service && endpoints_misname(service, strlen(service), &meant)) {
        fprintf(stderr,
                "asl %s: '%s' in the profile's section of services is left out, as no service has "
                "that name",
                p->command, service);
        if (meant.len)
            fprintf(stderr, "; did you mean %s?", buf_str(&meant));
        fputc('\n', stderr);
    } else if (!endpoints_add_of_profile(p->services->endpoints, service, url)) {
        tell_left_out(p->command, what, strlen(what), url);
    }
    buf_clear(&meant);
}

static void read_profile(struct services *s, const char *command)
{
    char *lacking = own_keys_endpoints(add_of_profile, &(struct from_profile){command, s});

    if (lacking)
        fprintf(stderr,
                "asl %s: the profile names the section [services %s] for where services are, which "
                "the file of settings doesn't have\n",
                command, lacking);
    mem_free(lacking);
}

bool services_read(const struct services_options *given, const struct option_set *set,
                   const char *keys, const char *region, struct services *s)
{
    struct diag why = {0};
    bool good = true;

    s->endpoints = endpoints_new(region);
    s->region = region;
    s->allow_link_local = given->allow_link_local;
    tell_wrong_variables(set->command);
    tell_misnamed_variables(set->command);
    read_profile(s, set->command);
    for (size_t i = 0; good && i < given->endpoint.count; i++)
        good = services_add(s, set, given->endpoint.at[i]);
    if (good && given->lambda_endpoint)
        good = add_lambda_endpoint(s, set, given->lambda_endpoint);
    if (good && keys && !(s->credentials = credentials_load(keys, &why))) {
        cmd_fail(set->command, "--credentials: %s", why.text);
        good = false;
    }
    diag_clear(&why);
    return good && buckets_open(&given->buckets, set, &s->buckets);
}

/* Without this, a shell that points AWS's command line to this server would have it send its
 * Tasks to itself. */
void services_not(struct services *s, const char *address, int64_t port)
{
    const char *url = getenv("AWS_ENDPOINT_URL");

    endpoints_not(s->endpoints, address, (uint16_t)port);
    if (url && endpoints_is_here(s->endpoints, url) && !endpoints_find(s->endpoints, "Lambda"))
        fprintf(stderr,
                "asl serve: AWS_ENDPOINT_URL is this server itself, %s, and so no endpoint for its "
                "Tasks: set AWS_ENDPOINT_URL_LAMBDA and the like\n",
                url);
}

void services_give(struct services *s, struct handlers_options *out)
{
    out->lambda_endpoint = endpoints_find(s->endpoints, "Lambda");
    out->endpoints = s->endpoints;
    out->credentials = s->credentials;
    out->region = s->region;
    out->allow_link_local = s->allow_link_local;
    out->buckets = s->buckets.all;
    out->bucket_count = s->buckets.count;
}

void services_clear(struct services *s)
{
    endpoints_free(s->endpoints);
    credentials_free(s->credentials);
    buckets_clear(&s->buckets);
    *s = (struct services){0};
}
