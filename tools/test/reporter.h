#ifndef TOOLS_TEST_REPORTER_H
#define TOOLS_TEST_REPORTER_H

#include "parsers/base/buf.h"
#include "parsers/json/json.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* What came of all cases. */
struct test_summary {
    size_t passed, failed, skipped;
    size_t unread; /* suites that can't be read */
    double took_s;
};

/* Writes what came of tests, for people or for programs. Zero it, and set `kind`, `out`, `colour`,
 * `live`. */
struct reporter {
    const struct reporter_kind *kind;
    FILE *out;
    bool colour;
    bool live;         /* `out` is a terminal: its last line tells how far the tests are */
    bool drawn;        /* that line is there */
    uint64_t drawn_ns; /* when it was drawn last */
    size_t failed;
    size_t count; /* of cases, before the first is told */
    size_t told;
    json *suite; /* of the case before; NULL: there is none */
    /* Of formats that tell of a suite when its last case is known: */
    struct buf done, kept; /* suites that are whole; the cases of the one that isn't */
    size_t suite_count, suite_failed, suite_skipped;
    double suite_took_s;
};

struct reporter_kind {
    const char *name;
    bool for_programs; /* which take nothing but the report, with all texts as they are */
    void (*begin)(struct reporter *r); /* NULL: nothing comes first */
    void (*told)(struct reporter *r, const json *record);
    void (*end)(struct reporter *r, const struct test_summary *s);
};

#define REPORTER_KINDS "tree|tap|junit|json|github"
/* Returns the kind with that name, or NULL if there is none. */
const struct reporter_kind *reporter_kind_find(const char *name);

void reporter_begin(struct reporter *r, size_t count);
void reporter_case(struct reporter *r, const json *record);
void reporter_end(struct reporter *r, const struct test_summary *s);

#endif
