/*
 * Results of a Map Run. A ResultWriter gives each child's output as it is (COMPACT), the elements
 * of one that is an array (FLATTEN), or a record of the whole execution (NONE). Children that did
 * not succeed always have a record. Texts that are to be written stand in queues, by how the child
 * ended; an event tells which of them are in files, so what a crash has lost is made again.
 */
#include "runtime/core/map_results.h"

#include "asl/eval/flow.h"
#include "asl/eval/plan.h"
#include "asl/report/quota.h"
#include "parsers/base/mem.h"
#include "parsers/base/timestamp.h"
#include "runtime/core/map_run.h"

#include <string.h>

/* ---- the ResultWriter ---- */

static const json *writer_of(const json *plan)
{
    return plan ? json_get(plan, "writer") : NULL;
}

static bool writes_to_bucket(const json *writer)
{
    return json_get(writer, "resource") != NULL;
}

bool plan_can_write(const json *plan)
{
    const json *writer = writer_of(plan);

    if (!writer)
        return true;
    if (!json_is_object(writer) || !json_get(writer, "config") ||
        !json_is_object(json_get(writer, "config")))
        return false;
    return !writes_to_bucket(writer) || asl_plan_bucket(plan);
}

static bool is_set(const json *writer, const char *setting, const char *value)
{
    const json *v = json_get(json_get(writer, "config"), setting);

    return v && json_is_string(v) && json_str_is(v, value);
}

bool results_have_times(const struct rt_run *run, bool good)
{
    return run->form.records || (!good && run->results.wanted);
}

/* ---- queues ---- */

static size_t begin_of(const struct rt_unwritten *u)
{
    return u->head ? u->ends[u->head - 1] : 0;
}

size_t unwritten_count(const struct rt_unwritten *u)
{
    return u->count - u->head;
}

size_t unwritten_bytes(const struct rt_unwritten *u)
{
    return u->text.len - begin_of(u);
}

const char *unwritten_text(const struct rt_unwritten *u)
{
    return u->text.len ? u->text.data + begin_of(u) : "";
}

static void unwritten_pass(struct rt_unwritten *u, uint64_t count)
{
    u->head += count < unwritten_count(u) ? (size_t)count : unwritten_count(u);
}

/* What is written moves away when it is more than half. */
static void unwritten_forget(struct rt_unwritten *u)
{
    size_t begin = begin_of(u), left = u->text.len - begin;

    u->kept = u->head;
    if (!u->head || begin < left)
        return;
    memmove(u->text.data, u->text.data + begin, left);
    u->text.len = left;
    u->count -= u->head;
    for (size_t i = 0; i < u->count; i++)
        u->ends[i] = u->ends[u->head + i] - begin;
    u->head = u->kept = 0;
}

void unwritten_drop(struct rt_unwritten *u, uint64_t count)
{
    unwritten_pass(u, count);
    unwritten_forget(u);
}

/* The text of the last one has been added to the buffer. */
static void unwritten_end(struct rt_unwritten *u)
{
    MEM_GROW(u->ends, u->count, u->cap);
    u->ends[u->count++] = u->text.len;
}

static void unwritten_add(struct rt_unwritten *u, const json *v, bool lines)
{
    if (!lines)
        buf_addc(&u->text, ',');
    json_write(&u->text, v);
    if (lines)
        buf_addc(&u->text, '\n');
}

/* They are looked up once here, and not for each result. */
void results_begin(struct rt_run *run)
{
    const json *writer = writer_of(run->plan);

    if (!writer)
        return;
    bool written = writes_to_bucket(writer),
         as_default = written && !json_get(json_get(writer, "config"), "Transformation");
    run->results.wanted = written;
    run->form = (struct rt_form){.records = as_default || is_set(writer, "Transformation", "NONE"),
                                 .flat = is_set(writer, "Transformation", "FLATTEN"),
                                 .by_lines = is_set(writer, "OutputType", "JSONL")};
}

static void unwritten_clear(struct rt_unwritten *u)
{
    buf_clear(&u->text);
    mem_free(u->ends);
}

static void closed_clear(struct rt_closed *c)
{
    unwritten_clear(&c->earlier);
    mem_free(c->items);
    json_unref(c->unread);
    *c = (struct rt_closed){0};
}

void results_clear(struct rt_run *run)
{
    for (size_t i = 0; i < RT_RESULT_KINDS; i++)
        unwritten_clear(&run->results.unwritten[i]);
    closed_clear(&run->closed);
    json_unref(run->results.writer);
    asl_error_clear(&run->error);
}

/* ---- results that are lost ---- */

/*
 * A file of successes may be gone before it is complete, when the parts of its upload have expired.
 * What was in it is in the history, and an execution that is folded with keeps_until has it in
 * memory until that event.
 */
