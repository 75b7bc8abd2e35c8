/* Buckets of tokens, in whole numbers: so many a second are as many thousandths a millisecond. */

#include "runtime/base/bucket.h"

enum { WHOLE = 1000 };

void bucket_fill(struct bucket *b, int64_t now_ms)
{
    int64_t passed_ms = now_ms - b->at_ms;
    int64_t full_ms = b->size * WHOLE / b->refill + 1;

    if (!b->at_ms || passed_ms > full_ms) {
        b->left = b->size;
    } else if (passed_ms > 0) {
        b->thousandths += passed_ms * b->refill;
        b->left += b->thousandths / WHOLE;
        b->thousandths %= WHOLE;
    }
    if (b->left >= b->size) {
        b->left = b->size;
        b->thousandths = 0;
    }
    b->at_ms = now_ms;
}

int64_t bucket_due(const struct bucket *b)
{
    return b->left > 0 ? b->at_ms : b->at_ms + (WHOLE - b->thousandths + b->refill - 1) / b->refill;
}
