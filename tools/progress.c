/*
 * The progress of one execution: a line for each state that ends, and on a terminal a last line of
 * what runs, which is wiped out before anything else is written. Only events are looked at, so
 * nothing here can change what the execution does.
 */

#include "tools/progress.h"
#include "parsers/base/buf.h"
#include "parsers/base/mem.h"
#include "parsers/base/utf8.h"
#include "tools/envelopes.h"
#include "tools/report_text.h"
#include "tools/shown.h"

#include <string.h>

enum { SHOWN_RUNNING = 4, CAUSE_WIDTH = 300, PAYLOAD_WIDTH = 100 };

/* A Map Run may have a million executions: of those that fail so many are told of each Map, and of
 * all of them together so many lines. */
enum { MOST_FAILURES = 5, MOST_CHILD_LINES = 200 };

/* How many executions of a Map have failed. */
struct failed_children {
    const struct asl_state *map;
    uint64_t count;
};

/* A state that has been entered and not left. */
struct running {
    uint64_t execution;
    uint32_t frame;
    const struct asl_state *state;
    int64_t since_ms;
    json *input;
    json *result; /* of its Task; NULL: it has none */
    bool failed;  /* its last attempt; if it leaves so, a Catcher took the error */
};

struct progress {
    FILE *out;
    bool terminal, colour;
    bool live;                       /* the last line shows what runs */
    uint64_t execution;              /* the one that is shown; others are of its Map Runs */
    bool of_child;                   /* the event that is shown now is of one of those, */
    const char *way;                 /* and for these items; "": they are not known */
    uint64_t child_lines;            /* that were shown of them, or left out */
    uint64_t children, bad_children; /* executions of Map Runs that have ended, and that failed */
    struct failed_children *failed;
    size_t failed_count, failed_cap;
    int64_t started_ms, last_ms;
    uint64_t retries;
    struct running *running;
    size_t count, cap;
    struct buf line;
};

progress *progress_new(FILE *out, uint64_t execution, const char *color)
{
    progress *p = mem_calloc(1, sizeof *p);

    p->out = out;
    p->execution = execution;
    p->terminal = terminal_is_able(out);
    p->colour = colour_wanted(out, color);
    return p;
}

static void forget_running(progress *p, struct running *r)
{
    size_t i = (size_t)(r - p->running);

    json_unref(r->input);
    json_unref(r->result);
    memmove(r, r + 1, (p->count - i - 1) * sizeof *r);
    p->count--;
}

void progress_free(progress *p)
{
    if (!p)
        return;
    while (p->count)
        forget_running(p, &p->running[p->count - 1]);
    mem_free(p->running);
    mem_free(p->failed);
    buf_clear(&p->line);
    mem_free(p);
}

/* Returns an event's time by the clock of due times, which nobody sets: durations stay right
 * when the time of day is set meanwhile. */
static int64_t progress_time_of(const struct rt_event *e)
{
    return e->at_ms + e->skew_ms;
}

/* ---- pieces of lines ---- */

static const char *paint(const progress *p, const char *code)
{
    return p->colour ? code : "";
}

#define GREEN "\033[32m"
#define RED "\033[31m"
#define YELLOW "\033[33m"
#define DIM "\033[2m"
#define PLAIN "\033[0m"

/* Two units at most; what is smaller is cut off, not rounded. */
static void add_duration(struct buf *b, int64_t ms)
{
    int64_t s = ms / 1000;

    if (ms < 1000)
        buf_printf(b, "%lld ms", (long long)ms);
    else if (s < 120)
        buf_printf(b, "%lld.%lld s", (long long)s, (long long)(ms % 1000 / 100));
    else if (s < 7200)
        buf_printf(b, "%lld min %lld s", (long long)(s / 60), (long long)(s % 60));
    else if (s < 172800)
        buf_printf(b, "%lld h %lld min", (long long)(s / 3600), (long long)(s % 3600 / 60));
    else
        buf_printf(b, "%lld days %lld h", (long long)(s / 86400), (long long)(s % 86400 / 3600));
}

/* Text on one line, cut at `width` bytes between characters. */
static void add_short(struct buf *b, const char *text, size_t len, size_t width)
{
    size_t n = utf8_cut(text, len, width);

    shown_add(b, text, n);
    if (n < len)
        buf_adds(b, "...");
}

static void add_json(struct buf *b, const json *v)
{
    json *text = json_text(v);

    add_short(b, json_str(text), json_str_len(text), PAYLOAD_WIDTH);
    json_unref(text);
}

