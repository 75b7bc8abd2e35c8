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

/* `region`: for those that are AWS's own; NULL: AWS_DEFAULT_REGION. */
struct endpoints *endpoints_new(const char *region);
void endpoints_free(struct endpoints *e);

/*
 * "SERVICE=URL", with URL `aws` for AWS's own endpoint; SERVICE `*` is any. What is added later
 * wins. False with *why filled.
 */
bool endpoints_add(struct endpoints *e, const char *given, struct diag *why);
/* We ourselves listen there; and is a URL's place there? */
void endpoints_not(struct endpoints *e, const char *address, uint16_t port);
bool endpoints_is_here(const struct endpoints *e, const char *url);

/* A look at the URL; NULL: nothing says where it is, or only that it is here. */
const char *endpoints_find(struct endpoints *e, const struct aws_service *s);
/* Which settings would say it: "--endpoint sqs=URL, SQS_ENDPOINT, …". */
void endpoints_say(const struct aws_service *s, struct buf *out);

/*
 * The option of Step Functions Local that says where a service is, "-sqsEndpoint" or
 * "--sqs-endpoint": "sqs", to go before `=URL`; NULL: it is none.
 */
const char *endpoints_jar_option(const char *option);

/* Is it an address that only this machine or its host may be asked at: link-local, metadata? */
bool endpoints_address_is_link_local(const struct sockaddr *address);
/*
 * Is it, for somebody who resolves what can't be resolved here, the name of such an address: one of
 * those that clouds give it, or a number that a final dot makes look like a name?
 */
bool endpoints_name_is_link_local(const char *host);
/* Is a URL's host this machine? */
bool endpoints_url_is_loopback(const char *url);

#endif
