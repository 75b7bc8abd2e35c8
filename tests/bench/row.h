/*
 * What a measuring program says of one row of tests/bench/rows.py: a line of JSON with the seconds
 * of CPU that the work took, how many things it did, and the most memory that the process had.
 * tests/bench/run reads it.
 */
#ifndef TESTS_BENCH_ROW_H
#define TESTS_BENCH_ROW_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Seconds of this process's own: others may be at work on the machine. */
static inline double row_cpu_s(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* VmHWM in KiB, 0 where there is none: ru_maxrss also counts what the process was before its exec.
 */
static inline long row_peak_kib(void)
{
    static const char name[] = "VmHWM:";
    char line[256];
    long kib = 0;
    FILE *f = fopen("/proc/self/status", "r");

    while (f && !kib && fgets(line, sizeof line, f))
        if (strncmp(line, name, sizeof name - 1) == 0)
            kib = strtol(line + sizeof name - 1, NULL, 10);
    if (f)
        fclose(f);
    return kib;
}

/* What the work took; a member that is 0 isn't told. */
struct row {
    double cpu_s, wall_s;
    size_t count;  /* of the things that were done */
    size_t bytes;  /* of the file that they left */
    long peak_kib; /* 0: that of this process */
};

static inline void row_print(const struct row *r)
{
    printf("{\"cpu_s\": %.9f, \"count\": %zu", r->cpu_s, r->count);
    if (r->wall_s > 0)
        printf(", \"wall_s\": %.9f", r->wall_s);
    if (r->bytes)
        printf(", \"bytes\": %zu", r->bytes);
    printf(", \"peak_kib\": %ld}\n", r->peak_kib ? r->peak_kib : row_peak_kib());
}

/* The positive number that an argument must be; ends the process where it is none. */
static inline size_t row_number(const char *text)
{
    char *end = NULL;
    size_t n = text ? strtoul(text, &end, 10) : 0;

    if (!n || *end) {
        fprintf(stderr, "'%s' is no positive number\n", text ? text : "");
        exit(2);
    }
    return n;
}

#endif
