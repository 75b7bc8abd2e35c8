#ifndef PARSERS_JSON_JSON_SET_H
#define PARSERS_JSON_JSON_SET_H

#include "parsers/json/json.h"

/*
 * Different values, numbered in the order in which they came. Empty is {0}. Finding one takes as
 * long as going through it once, however many there are.
 */
struct json_set {
    const json **values; /* references of the set's own */
    uint64_t *hashes;
    size_t count, cap;
    uint32_t *slots; /* a number + 1; 0: empty */
    size_t mask;
};

/* Returns the number of the value that equals `v`. A new one gets the next number: the old count.
 */
size_t json_set_add(struct json_set *s, const json *v);
/* Returns the number of the value that equals `v`, SIZE_MAX without one. */
size_t json_set_find(const struct json_set *s, const json *v);
void json_set_clear(struct json_set *s);

/* Returns a hash that equal values (json_equal) share. It differs from process to process. */
uint64_t json_fingerprint(const json *v);

#endif
