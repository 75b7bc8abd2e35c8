/*
 * Expectations, one function for each kind: most compare a member of the result with a value that
 * may have matchers; those about the way that was taken have words of their own.
 */
#include "tools/test/expect.h"

#include "parsers/base/mem.h"
#include "parsers/jsonata/jsonata.h"
#include "parsers/jsonpath/jsonpath.h"
#include "tools/test/schema.h"

#include <stdarg.h>
#include <string.h>

struct checking {
    const struct test_case *c;
    result *r;
    struct failures *out;
};

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

bool expect_field(const struct test_case *c, const char *name, struct asl_at *out)
{
    struct asl_at expect;

    for (size_t i = 0; i < c->layer_count; i++) {
        if (!case_field_in(c, i, "expect", &expect))
            continue;
        /* What *out points up to must stay: only the value and its places are looked at. */
        if (asl_at_member(&expect, name, out)) {
            out->up = NULL;
            return true;
        }
    }
    return false;
}

static struct place place_of_at(const struct asl_at *at)
{
    return at->places ? at->places->value : (struct place){0};
}

/* ---- values ---- */

static void compare_value(struct checking *k, const char *what, const struct asl_at *expected,
                          const json *actual, bool subset)
{
    struct differences d = {0};

    if (matcher_compare(expected, actual, subset, &d)) {
        differences_clear(&d);
        return;
    }
    struct failure *f = new_failure(k->out, place_of_at(expected), what);
    f->differences = d;
    f->expected = json_ref(expected->value);
    f->actual = actual ? json_ref(actual) : NULL;
}

static void expect_value(struct checking *k, const char *name)
{
    struct asl_at at;

    if (expect_field(k->c, name, &at))
        compare_value(k, name, &at, result_member(k->r, name), false);
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
        failures_add(k->out, place_of_at(&at), "cause", "%s", json_str(cause));
}

static void expect_inspection(struct checking *k)
{
    struct asl_at at;

    if (expect_field(k->c, "inspection", &at))
        compare_value(k, "inspection", &at, result_member(k->r, "inspection"), true);
}

/* ---- status ---- */

/* Whether the case says anything of one of the two. */
static bool expects_any(const struct test_case *c, const char *one, const char *other)
{
    struct asl_at at;

    return expect_field(c, one, &at) || expect_field(c, other, &at);
}

/* Not so: {$absent: true}. */
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

static void expect_status(struct checking *k)
{
    struct asl_at at;
    const json *actual = result_member(k->r, "status");
    const json *error = result_member(k->r, "error"), *cause = result_member(k->r, "cause");
    bool told = expect_field(k->c, "status", &at);
    const char *wanted = told ? json_str(at.value) : usual_status(k->c);

    if (json_str_is(actual, wanted))
        return;
    struct place place = told ? place_of_at(&at) : k->c->place;
    if (json_str_is(actual, "STUCK")) {
        failures_add(k->out, place, "status",
                     "expected %s, but the execution waits for something that never comes: a mock "
                     "with never, or a Task without time-out",
                     wanted);
        return;
    }
    struct buf was = {0};
    buf_adds(&was, json_str(actual));
    if (error)
        buf_printf(&was, ": %s", json_str(error));
    if (cause)
        buf_printf(&was, ": %s", json_str(cause));
    failures_add_parts(k->out, place, "status", wanted, ", but was ", buf_str(&was));
    buf_clear(&was);
}

/* ---- the way ---- */

/* Counts how often the state was entered. Names may have the states around them: "Ship/Pack". */
static size_t count_visits(const json *visits, const char *state)
{
    size_t count = 0;
    size_t len = strlen(state);

    for (size_t i = 0; i < json_count(visits); i++) {
        const json *v = json_at(visits, i);
        const char *text = json_str(v);
        size_t whole = json_str_len(v);
        /* A name without the states around it means any state of that name. */
        count += whole >= len && strcmp(text + whole - len, state) == 0 &&
                 (whole == len || text[whole - len - 1] == '/');
    }
    return count;
}

