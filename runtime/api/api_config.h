#ifndef RUNTIME_API_API_CONFIG_H
#define RUNTIME_API_API_CONFIG_H

#include "runtime/api/api_call.h"
#include "runtime/api/api_members.h"

/* The members of encryptionConfiguration, loggingConfiguration and tracingConfiguration. */
extern const struct member encryption_members[], logging_members[], tracing_members[];

/* Complete a configuration as AWS does; `given` NULL: none was given. */
json *config_tracing(const json *given);
json *config_encryption(const json *given);
/* As config_tracing; NULL with the call failed: InvalidLoggingConfiguration. */
json *config_logging(struct call *c, const json *given);

/* Checks an encryptionConfiguration; NULL: none was given. False with the call failed. */
bool check_encryption(struct call *c, const json *encryption);
/* Checks the ARN of a role; NULL: none was given. False with the call failed: InvalidArn. */
bool check_role(struct call *c, const json *role);

#endif
