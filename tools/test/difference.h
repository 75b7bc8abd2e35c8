#ifndef TOOLS_TEST_DIFFERENCE_H
#define TOOLS_TEST_DIFFERENCE_H

#include "asl/report/report.h"
#include "parsers/base/buf.h"
#include "parsers/json/json.h"

#include <stddef.h>

/*
 * What was wanted and what came, in words: parts of a sentence that begins with "expected WANTED"
 * or "not expected", and that ends with WAS. Reports with colours paint them.
 */
struct sentence_parts {
    char *wanted, *was; /* NULL: the sentence has no such part */
};

void sentence_parts_clear(struct sentence_parts *p);

/* Where an actual value is not as expected: a difference a place. Owns its values. */
struct difference {
    char *pointer; /* JSON Pointer in the actual value, "" for the whole */
    char *text;    /* what is wrong, in a sentence without full stop */
    struct sentence_parts parts;
    json *expected;     /* as it stands in the suite; NULL: nothing is expected there */
    json *actual;       /* NULL: nothing is there */
    struct place place; /* of the expected value, in the suite */
};

struct differences {
    struct difference *all;
    size_t count, cap;
    size_t more; /* that are not listed */
};

void differences_clear(struct differences *d);

/* Adds a value (NULL: "nothing") for a sentence, cut where it is long. */
void difference_write_value(struct buf *out, const json *v);
/*
 * Adds two values that differ (NULL: "nothing"), each for a sentence: of long texts the part where
 * they do. `was` says which characters these are when they may look alike, and of text that holds
 * JSON how to compare what it holds.
 */
void difference_write_pair(struct buf *wanted, struct buf *was, const json *expected,
                           const json *actual);

#endif
