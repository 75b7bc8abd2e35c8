/* State machines: create, update, describe, list, delete, validate. */

#include "runtime/api/api_machines.h"

#include "asl/report/quota.h"
#include "asl/warn/warn.h"
#include "parsers/base/ascii.h"
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

/* ---- revisions ---- */

struct revision *revision_ref(struct revision *r)
{
    r->refs++;
    return r;
}

void revision_unref(struct revision *r)
{
    if (!r || --r->refs)
        return;
    json_unref(r->key);
    json_unref(r->definition);
    asl_machine_unref(r->compiled);
    json_unref(r->refusal);
    json_unref(r->role_arn);
    json_unref(r->logging);
    json_unref(r->tracing);
    json_unref(r->encryption);
    json_unref(r->variables);
    json_unref(r->id);
    mem_free(r);
}

bool revision_runs(struct call *c, struct revision *r)
{
    revision_compile(c->api, r);
    if (r->compiled)
        return true;
    call_fail(c, "ValidationException",
              "The store's definition of this state machine can't be run: %s. Update the state "
              "machine with one that can",
              r->refusal ? json_str(r->refusal) : "");
    return false;
}

/* ---- definitions ---- */

/* "<CODE>: <message> at <location>", joined. */
void refuse_definition(struct call *c, const struct asl_report *report)
{
    struct buf text = {0};

    for (size_t i = 0; i < report->count; i++) {
        const struct asl_problem *p = &report->problems[i];
        if (p->severity == ASL_ERROR)
            buf_printf(&text, "%s%s: %s at %s", text.len ? ", " : "", p->code, p->message,
                       p->location ? p->location : "null");
    }
    call_fail(c, "InvalidDefinition", "Invalid State Machine Definition: '%s'", buf_str(&text));
    buf_clear(&text);
}

/* What AWS has to say of it; of what we can't run, a warning. */
static void api_machines_validate(const api *a, const json *text, bool express,
                                  struct asl_report *report)
{
    /* Of a blank text AWS says this, and gives no place. */
    if (!json_str(text)[strspn(json_str(text), ASCII_JSON_BLANKS)])
        asl_report_add(report, ASL_ERROR, ASL_SCHEMA_VALIDATION_FAILED, NULL, ASL_VALUE, NULL,
                       "Definition must be a valid JSON object");
    else
        asl_validate(json_str(text), json_str_len(text), DOCUMENT_JSON,
                     express ? ASL_EXPRESS : ASL_STANDARD, api_served(a), report);
}

/* NULL when it has errors: they are in the report. */
static asl_machine *api_machines_compile(const api *a, const json *text, bool express,
                                         struct asl_report *report)
{
    api_machines_validate(a, text, express, report);
    if (report->errors)
        return NULL;
    asl_report_clear(report);
    return asl_compile(json_str(text), json_str_len(text), DOCUMENT_JSON, report);
}

static const char *const types[] = {"STANDARD", "EXPRESS", NULL};

static const char *const severities[] = {"ERROR", "WARNING", NULL};

static const struct member validate_in[] = {
    {.name = "definition", .kind = PRIVATE, .required = true, .max = QUOTA_DEFINITION},
    {.name = "type", .choices = types},
    {.name = "severity", .choices = severities},
    {.name = "maxResults", .kind = NUMBER, .max = 100},
    {.name = NULL},
};

static json *validate_state_machine_definition(struct call *c)
{
    const json *limit = call_get(c, "maxResults");
    const char *type = call_text(c, "type"), *severity = call_text(c, "severity");
    size_t max = limit && json_int_value(limit) ? (size_t)json_int_value(limit) : 100, given = 0;
    bool warnings = severity && strcmp(severity, "WARNING") == 0;
    struct asl_report report = {0};
    struct json_build b, list;

    api_machines_validate(c->api, call_get(c, "definition"), type && strcmp(type, "EXPRESS") == 0,
                          &report);
    json_build_array(&list, report.count);
    for (size_t i = 0; i < report.count; i++) {
        const struct asl_problem *p = &report.problems[i];
        struct json_build d;
        if (p->severity == ASL_WARNING && !warnings)
            continue;
        if (given++ >= max)
            continue;
        json_build_object(&d, 4);
        json_build_set(&d, "severity",
                       json_cstring(p->severity == ASL_ERROR ? "ERROR" : "WARNING"));
        json_build_set(&d, "code", json_cstring(p->code));
        json_build_set(&d, "message", json_cstring(p->message));
        if (p->location)
            json_build_set(&d, "location", json_cstring(p->location));
        json_build_add(&list, json_build_done(&d));
    }
    json_build_object(&b, 3);
    json_build_set(&b, "result", json_cstring(report.errors ? "FAIL" : "OK"));
    json_build_set(&b, "diagnostics", json_build_done(&list));
    json_build_set(&b, "truncated", json_bool(given > max));
    asl_report_clear(&report);
    return json_build_done(&b);
}

