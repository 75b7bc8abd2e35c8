/*
 * Which calls there are, and the way into a check of their parameters. What is wrong is told to the
 * caller, who knows whether AWS refuses it (call_is_refused).
 */
#include "asl/call/call_impl.h"

#include <string.h>

/* ---- which calls there are ---- */

bool call_models_known(void)
{
    return model_file(NULL);
}

bool call_find_operation(const struct call *call, const struct asl_resource *r,
                         const struct model_service **service, struct model_operation *out)
{
    const char *action = call->operation ? call->operation : r->action.at;
    size_t len = call->operation ? strlen(call->operation) : r->action.len;

    *service = call->service ? model_service_named(call->service, strlen(call->service))
                             : model_service_named(r->service.at, r->service.len);
    return *service && model_operation_named(*service, action, len, out);
}

bool call_exists(const struct call *call, const struct asl_resource *r)
{
    const struct model_service *service;
    struct model_operation o;

    if (r->kind != ASL_RESOURCE_SDK || !call_models_known())
        return true;
    return call_find_operation(call, r, &service, &o) ||
           (!service && call_is_unmodelled(r->service));
}

/* ---- their parameters ---- */

void call_add_hint(const struct call_problem *p, struct buf *out)
{
    if (p->meant)
        buf_printf(out, "did you mean %s?", p->meant);
    else if (p->has)
        buf_printf(out, "what there is: %s", p->has);
}

/* Adds what has no such parameter, or lacks it: the call ("lambda:invoke"), or the object in it. */
static void add_owner(const struct asl_resource *r, const struct call_problem *p, struct buf *out)
{
    const struct asl_at *object = p->fault == CALL_MISSING ? p->at : p->at->up;

    if (!p->inside)
        buf_add(out, r->call.at, r->call.len);
    else
        buf_printf(out, "%s'%s'", object->key ? "" : "An element of ", call_name_of(object));
}

void call_add_text(const struct asl_resource *r, const struct call_problem *p, struct buf *out)
{
    if (p->fault == CALL_VALUE) {
        buf_adds(out, p->text);
        return;
    }
    add_owner(r, p, out);
    buf_printf(out, "%s '%s'",
               p->fault == CALL_MISSING ? " requires"
               : p->inside              ? " has no member"
                                        : " has no parameter",
               p->name);
}

bool call_is_refused(const struct asl_resource *r, const struct call_problem *p)
{
    switch (p->fault) {
    case CALL_UNKNOWN: return p->literal;
    case CALL_MISSING:
        return p->needed || (r->kind == ASL_RESOURCE_SDK && !p->inside && !p->filled);
    case CALL_VALUE: return false;
    }
    return false;
}

void call_check(const struct call *call, const struct asl_resource *r, const struct asl_at *given,
                enum call_source source, size_t *guesses, call_see *see, void *user)
{
    static const struct call_field parameters = {.kind = TAKES_OBJECT};
    struct walk w = {.call = call,
                     .given = given,
                     .source = source,
                     .sdk = r->kind == ASL_RESOURCE_SDK,
                     .see = see,
                     .user = user,
                     .guesses = guesses};
    struct members m = {.own = call->own, .optional = call->optional};
    struct model_shape input;
    bool modelled = call_find_operation(call, r, &w.service, &w.operation);

    if (!json_is_object(given->value)) {
        call_check_own(&w, given, &parameters);
        return;
    }
    if (modelled && !call->alone && w.operation.input) {
        input = model_shape_at(w.service, w.operation.input);
        m.shape = &input;
        if (w.sdk)
            call_sdk_addition(w.service->name, w.operation.name, &m);
    }
    if (!modelled)
        w.service = NULL;
    if (modelled || call->alone)
        call_check_members(&w, given, &m);
    else if (source == CALL_OF_TASK || !asl_is_open(given->value))
        call_check_required(&w, given, &m);
}
