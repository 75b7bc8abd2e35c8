/* What the stored events tell: histories. */

#include "runtime/api/api_impl.h"

#include "parsers/mem.h"

#include <string.h>

/* ---- GetExecutionHistory ---- */

struct events {
    rt_exec *exec; /* what the events' texts need of it: its names */
    bool bare;     /* without data */
    /* The sequence of those to show; a page before `until`, which is not among them. */
    uint64_t *seqs, until;
    size_t count, cap;
    struct json_build list;
    size_t shown, limit;
    uint64_t last;
    bool more;
};

static void show(struct events *l, const struct rt_event *e)
{
    json *event = rt_event_json(l->exec, e);

    json_build_add(&l->list, l->bare ? rt_event_without_data(event) : event);
    l->shown++;
    l->last = e->seq;
}

/* The oldest first: one more than the limit tells that there are more. */
static bool show_next(void *user, const struct rt_event *e)
{
    struct events *l = user;

    if (!e->id)
        return true;
    l->more = l->shown == l->limit;
    if (!l->more)
        show(l, e);
    return !l->more;
}

static bool note_seq(void *user, const struct rt_event *e)
{
    struct events *l = user;

    if (e->seq >= l->until)
        return false;
    if (!e->id)
        return true;
    MEM_GROW(l->seqs, l->count, l->cap);
    l->seqs[l->count++] = e->seq;
    return true;
}

/* A history is read forwards: these are turned round afterwards. */
static bool show_until(void *user, const struct rt_event *e)
{
    struct events *l = user;

    if (e->id)
        show(l, e);
    return l->shown < l->limit;
}

static json *reversed(json *list)
{
    struct json_build b;

    json_build_array(&b, json_count(list));
    for (size_t i = json_count(list); i-- > 0;)
        json_build_add(&b, json_ref(json_at(list, i)));
    json_unref(list);
    return json_build_done(&b);
}

/* The page of the newest events before `l->until`. */
static json *newest(struct call *c, uint64_t number, struct events *l)
{
    struct diag why = {0};

    store_read(c->api->store, number, 0, note_seq, l, &why);
    api_read_failed(c->api, &why);
    size_t first = l->count > l->limit ? l->count - l->limit : 0;
    l->more = first > 0;
    l->limit = l->count - first;
    if (l->limit)
        store_read(c->api->store, number, l->seqs[first], show_until, l, &why);
    api_read_failed(c->api, &why);
    l->last = l->limit ? l->seqs[first] : 0;
    return reversed(json_build_done(&l->list));
}

json *get_execution_history(struct call *c)
{
    static const char args[] = "executionArn reverseOrder includeExecutionData";
    const json *data = call_get(c, "includeExecutionData");
    const struct store_execution *row;
    bool reverse = call_flag(c, "reverseOrder");
    struct events l = {.bare = data && json_kind(data) == JSON_FALSE};
    struct diag why = {0};
    struct execution x;
    struct page page;
    json *events;

    if (!execution_find(c, &x))
        return NULL;
    if (!page_begin(c, args, &page)) {
        execution_clear(&x);
        return NULL;
    }
    uint64_t after = page_after(&page, 0);
    l.limit = page.limit;
    l.until = after ? after : UINT64_MAX;
    json_build_array(&l.list, 0);
    if (store_find(c->api->store, x.number, &row, &why))
        l.exec = rt_exec_new(row->machine, &row->config);
    if (l.exec && reverse) {
        events = newest(c, x.number, &l);
    } else {
        if (l.exec)
            store_read(c->api->store, x.number, after + 1, show_next, &l, &why);
        events = json_build_done(&l.list);
    }
    api_read_failed(c->api, &why);
    rt_exec_free(l.exec);
    mem_free(l.seqs);
    execution_clear(&x);
    return page_end(c, &page, "events", events, l.more ? page_number(l.last) : NULL);
}