void results_drop_successes(const rt_exec *x, struct rt_results *r, const struct rt_event *e)
{
    struct rt_unwritten *u = &r->unwritten[RT_RESULTS_SUCCEEDED];
    const json *file = json_get(e->data, "SUCCEEDED");

    unwritten_pass(u, (uint64_t)e->results.succeeded);
    if (e->seq > x->keeps_until || !file || !json_is_object(file) || !json_get(file, "upload"))
        unwritten_forget(u);
}

void results_take_back(const rt_exec *x, struct rt_results *r, const struct rt_event *e)
{
    struct rt_unwritten *u = &r->unwritten[RT_RESULTS_SUCCEEDED];

    if (e->seq <= x->keeps_until)
        u->head = u->kept;
    else
        r->lacks = e->seq;
}

/* A child that has succeeded is not run again, so its result stays to be written. */
void results_redo(struct rt_run *run)
{
    struct rt_results *r = &run->results;

    unwritten_drop(&r->unwritten[RT_RESULTS_FAILED], UINT64_MAX);
    unwritten_drop(&r->unwritten[RT_RESULTS_PENDING], UINT64_MAX);
    r->over = r->asked = r->checked = r->used = false;
    r->pending_written = r->pending_items = r->earlier_written = 0;
    run->failing = run->closing = false;
    closed_clear(&run->closed);
    asl_error_clear(&run->error);
}

/* ---- records ---- */

static void set_text(struct json_build *b, const char *name, const char *details, const json *v)
{
    struct json_build d;

    json_build_set(b, name, json_text(v));
    json_build_object(&d, 1);
    json_build_set(&d, "Included", json_bool(true));
    json_build_set(b, details, json_build_done(&d));
}

static void set_date(struct json_build *b, const char *name, int64_t ms)
{
    struct buf text = {0};

    timestamp_write(&text, ms);
    json_build_set(b, name, json_take_buf(&text));
}

static void set_redrives(struct json_build *b, const struct rt_child *child, enum rt_status status)
{
    json_build_set(b, "RedriveCount", json_int(child->redrives));
    if (status != RT_SUCCEEDED) {
        json_build_set(b, "RedriveStatus", json_cstring("REDRIVABLE_BY_MAP_RUN"));
        return;
    }
    json_build_set(b, "RedriveStatus", json_cstring("NOT_REDRIVABLE"));
    json_build_set(b, "RedriveStatusReason",
                   json_cstring("Execution is SUCCEEDED and cannot be redriven"));
}

/* An execution as AWS writes it, its members in the order of their names. Its times are those that
 * DescribeExecution tells: its Map asks for it before it begins, and hears of its end behind that.
 */
static json *execution_record(const rt_exec *x, const struct rt_run *run,
                              const struct rt_child *child, const struct rt_event *e,
                              enum rt_status status)
{
    struct rt_names names = {0};
    struct json_build b;

    child_names(x, run->arn, child->ref, &names);
    json_build_object(&b, 16);
    if (e->error.cause)
        json_build_set(&b, "Cause", json_ref(e->error.cause));
    if (e->error.name)
        json_build_set(&b, "Error", json_ref(e->error.name));
    json_build_set(&b, "ExecutionArn", json_ref(names.arn));
    set_text(&b, "Input", "InputDetails", child->input);
    json_build_set(&b, "Name", json_ref(names.name));
    if (e->data)
        set_text(&b, "Output", "OutputDetails", e->data);
    set_redrives(&b, child, status);
    set_date(&b, "StartDate", e->child.began_ms ? e->child.began_ms : child->started_ms);
    json_build_set(&b, "StateMachineArn", json_ref(names.machine_arn));
    json_build_set(&b, "Status", json_cstring(rt_status_name(status)));
    set_date(&b, "StopDate", e->child.ended_ms ? e->child.ended_ms : e->at_ms);
    rt_names_clear(&names);
    return json_build_done(&b);
}

void results_note_pending(const rt_exec *x, struct rt_run *run, const json *input)
{
    struct rt_unwritten *u = &run->results.unwritten[RT_RESULTS_PENDING];
    struct rt_names names = {0};
    struct json_build b;

    child_names(x, run->arn, 0, &names);
    json_build_object(&b, 4);
    set_text(&b, "Input", "InputDetails", input);
    json_build_set(&b, "StateMachineArn", json_ref(names.machine_arn));
    json_build_set(&b, "Status", json_cstring("PENDING"));
    rt_names_clear(&names);
    json *record = json_build_done(&b);
    unwritten_add(u, record, run->form.by_lines);
    unwritten_end(u);
    json_unref(record);
}

/* ---- what became of a child ---- */

static void note_success(const rt_exec *x, struct rt_run *run, const struct rt_child *child,
                         const struct rt_event *e)
{
    struct rt_unwritten *u = &run->results.unwritten[RT_RESULTS_SUCCEEDED];
    bool lines = run->form.by_lines;

    if (run->form.records) {
        json *record = execution_record(x, run, child, e, RT_SUCCEEDED);
        unwritten_add(u, record, lines);
        json_unref(record);
    } else if (run->form.flat && json_is_array(e->data)) {
        for (size_t i = 0; i < json_count(e->data); i++)
            unwritten_add(u, json_at(e->data, i), lines);
    } else {
        unwritten_add(u, e->data, lines);
    }
    unwritten_end(u);
}

