/*
 * Sorting by keys that are known to be of one kind. Each has a rank, a whole number that is in the
 * order of the keys: numbers by all of their bits, strings by their first bytes. Many are put into
 * the order of their ranks byte by byte, without comparing any; only those of one rank are
 * compared.
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

/* So many bits of a rank are looked at in a pass; and how many items are worth passes. */
enum { PASS_BITS = 8, PASS_VALUES = 1 << PASS_BITS, PASSES_LEAST = 256 };

/* Puts items into the order of one byte of their ranks; those that have the same stay as they are.
 */
static void pass_over(const struct ranked *from, struct ranked *to, size_t count, unsigned shift)
{
    size_t places[PASS_VALUES] = {0};
    size_t place = 0;

    for (size_t i = 0; i < count; i++)
        places[from[i].rank >> shift & (PASS_VALUES - 1)]++;
    for (size_t v = 0; v < PASS_VALUES; v++) {
        const size_t n = places[v];
        places[v] = place;
        place += n;
    }
    for (size_t i = 0; i < count; i++)
        to[places[from[i].rank >> shift & (PASS_VALUES - 1)]++] = from[i];
}

/* Returns the bits in which ranks differ; 0 also when they are in order already. */
static uint64_t bits_to_sort(const struct ranked *a, size_t count)
{
    uint64_t bits = 0;
    bool ordered = true;

    for (size_t i = 1; i < count; i++) {
        bits |= a[i].rank ^ a[0].rank;
        ordered = ordered && a[i - 1].rank <= a[i].rank;
    }
    return ordered ? 0 : bits;
}

/* Those of one rank, where that does not tell everything. */
static bool sort_same_ranks(const struct ranking *r, struct ranked *a, struct ranked *spare,
                            size_t count)
{
    size_t end;

    for (size_t i = 0; i < count; i = end) {
        for (end = i + 1; end < count && a[end].rank == a[i].rank; end++)
            ;
        if (end - i > 1 && !rank_part(r, a + i, spare, end - i))
            return false;
    }
    return true;
}

/* Returns the sorted items, in `a` or in `spare`; NULL after an error. */
static const struct ranked *sort_in_passes(const struct ranking *r, struct ranked *a,
                                           struct ranked *spare, size_t count)
{
    const uint64_t bits = bits_to_sort(a, count);

    for (unsigned shift = 0; shift < 64; shift += PASS_BITS) {
        struct ranked *const to = spare;
        if (!(bits >> shift & (PASS_VALUES - 1)))
            continue;
        if (!eval_steps(r->e, count))
            return NULL;
        pass_over(a, to, count, shift);
        spare = a;
        a = to;
    }
    if (r->after && !sort_same_ranks(r, a, spare, count))
        return NULL;
    return a;
}

bool rank_sort(struct evaluation *e, size_t *order, const struct jv *keys, size_t count,
               bool descending, int (*after)(struct evaluation *e, void *user, size_t a, size_t b),
               void *user)
{
    const struct ranking r = {e, after, user};
    struct ranked *ranked = mem_alloc((2 * count + 1) * sizeof *ranked);
    const struct ranked *sorted = ranked;

    find_ranks(ranked, keys, count, descending);
    if (count >= PASSES_LEAST)
        sorted = sort_in_passes(&r, ranked, ranked + count, count);
    else if (!rank_part(&r, ranked, ranked + count, count))
        sorted = NULL;
    for (size_t i = 0; sorted && i < count; i++)
        order[i] = sorted[i].item;
    mem_free(ranked);
    return sorted != NULL;
}
