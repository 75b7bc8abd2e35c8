/* What the stored events tell: histories and Map Runs. */

#include "runtime/api/api_impl.h"

#include "parsers/mem.h"

#include <stdlib.h>
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
    API_GROW(l->seqs, l->count, l->cap);
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
    store_read(c->api->store, number, 0, note_seq, l, NULL);
    size_t first = l->count > l->limit ? l->count - l->limit : 0;
    l->more = first > 0;
    l->limit = l->count - first;
    if (l->limit)
        store_read(c->api->store, number, l->seqs[first], show_until, l, NULL);
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
    struct execution x;
    struct page page;
    struct json_build b;
    json *events;

    if (!execution_find(c, &x))
        return NULL;
    if (!page_begin(c, args, &page)) {
        execution_clear(&x);
        return NULL;
    }
    uint64_t after = page.after ? strtoull(json_str(page.after), NULL, 10) : 0;
    l.limit = page.limit;
    l.until = after ? after : UINT64_MAX;
    json_build_array(&l.list, 0);
    if (store_find(c->api->store, x.number, &row, NULL))
        l.exec = rt_exec_new(row->machine, &row->config);
    if (l.exec && reverse) {
        events = newest(c, x.number, &l);
    } else {
        if (l.exec)
            store_read(c->api->store, x.number, after + 1, show_next, &l, NULL);
        events = json_build_done(&l.list);
    }
    json_build_object(&b, 2);
    json_build_set(&b, "events", events);
    if (l.more)
        json_build_set(&b, "nextToken",
                       page_token(c, args, json_stringf("%llu", (unsigned long long)l.last)));
    rt_exec_free(l.exec);
    mem_free(l.seqs);
    page_clear(&page);
    execution_clear(&x);
    return json_build_done(&b);
}

/* ---- Map Runs ---- */

struct map_run {
    json *arn;
    uint32_t frame;
    int64_t start_ms, stop_ms; /* 0: it runs */
    const char *status;
    int64_t total, running, succeeded, failed, tolerated;
    double percentage;
    int64_t concurrency;
};

struct map_runs {
    struct map_run *list;
    size_t count, cap;
};

static struct map_run *run_of_frame(struct map_runs *r, uint32_t frame)
{
    for (size_t i = r->count; i > 0; i--)
        if (r->list[i - 1].frame == frame)
            return &r->list[i - 1];
    return NULL;
}

static bool fold_map_runs(void *user, const struct rt_event *e)
{
    struct map_runs *r = user;
    struct map_run *m = run_of_frame(r, e->frame);

    switch ((int)e->kind) {
    case RT_MAP_RUN_STARTED:
        API_GROW(r->list, r->count, r->cap);
        r->list[r->count++] = (struct map_run){
            .arn = json_ref(e->data),
            .frame = e->frame,
            .start_ms = e->at_ms,
            .status = "RUNNING",
            .tolerated = e->count > 0 ? e->count : 0,
            .percentage = e->extra ? json_double_value(e->extra) : 0,
            .concurrency = e->state->map.max_concurrency.value,
        };
        break;
    case RT_CHILD_STARTED:
        if (m) {
            m->total++;
            m->running++;
        }
        break;
    case RT_CHILD_ENDED:
        if (m) {
            m->running--;
            *(e->data ? &m->succeeded : &m->failed) += 1;
        }
        break;
    case RT_MAP_RUN_SUCCEEDED:
    case RT_MAP_RUN_FAILED:
        if (m) {
            m->status = e->kind == RT_MAP_RUN_SUCCEEDED ? "SUCCEEDED" : "FAILED";
            m->stop_ms = e->at_ms;
        }
        break;
    default: break;
    }
    return true;
}

static void read_map_runs(struct call *c, const struct execution *x, struct map_runs *out)
{
    store_read(c->api->store, x->number, 0, fold_map_runs, out, NULL);
    for (size_t i = 0; i < out->count; i++) {
        struct map_run *m = &out->list[i];
        if (!m->stop_ms && x->status != RT_RUNNING) {
            m->status = "ABORTED";
            m->stop_ms = x->stop_ms;
        }
    }
}

static void clear_map_runs(struct map_runs *r)
{
    for (size_t i = 0; i < r->count; i++)
        json_unref(r->list[i].arn);
    mem_free(r->list);
    *r = (struct map_runs){0};
}

/* "…:mapRun:MACHINE/LABEL:UUID" to "…:stateMachine:MACHINE/LABEL" */
static json *labelled_machine(const api *a, const char *map_run)
{
    const char *name = strstr(map_run, ":mapRun:") + strlen(":mapRun:");
    json *plain = json_string(name, strcspn(name, ":"));
    json *arn = arn_make(a, "stateMachine", json_str(plain));

    json_unref(plain);
    return arn;
}

