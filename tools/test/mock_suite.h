#ifndef TOOLS_TEST_MOCK_SUITE_H
#define TOOLS_TEST_MOCK_SUITE_H

#include "tools/test/suite.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * A mock configuration of Step Functions Local (MockConfigFile.json) as suites, one for each of its
 * state machines. Its test cases expect nothing: they are only played.
 */
struct mock_suites {
    const struct suite_reader *reader;
    /* Returns the file that the user has named for the machine, as reader->read takes it; NULL: the
     * definition is looked for beside the configuration, MACHINE.asl.json and so on. */
    const char *(*definition)(void *user, const char *machine);
    /* Hears what is wrong, once for each machine: looks. */
    void (*tell)(void *user, const struct suite_file *f, const struct asl_report *report);
    /* Takes a suite. */
    void (*take)(void *user, struct suite *s);
    void *user;
};

/* Returns whether the file is a mock configuration: JSON with StateMachines, and no NAME.test.json.
 * What can't be read is none. */
bool mock_suite_is(const char *path);
void mock_suites_load(const struct mock_suites *how, const char *path);

#endif
