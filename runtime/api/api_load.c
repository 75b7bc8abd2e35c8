/*
 * What comes back from the store when a server starts again: our records, and of anything else what
 * can be told of it. A record that is spoiled is said aloud, what is missing is made up, and the
 * machine can be looked at, mended by an update, and deleted; it costs the others nothing. But when
 * the store can't be read just now, loading fails: what is made up would be put in place of what is
 * there.
 */

#include "runtime/api/api_records.h"

#include "parsers/base/mem.h"
#include "runtime/api/api_activities.h"
#include "runtime/api/api_call.h"
#include "runtime/api/api_executions.h"
#include "runtime/api/api_machines.h"
#include "runtime/api/api_start.h"
#include "runtime/api/api_state.h"
#include "runtime/api/api_sweep.h"
#include "runtime/api/api_versions.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

static const char SECRET[] = "secret";

static const char MACHINE_ARN[] = ":stateMachine:", ACTIVITY_ARN[] = ":activity:";

struct reading {
    api *api;
    struct diag *why;
    bool good; /* the store can be read */
};

/* Nobody may be there to hear it, as in tests. */
void record_spoiled(const api *a, const char *key, const char *format, ...)
{
    struct buf text = {0};
    va_list args;

    if (!a->spoiled)
        return;
    buf_printf(&text, "the store's record of %s is spoiled: ", key);
    va_start(args, format);
    buf_vprintf(&text, format, args);
    va_end(args);
    a->spoiled(a->user, buf_str(&text));
    buf_clear(&text);
}

/* What is not of its type is as good as missing: that it is spoiled has been said. */
static json *record_text(const json *v, const char *name)
{
    const json *text = json_get(v, name);

    return text && json_is_string(text) ? json_ref(text) : NULL;
}

static json *record_object(const json *v, const char *name)
{
    const json *object = json_get(v, name);

    return object && json_is_object(object) ? json_ref(object) : NULL;
}

/* The object that is there, or one with that member. Takes `v`. */
static json *object_or(const json *record, const char *name, const char *member, json *v)
{
    json *found = record_object(record, name);
    struct json_build b;

    if (found) {
        json_unref(v);
        return found;
    }
    json_build_object(&b, 1);
    json_build_set(&b, member, v);
    return json_build_done(&b);
}

static int64_t record_number(const json *v, const char *name)
{
    const json *n = json_get(v, name);

    return n && json_is_number(n) ? json_int_value(n) : 0;
}

static bool flag_of(const json *v, const char *name)
{
    const json *flag = json_get(v, name);

    return flag && json_kind(flag) == JSON_TRUE;
}

/* An object without members when it is none. */
static json *record_of(const struct reading *r, const char *key, const char *text, size_t len)
{
    json *v = json_parse(text, len, JSON_READ_SURROGATES, NULL);

    if (v && json_is_object(v))
        return v;
    json_unref(v);
    record_spoiled(r->api, key, "it is no JSON object");
    return json_ref(json_empty_object());
}

static bool record_has_all(const json *record, const char *const *names)
{
    bool all = true;

    for (size_t i = 0; names[i]; i++)
        all &= json_get(record, names[i]) != NULL;
    return all;
}

/* Returns whether the store itself can't be read, rather than one record of it: then loading
 * fails, as nothing can be told of what is there. */
static bool load_reading_failed(struct reading *r, const struct diag *why)
{
    if (strcmp(why->code, STORE_NONE) == 0 || strcmp(why->code, STORE_DAMAGED) == 0)
        return false;
    if (r->good)
        diag_set(r->why, why->code, 0, "%s", why->text);
    r->good = false;
    return true;
}

static struct revision *read_revision(struct reading *r, const json *key)
{
    static const char *const members[] = {"definition", "role",       "logging",
                                          "tracing",    "encryption", NULL};
    struct buf text = {0};
    struct diag why = {0};
    struct revision *v = mem_calloc(1, sizeof *v);
    json *record = NULL;

    if (store_get(r->api->store, RECORD_REVISION, json_str(key), &text, &why))
        record = record_of(r, json_str(key), text.data, text.len);
    else
        record = json_ref(json_empty_object());
    if (why.code && !load_reading_failed(r, &why))
        record_spoiled(r->api, json_str(key), "%s", why.text);
    else if (!why.code && !record_has_all(record, members))
        record_spoiled(r->api, json_str(key), "a member is missing");
    *v = (struct revision){
        .refs = 1,
        .key = json_ref(key),
        .definition = record_text(record, "definition"),
        .role_arn = record_text(record, "role"),
        .logging = object_or(record, "logging", "level", json_cstring("OFF")),
        .tracing = object_or(record, "tracing", "enabled", json_bool(false)),
        .encryption = object_or(record, "encryption", "type", json_cstring("AWS_OWNED_KEY")),
        .variables = record_object(record, "variables"),
        .id = record_text(record, "id"),
        .at_ms = record_number(record, "at")};
    if (!v->definition)
        v->definition = json_cstring("");
    if (!v->role_arn)
        v->role_arn = json_cstring("");
    json_unref(record);
    buf_clear(&text);
    diag_clear(&why);
    return v;
}

