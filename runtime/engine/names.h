#ifndef RUNTIME_ENGINE_NAMES_H
#define RUNTIME_ENGINE_NAMES_H

#include "runtime/core/exec.h"

#include <stddef.h>
#include <stdint.h>

/* What an execution is called, from what its user says of it. NULL: the default. */
struct names_given {
    const char *machine; /* "StateMachine" */
    const char *name;    /* of the execution; a UUID that follows from the seed */
    const char *region;  /* AWS_DEFAULT_REGION */
    const char *account; /* AWS_DEFAULT_ACCOUNT */
    uint64_t seed;
};

/* Returns how many bytes of a name, of an execution or a machine, are characters that AWS lets
 * stand in one: `len` if all are. */
size_t names_good_len(const char *name, size_t len);

void names_make(const struct names_given *given, struct rt_names *out);

#endif
