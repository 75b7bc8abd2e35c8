/*
 * What of a Task's parameters AWS would not take, looked at before they are sent: much of it is
 * only known when the Task runs. An emulator may take what AWS refuses, and a definition that
 * passes here would then fail there. What AWS certainly refuses fails the Task in AWS's words; of
 * all else the log tells, since a service may be newer than its model.
 */
#include "runtime/handlers/endpoint_impl.h"

#include "asl/call/call.h"
#include "parsers/base/utf8.h"
#include "runtime/handlers/advice.h"

#include <string.h>
#include <strings.h>

/* Who asks for the Task may be a stranger, and all Tasks share one loop: so few names are compared
 * to tell what was meant, few problems of a call are told, and of each its beginning. */
enum { NAMES_COMPARED = 500, MOST_TOLD = 10, LONGEST_TOLD = 300 };

struct look {
    const struct task_call *call;
    struct buf *refused; /* NULL: who makes the request says what it lacks */
    size_t told;
};

/* Small letters are taken here, where AWS refuses them: who has tested with them is only told. */
static bool has_but_for_case(const json *parameters, const char *name)
{
    for (size_t i = 0; i < json_count(parameters); i++)
        if (!strcasecmp(json_str(json_key_at(parameters, i)), name))
            return true;
    return false;
}

static void tell_problem(const struct task_call *call, const struct call_problem *p)
{
    struct buf text = {0}, hint = {0};

    call_add_hint(p, &hint);
    call_add_text(&call->resource, p, &text);
    if (hint.len)
        buf_printf(&text, " (%s)", buf_str(&hint));
    advice_once(call->h, call->execution, "state '%s': AWS may refuse this: %.*s", call->state_name,
                (int)utf8_cut(buf_str(&text), text.len, LONGEST_TOLD), buf_str(&text));
    buf_clear(&text);
    buf_clear(&hint);
}

static void see_problem(void *user, const struct call_problem *p)
{
    struct look *look = user;
    const struct task_call *call = look->call;
    bool missing = p->fault == CALL_MISSING;

    /* A plain request goes out without a connection, too. */
    if (missing && !look->refused && !p->inside && strcmp(p->name, "Authentication") != 0)
        return;
    /* What stands for it is told by itself. */
    if (missing && (p->filled || (!p->inside && has_but_for_case(call->payload, p->name))))
        return;
    if (missing && look->refused && call_is_refused(&call->resource, p))
        buf_printf(look->refused, "%sThe field '%s' is required but was missing",
                   look->refused->len ? ", " : "", p->name);
    else if (!(missing && p->misspelt) && look->told++ < MOST_TOLD)
        tell_problem(call, p);
}

static void look_at_parameters(const struct task_call *call, struct buf *refused)
{
    const struct call *row = call_find(&call->resource);
    const struct asl_at parameters = {.value = call->payload};
    size_t guesses = NAMES_COMPARED;

    /* Parameters that are no object are refused by who makes the request. */
    if (json_is_object(call->payload) && row && (row->alone || call_models_known()))
        call_check(row, &call->resource, &parameters, CALL_OF_TASK, &guesses, see_problem,
                   &(struct look){.call = call, .refused = refused});
}

void endpoint_tell_problems(const struct task_call *call)
{
    look_at_parameters(call, NULL);
}

bool endpoint_may_start(const struct task_call *call, struct diag *why)
{
    struct buf refused = {0};

    look_at_parameters(call, &refused);
    bool may = !refused.len;
    if (!may)
        diag_set(why, "PARAMETERS", 0, "%s", buf_str(&refused));
    buf_clear(&refused);
    return may;
}
