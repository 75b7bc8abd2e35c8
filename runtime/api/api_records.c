/*
 * Machines, their revisions, and activities as records of the store: what is put there when one
 * changed, and taken away when one is deleted. What is written here, api_load.c reads: later
 * versions, too, so a member is added, and none is ever renamed.
 */

#include "runtime/api/api_records.h"

#include "parsers/base/mem.h"
#include "runtime/api/api_activities.h"
#include "runtime/api/api_machines.h"
#include "runtime/api/api_state.h"
#include "runtime/api/api_versions.h"

#include <string.h>

const char RECORD_MACHINE[] = "machine", RECORD_REVISION[] = "revision",
           RECORD_ACTIVITY[] = "activity", RECORD_ROLL[] = "roll";

static void put_record(api *a, const char *kind, const json *key, json *v)
{
    struct buf text = {0};

    json_write(&text, v);
    store_put(a->store, kind, json_str(key), text.data, text.len);
    buf_clear(&text);
    json_unref(v);
}

/* A member that has no value is left out, and api_load.c reads it as missing: so records stay
 * small, and a new member needs no change of old ones. */
static void set_member_if_any(struct json_build *b, const char *name, const json *v)
{
    if (v)
        json_build_set(b, name, json_ref(v));
}

/* Each revision is a record of its own, as definitions are large and an update adds only one. */
void revision_keep(api *a, const struct revision *r)
{
    struct json_build b;

    json_build_object(&b, 8);
    set_member_if_any(&b, "definition", r->definition);
    set_member_if_any(&b, "role", r->role_arn);
    set_member_if_any(&b, "logging", r->logging);
    set_member_if_any(&b, "tracing", r->tracing);
    set_member_if_any(&b, "encryption", r->encryption);
    set_member_if_any(&b, "variables", r->variables);
    set_member_if_any(&b, "id", r->id);
    json_build_set(&b, "at", json_int(r->at_ms));
    put_record(a, RECORD_REVISION, r->key, json_build_done(&b));
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
        set_member_if_any(&b, "description", v->description);
        set_member_if_any(&b, "revision", v->revision->key);
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
        set_member_if_any(&b, "name", al->name);
        set_member_if_any(&b, "description", al->description);
        set_member_if_any(&b, "routes", al->routes);
        json_build_set(&b, "created", json_int(al->created_ms));
        json_build_set(&b, "updated", json_int(al->updated_ms));
        json_build_add(&list, json_build_done(&b));
    }
    return json_build_done(&list);
}

/* The roll is the second record of a machine or an activity: it tells that the thing exists, and
 * of which type it is, when the first record is lost. */
void record_enroll(api *a, const json *arn, int64_t created_ms, bool express)
{
    struct json_build b;

    json_build_object(&b, 2);
    json_build_set(&b, "created", json_int(created_ms));
    if (express)
        json_build_set(&b, "express", json_bool(true));
    put_record(a, RECORD_ROLL, arn, json_build_done(&b));
}

/* Versions and aliases are part of the machine's record: they change together. */
void machine_keep(api *a, const struct machine *m)
{
    struct json_build b;

    json_build_object(&b, 12);
    set_member_if_any(&b, "name", m->name);
    json_build_set(&b, "express", json_bool(m->express));
    json_build_set(&b, "deleting", json_bool(m->deleting));
    json_build_set(&b, "created", json_int(m->created_ms));
    set_member_if_any(&b, "createdWith", m->created_with);
    set_member_if_any(&b, "tags", m->tags);
    set_member_if_any(&b, "revision", m->revision->key);
    json_build_set(&b, "lastVersion", json_int(m->last_version));
    json_build_set(&b, "lastRevision", json_int(m->last_revision));
    json_build_set(&b, "versions", versions_json(m));
    json_build_set(&b, "aliases", aliases_json(m));
    put_record(a, RECORD_MACHINE, m->arn, json_build_done(&b));
    record_enroll(a, m->arn, m->created_ms, m->express);
}

json *revision_key(const json *machine_arn, uint32_t number)
{
    return json_stringf("%s#%u", json_str(machine_arn), number);
}

struct revision_keys {
    const char *arn;
    json **list;
    size_t count, limit;
};

/* Keys are in order, so the first that is another machine's ends the list. */
static bool note_revision_key(void *user, const char *key, const char *text, size_t len)
{
    struct revision_keys *k = user;
    size_t n = strlen(k->arn);

    (void)text;
    (void)len;
    if (strncmp(key, k->arn, n) != 0 || key[n] != '#' || k->count == k->limit)
        return false;
    k->list[k->count++] = json_cstring(key);
    return true;
}

/* Revisions go first and the machine's own record last: after a crash in between, the machine is
 * still DELETING and goes on. */
bool machine_forget(api *a, const struct machine *m, size_t limit, size_t *count)
{
    struct revision_keys k = {
        .arn = json_str(m->arn), .list = mem_calloc(limit, sizeof *k.list), .limit = limit};
    struct diag why = {0};
    json *before = json_stringf("%s#", k.arn);

    bool good =
        store_list(a->store, RECORD_REVISION, json_str(before), note_revision_key, &k, &why);
    for (size_t i = 0; i < k.count; i++) {
        store_put(a->store, RECORD_REVISION, json_str(k.list[i]), NULL, 0);
        json_unref(k.list[i]);
    }
    /* Those that couldn't be read are there still, and need the machine's record to be found. */
    bool last = good && k.count < limit;
    *count += k.count;
    if (last) {
        store_put(a->store, RECORD_MACHINE, k.arn, NULL, 0);
        store_put(a->store, RECORD_ROLL, k.arn, NULL, 0);
    }
    mem_free(k.list);
    json_unref(before);
    diag_clear(&why);
    return last;
}

void activity_keep(api *a, const struct activity *act)
{
    struct json_build b;

    json_build_object(&b, 4);
    set_member_if_any(&b, "name", act->name);
    set_member_if_any(&b, "tags", act->tags);
    set_member_if_any(&b, "encryption", act->encryption);
    json_build_set(&b, "created", json_int(act->created_ms));
    put_record(a, RECORD_ACTIVITY, act->arn, json_build_done(&b));
    record_enroll(a, act->arn, act->created_ms, false);
}

void activity_forget(api *a, const struct activity *act)
{
    store_put(a->store, RECORD_ACTIVITY, json_str(act->arn), NULL, 0);
    store_put(a->store, RECORD_ROLL, json_str(act->arn), NULL, 0);
}
