/*
 * State machines: create, update, describe, list, delete. Machines live in memory, sorted by name
 * for ListStateMachines and by ARN for all others; each change is put into the store at once, and
 * the call is answered when that is committed. A deleted machine stays until its executions have
 * gone.
 */

#include "runtime/api/api_machines.h"

#include "asl/report/quota.h"
#include "parsers/base/count.h"
#include "parsers/base/mem.h"
#include "runtime/api/api_arn.h"
#include "runtime/api/api_call.h"
#include "runtime/api/api_children.h"
#include "runtime/api/api_config.h"
#include "runtime/api/api_members.h"
#include "runtime/api/api_operation.h"
#include "runtime/api/api_page.h"
#include "runtime/api/api_records.h"
#include "runtime/api/api_state.h"
#include "runtime/api/api_sweep.h"
#include "runtime/api/api_tags.h"
#include "runtime/api/api_versions.h"

#include <string.h>

/* AWS's quota. */
enum { MAX_MACHINES = 100000 };

const char *const machine_types[] = {"STANDARD", "EXPRESS", NULL};

/* ---- finding ---- */

static json *no_machine(struct call *c, const char *arn)
{
    return call_fail(c, "StateMachineDoesNotExist", "State Machine Does Not Exist: '%s'", arn);
}

struct machine *machine_at(const api *a, const char *arn)
{
    return text_map_get(&a->machines.by_arn, arn);
}

struct machine *machine_by_name(const api *a, size_t i)
{
    return i < a->machines.count ? a->machines.sorted[i] : NULL;
}

struct machine *machine_find(struct call *c, const char *arn)
{
    struct arn parts;

    if (!arn_parse(c, arn, "stateMachine", &parts))
        return NULL;
    struct machine *m = machine_at(c->api, arn);
    if (!m)
        no_machine(c, arn);
    return m;
}

const json *api_logging(const api *a, const char *machine_arn)
{
    char *plain = mem_strndup(machine_arn, strcspn(machine_arn, "/"));
    const struct machine *m = machine_at(a, plain);

    mem_free(plain);
    return m ? m->revision->logging : NULL;
}

/* Picks a route by weight. Weights are whole percents with a sum of 100, so a number from 0 to
 * 99 falls into one of them. */
static const json *pick_route(api *a, const json *routes)
{
    int64_t at = (int64_t)(asl_chance_unit(&a->chance) * 100);

    for (size_t i = 0; i < json_count(routes); i++) {
        const json *route = json_at(routes, i);
        at -= json_int_value(json_get(route, "weight"));
        if (at < 0)
            return json_get(route, "stateMachineVersionArn");
    }
    return json_get(json_at(routes, 0), "stateMachineVersionArn");
}

/* "MACHINE", "MACHINE:NUMBER" of a version, or "MACHINE:NAME" of an alias, which picks one of its
 * versions by their weights, anew for each start. */
bool target_find(struct call *c, const char *arn, struct target *out)
{
    struct arn parts;

    *out = (struct target){0};
    if (!arn_parse(c, arn, "stateMachine", &parts))
        return false;
    json *plain = json_string(arn, (size_t)(parts.name - arn) + parts.name_len);
    struct machine *m = machine_at(c->api, json_str(plain));
    json_unref(plain);
    out->machine = m;
    if (m && !parts.rest)
        out->revision = m->revision;
    for (size_t i = 0; m && parts.rest && i < m->alias_count; i++)
        if (json_str_is(m->aliases[i].arn, arn))
            out->alias = &m->aliases[i];
    if (m && parts.rest)
        out->version =
            version_find(m, out->alias ? json_str(pick_route(c->api, out->alias->routes)) : arn);
    if (out->version)
        out->revision = out->version->revision;
    if (!out->revision)
        no_machine(c, arn);
    return out->revision != NULL;
}

/* ---- the machines, sorted by name ---- */

