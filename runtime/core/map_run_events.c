/*
 * What the events of a Map Run do. A child is kept until it has succeeded: the list of them is all
 * that a Map Run of a million items needs, beside their results. What was read ahead of the
 * children is no part of the history; the events only drop of it what they take.
 */
#include "runtime/core/map_run_events.h"

#include "parsers/base/mem.h"
#include "runtime/core/map_items.h"
#include "runtime/core/map_results.h"
#include "runtime/core/map_write.h"

#include <string.h>

/* ---- what they need ---- */

bool starts_next_child(const struct rt_group *g, const struct rt_event *e)
{
    return e->child.index == g->started && g->started < g->total;
}

static bool is_count(const json *v)
{
    return !v || json_kind(v) == JSON_INT;
}

/* What the core reads of a plan is of its type; the rest is for who reads and writes. */
static bool is_plan(const json *plan)
{
    const json *reader = json_get(plan, "reader"), *batch = json_get(plan, "batch"),
               *config = reader && json_is_object(reader) ? json_get(reader, "config") : NULL;

    if ((reader && (!json_is_object(reader) || !config || !json_is_object(config))) ||
        (batch && !json_is_object(batch)))
        return false;
    return (!config || is_count(json_get(config, "MaxItems"))) &&
           (!batch || (is_count(json_get(batch, "items")) && is_count(json_get(batch, "bytes"))));
}

/* Names are cut out of the ARN, behind as much of it as the execution's own has before its kind. */
bool fits_map_run_start(const rt_exec *x, const struct rt_frame *f, const struct rt_event *e)
{
    const json *arn = rt_exec_names(x)->arn;
    const char *own = arn ? json_str(arn) : "", *kind = own;

    if (!f->state->map.distributed || f->group->run ||
        (e->map_run.plan && (!is_plan(e->map_run.plan) || !plan_can_write(e->map_run.plan))))
        return false;
    /* The one before is the group's beginning: see writing_ref. */
    if (e->map_run.plan && json_get(e->map_run.plan, "writer") && f->seq + 1 != e->seq)
        return false;
    /* Items that are not read are the group's. */
    if (!f->group->items && !(e->map_run.plan && json_get(e->map_run.plan, "reader")))
        return false;
    for (int colons = 0; colons < 5 && kind; colons++)
        kind = (kind = strchr(kind, ':')) ? kind + 1 : NULL;
    size_t before = kind ? (size_t)(kind - own) : 0;
    return json_str_len(e->data) >= before + strlen("mapRun:") &&
           strncmp(json_str(e->data) + before, "mapRun:", strlen("mapRun:")) == 0;
}

/* A child has no items but those that there are. */
bool fits_run_child_start(const rt_exec *x, const struct rt_frame *f, const struct rt_event *e)
{
    const struct rt_group *g = f->group;
    uint64_t items = e->child.items ? e->child.items : 1;

    (void)x;
    return starts_next_child(g, e) && (g->total == RT_MANY || items == 1) &&
           (g->run->reads || items <= json_count(g->items) - g->run->taken);
}

bool fits_run_child_end(const rt_exec *x, const struct rt_frame *f, const struct rt_event *e)
{
    const struct rt_group *g = f->group;
    const struct rt_child *child = run_child(g->run, e->child.index);

    (void)x;
    /* A success has an output, and no other end has. */
    return child && child->runs && g->done < g->total && e->child.status <= RT_TIMED_OUT &&
           e->child.status != RT_SUCCEEDED && !(e->data && e->child.status);
}

bool fits_run_child_redrive(const rt_exec *x, const struct rt_frame *f, const struct rt_event *e)
{
    const struct rt_child *next = f->group->run->next_pending;

    (void)x;
    return next && next->node.id == e->child.index;
}

/* It is not known yet how many children there will be. */
bool fits_stream(const rt_exec *x, const struct rt_frame *f, const struct rt_event *e)
{
    (void)x, (void)e;
    return f->group->total == RT_MANY;
}

bool fits_waiting(const rt_exec *x, const struct rt_frame *f, const struct rt_event *e)
{
    (void)x, (void)e;
    return !f->group->run->waits;
}