const struct operation validate_state_machine_definition_operation = {
    .name = "ValidateStateMachineDefinition",
    .run = validate_state_machine_definition,
    .in = validate_in,
};

/* ---- configurations, with what AWS fills in ---- */

static json *bad_logging(struct call *c, const char *text)
{
    return call_fail(c, "InvalidLoggingConfiguration", "Invalid Logging Configuration: %s", text);
}

/* What is wrong with arn:PARTITION:logs:REGION:ACCOUNT:log-group:NAME:*; NULL: nothing. Which log
 * groups there are, nobody knows here. */
static const char *destination_problem(const json *destination)
{
    const json *group = json_get(destination, "cloudWatchLogsLogGroup");
    const json *arn = group ? json_get(group, "logGroupArn") : NULL;
    const char *parts[6] = {arn ? json_str(arn) : ""};
    size_t count = 1;

    while (count < 6 && (parts[count] = strchr(parts[count - 1], ':')))
        parts[count++]++;
    if (count < 6 || strncmp(parts[0], "arn:", 4) != 0)
        return "Must set valid CloudWatch Log Group ARN.";
    if (strncmp(parts[2], "logs:", 5) != 0 || strncmp(parts[5], "log-group:", 10) != 0)
        return "Provided ARN is not CloudWatch Logs Log Group ARN.";
    size_t len = strlen(parts[5]);
    if (len < sizeof "log-group:x:*" - 1 || strcmp(parts[5] + len - 2, ":*") != 0)
        return "Log Group ARN must be provided with '*' qualifier.";
    return NULL;
}

/* NULL with the call failed. */
static json *logging_of(struct call *c, const json *given)
{
    const json *level = given ? json_get(given, "level") : NULL;
    const json *data = given ? json_get(given, "includeExecutionData") : NULL;
    const json *destinations = given ? json_get(given, "destinations") : NULL;
    bool on = level && !json_str_is(level, "OFF");
    struct json_build b;

    if (json_count(destinations ? destinations : json_empty_array()) > 1 ||
        (on && (!destinations || json_count(destinations) != 1)))
        return bad_logging(c, "Must specify exactly one Log Destination.");
    const char *problem = on ? destination_problem(json_at(destinations, 0)) : NULL;
    if (problem)
        return bad_logging(c, problem);
    json_build_object(&b, 3);
    json_build_set(&b, "level", level ? json_ref(level) : json_cstring("OFF"));
    json_build_set(&b, "includeExecutionData", data ? json_ref(data) : json_bool(false));
    if (destinations)
        json_build_set(&b, "destinations", json_ref(destinations));
    return json_build_done(&b);
}

const json *api_logging(const api *a, const char *machine_arn)
{
    char *plain = mem_strndup(machine_arn, strcspn(machine_arn, "/"));
    const struct machine *m = text_map_get(&a->machines, plain);

    mem_free(plain);
    return m ? m->revision->logging : NULL;
}

static json *tracing_of(const json *given)
{
    const json *enabled = given ? json_get(given, "enabled") : NULL;
    struct json_build b;

    json_build_object(&b, 1);
    json_build_set(&b, "enabled", enabled ? json_ref(enabled) : json_bool(false));
    return json_build_done(&b);
}

static json *encryption_of(const json *given)
{
    struct json_build b;

    if (given)
        return json_ref(given);
    json_build_object(&b, 1);
    json_build_set(&b, "type", json_cstring("AWS_OWNED_KEY"));
    return json_build_done(&b);
}

/*
 * The revision that the request describes; what it doesn't say comes from `before` (NULL: from
 * AWS's defaults). NULL with the call failed.
 */
static struct revision *new_revision(struct call *c, struct revision *before, bool express)
{
    const json *definition = call_get(c, "definition"), *role = call_get(c, "roleArn");
    const json *logging = call_get(c, "loggingConfiguration");
    const json *tracing = call_get(c, "tracingConfiguration");
    const json *encryption = call_get(c, "encryptionConfiguration");
    struct asl_report report = {0};
    struct revision *r = mem_calloc(1, sizeof *r);

