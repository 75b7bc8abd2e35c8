#include "tests/support/play.h"

#include "parsers/base/mem.h"
#include "runtime/core/event_kinds.h"
#include "runtime/core/event_text.h"

#include <inttypes.h>
#include <string.h>

/* A task, or execution of a Map Run, that was handed out and neither answered nor taken back. */
struct in_flight {
    struct rt_command command; /* its parameters and token are owned */
    int64_t due_ms;            /* when it times out; 0: never */
    int64_t called_off_ms;     /* how long it lasts after that */
    bool unbegun;              /* of a Map Run: it waits to begin */
    json *cut_off_ok;          /* what it succeeds with when it is cut off; NULL: it doesn't */
};

/* An execution of a Map Run that was cut off, and has succeeded. */
struct outlived {
    uint64_t ref;
    int64_t ended_ms;
    json *output;
};

/* Something that will come in. */
struct coming {
    int64_t at_ms;
    uint64_t order;
    enum rt_input_kind kind;
    uint32_t frame, index;
    uint64_t ref;
    json *value;
    struct asl_error error;
    enum rt_status status;
    int64_t began_ms;
};

struct playing {
    const struct play *p;
    struct play_crash crash;
    struct played *d;
    rt_exec *x, *twin;
    struct rt_output out;
    int64_t now_ms;
    bool more, stopped, updated;
    size_t redriven;
    uint32_t ids;    /* of the last public event */
    size_t folded;   /* events that crashes made us apply again */
    size_t compared; /* about how many frames and events comparisons have looked at */
    size_t kept;     /* bytes of text that events were written as */
    size_t crashed;  /* events at the last crash: the next comes when there are more */
    struct in_flight *flights;
    size_t flight_count, flight_cap;
    struct outlived *outlived;
    size_t outlived_count, outlived_cap;
    struct coming *coming;
    size_t coming_count, coming_cap;
    uint64_t order;
    uint32_t *runs; /* of each state's task */
    size_t run_count;
    struct json_build cancelled;
    struct {
        bool begun, asked;
        bool mended;      /* what could not be read can be: the Map Run was redriven for that */
        uint64_t ref, at; /* of the next item */
    } reader;
    struct {
        bool asked, failed;
        uint64_t ref;
        size_t count;                    /* of all results */
        json *results;                   /* that were given to be written, by kind */
        struct buf out[RT_RESULT_KINDS]; /* that are */
    } writer;
};

/* Crashes cost time by the length of the history, text by that of data; no play needs more. */
enum { MOST_FOLDED = 4000000, MOST_KEPT = 1000000 };
/* Then not after each step any more. */
enum { MOST_LOOKED_AT = 2000000, STEPS_A_COMPARISON = 256 };

static bool fine(const struct playing *g)
{
    return g->d->fault.len == 0;
}

