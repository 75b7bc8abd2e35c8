/*
 * Reading a history. Events come in pages, in either order, and are sorted by their ids first; then
 * each is put into the chain of the event before it, or one further in or out where a Map or
 * Parallel begins or ends.
 */
#include "tools/test/history.h"

#include "parsers/base/mem.h"
#include "parsers/base/text.h"
#include "parsers/base/timestamp.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_EVENTS = 1000000 };

/* ---- pages ---- */

/* Returns the end of the JSON value that begins at `at`: of an object or array where its brackets
 * close. The text may be wrong: the parser says so then. */
static size_t value_end(const char *text, size_t len, size_t at)
{
    size_t depth = 0;
    bool quoted = false;

    for (; at < len; at++) {
        char c = text[at];
        if (quoted) {
            at += c == '\\';
            quoted = c != '"';
            continue;
        }
        quoted = c == '"';
        depth += c == '{' || c == '[';
        if ((c == '}' || c == ']') && (depth == 0 || --depth == 0))
            return at + 1;
    }
    return len;
}

/* Says why the history can't be read. Returns false, for the callers' answers. */
static bool refuse(struct diag *why, const char *text)
{
    diag_set(why, "HISTORY", 0, "%s", text);
    return false;
}

/* The events of one page: of {"events": […]}, or of a list. */
static const json *page_events(const json *page)
{
    const json *events = json_is_object(page) ? json_get(page, "events") : page;

    return events && json_is_array(events) ? events : NULL;
}

/*
 * Reads one page or several, which stand one after the other with blanks or nothing between them,
 * as `aws stepfunctions get-execution-history` leaves them when its output is appended to a file.
 */
static json *read_pages(const char *text, size_t len, struct diag *why)
{
    struct json_build pages = {0};
    size_t at = text_skip_json_blanks(text, len, 0);

    json_build_array(&pages, 1);
    do {
        size_t end = value_end(text, len, at);
        json *page = json_parse(text + at, end - at, JSON_READ_SURROGATES, why);
        bool good = page && page_events(page);
        if (page && !good)
            refuse(why, "this is no answer of get-execution-history: it has no list 'events'");
        if (page)
            json_build_add(&pages, page);
        if (!good) {
            json_build_drop(&pages);
            return NULL;
        }
        at = text_skip_json_blanks(text, len, end);
    } while (at < len);
    return json_build_done(&pages);
}

/* ---- events ---- */

/*
 * A number that is missing or no integer is 0, which no event has as its id: AWS writes 0 where an
 * event has none before it.
 */
static int64_t member_int(const json *object, const char *member)
{
    const json *v = json_get(object, member);

    return v && json_kind(v) == JSON_INT ? json_int_value(v) : 0;
}

/* Seconds since 1970, or text. */
static bool history_read_time(const json *v, int64_t *ms)
{
    struct timestamp t;

    if (v && json_is_number(v) && json_double_value(v) > -1e12 && json_double_value(v) < 1e12) {
        *ms = (int64_t)(json_double_value(v) * 1e3 + 0.5);
        return true;
    }
    if (!v || !json_is_string(v) || !timestamp_parse(json_str(v), json_str_len(v), &t))
        return false;
    *ms = t.ms;
    return true;
}

/*
 * Each kind of event has its details under a name of its own: taskScheduledEventDetails, for
 * example. An event without any has an empty object, so that callers needn't ask.
 */
static const json *event_details_of(const json *event)
{
    for (size_t i = 0; i < json_count(event); i++)
        if (json_str_ends(json_key_at(event, i), "EventDetails") &&
            json_is_object(json_value_at(event, i)))
            return json_value_at(event, i);
    return json_empty_object();
}

static bool read_history_event(const json *event, struct history_event *out, struct diag *why)
{
    const json *type = json_get(event, "type");

    *out = (struct history_event){.id = member_int(event, "id"),
                                  .previous = member_int(event, "previousEventId"),
                                  .details = event_details_of(event),
                                  .call = SIZE_MAX};
    if (!type || !json_is_string(type) || out->id <= 0)
        return refuse(why, "an event has no 'id' or no 'type'");
    out->type = json_str(type);
    if (history_read_time(json_get(event, "timestamp"), &out->at_ms))
        return true;
    diag_set(why, "HISTORY", 0, "event %lld has no timestamp", (long long)out->id);
    return false;
}

static int by_id(const void *a, const void *b)
{
    const struct history_event *x = a, *y = b;

    return (x->id > y->id) - (x->id < y->id);
}

/*
 * The pages may come with the latest event first, so events are put in order here. All must be
 * there: chains are found by the ids of the events before.
 */
