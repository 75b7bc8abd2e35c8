/* The store in memory: maps, and for what is seldom asked a look at all executions. */

#include "parsers/base/id_map.h"
#include "parsers/base/id_queue.h"
#include "parsers/base/mem.h"
#include "parsers/base/text_map.h"
#include "runtime/store/memory_events.h"
#include "runtime/store/memory_lists.h"
#include "runtime/store/memory_records.h"
#include "runtime/store/store_impl.h"

#include <stdlib.h>
#include <string.h>

struct history {
    struct id_node node;        /* first; by number */
    struct store_execution row; /* without a machine as long as it was not started */
    struct memory_events events;
    size_t trimmed;
    bool marked;                /* a mark leads to one of its events */
    struct place_list children; /* of its Map Runs: a place's time is the event that started it */
    struct history *parent;
};

/* What a token, or the ARN of a Map Run, leads to. */
struct mark {
    uint64_t execution, seq;
};

struct memory {
    struct store store;
    struct id_map histories;
    struct text_map arns; /* to the newest execution of that ARN */
    struct memory_lists lists;
    struct text_map tokens, map_runs; /* to marks; the texts are the events' own */
    struct memory_records records;
    struct id_queue to_trim;
    uint64_t next;
};

static struct memory *memory_store_memory_of(store *s)
{
    return (struct memory *)s;
}

/* Rows have looks, as their readers must not keep them; these are references of ours. */
static void drop_look(const json *v)
{
    json *own;

    memcpy(&own, &v, sizeof own);
    json_unref(own);
}

static void drop_text(const char *text)
{
    char *own;

    memcpy(&own, &text, sizeof own);
    mem_free(own);
}

static struct history *find_history(const struct memory *m, uint64_t execution)
{
    return (struct history *)(void *)id_map_get(&m->histories, execution);
}

/* Events may come before the row: what a history has of its own is made by whichever comes first.
 */
static struct history *history_of(struct memory *m, uint64_t execution)
{
    struct history *h = find_history(m, execution);

    if (h)
        return h;
    h = mem_calloc(1, sizeof *h);
    h->node.id = execution;
    id_map_put(&m->histories, &h->node);
    /* Numbers are given out above all that were ever put in, also above those that are gone. */
    if (execution >= m->next)
        m->next = execution + 1;
    return h;
}

/* What the event's texts lead to: its token, and the ARN of the Map Run that it starts. */
static const json *mark_of(struct memory *m, const struct rt_event *e, struct text_map **in)
{
    const json *token = rt_event_token(e);

    *in = token ? &m->tokens : &m->map_runs;
    return token ? token : e->kind == RT_MAP_RUN_STARTED ? e->data : NULL;
}

static bool may_be_marked(enum rt_event_kind kind)
{
    return kind == RT_TASK_SCHEDULED || kind == RT_MAP_RUN_STARTED;
}

/* The first event that brings a text keeps it: a token that comes again leads to where it led. */
static void add_mark(struct memory *m, struct history *h, const struct rt_event *e)
{
    struct text_map *in;
    const json *text = mark_of(m, e, &in);

    if (!text || text_map_get(in, json_str(text)))
        return;
    h->marked = true;
    struct mark *mark = mem_alloc(sizeof *mark);
    *mark = (struct mark){h->node.id, e->seq};
    text_map_put(in, json_str(text), mark);
}

static void drop_mark(struct memory *m, uint64_t execution, const struct rt_event *e)
{
    struct text_map *in;
    const json *text = mark_of(m, e, &in);
    const struct mark *mark = text ? text_map_get(in, json_str(text)) : NULL;

    if (mark && mark->execution == execution && mark->seq == e->seq)
        mem_free(text_map_take(in, json_str(text)));
}

static void look_at(const struct history *h, size_t i, struct rt_event *out)
{
    rt_unpack(memory_events_at(&h->events, i), i + 1, out);
}

static void drop_marks(struct memory *m, const struct history *h)
{
    struct rt_event e;

    for (size_t i = 0; h->marked && i < h->events.count; i++) {
        look_at(h, i, &e);
        drop_mark(m, h->node.id, &e);
    }
}

static struct store_place place_of_child(const struct history *h)
{
    return (struct store_place){(int64_t)h->row.parent.ref, h->node.id};
}

static void join_parent(struct history *h, struct history *parent)
{
    if (!parent || parent == h)
        return;
    h->parent = parent;
    place_list_add(&parent->children, place_of_child(h));
}

