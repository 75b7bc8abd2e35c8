/*
 * What a service will not take, though AWS creates the machine: the Task fails when it runs. The
 * facts are those of the services' models (asl/call), and what AWS refuses at once is an error of
 * asl/load/check_resource.c.
 */

#include "asl/call/call.h"
#include "asl/load/field.h"
#include "asl/warn/warn_impl.h"

/* A walk over the parameters of a Task's call, for one kind of problem. */
struct calls {
    struct warner *w;
    const struct asl_task *task;
    enum call_fault fault;
};

static void warn_of_problem(void *user, const struct call_problem *p)
{
    const struct calls *c = user;
    struct buf hint = {0};

    if (p->fault != c->fault || call_is_refused(&c->task->parts, p))
        return;
    switch (p->fault) {
    case CALL_UNKNOWN:
        if (p->meant)
            buf_printf(&hint, "did you mean %s?", p->meant);
        asl_report_add(c->w->report, ASL_WARNING, c->w->code->name, p->at, ASL_KEY,
                       p->meant ? buf_str(&hint) : c->w->code->mend,
                       "The call has no parameter '%s'", p->name);
        break;
    case CALL_MISSING:
        if (!p->misspelt && !p->filled)
            warn_at(c->w, p->at, ASL_KEY, "The call requires '%s'", p->name);
        break;
    case CALL_VALUE: warn_at(c->w, p->at, ASL_VALUE, "%s", p->text); break;
    }
    buf_clear(&hint);
}

static void warn_of_call(struct warner *w, const struct asl_state *s, const struct asl_at *at,
                         enum call_fault fault)
{
    struct calls c = {w, &s->task, fault};
    struct asl_at parameters;
    const struct call *call;

    if (s->type != ASL_TASK || !s->task.doubtful ||
        !asl_at_member(at, s->jsonata ? "Arguments" : "Parameters", &parameters))
        return;
    call = call_find(&s->task.parts);
    if (call)
        call_check(call, &s->task.parts, &parameters, s->jsonata, &w->guesses, warn_of_problem, &c);
}

void warn_call_unknown(struct warner *w, const struct asl_state *s, const struct asl_at *at)
{
    warn_of_call(w, s, at, CALL_UNKNOWN);
}

void warn_call_missing(struct warner *w, const struct asl_state *s, const struct asl_at *at)
{
    warn_of_call(w, s, at, CALL_MISSING);
}

void warn_call_value(struct warner *w, const struct asl_state *s, const struct asl_at *at)
{
    warn_of_call(w, s, at, CALL_VALUE);
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