static bool take_events(struct history *h, struct diag *why)
{
    size_t room = 0;

    for (size_t i = 0; i < json_count(h->docs); i++)
        room += json_count(page_events(json_at(h->docs, i)));
    if (room == 0 || room > MOST_EVENTS)
        return refuse(why, room ? "it has too many events" : "it has no event");
    h->events = mem_calloc(room, sizeof *h->events);
    for (size_t i = 0; i < json_count(h->docs); i++) {
        const json *events = page_events(json_at(h->docs, i));
        for (size_t k = 0; k < json_count(events); k++)
            if (!read_history_event(json_at(events, k), &h->events[h->count++], why))
                return false;
    }
    qsort(h->events, h->count, sizeof *h->events, by_id);
    for (size_t i = 0; i < h->count; i++) {
        if (h->events[i].id == (int64_t)i + 1)
            continue;
        diag_set(why, "HISTORY", 0, "event %zu %s: all pages are needed, each once", i + 1,
                 h->events[i].id <= (int64_t)i ? "is there twice" : "is missing");
        return false;
    }
    return true;
}

/* ---- chains ---- */

/*
 * A chain is the events of one run through a scope: of the whole execution, a branch, or an
 * iteration. It lives as long as the history does.
 */
static struct history_chain *add_chain(struct history *h, struct history_chain *up,
                                       const json *group)
{
    struct history_chain *c = arena_alloc(&h->arena, sizeof *c);

    c->up = up;
    c->group = group;
    MEM_GROW(h->chains, h->chain_count, h->chain_cap);
    h->chains[h->chain_count++] = c;
    return c;
}

/* Adds the name of an iteration's chain (`branch` NULL), or a branch's. */
static void write_chain_name(struct buf *out, const struct history_chain *up, const json *group,
                             int64_t index, const json *branch)
{
    buf_printf(out, "%s%s%s", up->name, *up->name ? "/" : "", json_str(group));
    if (branch)
        buf_printf(out, ":%s", json_str(branch));
    else
        buf_printf(out, "[%lld]", (long long)index);
}

/* The chain of an iteration (`branch` NULL) or branch, which may have run before. */
static struct history_chain *inner_chain(struct history *h, struct history_chain *up,
                                         const json *group, int64_t index, const json *branch)
{
    struct buf name = {0};

    write_chain_name(&name, up, group, index, branch);
    struct history_chain *c = text_map_get(&h->by_name, buf_str(&name));
    if (!c) {
        c = add_chain(h, up, group);
        c->item = !branch;
        c->index = index;
        c->branch = branch;
        c->name = arena_strndup(&h->arena, buf_str(&name), name.len);
        text_map_put(&h->by_name, c->name, c);
    }
    buf_clear(&name);
    return c;
}

/* The name of a state, or of the Map of an iteration. */
static const json *name_in_event(const struct history_event *e)
{
    const json *name = json_get(e->details, "name");

    return name && json_is_string(name) ? name : NULL;
}

static bool history_is_type(const struct history_event *e, const char *type)
{
    return e && strcmp(e->type, type) == 0;
}

static bool begins(const struct history_event *e, const char *head)
{
    return e && text_begins_with(e->type, head);
}

static bool event_ends_in(const struct history_event *e, const char *tail)
{
    return e && text_ends_with(e->type, tail);
}

/* The chain, from `c` outwards, that is in the Map or Parallel with that name. NULL: none is. */
static struct history_chain *chain_around(struct history_chain *c, const json *name)
{
    while (c && !(c->open && json_equal(c->open, name)))
        c = c->up;
    return c;
}

/* All events of iterations name the Map and the item, but come after any event within. */
static void place_iteration(struct history *h, struct history_event *e,
                            const struct history_event *before)
{
    const json *name = name_in_event(e) ? name_in_event(e) : before->state;
    struct history_chain *up = name ? chain_around(before->chain, name) : NULL;

    e->chain = before->chain;
    e->state = name;
    if (up)
        e->chain = inner_chain(h, up, name, member_int(e->details, "index"), NULL);
}

/* Events of a Map or Parallel as a whole name nothing, and may come after any event within: they
 * are of the innermost one of their type around that, which has not failed by then. */
static void place_group(struct history *h, struct history_event *e,
                        const struct history_event *before)
{
    bool map = begins(e, "Map"), again = event_ends_in(e, "Started");
    struct history_chain *c = before->chain;

    while (c && !(c->open && c->open_map == map && (!c->failed || again)))
        c = c->up;
    if (!c)
        return;
    e->chain = c;
    e->state = c->open;
    c->failed = event_ends_in(e, "Failed");
    if (!c->failed)
        return;
    for (size_t i = 0; i < h->chain_count; i++)
        if (h->chains[i]->up == c && json_equal(h->chains[i]->group, c->open))
            h->chains[i]->cut = true;
}