/* Returns the place of the first machine with that name, or where it would be. */
static size_t place_of_name(const api *a, const char *name)
{
    size_t low = 0, high = a->machines.count;

    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (strcmp(json_str(a->machines.sorted[mid]->name), name) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

void machine_add(api *a, struct machine *m)
{
    size_t at = place_of_name(a, json_str(m->name));

    MEM_GROW(a->machines.sorted, a->machines.count, a->machines.cap);
    memmove(a->machines.sorted + at + 1, a->machines.sorted + at,
            (a->machines.count - at) * sizeof *a->machines.sorted);
    a->machines.sorted[at] = m;
    a->machines.count++;
    text_map_put(&a->machines.by_arn, json_str(m->arn), m);
}

/* Versions hold revisions, so they go first. */
static void machine_free(struct machine *m)
{
    for (size_t i = 0; i < m->version_count; i++)
        version_clear(&m->versions[i]);
    for (size_t i = 0; i < m->alias_count; i++)
        alias_clear(&m->aliases[i]);
    mem_free(m->versions);
    mem_free(m->aliases);
    revision_unref(m->revision);
    json_unref(m->arn);
    json_unref(m->name);
    json_unref(m->created_with);
    json_unref(m->tags);
    mem_free(m);
}

void machine_drop(api *a, struct machine *m)
{
    size_t at = place_of_name(a, json_str(m->name));

    /* Machines of other regions or accounts may have the same name. */
    while (a->machines.sorted[at] != m)
        at++;
    memmove(a->machines.sorted + at, a->machines.sorted + at + 1,
            (a->machines.count - at - 1) * sizeof *a->machines.sorted);
    a->machines.count--;
    text_map_take(&a->machines.by_arn, json_str(m->arn));
    machine_free(m);
}

/* Machines go by machine_drop, which takes them out of the lists that they are in. */
void machines_clear(api *a)
{
    while (a->machines.count)
        machine_drop(a, a->machines.sorted[a->machines.count - 1]);
    text_map_clear(&a->machines.by_arn);
    mem_free(a->machines.sorted);
}

bool machine_sweep(api *a, const struct machine *m, size_t limit, size_t *count)
{
    struct store_gone gone;
    struct diag why = {0};
    bool last = store_forget_list(a->store, json_str(m->arn), limit, &gone, &why) && !gone.more;

    diag_clear(&why);
    *count = gone.count;
    return last && machine_forget(a, m, limit, count);
}

/* Takes `r`, which gets its key. */
static void use_revision(api *a, struct machine *m, struct revision *r)
{
    revision_unref(m->revision);
    m->revision = r;
    r->key = revision_key(m->arn, ++m->last_revision);
    revision_keep(a, r);
}

/* ---- operations ---- */

/* What a second CreateStateMachine has to say again, beside the revision. */
static json *created_with(const struct call *c)
{
    const json *description = call_get(c, "versionDescription");
    struct json_build b;

    json_build_object(&b, 2);
    json_build_set(&b, "publish", json_bool(call_flag(c, "publish")));
    if (description)
        json_build_set(&b, "versionDescription", json_ref(description));
    return json_build_done(&b);
}

/* Without publish nobody would see the description. */
static bool check_publish(struct call *c)
{
    if (!call_get(c, "versionDescription") || call_flag(c, "publish"))
        return true;
    call_fail(c, "ValidationException", "Version description can only be set when publish is true");
    return false;
}

static json *created(const struct machine *m, const struct version *v)
{
    struct json_build b;

    json_build_object(&b, 3);
    json_build_set(&b, "stateMachineArn", json_ref(m->arn));
    json_build_set(&b, "creationDate", api_time(m->created_ms));
    if (v)
        json_build_set(&b, "stateMachineVersionArn", json_ref(v->arn));
    return json_build_done(&b);
}

/* Answers a CreateStateMachine whose name is taken. As on AWS the call is idempotent: the same
 * request gets the machine that is there, another one is refused. The role is not compared. */
static json *create_again(struct call *c, const struct machine *m, bool express,
                          const struct revision *r, const json *with)
{
    const struct version *v = NULL;

    if (m->deleting)
        return call_fail(c, "StateMachineDeleting", "State Machine is being deleted: '%s'",
                         json_str(m->arn));
    if (m->express != express || !revision_is_same(m->revision, r, false) ||
        !json_equal(m->created_with, with))
        return call_fail(c, "StateMachineAlreadyExists", "State Machine Already Exists: '%s'",
                         json_str(m->arn));
    if (call_flag(c, "publish") && m->version_count)
        v = &m->versions[0];
    return created(m, v);
}

/* What CreateStateMachine and UpdateStateMachine have in common. */
#define CONFIGURATION                                                                              \
    {.name = "loggingConfiguration", .kind = STRUCT, .of = logging_members},                       \
        {.name = "tracingConfiguration", .kind = STRUCT, .of = tracing_members},                   \
        {.name = "encryptionConfiguration", .kind = STRUCT, .of = encryption_members},             \
        {.name = "publish", .kind = FLAG},                                                         \
    {                                                                                              \
        .name = "versionDescription", .kind = PRIVATE, .max = QUOTA_DESCRIPTION                    \
    }

static const struct member create_state_machine_in[] = {
    NAME_MEMBER(true),
    {.name = "definition", .kind = PRIVATE, .required = true, .max = QUOTA_DEFINITION},
    {.name = "roleArn", .required = true, .min = 1, .max = QUOTA_ARN},
    {.name = "type", .choices = machine_types},
    {.name = "tags", .kind = LIST, .of = tag_members},
    CONFIGURATION,
    {.name = NULL},
};

static json *create_state_machine(struct call *c)
{
    const json *name = call_get(c, "name"), *type = call_get(c, "type");
    const json *tags = call_get(c, "tags"), *description = call_get(c, "versionDescription");
    bool express = type && json_str_is(type, "EXPRESS");
    api *a = c->api;

    if (!name_check(c, name) || !check_role(c, call_get(c, "roleArn")) || !check_publish(c))
        return NULL;
    if (tags && json_count(tags) > QUOTA_TAGS)
        return call_fail(c, "TooManyTags", "There are more than 50 tags");
    struct revision *r = revision_new(c, NULL, express);
    if (!r)
        return NULL;
    json *arn = arn_make(a, "stateMachine", json_str(name)), *with = created_with(c), *out;
    struct machine *m = machine_at(a, json_str(arn));
    if (m) {
        out = create_again(c, m, express, r, with);
        revision_unref(r);
        json_unref(arn);
        json_unref(with);
        return out;
    }
    if (!quota_allows(a, a->machines.count, MAX_MACHINES)) {
        revision_unref(r);
        json_unref(arn);
        json_unref(with);
        return call_fail(c, "StateMachineLimitExceeded",
                         "The maximum number of state machines has been reached: %d", MAX_MACHINES);
    }
    m = mem_calloc(1, sizeof *m);
    *m = (struct machine){.arn = arn,
                          .name = json_ref(name),
                          .express = express,
                          .created_ms = c->now_ms,
                          .created_with = with,
                          .tags = tags_of(tags)};
    use_revision(a, m, r);
    machine_add(a, m);
    machine_keep(a, m);
    return created(m, call_flag(c, "publish") ? version_publish(a, m, description) : NULL);
}

const struct operation create_state_machine_operation = {
    .name = "CreateStateMachine",
    .run = create_state_machine,
    .in = create_state_machine_in,
    .grows = true,
};

static const struct member update_state_machine_in[] = {
    ARN_MEMBER("stateMachineArn"),
    {.name = "definition", .kind = PRIVATE, .max = QUOTA_DEFINITION},
    {.name = "roleArn", .min = 1, .max = QUOTA_ARN},
    CONFIGURATION,
    {.name = NULL},
};

/*
 * A revision that says nothing new keeps its id, and only its date changes. publish gives the
 * version of the current revision, which is made if need be.
 */
static json *update_state_machine(struct call *c)
{
    static const char *const some[] = {"definition", "roleArn", "loggingConfiguration",
                                       "tracingConfiguration", "encryptionConfiguration"};
    const json *description = call_get(c, "versionDescription");
    const char *arn = call_text(c, "stateMachineArn");
    struct machine *m = arn_refuse_label(c, arn) ? machine_find(c, arn) : NULL;
    bool any = false;
    struct json_build b;

    if (!m)
        return NULL;
    if (m->deleting)
        return call_fail(c, "StateMachineDeleting", "State Machine is being deleted: '%s'",
                         json_str(m->arn));
    for (size_t i = 0; i < COUNT(some); i++)
        any |= call_get(c, some[i]) != NULL;
    if (!any && !call_flag(c, "publish"))
        return call_fail(c, "MissingRequiredParameter",
                         "Either the definition, the role ARN, the LoggingConfiguration, or the "
                         "TracingConfiguration must be specified");
    if (!check_role(c, call_get(c, "roleArn")) || !check_publish(c))
        return NULL;
    struct revision *r = revision_new(c, m->revision, m->express);
    if (!r)
        return NULL;
    bool same = revision_is_same(r, m->revision, true);
    /* Another description is another version (measured on AWS). */
    bool publish = call_flag(c, "publish"), published = same && version_says(m, description);
    if (publish && !published && !version_has_room(c, m)) {
        revision_unref(r);
        return NULL;
    }
    if (same) {
        revision_unref(r);
        m->revision->at_ms = c->now_ms;
        revision_keep(c->api, m->revision);
    } else {
        r->id = api_uuid(c->api);
        use_revision(c->api, m, r);
        machine_keep(c->api, m);
    }
    json_build_object(&b, 3);
    json_build_set(&b, "updateDate", api_time(c->now_ms));
    if (m->revision->id)
        json_build_set(&b, "revisionId", json_ref(m->revision->id));
    if (publish) {
        const struct version *v = published ? version_publish(c->api, m, description)
                                            : version_add(c->api, m, description);
        json_build_set(&b, "stateMachineVersionArn", json_ref(v->arn));
    }
    return json_build_done(&b);
}

const struct operation update_state_machine_operation = {
    .name = "UpdateStateMachine",
    .run = update_state_machine,
    .in = update_state_machine_in,
    .grows = true,
};

/* "…:stateMachine:NAME/LABEL": the machine that a Map inside of NAME runs. Owns its value. */
struct labelled {
    const char *label; /* NULL: the ARN has none */
    json *definition;
};

/* As target_find, which looks for what is before the label. */
static bool labelled_find(struct call *c, const char *arn, struct target *t, struct labelled *out)
{
    const char *kind = strstr(arn, ":stateMachine:"), *slash = kind ? strchr(kind, '/') : NULL;
    json *plain = json_string(arn, slash ? (size_t)(slash - arn) : strlen(arn));
    bool found = target_find(c, json_str(plain), t);

    *out = (struct labelled){.label = slash ? slash + 1 : NULL};
    if (found && slash)
        out->definition = labelled_processor(t->revision->definition, slash + 1);
    if (slash && !out->definition && (found || strcmp(c->error, "InvalidArn") != 0)) {
        no_machine(c, arn);
        found = false;
    }
    json_unref(plain);
    return found;
}

static const struct member describe_state_machine_in[] = {
    ARN_MEMBER("stateMachineArn"),
    {.name = "includedData", .choices = included_data},
    {.name = NULL},
};

static json *describe_state_machine(struct call *c)
{
    const char *arn = call_text(c, "stateMachineArn"), *data = call_text(c, "includedData");
    bool metadata_only = data && strcmp(data, "METADATA_ONLY") == 0;
    struct labelled inner;
    struct target t;
    struct json_build b;

    if (!labelled_find(c, arn, &t, &inner))
        return NULL;
    json_build_object(&b, 15);
    json_build_set(&b, "stateMachineArn", json_cstring(arn));
    json_build_set(&b, "name",
                   inner.label ? json_stringf("%s/%s", json_str(t.machine->name), inner.label)
                               : json_ref(t.machine->name));
    json_build_set(&b, "status", json_cstring(t.machine->deleting ? "DELETING" : "ACTIVE"));
    json_build_set(&b, "type", json_cstring(t.machine->express ? "EXPRESS" : "STANDARD"));
    json_build_set(&b, "creationDate",
                   api_time(t.version ? t.version->at_ms : t.machine->created_ms));
    revision_describe(&b, t.revision, metadata_only);
    if (inner.label) {
        json_build_set(&b, "label", json_cstring(inner.label));
        if (!metadata_only)
            json_build_set(&b, "definition", json_ref(inner.definition));
    }
    json_unref(inner.definition);
    if (t.version && t.version->description)
        json_build_set(&b, "description", json_ref(t.version->description));
    return json_build_done(&b);
}

const struct operation describe_state_machine_operation = {
    .name = "DescribeStateMachine",
    .run = describe_state_machine,
    .in = describe_state_machine_in,
};

/* How many executions DeleteStateMachine deletes within the call; the rest goes turn by turn. */
enum { SWEPT_AT_ONCE = 64 };

static const struct member state_machine_in[] = {
    ARN_MEMBER("stateMachineArn"),
    {.name = NULL},
};

/*
 * A machine that has little to delete is gone when the call is answered; any other is DELETING,
 * which a restart knows from its record, and goes by and by.
 */
static json *delete_state_machine(struct call *c)
{
    const char *arn = call_text(c, "stateMachineArn");
    struct arn parts;

    if (!arn_refuse_label(c, arn) || !arn_parse(c, arn, "stateMachine", &parts))
        return NULL;
    struct machine *m = machine_at(c->api, arn);
    if (m && !m->deleting) {
        size_t count;
        m->deleting = true;
        if (!m->running && machine_sweep(c->api, m, SWEPT_AT_ONCE, &count)) {
            machine_drop(c->api, m);
            sweep_again(c->api);
        } else {
            machine_keep(c->api, m);
            machine_condemn(c->api, m);
        }
    }
    return api_empty();
}

const struct operation delete_state_machine_operation = {
    .name = "DeleteStateMachine",
    .run = delete_state_machine,
    .in = state_machine_in,
};

static const struct member pages_in[] = {
    PAGE_MEMBERS,
    {.name = NULL},
};

/* Pages end at a name. When that machine has been deleted meanwhile, the list goes on behind where
 * it would be. */
static json *list_state_machines(struct call *c)
{
    api *a = c->api;
    struct page page;
    struct json_build list;

    if (!page_begin(c, "", &page))
        return NULL;
    size_t i = page.after ? place_of_name(a, json_str(page.after)) : 0;
    if (page.after && i < a->machines.count && json_equal(a->machines.sorted[i]->name, page.after))
        i++;
    json_build_array(&list, 0);
    for (size_t n = 0; n < page.limit && i < a->machines.count; n++, i++) {
        const struct machine *m = a->machines.sorted[i];
        struct json_build item;
        json_build_object(&item, 4);
        json_build_set(&item, "stateMachineArn", json_ref(m->arn));
        json_build_set(&item, "name", json_ref(m->name));
        json_build_set(&item, "type", json_cstring(m->express ? "EXPRESS" : "STANDARD"));
        json_build_set(&item, "creationDate", api_time(m->created_ms));
        json_build_add(&list, json_build_done(&item));
    }
    return page_end(c, &page, "stateMachines", json_build_done(&list),
                    i < a->machines.count ? json_ref(a->machines.sorted[i - 1]->name) : NULL);
}

const struct operation list_state_machines_operation = {
    .name = "ListStateMachines",
    .run = list_state_machines,
    .in = pages_in,
};
