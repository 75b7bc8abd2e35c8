/*
 * Map Runs. No table has them: each is folded from the history of the execution that has it, as
 * the execution itself is. The fold of the last few executions asked for is kept and goes on from
 * where it was, since a history only grows.
 */

#include "runtime/api/api_map_counts.h"

#include "asl/eval/plan.h"
#include "asl/report/quota.h"
#include "parsers/base/count.h"
#include "parsers/base/mem.h"
#include "runtime/api/api_arn.h"
#include "runtime/api/api_call.h"
#include "runtime/api/api_executions.h"
#include "runtime/api/api_members.h"
#include "runtime/api/api_operation.h"
#include "runtime/api/api_page.h"
#include "runtime/api/api_state.h"

#include <stdlib.h>
#include <string.h>

/* ---- folding ---- */

/* Frees the runs of one execution; NULL is nothing to free. */
static void free_runs(struct map_runs *r)
{
    for (size_t i = 0; r && i < r->count; i++) {
        json_unref(r->list[i].arn);
        mem_free(r->list[i].children);
    }
    if (r) {
        mem_free(r->list);
        mem_free(r->lengths);
    }
    mem_free(r);
}

void map_runs_forget(api *a)
{
    for (size_t i = 0; i < MAP_RUNS_KEPT; i++) {
        free_runs(a->map_runs.last[i]);
        a->map_runs.last[i] = NULL;
    }
}

/* Returns the last Map Run of a frame. A Map that is retried or entered again has a new one each
 * time, in the same frame. */
static struct map_run *run_of_frame(struct map_runs *r, uint32_t frame)
{
    for (size_t i = r->count; i > 0; i--)
        if (r->list[i - 1].frame == frame)
            return &r->list[i - 1];
    return NULL;
}

/* A bound for frames in a damaged history, far above what any good one has: `lengths` has a
 * place for each frame. */
enum { MOST_FRAMES = 1 << 24 };

/* A Map's length and concurrency stand in the event before its Map Run's. */
static void note_length(struct map_runs *r, const struct rt_event *e)
{
    if (e->frame > MOST_FRAMES)
        return;
    if (e->frame >= r->length_count) {
        size_t count = mem_grow(r->length_count, (size_t)e->frame + 1);
        r->lengths = mem_realloc(r->lengths, count * sizeof *r->lengths);
        memset(r->lengths + r->length_count, 0, (count - r->length_count) * sizeof *r->lengths);
        r->length_count = count;
    }
    r->lengths[e->frame].items = e->group.length;
    r->lengths[e->frame].limit = e->group.limit;
}

/* How many children may run at once, as it was asked for; the largest int, as on AWS, where nothing
 * was. Earlier versions noted the quota for all that is beyond it. */
static int64_t shown_concurrency(int64_t limit, const struct asl_number *asked)
{
    if (limit != QUOTA_DISTRIBUTED_CHILDREN || asked->path || asked->expression)
        return limit;
    return asked->value ? asked->value : INT32_MAX;
}

/* What a MAP_RUN_STARTED or MAP_RUN_UPDATED says; DescribeMapRun shows 0 where nothing is
 * tolerated. */
static int64_t tolerated_count(const struct rt_event *e)
{
    return e->map_run.count > 0 ? e->map_run.count : 0;
}

static double tolerated_percentage(const struct rt_event *e)
{
    return e->map_run.percentage ? json_double_value(e->map_run.percentage) : 0;
}

