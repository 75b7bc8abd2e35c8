#ifndef TOOLS_TEST_COVERAGE_FILES_H
#define TOOLS_TEST_COVERAGE_FILES_H

#include "tools/test/coverage.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Coverage by files and their lines, as reports of other tools have it: a line counts when a state
 * or a way stands in it, and the ways out of a state are branches of the line that has the state.
 */

struct covered_line {
    uint32_t line;
    uint64_t hits;                 /* of the state that was entered most; without one, of ways */
    size_t elements, elements_hit; /* that stand in the line */
    size_t branches, branches_hit; /* of states that stand in it */
};

struct covered_file {
    const char *path;                /* from the root, or whole if it is elsewhere */
    const char *real;                /* to open it by */
    const struct covered **machines; /* of the definitions in it: looks */
    size_t count;
    struct covered_line *lines; /* in ascending order */
    size_t line_count, lines_hit;
    struct coverage_sums sums;
};

struct coverage_files {
    char *root;
    struct covered_file *all; /* in the order of their paths */
    size_t count;
    struct coverage_sums sums;
    size_t lines, lines_hit;
};

/* Takes `c` apart, which stays where it is; `root` is the folder, after links have been followed,
 * that paths are told from. */
struct coverage_files *coverage_files_new(const struct coverage *c, const char *root);
void coverage_files_free(struct coverage_files *f);

/* Returns the line of element `i`. One whose place is not known stands with its state. */
uint32_t covered_line_of(const struct covered *m, size_t i);
/* Returns the name of a machine, "" if it has none. */
const char *covered_name(const struct covered *m);

#endif
