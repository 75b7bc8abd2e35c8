#ifndef PARSERS_BASE_TIMESTAMP_H
#define PARSERS_BASE_TIMESTAMP_H

#include "parsers/base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An instant. `ms` since 1970-01-01T00:00:00Z (negative before); `ns` 0..999999 behind it. */
struct timestamp {
    int64_t ms;
    uint32_t ns;
};

/* The years 1 to 9999: behind them no instant has a text that others read. */
#define TIMESTAMP_FIRST_MS INT64_C(-62135596800000)
#define TIMESTAMP_LAST_MS INT64_C(253402300799999)

/*
 * Reads RFC 3339 as the States Language has it: "2016-03-14T01:59:00Z", capital T, capital Z or a
 * numeric offset, any number of fraction digits. False when `text` is anything else.
 */
bool timestamp_parse(const char *text, size_t len, struct timestamp *out);

/*
 * Returns <0 when `a` is earlier than `b`, 0 when they are the same instant, >0 when it is later.
 */
int timestamp_compare(const struct timestamp *a, const struct timestamp *b);

/*
 * Tells which date a day is, counted from 1970-01-01, in the proleptic Gregorian calendar. The year
 * before 1 is 0.
 */
void timestamp_date(int64_t day, int64_t *year, int *month, int *mday);

/* Adds "2024-01-01T00:00:00.000Z", in UTC and with three digits of the second. */
void timestamp_write(struct buf *out, int64_t ms);

#endif