/* It is nobody's child any more, and nobody is its. */
static void leave_family(struct memory *m, struct history *h)
{
    if (h->parent)
        place_list_take(&h->parent->children, place_of_child(h));
    for (size_t i = h->children.first; i < h->children.count; i++)
        find_history(m, h->children.places[i].number)->parent = NULL;
    place_list_clear(&h->children);
}

/* The marks go first, as their keys are texts of the events. */
static void free_history(struct memory *m, struct history *h)
{
    leave_family(m, h);
    drop_marks(m, h);
    memory_events_clear(&h->events);
    rt_names_clear(&h->row.config.names);
    drop_look(h->row.config.context);
    drop_look(h->row.config.written);
    drop_look(h->row.list);
    drop_look(h->row.note);
    drop_text(h->row.damage);
    asl_machine_unref(h->row.machine);
    mem_free(h);
}

/* ---- executions ---- */

static const char *arn_of(const struct history *h)
{
    return h->row.config.names.arn ? json_str(h->row.config.names.arn) : "";
}

static void memory_store_start(store *s, const struct store_execution *x)
{
    struct memory *m = memory_store_memory_of(s);
    struct history *h = history_of(m, x->number);
    const struct rt_names *n = &x->config.names;

    /* All that the row points to is the caller's; what is to stay gets references of ours. */
    h->row = *x;
    h->row.machine = asl_machine_ref(x->machine);
    h->row.config.names = (struct rt_names){json_ref(n->arn),         json_ref(n->name),
                                            json_ref(n->machine_arn), json_ref(n->machine_name),
                                            json_ref(n->role_arn),    json_ref(n->region)};
    h->row.config.context = json_ref(x->config.context);
    h->row.config.written = json_ref(x->config.written);
    h->row.list = json_ref(x->list);
    h->row.note = json_ref(x->note);
    text_map_take(&m->arns, arn_of(h));
    text_map_put(&m->arns, arn_of(h), h);
    if (x->parent.set)
        join_parent(h, find_history(m, x->parent.execution));
    memory_lists_enter(&m->lists, &h->row);
}

static void memory_store_append(store *s, uint64_t execution, const struct rt_events *events)
{
    struct history *h = history_of(memory_store_memory_of(s), execution);
    struct rt_event e;

    for (size_t i = 0; i < events->count; i++) {
        rt_events_at(events, i, &e);
        e = rt_event_copy(&e);
        add_mark(memory_store_memory_of(s), h, &e);
        rt_pack(&e, memory_events_add(&h->events));
    }
}

static void memory_store_take(store *s, uint64_t execution, const struct rt_events *events)
{
    struct history *h = history_of(memory_store_memory_of(s), execution);
    struct rt_event e;

    for (size_t i = 0; i < events->count; i++) {
        *memory_events_add(&h->events) = events->list[i];
        if (!may_be_marked(rt_packed_kind(&events->list[i])))
            continue;
        rt_events_at(events, i, &e);
        add_mark(memory_store_memory_of(s), h, &e);
    }
}

static void memory_store_progress(store *s, uint64_t execution, enum rt_status status,
                                  int64_t stop_ms, int64_t due_ms)
{
    struct memory *m = memory_store_memory_of(s);
    struct store_execution *row = &history_of(m, execution)->row;
    /* The place in a list depends on both: out by the old row, in by the new one. The status alone
     * doesn't tell, as a redriven execution may fail again before the row says that it runs. */
    bool moves = row->status != status || row->stop_ms != stop_ms;

    if (moves)
        memory_lists_leave(&m->lists, row);
    row->status = status;
    row->stop_ms = stop_ms;
    row->due_ms = due_ms;
    if (moves)
        memory_lists_enter(&m->lists, row);
}

/* It still stands where its end put it, so the lists are left before the row is changed. */
static void memory_store_redriven(store *s, uint64_t execution, uint32_t redrives, int64_t at_ms)
{
    struct memory *m = memory_store_memory_of(s);
    struct store_execution *row = &history_of(m, execution)->row;

    memory_lists_leave(&m->lists, row);
    row->redrives = redrives;
    row->redriven_ms = at_ms;
    memory_lists_enter(&m->lists, row);
}

