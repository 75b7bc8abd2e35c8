/*
 * Pairs by Kuhn's algorithm for matchings: when all elements that a wanted one could have are
 * taken, those that have them are asked to go to others, as one with a matcher may have taken what
 * another one needs. Those that ask wait in a queue, so that the stack doesn't grow with the array.
 */
#include "tools/test/pairing.h"

#include "parsers/base/mem.h"
#include "parsers/json/json_set.h"

#include <stdint.h>

static const size_t NOBODY = SIZE_MAX;

/* So many pairs are compared sooner than fingerprints are made. */
enum { PAIRS_FEW = 1000 };

/* A value that has a matcher in it is equal to none. Nested as deep as it. */
static bool has_matcher(const json *v)
{
    bool has = false;

    for (size_t i = 0; !has && json_is_array(v) && i < json_count(v); i++)
        has = has_matcher(json_at(v, i));
    for (size_t i = 0; !has && json_is_object(v) && i < json_count(v); i++)
        has = json_str_begins(json_key_at(v, i), "$") || has_matcher(json_value_at(v, i));
    return has;
}

/* Equal elements are a chain of their indices + 1, found by their fingerprint. */
static void pair_equals(struct pairing *p)
{
    size_t len = json_count(p->actual);
    size_t *first = mem_calloc(len + 1, sizeof *first), *next = mem_calloc(len + 1, sizeof *next);
    struct json_set known = {0};

    for (size_t i = len; i-- > 0;) {
        size_t n = json_set_add(&known, json_at(p->actual, i));
        next[i] = first[n];
        first[n] = i + 1;
    }
    for (size_t i = 0; i < json_count(p->wanted); i++) {
        const json *v = json_at(p->wanted, i);
        size_t n = has_matcher(v) ? SIZE_MAX : json_set_find(&known, v);
        if (n == SIZE_MAX || !first[n])
            continue;
        p->owner[first[n] - 1] = i;
        p->paired[i] = true;
        first[n] = next[first[n] - 1];
    }
    json_set_clear(&known);
    mem_free(first);
    mem_free(next);
}

void pairing_begin(struct pairing *p)
{
    size_t len = json_count(p->actual);

    p->owner = mem_calloc(len + 1, sizeof *p->owner);
    p->seeker = mem_calloc(len + 1, sizeof *p->seeker);
    p->queue = mem_calloc(len + 1, sizeof *p->queue);
    p->paired = mem_calloc(json_count(p->wanted) + 1, sizeof *p->paired);
    for (size_t i = 0; i < len; i++)
        p->owner[i] = NOBODY;
    if (len * json_count(p->wanted) > PAIRS_FEW)
        pair_equals(p);
}

void pairing_clear(struct pairing *p)
{
    mem_free(p->owner);
    mem_free(p->seeker);
    mem_free(p->queue);
    mem_free(p->paired);
    *p = (struct pairing){0};
}

/* From the free element back to the one who asked first, each takes what it asked for, and leaves
 * what it had. */
static void take_over(struct pairing *p, size_t first, size_t free)
{
    for (size_t taker = NOBODY; taker != first;) {
        size_t taken = free;
        taker = p->seeker[taken];
        for (free = 0; taker != first && p->owner[free] != taker;)
            free++;
        p->owner[taken] = taker;
    }
    p->paired[first] = true;
}

enum paired pairing_find(struct pairing *p, size_t wanted)
{
    size_t len = json_count(p->actual), waiting = 0;
    size_t seeker = wanted;

    if (p->paired[wanted])
        return PAIRED;
    for (size_t i = 0; i < len; i++)
        p->seeker[i] = NOBODY;
    for (size_t next = 0; next <= waiting; next++) {
        for (size_t i = 0; i < len; i++) {
            if (p->seeker[i] != NOBODY)
                continue;
            if (p->asked++ == p->most)
                return PAIRED_TOO_MUCH;
            if (!p->fits(p->user, seeker, i))
                continue;
            p->seeker[i] = seeker;
            if (p->owner[i] == NOBODY) {
                take_over(p, wanted, i);
                return PAIRED;
            }
            p->queue[waiting++] = p->owner[i];
        }
        if (next < waiting)
            seeker = p->queue[next];
    }
    return waiting ? PAIRED_ALL_TAKEN : PAIRED_NONE;
}
