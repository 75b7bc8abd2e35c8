/*
 * Revisions: a definition with all that goes with it, as a request describes it. A definition is
 * compiled when it comes, and refused in AWS's words if it can't be; the text that is kept is the
 * one that was given. A revision never changes: an update makes another, which the old one's
 * executions don't see. One that comes from the store was judged once, and is only compiled.
 */

#include "runtime/api/api_revisions.h"

#include "asl/warn/warn.h"
#include "parsers/base/ascii.h"
#include "parsers/base/mem.h"
#include "runtime/api/api_config.h"
#include "runtime/api/api_machines.h"
#include "runtime/api/api_records.h"
#include "runtime/api/api_state.h"

#include <string.h>

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

/* Compiles a definition from the store without judging it again: AWS's rules may have become
 * stricter since it was accepted. One that can't be compiled is told of, and keeps the reason. */
void revision_compile(api *a, struct revision *v)
{
    struct asl_report report = {0};

    if (v->compiled || v->refusal)
        return;
    if (json_str_len(v->definition))
        v->compiled =
            asl_compile_stored(json_str(v->definition), json_str_len(v->definition), &report);
    if (v->compiled) {
        json_unref(v->definition);
        v->definition = json_ref(asl_machine_text(v->compiled));
    } else {
        v->refusal = json_cstring(report.count ? report.problems[0].message : "it is missing");
        record_spoiled(a, json_str(v->key),
                       "its definition can't be compiled: %s; it can be updated or deleted",
                       json_str(v->refusal));
    }
    asl_report_clear(&report);
}

/*
 * A stored definition that can't be compiled is told to whoever starts it, not to whoever starts
 * the server only.
 */
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

/* Fails the call with all errors in AWS's form, "CODE: message at location", joined by commas. */
void definition_refuse(struct call *c, const struct asl_report *report)
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

/* Adds what AWS would say of the definition. What only we can't run is a warning, as it is good
 * on AWS. */
static void validate_definition(const api *a, const json *text, bool express,
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

/* Compiles a definition that has no errors. NULL: it has some, which are in the report. */
static asl_machine *compile_definition(const api *a, const json *text, bool express,
                                       struct asl_report *report)
{
    validate_definition(a, text, express, report);
    if (report->errors)
        return NULL;
    asl_report_clear(report);
    return asl_compile(json_str(text), json_str_len(text), DOCUMENT_JSON, report);
}

/*
 * A definition that did not change is not compiled again; but one that came from the store and
 * could not be compiled is, when it is given anew.
 */
struct revision *revision_new(struct call *c, struct revision *before, bool express)
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
    r->logging = before && !logging ? json_ref(before->logging) : config_logging(c, logging);
    if (!r->logging || !check_encryption(c, encryption))
        goto refuse;
    r->tracing = before && !tracing ? json_ref(before->tracing) : config_tracing(tracing);
    r->encryption =
        before && !encryption ? json_ref(before->encryption) : config_encryption(encryption);
    r->role_arn = json_ref(role ? role : before->role_arn);
    if (!definition || (before && before->compiled && json_equal(before->definition, definition))) {
        r->definition = json_ref(before->definition);
        r->compiled = before->compiled ? asl_machine_ref(before->compiled) : NULL;
        r->refusal = json_ref(before->refusal);
        r->variables = json_ref(before->variables);
        return r;
    }
    r->definition = json_ref(definition);
    r->compiled = compile_definition(c->api, definition, express, &report);
    if (!r->compiled)
        definition_refuse(c, &report);
    asl_report_clear(&report);
    if (!r->compiled)
        goto refuse;
    /* The compiled machine has the text as well: both then share one copy. */
    json_unref(r->definition);
    r->definition = json_ref(asl_machine_text(r->compiled));
    r->variables = asl_variable_references(r->compiled);
    return r;
refuse:
    revision_unref(r);
    return NULL;
}

/* By what was given, not by what it means: a blank more in the definition is another revision. */
bool revision_is_same(const struct revision *a, const struct revision *b, bool role_too)
{
    return json_equal(a->definition, b->definition) && json_equal(a->logging, b->logging) &&
           json_equal(a->tracing, b->tracing) && json_equal(a->encryption, b->encryption) &&
           (!role_too || json_equal(a->role_arn, b->role_arn));
}

/* The id of the first revision is not told. */
void revision_describe(struct json_build *b, const struct revision *r, bool metadata_only)
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

/* ---- ValidateStateMachineDefinition ---- */

static const char *const severities[] = {"ERROR", "WARNING", NULL};

static const struct member validate_in[] = {
    {.name = "definition", .kind = PRIVATE, .required = true, .max = QUOTA_DEFINITION},
    {.name = "type", .choices = machine_types},
    {.name = "severity", .choices = severities},
    {.name = "maxResults", .kind = NUMBER, .max = 100},
    {.name = NULL},
};

/* All problems are counted, and as many told as are asked for; `truncated` says that there are
 * more. */
static json *validate_state_machine_definition(struct call *c)
{
    const json *limit = call_get(c, "maxResults");
    const char *type = call_text(c, "type"), *severity = call_text(c, "severity");
    size_t max = limit && json_int_value(limit) ? (size_t)json_int_value(limit) : 100, given = 0;
    bool warnings = severity && strcmp(severity, "WARNING") == 0;
    struct asl_report report = {0};
    struct json_build b, list;

    validate_definition(c->api, call_get(c, "definition"), type && strcmp(type, "EXPRESS") == 0,
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
