#ifndef TOOLS_TEST_SNAPSHOT_H
#define TOOLS_TEST_SNAPSHOT_H

#include "parsers/base/buf.h"
#include "parsers/json/json.h"
#include "tools/test/expect.h"
#include "tools/test/result.h"
#include "tools/test/suite.h"

#include <stdbool.h>

/*
 * Snapshots: what cases came to when `asl test --update` last looked, kept beside the suite:
 * NAME.snap.json for NAME.test.yaml, NAME.test.json.snap.json for NAME.test.json. A case that
 * expects `snapshot` is compared with its entry.
 */

/* Returns the path of the file of a suite's snapshots; mem_free it. */
char *snapshot_path(const char *suite);
/* Reads the file of the suite's snapshots, if it is there. False: `report` says what is wrong. */
bool snapshot_read(struct suite *s, struct asl_report *report);

/* Returns whether the case expects a snapshot. */
bool snapshot_wanted(const struct test_case *c);
/* Returns what is written down of the case, yours; NULL when it expects no snapshot. Ids and
 * timestamps of events are left out: a state more would change them all. */
json *snapshot_value(const struct test_case *c, result *r);
/* Returns whether a file with the value can be read again: JSON has JSON_MAX_DEPTH levels. */
bool snapshot_fits(const json *value);
/* Compares what came of the case with its entry, if it expects a snapshot. */
void snapshot_check(const struct test_case *c, result *r, struct failures *out);

/* What --update makes of a suite's snapshots. */
struct snapshot_update {
    struct buf text; /* of the file; empty: no case expects a snapshot, so that none is needed */
    struct buf told; /* for people: what is new, what is renewed and how, what is removed */
    bool changed;    /* the file is to be written, or removed when `text` is empty */
};

/* Fills *out. `values` has the new snapshots by the names of their cases; cases that it lacks, as
 * they were not played or failed, keep what they have. */
void snapshot_renew(const struct suite *s, const json *values, struct snapshot_update *out);
void snapshot_update_clear(struct snapshot_update *u);
/* Adds a line for each entry that no case of the suite asks for. */
void snapshot_unused(const struct suite *s, struct buf *out);

#endif
