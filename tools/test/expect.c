/*
 * Expectations, one function for each kind: most compare a member of the result with a value that
 * may have matchers; those about the way that was taken have words of their own.
 */
#include "tools/test/expect.h"

#include "parsers/base/mem.h"
#include "parsers/base/nearest.h"
#include "tools/test/expect_impl.h"
#include "tools/test/schema.h"

#include <stdarg.h>
#include <string.h>

void failures_clear(struct failures *f)
{
    for (size_t i = 0; i < f->count; i++) {
        mem_free(f->all[i].what);
        mem_free(f->all[i].text);
        sentence_parts_clear(&f->all[i].parts);
        differences_clear(&f->all[i].differences);
        json_unref(f->all[i].expected);
        json_unref(f->all[i].actual);
    }
    mem_free(f->all);
    *f = (struct failures){0};
}

void failures_move(struct failures *to, struct failures *from)
{
    for (size_t i = 0; i < from->count; i++) {
        MEM_GROW(to->all, to->count, to->cap);
        to->all[to->count++] = from->all[i];
    }
    from->count = 0;
}

/* The failure stays where it is only until the next one is added. */
static struct failure *new_failure(struct failures *f, struct place place, const char *what)
{
    MEM_GROW(f->all, f->count, f->cap);
    f->all[f->count] = (struct failure){.what = mem_strdup(what), .place = place};
    return &f->all[f->count++];
}

void failures_add(struct failures *f, struct place place, const char *what, const char *format, ...)
{
    struct failure *made = new_failure(f, place, what);
    struct buf text = {0};
    va_list args;

    va_start(args, format);
    buf_vprintf(&text, format, args);
    va_end(args);
    buf_str(&text);
    made->text = buf_take(&text);
}

void failures_add_parts(struct failures *f, struct place place, const char *what,
                        const char *wanted, const char *middle, const char *was)
{
    failures_add(f, place, what, "expected %s%s%s", wanted, middle, was);
    f->all[f->count - 1].parts = (struct sentence_parts){mem_strdup(wanted), mem_strdup(was)};
}

bool layer_expects(const struct test_case *c, size_t layer, const char *name, struct asl_at *out)
{
    struct asl_at expect;

    if (!case_field_in(c, layer, "expect", &expect) || !asl_at_member(&expect, name, out))
        return false;
    /* What *out points up to must stay: only the value and its places are looked at. */
    out->up = NULL;
    return true;
}

bool expect_field(const struct test_case *c, const char *name, struct asl_at *out)
{
    for (size_t i = 0; i < c->layer_count; i++)
        if (layer_expects(c, i, name, out))
            return true;
    return false;
}

/* Whether a layer before this one has the member, too, which goes before this one's then. */
static bool is_hidden(const struct test_case *c, size_t layer, const char *name, const json *key)
{
    struct asl_at nearer;

    for (size_t i = 0; i < layer; i++)
        if (layer_expects(c, i, name, &nearer) && json_is_object(nearer.value) &&
            json_get_key(nearer.value, key))
            return true;
    return false;
}

void expect_each(struct checking *k, const char *name,
                 void (*look)(struct checking *k, const struct asl_at *member))
{
    struct asl_at at, member;

    for (size_t i = 0; i < k->c->layer_count; i++)
        for (size_t n = 0; layer_expects(k->c, i, name, &at) && n < json_count(at.value); n++) {
            asl_at_index(&at, n, &member);
            if (!is_hidden(k->c, i, name, member.key))
                look(k, &member);
        }
}

struct place expect_place(const struct asl_at *at)
{
    return at->places ? at->places->value : (struct place){0};
}

/* ---- values ---- */

void expect_compare(struct checking *k, const char *what, const struct asl_at *expected,
                    const json *actual, bool subset)
{
    struct differences d = {0};

    if (matcher_compare(expected, actual, subset, &d)) {
        differences_clear(&d);
        return;
    }
    struct failure *f = new_failure(k->out, expect_place(expected), what);
    f->differences = d;
    f->expected = json_ref(expected->value);
    f->actual = actual ? json_ref(actual) : NULL;
}

static void expect_value(struct checking *k, const char *name)
{
    struct asl_at at;

    if (expect_field(k->c, name, &at))
        expect_compare(k, name, &at, result_member(k->r, name), false);
}

/* The cause of another error than the expected one says why it came. */
static void expect_error(struct checking *k)
{
    const json *cause = result_member(k->r, "cause");
    size_t before = k->out->count;
    struct asl_at at;

    expect_value(k, "error");
    if (k->out->count > before && cause && *json_str(cause) && !expect_field(k->c, "cause", &at) &&
        expect_field(k->c, "error", &at))
        failures_add(k->out, expect_place(&at), "cause", "%s", json_str(cause));
}

