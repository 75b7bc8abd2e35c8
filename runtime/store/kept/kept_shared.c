/*
 * Which large values stand in which events already: two tables of fixed size, in which a newer
 * value takes the place of an older one. What is no longer known costs a few bytes, never a wrong
 * answer.
 */

#include "runtime/store/kept/kept_shared.h"

/* Bytes of text in which values were noted; in memory they take a few times as much. */
enum { SHARED_MOST = 16 << 20 };

static size_t slot_of(uint64_t n)
{
    return (size_t)(n * 0x9E3779B97F4A7C15u >> 32) % KEPT_VALUES;
}

static struct kept_value *slot_of_value(struct kept_shared *all, const json *v)
{
    return &all->by_value[slot_of((uintptr_t)v)];
}

static struct kept_value *slot_of_event(struct kept_shared *all, uint64_t execution, uint64_t seq)
{
    return &all->by_event[slot_of(execution * 0x10001 + seq)];
}

static void drop_shared(struct kept_value *x)
{
    json_unref(x->v);
    json_unref(x->path);
    *x = (struct kept_value){0};
}

void kept_shared_forget(struct kept_shared *all)
{
    for (size_t i = 0; i < KEPT_VALUES; i++) {
        drop_shared(&all->by_value[i]);
        drop_shared(&all->by_event[i]);
    }
    all->bytes = 0;
}

/* It is forgotten all at once: what is still needed then is written once more. */
void kept_shared_count(struct kept_shared *all, size_t len)
{
    if (len < RT_SHARED_BYTES)
        return;
    all->bytes += len;
    if (all->bytes > SHARED_MOST)
        kept_shared_forget(all);
}

static void keep_shared(struct kept_value *x, uint64_t execution, const json *v,
                        const struct rt_place *at)
{
    drop_shared(x);
    x->execution = execution;
    x->v = json_ref(v);
    x->path = json_ref(at->path);
    x->at = (struct rt_place){at->seq, x->path};
}

static const struct rt_place *find_shared(void *user, const json *v)
{
    const struct kept_sharing *s = user;
    const struct kept_value *x = slot_of_value(s->all, v);

    return x->v == v && x->execution == s->execution ? &x->at : NULL;
}

/* The first event that has a value keeps it. */
static void note_shared(void *user, const json *v, const struct rt_place *at)
{
    const struct kept_sharing *s = user;
    struct kept_value *x = slot_of_event(s->all, s->execution, at->seq);

    if (!find_shared(user, v))
        keep_shared(slot_of_value(s->all, v), s->execution, v, at);
    if (!json_count(at->path) && (!x->v || x->execution != s->execution || x->at.seq != at->seq))
        keep_shared(x, s->execution, v, at);
}

static json *shared_data(void *user, uint64_t seq, struct diag *why)
{
    struct kept_sharing *s = user;
    struct kept_value *x = slot_of_event(s->all, s->execution, seq);

    if (x->v && x->execution == s->execution && x->at.seq == seq)
        return json_ref(x->v);
    json *data = s->read(s->user, s->execution, seq, why);
    if (data)
        event_sharing_note(&s->shares, data, seq);
    return data;
}

void kept_share(struct kept_sharing *s, struct kept_shared *all, uint64_t execution,
                json *(*read)(void *user, uint64_t execution, uint64_t seq, struct diag *why),
                void *user)
{
    *s = (struct kept_sharing){
        all, execution, {s, find_shared, note_shared, shared_data}, user, read};
}