/* Returns the revision with that key: the one that `m` has already, so that both share it, or
 * else one read from the store. */
static struct revision *revision_of(struct reading *r, const struct machine *m, const json *key)
{
    if (m && m->revision && json_equal(m->revision->key, key))
        return revision_ref(m->revision);
    for (size_t i = 0; m && i < m->version_count; i++)
        if (json_equal(m->versions[i].revision->key, key))
            return revision_ref(m->versions[i].revision);
    return read_revision(r, key);
}

/* The machine's own name is the last part of its ARN. */
static json *name_in(const char *arn)
{
    const char *name = strrchr(arn, ':');

    return json_cstring(name ? name + 1 : arn);
}

/* The name in a record is the one that its ARN ends with. */
static void compare_name(const struct reading *r, const char *key, const json *record)
{
    json *name = record_text(record, "name"), *want = name_in(key);

    if (name && !json_equal(name, want))
        record_spoiled(r->api, key, "it has another name than its ARN");
    json_unref(name);
    json_unref(want);
}

static bool has_record(api *a, const json *key)
{
    struct buf text = {0};
    struct diag why = {0};
    bool has = store_get(a->store, RECORD_REVISION, json_str(key), &text, &why);

    buf_clear(&text);
    api_pass_damage(a, &why);
    return has;
}

/* The machine may be gone while executions of it are still there: then its record is asked. */
struct revision *revision_find(api *a, const json *key)
{
    struct diag why = {0};
    struct reading r = {.api = a, .why = &why, .good = true};
    const char *text = json_str(key), *end = strrchr(text, '#');
    json *arn = json_string(text, end ? (size_t)(end - text) : strlen(text));
    const struct machine *m = machine_at(a, json_str(arn));
    struct revision *found = m || has_record(a, key) ? revision_of(&r, m, key) : NULL;

    if (!r.good) {
        revision_unref(found);
        found = NULL;
    }
    api_read_failed(a, &why);
    json_unref(arn);
    return found;
}

static void read_version(struct reading *r, struct machine *m, const json *v)
{
    json *key = json_is_object(v) ? record_text(v, "revision") : NULL;
    int64_t number = key ? record_number(v, "number") : 0;

    if (number < 1 || number > UINT32_MAX) {
        record_spoiled(r->api, json_str(m->arn),
                       "a version has no number or revision, and is left out");
        json_unref(key);
        return;
    }
    MEM_GROW(m->versions, m->version_count, m->version_cap);
    m->versions[m->version_count] =
        (struct version){.number = (uint32_t)number,
                         .arn = json_stringf("%s:%u", json_str(m->arn), (unsigned)number),
                         .description = record_text(v, "description"),
                         .revision = revision_of(r, m, key),
                         .at_ms = record_number(v, "at")};
    m->version_count++;
    json_unref(key);
}

/* Routes to versions, as the API checks them. */
static bool are_routes(const json *routes)
{
    bool good = routes && json_is_array(routes) && json_count(routes) > 0;

    for (size_t i = 0; good && i < json_count(routes); i++) {
        const json *route = json_at(routes, i);
        const json *to = json_is_object(route) ? json_get(route, "stateMachineVersionArn") : NULL;
        const json *weight = to ? json_get(route, "weight") : NULL;
        good = to && json_is_string(to) && weight && json_kind(weight) == JSON_INT;
    }
    return good;
}

static void read_alias(struct reading *r, struct machine *m, const json *v)
{
    const json *routes = json_is_object(v) ? json_get(v, "routes") : NULL;
    json *name = json_is_object(v) ? record_text(v, "name") : NULL;

    if (!name || !are_routes(routes)) {
        record_spoiled(r->api, json_str(m->arn), "an alias has no name or routes, and is left out");
        json_unref(name);
        return;
    }
    MEM_GROW(m->aliases, m->alias_count, m->alias_cap);
    m->aliases[m->alias_count++] =
        (struct alias){.arn = json_stringf("%s:%s", json_str(m->arn), json_str(name)),
                       .name = name,
                       .description = record_text(v, "description"),
                       .routes = json_ref(routes),
                       .created_ms = record_number(v, "created"),
                       .updated_ms = record_number(v, "updated")};
}

