/* The store in memory: arrays, and for what is seldom asked a look at all of them. */

#include "parsers/mem.h"
#include "runtime/store/store_impl.h"

#include <string.h>

struct history {
    struct store_execution row; /* without a machine as long as it was not started */
    struct rt_event *events;
    size_t count, cap;
};

struct record {
    char *kind, *key, *text;
    size_t len;
};

/* Executions are numbered densely from 0, so that a number is an index. */
struct memory {
    struct store store;
    struct history *histories;
    size_t count;
    struct record *records; /* by kind and key */
    size_t record_count, record_cap;
    uint64_t next;
};

static struct memory *memory_of(store *s)
{
    return (struct memory *)s;
}

static json *share(const json *v)
{
    return v ? json_ref(v) : NULL;
}

/* ---- executions ---- */

static void drop_look(const json *v)
{
    json *own;

    memcpy(&own, &v, sizeof own);
    json_unref(own);
}

static void clear_history(struct history *h)
{
    for (size_t i = 0; i < h->count; i++)
        rt_event_clear(&h->events[i]);
    mem_free(h->events);
    rt_names_clear(&h->row.config.names);
    drop_look(h->row.config.context);
    drop_look(h->row.config.written);
    asl_machine_unref(h->row.machine);
    *h = (struct history){0};
}

static struct history *history_of(struct memory *m, uint64_t execution)
{
    if (execution >= m->count) {
        size_t count = mem_grow(m->count, (size_t)execution + 1);
        m->histories = mem_realloc(m->histories, count * sizeof *m->histories);
        memset(m->histories + m->count, 0, (count - m->count) * sizeof *m->histories);
        m->count = count;
    }
    if (execution >= m->next)
        m->next = execution + 1;
    return &m->histories[execution];
}

static void start(store *s, const struct store_execution *x)
{
    struct history *h = history_of(memory_of(s), x->number);
    const struct rt_names *n = &x->config.names;

    h->row = *x;
    h->row.machine = asl_machine_ref(x->machine);
    h->row.config.names =
        (struct rt_names){share(n->arn),          share(n->name),     share(n->machine_arn),
                          share(n->machine_name), share(n->role_arn), share(n->region)};
    h->row.config.context = share(x->config.context);
    h->row.config.written = share(x->config.written);
}

static void append(store *s, uint64_t execution, const struct rt_event *events, size_t count)
{
    struct history *h = history_of(memory_of(s), execution);

    if (h->count + count > h->cap) {
        h->cap = mem_grow(h->cap, h->count + count);
        h->events = mem_realloc(h->events, h->cap * sizeof *h->events);
    }
    for (size_t i = 0; i < count; i++) {
        struct rt_event e = events[i];
        e.data = share(e.data);
        e.extra = share(e.extra);
        e.token = share(e.token);
        e.error = asl_error_copy(&e.error);
        h->events[h->count++] = e;
    }
}

static void progress(store *s, uint64_t execution, enum rt_status status, int64_t stop_ms,
                     int64_t due_ms)
{
    struct store_execution *row = &history_of(memory_of(s), execution)->row;

    row->status = status;
    row->stop_ms = stop_ms;
    row->due_ms = due_ms;
}

static void forget(store *s, uint64_t execution)
{
    struct memory *m = memory_of(s);

    if (execution < m->count)
        clear_history(&m->histories[execution]);
}

static size_t retire(store *s, int64_t before_ms, size_t limit)
{
    struct memory *m = memory_of(s);
    size_t count = 0;

    for (size_t i = 0; i < m->count && count < limit; i++) {
        const struct store_execution *row = &m->histories[i].row;
        if (!row->machine || row->status == RT_RUNNING || row->stop_ms >= before_ms)
            continue;
        clear_history(&m->histories[i]);
        count++;
    }
    return count;
}

static bool commit(store *s, struct diag *why)
{
    (void)s;
    (void)why;
    return true;
}

/* ---- reading executions ---- */

static uint64_t next_number(const store *s)
{
    return ((const struct memory *)s)->next;
}

static bool read_events(store *s, uint64_t execution, uint64_t seq, store_visit *visit, void *user,
                        struct diag *why)
{
    const struct memory *m = memory_of(s);

    (void)why;
    if (execution >= m->count)
        return true;
    const struct history *h = &m->histories[execution];
    /* Sequences are dense from 1. */
    for (size_t i = seq > 0 ? (size_t)seq - 1 : 0; i < h->count; i++)
        if (!visit(user, &h->events[i]))
            return true;
    return true;
}

static bool none(struct diag *why, const char *what)
{
    diag_set(why, STORE_NONE, 0, "there is no such %s", what);
    return false;
}

static bool find(store *s, uint64_t execution, const struct store_execution **out, struct diag *why)
{
    const struct memory *m = memory_of(s);

    if (execution >= m->count || !m->histories[execution].row.machine)
        return none(why, "execution");
    *out = &m->histories[execution].row;
    return true;
}

