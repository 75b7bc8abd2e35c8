/*
 * A run becomes a suite by way of its history: that is replayed as one of AWS is, so that the suite
 * is known to pass before it is written. Map Runs have executions of their own, whose histories
 * answer for their items.
 */
#include "tools/recording.h"

#include "parsers/base/count.h"
#include "parsers/base/mem.h"
#include "runtime/folder/folder.h"
#include "tools/cmd.h"
#include "tools/envelopes.h"
#include "tools/replace_file.h"
#include "tools/secrets.h"
#include "tools/test/case_check.h"
#include "tools/test/history.h"
#include "tools/test/replay.h"
#include "tools/test/replay_case.h"
#include "tools/test/suite_write.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* The events of one execution so far. */
struct recorded {
    uint64_t number;
    struct json_build events;
    const struct asl_state *map; /* it is of a Map Run of this state; NULL: it is the run's own */
    uint32_t index;              /* of the item */
};

struct recording {
    struct recorded *all; /* the run's own first */
    size_t count, cap;
    size_t *index_of; /* by number: one more than its index; 0: it is not there yet */
    size_t index_cap;
};

recording *recording_new(void)
{
    return mem_calloc(1, sizeof(recording));
}

void recording_free(recording *r)
{
    for (size_t i = 0; r && i < r->count; i++)
        json_build_drop(&r->all[i].events);
    if (r) {
        mem_free(r->all);
        mem_free(r->index_of);
    }
    mem_free(r);
}

/* The engine's numbers are dense. */
static struct recorded *recorded_of(recording *r, const engine *e, uint64_t execution)
{
    struct rt_place place;

    if (execution >= r->index_cap) {
        size_t cap = mem_grow(r->index_cap, (size_t)execution + 1);
        r->index_of = mem_realloc(r->index_of, cap * sizeof *r->index_of);
        memset(r->index_of + r->index_cap, 0, (cap - r->index_cap) * sizeof *r->index_of);
        r->index_cap = cap;
    }
    if (r->index_of[execution])
        return &r->all[r->index_of[execution] - 1];
    MEM_GROW(r->all, r->count, r->cap);
    struct recorded *new = &r->all[r->count++];
    *new = (struct recorded){.number = execution};
    json_build_array(&new->events, 16);
    if (r->count > 1 && engine_child_place(e, execution, &place)) {
        new->map = place.state;
        new->index = place.index;
    }
    r->index_of[execution] = r->count;
    return new;
}

void recording_events(recording *r, engine *e, uint64_t execution, const rt_exec *x,
                      const struct rt_events *events)
{
    struct recorded *to = recorded_of(r, e, execution);
    struct rt_event event;

    for (size_t i = 0; i < events->count; i++) {
        rt_events_at(events, i, &event);
        if (event.id)
            json_build_add(&to->events, rt_event_json(x, &event));
    }
}

/* ---- the suite ---- */

struct played {
    struct history *own;
    struct replay_child *children;
    size_t child_count;
};

/*
 * Takes the events, and returns those of each execution with stand-ins where secrets are, before
 * they are played: so what is written is known to pass with them. Who compares a secret, or takes
 * it apart, goes another way then. All events are looked at twice: a secret may get its name in an
 * execution of a later one.
 */
static json **masked_events(recording *r, struct secrets *s)
{
    json **all = mem_calloc(r->count + 1, sizeof *all);

    for (size_t i = 0; i < r->count; i++) {
        all[i] = json_build_done(&r->all[i].events);
        json_unref(secrets_masked(s, all[i]));
    }
    s->values = 0;
    for (size_t i = 0; i < r->count; i++) {
        json *masked = secrets_masked(s, all[i]);
        json_unref(all[i]);
        all[i] = masked;
    }
    return all;
}