static void expect_inspection(struct checking *k)
{
    struct asl_at at;

    if (expect_field(k->c, "inspection", &at))
        expect_compare(k, "inspection", &at, result_member(k->r, "inspection"), true);
}

/* ---- status ---- */

/* Whether the case says anything of one of the two. */
static bool expects_any(const struct test_case *c, const char *one, const char *other)
{
    struct asl_at at;

    return expect_field(c, one, &at) || expect_field(c, other, &at);
}

/* Returns whether the case expects a value there. {$absent: true} expects none. */
static bool expects_something(const struct test_case *c, const char *name)
{
    struct asl_at at, absent;

    return expect_field(c, name, &at) && !asl_at_member(&at, "$absent", &absent);
}

/* The status of a case that doesn't tell it. */
static const char *usual_status(const struct test_case *c)
{
    struct asl_at at;

    if (expects_something(c, "error") || expects_something(c, "cause"))
        return case_field(c, "state", &at) && expects_any(c, "next", "output") ? "CAUGHT_ERROR"
                                                                               : "FAILED";
    return case_field(c, "until", &at) ? "RUNNING" : "SUCCEEDED";
}

/* What the execution waits for has to be mended where it is called. */
static void tell_stuck(struct checking *k, struct place place, const char *wanted)
{
    const struct asl_state *in = result_waits_in(k->r);
    struct buf was = {0};

    buf_adds(&was, "the execution waits");
    if (in) {
        buf_adds(&was, " in '");
        trial_state_path(&was, in);
        buf_adds(&was, "'");
    }
    buf_adds(&was,
             " for something that never comes: a mock with never, or a Task without time-out");
    failures_add_parts(k->out, place, "status", wanted, ", but ", buf_str(&was));
    buf_clear(&was);
}

/* Tells of the state that `until` names and less of RUNNING, which only follows from it. */
static void tell_until(struct checking *k, struct place place, const char *wanted, const char *was)
{
    const char *until = case_text(k->c, "until");

    if (json_str_is(result_member(k->r, "status"), "RUNNING"))
        failures_add(k->out, place, "status",
                     "expected %s, but the case stops behind '%s' (until), so it is RUNNING then",
                     wanted, until);
    else
        failures_add(k->out, place, "status",
                     "the case never came to the end of '%s' (until), and was %s", until, was);
}

static void expect_status(struct checking *k)
{
    struct asl_at at;
    const json *actual = result_member(k->r, "status");
    const json *error = result_member(k->r, "error"), *cause = result_member(k->r, "cause");
    bool told = expect_field(k->c, "status", &at);
    const char *wanted = told ? json_str(at.value) : usual_status(k->c);

    if (json_str_is(actual, wanted))
        return;
    struct place place = told ? expect_place(&at) : k->c->place;
    if (json_str_is(actual, "STUCK")) {
        tell_stuck(k, place, wanted);
        return;
    }
    struct buf was = {0};
    buf_adds(&was, json_str(actual));
    if (error)
        buf_printf(&was, ": %s", json_str(error));
    if (cause)
        buf_printf(&was, ": %s", json_str(cause));
    if (case_text(k->c, "until") &&
        (json_str_is(actual, "RUNNING") || strcmp(wanted, "RUNNING") == 0))
        tell_until(k, place, wanted, buf_str(&was));
    else
        failures_add_parts(k->out, place, "status", wanted, ", but was ", buf_str(&was));
    buf_clear(&was);
}

/* ---- calls ---- */

/* One member of each call, as a list; of `pause` the first call has none. */
static json *column(const json *calls, const char *member)
{
    struct json_build b = {0};

    json_build_array(&b, json_count(calls));
    for (size_t i = 0; i < json_count(calls); i++) {
        const json *v = json_get(json_at(calls, i), member);
        if (v)
            json_build_add(&b, json_ref(v));
    }
    return json_build_done(&b);
}

/* Durations in seconds, wherever they stand. */
static json *expect_seconds_of(const json *v)
{
    struct json_build b = {0};
    int64_t ms;

    if (json_is_string(v) && schema_duration(v, &ms))
        return ms % 1000 ? json_double((double)ms / 1e3) : json_int(ms / 1000);
    /* The arguments of matchers may be durations, too. */
    if (json_is_object(v)) {
        json_build_object(&b, json_count(v));
        for (size_t i = 0; i < json_count(v); i++)
            json_build_set_key(&b, json_ref(json_key_at(v, i)),
                               expect_seconds_of(json_value_at(v, i)));
        return json_build_done(&b);
    }
    if (!json_is_array(v))
        return json_ref(v);
    json_build_array(&b, json_count(v));
    for (size_t i = 0; i < json_count(v); i++)
        json_build_add(&b, expect_seconds_of(json_at(v, i)));
    return json_build_done(&b);
}

