#ifndef PARSERS_JSONATA_JSONATA_REGION_H
#define PARSERS_JSONATA_JSONATA_REGION_H

#include "parsers/jsonata/jsonata_evaluation.h"

#include <stdalign.h>

/*
 * Where values lie that an evaluation makes: chunks of memory that go all at once when it ends, or
 * back to a mark when a part of it has its result. Nothing is freed alone.
 */

struct chunk {
    struct chunk *before;
    size_t size;
    char *next, *end;
};

enum { SMALL_CHUNK = 6000 };

/* Where a region begins, on the caller's stack: a small evaluation allocates nothing. */
struct first_chunk {
    alignas(max_align_t) struct chunk head;
    char bytes[SMALL_CHUNK];
};

void region_begin(struct evaluation *e, struct first_chunk *first);
void region_end(struct evaluation *e);
/* Adds a chunk with room for `size`; eval_alloc takes from the newest. */
void region_add_chunk(struct evaluation *e, size_t size);

/* Returns memory of the region, not zeroed, for what needs no more than eight bytes' alignment. */
static inline void *eval_alloc(struct evaluation *e, size_t size)
{
    void *p;

    size = (size + 7) & ~(size_t)7;
    if (size > (size_t)(e->chunk->end - e->chunk->next))
        region_add_chunk(e, size);
    p = e->chunk->next;
    e->chunk->next += size;
    e->used += size;
    return p;
}

/*
 * Returns an array of `cap` elements that begins with the `count` elements of `items`; the others
 * are not zeroed. The old array stays in the region.
 */
void *eval_grow(struct evaluation *e, const void *items, size_t count, size_t cap, size_t size);

/* Holds `v` until the evaluation ends or goes back to an earlier mark. Takes `v`. */
const json *eval_hold(struct evaluation *e, json *v);

/* Where the region stands. */
struct mark {
    struct chunk *chunk;
    char *next;
    size_t used, held;
    uint64_t serial, oldest_bound;
};

/*
 * The oldest frame that is bound in from here on tells, when the mark is settled, whether a
 * variable outside may look at what was made since.
 */
static inline struct mark eval_mark(struct evaluation *e)
{
    const struct mark m = {e->chunk,      e->chunk->next, e->used,
                           e->held_count, e->serial,      e->oldest_bound};

    e->oldest_bound = UINT64_MAX;
    return m;
}

/* Does as eval_settle for `count` values, in their places. */
void eval_settle_all(struct evaluation *e, const struct mark *m, struct jv *v, size_t count);

/*
 * Frees what was made since the mark and is not part of `v`, as far as that is cheap and safe.
 * Nothing else that was made since may be in use. Returns `v`, moved maybe. Most parts of an
 * evaluation end in a number or a truth, in the chunk that they began in: that goes back to the
 * mark as it is.
 */
static inline struct jv eval_settle(struct evaluation *e, const struct mark *m, struct jv v)
{
    if (v.kind <= JV_NUMBER && e->chunk == m->chunk && e->held_count == m->held &&
        e->oldest_bound >= m->serial) {
        e->chunk->next = m->next;
        e->used = m->used;
        e->oldest_bound = m->oldest_bound;
        return v;
    }
    eval_settle_all(e, m, &v, 1);
    return v;
}

#endif
