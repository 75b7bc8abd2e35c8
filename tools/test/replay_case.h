#ifndef TOOLS_TEST_REPLAY_CASE_H
#define TOOLS_TEST_REPLAY_CASE_H

#include "parsers/json/json.h"
#include "tools/test/replay.h"

/* Returns a case of a suite, an object, that plays as the replay of `h` did: the answers that came
 * are mocks. What came of it is expected as the history has it, but of what comes otherwise each
 * time only its kind. `suite` is the file that
 * it is for: folders that are its buckets are named from there. Yours. */
json *replay_case(const struct replay *r, const struct history *h, const char *suite);

/* Returns what a case expects where the execution had `was` and its replay `is`: matchers stand
 * where both differ. Yours. */
json *replay_expected(const json *was, const json *is);
/* Returns the `buckets` that a case expects, of the files that the Map Runs of the replay wrote, if
 * it had the run's own seed; NULL: they wrote none. Yours. */
json *replay_written_files(const struct replay *r);

#endif
