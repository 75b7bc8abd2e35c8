/*
 * Snapshots are compared member by member, and as they stand: `$any` in one is a member of that
 * name. Their file has the cases in the order of the suite, so that a difference of two versions
 * shows what has changed and nothing else.
 */
#include "tools/test/snapshot.h"

#include "asl/eval/model.h"
#include "parsers/base/mem.h"
#include "parsers/base/text.h"
#include "parsers/base/utf8.h"
#include "tools/test/matcher.h"
#include "tools/test/schema.h"

#include <string.h>
#include <unistd.h>

/* ---- the file ---- */

static const struct schema_shape any = {.forms = SCHEMA_ANY};
static const struct schema_shape entries = {.forms = SCHEMA_MAP, .of = &any};
static const struct schema_field rows[] = {
    {"snapshots", &entries, "What cases came to, by their names.", true},
};
static const struct schema_object fields = {
    .name = "file of snapshots",
    .about = "What cases came to when asl test --update last looked.",
    .fields = rows,
    .count = sizeof rows / sizeof *rows};

static char *path_with(const char *begin, size_t len, const char *ending)
{
    struct buf path = {0};

    buf_add(&path, begin, len);
    buf_adds(&path, ending);
    buf_str(&path);
    return buf_take(&path);
}

/* The names of suites that `asl test` looks for: those may have had the file of another one. */
static const char *const endings[] = {".test.yaml", ".test.yml", ".test.json"};
enum { ENDINGS = sizeof endings / sizeof *endings };

/* Returns whether there is another suite of the same name but for its ending. */
static bool has_namesake(const char *suite)
{
    bool has = false;

    for (size_t i = 0; i < ENDINGS; i++) {
        char *other = path_with(suite, suite_name_len(suite), endings[i]);
        has |= strcmp(other, suite) != 0 && access(other, F_OK) == 0;
        mem_free(other);
    }
    return has;
}

static bool is_suite_name(const char *path)
{
    for (size_t i = 0; i < ENDINGS; i++)
        if (text_ends_with(path, endings[i]))
            return true;
    return false;
}

/*
 * NAME.snap.json is for NAME.test.yaml. Other endings have a file of their own, as a suite of the
 * same name may stand beside them; but once they had that file, too, and one that is there and can
 * be of no other suite goes on to be theirs. No two suites may share a file: --update would drop
 * what it has of the other one. So NAME.test.json.test.yaml has its whole name in it as well.
 */
char *snapshot_path(const char *suite)
{
    char *name = mem_strndup(suite, suite_name_len(suite));
    char *old = path_with(name, strlen(name), ".snap.json");
    char *own = path_with(suite, strlen(suite), ".snap.json");
    bool shares = is_suite_name(suite) && !is_suite_name(name);

    if (shares && !text_ends_with(suite, ".test.yaml"))
        shares = access(own, F_OK) != 0 && access(old, F_OK) == 0 && !has_namesake(suite);
    mem_free(name);
    mem_free(shares ? own : old);
    return shares ? old : own;
}

bool snapshot_read(struct suite *s, struct asl_report *report)
{
    char *path = snapshot_path(s->file.path);
    bool good = access(path, F_OK) != 0 || suite_file_read(&s->snapshots, path, &fields, report);

    mem_free(path);
    return good;
}

/* A suite without a file has no snapshots yet. */
static const json *kept_entries(const struct suite *s)
{
    return s->snapshots.doc ? json_get(s->snapshots.doc, "snapshots") : json_empty_object();
}

/* ---- what is written down ---- */

bool snapshot_wanted(const struct test_case *c)
{
    struct asl_at at;

    return expect_field(c, "snapshot", &at) && json_kind(at.value) != JSON_FALSE;
}

static bool has_part(const json *parts, const char *part)
{
    if (!json_is_array(parts))
        return true;
    for (size_t i = 0; i < json_count(parts); i++)
        if (json_str_is(json_at(parts, i), part))
            return true;
    return false;
}

/* Text that is JSON by its name is shown as what it is. */
static json *readable(const json *key, const json *v)
{
    static const char *const texts[] = {"input", "output", "parameters"};

    for (size_t i = 0; json_is_string(v) && i < sizeof texts / sizeof *texts; i++) {
        json *read =
            json_str_is(key, texts[i]) ? json_parse(json_str(v), json_str_len(v), 0, NULL) : NULL;
        if (read)
            return read;
    }
    return json_ref(v);
}

