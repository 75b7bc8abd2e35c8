/* What came of a case as a value, for all reporters and for other processes. */
#include "tools/test/record.h"

#include "asl/eval/model.h"
#include "parsers/base/mem.h"
#include "parsers/base/utf8.h"
#include "tools/test/replay.h"

#include <string.h>

static void record_set_text(struct json_build *b, const char *key, const char *text)
{
    if (text)
        json_build_set(b, key, json_string_mended(text, strlen(text)));
}

static void set_shared(struct json_build *b, const char *key, const json *v)
{
    if (v)
        json_build_set(b, key, json_ref(v));
}

/* A record has levels of its own around a value, and has to be read again as JSON. */
enum { LEVELS_AROUND = 8, VALUE_MOST = 1024 * 1024, VALUE_SHOWN = 1000 };

/* Sets a value of any depth and size; one that is too deep or too large becomes text that is cut.
 */
static void set_compared(struct json_build *b, const char *key, const json *v)
{
    struct buf text = {0};

    if (!v || (json_depth(v) + LEVELS_AROUND <= JSON_MAX_DEPTH && json_text_len(v) <= VALUE_MOST)) {
        set_shared(b, key, v);
        return;
    }
    json_write(&text, v);
    size_t len = utf8_cut(text.data, text.len, VALUE_SHOWN);
    if (len < text.len) {
        text.len = len;
        buf_adds(&text, " …");
    }
    json_build_set(b, key, json_string_mended(text.data, text.len));
    buf_clear(&text);
}

static void set_place(struct json_build *b, struct place at)
{
    json_build_set(b, "line", json_int(at.line));
    json_build_set(b, "column", json_int(at.column));
}

static void set_parts(struct json_build *b, const struct sentence_parts *parts)
{
    record_set_text(b, "wanted", parts->wanted);
    record_set_text(b, "was", parts->was);
}

static json *difference_value(const struct difference *d)
{
    struct json_build b = {0};

    json_build_object(&b, 8);
    record_set_text(&b, "pointer", d->pointer);
    record_set_text(&b, "text", d->text);
    set_parts(&b, &d->parts);
    set_place(&b, d->place);
    set_compared(&b, "expected", d->expected);
    set_compared(&b, "actual", d->actual);
    return json_build_done(&b);
}

static json *failure_value(const struct failure *f)
{
    struct json_build b = {0}, differences = {0};

    json_build_array(&differences, f->differences.count);
    for (size_t i = 0; i < f->differences.count; i++)
        json_build_add(&differences, difference_value(&f->differences.all[i]));
    json_build_object(&b, 10);
    record_set_text(&b, "what", f->what);
    record_set_text(&b, "text", f->text);
    set_parts(&b, &f->parts);
    set_place(&b, f->place);
    json_build_set(&b, "differences", json_build_done(&differences));
    if (f->differences.more)
        json_build_set(&b, "more", json_int((int64_t)f->differences.more));
    set_compared(&b, "expected", f->expected);
    set_compared(&b, "actual", f->actual);
    return json_build_done(&b);
}

static void begin_case_record(struct json_build *b, const struct test_case *c, const char *outcome)
{
    json_build_object(b, 12);
    record_set_text(b, "suite", c->suite->file.path);
    record_set_text(b, "case", c->name);
    set_place(b, c->place);
    record_set_text(b, "outcome", outcome);
}

static json *hits_value(const struct test_case *c, const struct case_run *r)
{
    const struct elements *e = c->suite->machine.elements;
    uint64_t *hits = mem_calloc(e->count + 1, sizeof *hits);
    struct json_build b = {0};

    if (r->trial)
        elements_count(e, r->trial, hits);
    elements_count_passed(e, &r->alone, hits);
    json_build_array(&b, e->count);
    for (size_t i = 0; i < e->count; i++)
        json_build_add(&b, json_int((int64_t)hits[i]));
    mem_free(hits);
    return json_build_done(&b);
}

