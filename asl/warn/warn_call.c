/*
 * What a service will not take, though AWS creates the machine: the state fails when it runs. The
 * facts are those of the services' models (asl/call), and what AWS refuses at once is an error of
 * asl/load/check_resource.c.
 */

#include "asl/call/call.h"
#include "asl/eval/expression.h"
#include "asl/load/field.h"
#include "asl/model/model.h"
#include "asl/warn/warn_impl.h"
#include "parsers/base/text.h"

#include <string.h>

/* A walk over the parameters of a call, for one kind of problem. */
struct calls {
    struct warner *w;
    const struct asl_resource *resource;
    enum call_fault fault;
    bool told; /* what AWS refuses is told by errors */
};

static void warn_of_problem(void *user, const struct call_problem *p)
{
    const struct calls *c = user;
    struct buf text = {0}, hint = {0};

    if (p->fault != c->fault || (c->told && call_is_refused(c->resource, p)) ||
        (p->fault == CALL_MISSING && (p->misspelt || p->filled)))
        return;
    call_add_text(c->resource, p, &text);
    call_add_hint(p, &hint);
    asl_report_add(c->w->report, ASL_WARNING, c->w->code->name, p->at,
                   p->fault == CALL_VALUE ? ASL_VALUE : ASL_KEY,
                   hint.len ? buf_str(&hint) : c->w->code->mend, "%s", buf_str(&text));
    buf_clear(&text);
    buf_clear(&hint);
}

static enum call_source source_of_state(const struct asl_state *s)
{
    return s->jsonata ? CALL_OF_JSONATA : CALL_OF_JSONPATH;
}

static void warn_of_task(struct warner *w, const struct asl_state *s, const struct asl_at *at,
                         enum call_fault fault)
{
    struct calls c = {w, &s->task.parts, fault, true};
    struct asl_at parameters;
    const struct call *call;

    if (!s->task.doubtful ||
        !asl_at_member(at, s->jsonata ? "Arguments" : "Parameters", &parameters))
        return;
    call = call_find(&s->task.parts);
    if (call)
        call_check(call, &s->task.parts, &parameters, source_of_state(s), &w->guesses,
                   warn_of_problem, &c);
}

/*
 * A Map's reader or writer, `field`. Whether AWS refuses a machine for what is wrong there is not
 * known, so all of it is warned of. A writer without a Resource writes to no bucket.
 */
static void warn_of_s3(struct warner *w, const struct asl_state *s, const struct asl_at *map,
                       const char *field, enum call_fault fault)
{
    const char *given = s->jsonata ? "Arguments" : "Parameters";
    struct asl_resource r = {0};
    struct calls c = {w, &r, fault, false};
    struct asl_at object, resource, parameters;

    if (!asl_at_member(map, field, &object) || !asl_at_member(&object, "Resource", &resource) ||
        !json_is_string(resource.value) || !asl_resource_read(json_str(resource.value), &r))
        return;
    const struct call *call = call_find_of_map(&r, strcmp(field, "ResultWriter") == 0);
    if (call && asl_at_member(&object, given, &parameters))
        call_check(call, &r, &parameters, source_of_state(s), &w->guesses, warn_of_problem, &c);
    else if (call && fault == CALL_MISSING)
        warn_at(w, &object, ASL_KEY, "%s requires '%s'", call->name, given);
}

static void warn_of_call(struct warner *w, const struct asl_state *s, const struct asl_at *at,
                         enum call_fault fault)
{
    if (s->type == ASL_TASK) {
        warn_of_task(w, s, at, fault);
    } else if (s->type == ASL_MAP) {
        warn_of_s3(w, s, at, "ItemReader", fault);
        warn_of_s3(w, s, at, "ResultWriter", fault);
    }
}

