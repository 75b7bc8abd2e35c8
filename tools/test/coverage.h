#ifndef TOOLS_TEST_COVERAGE_H
#define TOOLS_TEST_COVERAGE_H

#include "parsers/base/buf.h"
#include "parsers/json/json.h"
#include "tools/test/suite.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How often the elements of definitions were passed, over all cases. Suites of the same definition
 * are counted together. Empty is {0}. */
struct coverage {
    struct covered {
        const struct suite_machine *machine; /* of the first suite that has it */
        char *path;                          /* of its file, after links have been followed */
        uint64_t *hits;                      /* by element */
    } * all;
    size_t count, cap;
};

/* Adds the definition of a suite, without any hit; nothing if another suite has it. */
void coverage_add(struct coverage *c, const struct suite *s);
/* Adds the `hits` of a record of a case of the suite. */
void coverage_count(struct coverage *c, const struct suite *s, const json *hits);
void coverage_clear(struct coverage *c);

struct coverage_sums {
    size_t states, states_hit;
    size_t ways, ways_hit; /* all elements that are no states */
};

void coverage_sums_add(struct coverage_sums *to, const struct coverage_sums *more);
struct coverage_sums covered_sum(const struct covered *m);
struct coverage_sums coverage_sum(const struct coverage *c);
/* Returns the share of states and ways together that were passed, in percent; 100 when there are
 * none. */
double coverage_percent(const struct coverage_sums *s);

/* Adds for each definition what was not passed, with its place: a line each. */
void coverage_write(const struct coverage *c, struct buf *out);
/* Adds "coverage: states 3 of 6, transitions 3 of 9" and a newline. */
void coverage_write_sums(const struct coverage_sums *s, struct buf *out);

#endif