/* In a damaged history the event may come without the length before it, or with another ARN. */
static void begin_run(struct map_runs *r, const struct rt_event *e)
{
    const json *plan = e->map_run.plan;
    bool streams = plan && (json_get(plan, "reader") || json_get(plan, "batch"));

    if (e->frame >= r->length_count || !strstr(json_str(e->data), ":mapRun:"))
        return;
    MEM_GROW(r->list, r->count, r->cap);
    r->list[r->count++] = (struct map_run){
        .arn = json_ref(e->data),
        .frame = e->frame,
        .express = e->state->map.express,
        .status = "RUNNING",
        .start_ms = e->at_ms,
        .items = streams ? 0 : r->lengths[e->frame].items,
        .streams = streams,
        .writes = plan && asl_plan_bucket(plan),
        .tolerated = tolerated_count(e),
        .percentage = tolerated_percentage(e),
        .concurrency =
            shown_concurrency(r->lengths[e->frame].limit, &e->state->map.max_concurrency),
    };
}

/* A child of a damaged history may end twice, and then has its place already. */
static void queue_result(struct map_run *m, struct result_queue *q, uint32_t index)
{
    if (m->children[index].queued)
        return;
    m->children[index].queued = true;
    /* Those that are in the open file may have to be written once more. */
    if (q->filled || (q == &m->successes && m->open.executions))
        m->children[q->last].next = index;
    if (!q->filled)
        q->first = index;
    q->last = index;
    q->filled = true;
}

/* The first `count` results of the queue are in files now. */
static void take_results(struct map_run *m, struct result_queue *q, int64_t count,
                         struct map_share *written)
{
    written->executions += count;
    for (; count > 0 && q->filled; count--) {
        struct map_child *child = &m->children[q->first];
        written->items += child->items;
        child->queued = false;
        q->filled = q->first != q->last;
        q->first = child->next;
    }
}

/* What ran is stopped, and what still waits for its redrive is what it was before. */
static void stop_children(struct map_run *m)
{
    for (size_t i = 0; i < m->count; i++) {
        struct map_child *child = &m->children[i];
        if (child->state == CHILD_RUNS)
            child->state = CHILD_CUT_OFF;
        else if (child->state == CHILD_PENDS)
            child->state = child->before;
    }
}

/* Those that ran have a result as those that failed, and those of earlier attempts stand behind
 * them. What had not begun is listed first, before items that no child ever had. */
static void close_run(struct map_run *m)
{
    for (uint32_t i = 0; i < m->count; i++)
        if (m->children[i].state == CHILD_RUNS)
            queue_result(m, &m->failures, i);
    for (uint32_t i = 0; i < m->count; i++) {
        bool pends = m->children[i].state == CHILD_PENDS;
        if (pends)
            queue_result(m, &m->failures, i);
        m->listed_children += pends || m->children[i].state == CHILD_UNBEGUN;
    }
    stop_children(m);
}

/* The writer's state has an upload of the file of successes that it is writing. */
static void take_successes(struct map_run *m, const struct rt_event *e)
{
    const json *file = json_get(e->data, "SUCCEEDED");
    struct map_share taken = {0};
    uint32_t first = m->successes.first;

    take_results(m, &m->successes, e->results.succeeded, &taken);
    m->written.executions += taken.executions;
    m->written.items += taken.items;
    if (!file || !json_is_object(file) || !json_get(file, "upload")) {
        m->open = (struct map_share){0};
        return;
    }
    if (!m->open.executions)
        m->open_first = first;
    m->open.executions += taken.executions;
    m->open.items += taken.items;
}

/* They are in the queue again, before all others. */
static void lose_successes(struct map_run *m)
{
    uint32_t last = m->open_first;

    for (int64_t i = 0; i < m->open.executions && last < m->count; i++) {
        struct map_child *child = &m->children[last];
        child->queued = true;
        if (i + 1 < m->open.executions)
            last = child->next;
    }
    if (m->open.executions && last < m->count) {
        if (m->successes.filled)
            m->children[last].next = m->successes.first;
        else
            m->successes.last = last;
        m->successes.first = m->open_first;
        m->successes.filled = true;
    }
    m->written.executions -= m->open.executions;
    m->written.items -= m->open.items;
    m->open = (struct map_share){0};
}

