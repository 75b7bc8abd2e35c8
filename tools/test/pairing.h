#ifndef TOOLS_TEST_PAIRING_H
#define TOOLS_TEST_PAIRING_H

#include "parsers/json/json.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Which element of an array stands for which of those that are expected in it: each for one of
 * them. Set the first members, and begin.
 */
struct pairing {
    const json *wanted, *actual; /* arrays: looks */
    /* Tells whether an element may stand for a wanted one. */
    bool (*fits)(void *user, size_t wanted, size_t actual);
    void *user;
    size_t most; /* questions of that kind */

    size_t asked;  /* so many so far */
    size_t *owner; /* by element of `actual`: the wanted one that has it, or SIZE_MAX */
    size_t *seeker, *queue;
    bool *paired; /* by wanted one */
};

enum paired {
    PAIRED,
    PAIRED_ALL_TAKEN, /* those that may stand for it stand for others */
    PAIRED_NONE,      /* no element may stand for it */
    PAIRED_TOO_MUCH   /* `most` was asked */
};

/* Of long arrays it pairs what is equal, in as much time as reading it takes. */
void pairing_begin(struct pairing *p);
/* Finds an element for the wanted one, unless it has one. */
enum paired pairing_find(struct pairing *p, size_t wanted);
void pairing_clear(struct pairing *p);

#endif
