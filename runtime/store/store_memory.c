/* The store in memory: maps, and for what is seldom asked a look at all executions. */

#include "parsers/mem.h"
#include "runtime/id_map.h"
#include "runtime/store/store_impl.h"
#include "runtime/text_map.h"

#include <stdlib.h>
#include <string.h>

struct history {
    struct id_node node;        /* first; by number */
    struct store_execution row; /* without a machine as long as it was not started */
    struct rt_event *events;
    size_t count, cap;
};

/* The executions of a list, the oldest first; some may be forgotten by now. */
struct list {
    char *name;
    uint64_t *numbers;
    size_t count, cap, gone;
};

struct record {
    char *kind, *key, *text;
    size_t len;
};

struct memory {
    struct store store;
    struct id_map histories;
    struct text_map arns;   /* to the newest execution of that ARN */
    struct text_map lists;  /* by name */
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

static struct history *find_history(const struct memory *m, uint64_t execution)
{
    return (struct history *)(void *)id_map_get(&m->histories, execution);
}

static struct history *history_of(struct memory *m, uint64_t execution)
{
    struct history *h = find_history(m, execution);

    if (h)
        return h;
    h = mem_calloc(1, sizeof *h);
    h->node.id = execution;
    id_map_put(&m->histories, &h->node);
    if (execution >= m->next)
        m->next = execution + 1;
    return h;
}

static void free_history(struct history *h)
{
    for (size_t i = 0; i < h->count; i++)
        rt_event_clear(&h->events[i]);
    mem_free(h->events);
    rt_names_clear(&h->row.config.names);
    drop_look(h->row.config.context);
    drop_look(h->row.config.written);
    drop_look(h->row.list);
    drop_look(h->row.note);
    asl_machine_unref(h->row.machine);
    mem_free(h);
}

static void add_to_list(struct memory *m, const struct history *h)
{
    const char *name = json_str(h->row.list);
    struct list *l = text_map_get(&m->lists, name);

    if (!l) {
        l = mem_calloc(1, sizeof *l);
        l->name = mem_strdup(name);
        text_map_put(&m->lists, l->name, l);
    }
    MEM_GROW(l->numbers, l->count, l->cap);
    l->numbers[l->count++] = h->node.id;
}

static void free_list(struct list *l)
{
    mem_free(l->name);
    mem_free(l->numbers);
    mem_free(l);
}

/* One of the list's executions is gone. */
static void leave_list(struct memory *m, const char *name)
{
    struct list *l = text_map_get(&m->lists, name);
    size_t kept = 0;

    if (++l->gone <= l->count / 2)
        return;
    for (size_t i = 0; i < l->count; i++)
        if (find_history(m, l->numbers[i]))
            l->numbers[kept++] = l->numbers[i];
    l->count = kept;
    l->gone = 0;
    if (kept == 0) {
        text_map_take(&m->lists, name);
        free_list(l);
    }
}

static const char *arn_of(const struct history *h)
{
    return h->row.config.names.arn ? json_str(h->row.config.names.arn) : "";
}

static void start(store *s, const struct store_execution *x)
{
    struct memory *m = memory_of(s);
    struct history *h = history_of(m, x->number);
    const struct rt_names *n = &x->config.names;

    h->row = *x;
    h->row.machine = asl_machine_ref(x->machine);
    h->row.config.names =
        (struct rt_names){share(n->arn),          share(n->name),     share(n->machine_arn),
                          share(n->machine_name), share(n->role_arn), share(n->region)};
    h->row.config.context = share(x->config.context);
    h->row.config.written = share(x->config.written);
    h->row.list = share(x->list);
    h->row.note = share(x->note);
    text_map_take(&m->arns, arn_of(h));
    text_map_put(&m->arns, arn_of(h), h);
    if (x->list)
        add_to_list(m, h);
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

static void redriven(store *s, uint64_t execution, uint32_t redrives, int64_t at_ms)
{
    struct store_execution *row = &history_of(memory_of(s), execution)->row;

    row->redrives = redrives;
    row->redriven_ms = at_ms;
}

static void forget(store *s, uint64_t execution)
{
    struct memory *m = memory_of(s);
    struct history *h = (struct history *)(void *)id_map_take(&m->histories, execution);

    if (!h)
        return;
    if (h->row.machine && text_map_get(&m->arns, arn_of(h)) == h)
        text_map_take(&m->arns, arn_of(h));
    if (h->row.list)
        leave_list(m, json_str(h->row.list));
    free_history(h);
}

static size_t forget_list(store *s, const char *name, size_t limit)
{
    struct memory *m = memory_of(s);
    size_t count = 0;

    /* The last one takes the list along, and many others move the rest to its front. */
    for (size_t i = 0; count < limit;) {
        const struct list *l = text_map_get(&m->lists, name);
        if (!l || i >= l->count)
            break;
        const struct history *h = find_history(m, l->numbers[i]);
        if (!h || h->row.status == RT_RUNNING) {
            i++;
            continue;
        }
        size_t before = l->count;
        forget(s, h->node.id);
        count++;
        l = text_map_get(&m->lists, name);
        i = l && l->count < before ? 0 : i + 1;
    }
    return count;
}

static size_t retire(store *s, int64_t before_ms, size_t limit)
{
    struct memory *m = memory_of(s);
    size_t count = 0;

    for (size_t i = 0; i < m->histories.room && count < limit; i++)
        for (struct id_node *n = m->histories.buckets[i], *next; n && count < limit; n = next) {
            const struct store_execution *row = &((struct history *)(void *)n)->row;
            next = n->next;
            if (!row->machine || row->status == RT_RUNNING || row->stop_ms >= before_ms)
                continue;
            forget(s, n->id);
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
    const struct history *h = find_history(memory_of(s), execution);

    (void)why;
    /* Sequences are dense from 1. */
    for (size_t i = seq > 0 ? (size_t)seq - 1 : 0; h && i < h->count; i++)
        if (!visit(user, &h->events[i]))
            return true;
    return true;
}

static bool read_last(store *s, uint64_t execution, store_visit *visit, void *user,
                      struct diag *why)
{
    const struct history *h = find_history(memory_of(s), execution);

    (void)why;
    if (h && h->count)
        visit(user, &h->events[h->count - 1]);
    return true;
}

static bool none(struct diag *why, const char *what)
{
    diag_set(why, STORE_NONE, 0, "there is no such %s", what);
    return false;
}

static bool find(store *s, uint64_t execution, const struct store_execution **out, struct diag *why)
{
    const struct history *h = find_history(memory_of(s), execution);

    if (!h || !h->row.machine)
        return none(why, "execution");
    *out = &h->row;
    return true;
}

static bool find_arn(store *s, const char *arn, uint64_t *execution, struct diag *why)
{
    const struct history *h = text_map_get(&memory_of(s)->arns, arn);

    if (!h)
        return none(why, "execution");
    *execution = h->node.id;
    return true;
}

static int by_number(const void *a, const void *b)
{
    const struct history *x = *(const struct history *const *)a,
                         *y = *(const struct history *const *)b;

    return x->node.id < y->node.id ? -1 : x->node.id > y->node.id;
}

/* All histories by number, a NULL behind them; to be freed. Only recovery asks for what needs it.
 */
static const struct history **sorted(const struct memory *m)
{
    const struct history **all = mem_calloc(m->histories.count + 1, sizeof(struct history *));
    size_t count = 0;

    for (size_t i = 0; i < m->histories.room; i++)
        for (const struct id_node *n = m->histories.buckets[i]; n; n = n->next)
            all[count++] = (const struct history *)(const void *)n;
    qsort(all, count, sizeof *all, by_number);
    return all;
}

static bool find_child(store *s, uint64_t parent, uint64_t ref, uint64_t *execution,
                       struct diag *why)
{
    const struct history **all = sorted(memory_of(s));
    bool found = false;

    for (size_t i = 0; all[i] && !found; i++) {
        const struct store_parent *p = &all[i]->row.parent;
        found = p->set && p->execution == parent && p->ref == ref;
        if (found)
            *execution = all[i]->node.id;
    }
    mem_free(all);
    return found || none(why, "execution");
}

static bool find_token(store *s, const char *token, uint64_t *execution, uint64_t *seq,
                       struct diag *why)
{
    const struct history **all = sorted(memory_of(s));
    bool found = false;

    for (size_t i = 0; all[i] && !found; i++)
        for (size_t k = 0; k < all[i]->count && !found; k++) {
            const struct rt_event *e = &all[i]->events[k];
            if (!(found = e->token && json_str_is(e->token, token)))
                continue;
            *execution = all[i]->node.id;
            *seq = e->seq;
        }
    mem_free(all);
    return found || none(why, "token");
}

static bool list_running(store *s, store_visit_running *visit, void *user, struct diag *why)
{
    const struct history **all = sorted(memory_of(s));
    bool more = true;

    (void)why;
    for (size_t i = 0; all[i] && more; i++) {
        const struct store_execution *row = &all[i]->row;
        if (row->machine && row->status == RT_RUNNING)
            more = visit(user, &(struct store_running){row->number, row->due_ms, row->parent,
                                                       row->transient, row->list, row->note});
    }
    mem_free(all);
    return true;
}

static bool list_executions(store *s, const char *name, const enum rt_status *status,
                            uint64_t before, store_visit_number *visit, void *user,
                            struct diag *why)
{
    const struct memory *m = memory_of(s);
    const struct list *l = text_map_get(&m->lists, name);

    (void)why;
    for (size_t i = l ? l->count : 0; i-- > 0;) {
        const struct history *h = l->numbers[i] < before ? find_history(m, l->numbers[i]) : NULL;
        if (h && (!status || h->row.status == *status) && !visit(user, h->node.id))
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
    MEM_GROW(m->records, m->record_count, m->record_cap);
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

    for (struct id_node *n; (n = id_map_take_any(&m->histories));)
        free_history((struct history *)(void *)n);
    for (struct list *l; (l = text_map_take_any(&m->lists));)
        free_list(l);
    id_map_clear(&m->histories);
    text_map_clear(&m->arns);
    text_map_clear(&m->lists);
    for (size_t i = 0; i < m->record_count; i++)
        clear_record(&m->records[i]);
    mem_free(m->records);
    mem_free(m);
}

store *store_memory_new(void)
{
    static const struct store_ops ops = {
        .free = free_memory,
        .start = start,
        .append = append,
        .progress = progress,
        .redriven = redriven,
        .forget = forget,
        .forget_list = forget_list,
        .retire = retire,
        .commit = commit,
        .next_number = next_number,
        .read = read_events,
        .read_last = read_last,
        .find = find,
        .find_arn = find_arn,
        .find_child = find_child,
        .find_token = find_token,
        .list_running = list_running,
        .list_executions = list_executions,
        .put = put,
        .get = get,
        .list = list,
    };
    struct memory *m = mem_calloc(1, sizeof *m);

    m->store.ops = &ops;
    return &m->store;
}
