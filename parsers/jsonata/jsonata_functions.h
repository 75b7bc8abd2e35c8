#ifndef PARSERS_JSONATA_JSONATA_FUNCTIONS_H
#define PARSERS_JSONATA_JSONATA_FUNCTIONS_H

#include "parsers/base/count.h"
#include "parsers/jsonata/jsonata_error.h"
#include "parsers/jsonata/jsonata_evaluation.h"
#include "parsers/jsonata/jsonata_value.h"

/*
 * The functions of the language. Each family is a table in its fn_*.c: a row makes a function known
 * to the parser, to evaluations and to `asl eval --jsonata --list-functions`.
 */

/* What a function is called with. All that its signature names are there; undefined: not given. */
struct call {
    const struct jv *args;
    size_t count;
    struct jv input;
};

enum { IN_AWS = 1, IN_REFERENCE = 2, IN_BOTH = 3 };

struct builtin {
    const char *name, *signature;
    struct jv (*call)(struct evaluation *e, const struct call *c);
    uint8_t arity; /* how many parameters others think it has */
    uint8_t dialects;
    const char *about;
};

struct family {
    const char *name;
    const struct builtin *functions;
    size_t count;
};

extern const struct family string_functions, pattern_functions, encoding_functions,
    number_functions, array_functions, object_functions, higher_functions, boolean_functions,
    date_functions, service_functions;

/* NULL when the dialect has no such function. */
const struct builtin *builtin_find(enum jsonata_dialect dialect, const char *name, size_t len);

/* ---- what several families use ---- */

/* Returns argument `i`, undefined when there are fewer. */
static inline struct jv arg(const struct call *c, size_t i)
{
    return i < c->count ? c->args[i] : jv_undefined();
}

/* Calls `f` with as many of the three arguments as it has parameters, but with one at least. */
struct jv call_item(struct evaluation *e, struct func *f, struct jv value, struct jv at,
                    struct jv whole);
/*
 * Calls `f` as call_item does and adds what it gives to `l`, unless that is undefined. Returns
 * false after an error.
 */
bool call_item_into(struct evaluation *e, struct list *l, struct func *f, struct jv value,
                    struct jv at, struct jv whole);
/* Counts what a picture may cost, whose characters are put in their places one by one. False after
 * an error. */
bool eval_picture_steps(struct evaluation *e, struct jv picture);
/* Returns where `what` is in `text` from `from` on; SIZE_MAX: nowhere. */
size_t text_find(struct evaluation *e, const char *text, size_t len, size_t from, const char *what,
                 size_t what_len);
/* Returns 64 random bits, from the caller's options; without, the same sequence each time. */
uint64_t eval_chance(struct evaluation *e);
/* Returns x, 0 <= x < 1. */
double eval_chance_unit(struct evaluation *e);

#endif