/*
 * An entered Map or Parallel is open in its chain until it is exited: what begins within finds by
 * that where it belongs. The exit may come after an event of an inner chain, and goes back to the
 * chain that the group is open in.
 */
static void place_state(struct history *h, struct history_event *e,
                        const struct history_event *before)
{
    bool map = begins(e, "MapState"), group = map || begins(e, "ParallelState");
    struct history_chain *around = group && event_ends_in(e, "StateExited") && e->state
                                       ? chain_around(e->chain, e->state)
                                       : NULL;

    if (around) {
        e->chain = around;
        around->open = NULL;
    }
    if (!event_ends_in(e, "StateEntered"))
        return;
    if (history_is_type(before, "ParallelStateStarted") && before->state && e->state)
        e->chain = inner_chain(h, before->chain, before->state, 0, e->state);
    e->chain->open = group ? e->state : NULL;
    e->chain->open_map = map;
    e->chain->failed = false;
}

/* The event that `e` comes after. AWS names none (0) for the first state, and for some that tell of
 * failures, which then come after the one before them. NULL: there is none. */
static const struct history_event *event_before(const struct history *h,
                                                const struct history_event *e)
{
    int64_t id = e->previous;

    if (id <= 0 && !event_ends_in(e, "StateEntered"))
        id = e->id - 1;
    return id > 0 && id < e->id ? &h->events[id - 1] : NULL;
}

/* A redrive goes on in what had failed, and in what that had cut off. */
static void take_failures_back(struct history *h)
{
    for (size_t i = 0; i < h->chain_count; i++)
        h->chains[i]->failed = h->chains[i]->cut = false;
}

/*
 * A kind of event that isn't known stays in the chain of the event before it, so that a history
 * with events of a later AWS can still be read.
 */
static void place_event(struct history *h, struct history_event *e)
{
    static const char *const of_groups[] = {"MapStateStarted",        "MapStateSucceeded",
                                            "MapStateFailed",         "ParallelStateStarted",
                                            "ParallelStateSucceeded", "ParallelStateFailed"};
    const struct history_event *before = event_before(h, e);

    e->chain = h->chains[0];
    if (history_is_type(e, "ExecutionRedriven"))
        take_failures_back(h);
    if (begins(e, "Execution"))
        return;
    for (size_t i = 0; before && i < sizeof of_groups / sizeof *of_groups; i++) {
        if (history_is_type(e, of_groups[i])) {
            place_group(h, e, before);
            return;
        }
    }
    if (before && begins(e, "MapIteration")) {
        place_iteration(h, e, before);
        return;
    }
    if (before) {
        e->chain = before->chain;
        e->state = before->state;
    }
    if (!event_ends_in(e, "StateEntered") && !event_ends_in(e, "StateExited"))
        return;
    e->state = name_in_event(e) ? name_in_event(e) : e->state;
    place_state(h, e, before);
}

/*
 * What is within an iteration that was cut short was cut short, too; outer chains stand before
 * inner ones.
 */
static void place_events(struct history *h)
{
    add_chain(h, NULL, NULL)->name = arena_strndup(&h->arena, "", 0);
    for (size_t i = 0; i < h->count; i++) {
        struct history_event *e = &h->events[i];
        place_event(h, e);
        MEM_GROW(e->chain->events, e->chain->count, e->chain->cap);
        e->chain->events[e->chain->count++] = i;
    }
    for (size_t i = 1; i < h->chain_count; i++)
        h->chains[i]->cut |= h->chains[i]->up->cut;
}

/* ---- calls ---- */

/* Text that is JSON; NULL: there is none. */
static json *parsed(const json *details, const char *member)
{
    const json *v = json_get(details, member);

    if (!v || !json_is_string(v))
        return v ? json_ref(v) : NULL;
    json *read = json_parse(json_str(v), json_str_len(v), JSON_READ_SURROGATES, NULL);
    return read ? read : json_ref(v);
}

/* AWS leaves out what is not set; 99999999 is the most that a machine may say. */
static int64_t seconds_of_event(const struct history_event *e, const char *member)
{
    int64_t s = member_int(e->details, member);

    return s > 0 && s <= 99999999 ? s : 0;
}

/*
 * A call behind another one of the same visit is a retry: the chain of ids leads from one to the
 * next, so the attempt is counted there.
 */
