#ifndef TOOLS_SNAPSHOT_FILES_H
#define TOOLS_SNAPSHOT_FILES_H

#include "parsers/json/json.h"
#include "tools/test/suite.h"

#include <stdbool.h>
#include <stddef.h>

/* The new snapshots of suites, from their records until they are written. Empty is {0}. */
struct snapshot_files {
    struct renewed_suite {
        const struct suite *suite;
        struct json_build values; /* an object: snapshots by the names of their cases */
    } * all;
    size_t count, cap;
};

/* Takes the snapshot that a record of the case has, if it has one. */
void snapshot_files_take(struct snapshot_files *f, const struct test_case *c, const json *record);
/* Writes the files of all suites that change, and tells how. False after a message: one can't be
 * written. */
bool snapshot_files_write(const struct snapshot_files *f, struct suite *const *suites,
                          size_t count);
void snapshot_files_clear(struct snapshot_files *f);
/* Tells which entries of the suites' snapshots no case asks for. */
void snapshot_files_tell_unused(struct suite *const *suites, size_t count);

#endif
