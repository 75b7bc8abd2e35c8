#ifndef PARSERS_JSONATA_JSONATA_VALUE_H
#define PARSERS_JSONATA_JSONATA_VALUE_H

#include "parsers/base/buf.h"
#include "parsers/json/json.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct evaluation;
struct func;
struct map;
struct tuple;

enum jv_kind {
    JV_UNDEFINED,
    JV_NULL,
    JV_BOOL,
    JV_NUMBER,
    JV_STRING, /* json */
    JV_ARRAY,  /* json */
    JV_OBJECT, /* json */
    JV_LIST,   /* an array or a sequence made here */
    JV_MAP,    /* an object made here */
    JV_TUPLE,  /* an item and what `@`, `#` and `%` bound beside it; only in lists of such */
    JV_FUNCTION,
    JV_ERROR, /* what went wrong is in the evaluation */
};

/*
 * A value under way, passed by value. It is a look: what it points to is the input's, the compiled
 * expression's, or lies in the evaluation's region.
 */
struct jv {
    enum jv_kind kind;
    /* Of a number that is a JSON integer which no double holds: what is to be added to `n`. */
    int16_t rest;
    bool exact; /* it is one, or as large as those */
    union {
        bool b;
        double n;
        const json *j;
        struct list *list;
        struct map *map;
        struct tuple *tuple;
        struct func *f;
    };
};

enum {
    LIST_SEQUENCE = 1, /* of one item: is that item; of none: undefined */
    LIST_KEEP = 2,     /* a sequence that stays one even so */
    LIST_CONS = 4,     /* from an array constructor that ends a path: not to be flattened */
    LIST_OUTER = 8,    /* around the input, which is an array */
    LIST_TUPLES = 16,  /* of tuples */
    LIST_RANGE = 32,   /* first, first + 1, ...: there are no items */
};

/* The first `based` items of a list are those of an array of the input: what is appended to a large
 * one copies nothing of it. All others are in `items`. */
struct list {
    unsigned flags;
    uint32_t based;
    size_t count, cap; /* both with those of `base` */
    struct jv *items;
    union {
        double first;
        const json *base; /* if `based` */
    };
    bool lent; /* `items` are another's: nothing may be added to them */
    struct list *moved;
    json *as_json; /* once it was asked for */
};

/* ---- making values, and what they are ---- */

static inline struct jv jv_undefined(void)
{
    return (struct jv){.kind = JV_UNDEFINED};
}

/* What a function returns that failed: the error itself is in the evaluation. */
static inline struct jv jv_error(void)
{
    return (struct jv){.kind = JV_ERROR};
}

static inline struct jv jv_number(double n)
{
    return (struct jv){.kind = JV_NUMBER, .n = n};
}

static inline struct jv jv_bool(bool b)
{
    return (struct jv){.kind = JV_BOOL, .b = b};
}

static inline struct jv jv_list(struct list *l)
{
    return (struct jv){.kind = JV_LIST, .list = l};
}

static inline struct jv jv_map(struct map *m)
{
    return (struct jv){.kind = JV_MAP, .map = m};
}

static inline struct jv jv_func(struct func *f)
{
    return (struct jv){.kind = JV_FUNCTION, .f = f};
}

/* A look at `v`, which has to stay; NULL is undefined. */
struct jv jv_from_json(const json *v);

static inline bool is_error(struct jv v)
{
    return v.kind == JV_ERROR;
}

static inline bool is_undefined(struct jv v)
{
    return v.kind == JV_UNDEFINED;
}

static inline bool is_array(struct jv v)
{
    return v.kind == JV_LIST || v.kind == JV_ARRAY;
}

static inline bool is_object(struct jv v)
{
    return v.kind == JV_MAP || v.kind == JV_OBJECT;
}

static inline bool is_string(struct jv v)
{
    return v.kind == JV_STRING;
}

static inline bool is_sequence(struct jv v)
{
    return v.kind == JV_LIST && (v.list->flags & LIST_SEQUENCE);
}

