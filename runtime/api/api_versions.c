/*
 * Versions, which are numbered revisions, and aliases, which share out executions among them. A
 * number is never used again, so the last one is kept with the machine. An alias holds a version:
 * it can't be deleted as long as one leads to it.
 */

#include "runtime/api/api_versions.h"

#include "asl/report/quota.h"
#include "parsers/base/mem.h"
#include "runtime/api/api_arn.h"
#include "runtime/api/api_call.h"
#include "runtime/api/api_machines.h"
#include "runtime/api/api_members.h"
#include "runtime/api/api_operation.h"
#include "runtime/api/api_page.h"
#include "runtime/api/api_records.h"
#include "runtime/api/api_state.h"

#include <string.h>

void version_clear(struct version *v)
{
    json_unref(v->arn);
    json_unref(v->description);
    revision_unref(v->revision);
}

void alias_clear(struct alias *al)
{
    json_unref(al->arn);
    json_unref(al->name);
    json_unref(al->description);
    json_unref(al->routes);
}

struct version *version_find(const struct machine *m, const char *arn)
{
    for (size_t i = 0; i < m->version_count; i++)
        if (json_str_is(m->versions[i].arn, arn))
            return &m->versions[i];
    return NULL;
}

/* Returns the newest version of the machine's current revision; NULL: that isn't published. */
static struct version *current_version(const struct machine *m)
{
    for (size_t i = m->version_count; i-- > 0;)
        if (m->versions[i].revision == m->revision)
            return &m->versions[i];
    return NULL;
}

bool version_says(const struct machine *m, const json *description)
{
    const struct version *v = current_version(m);

    return v && (!description || (v->description && json_equal(v->description, description)));
}

/* One version a revision: publishing it again gives the same. */
struct version *version_publish(api *a, struct machine *m, const json *description)
{
    struct version *old = current_version(m);

    return old ? old : version_add(a, m, description);
}

struct version *version_add(api *a, struct machine *m, const json *description)
{
    MEM_GROW(m->versions, m->version_count, m->version_cap);
    struct version *v = &m->versions[m->version_count++];
    *v = (struct version){.number = ++m->last_version,
                          .description = json_ref(description),
                          .revision = revision_ref(m->revision),
                          .at_ms = a->now_ms};
    v->arn = json_stringf("%s:%u", json_str(m->arn), v->number);
    machine_keep(a, m);
    return v;
}

/* Refuses to add to a machine that is being deleted. False with the call failed. */
static bool may_grow(struct call *c, const struct machine *m)
{
    if (m->deleting)
        call_fail(c, "StateMachineDeleting", "State Machine is being deleted: '%s'",
                  json_str(m->arn));
    return !m->deleting;
}

/* Checks AWS's quota on `what` of one machine. False with the call failed. */
static bool machine_has_room(struct call *c, size_t count, size_t most, const char *what)
{
    if (quota_allows(c->api, count, most))
        return true;
    call_fail(c, "ServiceQuotaExceededException", "A state machine has at most %zu %s", most, what);
    return false;
}

bool version_has_room(struct call *c, const struct machine *m)
{
    return machine_has_room(c, m->version_count, QUOTA_VERSIONS, "versions");
}

static const struct member publish_in[] = {
    ARN_MEMBER("stateMachineArn"),
    {.name = "revisionId"},
    {.name = "description", .kind = PRIVATE, .max = QUOTA_DESCRIPTION},
    {.name = NULL},
};

/* AWS calls the first revision INITIAL here, though descriptions show no id of it. */
static json *publish_state_machine_version(struct call *c)
{
    const char *revision = call_text(c, "revisionId");
    struct machine *m = machine_find(c, call_text(c, "stateMachineArn"));
    struct json_build b;

    if (!m || !may_grow(c, m) || (!current_version(m) && !version_has_room(c, m)))
        return NULL;
    const char *current = m->revision->id ? json_str(m->revision->id) : "INITIAL";
    if (revision && strcmp(revision, current) != 0)
        return call_fail(c, "ConflictException",
                         "Failed to publish the State Machine version for revision %s. The current "
                         "State Machine revision is %s.",
                         revision, current);
    const struct version *v = version_publish(c->api, m, call_get(c, "description"));
    json_build_object(&b, 2);
    json_build_set(&b, "creationDate", api_time(v->at_ms));
    json_build_set(&b, "stateMachineVersionArn", json_ref(v->arn));
    return json_build_done(&b);
}