/* Two durations as suites write them, so that they can be compared with what is written there. */
static void tell_durations(struct difference *d)
{
    struct buf wanted = {0}, was = {0}, text = {0};

    schema_write_duration(&wanted, json_double_value(d->expected));
    schema_write_duration(&was, json_double_value(d->actual));
    buf_printf(&text, "expected %s, but was %s", buf_str(&wanted), buf_str(&was));
    mem_free(d->text);
    sentence_parts_clear(&d->parts);
    d->text = buf_take(&text);
    d->parts = (struct sentence_parts){buf_take(&wanted), buf_take(&was)};
}

static void compare_seconds(struct checking *k, const char *what, const struct asl_at *expected,
                            const json *actual)
{
    struct asl_at in_seconds = *expected;
    json *v = expect_seconds_of(expected->value);
    size_t before = k->out->count;

    in_seconds.value = v;
    expect_compare(k, what, &in_seconds, actual, false);
    for (size_t i = before; i < k->out->count; i++) {
        const struct differences *found = &k->out->all[i].differences;
        for (size_t n = 0; n < found->count; n++) {
            struct difference *d = &found->all[n];
            if (d->expected && d->actual && json_is_number(d->expected) &&
                json_is_number(d->actual))
                tell_durations(d);
        }
    }
    json_unref(v);
}

struct calls_column {
    const char *field, *member;
    bool times; /* durations */
};

static void expect_columns(struct checking *k, const char *what, const struct asl_at *at,
                           const json *calls)
{
    static const struct calls_column columns[] = {{"inputs", "input", false},
                                                  {"attempts", "attempt", false},
                                                  {"pauses", "pause", true},
                                                  {"at", "at", true}};
    struct asl_at member;

    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        struct buf title = {0};
        if (!asl_at_member(at, columns[i].field, &member))
            continue;
        json *actual = column(calls, columns[i].member);
        buf_printf(&title, "%s: %s", what, columns[i].field);
        if (columns[i].times)
            compare_seconds(k, buf_str(&title), &member, actual);
        else
            expect_compare(k, buf_str(&title), &member, actual, false);
        json_unref(actual);
        buf_clear(&title);
    }
}

static void expect_calls_of(struct checking *k, const struct asl_at *at, const json *calls)
{
    struct buf what = {0};
    struct asl_at member;

    buf_printf(&what, "calls of %s", json_str(at->key));
    if (json_is_array(at->value)) {
        json *inputs = column(calls, "input");
        expect_compare(k, buf_str(&what), at, inputs, false);
        json_unref(inputs);
        buf_clear(&what);
        return;
    }
    if (asl_at_member(at, "count", &member)) {
        struct buf title = {0};
        json *count = json_int((int64_t)json_count(calls));
        buf_printf(&title, "%s: count", buf_str(&what));
        expect_compare(k, buf_str(&title), &member, count, false);
        json_unref(count);
        buf_clear(&title);
    }
    if (asl_at_member(at, "each", &member))
        for (size_t i = 0; i < json_count(calls); i++) {
            struct buf one = {0};
            buf_printf(&one, "call %zu of %s", i, json_str(at->key));
            expect_compare(k, buf_str(&one), &member, json_get(json_at(calls, i), "input"), false);
            buf_clear(&one);
        }
    expect_columns(k, buf_str(&what), at, calls);
    buf_clear(&what);
}

static void expect_call(struct checking *k, const struct asl_at *state)
{
    const json *calls = json_get(result_member(k->r, "calls"), expect_path_named(k, state->key));

    expect_calls_of(k, state, calls ? calls : json_empty_array());
}

static void expect_calls(struct checking *k)
{
    expect_each(k, "calls", expect_call);
}

/* ---- variables ---- */

/* Whether several layers tell of variables by their names, and not by a matcher of them all. */
static bool has_variables_to_add(const struct test_case *c)
{
    struct asl_at at, argument;
    size_t count = 0;

    for (size_t i = 0; i < c->layer_count; i++) {
        if (!layer_expects(c, i, "variables", &at))
            continue;
        if (!json_is_object(at.value) || matcher_begins(&at, &argument))
            return false;
        count++;
    }
    return count > 1;
}

/* A value that stands nowhere as a whole is told where the nearest part of it does. */
void failure_place(struct failure *f, struct place place)
{
    f->place = place;
    for (size_t i = 0; i < f->differences.count; i++)
        f->differences.all[i].place = place;
}