static void note_failure(const rt_exec *x, const struct rt_run *run, struct rt_unwritten *u,
                         const struct rt_child *child, const struct rt_event *e,
                         enum rt_status status)
{
    json *record = execution_record(x, run, child, e, status);

    unwritten_add(u, record, run->form.by_lines);
    unwritten_end(u);
    json_unref(record);
}

bool results_are_too_large(const struct rt_run *run)
{
    return run->result_bytes > QUOTA_DATA;
}

/* A result that is too large is one whatever comes: nothing can leave a part of it out, so nothing
 * of it is of use. That of FLATTEN has no brackets of its own. */
static void keep_result(const rt_exec *x, struct rt_group *g, uint32_t index, json *result)
{
    if (x->aws_limits && !results_are_too_large(g->run)) {
        size_t len = json_text_len(result);
        g->run->result_bytes += g->run->form.flat && json_is_array(result) ? len - 2 : len;
        for (uint32_t i = 0; results_are_too_large(g->run) && i < g->started; i++)
            exec_replace(&g->results[i], NULL);
    }
    if (results_are_too_large(g->run))
        json_unref(result);
    else
        g->results[index] = result;
}

void results_note(const rt_exec *x, struct rt_group *g, const struct rt_child *child,
                  const struct rt_event *e, enum rt_status status)
{
    struct rt_run *run = g->run;

    if (run->results.wanted && status == RT_SUCCEEDED)
        note_success(x, run, child, e);
    else if (run->results.wanted)
        note_failure(x, run, &run->results.unwritten[RT_RESULTS_FAILED], child, e, status);
    else if (e->data)
        keep_result(x, g, (uint32_t)child->node.id,
                    run->form.records ? execution_record(x, run, child, e, RT_SUCCEEDED)
                                      : json_ref(e->data));
}

void results_keep_end(const struct rt_run *run, struct rt_child *child, const struct rt_event *e,
                      enum rt_status status)
{
    if (!run->results.wanted)
        return;
    asl_error_clear(&child->end.error);
    child->end.error = asl_error_copy(&e->error);
    child->end.status = status;
    child->end.began_ms = e->child.began_ms ? e->child.began_ms : child->started_ms;
    child->end.ended_ms = e->child.ended_ms ? e->child.ended_ms : e->at_ms;
}

void results_note_earlier(const rt_exec *x, struct rt_run *run, const struct rt_child *child)
{
    /* A look: the child keeps the error. */
    const struct rt_event e = {
        .error = child->end.error,
        .child = {.began_ms = child->end.began_ms, .ended_ms = child->end.ended_ms}};

    note_failure(x, run, &run->closed.earlier, child, &e, child->end.status);
}

/* ---- the state's result ---- */

static json *result_in_bucket(const struct rt_run *run)
{
    struct json_build b, details;

    json_build_object(&details, 2);
    json_build_set(&details, "Bucket", json_ref(asl_plan_bucket(run->plan)));
    json_build_set(&details, "Key", asl_plan_result_key(run->plan, run->arn, "manifest.json"));
    json_build_object(&b, 2);
    json_build_set(&b, "MapRunArn", json_ref(run->arn));
    json_build_set(&b, "ResultWriterDetails", json_build_done(&details));
    return json_build_done(&b);
}

static void add_flat(struct json_build *b, const json *result)
{
    if (!json_is_array(result)) {
        json_build_add(b, json_ref(result));
        return;
    }
    for (size_t i = 0; i < json_count(result); i++)
        json_build_add(b, json_ref(json_at(result, i)));
}

/* A text of JSON Lines: nothing else could be of that form in a state's output. */
static json *lines_of(json *results)
{
    struct buf text = {0};

    for (size_t i = 0; i < json_count(results); i++) {
        json_write(&text, json_at(results, i));
        buf_adds(&text, "\n");
    }
    json_unref(results);
    return json_take_buf(&text);
}

/* A child that failed, and was tolerated, has no result. The order is that of the items, whichever
 * child ended first. */
json *results_of_group(const struct rt_group *g)
{
    const struct rt_form form = g->run ? g->run->form : (struct rt_form){0};
    struct json_build b;

    if (g->run && g->run->results.wanted)
        return result_in_bucket(g->run);
    json_build_array(&b, g->total);
    for (uint32_t i = 0; i < g->total; i++) {
        if (!g->results[i])
            continue;
        if (form.flat)
            add_flat(&b, g->results[i]);
        else
            json_build_add(&b, json_ref(g->results[i]));
    }
    json *results = json_build_done(&b);
    return form.by_lines ? lines_of(results) : results;
}