/* Adds those members of a state's output that its input doesn't have so: most of them go through a
 * workflow from its begin to its end, and would stand in each line before what is new. */
static void add_changed(struct buf *b, const json *output, const json *input)
{
    struct json_build rest;
    struct buf text = {0};

    if (json_equal(output, input))
        return;
    if (!json_is_object(output) || !json_is_object(input)) {
        add_json(b, output);
        return;
    }
    json_build_object(&rest, json_count(output));
    for (size_t i = 0; i < json_count(output); i++) {
        const json *key = json_key_at(output, i), *was = json_get_key(input, key);
        if (!was || !json_equal(was, json_value_at(output, i)))
            json_build_set_key(&rest, json_ref(key), json_ref(json_value_at(output, i)));
    }
    json *changed = json_build_done(&rest);
    json_write(&text, changed);
    if (json_count(changed) < json_count(output)) {
        buf_adds(b, json_count(changed) ? "{..., " : "{...");
        add_short(b, text.data + 1, text.len - 1, PAYLOAD_WIDTH);
    } else {
        add_short(b, text.data, text.len, PAYLOAD_WIDTH);
    }
    json_unref(changed);
    buf_clear(&text);
}

/* Adds what a state is told by when it is left: what its Task got, without the metadata around it,
 * or else what is new in its output. */
static void add_news(struct buf *b, const struct running *r, const json *output)
{
    if (r && r->result && !r->failed) {
        json *shown = envelopes_reduced(r->result, ENVELOPES_GONE);
        add_json(b, shown);
        json_unref(shown);
    } else if (r && r->input) {
        add_changed(b, output, r->input);
    } else {
        add_json(b, output);
    }
}

static void add_error_text(struct buf *b, const struct asl_error *e)
{
    if (e->name)
        add_short(b, json_str(e->name), json_str_len(e->name), CAUSE_WIDTH);
    else
        buf_adds(b, "an error without a name");
    if (e->cause && json_str_len(e->cause)) {
        buf_adds(b, ": ");
        add_short(b, json_str(e->cause), json_str_len(e->cause), CAUSE_WIDTH);
    }
}

/* ---- the live line ---- */

static void clear_live(progress *p)
{
    if (p->live)
        fputs("\r\033[K", p->out);
    p->live = false;
}

/* The line must not reach the last column: a terminal would wrap it, and the next wiping would
 * leave its first half behind. */
static void draw_live(progress *p)
{
    enum { WIDTH = 80, LEAST = 8 };
    struct buf *b = &p->line;
    struct excerpt shown;

    if (!p->terminal || p->count == 0)
        return;
    buf_reset(b);
    buf_adds(b, "running: ");
    for (size_t i = 0; i < p->count && i < SHOWN_RUNNING; i++)
        buf_printf(b, "%s%s", i ? ", " : "", json_str(p->running[i].state->name));
    if (p->count > SHOWN_RUNNING)
        buf_printf(b, " and %zu more", p->count - SHOWN_RUNNING);
    size_t width = shown_columns(p->out, WIDTH) - 1;
    excerpt_init(&shown, b->data, b->len, 0, 0, width < LEAST ? LEAST : width);
    fprintf(p->out, "%s%s%s", paint(p, DIM), buf_str(&shown.line), paint(p, PLAIN));
    fflush(p->out);
    excerpt_clear(&shown);
    p->live = true;
}

/* ---- lines that stay ---- */

/* "12.345 s", from an hour on "2:00:00.000", from two days on "2d 03:00:00.000" */
static void add_elapsed(struct buf *b, int64_t ms)
{
    char text[48];
    long long s = ms / 1000, rest = ms % 1000;

    if (s < 3600)
        snprintf(text, sizeof text, "%lld.%03lld s", s, rest);
    else if (s < 172800)
        snprintf(text, sizeof text, "%lld:%02lld:%02lld.%03lld", s / 3600, s / 60 % 60, s % 60,
                 rest);
    else
        snprintf(text, sizeof text, "%lldd %02lld:%02lld:%02lld.%03lld", s / 86400, s / 3600 % 24,
                 s / 60 % 60, s % 60, rest);
    buf_printf(b, "%17s", text);
}

/* "   12.345 s  + Name" in the colour of its mark; of a Map Run's execution "+ Map[2]/Name", with
 * all Maps around it, as lines of several stand together. */
