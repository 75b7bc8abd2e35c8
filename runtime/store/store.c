/*
 * A store's functions, handed to the store that it is. What all stores have in common is here:
 * commits that have something to keep are timed.
 */

#include "runtime/store/store_impl.h"

#include "parsers/base/mem.h"

#include <time.h>

const char STORE_NONE[] = "STORE_NONE", STORE_READ[] = "STORE_READ",
           STORE_DAMAGED[] = "STORE_DAMAGED", STORE_WRITE[] = "STORE_WRITE",
           STORE_CORRUPT[] = "STORE_CORRUPT", STORE_REFUSED[] = "STORE_REFUSED";

void store_free(store *s)
{
    if (!s)
        return;
    for (struct id_node *n; (n = id_map_take_any(&s->holds));)
        mem_free(n);
    id_map_clear(&s->holds);
    s->ops->free(s);
}

/* ---- executions that stay ---- */

struct held {
    struct id_node node; /* first; the execution's number */
    size_t count;
};

static struct held *held_of(const store *s, uint64_t execution)
{
    return (struct held *)(void *)id_map_get(&s->holds, execution);
}

bool store_is_held(const store *s, uint64_t execution)
{
    return held_of(s, execution) != NULL;
}

void store_hold(store *s, uint64_t execution)
{
    struct held *h = held_of(s, execution);

    if (!h) {
        h = mem_calloc(1, sizeof *h);
        h->node.id = execution;
        id_map_put(&s->holds, &h->node);
    }
    h->count++;
}

void store_let_go(store *s, uint64_t execution)
{
    struct held *h = held_of(s, execution);

    if (!h || --h->count)
        return;
    id_map_take(&s->holds, execution);
    mem_free(h);
}

/* ---- the store's own functions ---- */

void store_on_damage(store *s, store_damage *told, void *user)
{
    s->told = told;
    s->told_user = user;
}

void store_start(store *s, const struct store_execution *x)
{
    s->changed = true;
    s->ops->start(s, x);
}

/* Sequences are dense: the first number tells the others. */
void store_append(store *s, uint64_t execution, const struct rt_event *events, size_t count)
{
    struct rt_output out = {.events = mem_calloc(count, sizeof *out.events),
                            .count = count,
                            .cap = count,
                            .first = count ? events[0].seq : 0};

    for (size_t i = 0; i < count; i++) {
        struct rt_event e = rt_event_copy(&events[i]);
        rt_pack(&e, &out.events[i]);
    }
    store_take_output(s, execution, &out);
    rt_output_clear(&out);
}

void store_append_output(store *s, uint64_t execution, const struct rt_output *out)
{
    struct rt_events events = rt_output_events(out);

    if (!out->count)
        return;
    s->changed = true;
    s->ops->append(s, execution, &events);
}

void store_take_output(store *s, uint64_t execution, struct rt_output *out)
{
    struct rt_events events = rt_output_events(out);

    if (!s->ops->take) {
        store_append_output(s, execution, out);
        return;
    }
    s->changed |= out->count > 0;
    s->ops->take(s, execution, &events);
    out->lent = true;
}

void store_progress(store *s, uint64_t execution, enum rt_status status, int64_t stop_ms,
                    int64_t due_ms)
{
    s->changed = true;
    s->ops->progress(s, execution, status, stop_ms, due_ms);
}

/* `changed` is left alone: the events of a redrive come in the same turn, and set it. */
void store_redriven(store *s, uint64_t execution, uint32_t redrives, int64_t at_ms)
{
    s->ops->redriven(s, execution, redrives, at_ms);
}

void store_set_apart(store *s, uint64_t execution, const char *why, int64_t at_ms)
{
    s->changed = true;
    s->ops->set_apart(s, execution, why, at_ms);
}

void store_forget(store *s, uint64_t execution)
{
    s->changed = true;
    s->ops->forget(s, execution);
}

/* Only what went counts as a change, so a look that finds nothing is no commit that is timed. */
bool store_forget_list(store *s, const char *list, size_t limit, struct store_gone *out,
                       struct diag *why)
{
    *out = (struct store_gone){0};
    bool good = s->ops->forget_list(s, list, limit, out, why);

    s->changed |= out->count > 0;
    return good;
}

bool store_retire(store *s, int64_t before_ms, size_t limit, struct store_gone *out,
                  struct diag *why)
{
    *out = (struct store_gone){0};
    bool good = s->ops->retire(s, before_ms, limit, out, why);