bool fits_opening(const rt_exec *x, const struct rt_frame *f, const struct rt_event *e)
{
    (void)x, (void)e;
    return f->group->run->waits;
}

/* Of what was not begun the history doesn't know how much there is; nor, for a time, what of the
 * results that were lost is not written yet. */
bool fits_results(const rt_exec *x, const struct rt_frame *f, const struct rt_event *e)
{
    const struct rt_run *run = f->group->run;
    const struct rt_unwritten *u = run->results.unwritten;

    (void)x;
    return run->results.wanted && !run->results.over &&
           (run->results.lacks ||
            (uint64_t)e->results.succeeded <= unwritten_count(&u[RT_RESULTS_SUCCEEDED])) &&
           (uint64_t)e->results.failed <= unwritten_count(&u[RT_RESULTS_FAILED]) &&
           (!e->results.earlier || run->closing) &&
           (!e->results.over || run->closing || f->group->done == f->group->total);
}

bool fits_results_loss(const rt_exec *x, const struct rt_frame *f, const struct rt_event *e)
{
    (void)x, (void)e;
    return results_are_awaited(f->group->run);
}

bool fits_closing(const rt_exec *x, const struct rt_frame *f, const struct rt_event *e)
{
    const struct rt_run *run = f->group->run;

    (void)x, (void)e;
    return run->results.wanted && !run->closing && !run->results.over;
}

bool fits_failing(const rt_exec *x, const struct rt_frame *f, const struct rt_event *e)
{
    (void)x, (void)e;
    return !f->group->run->failing;
}

bool fits_unbegun(const rt_exec *x, const struct rt_frame *f, const struct rt_event *e)
{
    const struct rt_run *run = f->group->run;
    const struct rt_child *child = run_child(run, e->child.index);

    (void)x;
    return !run->closing && child && child->runs;
}

/* ---- the Map Run ---- */

static void set_tolerance(struct rt_run *run, const struct rt_event *e)
{
    const json *percentage = e->map_run.percentage;

    run->tolerated_count = e->map_run.count;
    run->tolerated_percentage = percentage ? json_double_value(percentage) : -1;
}

/* A plan without a reader or batches only says what is done with the results. */
static void start_stream(struct rt_group *g, const json *plan)
{
    struct rt_run *run = g->run;
    const json *reader = json_get(plan, "reader"),
               *config = reader ? json_get(reader, "config") : NULL,
               *most = config ? json_get(config, "MaxItems") : NULL;

    run->plan = json_ref(plan);
    run->batch = json_get(plan, "batch");
    results_begin(run);
    run->reads = reader != NULL;
    /* AWS's 0 stands for no limit. */
    if (most && json_int_value(most) > 0)
        run->most = (uint64_t)json_int_value(most);
    if (run->reads || run->batch)
        g->total = RT_MANY;
}

void apply_map_run_start(rt_exec *x, struct rt_frame *f, const struct rt_event *e)
{
    struct rt_run *run = mem_calloc(1, sizeof *run);

    run->spare_children = (struct pool){.size = sizeof(struct rt_child)};
    f->group->run = run;
    set_run_open(x, run, true);
    run->arn = json_ref(e->data);
    run->ref = e->seq;
    run->most = UINT64_MAX;
    set_tolerance(run, e);
    if (!e->map_run.plan)
        return;
    start_stream(f->group, e->map_run.plan);
    /* Results that are written are not kept besides. */
    if (run->results.wanted) {
        mem_free(f->group->results);
        f->group->results = NULL;
        f->group->results_cap = 0;
    }
}

void apply_map_run_success(rt_exec *x, struct rt_frame *f, const struct rt_event *e)
{
    f->group->joined = e->previous;
    set_run_open(x, f->group->run, false);
}

void apply_map_run_update(rt_exec *x, struct rt_frame *f, const struct rt_event *e)
{
    (void)x;
    f->group->limit = (uint32_t)e->map_run.limit;
    set_tolerance(f->group->run, e);
}

