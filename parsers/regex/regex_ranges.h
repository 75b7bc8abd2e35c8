#ifndef PARSERS_REGEX_REGEX_RANGES_H
#define PARSERS_REGEX_REGEX_RANGES_H

#include "parsers/base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Code units from `low` to `high`, both included. */
struct range {
    uint32_t low, high;
};

/* A set of code units, in any order. Empty is {0}; the owner frees `list`. */
struct ranges {
    struct range *list;
    size_t count, cap;
};

/* Adds the units from `low` to `high`. */
void ranges_add(struct ranges *r, uint32_t low, uint32_t high);
/* Adds the units that JavaScript takes for the same as `c` when case is ignored. `c` itself is not
 * added. */
void ranges_add_other_cases(struct ranges *r, uint32_t c);
/* Adds the other cases of all units in the set; `ascii`: of those in ASCII only, as no other has
 * one there. */
void ranges_add_all_cases(struct ranges *r, bool ascii);
/* Adds the set that \d, \w, \s, \D, \W or \S means, by its letter; false when `c` is none of these.
 */
bool ranges_add_named(struct ranges *r, int c);

/* Writes the set as a class of PCRE2; `negative`: of all that is not in it, `ascii`: without the
 * units beyond ASCII, which are not searched for then. */
void ranges_put(struct buf *out, const struct ranges *r, bool negative, bool ascii);
/* Writes a unit so that it stands for itself, within a class and outside. */
void regex_put_unit(struct buf *out, uint32_t c);
/* Writes a character that no ASCII text has, in place of one beyond ASCII. */
void regex_put_not_ascii(struct buf *out);

#endif
