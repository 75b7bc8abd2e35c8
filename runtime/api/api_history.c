/* What the stored events tell: histories and Map Runs. */

#include "runtime/api/api_impl.h"

#include "parsers/mem.h"

#include <stdlib.h>
#include <string.h>

/* ---- GetExecutionHistory ---- */

struct events {
    const struct rt_event **list; /* looks, until the engine's next turn */
    size_t count, cap;
    size_t limit; /* one more is taken, so that it shows whether there are more; 0: all */
};

static bool take_event(void *user, const struct rt_event *e)
{
    struct events *l = user;

    if (!e->id)
        return true;
    API_GROW(l->list, l->count, l->cap);
    l->list[l->count++] = e;
    return !l->limit || l->count <= l->limit;
}

json *get_execution_history(struct call *c)
{
    static const char args[] = "executionArn reverseOrder includeExecutionData";
    const json *data = call_get(c, "includeExecutionData");
    const struct execution *x = execution_find(c);
    bool reverse = call_flag(c, "reverseOrder"), bare = data && json_kind(data) == JSON_FALSE;
    struct events events = {0};
    struct page page;
    struct json_build b, list;
    uint64_t last = 0;
    size_t shown = 0;

    if (!x || !page_begin(c, args, &page))
        return NULL;
    const rt_exec *exec = engine_execution(c->api->engine, x->node.id);
    uint64_t after = page.after ? strtoull(json_str(page.after), NULL, 10) : 0;
    if (!reverse)
        events.limit = page.limit;
    store_read(c->api->store, x->node.id, reverse ? 0 : after + 1, take_event, &events, NULL);
    size_t end = events.count;
    while (reverse && after && end > 0 && events.list[end - 1]->seq >= after)
        end--;
    json_build_array(&list, end < page.limit ? end : page.limit);
    for (; shown < end && shown < page.limit; shown++) {
        const struct rt_event *e = events.list[reverse ? end - 1 - shown : shown];
        json *event = rt_event_json(exec, e);
        json_build_add(&list, bare ? rt_event_without_data(event) : event);
        last = e->seq;
    }
    json_build_object(&b, 2);
    json_build_set(&b, "events", json_build_done(&list));
    if (shown < end)
        json_build_set(&b, "nextToken",
                       page_token(c, args, json_stringf("%llu", (unsigned long long)last)));
    mem_free(events.list);
    page_clear(&page);
    return json_build_done(&b);
}

/* ---- Map Runs ---- */

struct map_run {
    const struct rt_event *started;
    const struct execution *execution;
    int64_t stop_ms; /* 0: it runs */
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
        if (r->list[i - 1].started->frame == frame)
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
            .started = e,
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
    store_read(c->api->store, x->node.id, 0, fold_map_runs, out, NULL);
    for (size_t i = 0; i < out->count; i++) {
        struct map_run *m = &out->list[i];
        m->execution = x;
        if (!m->stop_ms && x->status != RT_RUNNING) {
            m->status = "ABORTED";
            m->stop_ms = x->stop_ms;
        }
    }
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

json *list_map_runs(struct call *c)
{
    static const char args[] = "executionArn";
    const struct execution *x = execution_find(c);
    struct map_runs runs = {0};
    struct page page;
    struct json_build b, list;

    if (!x || !page_begin(c, args, &page))
        return NULL;
    read_map_runs(c, x, &runs);
    size_t i = page.after ? (size_t)strtoull(json_str(page.after), NULL, 10) : 0;
    size_t end = i + page.limit < runs.count ? i + page.limit : runs.count;
    json_build_array(&list, 0);
    for (; i < end; i++) {
        const struct map_run *m = &runs.list[i];
        struct json_build item;
        json_build_object(&item, 5);
        json_build_set(&item, "executionArn", json_ref(x->arn));
        json_build_set(&item, "mapRunArn", json_ref(m->started->data));
        json_build_set(&item, "stateMachineArn",
                       labelled_machine(c->api, json_str(m->started->data)));
        json_build_set(&item, "startDate", api_time(m->started->at_ms));
        if (m->stop_ms)
            json_build_set(&item, "stopDate", api_time(m->stop_ms));
        json_build_add(&list, json_build_done(&item));
    }
    json_build_object(&b, 2);
    json_build_set(&b, "mapRuns", json_build_done(&list));
    if (end < runs.count)
        json_build_set(&b, "nextToken", page_token(c, args, json_stringf("%zu", end)));
    mem_free(runs.list);
    page_clear(&page);
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

static json *describe(const struct map_run *m)
{
    struct json_build b;

    json_build_object(&b, 11);
    json_build_set(&b, "mapRunArn", json_ref(m->started->data));
    json_build_set(&b, "executionArn", json_ref(m->execution->arn));
    json_build_set(&b, "status", json_cstring(m->status));
    json_build_set(&b, "startDate", api_time(m->started->at_ms));
    if (m->stop_ms)
        json_build_set(&b, "stopDate", api_time(m->stop_ms));
    json_build_set(&b, "maxConcurrency", json_int(m->concurrency));
    json_build_set(&b, "toleratedFailureCount", json_int(m->tolerated));
    json_build_set(&b, "toleratedFailurePercentage", json_double(m->percentage));
    json_build_set(&b, "itemCounts", counts_of(m));
    json_build_set(&b, "executionCounts", counts_of(m));
    return json_build_done(&b);
}

/* The run's ARN names its machine, whose executions are searched. */
json *describe_map_run(struct call *c)
{
    const char *arn = call_text(c, "mapRunArn");
    struct map_runs runs = {0};
    struct arn parts;
    json *out = NULL;

    if (!arn_parse(c, arn, "mapRun", &parts))
        return NULL;
    json *name = json_string(parts.name, strcspn(parts.name, "/:"));
    json *machine = arn_make(c->api, "stateMachine", json_str(name));
    const struct machine *m = text_map_get(&c->api->machines, json_str(machine));
    for (size_t i = m ? m->execution_count : 0; i > 0 && !out; i--) {
        runs.count = 0;
        read_map_runs(c, m->executions[i - 1], &runs);
        for (size_t r = 0; r < runs.count && !out; r++)
            if (json_str_is(runs.list[r].started->data, arn))
                out = describe(&runs.list[r]);
    }
    if (!out) {
        c->extra_key = "resourceName";
        c->extra = json_cstring(arn);
        call_fail(c, "ResourceNotFound", "Resource not found: '%s'", arn);
    }
    mem_free(runs.list);
    json_unref(name);
    json_unref(machine);
    return out;
}
