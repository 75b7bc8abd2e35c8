#ifndef RUNTIME_CORE_EVENT_PACK_H
#define RUNTIME_CORE_EVENT_PACK_H

#include "runtime/core/event.h"

/*
 * An event in a third of its room, for who has many of them: a store, or a step. What most events
 * have fits here; what is rare (an error, a task's limits, a clock that was set) lies as a whole
 * event in memory of its own. Its number is not here: who has the events knows it by their order.
 */
struct rt_packed {
    uint64_t head; /* from below: kind and form, 8 bits each; then the time */
    uint32_t frame, id, previous;
    uint32_t place; /* EXITED: the next state, 24 bits, and the rule's index; CHILD: its index */
    const struct asl_state *state;
    json *data;
    union {
        json *variables;        /* EXITED */
        struct rt_event *whole; /* WHOLE */
        uint32_t child[2];      /* CHILD: the frame, and how many items it has */
    };
};

/* Fills `out` with an event. Takes its values. */
void rt_pack(const struct rt_event *e, struct rt_packed *out);
/* Sets `out` to the event, number `seq`: a look, as long as `p` is not cleared or trimmed. */
void rt_unpack(const struct rt_packed *p, uint64_t seq, struct rt_event *out);
void rt_packed_clear(struct rt_packed *p);
/* Does to the packed event what rt_event_trim does. */
void rt_packed_trim(struct rt_packed *p);

static inline enum rt_event_kind rt_packed_kind(const struct rt_packed *p)
{
    return (enum rt_event_kind)(p->head & UINT8_MAX);
}

/* Events of one execution, one after the other: a look. */
struct rt_events {
    const struct rt_packed *list;
    size_t count;
    uint64_t first; /* its number */
};

/* Sets `out` to event number `i` of them, which is there: a look. */
static inline void rt_events_at(const struct rt_events *events, size_t i, struct rt_event *out)
{
    rt_unpack(&events->list[i], events->first + i, out);
}

#endif
