#ifndef TOOLS_TEST_ORIGIN_H
#define TOOLS_TEST_ORIGIN_H

#include "tools/test/route.h"
#include "tools/test/scenario.h"
#include "tools/test/visits.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Where a value in an execution came from: the execution's input, what a call of a Task was
 * answered, or a file that a Map has read. It is looked for backwards through the states that were
 * passed, so that a test can put another value there.
 */
struct origin {
    const struct asl_state *task; /* NULL: the execution's input, or */
    const struct asl_state *map;  /* the items that the Map read from files, or */
    bool variables;               /* the variables that it begins with */
    uint64_t call;                /* of the Task */
    struct steps steps;
    /* What states made of the value on its way, the last first: putting undoes it. */
    struct origin_change {
        enum origin_change_kind {
            CHANGE_LENGTH, /* of an array only its length was taken */
            CHANGE_ADD,    /* `by` was added */
            CHANGE_PARSED, /* it is JSON in a text; `steps` lead to the place in it */
        } kind;
        const json *by;
        struct steps steps;
    } changes[4];
    size_t change_count;
};

/* A trial that is looked at. */
struct history {
    const asl_machine *machine;
    const struct scenario *scenario;
    const struct visits *visits;
    struct arena *arena;
    size_t *work; /* grows by one for each visit that a value is followed through */
};

/* Finds where what `r` names in a visit came from. False: nothing that a test can set decides it,
 * and *why, when it is not NULL, gains a sentence's end that says so. */
bool origin_of(const struct history *h, size_t visit, const struct route *r, enum route_place place,
               bool of_item, struct origin *out, struct buf *why);
/* As origin_of, for a node of JSONata in a field of the state. */
bool origin_of_node(const struct history *h, size_t visit, const struct node *n, struct origin *out,
                    struct buf *why);
/* Finds where the items of a Map came from. */
bool origin_of_items(const struct history *h, size_t visit, struct origin *out, struct buf *why);

/* Returns the value that `r` names in a visit; NULL: there is none, or it is not known. A look. */
const json *origin_value(const struct history *h, size_t visit, const struct route *r,
                         enum route_place place);

/* Returns the value that the origin's steps lead into: a look. */
const json *origin_whole(const struct scenario *s, const struct origin *o);
/* Puts a value there (NULL: takes it away). Returns whether the scenario is another one now. */
bool origin_put(struct scenario *s, struct arena *a, const struct origin *o, const json *v);
/* Writes what tells the origin from others. */
void origin_write(struct buf *out, const struct origin *o);

#endif