static bool is_visit(const json *visit, const json *state)
{
    struct json_build one = {0};

    json_build_array(&one, 1);
    json_build_add(&one, json_ref(visit));
    json *list = json_build_done(&one);
    bool is = count_visits(list, json_str(state)) == 1;
    json_unref(list);
    return is;
}

/* States joined by arrows; `marked` < json_count: that one stands in brackets. */
static void write_way(struct buf *out, const json *states, size_t marked)
{
    for (size_t i = 0; i < json_count(states); i++)
        buf_printf(out, "%s%s%s%s", i ? " → " : "", i == marked ? "[" : "",
                   json_str(json_at(states, i)), i == marked ? "]" : "");
}

/* Only the place where the ways part is marked, in both of them: all behind it differs anyway. */
static void expect_way(struct checking *k, const char *what, const struct asl_at *at,
                       const json *actual)
{
    size_t wants = json_count(at->value), has = json_count(actual), i = 0;
    struct buf expected = {0}, taken = {0};

    while (i < wants && i < has && json_equal(json_at(at->value, i), json_at(actual, i)))
        i++;
    if (i == wants && i == has)
        return;
    write_way(&expected, at->value, i);
    write_way(&taken, actual, i);
    if (i >= wants)
        buf_adds(&expected, " and then the end");
    if (i >= has)
        buf_adds(&taken, " and then ended");
    failures_add_parts(k->out, place_of_at(at), what, buf_str(&expected), "\n  but took ",
                       buf_str(&taken));
    buf_clear(&expected);
    buf_clear(&taken);
}

static void expect_contains(struct checking *k, const struct asl_at *path, const json *visits)
{
    struct asl_at list, state;

    if (!asl_at_member(path, "contains", &list))
        return;
    for (size_t i = 0; i < json_count(list.value); i++) {
        asl_at_index(&list, i, &state);
        if (!count_visits(visits, json_str(state.value)))
            failures_add(k->out, place_of_at(&state), "path", "'%s' was never entered",
                         json_str(state.value));
    }
}

static void expect_never(struct checking *k, const struct asl_at *path, const json *visits)
{
    struct asl_at list, state;

    if (!asl_at_member(path, "never", &list))
        return;
    for (size_t i = 0; i < json_count(list.value); i++) {
        asl_at_index(&list, i, &state);
        size_t count = count_visits(visits, json_str(state.value));
        if (count)
            failures_add(k->out, place_of_at(&state), "path", "'%s' was entered%s",
                         json_str(state.value), count > 1 ? " more than once" : "");
    }
}

/*
 * Other states may stand between those that are named. The first that is missing is told; the rest
 * would follow from it.
 */
static void expect_order(struct checking *k, const struct asl_at *path, const json *visits)
{
    struct asl_at list, state;
    size_t from = 0;

    if (!asl_at_member(path, "order", &list))
        return;
    for (size_t i = 0; i < json_count(list.value); i++) {
        asl_at_index(&list, i, &state);
        while (from < json_count(visits) && !is_visit(json_at(visits, from), state.value))
            from++;
        if (from++ < json_count(visits))
            continue;
        failures_add(k->out, place_of_at(&state), "path", "'%s' was not entered %s%s%s",
                     json_str(state.value), i ? "behind '" : "at all",
                     i ? json_str(json_at(list.value, i - 1)) : "", i ? "'" : "");
        return;
    }
}

/* A count may be a matcher, too, so it is compared as any value is. */
static void expect_counts(struct checking *k, const struct asl_at *path, const json *visits)
{
    struct asl_at counts, count;

    if (!asl_at_member(path, "counts", &counts))
        return;
    for (size_t i = 0; i < json_count(counts.value); i++) {
        struct buf what = {0};
        asl_at_index(&counts, i, &count);
        json *actual = json_int((int64_t)count_visits(visits, json_str(count.key)));
        buf_printf(&what, "visits of %s", json_str(count.key));
        compare_value(k, buf_str(&what), &count, actual, false);
        json_unref(actual);
        buf_clear(&what);
    }
}