const struct operation publish_state_machine_version_operation = {
    .name = "PublishStateMachineVersion",
    .run = publish_state_machine_version,
    .in = publish_in,
    .grows = true,
};

/* Returns the machine that an ARN with a qualifier belongs to; NULL: there is none. */
static struct machine *machine_of_qualified(struct call *c, const char *arn, struct arn *parts)
{
    json *plain = json_string(arn, (size_t)(parts->name - arn) + parts->name_len);
    struct machine *m = machine_at(c->api, json_str(plain));

    json_unref(plain);
    return m;
}

/* Returns whether the alias leads to that version, with any weight. */
static bool routes_to(const struct alias *al, const char *version)
{
    for (size_t i = 0; i < json_count(al->routes); i++)
        if (json_str_is(json_get(json_at(al->routes, i), "stateMachineVersionArn"), version))
            return true;
    return false;
}

static const struct member version_in[] = {
    {.name = "stateMachineVersionArn", .required = true, .min = 1, .max = QUOTA_LONG_ARN},
    {.name = NULL},
};

/* Deletes a version that no alias leads to. One that isn't there is no error, as on AWS. */
static json *delete_state_machine_version(struct call *c)
{
    const char *arn = call_text(c, "stateMachineVersionArn");
    struct buf names = {0};
    struct arn parts;

    if (!arn_parse(c, arn, "stateMachine", &parts))
        return NULL;
    struct machine *m = machine_of_qualified(c, arn, &parts);
    struct version *v = m ? version_find(m, arn) : NULL;
    if (!v)
        return api_empty();
    for (size_t i = 0; i < m->alias_count; i++)
        if (routes_to(&m->aliases[i], arn))
            buf_printf(&names, "%s%s", names.len ? ", " : "", json_str(m->aliases[i].name));
    if (names.len)
        call_fail(c, "ConflictException",
                  "Version to be deleted must not be referenced by an alias. Current list of "
                  "aliases referencing this version: [%s]",
                  buf_str(&names));
    buf_clear(&names);
    if (c->error)
        return NULL;
    version_clear(v);
    size_t at = (size_t)(v - m->versions);
    memmove(v, v + 1, (--m->version_count - at) * sizeof *v);
    machine_keep(c->api, m);
    return api_empty();
}

const struct operation delete_state_machine_version_operation = {
    .name = "DeleteStateMachineVersion",
    .run = delete_state_machine_version,
    .in = version_in,
};

static const struct member machine_pages_in[] = {
    ARN_MEMBER("stateMachineArn"),
    PAGE_MEMBERS,
    {.name = NULL},
};

/* Lists versions, the newest first. A page ends at a version's number, so that versions that are
 * published meanwhile move nothing. */
static json *list_state_machine_versions(struct call *c)
{
    struct machine *m = machine_find(c, call_text(c, "stateMachineArn"));
    struct page page;
    struct json_build list;

    if (!m || !page_begin(c, "stateMachineArn", &page))
        return NULL;
    uint64_t before = page_after(&page, UINT64_MAX);
    size_t i = m->version_count;
    while (i > 0 && m->versions[i - 1].number >= before)
        i--;
    json_build_array(&list, 0);
    for (size_t n = 0; n < page.limit && i > 0; n++, i--) {
        struct json_build item;
        json_build_object(&item, 2);
        json_build_set(&item, "stateMachineVersionArn", json_ref(m->versions[i - 1].arn));
        json_build_set(&item, "creationDate", api_time(m->versions[i - 1].at_ms));
        json_build_add(&list, json_build_done(&item));
    }
    return page_end(c, &page, "stateMachineVersions", json_build_done(&list),
                    i > 0 ? page_number(m->versions[i].number) : NULL);
}

