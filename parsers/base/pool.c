/*
 * Spare pieces stand in a list that goes through the pieces themselves. The one that was given back
 * last goes out first, as it is most likely still in the processor's cache.
 */

#include "parsers/base/pool.h"

#include "parsers/base/address_check.h"
#include "parsers/base/mem.h"

#include <assert.h>
#include <string.h>

/* So use of what was given back is found. */
#ifdef ADDRESSES_ARE_CHECKED
enum { MOST_SPARE = 0 };
#else
enum { MOST_SPARE = POOL_SPARE };
#endif

struct pool_piece {
    struct pool_piece *next;
};

void *pool_take(struct pool *p)
{
    struct pool_piece *piece = p->spare;

    assert(p->size >= sizeof *piece);
    if (!piece)
        return mem_calloc(1, p->size);
    p->spare = piece->next;
    p->count--;
    return memset(piece, 0, p->size);
}

void pool_give(struct pool *p, void *piece)
{
    struct pool_piece *spare = piece;

    if (!spare)
        return;
    if (p->count == MOST_SPARE) {
        mem_free(spare);
        return;
    }
    spare->next = p->spare;
    p->spare = spare;
    p->count++;
}

void pool_clear(struct pool *p)
{
    for (struct pool_piece *piece; (piece = p->spare);) {
        p->spare = piece->next;
        mem_free(piece);
    }
    p->count = 0;
}
