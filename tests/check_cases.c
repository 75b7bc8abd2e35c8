/*
 * Plays every tests/cases/TOPIC/NAME.json; the fields are told in tests/cases/README.md. Each is
 * played once from end to end, and once for each step with a crash after that one; then twice at
 * the same time, one with a crash after every step, each play leaving the other in its midst
 * wherever work is counted. The history must always be the same.
 */

#include "tests/support/expect.h"

#include "asl/asl.h"
#include "parsers/base/mem.h"
#include "parsers/base/timestamp.h"
#include "runtime/base/coroutine.h"
#include "tests/support/play.h"

#include <dirent.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the files ---- */

static struct {
    char **paths;
    size_t count, cap;
} files;

/* Adds what is in the folder and ends in `tail`, as "folder/name". */
static void add_names(const char *folder, const char *tail, char ***names, size_t *count,
                      size_t *cap)
{
    DIR *dir = opendir(folder);
    struct dirent *entry;
    struct buf path = {0};

    while (dir && (entry = readdir(dir))) {
        size_t n = strlen(entry->d_name), k = strlen(tail);
        if (entry->d_name[0] == '.' || n < k || strcmp(entry->d_name + n - k, tail) != 0)
            continue;
        buf_printf(&path, "%s/%s", folder, entry->d_name);
        if (*count == *cap) {
            *cap = mem_grow(*cap, *count + 1);
            *names = mem_realloc(*names, *cap * sizeof **names);
        }
        (*names)[(*count)++] = buf_take(&path);
    }
    if (dir)
        closedir(dir);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void find_files(const char *root)
{
    char **topics = NULL;
    size_t count = 0, cap = 0;

    add_names(root, "", &topics, &count, &cap);
    for (size_t i = 0; i < count; i++) {
        /* Those are check_codes'. */
        if (strcmp(strrchr(topics[i], '/'), "/validate") != 0)
            add_names(topics[i], ".json", &files.paths, &files.count, &files.cap);
        mem_free(topics[i]);
    }
    mem_free(topics);
    qsort(files.paths, files.count, sizeof *files.paths, by_name);
}

static void forget_files(void)
{
    for (size_t i = 0; i < files.count; i++)
        mem_free(files.paths[i]);
    mem_free(files.paths);
}

/* ---- reading a case ---- */

static json *read_json(const char *path)
{
    struct buf text = {0};
    struct diag why = {0};
    json *v = NULL;

    if (buf_read_file(&text, path, (size_t)64 << 20, &why))
        v = json_parse(text.data, text.len, JSON_READ_SURROGATES | JSON_READ_UNIQUE, &why);
    ck_assert_msg(v != NULL, "%s: %u:%u: %s", path, why.place.line, why.place.column, why.text);
    buf_clear(&text);
    return v;
}

/* A field that no test reads is a mistake. `known` ends with NULL. */
static void check_fields(const char *name, const json *object, const char *const *known)
{
    ck_assert_msg(json_is_object(object), "%s: an object is expected", name);
    for (size_t i = 0; i < json_count(object); i++) {
        const char *key = json_str(json_key_at(object, i));
        size_t k = 0;
        while (known[k] && strcmp(known[k], key) != 0)
            k++;
        ck_assert_msg(known[k] != NULL, "%s: there is no field \"%s\"", name, key);
    }
}

static int64_t ms_of(const json *v, int64_t otherwise)
{
    return v ? llround(json_double_value(v) * 1000) : otherwise;
}

static struct asl_error error_of(const json *v)
{
    const json *name = json_get(v, "error"), *cause = json_get(v, "cause");

    return (struct asl_error){
        .name = name && json_is_string(name) ? json_ref(name) : NULL,
        .cause = json_ref(cause),
    };
}

static int64_t time_of(const char *name, const json *v)
{
    struct timestamp t = {0};

    if (!v)
        return 1704067200000; /* 2024-01-01T00:00:00Z */
    ck_assert_msg(timestamp_parse(json_str(v), json_str_len(v), &t), "%s: the start", name);
    return t.ms;
}

static asl_machine *machine_of(const char *name, const json *definition)
{
    struct asl_report report = {0};
    struct buf text = {0};

    json_write(&text, definition);
    asl_machine *m = asl_compile(buf_str(&text), text.len, DOCUMENT_JSON, &report);
    ck_assert_msg(m != NULL, "%s: %s at %s", name, report.problems[0].message,
                  report.problems[0].pointer);
    asl_report_clear(&report);
    buf_clear(&text);
    return m;
}

static json *input_of(const json *v)
{
    const json *count = json_get(v, "input_count"), *input = json_get(v, "input");
    struct json_build b;

    if (!count)
        return input ? json_ref(input) : json_ref(json_empty_object());
    json_build_array(&b, 0);
    for (int64_t i = 0; i < json_int_value(count); i++)
        json_build_add(&b, json_int(i));
    return json_build_done(&b);
}

struct kase {
    const char *name;
    json *doc, *input;
    struct play play;
    json *update;
    struct asl_error source_fails, writing_fails, target_fails;
    int64_t redrive_ms[4];
};

/* ---- answers ---- */

/* The spec of run `nth`: an answer with "times" stands for that many. */
static const json *answer_spec(const json *answers, uint32_t nth)
{
    for (size_t i = 0; answers && i < json_count(answers); i++) {
        const json *times = json_get(json_at(answers, i), "times");
        int64_t n = times ? json_int_value(times) : 1;
        if (nth < n)
            return json_at(answers, i);
        nth -= (uint32_t)n;
    }
    return NULL;
}

/* A string whose JSON text has so many bytes. */
static json *sized(int64_t bytes)
{
    struct buf b = {0};
    size_t n = bytes < 2 ? 0 : (size_t)bytes - 2;

    memset(buf_reserve(&b, n), 'x', n);
    b.len += n;
    return json_take_buf(&b);
}

/* Once for all plays: each check that Check counts is a write to a file. */
static void check_answers(const char *name, const json *tasks)
{
    static const char *const known[] = {
        "ok",      "ok_bytes",        "echo",    "error",        "cause",      "never",
        "after_s", "beats_s",         "times",   "submitted",    "by_token",   "submitted_after_s",
        "lost_s",  "submitted_bytes", "unbegun", "called_off_s", "cut_off_ok", NULL};

    for (size_t i = 0; tasks && i < json_count(tasks); i++)
        for (size_t n = 0; n < json_count(json_value_at(tasks, i)); n++)
            check_fields(name, json_at(json_value_at(tasks, i), n), known);
}

static bool answer(void *user, const struct rt_command *c, uint32_t nth, struct play_answer *out)
{
    const struct kase *k = user;
    const json *tasks = json_get(k->doc, "tasks");
    const json *spec = answer_spec(json_get_key(tasks, c->state->name), nth), *v;

    if (!spec)
        return false;
    out->after_ms = ms_of(json_get(spec, "after_s"), 0);
    if ((v = json_get(spec, "submitted")))
        out->submitted = json_ref(v);
    else if ((v = json_get(spec, "submitted_bytes")))
        out->submitted = sized(json_int_value(v));
    out->submitted_ms = ms_of(json_get(spec, "submitted_after_s"), 0);
    out->lost_ms = ms_of(json_get(spec, "lost_s"), 0);
    out->called_off_ms = ms_of(json_get(spec, "called_off_s"), 0);
    out->by_token = json_get(spec, "by_token") != NULL;
    if ((v = json_get(spec, "cut_off_ok")))
        out->cut_off_ok = json_ref(v);
    v = json_get(spec, "beats_s");
    for (size_t i = 0; v && i < json_count(v) && i < COUNT(out->beats_ms); i++)
        out->beats_ms[out->beats++] = ms_of(json_at(v, i), 0);
    if (json_get(spec, "unbegun"))
        out->kind = PLAY_UNBEGUN;
    if (json_get(spec, "never") || json_get(spec, "unbegun"))
        return true;
    out->kind = PLAY_OK;
    if ((v = json_get(spec, "ok"))) {
        out->value = json_ref(v);
    } else if ((v = json_get(spec, "ok_bytes"))) {
        out->value = sized(json_int_value(v));
    } else if (json_get(spec, "echo")) {
        out->value = json_ref(c->parameters);
    } else {
        out->kind = PLAY_FAIL;
        out->error = error_of(spec);
    }
    return true;
}

/* ---- setting up ---- */

/* Seconds after each end. */
static void kase_redrive(struct kase *k, const json *after_s)
{
    for (size_t i = 0; after_s && i < json_count(after_s); i++) {
        ck_assert_msg(i < COUNT(k->redrive_ms), "%s: too many redrives", k->name);
        k->redrive_ms[i] = ms_of(json_at(after_s, i), 0);
        k->play.redrives++;
    }
    k->play.redrive_ms = k->redrive_ms;
}

static void kase_update(struct kase *k, const json *v)
{
    static const char *const known[] = {"after_s", "maxConcurrency", "toleratedFailureCount",
                                        "toleratedFailurePercentage", NULL};

    k->update = json_ref(v);
    if (!v)
        return;
    check_fields(k->name, v, known);
    k->play.update = k->update;
    k->play.update_ms = k->play.start_ms + ms_of(json_get(v, "after_s"), 0);
}

/* Fills in *out, and in *at_ms (NULL: none may be said) when it comes. Returns NULL without it. */
static const struct asl_error *kase_failure(struct kase *k, const char *field,
                                            struct asl_error *out, int64_t *at_ms)
{
    static const char *const known[] = {"error", "cause", "after_s", NULL};
    const json *v = json_get(k->doc, field), *after_s = v ? json_get(v, "after_s") : NULL;

    *out = (struct asl_error){0};
    if (!v)
        return NULL;
    check_fields(k->name, v, known);
    ck_assert_msg(at_ms || !after_s, "%s: %s comes at once", k->name, field);
    if (after_s)
        *at_ms = k->play.start_ms + ms_of(after_s, 0);
    *out = error_of(v);
    return out;
}

static void kase_failures(struct kase *k)
{
    struct play *p = &k->play;

    p->source_fails = kase_failure(k, "source_fails", &k->source_fails, &p->source_fails_ms);
    p->writing_fails = kase_failure(k, "writing_fails", &k->writing_fails, &p->writing_fails_ms);
    p->target_fails = kase_failure(k, "target_fails", &k->target_fails, NULL);
}

static void kase_init(struct kase *k, const char *path)
{
    static const char *const known[] = {"about",
                                        "definition",
                                        "input",
                                        "input_count",
                                        "tasks",
                                        "limits",
                                        "seed",
                                        "start",
                                        "stop",
                                        "redrive",
                                        "update_map_run",
                                        "expect",
                                        "source",
                                        "source_fails",
                                        "map_runs_from_s",
                                        "writing_fails",
                                        "target_fails",
                                        "source_after_s",
                                        NULL};
    static const char *const known_stop[] = {"after_s", "error", "cause", NULL};
    const char *slash = strrchr(path, '/');

    while (slash > path && slash[-1] != '/')
        slash--;
    k->name = slash;
    k->doc = read_json(path);
    check_fields(k->name, k->doc, known);
    const json *about = json_get(k->doc, "about"), *limits = json_get(k->doc, "limits"),
               *stop = json_get(k->doc, "stop"), *seed = json_get(k->doc, "seed");
    ck_assert_msg(about && json_str_len(about) > 0, "%s: what is it about?", k->name);
    ck_assert_msg(!limits || json_str_is(limits, "aws") || json_str_is(limits, "none"),
                  "%s: limits are aws or none", k->name);
    if (stop)
        check_fields(k->name, stop, known_stop);
    check_answers(k->name, json_get(k->doc, "tasks"));
    k->input = input_of(k->doc);
    k->play = (struct play){
        .machine = machine_of(k->name, json_get(k->doc, "definition")),
        .config =
            {
                .names =
                    {
                        .arn = json_cstring(
                            "arn:aws:states:us-east-1:123456789012:execution:machine:run"),
                        .name = json_cstring("run"),
                        .machine_arn = json_cstring(
                            "arn:aws:states:us-east-1:123456789012:stateMachine:machine"),
                        .machine_name = json_cstring("machine"),
                        .role_arn = json_cstring("arn:aws:iam::123456789012:role/role"),
                        .region = json_cstring("us-east-1"),
                    },
                .aws_limits = !limits || json_str_is(limits, "aws"),
                .seed = seed ? (uint64_t)json_int_value(seed) : 0,
            },
        .input = k->input,
        .start_ms = time_of(k->name, json_get(k->doc, "start")),
        .stop_ms = INT64_MAX,
        .stop = stop ? error_of(stop) : (struct asl_error){0},
        .max_events = 2000000,
        .max_steps = 2000000,
        .user = k,
        .answer = answer,
    };
    if (stop)
        k->play.stop_ms = k->play.start_ms + ms_of(json_get(stop, "after_s"), 0);
    kase_redrive(k, json_get(k->doc, "redrive"));
    kase_update(k, json_get(k->doc, "update_map_run"));
    k->play.source = json_get(k->doc, "source");
    k->play.source_ms = k->play.start_ms + ms_of(json_get(k->doc, "source_after_s"), 0);
    const json *from = json_get(k->doc, "map_runs_from_s");
    k->play.map_runs_from_ms = from ? k->play.start_ms + 1000 * json_int_value(from) : 0;
    kase_failures(k);
}

static void kase_clear(struct kase *k)
{
    json_unref(k->doc);
    json_unref(k->input);
    asl_machine_unref(k->play.machine);
    rt_names_clear(&k->play.config.names);
    asl_error_clear(&k->play.stop);
    json_unref(k->update);
    asl_error_clear(&k->source_fails);
    asl_error_clear(&k->writing_fails);
    asl_error_clear(&k->target_fails);
}

/* ---- what is expected ---- */

static void write_or_nothing(struct buf *out, const json *v)
{
    if (v)
        json_write(out, v);
    else
        buf_adds(out, "nothing");
}

static void expect_value(const struct kase *k, const char *what, const json *got, const json *want)
{
    struct buf a = {0}, b = {0};

    write_or_nothing(&a, got);
    write_or_nothing(&b, want);
    ck_assert_msg(!strcmp(buf_str(&a), buf_str(&b)), "%s: %s: got %s, want %s", k->name, what,
                  buf_str(&a), buf_str(&b));
    buf_clear(&a);
    buf_clear(&b);
}

static void expect_number(const struct kase *k, const char *what, double got, const json *want)
{
    if (want)
        ck_assert_msg(got == json_double_value(want), "%s: %s: got %.15g, want %.15g", k->name,
                      what, got, json_double_value(want));
}

/* As they would stand in the case. */
static json *lines_of(const struct played *d)
{
    struct json_build b;
    struct buf line = {0};

    json_build_array(&b, d->count);
    for (size_t i = 0; i < d->count; i++) {
        if (!d->events[i].id)
            continue;
        play_line(d, i, &line);
        json_build_add(&b, json_take_buf(&line));
    }
    return json_build_done(&b);
}

static json *history_of(const struct played *d)
{
    struct json_build b;

    json_build_array(&b, d->count);
    for (size_t i = 0; i < d->count; i++) {
        if (!d->events[i].id)
            continue;
        json *e = rt_event_json(d->x, &d->events[i]);
        struct json_build bare;
        json_build_object(&bare, json_count(e));
        for (size_t m = 0; m < json_count(e); m++)
            if (!json_str_is(json_key_at(e, m), "timestamp"))
                json_build_set_key(&bare, json_ref(json_key_at(e, m)),
                                   json_ref(json_value_at(e, m)));
        json_build_add(&b, json_build_done(&bare));
        json_unref(e);
    }
    return json_build_done(&b);
}

/* Where two arrays part, so that a failure among many events can be read. */
static void expect_list(const struct kase *k, const char *what, json *got, const json *want)
{
    struct buf all = {0};

    if (want && !json_equal(got, want)) {
        size_t i = 0;
        while (i < json_count(got) && i < json_count(want) &&
               json_equal(json_at(got, i), json_at(want, i)))
            i++;
        buf_printf(&all, "%s: %s: element %zu: got ", k->name, what, i);
        write_or_nothing(&all, i < json_count(got) ? json_at(got, i) : NULL);
        buf_adds(&all, ", want ");
        write_or_nothing(&all, i < json_count(want) ? json_at(want, i) : NULL);
        buf_adds(&all, "; all: ");
        json_write(&all, got);
        ck_abort_msg("%s", buf_str(&all));
    }
    json_unref(got);
    buf_clear(&all);
}

static void check_expected(const struct kase *k, const struct played *d)
{
    static const char *const known[] = {
        "status",      "output",  "output_count", "error",       "cause",   "elapsed_s", "events",
        "event_count", "history", "cancelled",    "transitions", "results", NULL};
    const json *want = json_get(k->doc, "expect"), *v;
    const struct asl_error *e = rt_exec_error(d->x);
    json *status = json_cstring(rt_status_name(rt_exec_status(d->x)));

    check_fields(k->name, want, known);
    ck_assert_msg(!d->cut, "%s: it does not end", k->name);
    ck_assert_msg(!d->stuck, "%s: it waits for what will never come", k->name);
    expect_list(k, "events", lines_of(d), json_get(want, "events"));
    /* Error and cause first: they say more than a status. */
    expect_value(k, "error", e ? e->name : NULL, json_get(want, "error"));
    expect_value(k, "cause", e ? e->cause : NULL, json_get(want, "cause"));
    expect_value(k, "status", status, json_get(want, "status"));
    if ((v = json_get(want, "output")) || !json_get(want, "output_count"))
        expect_value(k, "output", rt_exec_output(d->x), v);
    expect_number(k, "output_count",
                  rt_exec_output(d->x) ? (double)json_count(rt_exec_output(d->x)) : -1,
                  json_get(want, "output_count"));
    if ((v = json_get(want, "history")))
        expect_list(k, "history", history_of(d), v);
    expect_list(k, "cancelled", json_ref(d->cancelled), json_get(want, "cancelled"));
    for (size_t i = 0; (v = json_get(want, "results")) && i < json_count(v); i++)
        expect_value(k, json_str(json_key_at(v, i)), json_get_key(d->results, json_key_at(v, i)),
                     json_value_at(v, i));
    expect_number(k, "elapsed_s", (double)(d->end_ms - k->play.start_ms) / 1000,
                  json_get(want, "elapsed_s"));
    expect_number(k, "event_count", rt_exec_events(d->x), json_get(want, "event_count"));
    expect_number(k, "transitions", (double)rt_exec_transitions(d->x),
                  json_get(want, "transitions"));
    json_unref(status);
}

/* ---- the test ---- */

/* No more single crashes than that, and fewer where the play is long or its events are large. */
enum { MOST_CRASHES = 100, MOST_REPLAYED = 300000, BYTES_AN_EVENT = 1000 };

/* How many events a play counts for. */
static size_t length_of(const struct played *d)
{
    size_t bytes = 0;

    for (size_t i = 0; i < d->count; i++) {
        const json *data = d->events[i].data, *extra = rt_event_extra(&d->events[i]);
        bytes += data ? json_text_len(data) : 0;
        bytes += extra ? json_text_len(extra) : 0;
    }
    return d->count + bytes / BYTES_AN_EVENT;
}

static void play_again(const struct kase *k, const struct played *whole, size_t step)
{
    struct played again;
    struct buf why = {0};

    play_run(&k->play, (struct play_crash){step, step}, &again);
    ck_assert_msg(again.fault.len == 0, "%s: a crash after step %zu: %s", k->name, step,
                  buf_str(&again.fault));
    ck_assert_msg(played_same(whole, &again, &why), "%s: a crash after step %zu: %s", k->name, step,
                  buf_str(&why));
    played_clear(&again);
    buf_clear(&why);
}

/* ---- two plays of one machine, in turns ---- */

struct in_turns {
    struct play play;
    struct play_crash crash;
    struct work work;
    coroutine *coroutine;
    unsigned pauses;
    struct played played;
};

static enum work_verdict let_the_other(struct work *w)
{
    struct in_turns *t = w->user;

    /* Not as often in what is long. */
    if (++t->pauses % 1000 == 0)
        w->every *= 2;
    coroutine_pause(t->coroutine);
    return WORK_GOES_ON;
}

static void play_in_turns(void *user)
{
    struct in_turns *t = user;

    play_run(&t->play, t->crash, &t->played);
}

static void play_two_in_turns(const struct kase *k, const struct played *whole)
{
    static const char *const which[] = {"in turns", "in turns, a crash after each step"};
    struct in_turns two[2];
    struct buf why = {0};
    bool done[2] = {false};

    for (int i = 0; i < 2; i++) {
        two[i] = (struct in_turns){.play = k->play,
                                   .crash = i ? PLAY_ALWAYS_CRASH : PLAY_NO_CRASH,
                                   .coroutine = coroutine_new()};
        two[i].work = (struct work){.every = 1, .tick = let_the_other, .user = &two[i]};
        two[i].play.work = &two[i].work;
        done[i] = coroutine_run(two[i].coroutine, play_in_turns, &two[i]);
    }
    while (!done[0] || !done[1])
        for (int i = 0; i < 2; i++)
            done[i] = done[i] || coroutine_resume(two[i].coroutine);
    for (int i = 0; i < 2; i++) {
        ck_assert_msg(two[i].played.fault.len == 0, "%s: %s: %s", k->name, which[i],
                      buf_str(&two[i].played.fault));
        ck_assert_msg(played_same(whole, &two[i].played, &why), "%s: %s: %s", k->name, which[i],
                      buf_str(&why));
        played_clear(&two[i].played);
        coroutine_free(two[i].coroutine);
    }
    buf_clear(&why);
}

START_TEST(kase)
{
    struct kase k;
    struct played whole;

    kase_init(&k, files.paths[_i]);
    play_run(&k.play, PLAY_NO_CRASH, &whole);
    ck_assert_msg(whole.fault.len == 0, "%s: %s", k.name, buf_str(&whole.fault));
    check_expected(&k, &whole);
    size_t most = MOST_REPLAYED / length_of(&whole);
    size_t stride = whole.steps / (most > MOST_CRASHES ? MOST_CRASHES : most + 1) + 1;
    for (size_t i = 0; i < whole.steps; i += stride)
        play_again(&k, &whole, i);
    play_two_in_turns(&k, &whole);
    played_clear(&whole);
    kase_clear(&k);
}
END_TEST

/* What a case gives, as its "expect" would say it: to be read with care before it goes there. */
static json *shown(const struct played *d)
{
    const json *output = rt_exec_output(d->x);
    const struct asl_error *e = rt_exec_error(d->x);
    struct json_build b;

    json_build_object(&b, 0);
    json_build_set(&b, "status", json_cstring(rt_status_name(rt_exec_status(d->x))));
    if (output)
        json_build_set(&b, "output", json_ref(output));
    if (e && e->name)
        json_build_set(&b, "error", json_ref(e->name));
    if (e && e->cause)
        json_build_set(&b, "cause", json_ref(e->cause));
    json_build_set(&b, "elapsed_s", json_double((double)(d->end_ms - d->events[0].at_ms) / 1000));
    if (json_count(d->cancelled))
        json_build_set(&b, "cancelled", json_ref(d->cancelled));
    json_build_set(&b, "results", json_ref(d->results));
    json_build_set(&b, "events", lines_of(d));
    json_build_set(&b, "history", history_of(d));
    json_build_set(&b, "transitions", json_int((int64_t)rt_exec_transitions(d->x)));
    return json_build_done(&b);
}

START_TEST(show)
{
    struct kase k;
    struct played d;
    struct buf text = {0};

    kase_init(&k, files.paths[_i]);
    play_run(&k.play, PLAY_NO_CRASH, &d);
    json *all = shown(&d);
    json_write(&text, all);
    printf("%s\n", buf_str(&text));
    ck_assert_msg(d.fault.len == 0, "%s: %s", k.name, buf_str(&d.fault));
    json_unref(all);
    buf_clear(&text);
    played_clear(&d);
    kase_clear(&k);
}
END_TEST

/* check_cases [FOLDER]; check_cases --show FILE: what the case gives. */
int main(int argc, char **argv)
{
    Suite *s = suite_create("cases");
    TCase *t = tcase_create("cases");

    if (argc > 2 && !strcmp(argv[1], "--show")) {
        files.paths = mem_calloc(1, sizeof *files.paths);
        files.paths[files.count++] = mem_strdup(argv[2]);
        tcase_add_loop_test(t, show, 0, 1);
    } else {
        find_files(argc > 1 ? argv[1] : "tests/cases");
        tcase_add_loop_test(t, kase, 0, (int)files.count);
    }
    tcase_set_timeout(t, 60);
    suite_add_tcase(s, t);
    int status = run_suite(s);
    forget_files();
    return status;
}
