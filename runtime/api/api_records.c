/*
 * Machines, their revisions, and activities as records of the store: what is put there when one
 * changed, and what comes back when a server starts again.
 */

#include "runtime/api/api_impl.h"

#include "parsers/mem.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

static const char MACHINE[] = "machine", REVISION[] = "revision", ACTIVITY[] = "activity",
                  SECRET[] = "secret";

/* ---- writing ---- */

static void put(api *a, const char *kind, const json *key, json *v)
{
    struct buf text = {0};

    json_write(&text, v);
    store_put(a->store, kind, json_str(key), text.data, text.len);
    buf_clear(&text);
    json_unref(v);
}

static void set(struct json_build *b, const char *name, const json *v)
{
    if (v)
        json_build_set(b, name, json_ref(v));
}

void revision_keep(api *a, const struct revision *r)
{
    struct json_build b;

    json_build_object(&b, 8);
    set(&b, "definition", r->definition);
    set(&b, "role", r->role_arn);
    set(&b, "logging", r->logging);
    set(&b, "tracing", r->tracing);
    set(&b, "encryption", r->encryption);
    set(&b, "variables", r->variables);
    set(&b, "id", r->id);
    json_build_set(&b, "at", json_int(r->at_ms));
    put(a, REVISION, r->key, json_build_done(&b));
}

static json *versions_json(const struct machine *m)
{
    struct json_build list;

    json_build_array(&list, m->version_count);
    for (size_t i = 0; i < m->version_count; i++) {
        const struct version *v = &m->versions[i];
        struct json_build b;
        json_build_object(&b, 4);
        json_build_set(&b, "number", json_int(v->number));
        set(&b, "description", v->description);
        set(&b, "revision", v->revision->key);
        json_build_set(&b, "at", json_int(v->at_ms));
        json_build_add(&list, json_build_done(&b));
    }
    return json_build_done(&list);
}

static json *aliases_json(const struct machine *m)
{
    struct json_build list;

    json_build_array(&list, m->alias_count);
    for (size_t i = 0; i < m->alias_count; i++) {
        const struct alias *al = &m->aliases[i];
        struct json_build b;
        json_build_object(&b, 5);
        set(&b, "name", al->name);
        set(&b, "description", al->description);
        set(&b, "routes", al->routes);
        json_build_set(&b, "created", json_int(al->created_ms));
        json_build_set(&b, "updated", json_int(al->updated_ms));
        json_build_add(&list, json_build_done(&b));
    }
    return json_build_done(&list);
}

void machine_keep(api *a, const struct machine *m)
{
    struct json_build b;

    json_build_object(&b, 12);
    set(&b, "name", m->name);
    json_build_set(&b, "express", json_bool(m->express));
    json_build_set(&b, "deleting", json_bool(m->deleting));
    json_build_set(&b, "created", json_int(m->created_ms));
    set(&b, "createdWith", m->created_with);
    set(&b, "tags", m->tags);
    set(&b, "revision", m->revision->key);
    json_build_set(&b, "lastVersion", json_int(m->last_version));
    json_build_set(&b, "lastRevision", json_int(m->last_revision));
    json_build_set(&b, "versions", versions_json(m));
    json_build_set(&b, "aliases", aliases_json(m));
    put(a, MACHINE, m->arn, json_build_done(&b));
}

json *revision_key(const json *machine_arn, uint32_t number)
{
    return json_stringf("%s#%u", json_str(machine_arn), number);
}

void machine_forget(api *a, const struct machine *m)
{
    for (uint32_t i = 1; i <= m->last_revision; i++) {
        json *key = revision_key(m->arn, i);
        store_put(a->store, REVISION, json_str(key), NULL, 0);
        json_unref(key);
    }
    store_put(a->store, MACHINE, json_str(m->arn), NULL, 0);
}

void activity_keep(api *a, const struct activity *act)
{
    struct json_build b;

    json_build_object(&b, 4);
    set(&b, "name", act->name);
    set(&b, "tags", act->tags);
    set(&b, "encryption", act->encryption);
    json_build_set(&b, "created", json_int(act->created_ms));
    put(a, ACTIVITY, act->arn, json_build_done(&b));
}

void activity_forget(api *a, const struct activity *act)
{
    store_put(a->store, ACTIVITY, json_str(act->arn), NULL, 0);
}

/* ---- reading: what we wrote, and anything else is refused ---- */

struct reading {
    api *api;
    struct diag *why;
    bool good;
};

