#ifndef PARSERS_JSONATA_JSONATA_EVALUATION_H
#define PARSERS_JSONATA_JSONATA_EVALUATION_H

#include "parsers/base/arena.h"
#include "parsers/base/work.h"
#include "parsers/jsonata/jsonata.h"
#include "parsers/jsonata/jsonata_error.h"
#include "parsers/jsonata/jsonata_tree.h"
#include "parsers/jsonata/jsonata_value.h"

/* ---- variables ---- */

struct binding {
    uint32_t name;
    struct jv value;
};

/* An item on its way through a path, and what was bound beside it. */
struct tuple {
    struct jv item; /* @ */
    uint32_t count, cap;
    struct binding *bindings;
};

/* The variables of a block or a call; those around are in `parent`. */
struct frame {
    struct frame *parent;
    const struct tuple *tuple; /* its bindings are this frame's too */
    uint64_t born;
    uint32_t count, cap;
    struct binding *bindings;
};

/* ---- functions as values ---- */

enum func_kind {
    FUNC_BUILTIN,
    FUNC_LAMBDA,
    FUNC_REGEX,
    FUNC_WRAPPED,  /* a function that was an argument: hands on no context */
    FUNC_PARTIAL,  /* a builtin with some arguments */
    FUNC_COMPOSED, /* inner, then outer */
    FUNC_TRANSFORM,
    FUNC_NEXT_MATCH, /* `next` of a match: goes on behind it */
};

struct func {
    enum func_kind kind;
    const struct builtin *builtin;
    const struct signature *signature;
    const struct node *node; /* the lambda's body, the regex, the transform */
    const uint32_t *params;
    size_t param_count;
    struct frame *env;
    struct jv input;
    bool thunk;
    struct func *inner, *outer;
    struct jv *args; /* of FUNC_PARTIAL; an error where one is to come */
    size_t arg_count;
    const json *text; /* of FUNC_NEXT_MATCH: the text */
    size_t from;
    uint64_t born; /* when it was made; 0: before the evaluation */
    /* How it was called last, for errors. */
    const json *token;
    size_t at;
    bool placed;
};

/* ---- the evaluation ---- */

/* The keys of what a match is: made when they are first used. */
enum match_key { KEY_MATCH, KEY_INDEX, KEY_GROUPS, KEY_START, KEY_END, KEY_NEXT, MATCH_KEYS };

/* What is asked of the root frame is kept. */
struct global {
    enum { GLOBAL_UNKNOWN, GLOBAL_BOUND, GLOBAL_NONE } state;
    struct jv value;
    struct func function; /* what `value` is when the name is a builtin's */
};

/* So many strings and JSON values are held without allocating. */
enum { FEW_HELD = 16 };

struct chunk;

/* One evaluation of an expression: all that changes while it runs. */
struct evaluation {
    const jsonata *x;
    const struct jsonata_options *options;
    enum jsonata_dialect dialect;
    struct names *names; /* the expression's, or with those of $eval */
    struct global *globals;
    uint32_t global_count;
    struct frame root;
    struct failure why;
    size_t depth, max_depth;
    struct work *work, own_work; /* where it is counted; own_work: when nobody gave one */
    size_t memory;               /* at most */
    /* The region (jsonata_region.h). */
    struct chunk *chunk, *spare;
    size_t used; /* what is in it, and strings and JSON that were made */
    json **held;
    size_t held_count, held_cap;
    json *few_held[FEW_HELD];
    uint64_t serial;
    uint64_t oldest_bound; /* the oldest frame that a variable was bound in */
    struct arena lasting;  /* what $eval compiles */
    struct frame *env;     /* of the call that is under way, for $eval */
    uint64_t chance;       /* how often it was asked for without somebody to ask */
    size_t nesting;        /* of calls without an evaluation in between */
    json *match_keys[MATCH_KEYS];
    struct json_blocks blocks; /* where JSON of what was made lies */
};

/*
 * What it costs. Whoever spends units may find that others have run when it goes on, with the same
 * expression: no look at what the compiled expression keeps (its pictures) may be held meanwhile.
 */

/* Counts what is looked at; false with an error when a bound is reached. */
static inline bool eval_steps(struct evaluation *e, uint64_t count)
{
    return (e->used <= e->memory && work_spend(e->work, count)) || eval_stop(e);
}

static inline bool eval_step(struct evaluation *e)
{
    return eval_steps(e, 1);
}

/* Counts where there is no way to fail: the next eval_step does. */
static inline void eval_spend(struct evaluation *e, uint64_t count)
{
    work_spend(e->work, count);
}

/* Counts bytes that are each touched once, in blocks. */
static inline void eval_spend_bytes(struct evaluation *e, size_t bytes)
{
    if (bytes >= WORK_BYTES_A_UNIT)
        work_spend(e->work, bytes / WORK_BYTES_A_UNIT);
}

/* So many bytes are a unit when each is looked at, or copied, on its own. */
enum { WORK_CHARACTERS_A_UNIT = 8 };

static inline void eval_spend_characters(struct evaluation *e, size_t bytes)
{
    if (bytes >= WORK_CHARACTERS_A_UNIT)
        work_spend(e->work, bytes / WORK_CHARACTERS_A_UNIT);
}

/* Counts the search for a key, or its entry: long ones are hashed and compared each time. */
static inline void eval_spend_key(struct evaluation *e, const json *key)
{
    if (json_str_len(key) >= WORK_BYTES_A_UNIT)
        eval_spend_characters(e, json_str_len(key) / 4);
}

#endif
