#ifndef PARSERS_JSONATA_REGEX_H
#define PARSERS_JSONATA_REGEX_H

#include "parsers/buf.h"
#include "parsers/diag.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * JavaScript's regular expressions (without the flag u: they see UTF-16 code units), matched by
 * PCRE2. Compiled once, read many times, never changed.
 */
typedef struct js_regex js_regex;

/*
 * `pattern` is what stands between the slashes. NULL with *why filled (a sentence, and the byte
 * offset in the pattern) when it is no regular expression.
 */
js_regex *js_regex_compile(const char *pattern, size_t len, bool ignore_case, bool multiline,
                           struct diag *why);
void js_regex_free(js_regex *r);
/* How many groups it has, the whole match not counted. */
unsigned js_regex_groups(const js_regex *r);

enum js_regex_answer {
    JS_REGEX_FOUND,
    JS_REGEX_NONE,
    JS_REGEX_TOO_MUCH, /* a limit on steps, depth or memory was reached */
};

/* Stretches of the searched text: only js_search_add can read them. */
struct js_span {
    size_t start, end; /* `start` > `end`: the group took no part */
};

/*
 * The search for all matches in a text. The text may hold lone surrogates, but has else to be well
 * formed, and stays the caller's for as long as the search. A character beyond U+FFFF is two code
 * units: a match may lie between them, and js_search_add puts halves together again.
 */
struct js_search {
    const js_regex *regex;
    const char *text; /* the caller's, or `copy` */
    size_t len;
    struct buf copy;
    size_t at;          /* where to look next */
    size_t units, seen; /* code units in front of byte `seen` */
    void *data;
    /* Of the last match: */
    size_t index;               /* of its first code unit */
    const struct js_span *span; /* [0] is the match, then the groups */
    struct js_span *spans;
};

/* Storage is the caller's; `r` has to outlive it. */
void js_search_init(struct js_search *s, const js_regex *r, const char *text, size_t len);
/*
 * The next match. One that is empty (span[0].start == span[0].end) is told like any other, the
 * search goes on one code unit behind it.
 */
enum js_regex_answer js_search_next(struct js_search *s);
/* Adds the stretch to `out`, joined with a half of a character that `out` ends in. */
void js_search_add(const struct js_search *s, struct js_span span, struct buf *out);
void js_search_clear(struct js_search *s);

/* Is there a match at all? What $contains asks. */
enum js_regex_answer js_regex_test(const js_regex *r, const char *text, size_t len);

#endif