/* Compares the variables. What all layers expect together must be all that there are. */
static void expect_variables(struct checking *k)
{
    struct json_build all = {0};
    struct asl_at nearest, at, variable;

    if (!has_variables_to_add(k->c)) {
        expect_value(k, "variables");
        return;
    }
    json_build_object(&all, 8);
    for (size_t i = 0; i < k->c->layer_count; i++)
        for (size_t n = 0; layer_expects(k->c, i, "variables", &at) && n < json_count(at.value);
             n++) {
            asl_at_index(&at, n, &variable);
            if (!is_hidden(k->c, i, "variables", variable.key))
                json_build_set_key(&all, json_ref(variable.key), json_ref(variable.value));
        }
    json *whole = json_build_done(&all);
    expect_field(k->c, "variables", &nearest);
    struct asl_at together = {.value = whole};
    size_t before = k->out->count;
    expect_compare(k, "variables", &together, result_member(k->r, "variables"), false);
    if (k->out->count > before)
        failure_place(&k->out->all[before], expect_place(&nearest));
    json_unref(whole);
}

/* ---- duration, events ---- */

static void expect_duration(struct checking *k)
{
    struct asl_at at;

    if (expect_field(k->c, "duration", &at))
        compare_seconds(k, "duration", &at, result_member(k->r, "duration"));
}

/* The event of that type that differs least, behind the first ones; its differences in *best. NULL:
 * there is none. */
static const json *nearest_event(const struct asl_at *event, const json *events, size_t first,
                                 struct differences *best)
{
    const json *type = json_get(event->value, "type"), *nearest = NULL;

    for (size_t i = first; i < json_count(events); i++) {
        const json *one = json_at(events, i);
        struct differences d = {0};
        if (type && json_is_string(type) && !json_equal(type, json_get(one, "type")))
            continue;
        matcher_compare(event, one, true, &d);
        if (!nearest || d.count + d.more < best->count + best->more) {
            differences_clear(best);
            *best = d;
            nearest = one;
        } else {
            differences_clear(&d);
        }
    }
    return nearest;
}

/* Where no event has the type, it may be written wrong. */
static void write_nearest_type(struct buf *out, const json *type, const json *events)
{
    struct nearest near = {0};

    if (!type || !json_is_string(type))
        return;
    near = (struct nearest){.want = json_str(type), .len = json_str_len(type)};
    for (size_t i = 0; i < json_count(events); i++)
        nearest_offer(&near, json_str(json_get(json_at(events, i), "type")));
    if (near.best && near.distance)
        buf_printf(out, "; did you mean %s?", near.best);
}

static void tell_no_event(struct checking *k, const struct asl_at *event, const json *events,
                          size_t first)
{
    struct differences d = {0};
    struct buf text = {0};

    buf_printf(&text, "no event is like this%s: ", first ? " behind the one before" : "");
    json_write(&text, event->value);
    const json *nearest =
        json_is_object(event->value) ? nearest_event(event, events, first, &d) : NULL;
    if (nearest) {
        const json *id = json_get(nearest, "id");
        buf_printf(&text, "\n  nearest is event %lld, %s",
                   (long long)(id && json_kind(id) == JSON_INT ? json_int_value(id) : 0),
                   json_str(json_get(nearest, "type")));
        for (size_t i = 0; i < d.count && i < 3; i++)
            buf_printf(&text, "\n  %s: %s", d.all[i].pointer, d.all[i].text);
    } else if (json_is_object(event->value)) {
        write_nearest_type(&text, json_get(event->value, "type"), events);
    }
    failures_add(k->out, expect_place(event), "events", "%s", buf_str(&text));
    differences_clear(&d);
    buf_clear(&text);
}

static void expect_events(struct checking *k)
{
    struct asl_at at, event;
    size_t from = 0;

    if (!expect_field(k->c, "events", &at))
        return;
    const json *events = result_member(k->r, "events");
    if (!json_is_array(at.value))
        expect_compare(k, "events", &at, events, true);
    for (size_t i = 0; json_is_array(at.value) && i < json_count(at.value); i++) {
        size_t first = from;
        asl_at_index(&at, i, &event);
        while (from < json_count(events) &&
               !matcher_compare(&event, json_at(events, from), true, NULL))
            from++;
        if (from++ < json_count(events))
            continue;
        tell_no_event(k, &event, events, first);
        return;
    }
}

void expect_check(const struct test_case *c, result *r, struct failures *out)
{
    struct checking k = {.c = c, .r = r, .out = out};

    expect_status(&k);
    expect_value(&k, "output");
    expect_error(&k);
    expect_value(&k, "cause");
    expect_path(&k);
    expect_chains(&k);
    expect_calls(&k);
    expect_duration(&k);
    expect_variables(&k);
    expect_value(&k, "next");
    expect_inspection(&k);
    expect_events(&k);
    expect_that(&k);
}