static void note_written(struct map_run *m, const struct rt_event *e)
{
    take_successes(m, e);
    take_results(m, &m->failures, e->results.failed + e->results.earlier, &m->written_failures);
    m->listed.executions += e->results.pending + e->results.earlier;
    m->listed.items += e->results.items;
    m->listed_all = e->results.over == 1;
}

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* Programs before listed children that had failed in an earlier attempt with what pends: as all
 * such children are taken off, and `earlier` was added, both come to the same. */
struct map_share map_run_unbegun(const struct map_run *m)
{
    struct map_share listed = {larger(m->listed.executions - m->listed_children, 0),
                               m->listed.items};

    if (m->listed_all)
        return listed;
    return (struct map_share){larger(listed.executions, m->left.executions),
                              larger(listed.items, m->left.items)};
}

static void end_run(struct map_run *m, const char *status, int64_t at_ms)
{
    if (!m || m->stop_ms)
        return;
    m->status = status;
    m->stop_ms = at_ms;
    stop_children(m);
}

/* All children that did not succeed are run again, each when its turn comes. */
static void redrive_run(struct map_run *m, const struct rt_event *e)
{
    m->left = map_run_unbegun(m);
    m->listed = m->written_failures = (struct map_share){0};
    m->listed_children = 0;
    m->listed_all = false;
    take_results(m, &m->failures, INT64_MAX, &(struct map_share){0});
    m->status = "RUNNING";
    m->waits = false;
    m->stop_ms = 0;
    m->redrives = e->redrive.number;
    m->redriven_ms = e->at_ms;
    for (size_t i = 0; i < m->count; i++) {
        struct map_child *child = &m->children[i];
        if (child->state == CHILD_SUCCEEDED || child->state == CHILD_UNBEGUN)
            continue;
        child->before = child->state;
        child->state = CHILD_PENDS;
    }
}

/* A history that was damaged may tell of children that were never started. */
static void set_child(struct map_run *m, const struct rt_event *e, enum child_state state)
{
    if (e->child.index < m->count)
        m->children[e->child.index].state = state;
}

/* Programs before told of each that did not succeed as of one that failed. */
static enum child_state end_of_child(const struct rt_event *e)
{
    if (e->data)
        return CHILD_SUCCEEDED;
    return e->child.status == RT_ABORTED     ? CHILD_ABORTED
           : e->child.status == RT_TIMED_OUT ? CHILD_TIMED_OUT
                                             : CHILD_FAILED;
}

static void end_child(struct map_run *m, const struct rt_event *e)
{
    set_child(m, e, end_of_child(e));
    if (m->writes && e->child.index < m->count)
        queue_result(m, e->data ? &m->successes : &m->failures, e->child.index);
}

static void add_child(struct map_run *m, const struct rt_event *e)
{
    uint32_t items = e->child.items ? e->child.items : 1;

    MEM_GROW(m->children, m->count, m->cap);
    m->children[m->count++] =
        (struct map_child){.ref = e->seq, .state = CHILD_RUNS, .items = items};
    m->batched |= items > 1;
    if (m->streams)
        m->items += items;
    m->left.executions = larger(m->left.executions - 1, 0);
    m->left.items = larger(m->left.items - items, 0);
}

static void fold_run(struct map_run *m, const struct rt_event *e)
{
    switch ((int)e->kind) {
    case RT_CHILD_STARTED: add_child(m, e); break;
    case RT_CHILD_REDRIVEN: set_child(m, e, CHILD_RUNS); break;
    case RT_CHILD_ENDED: end_child(m, e); break;
    case RT_CHILD_UNBEGUN: set_child(m, e, CHILD_UNBEGUN); break;
    case RT_MAP_RUN_UPDATED:
        m->tolerated = tolerated_count(e);
        m->percentage = tolerated_percentage(e);
        m->concurrency = e->map_run.limit;
        break;
    case RT_MAP_RUN_WAITING: m->waits = true; break;
    case RT_MAP_RUN_OPENED: m->waits = false; break;
    case RT_ITEMS_ENDED: m->left = (struct map_share){0}; break;
    case RT_RESULTS_WRITTEN: note_written(m, e); break;
    case RT_RESULTS_LOST: lose_successes(m); break;
    case RT_MAP_RUN_CLOSING: close_run(m); break;
    case RT_MAP_RUN_REDRIVEN: redrive_run(m, e); break;
    case RT_MAP_RUN_SUCCEEDED: end_run(m, "SUCCEEDED", e->at_ms); break;
    case RT_MAP_RUN_FAILED: end_run(m, "FAILED", e->at_ms); break;
    case RT_STATE_ABORTED:
    case RT_GROUP_FAILED:
    case RT_BACKOFF: end_run(m, "ABORTED", e->at_ms); break;
    default: break;
    }
}