static bool read_played(const recording *r, json *const *events, enum envelopes rest,
                        struct played *out, struct diag *why)
{
    out->children = mem_calloc(r->count + 1, sizeof *out->children);
    out->own = r->count ? history_of(envelopes_reduced(events[0], rest), why) : NULL;
    for (size_t i = 1; out->own && i < r->count; i++) {
        struct history *h = history_of(envelopes_reduced(events[i], rest), NULL);
        if (!h)
            continue;
        if (r->all[i].map)
            out->children[out->child_count++] =
                (struct replay_child){h, r->all[i].map->name, r->all[i].index};
        else
            history_free(h);
    }
    return out->own != NULL;
}

static void clear_played(struct played *p)
{
    history_free(p->own);
    for (size_t i = 0; i < p->child_count; i++)
        history_free((struct history *)(uintptr_t)p->children[i].history);
    mem_free(p->children);
}

/* What the command line says of the execution is part of the case. */
static void add_asked(struct json_build *b, const struct workflow *w, const json *context)
{
    if (w->name)
        json_build_set(b, "execution", json_cstring(w->name));
    if (context)
        json_build_set(b, "context", json_ref(context));
}

/* What the run does may cost money, and can't be undone: that its suite can't be written is told
 * before. */
static bool may_be_written(struct workflow *w, const char *path)
{
    if (!used_files_write(&w->used, "run", "record", path))
        return false;
    bool good = replace_file_check(path);

    if (!good)
        cmd_fail("run", "%s can't be written: %s", path, strerror(errno));
    return good;
}

bool recording_may_begin(struct workflow *w, const char *path)
{
    struct json_build b = {0};
    struct asl_report report = {0};

    json_build_object(&b, 2);
    add_asked(&b, w, w->extra);
    json *asked = json_build_done(&b);
    case_check_fields(&(struct asl_at){.value = asked}, &report);
    bool good = report.count == 0;
    if (!good)
        cmd_usage("run", "--record: no case of a suite may have this: %s",
                  report.problems[0].message);
    asl_report_clear(&report);
    json_unref(asked);
    return good && may_be_written(w, path);
}

static json *recorded_case(const struct workflow *w, const json *context,
                           const struct replay *replay, const struct history *h, const char *path)
{
    json *made = replay_case(replay, h, path), *files = replay_written_files(replay);
    struct json_build b = {0};

    json_build_copy(&b, made, 3);
    if (files)
        json_build_set(&b, "expect",
                       json_with(json_get(made, "expect"), json_cstring("buckets"), files));
    json_unref(made);
    json_build_set(&b, "seed", json_int((int64_t)w->seed_value));
    add_asked(&b, w, context);
    return json_build_done(&b);
}

static json *recorded_suite(const struct workflow *w, const json *context,
                            const struct replay *replay, const struct history *h,
                            const char *definition, const char *path)
{
    struct json_build cases = {0};

    json_build_object(&cases, 1);
    json_build_set(&cases, "recorded", recorded_case(w, context, replay, h, path));
    return suite_of_cases(path, definition, placeholders_given(&w->placeholders), NULL,
                          json_build_done(&cases));
}

static void tell_masked(const char *path)
{
    fprintf(stderr,
            "asl run: %s has stand-ins for what is secret by its name (masked000001, …); look "
            "through the rest before others get it\n",
            path);
}

static bool recording_write_suite(const char *path, const json *suite)
{
    struct buf text = {0};

    suite_write(&text, path, suite, NULL);
    bool good = replace_file_private(path, &text);
    if (!good)
        cmd_fail("run", "%s can't be written: %s", path, strerror(errno));
    buf_clear(&text);
    return good;
}

/* Returns whether the replay ended as the run did, by the same way. What else differs, as times do,
 * is no matter. */
static bool went_as_recorded(const struct history *h, const struct replay *r)
{
    json *way = history_path(h);
    const char *last = h->events[h->count - 1].type + strlen("Execution");
    const char *status = json_str(result_member(r->result, "status"));
    bool same = h->ended && json_equal(way, result_member(r->result, "path")) &&
                strncasecmp(last, status, 4) == 0;

    json_unref(way);
    return same;
}