    if (before)
        revision_compile(c->api, before);
    r->refs = 1;
    r->at_ms = c->now_ms;
    r->logging = before && !logging ? json_ref(before->logging) : logging_of(c, logging);
    if (!r->logging || !check_encryption(c, encryption))
        goto refuse;
    r->tracing = before && !tracing ? json_ref(before->tracing) : tracing_of(tracing);
    r->encryption =
        before && !encryption ? json_ref(before->encryption) : encryption_of(encryption);
    r->role_arn = json_ref(role ? role : before->role_arn);
    if (!definition || (before && before->compiled && json_equal(before->definition, definition))) {
        r->definition = json_ref(before->definition);
        r->compiled = before->compiled ? asl_machine_ref(before->compiled) : NULL;
        r->refusal = json_ref(before->refusal);
        r->variables = json_ref(before->variables);
        return r;
    }
    r->definition = json_ref(definition);
    r->compiled = api_machines_compile(c->api, definition, express, &report);
    if (!r->compiled)
        refuse_definition(c, &report);
    asl_report_clear(&report);
    if (!r->compiled)
        goto refuse;
    /* The same text, once. */
    json_unref(r->definition);
    r->definition = json_ref(asl_machine_text(r->compiled));
    r->variables = asl_variable_references(r->compiled);
    return r;
refuse:
    revision_unref(r);
    return NULL;
}

static bool same_revision(const struct revision *a, const struct revision *b, bool role_too)
{
    return json_equal(a->definition, b->definition) && json_equal(a->logging, b->logging) &&
           json_equal(a->tracing, b->tracing) && json_equal(a->encryption, b->encryption) &&
           (!role_too || json_equal(a->role_arn, b->role_arn));
}

/* ---- finding ---- */

static json *no_machine(struct call *c, const char *arn)
{
    return call_fail(c, "StateMachineDoesNotExist", "State Machine Does Not Exist: '%s'", arn);
}

struct machine *machine_find(struct call *c, const char *arn)
{
    struct arn parts;

    if (!arn_parse(c, arn, "stateMachine", &parts))
        return NULL;
    struct machine *m = text_map_get(&c->api->machines, arn);
    if (!m)
        no_machine(c, arn);
    return m;
}

/* Picks by weight. */
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