static json *list_item(const api *a, const struct execution *x, const struct map_run *m)
{
    struct json_build b;

    json_build_object(&b, 5);
    json_build_set(&b, "executionArn", json_ref(x->names.arn));
    json_build_set(&b, "mapRunArn", json_ref(m->arn));
    json_build_set(&b, "stateMachineArn", labelled_machine(a, json_str(m->arn)));
    json_build_set(&b, "startDate", api_time(m->start_ms));
    if (m->stop_ms)
        json_build_set(&b, "stopDate", api_time(m->stop_ms));
    return json_build_done(&b);
}

json *list_map_runs(struct call *c)
{
    static const char args[] = "executionArn";
    struct map_runs runs = {0};
    struct execution x;
    struct page page;
    struct json_build b, list;

    if (!execution_find(c, &x))
        return NULL;
    if (!page_begin(c, args, &page)) {
        execution_clear(&x);
        return NULL;
    }
    read_map_runs(c, &x, &runs);
    size_t i = page.after ? (size_t)strtoull(json_str(page.after), NULL, 10) : 0;
    size_t end = i + page.limit < runs.count ? i + page.limit : runs.count;
    json_build_array(&list, 0);
    for (; i < end; i++)
        json_build_add(&list, list_item(c->api, &x, &runs.list[i]));
    json_build_object(&b, 2);
    json_build_set(&b, "mapRuns", json_build_done(&list));
    if (end < runs.count)
        json_build_set(&b, "nextToken", page_token(c, args, json_stringf("%zu", end)));
    clear_map_runs(&runs);
    page_clear(&page);
    execution_clear(&x);
    return json_build_done(&b);
}

static json *counts_of(const struct map_run *m)
{
    bool done = m->stop_ms != 0;
    struct json_build b;

    json_build_object(&b, 8);
    json_build_set(&b, "pending", json_int(0));
    json_build_set(&b, "running", json_int(done ? 0 : m->running));
    json_build_set(&b, "succeeded", json_int(m->succeeded));
    json_build_set(&b, "failed", json_int(m->failed));
    json_build_set(&b, "timedOut", json_int(0));
    json_build_set(&b, "aborted", json_int(done ? m->running : 0));
    json_build_set(&b, "total", json_int(m->total));
    json_build_set(&b, "resultsWritten", json_int(done ? m->succeeded : 0));
    return json_build_done(&b);
}

static json *describe(const struct execution *x, const struct map_run *m)
{
    struct json_build b;

    json_build_object(&b, 11);
    json_build_set(&b, "mapRunArn", json_ref(m->arn));
    json_build_set(&b, "executionArn", json_ref(x->names.arn));
    json_build_set(&b, "status", json_cstring(m->status));
    json_build_set(&b, "startDate", api_time(m->start_ms));
    if (m->stop_ms)
        json_build_set(&b, "stopDate", api_time(m->stop_ms));
    json_build_set(&b, "maxConcurrency", json_int(m->concurrency));
    json_build_set(&b, "toleratedFailureCount", json_int(m->tolerated));
    json_build_set(&b, "toleratedFailurePercentage", json_double(m->percentage));
    json_build_set(&b, "itemCounts", counts_of(m));
    json_build_set(&b, "executionCounts", counts_of(m));
    return json_build_done(&b);
}

struct search {
    struct call *call;
    const char *arn; /* of the Map Run */
    json *found;     /* its description */
};

/* Is it one of the execution's? */
static bool search_execution(void *user, uint64_t number)
{
    struct search *s = user;
    struct map_runs runs = {0};
    struct execution x;

    if (!execution_look(s->call->api, number, &x))
        return true;
    read_map_runs(s->call, &x, &runs);
    for (size_t r = 0; r < runs.count && !s->found; r++)
        if (json_str_is(runs.list[r].arn, s->arn))
            s->found = describe(&x, &runs.list[r]);
    clear_map_runs(&runs);
    execution_clear(&x);
    return !s->found;
}

/* A Map Run's executions tell whose it is. */
static bool search_parent(void *user, uint64_t number)
{
    struct search *s = user;
    const struct store_execution *row;

    if (store_find(s->call->api->store, number, &row, NULL) && row->parent.set)
        search_execution(s, row->parent.execution);
    return false;
}

/* One that has started none is searched for among all executions of the machine. */
json *describe_map_run(struct call *c)
{
    struct search s = {.call = c, .arn = call_text(c, "mapRunArn")};
    store *st = c->api->store;
    struct arn parts;

    if (!arn_parse(c, s.arn, "mapRun", &parts))
        return NULL;
    json *name = json_string(parts.name, strcspn(parts.name, "/:"));
    json *machine = arn_make(c->api, "stateMachine", json_str(name));
    store_list_executions(st, s.arn, NULL, UINT64_MAX, search_parent, &s, NULL);
    if (!s.found)
        store_list_executions(st, json_str(machine), NULL, UINT64_MAX, search_execution, &s, NULL);
    if (!s.found) {
        c->extra_key = "resourceName";
        c->extra = json_cstring(s.arn);
        call_fail(c, "ResourceNotFound", "Resource not found: '%s'", s.arn);
    }
    json_unref(name);
    json_unref(machine);
    return s.found;
}
