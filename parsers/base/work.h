#ifndef PARSERS_BASE_WORK_H
#define PARSERS_BASE_WORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What an evaluation may cost, counted where the work is done: whoever loops over what a user gave
 * (items, bytes, attempts of a search) spends units here and stops when work_spend says so. A unit
 * is about the cost of looking at one value, some tens of nanoseconds.
 *
 * Now and then the owner is asked by `tick`. It may let others run meanwhile and return later, so
 * nothing that others could change may be half done when units are spent.
 */
enum work_verdict {
    WORK_GOES_ON,
    WORK_TOO_MUCH,  /* the budget of this evaluation is used up: it fails, and says so */
    WORK_ABANDONED, /* nobody wants its result any more: whatever it returns is dropped */
};

struct work {
    uint64_t left;   /* units until the next tick */
    uint64_t every;  /* units from one tick to the next; 0: WORK_TICK */
    uint64_t total;  /* units up to that tick, of all evaluations */
    uint64_t most;   /* units that one evaluation may spend; 0: WORK_MOST */
    int64_t most_ms; /* what `tick` lets it have of the processor's time, to be told; 0: no bound */
    uint64_t limit;  /* what `total` may be before this evaluation has spent too much */
    /* How many evaluations have begun: tells the owner's tick when it is another one's turn. */
    uint64_t evaluations;
    enum work_verdict verdict;
    /* May be NULL; `user` is its own. */
    enum work_verdict (*tick)(struct work *w);
    void *user;
};

enum {
    WORK_TICK = 4096,       /* units between two ticks: well below a millisecond */
    WORK_BYTES_A_UNIT = 64, /* how many bytes are gone through for one unit */
};

/* Units that an evaluation may spend where its owner says nothing: a few seconds of a processor. */
#define WORK_MOST UINT64_C(100000000)

/*
 * Begins an evaluation, which has a budget of its own. With `w` NULL nothing is counted. What was
 * abandoned stays so.
 */
static inline void work_begin(struct work *w)
{
    if (!w)
        return;
    w->evaluations++;
    w->limit = w->total - w->left + (w->most ? w->most : WORK_MOST);
    if (w->verdict == WORK_TOO_MUCH)
        w->verdict = WORK_GOES_ON;
}

/* Does what work_spend does when the next tick is due: asks the owner. */
bool work_spend_slowly(struct work *w, uint64_t units);

/*
 * Spends units. False when the evaluation has to stop: w->verdict tells why, and it stays false
 * until the next work_begin.
 */
static inline bool work_spend(struct work *w, uint64_t units)
{
    if (!w)
        return true;
    if (units < w->left) {
        w->left -= units;
        return true;
    }
    return work_spend_slowly(w, units);
}

/* A long text is paid for in pieces of so many bytes, each before it is gone through: so others may
 * run in between. */
enum { WORK_PIECE = 1 << 13 };

/*
 * Spends the units of the piece that byte `at` of `len` is in, once for each piece; to be asked
 * before each byte is gone through. `*paid` is 0 at first. False as work_spend.
 */
static inline bool work_spend_piece(struct work *w, size_t at, size_t len, size_t bytes_a_unit,
                                    size_t *paid)
{
    if (at < *paid)
        return true;
    const size_t piece = len - at < WORK_PIECE ? len - at : WORK_PIECE;
    *paid = at + piece;
    return work_spend(w, piece / bytes_a_unit);
}

/* Spends the units of going through so many bytes once. False as work_spend. */
static inline bool work_spend_bytes(struct work *w, size_t bytes)
{
    return work_spend(w, bytes / WORK_BYTES_A_UNIT + 1);
}

#endif