/* Returns the buckets that are folders, from --bucket and the handlers file. mem_free them; the
 * texts are looks. */
static struct case_bucket *folders_of(const handlers *h, size_t *count)
{
    struct case_bucket *all = NULL;
    size_t cap = 0;

    *count = 0;
    for (struct handlers_bucket b; handlers_bucket(h, *count, &b); ++*count) {
        MEM_GROW(all, *count, cap);
        all[*count] = (struct case_bucket){b.name, folder_path(b.folder)};
    }
    return all;
}

/* A run that is to become a suite, with what its command line says. */
struct writing {
    const recording *recording;
    json **events; /* of each execution */
    const struct workflow *workflow;
    const json *context; /* NULL: none */
    struct case_bucket *buckets;
    size_t bucket_count;
    bool masked; /* events have stand-ins */
    const char *definition, *path;
};

static void tell_otherwise(const struct writing *w, const struct replay *r)
{
    cmd_fail("run", "%s isn't written: played once more%s, the execution goes otherwise%s%s",
             w->path, w->masked ? " with stand-ins for secrets" : "", r->failures.count ? ": " : "",
             r->failures.count ? r->failures.all[0].text : "");
}

/*
 * Plays the run with so much of its envelopes, and writes the suite of that. Without all of them it
 * must go as it went then to the last value, as something may read them; then *again is set when it
 * doesn't. Returns false when nothing was written.
 */
static bool write_with(const struct writing *w, enum envelopes rest, bool *again)
{
    struct played p = {0};
    struct diag why = {0};
    struct replay replay;
    bool good = false;

    *again = false;
    if (!read_played(w->recording, w->events, rest, &p, &why)) {
        cmd_fail("run", "%s isn't written: %s", w->path,
                 why.text ? why.text : "the execution didn't start");
        clear_played(&p);
        diag_clear(&why);
        return false;
    }
    replay_run(&(struct replay_options){.history = p.own,
                                        .children = p.children,
                                        .child_count = p.child_count,
                                        .machine = w->workflow->file.machine,
                                        .name = w->workflow->file.name,
                                        .execution = w->workflow->name,
                                        .context = w->context,
                                        .seed = w->workflow->seed_value,
                                        .buckets = w->buckets,
                                        .bucket_count = w->bucket_count},
               &replay);
    bool same = went_as_recorded(p.own, &replay);
    if (rest != ENVELOPES_WHOLE && (!same || replay.failures.count)) {
        *again = true;
    } else if (same) {
        json *suite =
            recorded_suite(w->workflow, w->context, &replay, p.own, w->definition, w->path);
        good = recording_write_suite(w->path, suite);
        json_unref(suite);
    } else {
        tell_otherwise(w, &replay);
    }
    replay_clear(&replay);
    clear_played(&p);
    return good;
}

bool recording_write(recording *r, const struct workflow *w, host *h, const char *definition,
                     const char *path)
{
    static const enum envelopes rests[] = {ENVELOPES_GONE, ENVELOPES_STATUS, ENVELOPES_WHOLE};
    struct secrets secrets = {0};
    struct writing writing = {
        .recording = r, .workflow = w, .definition = definition, .path = path};
    bool good = false, again = true;

    writing.buckets = folders_of(host_handlers(h), &writing.bucket_count);
    writing.events = masked_events(r, &secrets);
    writing.masked = secrets.values > 0;
    json *context = w->extra ? secrets_masked(&secrets, w->extra) : NULL;
    writing.context = context;
    for (size_t i = 0; i < COUNT(rests) && again; i++)
        good = write_with(&writing, rests[i], &again);
    if (good && secrets.values)
        tell_masked(path);
    for (size_t i = 0; i < r->count; i++)
        json_unref(writing.events[i]);
    mem_free(writing.events);
    secrets_clear(&secrets);
    json_unref(context);
    mem_free(writing.buckets);
    return good;
}