const struct operation list_state_machine_versions_operation = {
    .name = "ListStateMachineVersions",
    .run = list_state_machine_versions,
    .in = machine_pages_in,
};

/* ---- aliases ---- */

/* Adds the values of `key` in the routes as "[a, b]", as AWS's messages have them. */
static void list_route_values(struct buf *out, const json *routes, const char *key)
{
    buf_addc(out, '[');
    for (size_t i = 0; i < json_count(routes); i++) {
        const json *v = json_get(json_at(routes, i), key);
        if (i)
            buf_adds(out, ", ");
        if (json_is_string(v))
            buf_adds(out, json_str(v));
        else
            json_write(out, v);
    }
    buf_addc(out, ']');
}

static json *bad_routes(struct call *c, const json *routes, const char *key, const char *text)
{
    struct buf list = {0};

    buf_adds(&list, text);
    buf_adds(&list, " Received: ");
    list_route_values(&list, routes, key);
    call_refuse(c, "INVALID_ROUTING_CONFIGURATION", "%s", buf_str(&list));
    buf_clear(&list);
    return NULL;
}

/*
 * Returns the machine whose versions the routes name. NULL with the call failed. Only the first
 * thing that is wrong is told: each ARN is looked at by itself, then the two of them, then the sum
 * of weights.
 */
static struct machine *check_routes(struct call *c, const json *routes)
{
    const char *key = "stateMachineVersionArn";
    struct machine *m = NULL;
    int64_t sum = 0;

    for (size_t i = 0; i < json_count(routes); i++) {
        const char *arn = json_str(json_get(json_at(routes, i), key));
        struct arn parts;
        if (!arn_parse(c, arn, "stateMachine", &parts))
            return NULL;
        if (!parts.rest || pattern_alias(parts.rest, strlen(parts.rest))) {
            bad_routes(c, routes, key,
                       "Routing configuration must contain state machine version ARNs.");
            return NULL;
        }
        struct machine *of = machine_of_qualified(c, arn, &parts);
        if (!of || !version_find(of, arn)) {
            call_fail_about(c, arn, "ResourceNotFound",
                            "Request references a resource that does not exist.");
            return NULL;
        }
        if (m && of != m) {
            bad_routes(c, routes, key,
                       "Routing configuration must contain versions of one state machine.");
            return NULL;
        }
        m = of;
        sum += json_int_value(json_get(json_at(routes, i), "weight"));
    }
    if (json_count(routes) == 2 &&
        json_equal(json_get(json_at(routes, 0), key), json_get(json_at(routes, 1), key))) {
        bad_routes(c, routes, key,
                   "Routing configuration must contain distinct state machine version ARNs.");
        return NULL;
    }
    if (sum != 100) {
        bad_routes(c, routes, "weight", "Sum of routing configuration weights must equal 100.");
        return NULL;
    }
    return m;
}

/* Returns whether two texts are equal or both missing. */
static bool same_or_none(const json *a, const json *b)
{
    return a && b ? json_equal(a, b) : a == b;
}

static json *alias_created(const struct alias *al)
{
    struct json_build b;

    json_build_object(&b, 2);
    json_build_set(&b, "stateMachineAliasArn", json_ref(al->arn));
    json_build_set(&b, "creationDate", api_time(al->created_ms));
    return json_build_done(&b);
}

static const struct member route[] = {
    ARN_MEMBER("stateMachineVersionArn"),
    {.name = "weight", .kind = NUMBER, .required = true, .max = 100},
    {.java_class = "RoutingConfigurationListItem"},
};