static void fault(struct playing *g, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void fault(struct playing *g, const char *format, ...)
{
    va_list args;

    if (!fine(g))
        return;
    buf_printf(&g->d->fault, "after step %zu, event %zu: ", g->d->steps, g->d->count);
    va_start(args, format);
    buf_vprintf(&g->d->fault, format, args);
    va_end(args);
}

/* ---- what is to come ---- */

static void come(struct playing *g, const struct rt_command *c, enum rt_input_kind kind,
                 int64_t after_ms, json *value, struct asl_error error)
{
    MEM_GROW(g->coming, g->coming_count, g->coming_cap);
    g->coming[g->coming_count++] =
        (struct coming){.at_ms = g->now_ms + after_ms,
                        .order = g->order++,
                        .began_ms = c->kind == RT_START_CHILD ? g->now_ms + 1 : 0,
                        .kind = kind,
                        .frame = c->frame,
                        .index = c->index,
                        .ref = c->ref,
                        .value = value,
                        .error = error};
}

/* A crash asks anew for what was to come at a certain time, and gets it no later. */
static int64_t time_until(const struct playing *g, int64_t at_ms)
{
    return at_ms > g->now_ms ? at_ms - g->now_ms : 0;
}

static void coming_clear(struct coming *c)
{
    json_unref(c->value);
    asl_error_clear(&c->error);
}

/* The first of what comes until `most_ms` and was known before `order`; NULL: none. */
static struct coming *first_coming(const struct playing *g, int64_t most_ms, uint64_t order)
{
    struct coming *best = NULL;

    for (size_t i = 0; i < g->coming_count; i++) {
        struct coming *c = &g->coming[i];
        if (c->at_ms > most_ms || c->order >= order)
            continue;
        if (!best || c->at_ms < best->at_ms || (c->at_ms == best->at_ms && c->order < best->order))
            best = c;
    }
    return best;
}

/* ---- tasks ---- */

static struct in_flight *find_flight(const struct playing *g, uint32_t frame, uint64_t ref)
{
    for (size_t i = 0; i < g->flight_count; i++)
        if (g->flights[i].command.frame == frame && g->flights[i].command.ref == ref)
            return &g->flights[i];
    return NULL;
}

static void land(struct playing *g, struct in_flight *t)
{
    json_unref(t->command.parameters);
    json_unref(t->command.token);
    json_unref(t->cut_off_ok);
    *t = g->flights[--g->flight_count];
}

static uint32_t count_run(struct playing *g, const struct asl_state *state)
{
    if (state->id >= g->run_count) {
        size_t count = (size_t)state->id + 1;
        g->runs = mem_realloc(g->runs, count * sizeof *g->runs);
        memset(g->runs + g->run_count, 0, (count - g->run_count) * sizeof *g->runs);
        g->run_count = count;
    }
    return g->runs[state->id]++;
}

static void run_task(struct playing *g, const struct rt_command *c)
{
    struct play_answer a = {.kind = PLAY_NEVER};
    bool child = c->kind != RT_RUN_TASK;

    if (find_flight(g, c->frame, c->ref))
        fault(g, "the task of %s was handed out twice", json_str(c->state->name));
    MEM_GROW(g->flights, g->flight_count, g->flight_cap);
    struct in_flight *t = &g->flights[g->flight_count++];
    *t = (struct in_flight){.command = *c, .due_ms = c->timeout_ms ? g->now_ms + c->timeout_ms : 0};
    t->command.parameters = json_ref(c->parameters);
    t->command.token = json_ref(c->token);
    t->command.map_run = NULL;
    if (!g->p->answer(g->p->user, c, count_run(g, c->state), &a)) {
        fault(g, "there is no answer for this run of the task of %s", json_str(c->state->name));
        return;
    }
    t->unbegun = a.kind == PLAY_UNBEGUN;
    t->called_off_ms = a.called_off_ms;
    t->cut_off_ok = a.cut_off_ok;
    if (!child && c->state->task.kind == ASL_ACTIVITY)
        come(g, c, RT_IN_STARTED, 0, NULL, (struct asl_error){0});
    if (a.submitted)
        come(g, c, RT_IN_SUBMITTED, a.submitted_ms, a.submitted, (struct asl_error){0});
    if (a.lost_ms)
        come(g, c, RT_IN_TASK_FAILED, a.lost_ms, NULL,
             (struct asl_error){.name = json_cstring("Lost")});
    for (size_t i = 0; i < a.beats; i++)
        come(g, c, RT_IN_HEARTBEAT, a.beats_ms[i], NULL, (struct asl_error){0});
    if (a.kind == PLAY_OK)
        come(g, c,
             child        ? RT_IN_CHILD_OK
             : a.by_token ? RT_IN_TOKEN_OK
                          : RT_IN_TASK_OK,
             a.after_ms, a.value, (struct asl_error){0});
    else if (a.kind == PLAY_FAIL)
        come(g, c,
             child        ? RT_IN_CHILD_FAILED
             : a.by_token ? RT_IN_TOKEN_FAILED
                          : RT_IN_TASK_FAILED,
             a.after_ms, NULL, a.error);
}

/* ---- reading ---- */

enum { PART_ITEMS = 2, STATE_ITEMS = 3 };
/* Where the items begin in their source: far in a large file. */
static const uint64_t far_away = UINT64_C(5) << 30;

/* The state of the reader behind the item before `at`. */
static json *state_behind(uint64_t at)
{
    struct json_build b;

    json_build_object(&b, 1);
    json_build_set(&b, "file", json_int((int64_t)((at - 1) / STATE_ITEMS)));
    return json_build_done(&b);
}

static bool source_fails(const struct playing *g)
{
    return g->p->source_fails && !g->reader.mended;
}

static json *part_of(struct playing *g)
{
    struct json_build b, items, ends;
    uint64_t count = json_count(g->p->source), from = g->reader.at, to = from;

    json_build_array(&items, PART_ITEMS);
    json_build_array(&ends, PART_ITEMS);
    for (; to < count && to < from + PART_ITEMS && to / STATE_ITEMS == from / STATE_ITEMS; to++) {
        json_build_add(&items, json_ref(json_at(g->p->source, to)));
        json_build_add(&ends, json_int((int64_t)(far_away + to + 1)));
    }
    json_build_object(&b, 7);
    json_build_set(&b, "items", json_build_done(&items));
    json_build_set(&b, "ends", json_build_done(&ends));
    json_build_set(&b, "bytes", json_int((int64_t)(to - from)));
    json_build_set(&b, "from", json_cstring("S3://bucket/key"));
    json_build_set(&b, "unit", json_cstring("byte"));
    if (to > from)
        json_build_set(&b, "state", state_behind(to));
    if (to == count && !source_fails(g))
        json_build_set(&b, "end", json_bool(true));
    g->reader.at = to;
    return json_build_done(&b);
}

/* Where it begins it is where the last child's items end. */
static void check_begin(struct playing *g, const struct rt_command *c)
{
    json *state = c->position ? state_behind(c->position - far_away) : NULL;

    if (!state != !c->source || (state && !json_equal(state, c->source)))
        fault(g, "it is to be read behind %" PRIu64 " in another state", c->position);
    json_unref(state);
}

static void read_items(struct playing *g, const struct rt_command *c)
{
    if (!g->p->source) {
        fault(g, "the case has no source to be read");
        return;
    }
    if (c->begin)
        check_begin(g, c);
    if (c->begin == g->reader.begun || g->reader.asked)
        fault(g, "a reading begins twice, goes on without beginning, or asks twice");
    if (c->begin)
        g->reader.at = c->position ? c->position - far_away : 0;
    g->reader.begun = g->reader.asked = true;
    g->reader.ref = c->ref;
    g->reader.mended |= c->anew;
    int64_t wait_ms = g->reader.at ? time_until(g, g->p->source_ms) : 0;
    if (g->reader.at == json_count(g->p->source) && source_fails(g))
        come(g, c, RT_IN_ITEMS_FAILED, time_until(g, g->p->source_fails_ms), NULL,
             asl_error_copy(g->p->source_fails));
    else
        come(g, c, RT_IN_ITEMS, wait_ms, part_of(g), (struct asl_error){0});
}

/* Of what nobody reads any more nothing comes. */
static void stop_reading(struct playing *g)
{
    g->reader.begun = g->reader.asked = false;
    for (size_t i = 0; i < g->coming_count;) {
        if (g->coming[i].kind == RT_IN_ITEMS || g->coming[i].kind == RT_IN_ITEMS_FAILED) {
            coming_clear(&g->coming[i]);
            g->coming[i] = g->coming[--g->coming_count];
        } else {
            i++;
        }
    }
}

static void cancel_reading(struct playing *g, const struct rt_command *c)
{
    if (!g->reader.begun || g->reader.ref != c->ref)
        fault(g, "a reading of %s was cancelled that there is not", json_str(c->state->name));
    stop_reading(g);
}

/* ---- writing ---- */

static size_t count_of(const json *results, size_t kind)
{
    return (size_t)json_int_value(json_get(json_at(results, kind), "count"));
}

/* The state of the writer tells how many results it has written. */
static json *written(const struct playing *g, const struct rt_command *c)
{
    struct json_build b, counts, state;
    size_t all = g->writer.count;

    json_build_array(&counts, RT_RESULT_KINDS);
    for (size_t i = 0; i < RT_RESULT_KINDS; i++) {
        json_build_add(&counts, json_int((int64_t)count_of(c->results, i)));
        all += count_of(c->results, i);
    }
    json_build_object(&state, 1);
    json_build_set(&state, "count", json_int((int64_t)all));
    json_build_object(&b, 3);
    json_build_set(&b, "state", json_build_done(&state));
    json_build_set(&b, "counts", json_build_done(&counts));
    if (c->end)
        json_build_set(&b, "over", json_bool(true));
    return json_build_done(&b);
}

/* Where results go is good, unless the case says otherwise. */
static void answer_check(struct playing *g, const struct rt_command *c)
{
    struct json_build b;

    if (c->results || c->end)
        fault(g, "where results go is looked at, and they are written at once");
    if (g->p->target_fails) {
        come(g, c, RT_IN_RESULTS_FAILED, 0, NULL, asl_error_copy(g->p->target_fails));
        return;
    }
    json_build_object(&b, 1);
    json_build_set(&b, "checked", json_bool(true));
    come(g, c, RT_IN_RESULTS, 0, json_build_done(&b), (struct asl_error){0});
}

static void write_results(struct playing *g, const struct rt_command *c)
{
    const json *known = c->source ? json_get(c->source, "count") : NULL;

    if (g->writer.asked)
        fault(g, "results are to be written twice at once");
    if ((known ? (size_t)json_int_value(known) : 0) != g->writer.count)
        fault(g, "results are to be written behind others than those that are");
    g->writer.asked = true;
    g->writer.ref = c->ref;
    json_unref(g->writer.results);
    g->writer.results = json_ref(c->results);
    if (c->begin) {
        answer_check(g, c);
        return;
    }
    if (g->p->writing_fails && (g->p->writing_fails_ms || !g->writer.failed))
        come(g, c, RT_IN_RESULTS_FAILED, time_until(g, g->p->writing_fails_ms), NULL,
             asl_error_copy(g->p->writing_fails));
    else
        come(g, c, RT_IN_RESULTS, 0, written(g, c), (struct asl_error){0});
}

/* What was given to be written is written when the answer comes. */
static void note_written(struct playing *g, const struct coming *in)
{
    g->writer.asked = false;
    if (!g->writer.results)
        return;
    g->writer.failed = g->writer.failed || in->kind == RT_IN_RESULTS_FAILED;
    for (size_t i = 0; in->kind == RT_IN_RESULTS && i < RT_RESULT_KINDS; i++) {
        const json *text = json_get(json_at(g->writer.results, i), "text");
        g->writer.count += count_of(g->writer.results, i);
        buf_add(&g->writer.out[i], json_str(text), json_str_len(text));
    }
}

static bool is_of_writing(enum rt_input_kind kind)
{
    return kind == RT_IN_RESULTS || kind == RT_IN_RESULTS_FAILED;
}

static void stop_writing(struct playing *g)
{
    g->writer.asked = false;
    for (size_t i = 0; i < g->coming_count;) {
        if (is_of_writing(g->coming[i].kind)) {
            coming_clear(&g->coming[i]);
            g->coming[i] = g->coming[--g->coming_count];
        } else {
            i++;
        }
    }
}

static void cancel_writing(struct playing *g, const struct rt_command *c)
{
    if (!g->writer.asked || g->writer.ref != c->ref)
        fault(g, "a writing of %s was cancelled that there is not", json_str(c->state->name));
    stop_writing(g);
}

static json *all_written(struct playing *g)
{
    static const char *const names[RT_RESULT_KINDS] = {"succeeded", "failed", "pending"};
    struct json_build b;

    json_build_object(&b, RT_RESULT_KINDS);
    for (size_t i = 0; i < RT_RESULT_KINDS; i++)
        json_build_set(&b, names[i], json_take_buf(&g->writer.out[i]));
    json_unref(g->writer.results);
    return json_build_done(&b);
}

/* A child that is redriven goes by the same ref; its earlier answer will never come. */
static void drop_answer(struct playing *g, const struct rt_command *c)
{
    for (size_t i = 0; c->kind == RT_CANCEL_CHILD && i < g->coming_count;) {
        if (g->coming[i].frame == c->frame && g->coming[i].ref == c->ref) {
            coming_clear(&g->coming[i]);
            g->coming[i] = g->coming[--g->coming_count];
        } else {
            i++;
        }
    }
}

static bool has_ended(const struct playing *g, const struct rt_command *c)
{
    for (size_t i = 0; i < g->coming_count; i++)
        if (g->coming[i].frame == c->frame && g->coming[i].ref == c->ref &&
            g->coming[i].at_ms <= g->now_ms)
            return true;
    return false;
}

/* Its Map waits to hear how it ends: what ended by now did so by itself. */
static void end_child(struct playing *g, const struct rt_command *c, struct in_flight *t)
{
    json_unref(t->command.parameters);
    t->command.parameters = NULL;
    t->command.kind = RT_CANCEL_CHILD;
    t->command.attempt = c->attempt;
    if (has_ended(g, c))
        return;
    drop_answer(g, c);
    come(g, c, t->unbegun ? RT_IN_CHILD_UNBEGUN : RT_IN_CHILD_FAILED, t->called_off_ms, NULL,
         (struct asl_error){0});
    g->coming[g->coming_count - 1].status = RT_ABORTED;
    g->coming[g->coming_count - 1].began_ms = 0;
}

static void cancel_task(struct playing *g, const struct rt_command *c)
{
    struct in_flight *t = find_flight(g, c->frame, c->ref);

    if (!t) {
        fault(g, "a task of %s was cancelled that does not run", json_str(c->state->name));
        return;
    }
    json_build_add(&g->cancelled, json_ref(c->state->name));
    if (c->awaited) {
        end_child(g, c, t);
        return;
    }
    if (t->cut_off_ok) {
        MEM_GROW(g->outlived, g->outlived_count, g->outlived_cap);
        g->outlived[g->outlived_count++] =
            (struct outlived){c->ref, g->now_ms, json_ref(t->cut_off_ok)};
    }
    land(g, t);
    drop_answer(g, c);
}

static bool withdraw(void *world, uint64_t ref, bool kept)
{
    const struct playing *g = world;

    (void)kept;
    for (size_t i = 0; i < g->flight_count; i++)
        if (g->flights[i].command.ref == ref)
            return g->flights[i].unbegun;
    return false;
}

static json *child_output(void *world, uint64_t ref, int64_t *began_ms, int64_t *ended_ms)
{
    const struct playing *g = world;

    for (size_t i = 0; i < g->outlived_count; i++) {
        if (g->outlived[i].ref != ref)
            continue;
        *began_ms = g->p->start_ms + 1;
        *ended_ms = g->outlived[i].ended_ms + 1;
        return json_ref(g->outlived[i].output);
    }
    return NULL;
}

static void release_task(struct playing *g, const struct rt_command *c)
{
    struct in_flight *t = find_flight(g, c->frame, c->ref);

    if (t)
        land(g, t);
    else
        fault(g, "a task of %s was released that does not run", json_str(c->state->name));
}

static void obey(struct playing *g)
{
    for (size_t i = 0; i < g->out.command_count; i++) {
        switch (g->out.commands[i].kind) {
        case RT_RUN_TASK:
        case RT_START_CHILD:
        case RT_REDRIVE_CHILD: run_task(g, &g->out.commands[i]); break;
        case RT_RELEASE_TASK: release_task(g, &g->out.commands[i]); break;
        case RT_CANCEL_TASK:
        case RT_CANCEL_CHILD: cancel_task(g, &g->out.commands[i]); break;
        case RT_READ_ITEMS: read_items(g, &g->out.commands[i]); break;
        case RT_CANCEL_READING: cancel_reading(g, &g->out.commands[i]); break;
        case RT_OPEN_MAP_RUN:
            come(g, &g->out.commands[i], RT_IN_OPEN_MAP_RUN, g->p->map_runs_from_ms - g->now_ms,
                 NULL, (struct asl_error){0});
            break;
        case RT_WRITE_RESULTS: write_results(g, &g->out.commands[i]); break;
        case RT_CANCEL_WRITING: cancel_writing(g, &g->out.commands[i]); break;
        case RT_TELL: break;
        }
    }
}

/* ---- events ---- */

/* What shares its parts may be a huge tree: too much to write or compare. */
enum { MOST_COMPARED = 1 << 20 };

/* Of what is huge the length must do. */
static bool same_value(const json *a, const json *b)
{
    if (a == b || !a || !b)
        return a == b;
    size_t len = json_text_len(a);
    return len == json_text_len(b) && (len > MOST_COMPARED || json_equal(a, b));
}

static bool same_union(const struct rt_event *a, const struct rt_event *b)
{
    const struct event_members *own = event_members_of(a->kind);

    for (const struct event_number *n = own->numbers; n->key; n++)
        if (event_number_of(a, n) != event_number_of(b, n))
            return false;
    for (const struct event_value *v = own->values; v->key; v++)
        if (!same_value(event_value_of(a, v), event_value_of(b, v)))
            return false;
    return true;
}

static bool same_event(const struct rt_event *a, const struct rt_event *b)
{
    return a->seq == b->seq && a->id == b->id && a->previous == b->previous &&
           a->at_ms == b->at_ms && a->skew_ms == b->skew_ms && a->kind == b->kind &&
           a->frame == b->frame && a->state == b->state && same_value(a->data, b->data) &&
           same_value(a->error.name, b->error.name) && same_value(a->error.cause, b->error.cause) &&
           same_value(a->error.location, b->error.location) && same_union(a, b);
}

/* ---- what must hold after a step ---- */

static void check_event(struct playing *g, const struct rt_event *e)
{
    struct played *d = g->d;
    const struct rt_event *before = d->count ? &d->events[d->count - 1] : NULL;
    const uint32_t ids = g->ids;

    if (e->seq != d->count + 1)
        fault(g, "an event has the sequence number %" PRIu64, e->seq);
    if (e->id && e->id != ids + 1)
        fault(g, "an event has the id %" PRIu32 ", and %" PRIu32 " came before it", e->id, ids);
    if (e->id ? e->previous >= e->id : e->previous > ids)
        fault(g, "event %" PRIu32 " points forward to %" PRIu32, e->id, e->previous);
    if ((e->id != 0) != (e->kind < RT_FIRST_PRIVATE))
        fault(g, "a private event has an id, or a public one has none");
    if (e->at_ms != g->now_ms || (before && before->at_ms > e->at_ms))
        fault(g, "the time runs back");
    if (e->id)
        g->ids = e->id;
}

static bool is_large(const json *v)
{
    return v && json_text_len(v) > MOST_COMPARED;
}

/* Makes one of two values that are equal, so that later comparisons needn't look into it. */
static void share_value(json **kept, json *value)
{
    json_unref(*kept);
    *kept = json_ref(value);
}

/*
 * Gives the twin the event as it is when it was kept as text and read again. Its large values are
 * compared here once, then shared: the twin has the inputs of thousands of frames from them, which
 * are compared after each step.
 */
static void apply_kept(struct playing *g, const struct rt_event *e)
{
    struct buf text = {0};
    struct rt_event kept = {0};
    struct diag why = {0};

    /* Not once more for each place of a single crash. */
    if (g->crash.first == g->crash.last || g->kept > MOST_KEPT || is_large(e->data) ||
        is_large(rt_event_extra(e))) {
        if (!rt_fits(g->twin, e))
            fault(g, "event %" PRIu64 " doesn't fit behind those before it", e->seq);
        rt_apply(g->twin, e);
        return;
    }
    rt_event_write(&text, e, NULL);
    g->kept += text.len;
    if (!rt_event_read(buf_str(&text), text.len, g->p->machine, NULL, &kept, &why)) {
        fault(g, "its text can't be read: %s: %s", why.text, buf_str(&text));
    } else {
        if (!same_event(e, &kept))
            fault(g, "an event differs once it was kept as text: %s", buf_str(&text));
        share_value(&kept.data, e->data);
        if (kept.kind == RT_GROUP_STARTED)
            share_value(&kept.group.items, e->group.items);
        if (!rt_fits(g->twin, &kept))
            fault(g, "it doesn't fit behind those before it: %s", buf_str(&text));
        rt_apply(g->twin, &kept);
        rt_event_clear(&kept);
    }
    buf_clear(&text);
    diag_clear(&why);
}

/* Takes the step's events into the history, and into the twin. */
static void take_events(struct playing *g)
{
    struct rt_events events = rt_output_events(&g->out);
    struct played *d = g->d;
    struct rt_event e;

    for (size_t i = 0; i < events.count; i++) {
        rt_events_at(&events, i, &e);
        check_event(g, &e);
        MEM_GROW(d->events, d->count, d->cap);
        d->events[d->count++] = rt_event_copy(&e);
        apply_kept(g, &e);
    }
}

/* Comparing costs as much as an execution is large: a long play is compared now and then. */
static bool is_to_be_compared(struct playing *g)
{
    g->compared += rt_exec_events(g->x);
    return g->compared < MOST_LOOKED_AT || g->d->steps % STEPS_A_COMPARISON == 0 ||
           rt_exec_status(g->x) != RT_RUNNING;
}

static void check_twin(struct playing *g, const rt_exec *twin, const char *what)
{
    struct buf why = {0};

    if (!rt_exec_same(g->x, twin, &why))
        fault(g, "%s stands elsewhere: %s", what, buf_str(&why));
    buf_clear(&why);
}

static void check_end(struct playing *g)
{
    if (rt_exec_status(g->x) == RT_RUNNING)
        return;
    if (g->flight_count)
        fault(g, "the execution has ended, and the task of %s was not cancelled",
              json_str(g->flights[0].command.state->name));
    if (rt_next_due(g->x) != INT64_MAX)
        fault(g, "the execution has ended, and a timer is due");
}

/* ---- crashes ---- */

static void check_rerun(struct playing *g, const struct rt_command *c)
{
    const struct in_flight *t = find_flight(g, c->frame, c->ref);
    const char *name = json_str(c->state->name);

    if (!t || c->kind != t->command.kind) {
        fault(g, "after a crash a task of %s runs that did not run before", name);
        return;
    }
    bool cancelled = c->kind == RT_CANCEL_CHILD;
    if (t->command.state != c->state ||
        (!cancelled && !json_equal(t->command.parameters, c->parameters)))
        fault(g, "after a crash the task of %s has other parameters", name);
    if (t->command.event_id != c->event_id || t->command.attempt != c->attempt)
        fault(g, "after a crash the task of %s is another attempt", name);
    if (!t->command.token != !c->token || (c->token && !json_equal(t->command.token, c->token)))
        fault(g, "after a crash the task of %s has another token", name);
    if (t->due_ms != (c->timeout_ms ? g->now_ms + c->timeout_ms : 0))
        fault(g, "after a crash the task of %s times out at another time", name);
}

static void crash(struct playing *g)
{
    rt_exec *again = rt_exec_new(g->p->machine, &g->p->config);

    for (size_t i = 0; i < g->d->count; i++)
        rt_apply(again, &g->d->events[i]);
    g->folded += g->d->count;
    g->crashed = g->d->count;
    check_twin(g, again, "the execution that was folded from its whole history");
    rt_exec_free(g->x);
    g->x = again;
    if (rt_exec_status(g->x) != RT_RUNNING)
        return;
    rt_resume(g->x, g->now_ms, &g->out);
    if (g->out.count)
        fault(g, "going on after a crash makes events");
    stop_reading(g);
    stop_writing(g);
    size_t tasks = 0;
    for (size_t i = 0; i < g->out.command_count; i++) {
        const struct rt_command *c = &g->out.commands[i];
        if (c->kind == RT_READ_ITEMS) {
            read_items(g, c);
        } else if (c->kind == RT_WRITE_RESULTS) {
            write_results(g, c);
        } else if (c->kind == RT_OPEN_MAP_RUN) {
            continue; /* the answer is still to come */
        } else {
            check_rerun(g, c);
            tasks++;
        }
    }
    if (tasks != g->flight_count)
        fault(g, "%zu tasks were running, %zu run after a crash", g->flight_count, tasks);
    rt_output_reset(&g->out);
    g->more = true;
}

/* ---- playing ---- */

static bool goes_on(const struct playing *g)
{
    return fine(g) && !g->d->cut && rt_exec_status(g->x) == RT_RUNNING;
}

static bool will_be_redriven(const struct playing *g)
{
    return fine(g) && !g->d->cut && rt_exec_status(g->x) != RT_SUCCEEDED &&
           g->redriven < g->p->redrives;
}

static void step(struct playing *g, struct rt_input in, bool late)
{
    struct played *d = g->d;
    bool waited = !g->more;

    if (!goes_on(g) && in.kind != RT_IN_REDRIVE)
        return;
    int64_t none = 0;

    in.now_ms = g->now_ms;
    in.map_runs = g->now_ms < g->p->map_runs_from_ms ? &none : NULL;
    in.work = g->p->work;
    in.withdraw = withdraw;
    in.child_output = child_output;
    in.world = g;
    rt_step(g->x, &in, &g->out);
    if (in.kind == RT_IN_CONTINUE || g->out.more)
        g->more = g->out.more;
    if (late && waited && g->out.count)
        fault(g, "an answer that came too late made an event");
    take_events(g);
    obey(g);
    rt_output_reset(&g->out);
    if (is_to_be_compared(g))
        check_twin(g, g->twin, "the execution that was folded from the events");
    check_end(g);
    if ((goes_on(g) || will_be_redriven(g)) && d->steps >= g->crash.first &&
        d->steps <= g->crash.last && d->count > g->crashed && g->folded < MOST_FOLDED)
        crash(g);
    d->steps++;
    d->cut = d->steps >= g->p->max_steps || d->count >= g->p->max_events;
}

static bool ends_task(enum rt_input_kind kind)
{
    return kind != RT_IN_STARTED && kind != RT_IN_SUBMITTED && kind != RT_IN_HEARTBEAT &&
           kind != RT_IN_TOKEN_OK && kind != RT_IN_TOKEN_FAILED && kind != RT_IN_ITEMS &&
           kind != RT_IN_ITEMS_FAILED && kind != RT_IN_OPEN_MAP_RUN && !is_of_writing(kind);
}

static void step_coming(struct playing *g, struct coming *c)
{
    struct coming in = *c;
    struct in_flight *t = find_flight(g, in.frame, in.ref);
    bool read = in.kind == RT_IN_ITEMS || in.kind == RT_IN_ITEMS_FAILED,
         late = !t && !read && in.kind != RT_IN_OPEN_MAP_RUN && !is_of_writing(in.kind);

    g->reader.asked = g->reader.asked && !read;
    if (is_of_writing(in.kind))
        note_written(g, &in);

    *c = g->coming[--g->coming_count];
    if (t && ends_task(in.kind))
        land(g, t);
    step(g,
         (struct rt_input){.kind = in.kind,
                           .frame = in.frame,
                           .index = in.index,
                           .ref = in.ref,
                           .value = in.value,
                           .error = &in.error,
                           .status = in.status,
                           /* It began a while after it was asked for, and is heard of later. */
                           .began_ms = in.began_ms,
                           .ended_ms = !in.began_ms             ? 0
                                       : in.at_ms > in.began_ms ? in.at_ms - 1
                                                                : in.at_ms},
         late);
    coming_clear(&in);
}

/* Changes the Map Run that was started last. */
static void update_map_run(struct playing *g)
{
    json *request = NULL;

    g->updated = true;
    for (size_t i = g->d->count; i > 0 && !request; i--)
        if (g->d->events[i - 1].kind == RT_MAP_RUN_STARTED)
            request = json_with(g->p->update, json_cstring("mapRunArn"),
                                json_ref(g->d->events[i - 1].data));
    if (!request)
        fault(g, "there is no Map Run to change");
    else
        step(g, (struct rt_input){.kind = RT_IN_UPDATE_MAP_RUN, .value = request}, false);
    json_unref(request);
}

static void redrive(struct playing *g)
{
    g->now_ms += g->p->redrive_ms[g->redriven++];
    g->more = false;
    step(g, (struct rt_input){.kind = RT_IN_REDRIVE}, false);
    if (fine(g) && g->d->count && rt_exec_redrives(g->x) != g->redriven)
        fault(g, "it can't be redriven");
}

/* As the engine's: timers, then what stopped at its budget, then what came in. False: there was
 * nothing to do. */
static bool turn(struct playing *g)
{
    const uint64_t order = g->order;
    const size_t steps = g->d->steps;
    struct coming *c;

    if (rt_next_due(g->x) <= g->now_ms)
        step(g, (struct rt_input){.kind = RT_IN_TIMER}, false);
    if (g->more)
        step(g, (struct rt_input){.kind = RT_IN_CONTINUE}, false);
    while (goes_on(g) && (c = first_coming(g, g->now_ms, order)))
        step_coming(g, c);
    if (!g->stopped && g->p->stop_ms <= g->now_ms) {
        g->stopped = true;
        step(g, (struct rt_input){.kind = RT_IN_STOP, .error = &g->p->stop}, false);
    }
    if (g->p->update && !g->updated && g->p->update_ms <= g->now_ms)
        update_map_run(g);
    return g->d->steps > steps;
}

static void next_time(struct playing *g)
{
    const struct coming *c = first_coming(g, INT64_MAX, UINT64_MAX);
    int64_t next = rt_next_due(g->x);

    if (c && c->at_ms < next)
        next = c->at_ms;
    if (!g->stopped && g->p->stop_ms < next)
        next = g->p->stop_ms;
    if (g->p->update && !g->updated && g->p->update_ms < next)
        next = g->p->update_ms;
    if (next == INT64_MAX)
        g->d->stuck = true;
    else if (next <= g->now_ms)
        fault(g, "what is due is not done");
    else
        g->now_ms = next;
}

void play_run(const struct play *p, struct play_crash crash_after, struct played *out)
{
    struct playing g = {.p = p, .crash = crash_after, .d = out, .now_ms = p->start_ms};

    *out = (struct played){0};
    g.x = rt_exec_new(p->machine, &p->config);
    g.twin = rt_exec_new(p->machine, &p->config);
    json_build_array(&g.cancelled, 0);
    step(&g, (struct rt_input){.kind = RT_IN_START, .value = p->input}, false);
    do {
        while (goes_on(&g) && !out->stuck)
            if (!turn(&g))
                next_time(&g);
        if (will_be_redriven(&g) && !out->stuck)
            redrive(&g);
    } while (goes_on(&g) && !out->stuck);
    out->x = g.x;
    out->end_ms = g.now_ms;
    out->cancelled = json_build_done(&g.cancelled);
    out->results = all_written(&g);
    rt_exec_free(g.twin);
    rt_output_clear(&g.out);
    while (g.flight_count)
        land(&g, &g.flights[0]);
    for (size_t i = 0; i < g.coming_count; i++)
        coming_clear(&g.coming[i]);
    for (size_t i = 0; i < g.outlived_count; i++)
        json_unref(g.outlived[i].output);
    mem_free(g.outlived);
    mem_free(g.flights);
    mem_free(g.coming);
    mem_free(g.runs);
}

void played_clear(struct played *d)
{
    for (size_t i = 0; i < d->count; i++)
        rt_event_clear(&d->events[i]);
    mem_free(d->events);
    rt_exec_free(d->x);
    json_unref(d->cancelled);
    json_unref(d->results);
    buf_clear(&d->fault);
    *d = (struct played){0};
}

/* ---- comparing ---- */

bool played_same(const struct played *a, const struct played *b, struct buf *why)
{
    for (size_t i = 0; i < a->count && i < b->count; i++) {
        if (same_event(&a->events[i], &b->events[i]))
            continue;
        buf_printf(why, "event %zu of the history differs: ", i + 1);
        play_line(a, i, why);
        buf_adds(why, ", ");
        play_line(b, i, why);
        return false;
    }
    if (a->cut || b->cut)
        return true;
    if (a->count != b->count)
        buf_printf(why, "%zu events, %zu events", a->count, b->count);
    else if (!json_equal(a->cancelled, b->cancelled))
        buf_adds(why, "other tasks were cancelled");
    else if (!json_equal(a->results, b->results))
        buf_adds(why, "other results were written");
    else if (a->end_ms != b->end_ms || a->stuck != b->stuck)
        buf_adds(why, "it ended at another time");
    return why->len == 0;
}

void play_line(const struct played *d, size_t event, struct buf *out)
{
    const struct rt_event *e = &d->events[event];
    const unsigned details = event_kinds[e->kind].details;
    char name[RT_EVENT_NAME];

    rt_event_name(e, name);
    buf_printf(out, "%" PRIu32 "<%" PRIu32 " %s", e->id, e->previous, name);
    if (details & DETAIL(INDEX))
        buf_printf(out, " %" PRIu32, e->child.index);
    else if (details & DETAIL(NAME))
        buf_printf(out, " %s", json_str(e->state->name));
    while (event > 0 && !d->events[event - 1].id)
        event--;
    if (event > 0 && d->events[event - 1].at_ms != e->at_ms)
        buf_printf(out, " @%.15g", (double)(e->at_ms - d->events[0].at_ms) / 1000);
}
