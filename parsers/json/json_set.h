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

/* The number of the value that equals `v`: a new one (the count before) when there was none. */
size_t json_set_add(struct json_set *s, const json *v);
/* SIZE_MAX: there is none. */
size_t json_set_find(const struct json_set *s, const json *v);
void json_set_clear(struct json_set *s);

/* Returns a hash that equal values (json_equal) share. It differs from process to process. */
uint64_t json_fingerprint(const json *v);

#endif
