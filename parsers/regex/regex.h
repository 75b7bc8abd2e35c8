#ifndef PARSERS_REGEX_REGEX_H
#define PARSERS_REGEX_REGEX_H

#include "parsers/base/buf.h"
#include "parsers/base/diag.h"
#include "parsers/base/work.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * JavaScript's regular expressions (without the flag u: they see UTF-16 code units), matched by
 * PCRE2. Compiled once, used many times, by one thread at a time. A search may be put off in the
 * middle, when its `work` ticks, and others may search with the same expression meanwhile.
 */
typedef struct js_regex js_regex;

/*
 * `pattern` is what stands between the slashes. NULL with *why filled (a sentence, and the byte
 * offset in the pattern) when it is no regular expression.
 */
js_regex *js_regex_compile(const char *pattern, size_t len, bool ignore_case, bool multiline,
                           struct diag *why);
void js_regex_free(js_regex *r);
/* Returns how many groups the expression has, the whole match not counted. */
unsigned js_regex_groups(const js_regex *r);

enum js_regex_answer {
    JS_REGEX_FOUND,
    JS_REGEX_NONE,
    JS_REGEX_EMPTY,     /* a match behind the first is empty, so the search stands still: D1004 */
    JS_REGEX_TOO_MUCH,  /* the budget of its work is used up */
    JS_REGEX_TOO_LARGE, /* it needs more memory to go back to than it may have */
};

/* A stretch of the searched text; only js_search_add can read it. */
struct js_span {
    size_t start, end; /* `start` > `end`: the group took no part */
};

/*
 * The search for all matches in a text, one behind the other. The text may hold lone surrogates,
 * has else to be well formed, and stays the caller's for as long as the search. A character beyond
 * U+FFFF is two code units: a match may end between them.
 */
struct js_search {
    js_regex *regex;
    /* What it costs is counted there; NULL: nowhere, so the text and the expression are known. */
    struct work *work;
    size_t memory;                  /* bytes that backtracking may take; 0: JS_REGEX_MEMORY */
    struct js_regex_engine *engine; /* of `regex`, for this text; NULL: not chosen yet */
    struct js_regex_room *room;     /* its own, as another search had the expression's */
    size_t tried, seen; /* where the match began that the last callout saw; where that was */
    size_t cost;        /* bytes' worth not yet spent */
    size_t enough;      /* of it, to be spent, or to begin anew in a faster way */
    unsigned step;      /* what a callout costs, in bytes' worth */
    bool large;         /* so much that others were let run meanwhile */
    const char *text;   /* the caller's, or `copy` */
    size_t len;
    struct buf copy;
    size_t at;             /* where to look next */
    size_t units, upto;    /* code units in front of byte `upto` */
    bool ascii;            /* bytes are code units */
    bool first;            /* nothing found yet */
    struct js_span *span;  /* of the last match: [0] is the whole, then the groups */
    size_t index;          /* of its first code unit */
    struct js_span few[8]; /* where `span` is when there are few groups: not to be copied */
};

enum { JS_REGEX_MEMORY = 64 * 1024 * 1024 };

/* Storage is the caller's; `r` has to outlive it. `work` and `memory` may be set then. */
void js_search_init(struct js_search *s, js_regex *r, const char *text, size_t len);
/* Lets the next match start at this code unit or behind it; it may be empty. */
void js_search_seek(struct js_search *s, size_t index);
/*
 * Finds the next match. The first may be empty; behind one that reaches the end of the text is
 * none.
 */
enum js_regex_answer js_search_next(struct js_search *s);
/* Adds the stretch to `out`, joined with a half of a character that `out` ends in. */
void js_search_add(const struct js_search *s, struct js_span span, struct buf *out);
/* Returns how many code units the stretch has: a match ends at its index plus these. */
size_t js_search_units(const struct js_search *s, struct js_span span);
void js_search_clear(struct js_search *s);

#endif