/* A child that was cut off while it ran pends like one that failed. The failures count anew. A
 * source that failed before anything was taken from it is read from its beginning. */
void apply_map_run_redrive(rt_exec *x, struct rt_frame *f, const struct rt_event *e)
{
    struct rt_group *g = f->group;
    struct rt_run *run = g->run;
    const struct rt_event cut = {.at_ms = x->cut_ms};

    g->resumed = false;
    run->waits = false;
    set_run_open(x, run, true);
    run->redrives = (uint32_t)e->redrive.number;
    run->failed = 0;
    run->pending = (uint32_t)run->children.count;
    run->next_pending = run->first;
    g->done = g->started - run->pending;
    for (struct rt_child *child = run->first; child; child = child->next) {
        if (child->runs && !child->unbegun)
            results_keep_end(run, child, &cut, RT_ABORTED);
        child->runs = false;
        child->pending = true;
    }
    forget_ahead(run);
    run->anew = run->misread;
    run->misread = run->differs = false;
    results_redo(run);
    if (g->started == 0)
        exec_replace(&run->source, NULL);
}

void apply_map_run_failure(rt_exec *x, struct rt_frame *f, const struct rt_event *e)
{
    set_run_open(x, f->group->run, false);
    f->group->run->misread = e->error.name && json_str_is(e->error.name, ASL_ITEM_READER_FAILED) &&
                             !f->group->run->differs;
}

void apply_map_run_waiting(rt_exec *x, struct rt_frame *f, const struct rt_event *e)
{
    (void)e;
    f->group->run->waits = true;
    set_run_open(x, f->group->run, false);
}

void apply_map_run_opening(rt_exec *x, struct rt_frame *f, const struct rt_event *e)
{
    (void)e;
    f->group->run->waits = false;
    set_run_open(x, f->group->run, true);
}

/* A state that is cut off takes its Map Run with it, if it has one. */
void apply_abort(rt_exec *x, struct rt_frame *f, const struct rt_event *e)
{
    (void)e;
    if (f && f->group && f->group->run)
        set_run_open(x, f->group->run, false);
}

void apply_failing(rt_exec *x, struct rt_frame *f, const struct rt_event *e)
{
    struct rt_run *run = f->group->run;

    (void)x;
    run->failing = true;
    asl_error_clear(&run->error);
    run->error = asl_error_copy(&e->error);
}

/* Its items are as good as never begun: they pend, and a redrive begins the child. Where the Map
 * Run does not wait for its end, it is cut off as all others are. */
void apply_unbegun(rt_exec *x, struct rt_frame *f, const struct rt_event *e)
{
    struct rt_run *run = f->group->run;
    struct rt_child *child = run_child(run, e->child.index);

    (void)x;
    child->unbegun = true;
    if (!run->failing)
        return;
    child->runs = false;
    child->pending = true;
    run->pending++;
}

/* A redrive that fails before it comes to the child tells of it once more. */
static void note_unsuccessful(const rt_exec *x, struct rt_group *g, struct rt_child *child,
                              const struct rt_event *e, enum rt_status status)
{
    results_keep_end(g->run, child, e, status);
    results_note(x, g, child, e, status);
}

/* What still ran was called off: it is among the failures. That is so in histories of programs that
 * had no MAP_RUN_FAILING; where there is one, none runs any more. */
void apply_closing(rt_exec *x, struct rt_frame *f, const struct rt_event *e)
{
    struct rt_run *run = f->group->run;
    const struct rt_event cut = {.at_ms = e->at_ms};

    run->failing = run->closing = true;
    asl_error_clear(&run->error);
    run->error = asl_error_copy(&e->error);
    for (struct rt_child *child = run->first; child; child = child->next) {
        if (child->runs)
            note_unsuccessful(x, f->group, child, &cut, RT_ABORTED);
        child->runs = false;
    }
}

