#ifndef RUNTIME_BASE_HISTOGRAM_H
#define RUNTIME_BASE_HISTOGRAM_H

#include <stdint.h>

/* How long things took: counts by fixed bounds from 100 µs to an hour. Empty is {0}. */
enum { HISTOGRAM_BOUNDS = 22 };

extern const int64_t histogram_bounds_us[HISTOGRAM_BOUNDS];

struct histogram {
    uint64_t counts[HISTOGRAM_BOUNDS + 1]; /* each up to its bound; the last: longer */
    uint64_t count;
    int64_t sum_us;
};

void histogram_add(struct histogram *h, int64_t us);

#endif