static bool find_arn(store *s, const char *arn, uint64_t *execution, struct diag *why)
{
    const struct memory *m = memory_of(s);

    for (size_t i = m->count; i-- > 0;) {
        const struct store_execution *row = &m->histories[i].row;
        if (row->machine && row->config.names.arn && json_str_is(row->config.names.arn, arn)) {
            *execution = i;
            return true;
        }
    }
    return none(why, "execution");
}

static bool find_child(store *s, uint64_t parent, uint64_t ref, uint64_t *execution,
                       struct diag *why)
{
    const struct memory *m = memory_of(s);

    for (size_t i = 0; i < m->count; i++) {
        const struct store_parent *p = &m->histories[i].row.parent;
        if (p->set && p->execution == parent && p->ref == ref) {
            *execution = i;
            return true;
        }
    }
    return none(why, "execution");
}

static bool find_token(store *s, const char *token, uint64_t *execution, uint64_t *seq,
                       struct diag *why)
{
    const struct memory *m = memory_of(s);

    for (size_t i = 0; i < m->count; i++) {
        for (size_t k = 0; k < m->histories[i].count; k++) {
            const struct rt_event *e = &m->histories[i].events[k];
            if (e->token && json_str_is(e->token, token)) {
                *execution = i;
                *seq = e->seq;
                return true;
            }
        }
    }
    return none(why, "token");
}

static bool list_running(store *s, store_visit_running *visit, void *user, struct diag *why)
{
    const struct memory *m = memory_of(s);

    (void)why;
    for (size_t i = 0; i < m->count; i++) {
        const struct store_execution *row = &m->histories[i].row;
        if (row->machine && row->status == RT_RUNNING &&
            !visit(user, &(struct store_running){i, row->due_ms, row->parent}))
            break;
    }
    return true;
}

/* ---- records ---- */

/* Where the record is, or would be. */
static size_t place_of_record(const struct memory *m, const char *kind, const char *key)
{
    size_t low = 0, high = m->record_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct record *r = &m->records[middle];
        int order = strcmp(r->kind, kind);
        if (order == 0)
            order = strcmp(r->key, key);
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_record(const struct memory *m, size_t i, const char *kind, const char *key)
{
    return i < m->record_count && !strcmp(m->records[i].kind, kind) &&
           !strcmp(m->records[i].key, key);
}

static void clear_record(struct record *r)
{
    mem_free(r->kind);
    mem_free(r->key);
    mem_free(r->text);
}

static void put(store *s, const char *kind, const char *key, const char *text, size_t len)
{
    struct memory *m = memory_of(s);
    size_t i = place_of_record(m, kind, key);
    struct record *at;

    if (is_record(m, i, kind, key)) {
        at = &m->records[i];
        if (text) {
            char *fresh = mem_strndup(text, len);
            mem_free(at->text);
            at->text = fresh;
            at->len = len;
            return;
        }
        clear_record(at);
        m->record_count--;
        memmove(at, at + 1, (m->record_count - i) * sizeof *at);
        return;
    }
    if (!text)
        return;
    if (m->record_count == m->record_cap) {
        m->record_cap = mem_grow(m->record_cap, m->record_count + 1);
        m->records = mem_realloc(m->records, m->record_cap * sizeof *m->records);
    }
    at = &m->records[i];
    memmove(at + 1, at, (m->record_count - i) * sizeof *at);
    m->record_count++;
    *at = (struct record){mem_strdup(kind), mem_strdup(key), mem_strndup(text, len), len};
}

static bool get(store *s, const char *kind, const char *key, struct buf *out, struct diag *why)
{
    const struct memory *m = memory_of(s);
    size_t i = place_of_record(m, kind, key);

    if (!is_record(m, i, kind, key))
        return none(why, "record");
    buf_add(out, m->records[i].text, m->records[i].len);
    return true;
}

static bool list(store *s, const char *kind, const char *after, store_visit_record *visit,
                 void *user, struct diag *why)
{
    const struct memory *m = memory_of(s);
    size_t i = place_of_record(m, kind, after ? after : "");

    (void)why;
    if (after && is_record(m, i, kind, after))
        i++;
    for (; i < m->record_count && !strcmp(m->records[i].kind, kind); i++)
        if (!visit(user, m->records[i].key, m->records[i].text, m->records[i].len))
            break;
    return true;
}

/* ---- life ---- */

static void free_memory(store *s)
{
    struct memory *m = memory_of(s);

    for (size_t i = 0; i < m->count; i++)
        clear_history(&m->histories[i]);
    for (size_t i = 0; i < m->record_count; i++)
        clear_record(&m->records[i]);
    mem_free(m->histories);
    mem_free(m->records);
    mem_free(m);
}

store *store_memory_new(void)
{
    static const struct store_ops ops = {
        free_memory, start,        append,      progress, forget,   retire,
        commit,      next_number,  read_events, find,     find_arn, find_child,
        find_token,  list_running, put,         get,      list,
    };
    struct memory *m = mem_calloc(1, sizeof *m);

    m->store.ops = &ops;
    return &m->store;
}
