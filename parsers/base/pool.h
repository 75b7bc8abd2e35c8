#ifndef PARSERS_BASE_POOL_H
#define PARSERS_BASE_POOL_H

#include <stddef.h>

/*
 * Pieces of memory of one size, for things that come and go by the thousand: those that are given
 * back are kept for the next ones, up to POOL_SPARE of them. Empty is {.size = …}, a size of at
 * least a pointer's.
 */
struct pool {
    size_t size;
    struct pool_piece *spare;
    size_t count; /* of spare ones */
};

enum { POOL_SPARE = 1024 };

/* Returns a piece of zeros, the caller's until it is given back. mem_free may free it as well. */
void *pool_take(struct pool *p);
/* Takes back a piece; NULL does nothing. */
void pool_give(struct pool *p, void *piece);
/* Frees the spare pieces. Others stay their owners'. */
void pool_clear(struct pool *p);

#endif