/* How a case ended that expects nothing: there is nothing else to tell of it. */
static json *ending(const struct case_run *r)
{
    const json *error = result_member(r->result, "error"),
               *cause = result_member(r->result, "cause");
    struct buf text = {0};

    buf_adds(&text, json_str(result_member(r->result, "status")));
    if (error)
        buf_printf(&text, ": %s", json_str(error));
    if (cause && json_str_len(cause))
        buf_printf(&text, ": %s", json_str(cause));
    return json_take_buf(&text);
}

/* So much of a way is told, in states and bytes: a loop has hundreds, and names may be long. */
enum { BEGIN_STATES = 24, BEGIN_BYTES = 600, END_STATES = 16, END_BYTES = 400 };

/* What comes last is where it went wrong, so it is told of a long way, too. */
void record_write_way(struct buf *out, const json *way)
{
    size_t count = json_count(way), begin = 0, end = count, bytes = 0;

    while (begin < count && begin < BEGIN_STATES && bytes < BEGIN_BYTES)
        bytes += json_str_len(json_at(way, begin++));
    bytes = 0;
    while (end > begin && count - end < END_STATES && bytes < END_BYTES)
        bytes += json_str_len(json_at(way, --end));
    for (size_t i = 0; i < begin; i++)
        buf_printf(out, "%s%s", i ? " → " : "", json_str(json_at(way, i)));
    if (end > begin)
        buf_printf(out, " → … (%zu more) …", end - begin);
    for (size_t i = end; i < count; i++)
        buf_printf(out, " → %s", json_str(json_at(way, i)));
}

static bool has_controls(const char *text)
{
    size_t len = strlen(text), n;
    uint32_t cp;

    for (; len; text += n, len -= n)
        if (!(n = utf8_decode(text, len, &cp)) || utf8_controls(cp))
            return true;
    return false;
}

/* $'…' of bash, zsh and ksh, with each byte that is no plain character of ASCII as \xNN: such a
 * name is read as it was, and shown without doing anything to a terminal. */
static void write_escaped_word(struct buf *out, const char *text)
{
    buf_adds(out, "$'");
    for (; *text; text++) {
        if (*text == '\'' || *text == '\\')
            buf_printf(out, "\\%c", *text);
        else if (*text >= ' ' && *text < 0x7f)
            buf_addc(out, *text);
        else
            buf_printf(out, "\\x%02x", (unsigned)(unsigned char)*text);
    }
    buf_addc(out, '\'');
}

void record_write_quoted(struct buf *out, const char *text)
{
    if (has_controls(text)) {
        write_escaped_word(out, text);
        return;
    }
    buf_addc(out, '\'');
    for (; *text; text++) {
        if (*text == '\'')
            buf_adds(out, "'\\''");
        else
            buf_addc(out, *text);
    }
    buf_addc(out, '\'');
}

void record_write_again(struct buf *out, const char *suite, const char *name)
{
    struct buf whole = {0};

    buf_adds(out, "asl test ");
    record_write_quoted(out, suite);
    buf_adds(out, " --filter ");
    buf_printf(&whole, "=%s", name);
    record_write_quoted(out, buf_str(&whole));
    buf_clear(&whole);
}

static void set_failures(struct json_build *b, const struct failures *all)
{
    struct json_build failures = {0};

    json_build_array(&failures, all->count);
    for (size_t i = 0; i < all->count; i++)
        json_build_add(&failures, failure_value(&all->all[i]));
    json_build_set(b, "failures", json_build_done(&failures));
}

/* Whether the event only hands on, from chain to chain, what failed within. */
static bool hands_failure_on(const struct rt_event *e)
{
    return !e->state || e->kind == RT_GROUP_FAILED || e->kind == RT_ITERATION_FAILED ||
           e->kind == RT_ITERATION_ABORTED || e->kind == RT_STATE_ABORTED ||
           e->kind == RT_MAP_RUN_FAILED;
}

/* The state that made the execution fail: the way back from its end, event by event, leads to it.
 * NULL: it is not known. */