/* Adds the members of `object` but those that are left out, each as `shown` makes it. */
static json *copy_without(const json *object, const char *const *left_out,
                          json *(*shown)(const json *key, const json *v))
{
    struct json_build b = {0};

    json_build_object(&b, json_count(object));
    for (size_t i = 0; i < json_count(object); i++) {
        const json *key = json_key_at(object, i);
        size_t k = 0;
        while (left_out[k] && !json_str_is(key, left_out[k]))
            k++;
        if (!left_out[k])
            json_build_set_key(&b, json_ref(key), shown(key, json_value_at(object, i)));
    }
    return json_build_done(&b);
}

static json *event_member(const json *key, const json *v)
{
    static const char *const truncations[] = {"inputDetails", "outputDetails", NULL};

    (void)key;
    return json_is_object(v) ? copy_without(v, truncations, readable) : json_ref(v);
}

/* Ids and times are left out: one more event would change all that come behind it. */
static json *event_value(const json *event)
{
    static const char *const changing[] = {"id", "previousEventId", "timestamp", NULL};

    return copy_without(event, changing, event_member);
}

static json *snapshot_events(const json *events)
{
    struct json_build b = {0};

    json_build_array(&b, json_count(events));
    for (size_t i = 0; i < json_count(events); i++)
        json_build_add(&b, event_value(json_at(events, i)));
    return json_build_done(&b);
}

/* The calls of all states but Maps. */
static json *calls_of_tasks(const struct test_case *c, const json *calls)
{
    struct json_build b = {0};

    json_build_object(&b, json_count(calls));
    for (size_t i = 0; i < json_count(calls); i++) {
        const json *key = json_key_at(calls, i);
        const struct asl_state *of = trial_states_find(c->suite->states, json_str(key), NULL);
        if (!of || of->type != ASL_MAP)
            json_build_set_key(&b, json_ref(key), json_ref(json_value_at(calls, i)));
    }
    return json_build_done(&b);
}

/* How a Map reads its items and writes its results is this program's affair, and another version
 * may do it otherwise: only what Tasks send counts. Takes the snapshot; earlier versions wrote more
 * down. */
static json *only_tasks(const struct test_case *c, json *snapshot)
{
    const json *calls = json_get(snapshot, "calls");
    struct json_build b = {0};

    if (!calls || !json_is_object(calls))
        return snapshot;
    json_build_object(&b, json_count(snapshot));
    for (size_t i = 0; i < json_count(snapshot); i++) {
        const json *v = json_value_at(snapshot, i);
        json_build_set_key(&b, json_ref(json_key_at(snapshot, i)),
                           v == calls ? calls_of_tasks(c, v) : json_ref(v));
    }
    json_unref(snapshot);
    return json_build_done(&b);
}

/* A snapshot has status always, and of the rest what the case asks for: of `true` all of it. */
json *snapshot_value(const struct test_case *c, result *r)
{
    static const struct {
        const char *member, *part; /* it belongs to that part; NULL: it is always there */
    } members[] = {{"status", NULL},    {"output", "output"}, {"error", "output"},
                   {"cause", "output"}, {"path", "path"},     {"calls", "calls"}};
    struct json_build b = {0};
    struct asl_at parts;

    if (!snapshot_wanted(c))
        return NULL;
    expect_field(c, "snapshot", &parts);
    json_build_object(&b, 7);
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        if (members[i].part && !has_part(parts.value, members[i].part))
            continue;
        const json *v = result_member(r, members[i].member);
        if (v)
            json_build_set(&b, members[i].member, json_ref(v));
    }
    if (has_part(parts.value, "events"))
        json_build_set(&b, "events", snapshot_events(result_member(r, "events")));
    return only_tasks(c, json_build_done(&b));
}

/* ---- comparing ---- */

/* The file, its snapshots, and the entry of a case. */
enum { LEVELS_AROUND = 2 };

bool snapshot_fits(const json *value)
{
    return json_depth(value) + LEVELS_AROUND <= JSON_MAX_DEPTH;
}

/* Takes `actual`, and returns it without parts that were not asked for when it was written down: of
 * these there is nothing to compare. A failure tells them. */
static json *without_new(json *actual, const json *kept, struct place place, struct failures *out)
{
    static const char *const parts[] = {"output", "path", "calls", "events"};
    struct json_build b = {0};
    struct buf lacks = {0};

    json_build_object(&b, json_count(actual));
    for (size_t i = 0; i < json_count(actual); i++) {
        const json *key = json_key_at(actual, i);
        bool new = false;
        for (size_t k = 0; k < sizeof parts / sizeof *parts; k++)
            new |= json_str_is(key, parts[k]) && !json_get_key(kept, key);
        if (new && !(json_str_is(key, "output") && json_get(kept, "error")))
            buf_printf(&lacks, "%s%s", lacks.len ? ", " : "", json_str(key));
        else
            json_build_set_key(&b, json_ref(key), json_ref(json_value_at(actual, i)));
    }
    if (lacks.len)
        failures_add(out, place, "snapshot",
                     "what was written down has no %s yet: asl test --update writes it down",
                     buf_str(&lacks));
    buf_clear(&lacks);
    json_unref(actual);
    return json_build_done(&b);
}

