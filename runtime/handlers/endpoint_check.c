/*
 * What of a Task's parameters AWS would not take, looked at before they are sent: much of it is
 * only known when the Task runs. An emulator may take what AWS refuses, and a definition that
 * passes here would then fail there. What AWS certainly refuses fails the Task in AWS's words; of
 * all else the log tells, since a service may be newer than its model.
 */
#include "runtime/handlers/endpoint_impl.h"

#include "asl/call/call.h"
#include "runtime/handlers/advice.h"

#include <string.h>
#include <strings.h>

struct look {
    const struct task_call *call;
    struct buf *refused;
};

/* Small letters are taken here, where AWS refuses them: who has tested with them is only told. */
static bool has_but_for_case(const json *parameters, const char *name)
{
    for (size_t i = 0; i < json_count(parameters); i++)
        if (!strcasecmp(json_str(json_key_at(parameters, i)), name))
            return true;
    return false;
}

static void see_problem(void *user, const struct call_problem *p)
{
    const struct look *look = user;
    const struct task_call *call = look->call;
    bool missing = p->fault == CALL_MISSING;
    struct buf text = {0}, hint = {0};

    /* What stands for it is told by itself. */
    if (missing && (p->filled || (!p->inside && has_but_for_case(call->payload, p->name))))
        return;
    if (missing && call_is_refused(&call->resource, p)) {
        buf_printf(look->refused, "%sThe field '%s' is required but was missing",
                   look->refused->len ? ", " : "", p->name);
        return;
    }
    if (missing && p->misspelt)
        return;
    call_add_text(&call->resource, p, &text);
    call_add_hint(p, &hint);
    advice_once(call->h, call->execution, "state '%s': AWS may refuse this: %s%s%s%s",
                call->state_name, buf_str(&text), hint.len ? " (" : "", buf_str(&hint),
                hint.len ? ")" : "");
    buf_clear(&text);
    buf_clear(&hint);
}

bool endpoint_may_start(const struct task_call *call, struct diag *why)
{
    const struct call *row = call_find(&call->resource);
    const struct asl_at parameters = {.value = call->payload};
    size_t guesses = CALL_GUESSES;
    struct buf refused = {0};

    if (row && call_models_known())
        call_check(row, &call->resource, &parameters, CALL_OF_TASK, &guesses, see_problem,
                   &(struct look){call, &refused});
    bool may = !refused.len;
    if (!may)
        diag_set(why, "PARAMETERS", 0, "%s", buf_str(&refused));
    buf_clear(&refused);
    return may;
}
