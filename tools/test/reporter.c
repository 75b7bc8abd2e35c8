/* The kinds of reports, and what they share. Each kind has a file of its own. */
#include "tools/test/reporter.h"

#include "tools/test/explore.h"
#include "tools/test/faults.h"
#include "tools/test/record.h"
#include "tools/test/reporter_impl.h"

#include <string.h>
#include <uv.h>

const struct reporter_kind *reporter_kind_find(const char *name)
{
    static const struct reporter_kind *const kinds[] = {
        &reporter_tree, &reporter_tap, &reporter_junit, &reporter_json, &reporter_github,
    };

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i]->name, name) == 0)
            return kinds[i];
    return NULL;
}

/* ---- the live line ---- */

#define WIPE "\r\033[K"
#define LIVE_NS UINT64_C(50000000)

static void reporter_clear_live(struct reporter *r)
{
    if (r->drawn)
        fputs(WIPE, r->out);
    r->drawn = false;
}

/* The line stays until the next case is told. Nobody reads it when cases follow each other fast. */
static void reporter_draw_live(struct reporter *r)
{
    uint64_t now = r->live ? uv_hrtime() : 0;

    if (!r->live || r->told == r->count || (r->told && now - r->drawn_ns < LIVE_NS))
        return;
    r->drawn_ns = now;
    fprintf(r->out, "%zu of %zu", r->told, r->count);
    if (r->failed)
        fprintf(r->out, ", %zu failed", r->failed);
    fflush(r->out);
    r->drawn = true;
}

/* ---- telling ---- */

void reporter_begin(struct reporter *r, size_t count)
{
    r->count = count;
    if (r->kind->begin)
        r->kind->begin(r);
    reporter_draw_live(r);
}

void reporter_case(struct reporter *r, const json *record)
{
    reporter_clear_live(r);
    r->told++;
    r->failed += record_is(record, "failed");
    r->kind->told(r, record);
    json_unref(r->suite);
    r->suite = json_ref(json_get(record, "suite"));
    reporter_draw_live(r);
}

void reporter_end(struct reporter *r, const struct test_summary *s)
{
    reporter_clear_live(r);
    r->kind->end(r, s);
    fflush(r->out);
    buf_clear(&r->kept);
    buf_clear(&r->done);
    json_unref(r->suite);
    r->suite = NULL;
}

/* ---- reading records ---- */

bool record_is(const json *record, const char *outcome)
{
    return json_str_is(json_get(record, "outcome"), outcome);
}

const json *record_list(const json *object, const char *member)
{
    const json *v = json_get(object, member);

    return v && json_is_array(v) ? v : json_empty_array();
}

const char *record_text(const json *object, const char *member)
{
    const json *v = json_get(object, member);

    return v && json_is_string(v) ? json_str(v) : "";
}

int64_t record_int(const json *object, const char *member)
{
    const json *v = json_get(object, member);

    return v && json_kind(v) == JSON_INT ? json_int_value(v) : 0;
}

double record_number(const json *object, const char *member)
{
    const json *v = json_get(object, member);

    return v && json_is_number(v) ? json_double_value(v) : 0;
}

bool record_begins_suite(const struct reporter *r, const json *record)
{
    return !r->suite || !json_equal(r->suite, json_get(record, "suite"));
}

/* Adds the text of a failure or difference; its parts stand where matcher.h says. */
static void paint_sentence(struct buf *out, const json *told, const struct paints *paints)
{
    static const char before[] = "expected ";
    const char *text = record_text(told, "text"), *wanted = record_text(told, "wanted");
    const char *was = record_text(told, "was");
    size_t len = strlen(text), wanted_len = strlen(wanted), was_len = strlen(was);
    size_t at = 0, end = len - was_len;

    if (wanted_len) {
        at = sizeof before - 1 + wanted_len;
        buf_printf(out, "%s%s%s%s", before, paints->wanted, wanted, paints->plain);
    }
    buf_add(out, text + at, end - at);
    if (was_len)
        buf_printf(out, "%s%s%s", paints->was, was, paints->plain);
}

static void paint_line(struct buf *out, const char *what, const json *told,
                       const struct paints *paints)
{
    buf_printf(out, "%s%s%s%s%s: ", out->len ? "\n" : "", paints->place, what,
               record_text(told, "pointer"), paints->plain);
    paint_sentence(out, told, paints);
}

void record_paint_failure(struct buf *out, const json *failure, const struct paints *paints)
{
    const json *differences = record_list(failure, "differences");
    const char *what = record_text(failure, "what");

    if (*record_text(failure, "text"))
        paint_line(out, what, failure, paints);
    for (size_t i = 0; i < json_count(differences); i++)
        paint_line(out, what, json_at(differences, i), paints);
    if (record_int(failure, "more"))
        buf_printf(out, "\n%s: %lld more differences", what,
                   (long long)record_int(failure, "more"));
}

void record_write_failure(struct buf *out, const json *failure)
{
    record_paint_failure(out, failure, &(struct paints){"", "", "", ""});
}

const json *record_place(const json *failure)
{
    const json *differences = record_list(failure, "differences");

    return json_count(differences) ? json_at(differences, 0) : failure;
}

static void record_write_repeat(struct buf *out, const json *record)
{
    if (*record_text(record, "again"))
        buf_adds(out, record_text(record, "again"));
    else
        record_write_again(out, record_text(record, "suite"), record_text(record, "case"));
    buf_adds(out, record_text(record, "with"));
}

static bool record_is_about_faults(const json *record)
{
    const json *failures = record_list(record, "failures");

    for (size_t i = 0; i < json_count(failures); i++)
        if (strcmp(record_text(json_at(failures, i), "what"), FAULTS_WHAT) != 0)
            return false;
    return json_count(failures) > 0;
}

static void begin_line(struct buf *out)
{
    if (out->len)
        buf_addc(out, '\n');
}

static void write_failed_children(struct buf *out, const json *record)
{
    const json *children = record_list(record, "failedChildren");
    size_t count = (size_t)record_int(record, "failedChildrenCount");

    for (size_t i = 0; i < json_count(children); i++) {
        const json *child = json_at(children, i);
        const char *error = record_text(child, "error"), *cause = record_text(child, "cause");
        begin_line(out);
        buf_printf(out, "%s[%lld] failed%s%s%s%s", record_text(child, "map"),
                   (long long)record_int(child, "index"), *error ? ": " : "", error,
                   *cause ? ": " : "", cause);
    }
    if (count > json_count(children)) {
        begin_line(out);
        buf_printf(out, "and %zu more executions of Map Runs", count - json_count(children));
    }
}

void record_write_context(struct buf *out, const json *record)
{
    const json *in = json_get(record, "failedIn"),
               *first = json_at(record_list(record, "failures"), 0);

    if (record_is_about_faults(record) || strcmp(record_text(first, "what"), "suite") == 0)
        return;
    /* What failed in another order has told its own way. */
    bool usual = strcmp(record_text(first, "what"), EXPLORE_WHAT) != 0;
    if (in && usual) {
        begin_line(out);
        buf_printf(out, "failed in '%s' (%s:%lld:%lld)", record_text(in, "state"),
                   record_text(in, "file"), (long long)record_int(in, "line"),
                   (long long)record_int(in, "column"));
    }
    if (usual)
        write_failed_children(out, record);
    if (usual && json_count(record_list(record, "way"))) {
        begin_line(out);
        buf_adds(out, "way: ");
        record_write_way(out, record_list(record, "way"));
    }
    begin_line(out);
    buf_adds(out, "again: ");
    record_write_repeat(out, record);
}