static const struct member create_alias_in[] = {
    {.name = "description", .kind = PRIVATE, .max = QUOTA_DESCRIPTION},
    {.name = "name",
     .required = true,
     .min = 1,
     .max = QUOTA_NAME,
     .pattern = "^(?=.*[a-zA-Z_\\-\\.])[a-zA-Z0-9_\\-\\.]+$",
     .matches = pattern_alias},
    {.name = "routingConfiguration",
     .kind = LIST,
     .required = true,
     .min = 1,
     .max = 2,
     .of = route},
    {.name = NULL},
};

/* As on AWS the call is idempotent: the same alias again is no conflict. */
static json *create_state_machine_alias(struct call *c)
{
    const json *name = call_get(c, "name"), *routes = call_get(c, "routingConfiguration");
    const json *description = call_get(c, "description");
    struct machine *m = check_routes(c, routes);

    if (!m || !may_grow(c, m))
        return NULL;
    for (size_t i = 0; i < m->alias_count; i++) {
        const struct alias *al = &m->aliases[i];
        if (!json_equal(al->name, name))
            continue;
        if (json_equal(al->routes, routes) && same_or_none(al->description, description))
            return alias_created(al);
        return call_fail(c, "ConflictException",
                         "Failed to create alias because an alias with the same name and a "
                         "different routing configuration already exists.");
    }
    if (!machine_has_room(c, m->alias_count, QUOTA_ALIASES, "aliases"))
        return NULL;
    MEM_GROW(m->aliases, m->alias_count, m->alias_cap);
    struct alias *al = &m->aliases[m->alias_count++];
    *al = (struct alias){.arn = json_stringf("%s:%s", json_str(m->arn), json_str(name)),
                         .name = json_ref(name),
                         .description = json_ref(description),
                         .routes = json_ref(routes),
                         .created_ms = c->now_ms,
                         .updated_ms = c->now_ms};
    machine_keep(c->api, m);
    return alias_created(al);
}

const struct operation create_state_machine_alias_operation = {
    .name = "CreateStateMachineAlias",
    .run = create_state_machine_alias,
    .in = create_alias_in,
    .grows = true,
};

/* Looks for the alias that the request names, and its machine. NULL: there is none; the call has
 * failed only if the ARN is malformed, as deleting an alias that isn't there is no error. */
static struct alias *alias_look(struct call *c, struct machine **of)
{
    const char *arn = call_text(c, "stateMachineAliasArn");
    struct arn parts;

    if (!arn_parse(c, arn, "stateMachine", &parts))
        return NULL;
    struct machine *m = machine_of_qualified(c, arn, &parts);
    for (size_t i = 0; m && i < m->alias_count; i++)
        if (json_str_is(m->aliases[i].arn, arn)) {
            *of = m;
            return &m->aliases[i];
        }
    return NULL;
}

/* Finds the alias that the request names. NULL with the call failed: there is none. */
static struct alias *alias_find(struct call *c, struct machine **of)
{
    struct alias *al = alias_look(c, of);

    if (!al && !c->error) {
        call_fail_about(c, call_text(c, "stateMachineAliasArn"), "ResourceNotFound",
                        "Request references a resource that does not exist.");
    }
    return al;
}

static const struct member update_alias_in[] = {
    ARN_MEMBER("stateMachineAliasArn"),
    {.name = "description", .kind = PRIVATE, .max = QUOTA_DESCRIPTION},
    {.name = "routingConfiguration", .kind = LIST, .min = 1, .max = 2, .of = route},
    {.name = NULL},
};

