/*
 * Handlers in use and retired ones, in one list, the one in use first. A retired one goes in two
 * steps, each in some later turn of the loop: when its last call is over it is closed, and when
 * what it had in the loop is gone, too, it is freed.
 */
#include "runtime/host/handler_sets.h"

#include "parsers/base/mem.h"

struct handler_set {
    struct handler_set *next;
    handlers *handlers;
};

static void handler_set_insert(struct handler_set **at, handlers *made)
{
    struct handler_set *s = mem_calloc(1, sizeof *s);

    *s = (struct handler_set){*at, made};
    *at = s;
}

void handler_sets_use(struct handler_sets *all, handlers *made)
{
    handler_set_insert(&all->first, made);
}

void handler_sets_retire(struct handler_sets *all, handlers *made)
{
    handler_set_insert(&all->first->next, made);
}

handlers *handler_sets_now(const struct handler_sets *all)
{
    return all->first->handlers;
}

/* Which handlers have a task call is not noted: each is asked, and those that don't have it do
 * nothing. */
bool handler_sets_cancel(const struct handler_sets *all, uint64_t id)
{
    bool is_out = false;

    for (const struct handler_set *s = all->first; s; s = s->next)
        is_out = handlers_cancel(s->handlers, id) || is_out;
    return is_out;
}

void handler_sets_release(const struct handler_sets *all, uint64_t id)
{
    for (const struct handler_set *s = all->first; s; s = s->next)
        handlers_release(s->handlers, id);
}

void handler_sets_forget(const struct handler_sets *all, uint64_t id)
{
    for (const struct handler_set *s = all->first; s; s = s->next)
        handlers_forget_job(s->handlers, id);
}

void handler_sets_wake(const struct handler_sets *all, int64_t now_ms)
{
    for (const struct handler_set *s = all->first; s; s = s->next)
        handlers_wake(s->handlers, now_ms);
}

int64_t handler_sets_next_due(const struct handler_sets *all)
{
    int64_t first = INT64_MAX;

    for (const struct handler_set *s = all->first; s; s = s->next) {
        int64_t due = handlers_next_due(s->handlers);
        if (due < first)
            first = due;
    }
    return first;
}

void handler_sets_count(const struct handler_sets *all, size_t *busy, size_t *waiting)
{
    *busy = *waiting = 0;
    for (const struct handler_set *s = all->first; s; s = s->next) {
        *busy += handlers_busy(s->handlers);
        *waiting += handlers_waiting(s->handlers);
    }
}

void handler_sets_drain(const struct handler_sets *all)
{
    for (const struct handler_set *s = all->first; s; s = s->next)
        handlers_drain(s->handlers);
}

bool handler_sets_are_idle(const struct handler_sets *all)
{
    bool idle = true;

    for (const struct handler_set *s = all->first; idle && s; s = s->next)
        idle = handlers_are_idle(s->handlers);
    return idle;
}

bool handler_sets_are_stopping_jobs(const struct handler_sets *all)
{
    bool stopping = false;

    for (const struct handler_set *s = all->first; !stopping && s; s = s->next)
        stopping = handlers_are_stopping_jobs(s->handlers);
    return stopping;
}

/* Handlers that nobody waits for end their processes and connections. */
void handler_sets_tidy(struct handler_sets *all)
{
    for (struct handler_set **at = &all->first->next, *s; (s = *at);) {
        if (handlers_are_closed(s->handlers)) {
            *at = s->next;
            handlers_free(s->handlers);
            mem_free(s);
            continue;
        }
        if (!handlers_busy(s->handlers) && handlers_are_idle(s->handlers))
            handlers_close(s->handlers);
        at = &s->next;
    }
}

void handler_sets_close(const struct handler_sets *all)
{
    for (const struct handler_set *s = all->first; s; s = s->next)
        handlers_close(s->handlers);
}

void handler_sets_free(struct handler_sets *all)
{
    for (struct handler_set *s; (s = all->first);) {
        all->first = s->next;
        handlers_free(s->handlers);
        mem_free(s);
    }
}
