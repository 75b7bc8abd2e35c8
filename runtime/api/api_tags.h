#ifndef RUNTIME_API_API_TAGS_H
#define RUNTIME_API_API_TAGS_H

#include "runtime/api/api_operation.h"

/* The members of one tag in a request. */
extern const struct member tag_members[];

/* Makes an object, key: value, of a list of tags; NULL is an empty list. */
json *tags_of(const json *list);

extern const struct operation tag_resource_operation, untag_resource_operation,
    list_tags_for_resource_operation;

#endif