static const struct asl_state *failed_state(const trial *t)
{
    const struct trial_event *events;
    const struct rt_event *e = NULL;
    struct trial_ids ids = {0};
    size_t count = trial_events(t, &events);

    for (size_t i = 0; i < count; i++) {
        if (events[i].execution != 0)
            continue;
        trial_ids_note(&ids, &events[i].event);
        if (events[i].event.kind == RT_EXECUTION_FAILED)
            e = &events[i].event;
    }
    while (e && hands_failure_on(e))
        e = trial_ids_before(&ids, e);
    trial_ids_clear(&ids);
    return e ? e->state : NULL;
}

static void set_failed_in(struct json_build *b, const struct test_case *c, const struct case_run *r)
{
    const struct suite_machine *m = &c->suite->machine;
    const struct asl_state *s = r->trial ? failed_state(r->trial) : NULL;
    struct json_build in = {0};
    struct buf path = {0};

    if (!s)
        return;
    trial_state_path(&path, s);
    json_build_object(&in, 4);
    record_set_text(&in, "state", buf_str(&path));
    record_set_text(&in, "file", m->file);
    set_place(&in, m->elements->all[s->id].place);
    json_build_set(b, "failedIn", json_build_done(&in));
    buf_clear(&path);
}

/* So many executions of Map Runs that failed are told of; and so much of a cause. */
enum { MOST_CHILDREN = 3, CAUSE_SHOWN = 300 };

/* Why an execution of a Map Run failed: the Map's own error tells at most how many did. */
static json *failed_child(const struct rt_event *e)
{
    struct json_build b = {0};
    struct buf path = {0};
    const struct asl_error *error = &e->error;

    trial_state_path(&path, e->state);
    json_build_object(&b, 4);
    record_set_text(&b, "map", buf_str(&path));
    json_build_set(&b, "index", json_int(e->child.index));
    set_shared(&b, "error", error->name);
    if (error->cause) {
        size_t len = json_str_len(error->cause),
               n = utf8_cut(json_str(error->cause), len, CAUSE_SHOWN);
        json_build_set(&b, "cause",
                       json_stringf("%.*s%s", (int)n, json_str(error->cause), n < len ? " …" : ""));
    }
    buf_clear(&path);
    return json_build_done(&b);
}

static void set_failed_children(struct json_build *b, const trial *t)
{
    const struct trial_event *events;
    struct json_build list = {0};
    size_t count = t ? trial_events(t, &events) : 0, failed = 0;

    json_build_array(&list, MOST_CHILDREN);
    for (size_t i = 0; i < count; i++) {
        const struct rt_event *e = &events[i].event;
        if (e->kind == RT_CHILD_ENDED && !e->data && failed++ < MOST_CHILDREN)
            json_build_add(&list, failed_child(e));
    }
    json *children = json_build_done(&list);
    if (failed) {
        json_build_set(b, "failedChildren", children);
        json_build_set(b, "failedChildrenCount", json_int((int64_t)failed));
    } else {
        json_unref(children);
    }
}

json *record_of_run(const struct test_case *c, const struct case_run *r, bool coverage)
{
    struct json_build b = {0};

    begin_case_record(&b, c, r->failures.count ? "failed" : "passed");
    json_build_set(&b, "took", json_double(r->took_s));
    if (r->result) {
        set_shared(&b, "status", result_member(r->result, "status"));
        set_shared(&b, "duration", result_member(r->result, "duration"));
        if (c->mock_case)
            json_build_set(&b, "ended", ending(r));
        if (r->failures.count) {
            set_shared(&b, "path", result_member(r->result, "visits"));
            set_shared(&b, "way", result_member(r->result, "way"));
            set_failed_in(&b, c, r);
            set_failed_children(&b, r->trial);
        }
    }
    if (coverage && (r->trial || r->alone.state))
        json_build_set(&b, "hits", hits_value(c, r));
    set_shared(&b, "uses", r->uses);
    set_failures(&b, &r->failures);
    return json_build_done(&b);
}

json *record_fail_table(json *record, const struct test_case *c, const struct failures *failures)
{
    struct json_build b = {0};
    struct buf again = {0}, rows = {0};

    json_build_copy(&b, record, 2);
    json_build_set(&b, "outcome", json_cstring("failed"));
    set_failures(&b, failures);
    /* The command names all rows of the table, as one alone does not show the failure. */
    buf_printf(&rows, "%s[*", json_str(c->table->key));
    buf_adds(&again, "asl test ");
    record_write_quoted(&again, c->suite->file.path);
    buf_adds(&again, " --filter ");
    record_write_quoted(&again, buf_str(&rows));
    record_set_text(&b, "again", buf_str(&again));
    buf_clear(&rows);
    buf_clear(&again);
    json_unref(record);
    return json_build_done(&b);
}