static void expect_path(struct checking *k)
{
    struct asl_at at, exact;

    if (!expect_field(k->c, "path", &at))
        return;
    if (json_is_array(at.value)) {
        expect_way(k, "path", &at, result_member(k->r, "path"));
        return;
    }
    const json *visits = result_member(k->r, "visits");
    if (asl_at_member(&at, "exact", &exact))
        expect_way(k, "path", &exact, result_member(k->r, "path"));
    expect_contains(k, &at, visits);
    expect_order(k, &at, visits);
    expect_never(k, &at, visits);
    expect_counts(k, &at, visits);
}

/* A branch or iteration that never ran has an empty way, which an expectation may name as well. */
static void expect_chains(struct checking *k)
{
    struct asl_at at, chain;

    if (!expect_field(k->c, "chains", &at))
        return;
    for (size_t i = 0; i < json_count(at.value); i++) {
        struct buf what = {0};
        asl_at_index(&at, i, &chain);
        const json *actual = json_get_key(result_member(k->r, "chains"), chain.key);
        buf_printf(&what, "chain %s", json_str(chain.key));
        expect_way(k, buf_str(&what), &chain, actual ? actual : json_empty_array());
        buf_clear(&what);
    }
}

/* ---- calls ---- */

/* The calls of a state that is told by its path, or by its name alone. */
static const json *calls_of(const json *calls, const json *state)
{
    const json *found = json_get_key(calls, state);

    for (size_t i = 0; !found && i < json_count(calls); i++)
        if (is_visit(json_key_at(calls, i), state))
            found = json_value_at(calls, i);
    return found ? found : json_empty_array();
}

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
static json *seconds_of(const json *v)
{
    struct json_build b = {0};
    int64_t ms;

    if (json_is_string(v) && schema_duration(v, &ms))
        return ms % 1000 ? json_double((double)ms / 1e3) : json_int(ms / 1000);
    /* The arguments of matchers may be durations, too. */
    if (json_is_object(v)) {
        json_build_object(&b, json_count(v));
        for (size_t i = 0; i < json_count(v); i++)
            json_build_set_key(&b, json_ref(json_key_at(v, i)), seconds_of(json_value_at(v, i)));
        return json_build_done(&b);
    }
    if (!json_is_array(v))
        return json_ref(v);
    json_build_array(&b, json_count(v));
    for (size_t i = 0; i < json_count(v); i++)
        json_build_add(&b, seconds_of(json_at(v, i)));
    return json_build_done(&b);
}

static void compare_seconds(struct checking *k, const char *what, const struct asl_at *expected,
                            const json *actual)
{
    struct asl_at in_seconds = *expected;
    json *v = seconds_of(expected->value);

    in_seconds.value = v;
    compare_value(k, what, &in_seconds, actual, false);
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
            compare_value(k, buf_str(&title), &member, actual, false);
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
        compare_value(k, buf_str(&what), at, inputs, false);
        json_unref(inputs);
        buf_clear(&what);
        return;
    }
    if (asl_at_member(at, "count", &member)) {
        json *count = json_int((int64_t)json_count(calls));
        compare_value(k, buf_str(&what), &member, count, false);
        json_unref(count);
    }
    if (asl_at_member(at, "each", &member))
        for (size_t i = 0; i < json_count(calls); i++) {
            struct buf one = {0};
            buf_printf(&one, "call %zu of %s", i, json_str(at->key));
            compare_value(k, buf_str(&one), &member, json_get(json_at(calls, i), "input"), false);
            buf_clear(&one);
        }
    expect_columns(k, buf_str(&what), at, calls);
    buf_clear(&what);
}