static void new_call(struct history *h, struct history_event *e, const struct history_event *before)
{
    const struct history_call *last =
        before && before->call != SIZE_MAX ? &h->calls[before->call] : NULL;
    const struct history_chain *item = e->chain;

    while (item && !item->item)
        item = item->up;
    json *sent = parsed(e->details, "parameters");
    struct history_call made = {.state = e->state,
                                .in_item = item != NULL,
                                .index = item ? item->index : 0,
                                .parameters = sent ? sent : parsed(e->details, "input"),
                                .attempt = last ? last->attempt + 1 : 0,
                                .scheduled_ms = e->at_ms,
                                .heartbeat_s = seconds_of_event(e, "heartbeatInSeconds"),
                                .timeout_s = seconds_of_event(e, "timeoutInSeconds")};
    MEM_GROW(h->calls, h->call_count, h->call_cap);
    e->call = h->call_count;
    h->calls[h->call_count++] = made;
}

/* The first end counts. Events that follow tell of the same failure again. */
static bool end_call(struct history_call *c, const struct history_event *e)
{
    if (c->outcome != CALL_OPEN)
        return false;
    if (event_ends_in(e, "Succeeded"))
        c->outcome = CALL_SUCCEEDED;
    else if (event_ends_in(e, "TimedOut"))
        c->outcome = CALL_TIMED_OUT;
    else if (event_ends_in(e, "Failed"))
        c->outcome = CALL_FAILED;
    else
        return false;
    c->ended_ms = e->at_ms;
    c->output = parsed(e->details, "output");
    c->error = json_get(e->details, "error");
    c->cause = json_get(e->details, "cause");
    return true;
}

static bool is_of_a_task(const struct history_event *e)
{
    return (begins(e, "Task") && !begins(e, "TaskState")) || begins(e, "LambdaFunction") ||
           begins(e, "Activity");
}

/*
 * Follows a Task's call from event to event: each has the id of the one before it, and takes the
 * call's number over from there.
 */
static void note_task_call(struct history *h, struct history_event *e)
{
    const struct history_event *before = event_before(h, e);

    if (!e->state || !is_of_a_task(e))
        return;
    if (event_ends_in(e, "Scheduled")) {
        new_call(h, e, before);
        return;
    }
    if (!before || before->call == SIZE_MAX)
        return;
    struct history_call *c = &h->calls[before->call];
    e->call = before->call;
    if (history_is_type(e, "TaskSubmitted")) {
        json_unref(c->submitted);
        c->submitted = parsed(e->details, "output");
    } else if (event_ends_in(e, "Started")) {
        c->worker = json_get(e->details, "workerName");
    } else {
        end_call(c, e);
    }
}

/* ---- what can be replayed ---- */

static bool has_data(const struct history_event *e, struct diag *why)
{
    static const char *const members[] = {"input", "output", "parameters"};

    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        struct buf name = {0};
        buf_printf(&name, "%sDetails", members[i]);
        const json *more = json_get(e->details, buf_str(&name));
        const json *truncated = more ? json_get(more, "truncated") : NULL;
        buf_clear(&name);
        if (!truncated || json_kind(truncated) != JSON_TRUE)
            continue;
        diag_set(why, "HISTORY", 0, "the %s of event %lld is cut off, so that it can't be replayed",
                 members[i], (long long)e->id);
        return false;
    }
    return true;
}

static bool can_be_replayed(const struct history *h, struct diag *why)
{
    if (!json_get(h->events[0].details, "input"))
        return refuse(why, "it has no data: ask for it with --include-execution-data, and of an "
                           "Express workflow's logs with includeExecutionData");
    for (size_t i = 0; i < h->count; i++) {
        if (history_is_type(&h->events[i], "ExecutionRedriven"))
            return refuse(why, "the execution was redriven, which can't be replayed");
        if (!has_data(&h->events[i], why))
            return false;
    }
    return true;
}

static bool check_event_order(struct history *h, bool replayed, struct diag *why)
{
    const struct history_event *last = &h->events[h->count - 1];

    if (!history_is_type(&h->events[0], "ExecutionStarted"))
        return refuse(why, "it doesn't begin with ExecutionStarted");
    h->ended = history_is_type(last, "ExecutionSucceeded") ||
               history_is_type(last, "ExecutionFailed") ||
               history_is_type(last, "ExecutionTimedOut");
    return !replayed || can_be_replayed(h, why);
}

/* Only the last page, wherever it stands, has no token for the next one. */
static bool is_to_go_on(const json *pages)
{
    for (size_t i = 0; i < json_count(pages); i++) {
        const json *page = json_at(pages, i);
        const json *token = json_is_object(page) ? json_get(page, "nextToken") : NULL;
        if (!token || json_kind(token) == JSON_NULL)
            return false;
    }
    return true;
}

