#ifndef RUNTIME_NAMES_H
#define RUNTIME_NAMES_H

#include "runtime/core/exec.h"

#include <stdint.h>

/* Where nobody says otherwise: those that emulators of AWS have. */
#define NAMES_REGION "us-east-1"
#define NAMES_ACCOUNT "123456789012"

/*
 * AWS's regions are in partitions, each with a name in ARNs and a domain of its own: "aws-cn" and
 * "amazonaws.com.cn" for cn-north-1. A region of none of them is taken for one of "aws".
 */
const char *names_partition(const char *region);
const char *names_domain(const char *region);

/* What an execution is called, from what its user says of it. NULL: the default. */
struct names_given {
    const char *machine; /* "StateMachine" */
    const char *name;    /* of the execution; a UUID that follows from the seed */
    const char *region;  /* NAMES_REGION */
    const char *account; /* NAMES_ACCOUNT */
    uint64_t seed;
};

void names_make(const struct names_given *given, struct rt_names *out);

#endif
