#ifndef ASL_LOAD_SHAPE_H
#define ASL_LOAD_SHAPE_H

#include "parsers/base/arena.h"
#include "parsers/json/json.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * What is known of a value before anything has run: which members it can have at most. Shapes live
 * in an arena and never change. `shape` NULL: nothing is known.
 */
typedef struct shape shape;

/* Bounds the work: what would be larger is not known. Starts {.arena = a}. */
struct shapes {
    struct arena *arena;
    size_t made; /* nodes so far */
};

/* Has the bound been reached? Then no shape says anything for certain. */
bool shapes_spent(const struct shapes *s);

/* An array; what is in it is not known. */
const shape *shape_array(void);
/* A number, a string, … */
const shape *shape_scalar(void);
const shape *shape_empty_object(void);
/* That of a constant. */
const shape *shape_of(struct shapes *s, const json *v);
struct shape_member {
    const char *key;
    size_t len;
    const shape *value;
};

/* An object of these, which live in the arena and are put into order; NULL when it is too large. */
const shape *shape_object(struct shapes *s, struct shape_member *members, size_t count);
/* `object`, which may be unknown, with one more member. */
const shape *shape_with(struct shapes *s, const shape *object, const char *key, size_t len,
                        const shape *member);
/* Of a value that is one or the other. */
const shape *shape_either(struct shapes *s, const shape *a, const shape *b);
bool shape_equal(const shape *a, const shape *b);

/* Where a path leads. */
enum shape_found {
    SHAPE_UNKNOWN, /* somewhere, or it can't be told */
    SHAPE_KNOWN,
    SHAPE_NOTHING, /* whatever the value is, the path finds nothing */
};

/*
 * `path` begins with `$` and leads into the value of shape `in`. Only paths of names and indexes
 * are followed. KNOWN: *out is what is there.
 */
enum shape_found shape_find(const shape *in, const char *path, size_t len, const shape **out);
/* `in` with `member` where the path leads; unknown when it can't be told. */
const shape *shape_set(struct shapes *s, const shape *in, const char *path, size_t len,
                       const shape *member);

#endif
