#ifndef PARSERS_REGEX_REGEX_PATTERN_H
#define PARSERS_REGEX_REGEX_PATTERN_H

#include "parsers/base/diag.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct unit {
    uint32_t code, at; /* `at`: the byte in the pattern where it comes from */
};

struct group_name {
    size_t start, len; /* in units */
    unsigned group;
};

/* A pattern that is read. The text stays the caller's and has to last. */
struct pattern {
    const char *text;
    size_t len;
    struct diag *why;
    struct unit *units;
    size_t count, i; /* `i`: where to read on */
    struct group_name *names;
    size_t name_count, name_cap;
    unsigned groups; /* the whole match not counted */
    bool repeats;    /* there is a quantifier that may go far, maybe */
};

enum {
    NO_UNIT = -1,
    /* PCRE2's largest count in a quantifier. */
    MAX_COUNT = 65535,
};

/* Fills `p`, which pattern_clear empties in any case. False with *why filled when a group's name is
 * invalid or there twice. */
bool pattern_read(struct pattern *p, const char *text, size_t len, struct diag *why);
void pattern_clear(struct pattern *p);
/* Fills the diagnostic that pattern_read was given with `what` is wrong at unit `i`. Returns false.
 */
bool pattern_refuse(struct pattern *p, size_t i, const char *what);

/* Returns the unit so many ahead of the place; NO_UNIT behind the end. */
static inline int pattern_peek(const struct pattern *p, size_t ahead)
{
    return p->i + ahead < p->count ? (int)p->units[p->i + ahead].code : NO_UNIT;
}

/* Are the next units those of `text`, which is ASCII? */
bool pattern_peek_text(const struct pattern *p, const char *text);
/* Returns the number that `count` hexadecimal digits write, `from` units ahead; NO_UNIT: there are
 * no such digits. */
int pattern_peek_hex(const struct pattern *p, size_t from, size_t count);
/*
 * Reads {n}, {n,} or {n,m} ahead of the place. Returns its length in units; 0 when it is none,
 * which makes the brace a character. Without an upper bound (`endless`) `most` is less than
 * `least`. A count above MAX_COUNT stays above it, but may be cut.
 */
size_t pattern_peek_braces(const struct pattern *p, size_t ahead, unsigned *least, unsigned *most,
                           bool *endless);
/* Does a quantifier stand so many units ahead? */
bool pattern_at_quantifier(const struct pattern *p, size_t ahead);

/* Returns how many units a group's name has that begins at unit `start` and ends in front of a '>';
 * 0: there is no name. */
size_t pattern_name_length(const struct pattern *p, size_t start);
/* Returns the group of that name; NULL: there is none. */
const struct group_name *pattern_find_name(const struct pattern *p, size_t start, size_t len);

#endif
