/*
 * Packed events: one of four forms, by what the event's kind has and whether its numbers fit. The
 * form is chosen by what is there, never by what a kind may have: so whatever is emitted, and
 * whatever a history from outside has, comes back as it was.
 */

#include "runtime/core/event_pack.h"

#include "parsers/base/mem.h"
#include "runtime/core/event_kinds.h"

enum form { FORM_PLAIN, FORM_EXITED, FORM_CHILD, FORM_WHOLE };

enum { KIND_BITS = 8, FORM_BITS = 4, WAY_BITS = 4, TIME_BITS = 48 };
enum { FORM_AT = KIND_BITS, WAY_AT = FORM_AT + FORM_BITS, TIME_AT = WAY_AT + WAY_BITS };

/* The largest state's id stands for none. */
enum { STATE_BITS = 24, NO_STATE = (1 << STATE_BITS) - 1, MOST_INDEX = 0xff };

static inline unsigned bits(uint64_t head, int at, int count)
{
    return (unsigned)(head >> at) & ((1u << count) - 1);
}

static inline enum form packed_form(const struct rt_packed *p)
{
    return (enum form)bits(p->head, FORM_AT, FORM_BITS);
}

static inline bool fits_exited(const struct rt_event *e)
{
    return (e->exited.to < NO_STATE || e->exited.to == RT_NO_STATE) &&
           e->exited.index <= MOST_INDEX;
}

static inline bool fits_child(const struct rt_event *e)
{
    return !e->child.position && !e->child.status && !e->child.began_ms && !e->child.ended_ms;
}

static inline enum form form_of(const struct rt_event *e)
{
    enum event_shape shape = event_kinds[e->kind].shape;

    if (e->skew_ms || (uint64_t)e->at_ms >> TIME_BITS || e->error.name || e->error.cause ||
        e->error.location)
        return FORM_WHOLE;
    if (shape == SHAPE_PLAIN)
        return FORM_PLAIN;
    if (shape == SHAPE_EXITED && fits_exited(e))
        return FORM_EXITED;
    return shape == SHAPE_CHILD && fits_child(e) ? FORM_CHILD : FORM_WHOLE;
}

void rt_pack(const struct rt_event *e, struct rt_packed *out)
{
    enum form form = form_of(e);

    out->head = (uint64_t)e->at_ms << TIME_AT | (uint64_t)form << FORM_AT | (uint64_t)e->kind;
    out->frame = e->frame;
    out->id = e->id;
    out->previous = e->previous;
    out->place = 0;
    out->state = e->state;
    out->data = e->data;
    out->whole = NULL;
    switch (form) {
    case FORM_PLAIN: break;
    case FORM_EXITED:
        out->head |= (uint64_t)e->exited.way << WAY_AT;
        out->place = (e->exited.to & NO_STATE) | e->exited.index << STATE_BITS;
        out->variables = e->exited.variables;
        break;
    case FORM_CHILD:
        out->place = e->child.index;
        out->child[0] = e->child.frame;
        out->child[1] = e->child.items;
        break;
    case FORM_WHOLE:
        out->whole = mem_alloc(sizeof *out->whole);
        *out->whole = *e;
        break;
    }
}

static void unpack_exited(const struct rt_packed *p, struct rt_event *out)
{
    uint32_t to = p->place & NO_STATE;

    out->exited.variables = p->variables;
    out->exited.to = to == NO_STATE ? RT_NO_STATE : to;
    out->exited.way = (enum rt_way)bits(p->head, WAY_AT, WAY_BITS);
    out->exited.index = p->place >> STATE_BITS;
}

void rt_unpack(const struct rt_packed *p, uint64_t seq, struct rt_event *out)
{
    enum form form = packed_form(p);

    if (form == FORM_WHOLE) {
        *out = *p->whole;
        out->seq = seq;
        return;
    }
    *out = (struct rt_event){.seq = seq,
                             .id = p->id,
                             .previous = p->previous,
                             .at_ms = (int64_t)(p->head >> TIME_AT),
                             .kind = rt_packed_kind(p),
                             .frame = p->frame,
                             .state = p->state,
                             .data = p->data};
    if (form == FORM_EXITED) {
        unpack_exited(p, out);
    } else if (form == FORM_CHILD) {
        out->child.index = p->place;
        out->child.frame = p->child[0];
        out->child.items = p->child[1];
    }
}

void rt_packed_clear(struct rt_packed *p)
{
    switch (packed_form(p)) {
    case FORM_EXITED: json_unref(p->variables); break;
    case FORM_WHOLE:
        rt_event_clear(p->whole);
        mem_free(p->whole);
        return;
    case FORM_PLAIN:
    case FORM_CHILD: break;
    }
    json_unref(p->data);
}

void rt_packed_trim(struct rt_packed *p)
{
    struct rt_event e;

    if (packed_form(p) == FORM_WHOLE) {
        rt_event_trim(p->whole);
        return;
    }
    rt_unpack(p, 0, &e);
    rt_event_trim(&e);
    p->data = e.data;
}