static void memory_store_set_apart(store *s, uint64_t execution, const char *why, int64_t at_ms)
{
    struct store_execution *row = &history_of(memory_store_memory_of(s), execution)->row;

    memory_store_progress(s, execution, RT_FAILED, at_ms, STORE_AWAKE);
    row->apart = true;
    /* The first reason is kept: what comes after is a consequence of it. */
    if (!row->damage)
        row->damage = mem_strdup(why);
}

static void memory_store_forget(store *s, uint64_t execution)
{
    struct memory *m = memory_store_memory_of(s);
    struct history *h = (struct history *)(void *)id_map_take(&m->histories, execution);

    if (!h)
        return;
    /* A newer execution may have the ARN by now. */
    if (h->row.machine && text_map_get(&m->arns, arn_of(h)) == h)
        text_map_take(&m->arns, arn_of(h));
    memory_lists_leave(&m->lists, &h->row);
    free_history(m, h);
}

/* An execution goes behind all that are below it, which may take several calls. */
static void forget_tree(store *s, uint64_t top, size_t limit, struct store_gone *out)
{
    for (struct history *h; (h = find_history(memory_store_memory_of(s), top));) {
        /* The deepest goes first, so that a call that ends in the midst leaves no child without its
         * parent. */
        while (!place_list_is_empty(&h->children))
            h = find_history(memory_store_memory_of(s),
                             h->children.places[h->children.count - 1].number);
        if (out->count == limit || h->row.status == RT_RUNNING || store_is_held(s, h->node.id)) {
            out->more = true;
            return;
        }
        memory_store_forget(s, h->node.id);
        out->count++;
    }
}

/* Those of the list that ended before that time, one more than may go. */
static void forget_some(store *s, const struct place_list *l, int64_t before_ms, size_t limit,
                        struct store_gone *out)
{
    /* The list changes while executions go: so the numbers are taken down first. */
    uint64_t *numbers = NULL;
    size_t count = 0, cap = 0;

    for (size_t i = l->first; i < l->count && count <= limit; i++) {
        const struct history *h = find_history(memory_store_memory_of(s), l->places[i].number);
        if (!h || h->row.status == RT_RUNNING || h->row.stop_ms >= before_ms)
            continue;
        if (store_is_held(s, h->node.id)) {
            out->more = true;
            continue;
        }
        MEM_GROW(numbers, count, cap);
        numbers[count++] = l->places[i].number;
    }
    for (size_t i = 0; i < count; i++)
        forget_tree(s, numbers[i], limit, out);
    mem_free(numbers);
}

static bool forget_list(store *s, const char *name, size_t limit, struct store_gone *out,
                        struct diag *why)
{
    const struct place_list *l = memory_lists_find(&memory_store_memory_of(s)->lists, name, NULL);

    (void)why;
    if (l)
        forget_some(s, l, INT64_MAX, limit, out);
    return true;
}

static bool memory_store_retire(store *s, int64_t before_ms, size_t limit, struct store_gone *out,
                                struct diag *why)
{
    const struct place_list *l = &memory_store_memory_of(s)->lists.ended;

    (void)why;
    if (l->first < l->count && l->places[l->first].at_ms < before_ms)
        forget_some(s, l, before_ms, limit, out);
    return true;
}

static bool tidy(store *s)
{
    (void)s;
    return false;
}

static void memory_store_trim_later(store *s, uint64_t execution)
{
    id_queue_add(&memory_store_memory_of(s)->to_trim, execution);
}

/* So many events of one history at a time, as each may be the last to hold a large value. */
static bool memory_store_trim(store *s)
{
    enum { TRIM_EVENTS = 4096 };
    struct memory *m = memory_store_memory_of(s);
    struct history *h = (struct history *)(void *)id_queue_take(&m->to_trim, &m->histories);

    if (!h)
        return false;
    for (size_t i = 0; i < TRIM_EVENTS && h->trimmed < h->events.count; i++)
        rt_packed_trim(memory_events_at(&h->events, h->trimmed++));
    if (h->trimmed < h->events.count)
        id_queue_add(&m->to_trim, h->node.id);
    return true;
}

static bool memory_store_refused(const store *s, uint64_t *execution)
{
    (void)s;
    (void)execution;
    return false;
}

static unsigned memory_store_rights(const store *s)
{
    (void)s;
    return 0;
}

static uint64_t memory_store_room(const store *s)
{
    (void)s;
    return UINT64_MAX;
}

/* What is in memory is kept as soon as it is put in. */
static bool memory_store_commit(store *s, struct diag *why)
{
    (void)s;
    (void)why;
    return true;
}

