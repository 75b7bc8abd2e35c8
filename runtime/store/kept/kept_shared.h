#ifndef RUNTIME_STORE_KEPT_KEPT_SHARED_H
#define RUNTIME_STORE_KEPT_KEPT_SHARED_H

#include "runtime/core/event_share.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Which large values stand in which events that a store keeps already, of all its executions. That
 * is known of what was written or read lately, and held, so that an address is a value's own; what
 * is forgotten is written once more, which harms nobody. After a commit that failed all is to be
 * forgotten: an event must not refer to one that isn't kept. Empty is {0}.
 */
struct kept_value {
    uint64_t execution;
    struct rt_place at;
    json *v, *path; /* NULL: nothing is here */
};
enum { KEPT_VALUES = 1024 };

struct kept_shared {
    /* By their addresses, and those that are all of an event's data by its number. A value that
     * has the same slot takes another's place. */
    struct kept_value by_value[KEPT_VALUES], by_event[KEPT_VALUES];
    size_t bytes;
};

/* Of one execution, for the writing and reading of its events: `shares` is for rt_event_write and
 * rt_event_read. Good as long as it is. */
struct kept_sharing {
    struct kept_shared *all;
    uint64_t execution;
    struct rt_shares shares;
    void *user;
    /* Returns the data of an event, as rt_event_read_data does. */
    json *(*read)(void *user, uint64_t execution, uint64_t seq, struct diag *why);
};

void kept_share(struct kept_sharing *s, struct kept_shared *all, uint64_t execution,
                json *(*read)(void *user, uint64_t execution, uint64_t seq, struct diag *why),
                void *user);
/* Hears of an event's text that was written or read: how long it is. */
void kept_shared_count(struct kept_shared *all, size_t len);
/* Forgets all that is known. */
void kept_shared_forget(struct kept_shared *all);

#endif
