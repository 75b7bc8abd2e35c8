#ifndef RUNTIME_API_API_OPERATION_H
#define RUNTIME_API_API_OPERATION_H

#include "parsers/json/json.h"
#include "runtime/api/api_call.h"
#include "runtime/api/api_members.h"

/*
 * An operation of the API. Its module defines one, beside its function and its members; its header
 * declares it, and the list in api_operation.c has it.
 */
struct operation {
    const char *name;
    /* The answer; NULL: the call failed, or it waits. */
    json *(*run)(struct call *c);
    const struct member *in;
    bool grows; /* it makes the store grow, beside what runs already */
};

/* Returns the operation of that name; NULL: there is none. */
const struct operation *operation_find(const char *name);

#endif