static void progress_begin_line(progress *p, const struct rt_event *e, const char *colour,
                                const char *mark)
{
    buf_reset(&p->line);
    buf_adds(&p->line, paint(p, DIM));
    add_elapsed(&p->line, progress_time_of(e) - p->started_ms);
    buf_printf(&p->line, "%s  %s%s ", paint(p, PLAIN), paint(p, colour), mark);
    buf_adds(&p->line, p->way);
    shown_add(&p->line, json_str(e->state->name), json_str_len(e->state->name));
    buf_adds(&p->line, paint(p, PLAIN));
}

static void progress_end_line(progress *p)
{
    if (p->of_child && p->child_lines++ >= MOST_CHILD_LINES)
        return;
    clear_live(p);
    fprintf(p->out, "%s\n", buf_str(&p->line));
}

/* Searched from the end, as states that began last tend to end first. */
static struct running *find_running(progress *p, uint64_t execution, uint32_t frame)
{
    for (size_t i = p->count; i > 0; i--)
        if (p->running[i - 1].frame == frame && p->running[i - 1].execution == execution)
            return &p->running[i - 1];
    return NULL;
}

/* A frame is in one state at a time, so what was noted of it before is over. A Fail state never
 * exits, so its line comes at once. */
static void entered(progress *p, uint64_t execution, const struct rt_event *e)
{
    struct running *old = find_running(p, execution, e->frame);

    if (old)
        forget_running(p, old);
    MEM_GROW(p->running, p->count, p->cap);
    p->running[p->count++] = (struct running){.execution = execution,
                                              .frame = e->frame,
                                              .state = e->state,
                                              .since_ms = progress_time_of(e),
                                              .input = json_ref(e->data)};
    if (e->state->type == ASL_FAIL) {
        progress_begin_line(p, e, RED, "x");
        progress_end_line(p);
    }
}

static void add_after(progress *p, int64_t took)
{
    if (took <= 0)
        return;
    buf_adds(&p->line, "  after ");
    add_duration(&p->line, took);
}

static void exited(progress *p, uint64_t execution, const struct rt_event *e)
{
    struct running *r = find_running(p, execution, e->frame);
    int64_t took = r ? progress_time_of(e) - r->since_ms : 0;
    struct buf news = {0};

    progress_begin_line(p, e, r && r->failed ? YELLOW : GREEN, "+");
    add_after(p, took);
    if (r && r->failed)
        buf_adds(&p->line, "  caught");
    add_news(&news, r, e->data);
    if (news.len)
        buf_printf(&p->line, "  %s%s%s", paint(p, DIM), buf_str(&news), paint(p, PLAIN));
    buf_clear(&news);
    progress_end_line(p);
    if (r)
        forget_running(p, r);
}

/* A sibling failed, or the whole execution ends. A state that failed itself has had its line. */
static void aborted(progress *p, uint64_t execution, const struct rt_event *e)
{
    struct running *r = find_running(p, execution, e->frame);

    if (!r)
        return;
    if (!r->failed) {
        progress_begin_line(p, e, YELLOW, "-");
        add_after(p, progress_time_of(e) - r->since_ms);
        buf_adds(&p->line, "  stopped");
        progress_end_line(p);
    }
    forget_running(p, r);
}

static void set_failed(progress *p, uint64_t execution, const struct rt_event *e, bool failed)
{
    struct running *r = find_running(p, execution, e->frame);

    if (r)
        r->failed = failed;
}

static void note_result(progress *p, uint64_t execution, const struct rt_event *e)
{
    struct running *r = find_running(p, execution, e->frame);

    if (!r)
        return;
    json_unref(r->result);
    r->result = json_ref(e->data);
}

static void progress_task_failed(progress *p, uint64_t execution, const struct rt_event *e)
{
    set_failed(p, execution, e, true);
    progress_begin_line(p, e, RED, "!");
    buf_adds(&p->line, "  ");
    add_error_text(&p->line, &e->error);
    progress_end_line(p);
}

static void later(progress *p, const struct rt_event *e, const char *what)
{
    progress_begin_line(p, e, YELLOW, "~");
    buf_printf(&p->line, "  %s ", what);
    add_duration(&p->line, e->later.due_ms - progress_time_of(e));
    progress_end_line(p);
}

static struct failed_children *failed_of(progress *p, const struct asl_state *map)
{
    for (size_t i = 0; i < p->failed_count; i++)
        if (p->failed[i].map == map)
            return &p->failed[i];
    MEM_GROW(p->failed, p->failed_count, p->failed_cap);
    p->failed[p->failed_count] = (struct failed_children){.map = map};
    return &p->failed[p->failed_count++];
}

