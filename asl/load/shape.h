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

/* Tells whether the bound has been reached: then no shape says anything for certain. */
bool shapes_spent(const struct shapes *s);

/* The shapes of an array (what is in it is not known), of a number, a string or the like, and of
 * an object without members. */
const shape *shape_array(void);
const shape *shape_scalar(void);
const shape *shape_empty_object(void);
/* Makes the shape of a constant. */
const shape *shape_of(struct shapes *s, const json *v);
struct shape_member {
    const char *key;
    size_t len;
    const shape *value;
};

/* Makes the shape of an object of these, which live in the arena and are put into order; NULL when
 * it is too large. */
const shape *shape_object(struct shapes *s, struct shape_member *members, size_t count);
/* Makes the shape of `object`, which may be unknown, with one more member. */
const shape *shape_with(struct shapes *s, const shape *object, const char *key, size_t len,
                        const shape *member);
/* Makes the shape of a value that is one or the other. */
const shape *shape_either(struct shapes *s, const shape *a, const shape *b);
bool shape_equal(const shape *a, const shape *b);

/* Where a path leads. */
enum shape_found {
    SHAPE_UNKNOWN, /* somewhere, or it can't be told */
    SHAPE_KNOWN,
    SHAPE_NOTHING, /* whatever the value is, the path finds nothing */
};

/*
 * Follows `path`, which begins with `$`, into a value of shape `in`, as far as it is made of names
 * and indexes. KNOWN: *out is what is there.
 */
enum shape_found shape_find(const shape *in, const char *path, size_t len, const shape **out);
/* Makes the shape of `in` with `member` where the path leads; unknown when it can't be told. */
const shape *shape_set(struct shapes *s, const shape *in, const char *path, size_t len,
                       const shape *member);

#endif
