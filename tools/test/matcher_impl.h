#ifndef TOOLS_TEST_MATCHER_IMPL_H
#define TOOLS_TEST_MATCHER_IMPL_H

/* What matcher.c and the files of single matchers share. */

#include "asl/report/report.h"
#include "parsers/base/buf.h"
#include "parsers/json/json.h"
#include "tools/test/difference.h"

#include <stdbool.h>

/* A comparison under way: what is expected, what is there, and where that is. Owns nothing. */
struct compared {
    const struct asl_at *expected; /* NULL: nothing is */
    const struct asl_at *within;   /* where nothing is expected: what it would stand in */
    const json *actual;            /* NULL: nothing is there */
    const struct buf *pointer;     /* JSON Pointer of `actual` */
    bool subset;                   /* members that are not expected may be there */
    bool plain;                    /* no object is a matcher */
    /* Becomes the text of a $jsonata that was neither true nor false. NULL: nobody asks. */
    const json **undecided;
    struct differences *out; /* NULL: only the answer is wanted */
    /* Becomes what kept a matcher from being decided. Then the values differ, whatever matchers
     * around it make of its answer. */
    struct buf *trouble;
};

/* Returns whether the value is as expected; adds the differences to `out`. */
bool compared_is_same(const struct compared *c);

/*
 * Returns whether one matcher of a list, or one inside another, holds: its differences are not
 * told. All that a matcher asks of another one is asked of a copy of its own comparison, so that
 * nothing that an outer matcher waits for (`undecided`, `trouble`) is forgotten on the way.
 */
bool compared_holds(const struct compared *c, const struct asl_at *e);

/*
 * Adds the difference "expected WHAT, but was …". Returns false, for the callers' answers. Makes no
 * text where only the answer is wanted.
 */
bool compared_want(const struct compared *c, const char *what);
/* As compared_want, with `words` and the value behind them as what is expected. */
bool compared_want_value(const struct compared *c, const char *words, const json *v);

/* Notes why a matcher could not be decided. Only the first reason is kept. */
void compared_trouble(const struct compared *c, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Matchers with a file of their own; `argument` is where what stands behind the name is. */
bool matcher_contains(const struct compared *c, const struct asl_at *argument);

#endif
