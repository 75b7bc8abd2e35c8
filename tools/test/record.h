#ifndef TOOLS_TEST_RECORD_H
#define TOOLS_TEST_RECORD_H

#include "parsers/json/json.h"
#include "tools/test/case_run.h"

/*
 * What is told of a case, as a value: it goes from the process that played the case to the one that
 * reports, and `asl test --json` prints it. Members:
 *
 * suite: the suite's file. case: the name. line, column: of the case in that file.
 * outcome: "passed", "failed" or "skipped". reason: why it was skipped.
 * took: seconds of real time. status; duration: seconds of virtual time. path (its
 * visits) and way: see result.h.
 * failedIn: the state by which a case failed whose execution failed, and where its definition has
 * it: state, file, line, column.
 * failedChildren: of a case that failed, the first executions of Map Runs that failed, objects with
 * map, index (of the execution, from 0), error and cause; failedChildrenCount: how many did.
 * ended: of a case that expects nothing, its status with error and cause.
 * again: the command that plays it again, where that is not asl test with --filter and its name.
 * with: options that this command needs besides, each behind a space.
 * hits: with coverage, how often each element of the machine was passed, by its index.
 * orders: with --explore, how many were tried; faults: so with --faults.
 * uses: of a table's row that passed, what became of each rule of its case's mocks: see mocking.h.
 * snapshot: with --update, what the file of snapshots is to have of the case.
 * failures: objects with what, text, line, column, differences (objects with pointer, text, line,
 * column, expected, actual), expected and actual. Of these values one that has more than 1 MiB or
 * more levels than a record may have around it is text: the beginning of its JSON, and " …".
 * wanted, was: of a failure or difference, parts of its text; see difference.h.
 */
json *record_of_run(const struct test_case *c, const struct case_run *r, bool coverage);
/* A history that is played once more, as a case of a definition. */
struct record_replay {
    const char *definition, *file, *name; /* as the command names it; of the history; of the case */
    const char *with;                     /* options that repeat it, each behind a space */
    const struct suite_machine *machine;
};
struct replay;
/* Returns the record of a replay. Its failures get their place in the definition. */
json *record_of_replay(const struct record_replay *of, struct replay *r);
/* Returns the record of a history that can't be read, which failed for the reason `why`. */
json *record_of_unread(const struct record_replay *of, const char *why);
/* Takes the record of a table's last row, and returns it with failures of all rows together. */
json *record_fail_table(json *record, const struct test_case *c, const struct failures *failures);
/*
 * Returns the record of a case that could not be played to its end: it failed for the reason `why`.
 */
json *record_of_broken(const struct test_case *c, const char *why);
/* Returns a record for a suite that can't be read, as if it had one case, which failed. */
json *record_of_suite(const char *path, const struct asl_report *report);
json *record_of_skipped(const struct test_case *c);

/* Adds the states of a way joined by arrows: of a long one its begin and its end. */
void record_write_way(struct buf *out, const json *way);
/* Adds text as one word of a shell: in single quotes, or escaped if it could control a terminal. */
void record_write_quoted(struct buf *out, const char *text);
/* Adds the command that plays that case of the suite alone. */
void record_write_again(struct buf *out, const char *suite, const char *name);

#endif