/* Reads each element of `list`, which may be missing or, in a spoiled record, no array. */
static void read_each(struct reading *r, struct machine *m, const json *list,
                      void (*read)(struct reading *r, struct machine *m, const json *v))
{
    for (size_t i = 0; list && json_is_array(list) && i < json_count(list); i++)
        read(r, m, json_at(list, i));
}

/* The number of a revision by its key; 0: it is none of that machine's. */
static uint32_t revision_number(const char *machine_arn, const char *key)
{
    size_t len = strlen(machine_arn);

    if (strncmp(key, machine_arn, len) != 0 || key[len] != '#')
        return 0;
    unsigned long n = strtoul(key + len + 1, NULL, 10);
    return n <= UINT32_MAX ? (uint32_t)n : 0;
}

struct newest {
    const char *arn;
    uint32_t number;
};

static bool note_revision(void *user, const char *key, const char *text, size_t len)
{
    struct newest *n = user;
    uint32_t number = revision_number(n->arn, key);

    (void)text;
    (void)len;
    if (number > n->number)
        n->number = number;
    return number > 0;
}

/* The newest revision that there is of a machine whose record doesn't tell. */
static uint32_t newest_revision(struct reading *r, const char *arn)
{
    struct newest n = {.arn = arn};
    struct diag why = {0};
    json *before = json_stringf("%s#", arn);

    store_list(r->api->store, RECORD_REVISION, json_str(before), note_revision, &n, &why);
    if (why.code)
        load_reading_failed(r, &why);
    json_unref(before);
    diag_clear(&why);
    return n.number;
}

static bool is_arn_of(const char *kind, const char *key)
{
    const char *at = strstr(key, kind), *name = at ? at + strlen(kind) : "";

    return strncmp(key, "arn:", 4) == 0 && *name && !name[strcspn(name, ":/#")];
}

/* Returns whether anybody could ask for what has that key. */
static bool is_arn(const struct reading *r, const char *key, const char *kind)
{
    if (is_arn_of(kind, key))
        return true;
    record_spoiled(r->api, key, "its key is no ARN, it is left out");
    return false;
}

static json *tags_in(const json *record)
{
    const json *tags = json_get(record, "tags");
    bool good = tags && json_is_object(tags);

    for (size_t i = 0; good && i < json_count(tags); i++)
        good = json_is_string(json_value_at(tags, i));
    return json_ref(good ? tags : json_empty_object());
}

static uint32_t record_counter(const json *record, const char *name)
{
    int64_t n = record_number(record, name);

    return n > 0 && n <= INT32_MAX ? (uint32_t)n : 0;
}

/* The machine as its record has it, `v` (taken), or as much of it as that tells. */
static void make_machine(struct reading *r, const char *key, json *v)
{
    json *with = record_object(v, "createdWith"), *revision = record_text(v, "revision");
    struct machine *m = mem_calloc(1, sizeof *m);

    *m = (struct machine){.arn = json_cstring(key),
                          .name = name_in(key),
                          .express = flag_of(v, "express"),
                          .deleting = flag_of(v, "deleting"),
                          .created_ms = record_number(v, "created"),
                          .created_with = with ? with : json_ref(json_empty_object()),
                          .tags = tags_in(v),
                          .last_version = record_counter(v, "lastVersion"),
                          .last_revision = record_counter(v, "lastRevision")};
    if (!revision || !revision_number(key, json_str(revision))) {
        uint32_t newest = newest_revision(r, key);
        json_unref(revision);
        revision = revision_key(m->arn, newest ? newest : 1);
        m->last_revision = newest > m->last_revision ? newest : m->last_revision;
    }
    /* New revisions and versions must not take the place of what is there. */
    uint32_t current = revision_number(key, json_str(revision));
    if (current > m->last_revision)
        m->last_revision = current;
    m->revision = revision_of(r, NULL, revision);
    read_each(r, m, json_get(v, "versions"), read_version);
    read_each(r, m, json_get(v, "aliases"), read_alias);
    for (size_t i = 0; i < m->version_count; i++)
        if (m->versions[i].number > m->last_version)
            m->last_version = m->versions[i].number;
    json_unref(revision);
    json_unref(v);
    machine_add(r->api, m);
    if (m->deleting)
        machine_condemn(r->api, m);
}