/* The end of an execution is an end of all its Map Runs. A group that starts in a frame is a
 * retry: it ends the run before it. */
static bool fold_event_of_run(void *user, const struct rt_event *e)
{
    struct map_runs *r = user;
    struct map_run *m = run_of_frame(r, e->frame);

    r->seq = e->seq + 1;
    switch ((int)e->kind) {
    case RT_GROUP_STARTED:
        note_length(r, e);
        end_run(m, "ABORTED", e->at_ms);
        break;
    case RT_MAP_RUN_STARTED: begin_run(r, e); break;
    case RT_EXECUTION_FAILED:
    case RT_EXECUTION_ABORTED:
    case RT_EXECUTION_TIMED_OUT:
        for (size_t i = 0; i < r->count; i++)
            end_run(&r->list[i], "ABORTED", e->at_ms);
        break;
    default:
        if (m)
            fold_run(m, e);
        break;
    }
    return true;
}

/* Returns the fold that is kept for the execution, or an empty one in place of the one that was
 * not asked for for the longest time. It moves to the front. */
static struct map_runs *kept_runs(api *a, uint64_t execution)
{
    struct map_runs *found;
    size_t i = 0;

    while (i < MAP_RUNS_KEPT - 1 &&
           (!a->map_runs.last[i] || a->map_runs.last[i]->execution != execution))
        i++;
    found = a->map_runs.last[i];
    if (!found || found->execution != execution) {
        free_runs(found);
        found = mem_calloc(1, sizeof *found);
        found->execution = execution;
    }
    memmove(a->map_runs.last + 1, a->map_runs.last, i * sizeof *a->map_runs.last);
    a->map_runs.last[0] = found;
    return found;
}

/* A history only grows: what was read of it is not read again. */
const struct map_runs *map_runs_of(api *a, uint64_t execution)
{
    struct map_runs *runs = kept_runs(a, execution);
    struct diag why = {0};

    store_read_outline(a->store, execution, runs->seq, fold_event_of_run, runs, &why);
    api_pass_damage(a, &why);
    return runs;
}

/* ---- finding ---- */

enum { MOST_SEARCHED = 100 };

struct first_child {
    uint64_t number;
    bool found;
};

static bool take_first(void *user, const struct store_listed *at)
{
    struct first_child *f = user;

    *f = (struct first_child){at->place.number, true};
    return false;
}

/*
 * The run in the history of that execution, which may have many: one for each time that a state
 * with a distributed Map was entered.
 */
static const struct map_run *in_execution(api *a, uint64_t execution, const char *arn)
{
    const struct map_runs *runs = map_runs_of(a, execution);

    for (size_t i = 0; i < runs->count; i++)
        if (json_str_is(runs->list[i].arn, arn))
            return &runs->list[i];
    return NULL;
}

struct search {
    api *api;
    const char *arn;
    uint64_t *execution;
    const struct map_run *run; /* NULL: not found yet */
    size_t looks;
};

/* Each one costs a history that is read: the search ends after a hundred. */
static bool search_execution(void *user, const struct store_listed *at)
{
    struct search *s = user;

    *s->execution = at->place.number;
    s->run = in_execution(s->api, at->place.number, s->arn);
    return !s->run && ++s->looks < MOST_SEARCHED;
}