/* ---- reading executions ---- */

static bool next_number(store *s, uint64_t *out, struct diag *why)
{
    (void)why;
    *out = memory_store_memory_of(s)->next;
    return true;
}

static bool read_events(store *s, uint64_t execution, uint64_t seq, store_visit *visit, void *user,
                        struct diag *why)
{
    const struct history *h = find_history(memory_store_memory_of(s), execution);
    struct rt_event e;

    (void)why;
    for (size_t i = seq > 0 ? (size_t)seq - 1 : 0; h && i < h->events.count; i++) {
        look_at(h, i, &e);
        if (!visit(user, &e))
            break;
    }
    return true;
}

static bool read_back(store *s, uint64_t execution, uint64_t seq, store_visit *visit, void *user,
                      struct diag *why)
{
    const struct history *h = find_history(memory_store_memory_of(s), execution);
    size_t count = h ? h->events.count : 0, i = seq - 1 < count ? (size_t)seq - 1 : count;
    struct rt_event e;

    (void)why;
    while (i-- > 0) {
        look_at(h, i, &e);
        if (!visit(user, &e))
            break;
    }
    return true;
}

static bool read_last(store *s, uint64_t execution, store_visit *visit, void *user,
                      struct diag *why)
{
    const struct history *h = find_history(memory_store_memory_of(s), execution);
    struct rt_event e;

    (void)why;
    if (h && h->events.count) {
        look_at(h, h->events.count - 1, &e);
        visit(user, &e);
    }
    return true;
}

static bool none(struct diag *why, const char *what)
{
    diag_set(why, STORE_NONE, 0, "there is no such %s", what);
    return false;
}

static bool memory_store_find(store *s, uint64_t execution, const struct store_execution **out,
                              struct diag *why)
{
    const struct history *h = find_history(memory_store_memory_of(s), execution);

    if (!h || !h->row.machine)
        return none(why, "execution");
    *out = &h->row;
    return true;
}

static bool find_arn(store *s, const char *arn, uint64_t *execution, struct diag *why)
{
    const struct history *h = text_map_get(&memory_store_memory_of(s)->arns, arn);

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
static const struct history **memory_store_sorted(const struct memory *m)
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
    const struct history *h = find_history(memory_store_memory_of(s), parent);
    size_t i = h ? place_list_find(&h->children, &(struct store_place){(int64_t)ref, 0}) : 0;

    if (!h || i == h->children.count || h->children.places[i].at_ms != (int64_t)ref)
        return none(why, "execution");
    *execution = h->children.places[i].number;
    return true;
}

static bool find_mark(const struct text_map *in, const char *text, uint64_t *execution,
                      uint64_t *seq, struct diag *why)
{
    const struct mark *mark = text_map_get(in, text);

    if (!mark)
        return none(why, "token");
    *execution = mark->execution;
    *seq = mark->seq;
    return true;
}

static bool memory_store_find_token(store *s, const char *token, uint64_t *execution, uint64_t *seq,
                                    struct diag *why)
{
    return find_mark(&memory_store_memory_of(s)->tokens, token, execution, seq, why);
}

static bool find_map_run(store *s, const char *arn, uint64_t *execution, struct diag *why)
{
    uint64_t seq;

    return find_mark(&memory_store_memory_of(s)->map_runs, arn, execution, &seq, why);
}

static bool list_running(store *s, bool labels, store_visit_running *visit, void *user,
                         struct diag *why)
{
    const struct history **all = memory_store_sorted(memory_store_memory_of(s));
    bool more = true;

