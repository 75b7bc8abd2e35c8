#ifndef RUNTIME_API_API_CONFIG_H
#define RUNTIME_API_API_CONFIG_H

#include "runtime/api/api_call.h"
#include "runtime/api/api_members.h"

/* The members of encryptionConfiguration. */
extern const struct member encryption_members[];

/* Checks an encryptionConfiguration; NULL: none was given. False with the call failed. */
bool check_encryption(struct call *c, const json *encryption);
/* Is it the ARN of a role of IAM? NULL: none was given. False with the call failed: InvalidArn. */
bool check_role(struct call *c, const json *role);

#endif