static bool spoiled(struct reading *r, const char *key, const char *what)
{
    if (r->good)
        diag_set(r->why, "STORE_READ", 0, "the store's record of %s is spoiled: %s", key, what);
    r->good = false;
    return false;
}

static json *text_of(const json *v, const char *name)
{
    const json *text = json_get(v, name);

    return text && json_is_string(text) ? json_ref(text) : NULL;
}

static json *any_of(const json *v, const char *name)
{
    const json *any = json_get(v, name);

    return any ? json_ref(any) : NULL;
}

static int64_t number_of(const json *v, const char *name)
{
    const json *n = json_get(v, name);

    return n && json_is_number(n) ? json_int_value(n) : 0;
}

static bool flag_of(const json *v, const char *name)
{
    const json *flag = json_get(v, name);

    return flag && json_kind(flag) == JSON_TRUE;
}

static json *record_of(struct reading *r, const char *key, const char *text, size_t len)
{
    json *v = json_parse(text, len, JSON_READ_SURROGATES, NULL);

    if (!v || !json_is_object(v)) {
        json_unref(v);
        spoiled(r, key, "it is no JSON object");
        return NULL;
    }
    return v;
}

static struct revision *read_revision(struct reading *r, const json *key)
{
    struct buf text = {0};
    struct diag why = {0};
    struct asl_report report = {0};
    struct revision *v = NULL;
    json *record = NULL;

    if (!store_get(r->api->store, REVISION, json_str(key), &text, &why))
        spoiled(r, json_str(key), why.text);
    else
        record = record_of(r, json_str(key), text.data, text.len);
    if (record) {
        v = mem_calloc(1, sizeof *v);
        *v = (struct revision){.refs = 1,
                               .key = json_ref(key),
                               .definition = text_of(record, "definition"),
                               .role_arn = text_of(record, "role"),
                               .logging = any_of(record, "logging"),
                               .tracing = any_of(record, "tracing"),
                               .encryption = any_of(record, "encryption"),
                               .variables = any_of(record, "variables"),
                               .id = text_of(record, "id"),
                               .at_ms = number_of(record, "at")};
        if (v->definition)
            v->compiled = asl_compile(json_str(v->definition), json_str_len(v->definition),
                                      DOCUMENT_JSON, &report);
        if (!v->compiled || !v->role_arn || !v->logging || !v->tracing || !v->encryption) {
            spoiled(r, json_str(key),
                    report.count ? report.problems[0].message : "a member is missing");
            revision_unref(v);
            v = NULL;
        }
    }
    asl_report_clear(&report);
    json_unref(record);
    buf_clear(&text);
    diag_clear(&why);
    return v;
}

/* Of `m` as far as it has been read; else from the store. */
static struct revision *revision_of(struct reading *r, const struct machine *m, const json *key)
{
    if (m && m->revision && json_equal(m->revision->key, key))
        return revision_ref(m->revision);
    for (size_t i = 0; m && i < m->version_count; i++)
        if (json_equal(m->versions[i].revision->key, key))
            return revision_ref(m->versions[i].revision);
    return read_revision(r, key);
}

struct revision *revision_find(api *a, const json *key)
{
    struct diag why = {0};
    struct reading r = {.api = a, .why = &why, .good = true};
    const char *text = json_str(key), *end = strrchr(text, '#');
    json *arn = json_string(text, end ? (size_t)(end - text) : strlen(text));
    struct revision *found = revision_of(&r, text_map_get(&a->machines, json_str(arn)), key);

    json_unref(arn);
    diag_clear(&why);
    return found;
}

static bool read_version(struct reading *r, struct machine *m, const json *v)
{
    json *key = text_of(v, "revision");
    struct revision *revision = key ? revision_of(r, m, key) : NULL;

    json_unref(key);
    if (!revision)
        return spoiled(r, json_str(m->arn), "a version has no revision");
    MEM_GROW(m->versions, m->version_count, m->version_cap);
    uint32_t number = (uint32_t)number_of(v, "number");
    m->versions[m->version_count++] =
        (struct version){.number = number,
                         .arn = json_stringf("%s:%u", json_str(m->arn), number),
                         .description = text_of(v, "description"),
                         .revision = revision,
                         .at_ms = number_of(v, "at")};
    return true;
}

static bool read_alias(struct reading *r, struct machine *m, const json *v)
{
    json *name = text_of(v, "name"), *routes = any_of(v, "routes");

    if (!name || !routes) {
        json_unref(name);
        json_unref(routes);
        return spoiled(r, json_str(m->arn), "an alias has no name or routes");
    }
    MEM_GROW(m->aliases, m->alias_count, m->alias_cap);
    m->aliases[m->alias_count++] =
        (struct alias){.arn = json_stringf("%s:%s", json_str(m->arn), json_str(name)),
                       .name = name,
                       .description = text_of(v, "description"),
                       .routes = routes,
                       .created_ms = number_of(v, "created"),
                       .updated_ms = number_of(v, "updated")};
    return true;
}

