/*
 * Tells whether an event can come next in a history. What this core emits always can. What was kept
 * may have been lost, doubled or changed since, and rt_apply trusts what it gets: so a history that
 * comes from a store is asked here first. All that differs from kind to kind stands in the table of
 * apply.c: bits for what many kinds need, and a function where bits can't say it.
 */

#include "runtime/core/event_kinds.h"

#include "runtime/core/frames.h"

#define MOST_MS (INT64_MAX / 4)

static bool is_within(int64_t n, enum event_bound bound)
{
    switch (bound) {
    case BOUND_COUNT: return n >= 0 && n <= INT32_MAX;
    case BOUND_PLACE: return n >= 0;
    case BOUND_TIME: return n > -MOST_MS && n < MOST_MS;
    case BOUND_STATE: /* which states there are is known where the event is read, and applied */
    case BOUND_NONE: break;
    }
    return true;
}

static bool is_of_type(const json *v, enum event_type type)
{
    switch (type) {
    case TYPE_TEXT: return json_is_string(v);
    case TYPE_OBJECT: return json_is_object(v);
    case TYPE_NUMBER: return json_is_number(v);
    case TYPE_ANY: break;
    }
    return true;
}

static bool are_sound(const struct rt_event *e, const struct event_members *members)
{
    for (const struct event_number *n = members->numbers; n->key; n++)
        if (!is_within(event_number_of(e, n), n->bound))
            return false;
    for (const struct event_value *v = members->values; v->key; v++) {
        const json *value = event_value_of(e, v);
        if (value && !is_of_type(value, v->type))
            return false;
    }
    return true;
}

bool rt_event_is_sound(const struct rt_event *e)
{
    const struct event_kind *k = &event_kinds[e->kind];

    return (!(k->needs & NEED_VALUE) || e->data) &&
           (!(k->needs & NEED_TEXT) || !e->data || json_is_string(e->data)) &&
           (!e->state || event_is_of_execution(e->kind) || k->types & 1u << e->state->type) &&
           are_sound(e, &event_first_members) && are_sound(e, event_members_of(e->kind)) &&
           are_sound(e, &event_last_members);
}

static bool has_group(const struct rt_frame *f, unsigned needs)
{
    return (!(needs & (NEED_GROUP | NEED_MAP_RUN)) || f->group) &&
           (!(needs & NEED_MAP_RUN) || f->group->run);
}

/* Returns whether the event's frame stands where one of its kind can come. */
static bool fits_frame(const rt_exec *x, const struct rt_frame *f, const struct rt_event *e)
{
    const struct event_kind *k = &event_kinds[e->kind];

    return f && x->status == RT_RUNNING && e->state == f->state && k->phases & 1u << f->phase &&
           has_group(f, k->needs);
}

bool rt_fits(const rt_exec *x, const struct rt_event *e)
{
    const struct rt_frame *f = exec_frame(x, e->frame);
    event_fits *more = event_kinds[e->kind].fits;
    bool public = e->kind < RT_FIRST_PRIVATE;

    if (e->seq != x->seq + 1 || e->id != (public ? x->event_id + 1 : 0) || !rt_event_is_sound(e))
        return false;
    if (!event_is_of_execution(e->kind) && !fits_frame(x, f, e))
        return false;
    return !more || more(x, f, e);
}