/* The store knows whose it is, unless an earlier version has put it there: then a child that is
 * kept leads to its parent; without one, the newest executions of the machine that the ARN names
 * are searched. */
static const struct map_run *find_map_run_by_arn(api *a, const char *arn, const char *machine_arn,
                                                 uint64_t *execution)
{
    struct search s = {a, arn, execution, NULL, 0};
    const struct store_execution *row;
    struct first_child child = {0};
    struct diag why = {0};

    if (store_find_map_run(a->store, arn, execution, &why))
        return in_execution(a, *execution, arn);
    api_pass_damage(a, &why);
    store_list_executions(a->store, arn, NULL, NULL, take_first, &child, &why);
    api_pass_damage(a, &why);
    bool found = child.found && store_find(a->store, child.number, &row, &why) && row->parent.set;
    api_pass_damage(a, &why);
    if (found) {
        *execution = row->parent.execution;
        return in_execution(a, *execution, arn);
    }
    store_list_executions(a->store, machine_arn, NULL, NULL, search_execution, &s, &why);
    api_pass_damage(a, &why);
    return s.run;
}

/* The ARN has the machine's name, not its execution's: "…:mapRun:MACHINE/LABEL:UUID". */
const struct map_run *map_run_find(struct call *c, const char *arn, uint64_t *execution)
{
    struct arn parts;

    if (!arn_parse(c, arn, "mapRun", &parts))
        return NULL;
    json *name = json_string(parts.name, strcspn(parts.name, "/:"));
    json *machine = arn_make(c->api, "stateMachine", json_str(name));
    const struct map_run *found = find_map_run_by_arn(c->api, arn, json_str(machine), execution);
    json_unref(name);
    json_unref(machine);
    if (found)
        return found;
    call_fail_about(c, arn, "ResourceNotFound", "Resource not found: '%s'", arn);
    return NULL;
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

static int by_ref(const void *key, const void *element)
{
    uint64_t ref = *(const uint64_t *)key;
    const struct map_child *child = element;

    return ref < child->ref ? -1 : ref > child->ref;
}

const struct map_child *map_run_child(const struct map_run *m, uint64_t ref)
{
    return bsearch(&ref, m->children, m->count, sizeof *m->children, by_ref);
}

/* ---- ListMapRuns ---- */

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

static const struct member execution_pages_in[] = {
    ARN_MEMBER("executionArn"),
    PAGE_MEMBERS,
    {.name = NULL},
};

/* A page ends at a place in the list, which only grows. */
static json *list_map_runs(struct call *c)
{
    struct execution x;
    struct page page;
    struct json_build list;

    if (!execution_find(c, &x))
        return NULL;
    if (!page_begin(c, "executionArn", &page)) {
        execution_clear(&x);
        return NULL;
    }
    const struct map_runs *runs = map_runs_of(c->api, x.number);
    size_t i = (size_t)page_after(&page, 0);
    size_t end = i + page.limit < runs->count ? i + page.limit : runs->count;
    json_build_array(&list, 0);
    for (; i < end; i++)
        json_build_add(&list, list_item(c->api, &x, &runs->list[i]));
    json *last = end < runs->count ? page_number(end) : NULL;
    execution_clear(&x);
    return page_end(c, &page, "mapRuns", json_build_done(&list), last);
}

const struct operation list_map_runs_operation = {
    .name = "ListMapRuns",
    .run = list_map_runs,
    .in = execution_pages_in,
};

/* ---- DescribeMapRun ---- */

/* Makes DescribeMapRun's answer. Where each child has one item, itemCounts and executionCounts
 * agree. */
static json *map_run_description(struct call *c, const struct map_run *m, uint64_t number,
                                 const json *execution)
{
    struct json_build b;

    json_build_object(&b, 12);
    json_build_set(&b, "mapRunArn", json_ref(m->arn));
    json_build_set(&b, "executionArn", json_ref(execution));
    json_build_set(&b, "status", json_cstring(m->status));
    json_build_set(&b, "startDate", api_time(m->start_ms));
    if (m->stop_ms)
        json_build_set(&b, "stopDate", api_time(m->stop_ms));
    json_build_set(&b, "maxConcurrency", json_int(m->concurrency));
    json_build_set(&b, "toleratedFailureCount", json_int(m->tolerated));
    json_build_set(&b, "toleratedFailurePercentage", json_double(m->percentage));
    json_build_set(&b, "itemCounts", map_run_counts(c->api, number, m, true));
    json_build_set(&b, "executionCounts", map_run_counts(c->api, number, m, false));
    json_build_set(&b, "redriveCount", json_int(m->redrives));
    if (m->redrives)
        json_build_set(&b, "redriveDate", api_time(m->redriven_ms));
    return json_build_done(&b);
}

static const struct member map_run_in[] = {
    {.name = "mapRunArn", .required = true, .min = 1, .max = QUOTA_LONG_ARN},
    {.name = NULL},
};

/* The ARN of the execution is in its row; the Map Run itself is folded from its history. */
static json *describe_map_run(struct call *c)
{
    const char *arn = call_text(c, "mapRunArn");
    const struct store_execution *row;
    uint64_t execution;
    struct diag why = {0};
    json *out = NULL, *parent = NULL;
    const struct map_run *m = map_run_find(c, arn, &execution);

    if (!m)
        return NULL;
    if (store_find(c->api->store, execution, &row, &why))
        parent = json_ref(row->config.names.arn);
    else
        call_fail(c, "ResourceNotFound", "Resource not found: '%s'", arn);
    if (parent)
        out = map_run_description(c, m, execution, parent);
    json_unref(parent);
    api_pass_damage(c->api, &why);
    return out;
}

const struct operation describe_map_run_operation = {
    .name = "DescribeMapRun",
    .run = describe_map_run,
    .in = map_run_in,
};

/* ---- UpdateMapRun ---- */

/* Returns the members of the request that change something, and the ARN, which is always there. */
static json *changes_of(const struct call *c)
{
    static const char *const members[] = {"mapRunArn", "maxConcurrency",
                                          "toleratedFailurePercentage", "toleratedFailureCount"};
    struct json_build b;

    json_build_object(&b, 4);
    for (size_t i = 0; i < COUNT(members); i++)
        if (call_get(c, members[i]))
            json_build_set(&b, members[i], json_ref(call_get(c, members[i])));
    return json_build_done(&b);
}

static const struct member update_map_run_in[] = {
    {.name = "mapRunArn", .required = true, .min = 1, .max = QUOTA_LONG_ARN},
    {.name = "maxConcurrency", .kind = NUMBER},
    {.name = "toleratedFailurePercentage", .kind = FRACTION, .max = 100},
    {.name = "toleratedFailureCount", .kind = NUMBER},
    {.name = NULL},
};

/* The engine takes the change as an input of the execution, so that its history tells of it. */
static json *update_map_run(struct call *c)
{
    const struct map_run *m;
    uint64_t execution;
    json *changes = changes_of(c);

    if (json_count(changes) < 2)
        call_refuse(c, "MISSING_REQUIRED_PARAMETER",
                    "Either the maxConcurrency, the toleratedFailurePercentage, or the "
                    "toleratedFailureCount must be specified");
    else if ((m = map_run_find(c, call_text(c, "mapRunArn"), &execution)) && m->stop_ms)
        call_refuse(c, "CANNOT_UPDATE_COMPLETED_MAP_RUN", "The Map Run has completed: '%s'",
                    json_str(m->arn));
    if (!c->error)
        engine_update_map_run(c->api->engine, execution, changes);
    json_unref(changes);
    return c->error ? NULL : api_empty();
}

const struct operation update_map_run_operation = {
    .name = "UpdateMapRun",
    .run = update_map_run,
    .in = update_map_run_in,
};
