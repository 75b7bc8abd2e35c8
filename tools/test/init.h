#ifndef TOOLS_TEST_INIT_H
#define TOOLS_TEST_INIT_H

#include "parsers/base/buf.h"
#include "tools/test/scenario.h"
#include "tools/test/suite.h"

#include <stddef.h>

/* A case that was made: it passes elements that no case before it passes. */
struct init_case {
    char *name;
    struct scenario *scenario;
    struct played played;
};

/* An element that no case passes. */
struct init_missing {
    size_t element;
    char *why; /* the end of a sentence: what stands against it; "" when that is not known */
};

/* What came of making cases for a machine. */
struct init {
    const struct suite_machine *machine;
    struct init_case *cases;
    size_t count, cap;
    struct init_missing *missing;
    size_t missing_count, missing_cap;
    size_t hit, ways; /* elements that are no states: how many are passed, and how many there are */
};

/* Makes cases: one that ends well, then one for each way that none has passed yet. */
void init_make(const struct suite_machine *m, struct init *out);
void init_clear(struct init *i);

/* Returns the suite for a file at `path` (NULL: stdout) and the definition at `definition`. It
 * takes `substitutions`, an object. Yours. */
json *init_suite(const struct init *i, const char *path, const char *definition,
                 json *substitutions);
/* Returns the remarks that go with it, as suite_write has them. Yours. */
json *init_remarks(const struct init *i);

#endif
