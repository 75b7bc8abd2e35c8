#ifndef RUNTIME_AWS_ENDPOINTS_H
#define RUNTIME_AWS_ENDPOINTS_H

#include "parsers/base/buf.h"
#include "parsers/base/diag.h"
#include "runtime/aws/aws.h"

#include <sys/socket.h>

/*
 * Where services are. In this order: what was added (a command's options), the variables of Step
 * Functions Local (SQS_ENDPOINT), AWS_ENDPOINT_URL_SQS, AWS_ENDPOINT_URL; the last two unless
 * AWS_IGNORE_CONFIGURED_ENDPOINT_URLS says true. This very server is never taken for a service.
 */
struct endpoints;

/* Makes an empty set. `region` is that of AWS's own endpoints; NULL: AWS_DEFAULT_REGION. */
struct endpoints *endpoints_new(const char *region);
void endpoints_free(struct endpoints *e);

/*
 * Adds "SERVICE=URL", where `aws` stands for AWS's own endpoint and the service `*` for any. The
 * more exact name wins, then what is added later. Returns false with *why filled when it is none;
 * its code is ENDPOINTS_NO_SERVICE when there is no such service.
 */
#define ENDPOINTS_NO_SERVICE "NO_SERVICE"
bool endpoints_add(struct endpoints *e, const char *given, struct diag *why);
/* Adds what a profile of the user's says, which counts less than all else; see own_keys_endpoints.
 * Returns false when `url` is none. */
bool endpoints_add_of_profile(struct endpoints *e, const char *service, const char *url);
/* Notes an address where this very server listens, which is never taken for a service. */
void endpoints_not(struct endpoints *e, const char *address, uint16_t port);
/* Returns whether a URL leads to such an address. */
bool endpoints_is_here(const struct endpoints *e, const char *url);

/*
 * Returns a look at the URL of the service of that id ("Secrets Manager"); NULL when nothing says
 * where it is, or only that it is here.
 */
const char *endpoints_find(struct endpoints *e, const char *id);
/*
 * Returns a look at the URL where a call goes, NULL as endpoints_find does. An option may name the
 * service as the integration does, "bedrock" for bedrock:invokeModel, which is of Bedrock Runtime.
 */
const char *endpoints_find_of_call(struct endpoints *e, const struct aws_call *c);
/*
 * Returns whether `url` is AWS's own endpoint of the service, as endpoints_find gave it; *region
 * (may be NULL) is then a look at the region that signatures name, NULL: that of the set.
 */
bool endpoints_is_own(const struct endpoints *e, const char *url, const char **region);
/*
 * Writes AWS's own URL of the service of that id in a region. Returns false when it is not there;
 * *signs_as (a look) is the region that signatures name.
 */
bool endpoints_write_own(struct buf *out, const char *id, const char *region,
                         const char **signs_as);
/* Write which settings would say where a service is, or that of a call: "--endpoint sqs=URL (also
 * SQS_ENDPOINT, …". */
void endpoints_say(const char *id, struct buf *out);
void endpoints_say_of_call(const struct aws_call *c, struct buf *out);
/* Adds which of these variables say that a service is here, which is why they don't count: ", but
 * AWS_ENDPOINT_URL is this server itself"; or nothing. */
void endpoints_say_here(const struct endpoints *e, const char *id, struct buf *out);

/*
 * Finds a variable that would say where a service is, but holds no URL. *at is 0 at first, and
 * tells where to go on. Returns a look at "NAME=value"; NULL: there is no other.
 */
const char *endpoints_next_wrong(size_t *at);

/* Adds what was given as a URL, but need not be one, without what may be a secret in it: a user, a
 * query and a fragment. */
void endpoints_show_url(struct buf *out, const char *url);

/* Returns whether AWS_IGNORE_CONFIGURED_ENDPOINT_URLS says that AWS's variables don't count. */
bool endpoints_ignore_variables(void);

/* ---- names that no service has: endpoint_names.c ---- */

/*
 * Returns whether no service has that name in variables and profiles, "secretsmanager" for
 * secrets_manager: *meant then gets the right one, or nothing if none is near. Without the
 * services' models all names are good.
 */
bool endpoints_misname(const char *name, size_t len, struct buf *meant);
/* Finds a variable AWS_ENDPOINT_URL_… of no service, as endpoints_next_wrong does; *meant gets the
 * name that the variable should end in, or nothing. */
const char *endpoints_next_misnamed(size_t *at, struct buf *meant);

/*
 * Reads an option of Step Functions Local that says where a service is, "-sqsEndpoint" or
 * "--sqs-endpoint". Returns the service, "sqs", to go before `=URL`; NULL when it is no such
 * option.
 */
const char *endpoints_jar_option(const char *option);

/* Returns whether an address is link-local: there a cloud machine's metadata and credentials are.
 */
bool endpoints_address_is_link_local(const struct sockaddr *address);
/*
 * Returns whether a proxy could take `host` for a link-local address: it is one of the names that
 * clouds give it, or a number that a final dot makes look like a name.
 */
bool endpoints_name_is_link_local(const char *host);
/* Returns whether a URL's host is this machine. */
bool endpoints_url_is_loopback(const char *url);

#endif
