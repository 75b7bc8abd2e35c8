/*
 * Warnings of Task states: time-outs, task tokens, Lambda's own failures, the bounds of an Express
 * workflow. Where a Task is bounded by the machine's TimeoutSeconds, nothing is said of its own.
 */

#include "asl/report/quota.h"
#include "asl/warn/warn_impl.h"
#include "parsers/base/nearest.h"
#include "parsers/base/text.h"

#include <string.h>

enum { EXPRESS_LIMIT_S = QUOTA_EXPRESS_MS / 1000 };

/* Somebody else says that it is done. */
static bool is_callback(const struct asl_task *t)
{
    return t->kind == ASL_ACTIVITY || t->parts.pattern == ASL_WAIT_FOR_TASK_TOKEN;
}

static bool is_bounded(const struct warner *w, const struct asl_task *t)
{
    return t->timeout_s.set || w->m->timeout_s.set;
}

void warn_callback_without_timeout(struct warner *w, const struct asl_state *s,
                                   const struct asl_at *at)
{
    struct asl_at resource;

    if (s->type != ASL_TASK || !is_callback(&s->task) || is_bounded(w, &s->task) ||
        s->task.heartbeat_s.set)
        return;
    asl_at_member(at, "Resource", &resource);
    warn_at(w, &resource, ASL_VALUE, "The state waits for %s without an end",
            s->task.kind == ASL_ACTIVITY ? "a worker of the activity" : "its task token");
}

void warn_task_without_timeout(struct warner *w, const struct asl_state *s, const struct asl_at *at)
{
    if (s->type == ASL_TASK && !is_callback(&s->task) && !is_bounded(w, &s->task))
        warn_at(w, at, ASL_KEY, "The Task has no TimeoutSeconds");
}

/* ---- the token of a callback ---- */

/* Returns whether what follows `$$` or `$states.context` may have the token. */
static bool warn_task_has_token(const char *behind)
{
    return !text_begins_with(behind, ".Execution") && !text_begins_with(behind, ".State") &&
           !text_begins_with(behind, ".Map");
}

static bool mentions_token(const char *text, bool jsonata)
{
    const char *root = jsonata ? "$states" : "$$";

    for (const char *p = strstr(text, root); p; p = strstr(p, root)) {
        p += strlen(root);
        if (!jsonata && warn_task_has_token(p))
            return true;
        if (jsonata && *p != '.')
            return true;
        if (jsonata && text_begins_with(p, ".context") &&
            warn_task_has_token(p + strlen(".context")))
            return true;
    }
    return false;
}

/* As deep as a value: JSON_MAX_DEPTH. */
static bool passes_token(const struct asl_at *at, bool jsonata)
{
    struct asl_at kid;

    if (json_is_string(at->value) && (jsonata || (at->key && json_str_ends(at->key, ".$"))))
        return mentions_token(json_str(at->value), jsonata);
    for (size_t i = 0; i < json_count(at->value); i++) {
        asl_at_index(at, i, &kid);
        if (passes_token(&kid, jsonata))
            return true;
    }
    return false;
}

/* Whatever may have the token counts: all of the context object, too. */
void warn_token_not_passed(struct warner *w, const struct asl_state *s, const struct asl_at *at)
{
    struct asl_at payload, input;

    if (s->type != ASL_TASK || s->task.parts.pattern != ASL_WAIT_FOR_TASK_TOKEN ||
        !asl_at_member(at, s->jsonata ? "Arguments" : "Parameters", &payload) ||
        passes_token(&payload, s->jsonata))
        return;
    /* The context object may be its input. */
    if (asl_at_member(at, "InputPath", &input) && json_is_string(input.value) &&
        text_begins_with(json_str(input.value), "$$"))
        return;
    warn_at(w, &payload, ASL_KEY, "%s does not have the task token",
            s->jsonata ? "Arguments" : "Parameters");
}

/* ---- Lambda ---- */

static bool calls_lambda(const struct asl_task *t)
{
    if (!t->resource)
        return false;
    if (t->kind == ASL_INTEGRATION)
        return t->type && json_str_is(t->type, "lambda");
    return t->kind == ASL_LAMBDA && text_begins_with(json_str(t->resource), "arn:");
}

/* AWS recommends to retry what Lambda itself fails with; one name of its list stands for all. */
void warn_lambda_without_retry(struct warner *w, const struct asl_state *s, const struct asl_at *at)
{
    struct asl_at resource;
    bool tries_again = false;

    if (s->type != ASL_TASK || !calls_lambda(&s->task))
        return;
    json *name = json_cstring("Lambda.ServiceException");
    for (size_t i = 0; i < s->retriers && !tries_again; i++)
        tries_again = asl_errors_match(&s->retry[i].errors, name);
    json_unref(name);
    if (tries_again)
        return;
    asl_at_member(at, "Resource", &resource);
    warn_at(w, &resource, ASL_VALUE, "Nothing is tried again when Lambda itself fails");
}

/* AWS's word on such a machine isn't known. What a placeholder stands for is not known either. */
void warn_no_function(struct warner *w, const struct asl_state *s, const struct asl_at *at)
{
    static const char kind[] = "function";
    const struct asl_resource *r = &s->task.parts;
    struct asl_at resource;
    struct buf hint = {0};

    if (s->type != ASL_TASK || r->kind != ASL_RESOURCE_LAMBDA || strstr(r->text, "${"))
        return;
    size_t len = strcspn(r->action.at, ":");
    if (len == strlen(kind) && !memcmp(r->action.at, kind, len) && r->action.len > len + 1)
        return;
    struct nearest near = {.want = r->action.at, .len = len};
    nearest_offer(&near, kind);
    if (near.best && near.distance && r->action.len > len + 1)
        buf_printf(&hint, "did you mean %s%s?", kind, r->action.at + len);
    asl_at_member(at, "Resource", &resource);
    asl_report_add(w->report, ASL_WARNING, w->code->name, &resource, ASL_VALUE,
                   hint.len ? buf_str(&hint) : w->code->mend, "This is no function of Lambda");
    buf_clear(&hint);
}

/* ---- Express ---- */

static void check_limit(struct warner *w, const struct asl_at *at, const char *field)
{
    struct asl_at member;

    if (asl_at_member(at, field, &member) && json_kind(member.value) == JSON_INT &&
        json_int_value(member.value) >= EXPRESS_LIMIT_S)
        warn_at(w, &member, ASL_VALUE, "An Express execution ends after %d seconds",
                EXPRESS_LIMIT_S);
}

/* Returns whether the state is one of an Express workflow, or of a Map's Express children. */
static bool runs_in_express(const struct warner *w, const struct asl_state *s)
{
    for (const struct asl_state *o = s->scope->owner; o; o = o->scope->owner)
        if (o->type == ASL_MAP && o->map.distributed)
            return o->map.express;
    return w->workflow == ASL_EXPRESS;
}

void warn_express_time_limit(struct warner *w, const struct asl_state *s, const struct asl_at *at)
{
    if (!runs_in_express(w, s))
        return;
    if (s->type == ASL_WAIT)
        check_limit(w, at, "Seconds");
    else if (s->type == ASL_TASK)
        check_limit(w, at, "TimeoutSeconds");
}
