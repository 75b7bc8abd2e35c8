#ifndef RUNTIME_CORE_EVENT_SHARE_H
#define RUNTIME_CORE_EVENT_SHARE_H

#include "runtime/core/event.h"

/*
 * Large values that stand in several events of a history, as text that is kept: a state hands on
 * what it got, or most of it. Such a value is written once, in the data of the first event that has
 * it. A later event has null in its place, and says in its member "r" where it stands:
 *
 *     "r": [[PATH in this event, NUMBER of the earlier one, PATH in the data of that one], ...]
 *
 * A path is an array of keys and indices. What stands there has no such null in it, so one look is
 * enough.
 */

/* Text that is shorter is written again: to refer to it would take as much. */
enum { RT_SHARED_BYTES = 1024 };

/* Where a value stands in a history: in the data of event `seq`. A look. */
struct rt_place {
    uint64_t seq;
    const json *path;
};

/* Who keeps texts of one execution's history, and so knows what stands where. */
struct rt_shares {
    void *user;
    /* Returns where this very value stands already; NULL: nowhere that is known. A look. */
    const struct rt_place *(*find)(void *user, const json *v);
    /* Hears that a large value stands there; an empty path: it is all of the event's data. */
    void (*note)(void *user, const json *v, const struct rt_place *at);
    /* Returns the data of an event, without what is written elsewhere, a new reference. NULL with
     * *why filled. */
    json *(*data)(void *user, uint64_t seq, struct diag *why);
};

/* The writing of one event: what was found in it that is written already. */
struct event_sharing {
    const struct rt_shares *shares; /* NULL: all is written */
    uint64_t seq;
    bool lends; /* later events may refer to its data */
    struct json_build found;
    bool any;
};

void event_sharing_begin(struct event_sharing *s, const struct rt_shares *shares,
                         const struct rt_event *e);
/* Returns the value of member `key` with null for what is written already, a new reference. */
json *event_sharing_reduce(struct event_sharing *s, const char *key, const json *v);
/* Returns the value of "r"; NULL: all is written. */
json *event_sharing_end(struct event_sharing *s);

/*
 * Returns the event that was read, `v`, with all that it refers to; takes `v`. Tells `shares` what
 * stands in the data of one that `lends`. NULL with *why filled (`code`). `len` is of its text.
 */
json *event_sharing_fill(const struct rt_shares *shares, json *v, bool lends, size_t len,
                         const char *code, struct diag *why);

/* Tells `shares` all large values in the data of event `seq`. */
void event_sharing_note(const struct rt_shares *shares, const json *data, uint64_t seq);

/* Returns whether later events may refer to the data of an event of that kind: rt_event_trim takes
 * it from some. */
bool event_lends(enum rt_event_kind kind);

#endif
