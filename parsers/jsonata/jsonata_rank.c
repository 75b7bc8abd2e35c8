/*
 * Sorting by keys that are known to be of one kind. Each has a rank, a whole number that is in the
 * order of the keys: numbers by all of their bits, strings by their first bytes. Comparing two of
 * these needs no look at a value, and most pairs need nothing else.
 */

#include "parsers/jsonata/jsonata_rank.h"

#include "parsers/base/mem.h"

#include <math.h>
#include <string.h>

struct ranked {
    uint64_t rank;
    size_t item;
};

struct ranking {
    struct evaluation *e;
    int (*after)(struct evaluation *e, void *user, size_t a, size_t b);
    void *user;
};

bool can_be_ranked(const struct jv *keys, size_t count)
{
    enum jv_kind kind = JV_UNDEFINED;

    for (size_t i = 0; i < count; i++) {
        if (is_undefined(keys[i]))
            continue;
        if (kind == JV_UNDEFINED)
            kind = keys[i].kind;
        if (keys[i].kind != kind || (kind == JV_NUMBER && isnan(keys[i].n)))
            return false;
    }
    return kind == JV_UNDEFINED || kind == JV_NUMBER || kind == JV_STRING;
}

/* ---- ranks ---- */

/* The bits of doubles are in their order once those of negative ones are turned round. */
static uint64_t rank_of_number(double n)
{
    const uint64_t sign = UINT64_C(1) << 63;
    uint64_t bits;

    n += 0.0; /* of both zeros the one */
    memcpy(&bits, &n, sizeof bits);
    return bits & sign ? ~bits : bits | sign;
}

enum { RANKED_BYTES = 8 };

/* From this byte on, the order of UTF-16 is another one than that of UTF-8. */
enum { FIRST_SURROGATE_BYTE = 0xED };

/* The first bytes; false when they do not tell the order. */
static bool rank_of_string(const json *s, uint64_t *rank)
{
    const unsigned char *text = (const unsigned char *)json_str(s);
    const size_t len = json_str_len(s) < RANKED_BYTES ? json_str_len(s) : RANKED_BYTES;

    *rank = 0;
    for (size_t i = 0; i < len; i++) {
        if (text[i] >= FIRST_SURROGATE_BYTE)
            return false;
        *rank |= (uint64_t)text[i] << (8 * (RANKED_BYTES - 1 - i));
    }
    return true;
}

/* Where a string has no rank, all have the same, and all pairs are compared. */
static void find_ranks(struct ranked *ranked, const struct jv *keys, size_t count, bool descending)
{
    bool told = true;

    for (size_t i = 0; i < count; i++) {
        uint64_t rank = 0;
        if (keys[i].kind == JV_NUMBER)
            rank = rank_of_number(keys[i].n);
        else if (keys[i].kind == JV_STRING)
            told = rank_of_string(keys[i].j, &rank) && told;
        if (descending)
            rank = ~rank;
        ranked[i] = (struct ranked){is_undefined(keys[i]) ? UINT64_MAX : rank, i};
    }
    for (size_t i = 0; !told && i < count; i++)
        ranked[i].rank = 0;
}

/* ---- sorting ---- */

static inline bool ranks_after(const struct ranking *r, const struct ranked *a,
                               const struct ranked *b)
{
    if (a->rank != b->rank || !r->after)
        return a->rank > b->rank;
    return r->after(r->e, r->user, a->item, b->item) > 0;
}

/* So few are put in their places one by one. */
enum { FEW_RANKED = 12 };

static void insert_each(const struct ranking *r, struct ranked *a, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        const struct ranked one = a[i];
        size_t k = i;
        for (; k > 0 && ranks_after(r, &a[k - 1], &one); k--)
            a[k] = a[k - 1];
        a[k] = one;
    }
}

/* By merging; two halves that are in order already stay as they are. */
static bool rank_part(const struct ranking *r, struct ranked *a, struct ranked *spare, size_t count)
{
    const size_t middle = count / 2;
    size_t left = 0, right = middle, to = 0;

    if (!eval_steps(r->e, count))
        return false;
    if (count <= FEW_RANKED) {
        insert_each(r, a, count);
        return true;
    }
    if (!rank_part(r, a, spare, middle) || !rank_part(r, a + middle, spare, count - middle))
        return false;
    if (!ranks_after(r, &a[middle - 1], &a[middle]))
        return true;
    memcpy(spare, a, middle * sizeof *a);
    while (left < middle && right < count) {
        const bool swap = ranks_after(r, &spare[left], &a[right]);
        a[to++] = swap ? a[right] : spare[left];
        right += swap;
        left += !swap;
    }
    memcpy(a + to, spare + left, (middle - left) * sizeof *a);
    return true;
}

bool rank_sort(struct evaluation *e, size_t *order, const struct jv *keys, size_t count,
               bool descending, int (*after)(struct evaluation *e, void *user, size_t a, size_t b),
               void *user)
{
    const struct ranking r = {e, after, user};
    struct ranked *ranked = mem_alloc((count + count / 2 + 1) * sizeof *ranked);
    bool ok;

    find_ranks(ranked, keys, count, descending);
    ok = rank_part(&r, ranked, ranked + count, count);
    for (size_t i = 0; i < count; i++)
        order[i] = ranked[i].item;
    mem_free(ranked);
    return ok;
}
