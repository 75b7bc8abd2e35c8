#ifndef TOOLS_TEST_SOLVE_H
#define TOOLS_TEST_SOLVE_H

#include "tools/test/condition.h"

#include <stdbool.h>
#include <stddef.h>

/* Comparisons that earlier solutions rely on: later ones must leave them as they are. Empty is {0}.
 */
struct pins {
    struct pin {
        char *origin; /* as origin_write has it */
        json *test;
        bool truth;
        size_t owner; /* who asked for it */
    } * all;
    size_t count, cap;
};

void pins_clear(struct pins *p);

enum solved {
    SOLVED,         /* the scenario is changed */
    SOLVED_ALREADY, /* all needs are met as it is */
    UNSOLVED,       /* *why gains a reason */
};

/* Changes the scenario so that the Choice of a visit is left by the rule (see condition_needs), the
 * pins of `owner` become those of this solution. *alternatives: how many there are. */
enum solved solve_choice(const struct history *h, size_t visit, size_t rule, size_t alternative,
                         struct scenario *s, struct pins *pins, size_t owner, size_t *alternatives,
                         struct buf *why);

#endif