    s->changed |= out->count > 0;
    return good;
}

bool store_tidy(store *s)
{
    return s->ops->tidy(s);
}

void store_trim_later(store *s, uint64_t execution)
{
    s->ops->trim_later(s, execution);
}

bool store_trim(store *s)
{
    return s->ops->trim(s);
}

bool store_refused(const store *s, uint64_t *execution)
{
    return s->ops->refused(s, execution);
}

unsigned store_rights(const store *s)
{
    return s->ops->rights(s);
}

uint64_t store_room(const store *s)
{
    return s->ops->room(s);
}

/* The clock of the world may be set; how long a commit took must not depend on it. */
static int64_t monotonic_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* A turn that put nothing in is committed like any other, and not counted: the mean would tell of
 * idleness. */
bool store_commit(store *s, struct diag *why)
{
    int64_t before = s->changed ? monotonic_us() : 0;
    bool good = s->ops->commit(s, why);

    if (s->changed)
        histogram_add(&s->stats.time, monotonic_us() - before);
    s->changed = false;
    return good;
}

void store_stats(const store *s, struct store_stats *out)
{
    *out = s->stats;
}

bool store_next_number(store *s, uint64_t *out, struct diag *why)
{
    return s->ops->next_number(s, out, why);
}

bool store_read(store *s, uint64_t execution, uint64_t seq, store_visit *visit, void *user,
                struct diag *why)
{
    return s->ops->read(s, execution, seq, visit, user, why);
}

bool store_read_outline(store *s, uint64_t execution, uint64_t seq, store_visit *visit, void *user,
                        struct diag *why)
{
    return s->ops->read_outline(s, execution, seq, visit, user, why);
}

bool store_read_back(store *s, uint64_t execution, uint64_t seq, store_visit *visit, void *user,
                     struct diag *why)
{
    return s->ops->read_back(s, execution, seq, visit, user, why);
}

bool store_read_last(store *s, uint64_t execution, store_visit *visit, void *user, struct diag *why)
{
    return s->ops->read_last(s, execution, visit, user, why);
}

bool store_find(store *s, uint64_t execution, const struct store_execution **out, struct diag *why)
{
    return s->ops->find(s, execution, out, why);
}

bool store_find_arn(store *s, const char *arn, uint64_t *execution, struct diag *why)
{
    return s->ops->find_arn(s, arn, execution, why);
}

bool store_find_child(store *s, uint64_t parent, uint64_t ref, uint64_t *execution,
                      struct diag *why)
{
    return s->ops->find_child(s, parent, ref, execution, why);
}

bool store_find_map_run(store *s, const char *arn, uint64_t *execution, struct diag *why)
{
    return s->ops->find_map_run(s, arn, execution, why);
}

bool store_find_token(store *s, const char *token, uint64_t *execution, uint64_t *seq,
                      struct diag *why)
{
    return s->ops->find_token(s, token, execution, seq, why);
}

bool store_list_running(store *s, bool labels, store_visit_running *visit, void *user,
                        struct diag *why)
{
    return s->ops->list_running(s, labels, visit, user, why);
}

bool store_list_spoiled(store *s, store_visit_number *visit, void *user, struct diag *why)
{
    return s->ops->list_spoiled(s, visit, user, why);
}

bool store_list_numbers(store *s, store_visit_number *visit, void *user, struct diag *why)
{
    return s->ops->list_numbers(s, visit, user, why);
}

bool store_list_executions(store *s, const char *list, const enum rt_status *status,
                           const struct store_place *after, store_visit_listed *visit, void *user,
                           struct diag *why)
{
    return s->ops->list_executions(s, list, status, after, visit, user, why);
}

bool store_next_list(store *s, struct buf *name, struct diag *why)
{
    return s->ops->next_list(s, name, why);
}

bool store_next_kind(store *s, struct buf *kind, struct diag *why)
{
    return s->ops->next_kind(s, kind, why);
}

void store_put(store *s, const char *kind, const char *key, const char *text, size_t len)
{
    s->changed = true;
    s->ops->put(s, kind, key, text, len);
}

bool store_get(store *s, const char *kind, const char *key, struct buf *out, struct diag *why)
{
    return s->ops->get(s, kind, key, out, why);
}

bool store_list(store *s, const char *kind, const char *after, store_visit_record *visit,
                void *user, struct diag *why)
{
    return s->ops->list(s, kind, after, visit, user, why);
}