static bool read_machine_record(void *user, const char *key, const char *text, size_t len)
{
    static const char *const members[] = {"name", "createdWith", "tags", "revision", NULL};
    struct reading *r = user;

    if (!is_arn(r, key, MACHINE_ARN))
        return true;
    json *v = record_of(r, key, text, len);
    if (!record_has_all(v, members))
        record_spoiled(r->api, key, "a member is missing");
    compare_name(r, key, v);
    make_machine(r, key, v);
    return true;
}

/* Takes `v`, its record. */
static void make_activity(struct reading *r, const char *key, json *v)
{
    struct activity *act = mem_calloc(1, sizeof *act);

    *act = (struct activity){.arn = json_cstring(key),
                             .name = name_in(key),
                             .tags = tags_in(v),
                             .encryption = record_object(v, "encryption"),
                             .created_ms = record_number(v, "created")};
    json_unref(v);
    activity_add(r->api, act);
}

static bool read_activity(void *user, const char *key, const char *text, size_t len)
{
    static const char *const members[] = {"name", "tags", "created", NULL};
    struct reading *r = user;

    if (!is_arn(r, key, ACTIVITY_ARN))
        return true;
    json *v = record_of(r, key, text, len);
    if (!record_has_all(v, members))
        record_spoiled(r->api, key, "a member is missing");
    compare_name(r, key, v);
    make_activity(r, key, v);
    return true;
}

/* ---- what is lost ---- */

static const char lost[] = "it is lost, and what else is known of it is used";

/* Who is on the roll and has no record of his own is made up: as he is there, no other one of his
 * name is made, which would have what is his. */
static bool read_roll(void *user, const char *key, const char *text, size_t len)
{
    struct reading *r = user;
    struct machine *m = machine_at(r->api, key);
    struct activity *act = activity_at(r->api, key);
    json *v = record_of(r, key, text, len);
    bool is_activity = strstr(key, ACTIVITY_ARN) != NULL;

    if (!m && !act) {
        if (!is_arn(r, key, is_activity ? ACTIVITY_ARN : MACHINE_ARN)) {
            json_unref(v);
            return true;
        }
        record_spoiled(r->api, key, lost);
        if (is_activity)
            make_activity(r, key, json_ref(v));
        else
            make_machine(r, key, json_ref(v));
        m = machine_at(r->api, key);
        act = activity_at(r->api, key);
    }
    if (m)
        m->enrolled = true;
    if (m && m->express != flag_of(v, "express"))
        record_spoiled(r->api, key, "it has another type than the roll says");
    if (act)
        act->enrolled = true;
    if ((m ? m->created_ms : act->created_ms) != record_number(v, "created"))
        record_spoiled(r->api, key, "it was created at another time than the roll says");
    json_unref(v);
    return true;
}

/* Makes up the machine that executions are listed under, when neither a record nor the roll has
 * it. */
static void miss_machine(struct reading *r, const char *list)
{
    if (!is_arn_of(MACHINE_ARN, list)) {
        record_spoiled(r->api, "executions",
                       "they are listed under '%s', which is no state machine's ARN", list);
        return;
    }
    record_spoiled(r->api, list, "%s: there are executions of it", lost);
    make_machine(r, list, json_ref(json_empty_object()));
}

/* What executions are listed under: a machine's ARN, or a Map Run's, and all of those are passed
 * over at once. */
static bool look_for_machines(struct reading *r)
{
    static const char map_run[] = ":mapRun";
    struct buf list = {0};
    struct diag why = {0};

    while (store_next_list(r->api->store, &list, &why)) {
        const char *run = strstr(buf_str(&list), map_run);
        if (run && run[sizeof map_run - 1] == ':') {
            list.len = (size_t)(run - list.data) + sizeof map_run - 1;
            buf_addc(&list, ':' + 1);
        } else if (!machine_at(r->api, buf_str(&list))) {
            miss_machine(r, buf_str(&list));
        }
    }
    bool good = strcmp(why.code, STORE_NONE) == 0;
    if (!good)
        diag_set(r->why, why.code, 0, "%s", why.text);
    buf_clear(&list);
    diag_clear(&why);
    return good;
}

/* Those of an earlier version have no place on the roll yet, and get it now. */
static void enroll_all(api *a)
{
    const struct machine *m;
    const struct activity *act;

    for (size_t i = 0; (m = machine_by_name(a, i)); i++)
        if (!m->enrolled)
            record_enroll(a, m->arn, m->created_ms, m->express);
    for (size_t i = 0; (act = activity_by_age(a, i)); i++)
        if (!act->enrolled)
            record_enroll(a, act->arn, act->created_ms, false);
}

