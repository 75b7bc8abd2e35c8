#ifndef PARSERS_JSONATA_JSONATA_MATCH_H
#define PARSERS_JSONATA_JSONATA_MATCH_H

#include "parsers/jsonata/jsonata_evaluation.h"
#include "parsers/jsonata/jsonata_map.h"
#include "parsers/regex/regex.h"

/* Matches of regular expressions, and of functions of the user's that stand in for them. */

/* Positions are only good for matcher_piece. */
struct match {
    size_t start, end;
    double index;            /* in code units */
    struct jv match, groups; /* a string, a list; as values, if they were asked for */
};

struct matcher {
    struct func *next;        /* a function of the user's; NULL: a regular expression */
    const struct func *regex; /* then this one */
    struct js_search search;
    const json *text;
    bool begun;
};

/* `text` has to stay until matcher_clear. */
void matcher_init(struct evaluation *e, struct matcher *m, struct func *f, const json *text);
/*
 * Finds the next match: returns 1 with *out, 0 when there are no more, -1 after an error. `values`:
 * out->match and out->groups are made, too.
 */
int matcher_next(struct evaluation *e, struct matcher *m, bool values, struct match *out);
/* Returns how many groups the last match has. */
size_t matcher_groups(const struct matcher *m, const struct match *last);
/* Adds what group `i` of the last match caught; group 0 is the whole. */
void matcher_group(const struct matcher *m, const struct match *last, size_t i, struct buf *out);
/* Adds the text between two positions; SIZE_MAX is the text's end. */
void matcher_piece(struct evaluation *e, const struct matcher *m, size_t from, size_t to,
                   struct buf *out);
void matcher_clear(struct matcher *m);

/* Makes the function that goes on with the search behind a match, at a code unit of the text. */
struct jv match_next(struct evaluation *e, const struct func *f, const json *text, size_t from);
/* Adds a member to an object that stands for a match; each key is set once. */
void match_set(struct evaluation *e, struct map *m, enum match_key key, struct jv v);
/* Returns the position in a text that a number names, which is 0 for what is none. One behind every
 * text stands for all of these. */
size_t match_position(struct jv v);
/*
 * Returns what a call of a regular expression gives: the first match from `from` on as an object,
 * or undefined. `next`: it goes on from a match before, and must not stand still.
 */
struct jv regex_call(struct evaluation *e, const struct func *f, const json *text, size_t from,
                     bool next);

#endif