bool target_find(struct call *c, const char *arn, struct target *out)
{
    struct arn parts;

    *out = (struct target){0};
    if (!arn_parse(c, arn, "stateMachine", &parts))
        return false;
    json *plain = json_string(arn, (size_t)(parts.name - arn) + parts.name_len);
    struct machine *m = text_map_get(&c->api->machines, json_str(plain));
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

/* Where `name` is or would be. */
static size_t place_of_name(const api *a, const char *name)
{
    size_t low = 0, high = a->machine_count;

    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (strcmp(json_str(a->sorted[mid]->name), name) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

void machine_add(api *a, struct machine *m)
{
    size_t at = place_of_name(a, json_str(m->name));

    MEM_GROW(a->sorted, a->machine_count, a->machine_cap);
    memmove(a->sorted + at + 1, a->sorted + at, (a->machine_count - at) * sizeof *a->sorted);
    a->sorted[at] = m;
    a->machine_count++;
    text_map_put(&a->machines, json_str(m->arn), m);
}

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
    while (a->sorted[at] != m)
        at++;
    memmove(a->sorted + at, a->sorted + at + 1, (a->machine_count - at - 1) * sizeof *a->sorted);
    a->machine_count--;
    text_map_take(&a->machines, json_str(m->arn));
    machine_free(m);
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

/* The same name again: the same machine, or a refusal. */
static json *create_again(struct call *c, const struct machine *m, bool express,
                          const struct revision *r, const json *with)
{
    const struct version *v = NULL;

    if (m->deleting)
        return call_fail(c, "StateMachineDeleting", "State Machine is being deleted: '%s'",
                         json_str(m->arn));
    if (m->express != express || !same_revision(m->revision, r, false) ||
        !json_equal(m->created_with, with))
        return call_fail(c, "StateMachineAlreadyExists", "State Machine Already Exists: '%s'",
                         json_str(m->arn));
    if (call_flag(c, "publish") && m->version_count)
        v = &m->versions[0];
    return created(m, v);
}

static const char *const levels[] = {"ALL", "ERROR", "FATAL", "OFF", NULL};

static const struct member log_group[] = {
    {.name = "logGroupArn", .min = 1, .max = QUOTA_ARN},
    {.name = NULL},
};

static const struct member destination[] = {
    {.name = "cloudWatchLogsLogGroup", .kind = STRUCT, .of = log_group},
    {.name = NULL},
};

static const struct member logging[] = {
    {.name = "level", .choices = levels},
    {.name = "includeExecutionData", .kind = FLAG},
    {.name = "destinations", .kind = LIST, .of = destination},
    {.name = NULL},
};

static const struct member tracing[] = {
    {.name = "enabled", .kind = FLAG},
    {.name = NULL},
};

/* What CreateStateMachine and UpdateStateMachine have in common. */
#define CONFIGURATION                                                                              \
    {.name = "loggingConfiguration", .kind = STRUCT, .of = logging},                               \
        {.name = "tracingConfiguration", .kind = STRUCT, .of = tracing},                           \
        {.name = "encryptionConfiguration", .kind = STRUCT, .of = encryption_members},             \
        {.name = "publish", .kind = FLAG},                                                         \
    {                                                                                              \
        .name = "versionDescription", .kind = PRIVATE, .max = 256                                  \
    }

static const struct member create_state_machine_in[] = {
    NAME_MEMBER(true),
    {.name = "definition", .kind = PRIVATE, .required = true, .max = QUOTA_DEFINITION},
    {.name = "roleArn", .required = true, .min = 1, .max = QUOTA_ARN},
    {.name = "type", .choices = types},
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
    struct revision *r = new_revision(c, NULL, express);
    if (!r)
        return NULL;
    json *arn = arn_make(a, "stateMachine", json_str(name)), *with = created_with(c), *out;
    struct machine *m = text_map_get(&a->machines, json_str(arn));
    if (m) {
        out = create_again(c, m, express, r, with);
        revision_unref(r);
        json_unref(arn);
        json_unref(with);
        return out;
    }
    if (!quota_allows(a, a->machine_count, MAX_MACHINES)) {
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
    struct revision *r = new_revision(c, m->revision, m->express);
    if (!r)
        return NULL;
    bool same = same_revision(r, m->revision, true);
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

void describe_revision(struct json_build *b, const struct revision *r, bool metadata_only)
{
    json_build_set(b, "definition", metadata_only ? json_cstring("{}") : json_ref(r->definition));
    json_build_set(b, "roleArn", json_ref(r->role_arn));
    json_build_set(b, "loggingConfiguration", json_ref(r->logging));
    json_build_set(b, "tracingConfiguration", json_ref(r->tracing));
    json_build_set(b, "encryptionConfiguration", json_ref(r->encryption));
    if (r->id)
        json_build_set(b, "revisionId", json_ref(r->id));
    if (r->variables && !metadata_only)
        json_build_set(b, "variableReferences", json_ref(r->variables));
}

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
    describe_revision(&b, t.revision, metadata_only);
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

/* What goes with the call itself; the rest goes by and by. */
enum { SWEPT_AT_ONCE = 64 };

static const struct member state_machine_in[] = {
    ARN_MEMBER("stateMachineArn"),
    {.name = NULL},
};

static json *delete_state_machine(struct call *c)
{
    const char *arn = call_text(c, "stateMachineArn");
    struct arn parts;

    if (!arn_refuse_label(c, arn) || !arn_parse(c, arn, "stateMachine", &parts))
        return NULL;
    struct machine *m = text_map_get(&c->api->machines, arn);
    if (m && !m->deleting) {
        size_t count;
        m->deleting = true;
        if (!m->running && machine_sweep(c->api, m, SWEPT_AT_ONCE, &count)) {
            machine_drop(c->api, m);
            c->api->untidy = c->api->sweeps = true;
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

static json *list_state_machines(struct call *c)
{
    api *a = c->api;
    struct page page;
    struct json_build list;

    if (!page_begin(c, "", &page))
        return NULL;
    size_t i = page.after ? place_of_name(a, json_str(page.after)) : 0;
    if (page.after && i < a->machine_count && json_equal(a->sorted[i]->name, page.after))
        i++;
    json_build_array(&list, 0);
    for (size_t n = 0; n < page.limit && i < a->machine_count; n++, i++) {
        const struct machine *m = a->sorted[i];
        struct json_build item;
        json_build_object(&item, 4);
        json_build_set(&item, "stateMachineArn", json_ref(m->arn));
        json_build_set(&item, "name", json_ref(m->name));
        json_build_set(&item, "type", json_cstring(m->express ? "EXPRESS" : "STANDARD"));
        json_build_set(&item, "creationDate", api_time(m->created_ms));
        json_build_add(&list, json_build_done(&item));
    }
    return page_end(c, &page, "stateMachines", json_build_done(&list),
                    i < a->machine_count ? json_ref(a->sorted[i - 1]->name) : NULL);
}

const struct operation list_state_machines_operation = {
    .name = "ListStateMachines",
    .run = list_state_machines,
    .in = pages_in,
};