static struct history *history_take(json *docs, bool replayed, struct diag *why)
{
    struct history *h = mem_calloc(1, sizeof *h);

    h->docs = docs;
    if (!take_events(h, why) || !check_event_order(h, replayed, why)) {
        history_free(h);
        return NULL;
    }
    h->more = is_to_go_on(docs);
    place_events(h);
    for (size_t i = 0; i < h->count; i++)
        note_task_call(h, &h->events[i]);
    return h;
}

struct history *history_read(const char *text, size_t len, struct diag *why)
{
    json *docs = read_pages(text, len, why);

    return docs ? history_take(docs, true, why) : NULL;
}

struct history *history_read_any(const char *text, size_t len, struct diag *why)
{
    json *docs = read_pages(text, len, why);

    return docs ? history_take(docs, false, why) : NULL;
}

/* Returns one page of these events, which it takes. */
static json *page_of(json *events)
{
    struct json_build docs = {0};

    json_build_array(&docs, 1);
    json_build_add(&docs, events);
    return json_build_done(&docs);
}

struct history *history_of(json *events, struct diag *why)
{
    return history_take(page_of(events), true, why);
}

struct history *history_of_any(json *events, struct diag *why)
{
    return history_take(page_of(events), false, why);
}

void history_free(struct history *h)
{
    if (!h)
        return;
    for (size_t i = 0; i < h->chain_count; i++)
        mem_free(h->chains[i]->events);
    mem_free(h->chains);
    while (text_map_take_any(&h->by_name))
        ;
    text_map_clear(&h->by_name);
    for (size_t i = 0; i < h->call_count; i++) {
        json_unref(h->calls[i].parameters);
        json_unref(h->calls[i].output);
        json_unref(h->calls[i].submitted);
    }
    mem_free(h->calls);
    mem_free(h->events);
    arena_clear(&h->arena);
    json_unref(h->docs);
    mem_free(h);
}

json *history_path(const struct history *h)
{
    const struct history_chain *own = h->chains[0];
    struct json_build b = {0};

    json_build_array(&b, 8);
    for (size_t i = 0; i < own->count; i++) {
        const struct history_event *e = &h->events[own->events[i]];
        if (event_ends_in(e, "StateEntered") && e->state)
            json_build_add(&b, json_ref(e->state));
    }
    return json_build_done(&b);
}

/* ---- what an event says ---- */

static bool says_nothing(const json *key)
{
    static const char *const members[] = {"inputDetails",
                                          "outputDetails",
                                          "roleArn",
                                          "region",
                                          "stateMachineAliasArn",
                                          "stateMachineVersionArn",
                                          "assignedVariablesDetails",
                                          "mapRunArn"};

    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        if (json_str_is(key, members[i]))
            return true;
    return false;
}

/* A text that is JSON, such as the one that holds input or output, is told as its value. */
static json *as_value(const json *v)
{
    if (!json_is_string(v))
        return json_ref(v);
    json *read = json_parse(json_str(v), json_str_len(v), JSON_READ_SURROGATES, NULL);
    return read ? read : json_ref(v);
}

static json *members_as_values(const json *object)
{
    struct json_build b = {0};

    json_build_object(&b, json_count(object));
    for (size_t i = 0; i < json_count(object); i++)
        json_build_set_key(&b, json_ref(json_key_at(object, i)),
                           as_value(json_value_at(object, i)));
    return json_build_done(&b);
}

json *history_event_value(const struct history_event *e)
{
    static const char *const texts[] = {"input", "output", "parameters", "cause"};
    struct json_build b = {0};

    json_build_object(&b, 8);
    json_build_set(&b, "type", json_cstring(e->type));
    if (name_in_event(e))
        json_build_set(&b, "state", json_ref(name_in_event(e)));
    for (size_t i = 0; i < json_count(e->details); i++) {
        const json *key = json_key_at(e->details, i), *v = json_value_at(e->details, i);
        json *told = NULL;
        if (says_nothing(key) || json_kind(v) == JSON_NULL || json_str_is(key, "name"))
            continue;
        for (size_t k = 0; !told && k < sizeof texts / sizeof *texts; k++)
            told = json_str_is(key, texts[k]) ? as_value(v) : NULL;
        if (!told)
            told = json_str_is(key, "assignedVariables") ? members_as_values(v) : json_ref(v);
        json_build_set_key(&b, json_ref(key), told);
    }
    return json_build_done(&b);
}
