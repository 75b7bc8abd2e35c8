/*
 * What AWS refuses of a Task's resource and of what the call gets: asl/call knows which services
 * there are, how each may be called and what it takes. None of it is a reason not to run a
 * definition here, where a handler may serve any resource; so these are problems of asl_validate
 * only, and who serves a resource of its own can say so. But Credentials must name a role here,
 * too: or the call would be made by somebody else than its author wants.
 */

#include "asl/call/call.h"
#include "asl/load/load_impl.h"
#include "parsers/base/nearest.h"

#include <string.h>

/* How an API may be called: a bit for each pattern. */
enum {
    S = 1 << ASL_SYNC,
    S2 = 1 << ASL_SYNC_2,
    T = 1 << ASL_WAIT_FOR_TASK_TOKEN,
};

static unsigned pattern_of(const struct asl_resource *r)
{
    return 1u << r->pattern;
}

/* ---- what is wrong with it ---- */

/* `r` NULL: its form is wrong. */
static void not_recognized(struct loader *l, const struct asl_at *at, const struct asl_resource *r)
{
    struct buf hint = {0};

    if (r)
        call_guess(r, &l->guesses, &hint);
    asl_report_add(l->report, ASL_ERROR, ASL_SCHEMA_VALIDATION_FAILED, at, ASL_VALUE,
                   hint.len ? buf_str(&hint) : NULL,
                   "The resource provided %s is not recognized. The value is not a valid resource "
                   "ARN, or the resource is not available in this region.",
                   json_str(at->value));
    buf_clear(&hint);
}

static void needs(struct loader *l, const struct asl_at *at, const char *hint, const char *name)
{
    asl_report_add(l->report, ASL_ERROR, ASL_SCHEMA_VALIDATION_FAILED, at, ASL_KEY, hint,
                   "The field '%s' is required but was missing", name);
}

/* The payload of a call, and who reads it. */
struct payload {
    struct loader *l;
    struct asl_task *task;
    const struct asl_at *at;
};

static void refuse_unknown(const struct payload *payload, const struct call_problem *p)
{
    struct buf hint = {0};

    call_add_hint(p, &hint);
    asl_report_add(payload->l->report, ASL_ERROR, ASL_SCHEMA_VALIDATION_FAILED, p->at, ASL_KEY,
                   hint.len ? buf_str(&hint) : NULL,
                   "The field \"%s\" is not supported by Step Functions", p->name);
    asl_report_relocate(payload->l->report, payload->at);
    buf_clear(&hint);
}

/*
 * People are shown the misspelt name, once: as an error of its own if its value is literal, or with
 * this one.
 */
static void refuse_missing(const struct payload *payload, const struct call_problem *p)
{
    struct loader *l = payload->l;
    struct buf hint = {0};

    if (!p->misspelt || !l->purpose->lint) {
        needs(l, p->at, NULL, p->name);
    } else if (!p->literal) {
        buf_printf(&hint, "did you mean %s?", p->name);
        needs(l, p->misspelt, buf_str(&hint), p->name);
        asl_report_relocate(l->report, p->at);
    }
    buf_clear(&hint);
}

/*
 * AWS creates no machine with a parameter that the call doesn't have, however deep it is; but one
 * given by a path it looks at only when the Task runs. Of the parameters that a service requires,
 * it asks for those of the SDK's calls, and of its own integrations for some. All else that the
 * models say is a warning: asl/warn/warn_call.c.
 */
static void refuse_parameter(void *user, const struct call_problem *p)
{
    const struct payload *payload = user;

    if (!call_is_refused(&payload->task->parts, p))
        payload->task->doubtful = true;
    else if (p->fault == CALL_MISSING)
        refuse_missing(payload, p);
    else
        refuse_unknown(payload, p);
}

static void check_call(struct loader *l, const struct call *row, struct asl_task *task,
                       const struct asl_at *state)
{
    const char *field = l->language == ASL_JSONATA ? "Arguments" : "Parameters";
    const char *other = l->language == ASL_JSONATA ? "Parameters" : "Arguments";
    struct asl_at at;
    const struct asl_resource *r = &task->parts;
    struct payload payload = {l, task, &at};

    if (!asl_at_member(state, field, &at)) {
        /* Given, but in the other language: that is told already. */
        if (asl_at_member(state, other, &at))
            return;
        /* AWS names the state; what the message is about is the Resource. */
        asl_at_member(state, "Resource", &at);
        asl_report_schema(l->report, &at,
                          "%s field is required for resource ARN: arn:aws:states:::%.*s", field,
                          (int)r->call.len, r->call.at);
        asl_report_relocate(l->report, state);
        return;
    }
    call_check(row, r, &at, l->language == ASL_JSONATA ? CALL_OF_JSONATA : CALL_OF_JSONPATH,
               &l->guesses, refuse_parameter, &payload);
}