static void expect_calls(struct checking *k)
{
    struct asl_at at, state;

    if (!expect_field(k->c, "calls", &at))
        return;
    for (size_t i = 0; i < json_count(at.value); i++) {
        asl_at_index(&at, i, &state);
        expect_calls_of(k, &state, calls_of(result_member(k->r, "calls"), state.key));
    }
}

/* ---- duration, events ---- */

static void expect_duration(struct checking *k)
{
    struct asl_at at;

    if (expect_field(k->c, "duration", &at))
        compare_seconds(k, "duration", &at, result_member(k->r, "duration"));
}

static void expect_events(struct checking *k)
{
    struct asl_at at, event;
    size_t from = 0;

    if (!expect_field(k->c, "events", &at))
        return;
    const json *events = result_member(k->r, "events");
    if (!json_is_array(at.value))
        compare_value(k, "events", &at, events, true);
    for (size_t i = 0; json_is_array(at.value) && i < json_count(at.value); i++) {
        asl_at_index(&at, i, &event);
        while (from < json_count(events) &&
               !matcher_compare(&event, json_at(events, from), true, NULL))
            from++;
        if (from++ < json_count(events))
            continue;
        struct buf wanted = {0};
        json_write(&wanted, event.value);
        failures_add(k->out, place_of_at(&event), "events", "no event is like this%s: %s",
                     i ? " behind the one before" : "", buf_str(&wanted));
        buf_clear(&wanted);
        return;
    }
}

/* ---- predicates ---- */

static void expect_jsonata(struct checking *k, const struct asl_at *at, const json *whole)
{
    const char *text = json_str(at->value);
    struct jsonata_error why = {0};
    jsonata *x = jsonata_compile(text + 2, json_str_len(at->value) - 4, JSONATA_AWS, &why);
    json *v = NULL;

    enum jsonata_outcome how = jsonata_eval(x, &(struct jsonata_options){0}, whole, &v, &why);
    if (how == JSONATA_FAILED)
        failures_add(k->out, place_of_at(at), "that", "%s fails: %s", text, why.text);
    else if (how != JSONATA_VALUE || json_kind(v) != JSON_TRUE)
        failures_add(k->out, place_of_at(at), "that", "%s is not true", text);
    json_unref(v);
    jsonata_free(x);
    jsonata_error_clear(&why);
}

static bool is_something(const json *v)
{
    return json_kind(v) != JSON_NULL && json_kind(v) != JSON_FALSE &&
           !(json_is_array(v) && !json_count(v));
}

/* What an indefinite path finds comes as a list. */
static bool has_something(const json *list)
{
    for (size_t i = 0; i < json_count(list); i++)
        if (is_something(json_at(list, i)))
            return true;
    return false;
}

static void expect_jsonpath(struct checking *k, const struct asl_at *at, const json *whole)
{
    const char *text = json_str(at->value);
    jsonpath *p = jsonpath_compile(text, json_str_len(at->value), NULL);
    json *v = jsonpath_get(p, whole, NULL, NULL);

    if (!v || !(jsonpath_is_definite(p) ? is_something(v) : has_something(v)))
        failures_add(k->out, place_of_at(at), "that", "%s finds nothing", text);
    json_unref(v);
    jsonpath_free(p);
}

static void expect_predicate(struct checking *k, const struct asl_at *at, const json *whole)
{
    if (json_str_begins(at->value, "{%"))
        expect_jsonata(k, at, whole);
    else
        expect_jsonpath(k, at, whole);
}

static void expect_that(struct checking *k)
{
    struct asl_at at, predicate;

    if (!expect_field(k->c, "that", &at))
        return;
    json *whole = result_whole(k->r);
    if (!json_is_array(at.value))
        expect_predicate(k, &at, whole);
    for (size_t i = 0; json_is_array(at.value) && i < json_count(at.value); i++) {
        asl_at_index(&at, i, &predicate);
        expect_predicate(k, &predicate, whole);
    }
    json_unref(whole);
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
    expect_value(&k, "variables");
    expect_value(&k, "next");
    expect_inspection(&k);
    expect_events(&k);
    expect_that(&k);
}