    (void)labels;
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

static bool list_spoiled(store *s, store_visit_number *visit, void *user, struct diag *why)
{
    (void)s;
    (void)visit;
    (void)user;
    (void)why;
    return true;
}

static bool list_numbers(store *s, store_visit_number *visit, void *user, struct diag *why)
{
    const struct memory *m = memory_store_memory_of(s);

    (void)why;
    for (uint64_t i = 0; i < m->next; i++)
        if (find_history(m, i) && !visit(user, i))
            break;
    return true;
}

static bool memory_store_list_executions(store *s, const char *name, const enum rt_status *status,
                                         const struct store_place *after, store_visit_listed *visit,
                                         void *user, struct diag *why)
{
    const struct memory *m = memory_store_memory_of(s);
    const struct place_list *l = memory_lists_find(&m->lists, name, status);

    (void)why;
    if (!l)
        return true;
    /* From the newest to the oldest, as ListExecutions tells them. */
    for (size_t i = after ? place_list_find(l, after) : l->count; i-- > l->first;) {
        const struct history *h = find_history(m, l->places[i].number);
        if (h && !visit(user, &(struct store_listed){l->places[i], h->row.redrives}))
            break;
    }
    return true;
}

/* A name is asked for, not a place, so lists may come and go between two calls. */
static bool next_list(store *s, struct buf *name, struct diag *why)
{
    const struct id_map *all = &memory_store_memory_of(s)->histories;
    const char *first = NULL;

    for (size_t i = 0; i < all->room; i++)
        for (const struct id_node *n = all->buckets[i]; n; n = n->next) {
            const json *list = ((const struct history *)(const void *)n)->row.list;
            if (list && strcmp(json_str(list), buf_str(name)) > 0 &&
                (!first || strcmp(json_str(list), first) < 0))
                first = json_str(list);
        }
    if (first) {
        buf_reset(name);
        buf_adds(name, first);
    }
    return first || none(why, "list");
}

/* ---- records ---- */

static void memory_store_put(store *s, const char *kind, const char *key, const char *text,
                             size_t len)
{
    memory_records_put(&memory_store_memory_of(s)->records, kind, key, text, len);
}

static bool get(store *s, const char *kind, const char *key, struct buf *out, struct diag *why)
{
    return memory_records_get(&memory_store_memory_of(s)->records, kind, key, out) ||
           none(why, "record");
}

static bool list(store *s, const char *kind, const char *after, store_visit_record *visit,
                 void *user, struct diag *why)
{
    (void)why;
    memory_records_visit(&memory_store_memory_of(s)->records, kind, after, visit, user);
    return true;
}

/* ---- life ---- */

static bool next_kind(store *s, struct buf *kind, struct diag *why)
{
    const char *next = memory_records_next_kind(&memory_store_memory_of(s)->records, buf_str(kind));

    if (!next)
        return none(why, "kind");
    buf_reset(kind);
    buf_adds(kind, next);
    return true;
}

static void free_memory(store *s)
{
    struct memory *m = memory_store_memory_of(s);

    /* Families are dissolved at once: to take their members out one by one would move the others
     * each time. */
    for (size_t i = 0; i < m->histories.room; i++)
        for (struct id_node *n = m->histories.buckets[i]; n; n = n->next) {
            struct history *h = (struct history *)(void *)n;
            place_list_clear(&h->children);
            h->parent = NULL;
        }
    for (struct id_node *n; (n = id_map_take_any(&m->histories));)
        free_history(m, (struct history *)(void *)n);
    id_map_clear(&m->histories);
    text_map_clear(&m->arns);
    text_map_clear(&m->tokens);
    text_map_clear(&m->map_runs);
    memory_lists_clear(&m->lists);
    id_queue_clear(&m->to_trim);
    memory_records_clear(&m->records);
    mem_free(m);
}

store *store_memory_new(void)
{
    static const struct store_ops ops = {
        .free = free_memory,
        .start = memory_store_start,
        .append = memory_store_append,
        .take = memory_store_take,
        .progress = memory_store_progress,
        .redriven = memory_store_redriven,
        .set_apart = memory_store_set_apart,
        .forget = memory_store_forget,
        .forget_list = forget_list,
        .retire = memory_store_retire,
        .tidy = tidy,
        .trim_later = memory_store_trim_later,
        .trim = memory_store_trim,
        .commit = memory_store_commit,
        .refused = memory_store_refused,
        .rights = memory_store_rights,
        .room = memory_store_room,
        .next_number = next_number,
        .read = read_events,
        .read_outline = read_events,
        .read_back = read_back,
        .read_last = read_last,
        .find = memory_store_find,
        .find_arn = find_arn,
        .find_child = find_child,
        .find_map_run = find_map_run,
        .find_token = memory_store_find_token,
        .list_running = list_running,
        .list_spoiled = list_spoiled,
        .list_numbers = list_numbers,
        .list_executions = memory_store_list_executions,
        .next_list = next_list,
        .put = memory_store_put,
        .get = get,
        .list = list,
        .next_kind = next_kind,
    };
    struct memory *m = mem_calloc(1, sizeof *m);

    m->store.ops = &ops;
    return &m->store;
}