static void check_express(struct loader *l, const struct asl_at *at, unsigned pattern)
{
    /* The blank at the end is AWS's. */
    if (pattern & (S | S2))
        asl_report_schema(l->report, at,
                          "Express state machine does not support '.sync' service integration");
    else if (pattern & T)
        asl_report_schema(
            l->report, at,
            "Express state machine does not support '.waitForTaskToken' service integration ");
}

/*
 * True when the caller runs the resource itself. What such a resource needs is not known here, so
 * nothing is checked of it.
 */
static bool is_served(const struct loader *l, const struct asl_at *at)
{
    const struct asl_served *served = l->purpose->served;

    return served && served->serves(served->user, json_str(at->value));
}

static void check_integration(struct loader *l, struct asl_task *task, const struct asl_at *state,
                              const struct asl_at *at)
{
    const struct asl_resource *r = &task->parts;
    bool read = r->kind != ASL_RESOURCE_OWN;
    const struct call *row = read ? call_find(r) : NULL;
    bool known = row && (row->patterns & pattern_of(r)) && call_exists(row, r);

    if (!known && !is_served(l, at)) {
        not_recognized(l, at, read ? r : NULL);
        return;
    }
    if (l->workflow == ASL_EXPRESS)
        check_express(l, at, pattern_of(r));
    if (known)
        check_call(l, row, task, state);
}

/* What is no object is an expression for all of it, or reported already. */
static bool has_role(const struct loader *l, const json *credentials)
{
    return !json_is_object(credentials) || json_get(credentials, "RoleArn") ||
           (l->language == ASL_JSONPATH && json_get(credentials, "RoleArn.$"));
}

/* Finds the member of Credentials that was likely meant to be RoleArn. */
static bool find_misspelt_role(const struct asl_at *credentials, struct asl_at *out)
{
    for (size_t i = 0; i < json_count(credentials->value); i++) {
        const json *key = json_key_at(credentials->value, i);
        struct nearest near = {.want = json_str(key), .len = json_str_len(key)};

        if (json_str_ends(key, ".$"))
            near.len -= 2;
        nearest_offer(&near, "RoleArn");
        if (near.best)
            return asl_at_member(credentials, json_str(key), out);
    }
    return false;
}

void load_check_credentials(struct loader *l, const struct asl_state *s, const struct asl_at *state)
{
    struct asl_at credentials, misspelt;

    if (s->task.kind == ASL_ACTIVITY || !asl_at_member(state, "Credentials", &credentials) ||
        has_role(l, credentials.value))
        return;
    if (find_misspelt_role(&credentials, &misspelt) &&
        (l->purpose->lint || !l->purpose->validating)) {
        needs(l, &misspelt, "did you mean RoleArn?", "RoleArn");
        asl_report_relocate(l->report, &credentials);
    } else {
        needs(l, &credentials, NULL, "RoleArn");
    }
}

void load_check_resource(struct loader *l, struct asl_state *s, const struct asl_at *state)
{
    struct asl_task *task = &s->task;
    struct asl_at resource, credentials;
    bool given = asl_at_member(state, "Credentials", &credentials);

    if (given && task->kind == ASL_ACTIVITY)
        asl_report_add(l->report, ASL_ERROR, ASL_SCHEMA_VALIDATION_FAILED, &credentials, ASL_KEY,
                       "workers of an activity have credentials of their own",
                       "The field 'Credentials' is not supported for activities");

    /* One that is no ARN is reported; what a placeholder stands for is not known. */
    if (!task->resource || strstr(json_str(task->resource), "${"))
        return;
    asl_at_member(state, "Resource", &resource);
    switch (task->kind) {
    case ASL_LAMBDA: break;
    case ASL_ACTIVITY:
        if (l->workflow == ASL_EXPRESS)
            asl_report_schema(l->report, &resource,
                              "Express state machine does not support Activity ARN");
        break;
    case ASL_INTEGRATION: check_integration(l, task, state, &resource); break;
    }
}
