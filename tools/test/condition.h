#ifndef TOOLS_TEST_CONDITION_H
#define TOOLS_TEST_CONDITION_H

#include "tools/test/origin.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * What the rules of a Choice ask of single values: each need is one comparison, written as a Choice
 * rule's test of `$.v`, that has to come out true or false. Where a rule can be had in several ways
 * (one of an Or), `alternative` says which.
 */
struct need {
    struct origin origin;
    bool settable;    /* the origin is known */
    const json *now;  /* the value as it is; NULL: there is none, or it is not known */
    const json *test; /* {"Variable": "$.v", "StringEquals": "a"} */
    bool truth;
};

struct needs {
    struct need *all;
    size_t count, cap;
    size_t alternatives; /* so many there are; those from there on repeat */
};

/*
 * Finds what is needed so that a Choice is left by its rule number `rule`, or, when it is the
 * number of rules, by Default. The values are looks, or live in the history's arena. False: a rule
 * has what can't be turned into needs, and *why says so.
 */
bool condition_needs(const struct history *h, size_t visit, size_t rule, size_t alternative,
                     struct needs *out, struct buf *why);
void needs_clear(struct needs *n);

#endif
