/* Counting times by how long they took. The bounds are those that /metrics shows. */

#include "runtime/base/histogram.h"

const int64_t histogram_bounds_us[HISTOGRAM_BOUNDS] = {
    100,      250,      500,       1000,      2500,       5000,      10000,   25000,
    50000,    100000,   250000,    500000,    1000000,    2500000,   5000000, 10000000,
    30000000, 60000000, 300000000, 900000000, 1800000000, 3600000000};

void histogram_add(struct histogram *h, int64_t us)
{
    int i = 0;

    if (us < 0) /* a clock was set back */
        us = 0;
    while (i < HISTOGRAM_BOUNDS && us > histogram_bounds_us[i])
        i++;
    h->counts[i]++;
    h->count++;
    h->sum_us += us;
}