/* The routes are checked before anything is changed: a failed call leaves the alias as it was. */
static json *update_state_machine_alias(struct call *c)
{
    const json *routes = call_get(c, "routingConfiguration");
    const json *description = call_get(c, "description");
    struct machine *m = NULL;
    struct alias *al = alias_find(c, &m);
    struct json_build b;

    if (!al || !may_grow(c, m))
        return NULL;
    if (!routes && !description)
        return call_refuse(c, "MISSING_REQUIRED_PARAMETER", "%s",
                           "Either the description or the routing configuration must be "
                           "specified");
    if (routes) {
        struct machine *of = check_routes(c, routes);
        if (!of)
            return NULL;
        if (of != m)
            return bad_routes(c, routes, "stateMachineVersionArn",
                              "Routing configuration must contain versions of the alias's state "
                              "machine.");
        json_unref(al->routes);
        al->routes = json_ref(routes);
    }
    if (description) {
        json_unref(al->description);
        al->description = json_ref(description);
    }
    al->updated_ms = c->now_ms;
    machine_keep(c->api, m);
    json_build_object(&b, 1);
    json_build_set(&b, "updateDate", api_time(al->updated_ms));
    return json_build_done(&b);
}

const struct operation update_state_machine_alias_operation = {
    .name = "UpdateStateMachineAlias",
    .run = update_state_machine_alias,
    .in = update_alias_in,
};

static const struct member alias_in[] = {
    ARN_MEMBER("stateMachineAliasArn"),
    {.name = NULL},
};

static json *describe_state_machine_alias(struct call *c)
{
    struct machine *m = NULL;
    const struct alias *al = alias_find(c, &m);
    struct json_build b;

    if (!al)
        return NULL;
    json_build_object(&b, 6);
    json_build_set(&b, "stateMachineAliasArn", json_ref(al->arn));
    json_build_set(&b, "name", json_ref(al->name));
    if (al->description)
        json_build_set(&b, "description", json_ref(al->description));
    json_build_set(&b, "routingConfiguration", json_ref(al->routes));
    json_build_set(&b, "creationDate", api_time(al->created_ms));
    json_build_set(&b, "updateDate", api_time(al->updated_ms));
    return json_build_done(&b);
}

const struct operation describe_state_machine_alias_operation = {
    .name = "DescribeStateMachineAlias",
    .run = describe_state_machine_alias,
    .in = alias_in,
};

static json *delete_state_machine_alias(struct call *c)
{
    struct machine *m = NULL;
    struct alias *al = alias_look(c, &m);

    if (c->error)
        return NULL;
    if (al) {
        alias_clear(al);
        size_t at = (size_t)(al - m->aliases);
        memmove(al, al + 1, (--m->alias_count - at) * sizeof *al);
        machine_keep(c->api, m);
    }
    return api_empty();
}

const struct operation delete_state_machine_alias_operation = {
    .name = "DeleteStateMachineAlias",
    .run = delete_state_machine_alias,
    .in = alias_in,
};

static json *list_state_machine_aliases(struct call *c)
{
    const char *arn = call_text(c, "stateMachineArn");
    struct target t;
    struct page page;
    struct json_build list;
    size_t i = 0, n = 0;

    /* The ARN may be a version's: then only aliases that lead to it are listed. */
    if (!target_find(c, arn, &t) || !page_begin(c, "stateMachineArn", &page))
        return NULL;
    const struct machine *m = t.machine;
    while (page.after && i < m->alias_count && !json_equal(m->aliases[i].name, page.after))
        i++;
    if (page.after)
        i = i < m->alias_count ? i + 1 : 0;
    json_build_array(&list, 0);
    size_t last = i;
    for (; i < m->alias_count; i++) {
        struct json_build item;
        if (t.version && !t.alias && !routes_to(&m->aliases[i], arn))
            continue;
        if (n++ == page.limit)
            break;
        json_build_object(&item, 2);
        json_build_set(&item, "stateMachineAliasArn", json_ref(m->aliases[i].arn));
        json_build_set(&item, "creationDate", api_time(m->aliases[i].created_ms));
        json_build_add(&list, json_build_done(&item));
        last = i;
    }
    return page_end(c, &page, "stateMachineAliases", json_build_done(&list),
                    i < m->alias_count ? json_ref(m->aliases[last].name) : NULL);
}

const struct operation list_state_machine_aliases_operation = {
    .name = "ListStateMachineAliases",
    .run = list_state_machine_aliases,
    .in = machine_pages_in,
};