/* Credentials have one member only; nobody reads another. That the role is missing is an error. */
static void warn_of_credentials(struct warner *w, const struct asl_state *s,
                                const struct asl_at *at)
{
    struct asl_at credentials, member;

    if (s->type != ASL_TASK || !asl_at_member(at, "Credentials", &credentials) ||
        !json_is_object(credentials.value))
        return;
    for (size_t i = 0; i < json_count(credentials.value); i++) {
        const json *key = json_key_at(credentials.value, i);

        if (!json_str_is(key, "RoleArn") && (s->jsonata || !json_str_is(key, "RoleArn.$")) &&
            asl_at_member(&credentials, json_str(key), &member))
            asl_report_add(w->report, ASL_WARNING, w->code->name, &member, ASL_KEY,
                           "remove it: Credentials have a RoleArn only",
                           "'Credentials' has no member '%s'", json_str(key));
    }
}

/* Returns whether text is "arn:PARTITION:iam::ACCOUNT:role/NAME". */
static bool is_role(const json *text)
{
    const char *service = json_str_begins(text, "arn:") ? strchr(json_str(text) + 4, ':') : NULL;
    const char *account = service && text_begins_with(service, ":iam::") ? service + 6 : NULL;
    const char *role = account ? strchr(account, ':') : NULL;

    return role && role > account && text_begins_with(role, ":role/") && role[6];
}

/* AWS creates the machine, and STS refuses such a role. A path that lacks its `.$` has a warning of
 * its own. */
static void warn_of_role(struct warner *w, const struct asl_state *s, const struct asl_at *at)
{
    struct asl_at credentials, role;

    if (s->type != ASL_TASK || !asl_at_member(at, "Credentials", &credentials) ||
        !json_is_object(credentials.value) || !asl_at_member(&credentials, "RoleArn", &role))
        return;
    const json *v = role.value;
    if (json_is_string(v) &&
        (is_role(v) || asl_has_placeholder(v) ||
         (s->jsonata ? asl_expression_begins(v)
                     : json_str_begins(v, "$") || json_str_begins(v, "States."))))
        return;
    asl_report_add(w->report, ASL_WARNING, w->code->name, &role, ASL_VALUE,
                   "it reads arn:aws:iam::ACCOUNT:role/NAME",
                   "'RoleArn' takes the ARN of a role of IAM");
}

void warn_call_unknown(struct warner *w, const struct asl_state *s, const struct asl_at *at)
{
    warn_of_credentials(w, s, at);
    warn_of_call(w, s, at, CALL_UNKNOWN);
}

void warn_call_missing(struct warner *w, const struct asl_state *s, const struct asl_at *at)
{
    warn_of_call(w, s, at, CALL_MISSING);
}

void warn_call_value(struct warner *w, const struct asl_state *s, const struct asl_at *at)
{
    warn_of_role(w, s, at);
    warn_of_call(w, s, at, CALL_VALUE);
}

/* Nobody can call it at AWS from a state machine, whatever the parameters are. */
void warn_call_not_signed(struct warner *w, const struct asl_state *s, const struct asl_at *at)
{
    const struct asl_resource *r = &s->task.parts;
    const struct model_service *service;
    struct asl_at resource;

    if (s->type != ASL_TASK || r->kind != ASL_RESOURCE_SDK ||
        !asl_at_member(at, "Resource", &resource))
        return;
    service = model_service_named(r->service.at, r->service.len);
    if (service && !strcmp(service->signature, "v2"))
        warn_at(w, &resource, ASL_VALUE, "'%s' wants requests that are signed by Version 2",
                service->name);
    else if (service && !strcmp(service->signature, "bearer"))
        warn_at(w, &resource, ASL_VALUE, "'%s' wants a bearer token", service->name);
}

/* It is told once of a machine, and only of one with calls to check. */
void warn_no_services_file(struct warner *w)
{
    bool calls = false;

    for (size_t i = 0; i < w->m->count && !calls; i++) {
        const struct asl_state *s = w->m->states[i];
        calls = s->type == ASL_TASK && asl_resource_is_call(&s->task.parts);
    }
    if (calls && !call_models_known())
        warn_at(w, w->top, ASL_VALUE,
                "What the services take isn't known, so the parameters of calls aren't checked");
}