static inline bool has_flag(struct jv v, unsigned flag)
{
    return v.kind == JV_LIST && (v.list->flags & flag);
}

/* ---- strings ---- */

/* Returns the string's text, "" of all that is no string. */
static inline const char *str(struct jv v)
{
    return v.kind == JV_STRING ? json_str(v.j) : "";
}

static inline size_t str_len(struct jv v)
{
    return v.kind == JV_STRING ? json_str_len(v.j) : 0;
}

/* Compares two strings byte by byte. */
static inline bool same_text(const json *a, const json *b)
{
    return a == b || (json_str_len(a) == json_str_len(b) &&
                      memcmp(json_str(a), json_str(b), json_str_len(a)) == 0);
}

/* Adds text to `out`; two halves of a surrogate pair that meet become one character. */
void text_add(struct buf *out, const char *text, size_t len);
/* Returns the length in UTF-16 code units. */
size_t text_units(const char *text, size_t len);

/* Longer strings count in the evaluation's memory: what comes out may hold one many times, and has
 * copies of shorter ones. */
enum { SMALL_STRING = 64 };

/* Make a string that the evaluation holds. eval_take_buf empties `b`. */
struct jv eval_text(struct evaluation *e, const char *text, size_t len);
struct jv eval_take_buf(struct evaluation *e, struct buf *b);
/* Makes the string of both of two strings, which is small; false when it isn't as simple. */
bool eval_join_small(struct evaluation *e, struct jv a, struct jv b, struct jv *joined);

/* ---- arrays and sequences ---- */

static inline size_t items_count(struct jv v)
{
    return v.kind == JV_LIST ? v.list->count : json_count(v.j);
}

static inline struct jv items_at(struct jv v, size_t i)
{
    if (v.kind != JV_LIST)
        return jv_from_json(json_at(v.j, i));
    if (v.list->flags & LIST_RANGE)
        return jv_number(v.list->first + (double)i);
    if (i < v.list->based)
        return jv_from_json(json_at(v.list->base, i));
    return v.list->items[i - v.list->based];
}

/* Lists lie in the evaluation's region. `room`: how many items are expected. */
struct list *list_new(struct evaluation *e, unsigned flags, size_t room);
/* Makes first, first + 1, ... without storing the items. */
struct list *list_range(struct evaluation *e, double first, size_t count, unsigned flags);
void list_push(struct evaluation *e, struct list *l, struct jv v);
/* Adds all items of an array. */
void list_extend(struct evaluation *e, struct list *l, struct jv array);
/* $append */
struct jv jv_append(struct evaluation *e, struct jv a, struct jv b);

/* ---- what values mean ---- */

/* Returns JSONata's truth of a value; undefined is false. Fails on a number that is not finite. */
struct jv jv_boolean(struct evaluation *e, struct jv v);
/* Returns 1 if jv_boolean is true, 0 if it is false, -1 after an error. */
int jv_truth(struct evaluation *e, struct jv v);
/* Returns 1 for a finite number, 0 for what is no number, -1 with an error for Infinity and NaN. */
int jv_is_numeric(struct evaluation *e, struct jv v);
/* Compares deeply: 1 if equal, 0 if not, -1 after an error. */
int jv_equal(struct evaluation *e, struct jv a, struct jv b);
/* Orders two strings or two numbers: -1, 0 or 1. */
int jv_compare(struct evaluation *e, struct jv a, struct jv b);
/* Copies `v` all the way down, so that the copy may be changed ($clone). `depth`: how deep `v`
 * stands already. */
struct jv jv_clone(struct evaluation *e, struct jv v, size_t depth);
/*
 * Makes JSON of `v`. False with the evaluation's error when it nests too deep. *out is NULL where
 * no JSON can say it; *unsupported is set when such a value is within.
 */
bool jv_to_json(struct evaluation *e, struct jv v, json **out, bool *unsupported);

#endif