void apply_results(rt_exec *x, struct rt_frame *f, const struct rt_event *e)
{
    struct rt_results *r = &f->group->run->results;

    results_drop_successes(x, r, e);
    unwritten_drop(&r->unwritten[RT_RESULTS_FAILED], (uint64_t)e->results.failed);
    /* Only the execution that lives has listed them. */
    unwritten_drop(&r->unwritten[RT_RESULTS_PENDING], (uint64_t)e->results.pending);
    r->pending_written += (uint64_t)e->results.pending;
    r->pending_items += (uint64_t)e->results.items;
    unwritten_drop(&f->group->run->closed.earlier, (uint64_t)e->results.earlier);
    r->earlier_written += (uint64_t)e->results.earlier;
    r->over = e->results.over != 0;
    exec_replace(&r->writer, json_ref(e->data));
}

void apply_results_loss(rt_exec *x, struct rt_frame *f, const struct rt_event *e)
{
    struct rt_results *r = &f->group->run->results;

    results_take_back(x, r, e);
    exec_replace(&r->writer, json_ref(e->data));
}

/* ---- its items ---- */

void apply_source(rt_exec *x, struct rt_frame *f, const struct rt_event *e)
{
    (void)x;
    exec_replace(&f->group->run->source, json_ref(e->data));
    f->group->run->anew = false;
}

void apply_source_differs(rt_exec *x, struct rt_frame *f, const struct rt_event *e)
{
    (void)x, (void)e;
    f->group->run->differs = true;
}

void apply_items_end(rt_exec *x, struct rt_frame *f, const struct rt_event *e)
{
    (void)x, (void)e;
    f->group->total = f->group->started;
    forget_ahead(f->group->run);
}

/* ---- its children ---- */

/* Children start in the order of their indexes. */
static void link_child(struct rt_run *run, struct rt_child *child)
{
    child->prev = run->last;
    if (run->last)
        run->last->next = child;
    else
        run->first = child;
    run->last = child;
    id_map_put(&run->children, &child->node);
}

static void drop_child(struct rt_run *run, struct rt_child *child)
{
    *(child->prev ? &child->prev->next : &run->first) = child->next;
    *(child->next ? &child->next->prev : &run->last) = child->prev;
    id_map_take(&run->children, child->node.id);
    run_free_child(run, child);
}

void apply_run_child_start(rt_exec *x, struct rt_frame *f, const struct rt_event *e)
{
    struct rt_group *g = f->group;
    struct rt_child *child = pool_take(&g->run->spare_children);

    x->parent = true;
    *child = (struct rt_child){.node = {.id = e->child.index},
                               .ref = e->seq,
                               .started_ms = e->at_ms,
                               .input = json_ref(e->data),
                               .items = e->child.items ? e->child.items : 1,
                               .runs = true};
    link_child(g->run, child);
    g->run->results.checked = g->run->results.used = true;
    g->run->taken += child->items;
    g->run->position = (uint64_t)e->child.position;
    run_drop_items(g->run, child->items);
    if (!g->run->results.wanted) {
        MEM_GROW(g->results, g->started, g->results_cap);
        g->results[g->started] = NULL;
    }
    g->started++;
}

void apply_run_child_end(rt_exec *x, struct rt_frame *f, const struct rt_event *e)
{
    struct rt_group *g = f->group;
    struct rt_child *child = run_child(g->run, e->child.index);
    enum rt_status failed = e->child.status ? (enum rt_status)e->child.status : RT_FAILED;

    if (e->data)
        results_note(x, g, child, e, RT_SUCCEEDED);
    else
        note_unsuccessful(x, g, child, e, failed);
    g->done++;
    child->runs = child->unbegun = false;
    /* Only the output tells success: a child that failed has none, and its error is not kept here.
     */
    if (e->data)
        drop_child(g->run, child);
    else
        g->run->failed += child->items;
}

void apply_run_child_redrive(rt_exec *x, struct rt_frame *f, const struct rt_event *e)
{
    struct rt_run *run = f->group->run;
    struct rt_child *child = run->next_pending;

    (void)x;
    child->pending = false;
    child->runs = true;
    run->results.checked = run->results.used = true;
    if (child->unbegun)
        child->started_ms = e->at_ms;
    else
        child->redrives++;
    child->unbegun = false;
    run->pending--;
    run->next_pending = run->pending ? child->next : NULL;
}
