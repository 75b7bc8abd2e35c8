#ifndef PARSERS_JSONATA_JSONATA_H
#define PARSERS_JSONATA_JSONATA_H

#include "parsers/base/work.h"
#include "parsers/json/json.h"
#include "parsers/picture/dialect.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * JSONata: an expression is compiled once and evaluated many times; it never changes. Nothing here
 * looks at a clock or makes chance: both come with the options.
 */
typedef struct jsonata jsonata;

/* Why an expression is none, or has no answer. Empty is {0}; filling replaces what was there. */
struct jsonata_error {
    const char *code; /* static: "T2001"; see jsonata_error.c for the list */
    char *text;       /* the reference's sentence for it; owned */
    size_t at;        /* byte offset in the expression */
    json *token;      /* what the sentence is about: an operator, a function's name; may be NULL */
    json *value;      /* the value that was refused; may be NULL */
};

void jsonata_error_clear(struct jsonata_error *why);

/* Bounds of texts: an expression that is longer or nests deeper is refused (D1011). */
enum {
    JSONATA_MAX_TEXT = 1 << 20,
    JSONATA_MAX_NESTING = 500, /* of brackets and prefix operators */
    JSONATA_MAX_HEIGHT =
        2000, /* of the syntax tree: a chain of operators is as high as it is long */
    JSONATA_MAX_PARENTS = 1000, /* uses of the operator %, each of which looks for its step */
};

/* Returns NULL with *why filled when the text is no expression. */
jsonata *jsonata_compile(const char *text, size_t len, enum jsonata_dialect dialect,
                         struct jsonata_error *why);
void jsonata_free(jsonata *x);
/* Returns how much compiling took, counted in looks at the parts: that grows as the text does. */
uint64_t jsonata_steps(const jsonata *x);

/* What an evaluation may look at and may cost. All of it 0: no variables, the usual bounds. */
struct jsonata_options {
    /* A variable's value by its name without `$`, asked for once, when it is first used; a look
     * that stays good until the evaluation ends. NULL: there is none. */
    const json *(*variable)(void *user, const json *name);
    /* 64 random bits for $random, $shuffle, $uuid; NULL: always the same ones. */
    uint64_t (*chance)(void *user);
    void *user;
    int64_t now_ms; /* what $now and $millis say */
    size_t depth;   /* nested evaluations (D1011, U1001 in AWS's dialect); 0: the dialect's own */
    size_t memory;  /* bytes (U1002); 0: JSONATA_MEMORY */
    /*
     * What it costs is counted there; D1012 (U1001) follows when that is too much. NULL: an
     * evaluation may spend WORK_MOST. While it ticks others may evaluate the same expression.
     */
    struct work *work;
};

enum {
    JSONATA_DEPTH = 1000,
    JSONATA_AWS_DEPTH = 100,           /* Step Functions' */
    JSONATA_MAX_DEPTH = 3000,          /* more is not given: the stack has to hold it */
    JSONATA_MEMORY = 10 * 1024 * 1024, /* Step Functions', of values that are made */
};

enum jsonata_outcome {
    JSONATA_VALUE,
    JSONATA_UNDEFINED,   /* nothing comes out */
    JSONATA_UNSUPPORTED, /* a function or a regular expression, alone or within, or no finite number
                          */
    JSONATA_FAILED,      /* *why says why */
};

/*
 * Evaluates the expression for `input`; NULL is undefined. *out, a new reference, is only set for
 * JSONATA_VALUE, *why only for JSONATA_FAILED.
 */
enum jsonata_outcome jsonata_eval(const jsonata *x, const struct jsonata_options *options,
                                  const json *input, json **out, struct jsonata_error *why);

/* ---- looking at an expression ---- */

/*
 * What the expression takes from outside: each variable that it names and does not bind itself
 * before, `$` (name "") and a name without `$` at the top (name "", field set). With
 * `$states.input` the field is "input"; NULL: none follows.
 */
struct jsonata_use {
    const json *name;  /* of the variable, without `$` */
    const json *field; /* the first step behind it, when that is a name */
    size_t at;
    bool function; /* it is the name of a function of the dialect */
};

/* Calls `see` for each, in the order of the text, until it returns false. Returns how many looks at
 * its parts that took. */
uint64_t jsonata_uses(const jsonata *x, bool (*see)(void *user, const struct jsonata_use *use),
                      void *user);

/* ---- the functions ---- */

struct jsonata_function {
    const char *family, *name, *signature, *about;
};

/* Fills in the i-th function of the dialect; false behind the last. */
bool jsonata_function_at(enum jsonata_dialect dialect, size_t i, struct jsonata_function *out);

#endif