/* The key of page tokens, which hold over a restart. */
static bool read_page_key(struct reading *r)
{
    api *a = r->api;
    struct buf text = {0};
    struct diag why = {0};
    bool found = store_get(a->store, SECRET, "pages", &text, &why);

    if (!found && load_reading_failed(r, &why)) {
        /* Another key would make an end of the tokens that clients have. */
    } else if (found && text.len == sizeof a->page_key) {
        memcpy(a->page_key, text.data, sizeof a->page_key);
    } else if (getrandom(a->page_key, sizeof a->page_key, 0) == sizeof a->page_key) {
        store_put(a->store, SECRET, "pages", (const char *)a->page_key, sizeof a->page_key);
    } else {
        diag_set(r->why, STORE_READ, 0, "the system gives no random bytes");
        r->good = false;
    }
    buf_clear(&text);
    diag_clear(&why);
    return r->good;
}

/* ---- executions that run ---- */

/* Counts what runs, and gives those that run with mocks their mocks again: an execution that was
 * mocked must never reach the real thing after a restart. */
static bool count_running(void *user, const struct store_running *x)
{
    struct reading *r = user;
    api *a = r->api;
    struct machine *m = x->list ? machine_at(a, json_str(x->list)) : NULL;
    const json *test_case = note_text(x->note, NOTE_MOCKS);

    if (!m)
        return true;
    machine_runs(a, m);
    if (!test_case)
        return true;
    if (!a->mock_file) {
        diag_set(r->why, "MOCKS", 0,
                 "an execution of %s runs with the mocks of its test case '%s': give --mock FILE",
                 json_str(m->name), json_str(test_case));
        r->good = false;
        return false;
    }
    mocks *got = mocks_load(a->mock_file, json_str(m->name), json_str(test_case), r->why);
    if (got)
        run_of(a, x->number)->mocks = got;
    else
        r->good = false;
    return r->good;
}

/* All records of a kind: what reads one may want to look at others. */
struct gathered {
    struct gathered_record {
        json *key, *text;
    } * list;
    size_t count, cap;
};

static bool gather(void *user, const char *key, const char *text, size_t len)
{
    struct gathered *g = user;

    MEM_GROW(g->list, g->count, g->cap);
    g->list[g->count++] = (struct gathered_record){json_cstring(key), json_string(text, len)};
    return true;
}

static bool read_kind_of_records(struct reading *r, const char *kind, store_visit_record *read)
{
    struct gathered g = {0};
    bool good = store_list(r->api->store, kind, NULL, gather, &g, r->why);

    for (size_t i = 0; i < g.count; i++) {
        if (good)
            read(r, json_str(g.list[i].key), json_str(g.list[i].text),
                 json_str_len(g.list[i].text));
        json_unref(g.list[i].key);
        json_unref(g.list[i].text);
    }
    mem_free(g.list);
    return good;
}

/* The order matters: the roll tells whose record is lost only when all records have been read, and
 * lists of executions tell of machines that neither has. */
static bool load_records(api *a, struct diag *why)
{
    struct reading r = {.api = a, .why = why, .good = true};

    if (!read_kind_of_records(&r, RECORD_MACHINE, read_machine_record) ||
        !read_kind_of_records(&r, RECORD_ACTIVITY, read_activity) ||
        !read_kind_of_records(&r, RECORD_ROLL, read_roll) || !look_for_machines(&r))
        return false;
    activities_sort(a);
    return r.good;
}

/* Revisions have the machine's ARN before the '#' in their keys. */
static bool look_for_machine(void *user, const char *key, const char *text, size_t len)
{
    struct reading *r = user;
    char *arn = mem_strndup(key, strcspn(key, "#"));

    (void)text;
    (void)len;
    if (!machine_at(r->api, arn))
        record_spoiled(r->api, key, "there is no such state machine");
    mem_free(arn);
    return true;
}

/*
 * Compiles all definitions at once, so that what can't be compiled is told; a server does that by
 * and by.
 */
bool api_load_records(api *a, struct diag *why)
{
    struct reading r = {.api = a, .why = why, .good = true};
    const struct machine *m;
    bool good = load_records(a, why) &&
                store_list(a->store, RECORD_REVISION, NULL, look_for_machine, &r, why);

    for (size_t i = 0; good && (m = machine_by_name(a, i)); i++) {
        revision_compile(a, m->revision);
        for (size_t v = 0; v < m->version_count; v++)
            revision_compile(a, m->versions[v].revision);
    }
    return good;
}

/* What is on the roll for the first time is committed with the first turn. */
bool api_load(api *a, struct diag *why)
{
    struct reading r = {.api = a, .why = why, .good = true};

    if (!read_page_key(&r) || !load_records(a, why))
        return false;
    enroll_all(a);
    return store_list_running(a->store, true, count_running, &r, why) && r.good;
}
