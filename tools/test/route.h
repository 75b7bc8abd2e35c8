#ifndef TOOLS_TEST_ROUTE_H
#define TOOLS_TEST_ROUTE_H

#include "asl/eval/model.h"
#include "parsers/base/arena.h"
#include "parsers/json/json.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * A way to one place in a state's data: a root, and names and indexes from there. What a JSONPath
 * or a path of JSONata names, as far as it is one place; of several ([*], a filter) the first is
 * meant.
 */
enum route_root {
    ROUTE_DATA,    /* `$`: what the field's JSONPaths are applied to */
    ROUTE_INPUT,   /* $states.input: the state's input as it came */
    ROUTE_RESULT,  /* $states.result */
    ROUTE_ERROR,   /* $states.errorOutput */
    ROUTE_CONTEXT, /* `$$`, $states.context */
    ROUTE_VARIABLE,
};

enum { STEPS_MOST = 32 };

/* Names (strings) and indexes (numbers), looks: whoever makes a route keeps them in an arena. */
struct steps {
    const json *at[STEPS_MOST];
    size_t count;
};

struct route {
    enum route_root root;
    const json *variable; /* its name, a look */
    struct steps steps;
};

/* Keeps `v`, which it takes, until the arena is cleared. Returns a look. */
const json *arena_keep(struct arena *a, json *v);

/* Return false when there are more than STEPS_MOST. */
bool steps_add(struct steps *s, const json *step);
bool steps_join(struct steps *s, const struct steps *more);
/* Returns whether `s` begins with `head`; *rest is what stands behind it. */
bool steps_after(const struct steps *s, const struct steps *head, struct steps *rest);
/* Returns the value there, a look; NULL: there is none. */
const json *steps_get(const json *doc, const struct steps *s);
/* Returns `doc` (NULL: nothing) with `v` (a look) in that place; objects and arrays that are
 * missing on the way are made, and what can't have members is replaced. `v` NULL: without what is
 * there. */
json *steps_set(const json *doc, const struct steps *s, const json *v);
/* Writes "$.a[0]". */
void steps_write(struct buf *out, const struct steps *s);

/* Reads a JSONPath. False when it is none, or has what is not one place. */
bool route_of_path(struct arena *a, const json *path, struct route *out);

/* ---- JSONata ---- */

struct node;

/* Compiles the text of an expression, with or without {% %}; NULL: it is none. */
const struct node *route_expression(struct arena *a, const json *text);
/* Reads a node that is a path from a variable. False: it is none. */
bool route_of_node(struct arena *a, const struct node *n, struct route *out);
/* Reads the steps from number `first` on of a NODE_PATH. */
bool route_node_steps(struct arena *a, const struct node *path, size_t first, struct steps *out);
/* Returns the value of a constant; NULL: the node is none. A look. */
const json *route_constant(struct arena *a, const struct node *n);

/* ---- what a state reads ---- */

/* Which value a reader can use. */
enum route_hint {
    HINT_ANY,
    HINT_TEXT,
    HINT_NUMBER,
    HINT_LARGE, /* a number that is above those of HINT_NUMBER */
    HINT_BYTES, /* a number of them that is large enough for a batch */
    HINT_ARRAY,
    HINT_OBJECT,
    HINT_TIME,
    HINT_JSON,
    HINT_BASE64,
    HINT_PARTS, /* a text that is split */
};

/* What `$` stands for in a field. */
enum route_place {
    PLACE_RAW,       /* the state's input as it came */
    PLACE_EFFECTIVE, /* what InputPath leaves of it */
    PLACE_RESULT,    /* what the Task, Map or Parallel gave */
    PLACE_MADE,      /* what ResultPath made, which OutputPath selects from */
};

struct reference {
    struct route route;
    enum route_place place; /* of ROUTE_DATA */
    enum route_hint hint;
    bool of_item;          /* it stands in an ItemSelector */
    const json *separator; /* of HINT_PARTS */
};

/* Returns the definition of a state as it is written: a look. */
const json *state_text(const struct asl_state *s);
/* Calls `see` for all that the fields of a state read. */
void route_references(struct arena *a, const struct asl_state *s,
                      void (*see)(void *user, const struct reference *r), void *user);

/* Splits a call of an intrinsic function, "States.Format('{}', $.a)". False: it is none. The looks
 * are kept in the arena; *count gets at most `most`. */
bool route_intrinsic(struct arena *a, const json *text, const json **name, const json **arguments,
                     size_t most, size_t *count);

#endif
