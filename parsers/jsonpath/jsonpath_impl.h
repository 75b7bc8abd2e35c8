#ifndef PARSERS_JSONPATH_JSONPATH_IMPL_H
#define PARSERS_JSONPATH_JSONPATH_IMPL_H

#include "parsers/base/arena.h"
#include "parsers/base/diag.h"
#include "parsers/base/work.h"
#include "parsers/json/json.h"
#include "parsers/jsonpath/jsonpath.h"
#include "parsers/regex/java_regex.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A path is an array of steps, a filter an array of conditions: nothing points upwards and nothing
 * nests deeper than path, filter, operand, because the paths inside a filter must be definite and
 * so have no filters.
 */

enum {
    JSONPATH_MAX_TEXT = 10000,      /* bytes of a path */
    JSONPATH_MAX_STEPS = 1000,      /* bounds the recursion over steps */
    JSONPATH_MAX_RESULTS = 2000000, /* values found by one evaluation, and members made for it */
};

enum step_kind {
    STEP_ROOT,     /* $ */
    STEP_NAME,     /* .a ['a'] */
    STEP_NAMES,    /* ['a','b'], or an oddity that names nothing */
    STEP_INDEX,    /* [1] */
    STEP_FROM_END, /* [(@.length-1)] */
    STEP_INDEXES,  /* [1,2] */
    STEP_TAIL,     /* [1:] */
    STEP_HEAD,     /* [:2] */
    STEP_SLICE,    /* [1:2] */
    STEP_ALL,      /* .* [*] */
    STEP_SCAN,     /* .. */
    STEP_FILTER,   /* [?(...)] */
};

struct filter;

struct step {
    enum step_kind kind;
    bool rest_definite; /* neither this step nor a later one can select several values */
    int32_t from, to;   /* INDEX, FROM_END and TAIL have `from`, HEAD `to`, SLICE both */
    size_t count;       /* of names or numbers */
    union {
        json *name;
        json **names;
        int32_t *numbers;
        struct filter *filter;
    };
};

struct route {
    struct step *steps; /* the first is STEP_ROOT */
    size_t count;
};

/* What stands left or right of an operator. */
struct operand {
    enum operand_kind {
        OPERAND_TEXT,    /* a literal: strings, numbers and bare words alike */
        OPERAND_PATTERN, /* a regular expression between slashes */
        OPERAND_ITEM,    /* @.a: a path into what the filter is applied to */
        OPERAND_ROOT,    /* $.a: a path into the document */
    } kind;
    json *text; /* of a literal or pattern */
    java_regex *regex;
    struct route route;
};

enum condition_op {
    OP_EXISTS,
    OP_ABSENT,
    OP_EQ,
    OP_GE,
    OP_LE,
    OP_NE,
    OP_LT,
    OP_GT,
    OP_MATCHES,
};

struct condition {
    enum condition_op op;
    bool twins;      /* two equal paths from `$`: what they lead to equals itself, whatever it is */
    bool ends_group; /* `||` follows; within a group, conditions are joined by `&&` */
    struct operand left, right;
};

/* Conditions stand in the order they are judged in, which is from the last one written. */
struct filter {
    struct condition *conditions;
    size_t count; /* 0 for a placeholder like [?], which Jayway fills in and AWS never does */
    size_t marks; /* how many `?` a placeholder has, else 1 */
};

/* A value or regular expression that a compiled path must release: a list through all of them. */
struct held {
    struct held *next;
    json *value;
    java_regex *regex;
};

struct jsonpath {
    struct arena arena;
    struct route route;
    struct held *held;
    bool is_reference;
};

/* ---- reading: jsonpath_parse.c, jsonpath_filter.c ---- */

/* A text that is being compiled: what it becomes, and where to say what is wrong with it. */
struct reader {
    jsonpath *path;
    struct diag *why;
};

/* A stretch of the path's text; `at` is the byte of the whole text that it begins at. */
struct stretch {
    const char *text;
    size_t len, at;
};

/* Fills r->why with a message about byte `at` of the text, and returns false. */
bool jsonpath_refuse(struct reader *r, size_t at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Returns a new, empty entry for what the path must release. */
struct held *jsonpath_hold(struct reader *r);
/* Returns a string that lives as long as the path: a look. */
json *jsonpath_keep_string(struct reader *r, const char *text, size_t len);
/* Returns `s` without blanks and control characters at its ends. */
struct stretch jsonpath_trim(struct stretch s);
/* Returns the bytes of `s` from `from` up to, but not, `to`. */
struct stretch jsonpath_part(struct stretch s, size_t from, size_t to);
/* Compiles a path. An `inner` one stands in a filter and must be definite. */
bool jsonpath_read_route(struct reader *r, struct stretch s, bool inner, struct route *out);
/* Compiles a filter, "[?( ... )]". */
bool jsonpath_read_filter(struct reader *r, struct stretch s, struct filter *out);

/* Appends a step in Jayway's own notation: "['a']", "[0]", "..". */
void jsonpath_write_step(struct buf *out, const struct step *s);

/* ---- evaluating: jsonpath_eval.c, jsonpath_filter.c ---- */

enum outcome {
    WENT_ON, /* whatever is there was found */
    MISSING, /* there is nothing: "not found" */
    BROKEN,  /* the evaluation fails */
};

/* One evaluation of a path. */
struct eval {
    const json *doc;
    const struct step *end;  /* behind the last step of the path */
    struct json_build found; /* the array of results of a path that is not definite */
    const json *whole;       /* an array of the document: its elements are the results so far, and
                              * `found` is empty; NULL: they are in `found` */
    size_t found_count;      /* of results and of members made: JSONPATH_MAX_RESULTS at most */
    struct work *work;
    unsigned quiet; /* above 0: nobody will see why something is missing */
    struct diag *why;
};

/* Spends units of work. Returns false with `why` filled when there are none left. */
bool jsonpath_spend(struct eval *e, size_t units);
/* Fills `why`, and returns BROKEN. */
enum outcome jsonpath_broken(struct eval *e, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * The value that a definite path leads to. `v` is NULL where Jayway has Java's null: an index past
 * the end, or an explicit null that was read by name. If it does not go on, `v` is the value that
 * step `stopped` could not be applied to.
 */
struct arrival {
    const json *v;
    json *made; /* what had to be built for it, yours */
    const struct step *stopped;
};

/*
 * Follows a definite path from `from`. Fills `why` when BROKEN, not when MISSING. With `all_names`,
 * a bracket of several names is MISSING as soon as one of them is.
 */
enum outcome jsonpath_follow(struct eval *e, const struct route *route, const json *from,
                             bool all_names, struct arrival *out);

enum verdict {
    REJECTED,
    ACCEPTED,
    UNDECIDED, /* the evaluation fails; `why` is filled */
};

/* Judges whether a filter lets `item` through. */
enum verdict jsonpath_accept(struct eval *e, const struct filter *f, const json *item);

#endif
