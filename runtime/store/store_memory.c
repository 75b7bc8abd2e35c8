#include "parsers/mem.h"
#include "runtime/store/store.h"

#include <string.h>

struct history {
    struct rt_event *events;
    size_t count, cap;
};

/* Executions are numbered densely from 0, so that a number is an index. */
struct store {
    struct history *histories;
    size_t count;
};

store *store_memory_new(void)
{
    return mem_calloc(1, sizeof(store));
}

static void forget(struct history *h)
{
    for (size_t i = 0; i < h->count; i++)
        rt_event_clear(&h->events[i]);
    mem_free(h->events);
    *h = (struct history){0};
}

void store_free(store *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->count; i++)
        forget(&s->histories[i]);
    mem_free(s->histories);
    mem_free(s);
}

static struct history *history_of(store *s, uint64_t execution)
{
    if (execution >= s->count) {
        size_t count = mem_grow(s->count, (size_t)execution + 1);
        s->histories = mem_realloc(s->histories, count * sizeof *s->histories);
        memset(s->histories + s->count, 0, (count - s->count) * sizeof *s->histories);
        s->count = count;
    }
    return &s->histories[execution];
}

void store_append(store *s, uint64_t execution, struct rt_event *events, size_t count)
{
    struct history *h = history_of(s, execution);

    if (count == 0)
        return;
    if (h->count + count > h->cap) {
        h->cap = mem_grow(h->cap, h->count + count);
        h->events = mem_realloc(h->events, h->cap * sizeof *h->events);
    }
    memcpy(h->events + h->count, events, count * sizeof *events);
    h->count += count;
}

bool store_commit(store *s, struct diag *why)
{
    (void)s;
    (void)why;
    return true;
}

void store_read(const store *s, uint64_t execution, uint64_t seq, store_visit *visit, void *user)
{
    if (execution >= s->count)
        return;
    const struct history *h = &s->histories[execution];
    /* Sequences are dense from 1. */
    for (size_t i = seq > 0 ? (size_t)seq - 1 : 0; i < h->count; i++)
        if (!visit(user, &h->events[i]))
            return;
}

void store_forget(store *s, uint64_t execution)
{
    if (execution < s->count)
        forget(&s->histories[execution]);
}