static void begin_replay(struct json_build *b, const struct record_replay *of, struct place at,
                         bool failed)
{
    struct buf again = {0};

    json_build_object(b, 12);
    record_set_text(b, "suite", of->definition);
    record_set_text(b, "case", of->name);
    set_place(b, at);
    record_set_text(b, "outcome", failed ? "failed" : "passed");
    if (!failed)
        return;
    buf_adds(&again, "asl test --from-history ");
    record_write_quoted(&again, of->file);
    buf_addc(&again, ' ');
    record_write_quoted(&again, of->definition);
    record_set_text(b, "again", buf_str(&again));
    if (*of->with)
        record_set_text(b, "with", of->with);
    buf_clear(&again);
}

/* A history has no lines that people read: what is told stands in the definition. */
static struct place place_of_replay(const struct record_replay *of, const struct asl_state *s)
{
    const struct elements *e = of->machine->elements;

    return e->all[s ? s->id : of->machine->machine->top->start->id].place;
}

json *record_of_replay(const struct record_replay *of, struct replay *r)
{
    struct place at = place_of_replay(of, r->differs);
    struct json_build b = {0};

    begin_replay(&b, of, at, r->failures.count);
    json_build_set(&b, "took", json_double(r->took_s));
    set_shared(&b, "status", result_member(r->result, "status"));
    set_shared(&b, "duration", result_member(r->result, "duration"));
    if (r->failures.count) {
        set_shared(&b, "path", result_member(r->result, "visits"));
        set_shared(&b, "way", result_member(r->result, "way"));
    }
    for (size_t i = 0; i < r->failures.count; i++)
        failure_place(&r->failures.all[i], at);
    set_failures(&b, &r->failures);
    return json_build_done(&b);
}

json *record_of_unread(const struct record_replay *of, const char *why)
{
    struct place at = place_of_replay(of, NULL);
    struct failures failures = {0};
    struct json_build b = {0};

    failures_add(&failures, at, "history", "%s", why);
    begin_replay(&b, of, at, true);
    set_failures(&b, &failures);
    failures_clear(&failures);
    return json_build_done(&b);
}

json *record_of_broken(const struct test_case *c, const char *why)
{
    struct failures failures = {0};
    struct json_build b = {0}, list = {0};

    failures_add(&failures, c->place, "case", "%s", why);
    begin_case_record(&b, c, "failed");
    json_build_array(&list, 1);
    json_build_add(&list, failure_value(&failures.all[0]));
    json_build_set(&b, "failures", json_build_done(&list));
    failures_clear(&failures);
    return json_build_done(&b);
}

json *record_of_suite(const char *path, const struct asl_report *report)
{
    struct json_build b = {0}, list = {0};

    json_build_array(&list, report->count);
    for (size_t i = 0; i < report->count; i++) {
        const struct asl_problem *p = &report->problems[i];
        struct json_build one = {0};
        json_build_object(&one, 5);
        record_set_text(&one, "what", "suite");
        record_set_text(&one, "text", p->message);
        set_place(&one, p->place);
        json_build_set(&one, "differences", json_ref(json_empty_array()));
        json_build_add(&list, json_build_done(&one));
    }
    json_build_object(&b, 6);
    record_set_text(&b, "suite", path);
    record_set_text(&b, "case", "(the suite can't be read)");
    set_place(&b, report->count ? report->problems[0].place : (struct place){0});
    record_set_text(&b, "outcome", "failed");
    json_build_set(&b, "failures", json_build_done(&list));
    return json_build_done(&b);
}

json *record_of_skipped(const struct test_case *c)
{
    struct json_build b = {0};

    begin_case_record(&b, c, "skipped");
    set_shared(&b, "reason", c->skip);
    return json_build_done(&b);
}
