#ifndef TESTS_SUPPORT_MACHINE_H
#define TESTS_SUPPORT_MACHINE_H

#include "asl/asl.h"

/* A definition of one state, as a constant. */
#define ONE_STATE(name, rest) "{\"StartAt\":\"" name "\",\"States\":{\"" name "\":{" rest "}}}"

/* Compiles a definition, which must be good. */
asl_machine *machine_of(const char *text);

#endif