/* "! Rows[2]  NotPaid: order 2": the index is that of the execution, from 0. These lines are
 * bounded by themselves, and never left out. */
static void show_child_failure(progress *p, const struct rt_event *e)
{
    p->children++;
    p->bad_children += !e->data;
    if (e->data || failed_of(p, e->state)->count++ >= MOST_FAILURES)
        return;
    progress_begin_line(p, e, RED, "!");
    buf_printf(&p->line, "[%u]  ", (unsigned)e->child.index);
    if (e->error.name || e->error.cause)
        add_error_text(&p->line, &e->error);
    else
        buf_adds(&p->line,
                 rt_status_name(e->child.status ? (enum rt_status)e->child.status : RT_FAILED));
    p->of_child = false;
    progress_end_line(p);
}

/* The progress doesn't tell of every kind of event, so `default` is meant: a new kind has no
 * line until it gets one. */
static void progress_show(progress *p, uint64_t execution, const struct rt_event *e)
{
    p->last_ms = progress_time_of(e);
    p->of_child = execution != p->execution;
    switch (rt_event_news(e->kind)) {
    case RT_NEWS_NONE: break;
    case RT_NEWS_STARTED:
        if (execution == p->execution)
            p->started_ms = progress_time_of(e);
        break;
    case RT_NEWS_ENTERED: entered(p, execution, e); break;
    case RT_NEWS_EXITED: exited(p, execution, e); break;
    case RT_NEWS_ABORTED: aborted(p, execution, e); break;
    case RT_NEWS_ATTEMPT: set_failed(p, execution, e, false); break;
    case RT_NEWS_RESULT: note_result(p, execution, e); break;
    case RT_NEWS_FAILED: progress_task_failed(p, execution, e); break;
    case RT_NEWS_GROUP_FAILED: set_failed(p, execution, e, true); break;
    case RT_NEWS_CHILD_ENDED: show_child_failure(p, e); break;
    case RT_NEWS_WAIT: later(p, e, "waits"); break;
    case RT_NEWS_RETRY:
        p->retries++;
        later(p, e, "tries again in");
        break;
    }
}

void progress_events(progress *p, uint64_t execution, const rt_exec *x, const char *way,
                     const struct rt_events *events)
{
    struct rt_event e;

    p->way = way;
    for (size_t i = 0; i < events->count; i++) {
        rt_events_at(events, i, &e);
        progress_show(p, execution, &e);
    }
    clear_live(p);
    if (execution != p->execution || rt_exec_status(x) == RT_RUNNING)
        draw_live(p);
}

void progress_note(progress *p, const char *line)
{
    bool live = p->live;

    clear_live(p);
    fprintf(p->out, "%s\n", line);
    if (live)
        draw_live(p);
}

/* Says what lines were left out. */
static void show_left_out(progress *p)
{
    for (size_t i = 0; i < p->failed_count; i++) {
        const struct failed_children *f = &p->failed[i];
        if (f->count <= MOST_FAILURES)
            continue;
        buf_reset(&p->line);
        shown_add(&p->line, json_str(f->map->name), json_str_len(f->map->name));
        fprintf(p->out, "%llu more executions of '%s' failed\n",
                (unsigned long long)(f->count - MOST_FAILURES), buf_str(&p->line));
    }
    if (p->child_lines > MOST_CHILD_LINES)
        fprintf(p->out, "%llu more lines of states of Map Runs are not shown\n",
                (unsigned long long)(p->child_lines - MOST_CHILD_LINES));
}

void progress_end(progress *p, const rt_exec *x)
{
    const struct asl_error *e = rt_exec_error(x);
    struct buf *b = &p->line;

    clear_live(p);
    show_left_out(p);
    buf_reset(b);
    buf_printf(b, "%s%s%s in ", paint(p, e ? RED : GREEN), rt_status_name(rt_exec_status(x)),
               paint(p, PLAIN));
    add_duration(b, p->last_ms - p->started_ms);
    buf_printf(b, ", %llu state%s", (unsigned long long)rt_exec_transitions(x),
               rt_exec_transitions(x) == 1 ? "" : "s");
    if (p->retries)
        buf_printf(b, ", %llu %s", (unsigned long long)p->retries,
                   p->retries == 1 ? "retry" : "retries");
    if (p->bad_children)
        buf_printf(b, ", %llu of %llu executions of Map Runs failed",
                   (unsigned long long)p->bad_children, (unsigned long long)p->children);
    fprintf(p->out, "%s\n", buf_str(b));
}