/* All of `list`, an array or nothing. */
static bool read_each(struct reading *r, struct machine *m, const json *list,
                      bool (*read)(struct reading *r, struct machine *m, const json *v))
{
    for (size_t i = 0; list && json_is_array(list) && i < json_count(list); i++)
        if (!read(r, m, json_at(list, i)))
            return false;
    return true;
}

static bool read_machine(void *user, const char *key, const char *text, size_t len)
{
    struct reading *r = user;
    json *v = record_of(r, key, text, len);
    struct machine *m;

    if (!v)
        return false;
    m = mem_calloc(1, sizeof *m);
    *m = (struct machine){.arn = json_cstring(key),
                          .name = text_of(v, "name"),
                          .express = flag_of(v, "express"),
                          .deleting = flag_of(v, "deleting"),
                          .created_ms = number_of(v, "created"),
                          .created_with = any_of(v, "createdWith"),
                          .tags = any_of(v, "tags"),
                          .last_version = (uint32_t)number_of(v, "lastVersion"),
                          .last_revision = (uint32_t)number_of(v, "lastRevision")};
    json *revision = text_of(v, "revision");
    if (!m->name || !m->created_with || !m->tags || !revision)
        spoiled(r, key, "a member is missing");
    else if ((m->revision = revision_of(r, NULL, revision)) &&
             read_each(r, m, json_get(v, "versions"), read_version))
        read_each(r, m, json_get(v, "aliases"), read_alias);
    json_unref(revision);
    json_unref(v);
    if (r->good) {
        machine_add(r->api, m);
        r->api->deleting += m->deleting;
    } else {
        machine_free(m);
    }
    return r->good;
}

static bool read_activity(void *user, const char *key, const char *text, size_t len)
{
    struct reading *r = user;
    json *v = record_of(r, key, text, len);
    struct activity *act;

    if (!v)
        return false;
    act = mem_calloc(1, sizeof *act);
    *act = (struct activity){.arn = json_cstring(key),
                             .name = text_of(v, "name"),
                             .tags = any_of(v, "tags"),
                             .encryption = any_of(v, "encryption"),
                             .created_ms = number_of(v, "created")};
    json_unref(v);
    if (!act->name || !act->tags) {
        activity_free(act);
        return spoiled(r, key, "a member is missing");
    }
    activity_add(r->api, act);
    return true;
}

static int by_age(const void *a, const void *b)
{
    const struct activity *x = *(struct activity *const *)a, *y = *(struct activity *const *)b;

    if (x->created_ms != y->created_ms)
        return x->created_ms < y->created_ms ? -1 : 1;
    return strcmp(json_str(x->arn), json_str(y->arn));
}

/* The key of page tokens, which hold over a restart. */
static bool read_key(struct reading *r)
{
    api *a = r->api;
    struct buf text = {0};
    struct diag why = {0};
    bool found = store_get(a->store, SECRET, "pages", &text, &why);

    if (found && text.len == sizeof a->key) {
        memcpy(a->key, text.data, sizeof a->key);
    } else if (getrandom(a->key, sizeof a->key, 0) == sizeof a->key) {
        store_put(a->store, SECRET, "pages", (const char *)a->key, sizeof a->key);
    } else {
        spoiled(r, "page tokens", "the system gives no random bytes");
    }
    buf_clear(&text);
    diag_clear(&why);
    return r->good;
}

/* ---- executions that run ---- */

static bool take_up(void *user, const struct store_running *x)
{
    struct reading *r = user;
    api *a = r->api;
    struct machine *m = x->list ? text_map_get(&a->machines, json_str(x->list)) : NULL;
    const json *test_case = x->note ? json_get(x->note, NOTE_MOCKS) : NULL;

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

bool api_load(api *a, struct diag *why)
{
    struct reading r = {.api = a, .why = why, .good = true};

    if (!read_key(&r) || !store_list(a->store, MACHINE, NULL, read_machine, &r, why) || !r.good ||
        !store_list(a->store, ACTIVITY, NULL, read_activity, &r, why) || !r.good)
        return false;
    if (a->activity_count)
        qsort(a->activity_list, a->activity_count, sizeof *a->activity_list, by_age);
    return store_list_running(a->store, take_up, &r, why) && r.good;
}