void snapshot_check(const struct test_case *c, result *r, struct failures *out)
{
    struct differences d = {0};
    struct asl_at at;

    json *actual = snapshot_value(c, r);
    if (!actual)
        return;
    expect_field(c, "snapshot", &at);
    struct place place = at.places ? at.places->value : (struct place){0};
    const json *entry = json_get(kept_entries(c->suite), c->name);
    json *kept = entry ? only_tasks(c, json_ref(entry)) : NULL;
    if (kept)
        actual = without_new(actual, kept, place, out);
    if (!kept) {
        failures_add(out, place, "snapshot",
                     "there is none of this case yet: asl test --update writes it down");
    } else if (!matcher_compare_plain(kept, actual, &d)) {
        for (size_t i = 0; i < d.count; i++)
            d.all[i].place = place;
        failures_add(out, place, "snapshot",
                     "not as it was written down; if this is right, asl test --update takes it");
        struct failure *f = &out->all[out->count - 1];
        f->differences = d;
        f->expected = json_ref(kept);
        f->actual = json_ref(actual);
    }
    json_unref(kept);
    json_unref(actual);
}

/* ---- renewing ---- */

static void write_renewed(struct buf *out, const struct difference *d)
{
    struct buf was = {0}, is = {0};

    difference_write_pair(&was, &is, d->expected, d->actual);
    buf_printf(out, "    %s: %s → %s\n", d->pointer, buf_str(&was), buf_str(&is));
    buf_clear(&was);
    buf_clear(&is);
}

static void tell_renewed(const char *name, const json *was, const json *is, struct buf *told)
{
    struct differences d = {0};

    if (!was) {
        buf_printf(told, "  '%s' is new\n", name);
        return;
    }
    if (!matcher_compare_plain(was, is, &d))
        buf_printf(told, "  '%s' is renewed\n", name);
    for (size_t i = 0; i < d.count; i++)
        write_renewed(told, &d.all[i]);
    if (d.more)
        buf_printf(told, "    %zu more differences\n", d.more);
    differences_clear(&d);
}

/* Adds a line for each entry that no case asks for. */
static void tell_unused_snapshots(const struct suite *s, const char *before, const char *behind,
                                  struct buf *out)
{
    const json *kept = kept_entries(s);

    for (size_t i = 0; i < json_count(kept); i++) {
        const json *name = json_key_at(kept, i);
        bool used = false;
        for (size_t k = 0; k < s->case_count && !used; k++)
            used = json_str_is(name, s->cases[k].name) && snapshot_wanted(&s->cases[k]);
        if (!used)
            buf_printf(out, "  %s'%s'%s\n", before, json_str(name), behind);
    }
}

void snapshot_unused(const struct suite *s, struct buf *out)
{
    tell_unused_snapshots(s, "no case asks for ", " any more: asl test --update removes it", out);
}

void snapshot_renew(const struct suite *s, const json *values, struct snapshot_update *out)
{
    const json *kept = kept_entries(s);
    struct json_build b = {0};

    *out = (struct snapshot_update){0};
    json_build_object(&b, s->case_count);
    for (size_t i = 0; i < s->case_count; i++) {
        const struct test_case *c = &s->cases[i];
        if (!snapshot_wanted(c))
            continue;
        const json *was = json_get(kept, c->name), *is = json_get(values, c->name);
        if (is)
            tell_renewed(c->name, was, is, &out->told);
        if (is || was)
            json_build_set(&b, c->name, json_ref(is ? is : was));
    }
    tell_unused_snapshots(s, "", " is removed: no case asks for it", &out->told);
    json *made = json_build_done(&b);
    if (json_count(made)) {
        struct json_build file = {0};
        json_build_object(&file, 1);
        json_build_set(&file, "snapshots", json_ref(made));
        json *whole = json_build_done(&file);
        json_write_pretty(&out->text, whole);
        buf_addc(&out->text, '\n');
        json_unref(whole);
    }
    out->changed =
        out->text.len != s->snapshots.text.len ||
        (out->text.len && memcmp(out->text.data, s->snapshots.text.data, out->text.len) != 0);
    json_unref(made);
}

void snapshot_update_clear(struct snapshot_update *u)
{
    buf_clear(&u->text);
    buf_clear(&u->told);
    *u = (struct snapshot_update){0};
}
