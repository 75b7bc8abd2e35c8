#ifndef RUNTIME_BASE_CLOCK_H
#define RUNTIME_BASE_CLOCK_H

#include "parsers/base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The time of day in milliseconds since 1970-01-01 UTC, within 1970 to 9999 whatever the machine's
 * clock shows. It may be set, back too. */
int64_t clock_wall_ms(void);

/* Milliseconds since some moment before; it only goes forward, while the machine sleeps, too. */
int64_t clock_steady_ms(void);

/*
 * The clock by which things are due. It begins with the time of day, but nobody sets it: when the
 * time of day is set, waits go on for as long as they had to. What a process has noted in its store
 * goes on in the next one. Call due_clock_start; then the fields are its own.
 */
struct due_clock {
    int64_t (*wall_us)(void);
    int64_t base_us; /* how far it is ahead of the steady clock */
    int64_t skew_ms; /* how far it was ahead of the time of day when that was last looked at */
};

/* `wall_us`: the time of day in microseconds since 1970; NULL: the machine's. */
void due_clock_start(struct due_clock *c, int64_t (*wall_us)(void));
int64_t due_clock_now(const struct due_clock *c);
/* The time of day when it shows `now_ms`. */
int64_t due_clock_day(const struct due_clock *c, int64_t now_ms);
/* By how much the time of day was set since it was last looked at; 0: it wasn't. */
int64_t due_clock_look(struct due_clock *c);

/* Adds a text from which another process's clock goes on. */
void due_clock_note(const struct due_clock *c, struct buf *out);
/* False, and nothing changes, when the text is not of due_clock_note. */
bool due_clock_go_on(struct due_clock *c, const char *note, size_t len);

#endif
