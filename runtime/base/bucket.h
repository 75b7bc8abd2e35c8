#ifndef RUNTIME_BASE_BUCKET_H
#define RUNTIME_BASE_BUCKET_H

#include <stdint.h>

/*
 * AWS's kind of throttle: a bucket that holds `size` tokens and is full at first. What is held to
 * the rate takes a token; `refill` new ones come each second. Whoever takes counts `left` down.
 */
struct bucket {
    int64_t size, refill;
    int64_t left;
    int64_t thousandths; /* of the next token */
    int64_t at_ms;       /* when that was so; 0: not filled yet */
};

/* What has come by now. A clock that was set back brings nothing. */
void bucket_fill(struct bucket *b, int64_t now_ms);
/* When there is a token, by the clock of bucket_fill. */
int64_t bucket_due(const struct bucket *b);

#endif
