/* Warnings of retriers and catchers. */

#include "asl/warn_impl.h"
#include "parsers/count.h"
#include "parsers/nearest.h"

#include <string.h>

static const char *const lists[] = {"Retry", "Catch"};

/* ---- a name by itself ---- */

typedef void see_name(struct warner *w, const struct asl_at *name);

static void each_name(struct warner *w, const struct asl_at *state, see_name *see)
{
    struct asl_at list, entry, names, name;

    for (size_t i = 0; i < COUNT(lists); i++) {
        if (!asl_at_member(state, lists[i], &list))
            continue;
        for (size_t k = 0; k < json_count(list.value); k++) {
            asl_at_index(&list, k, &entry);
            asl_at_member(&entry, "ErrorEquals", &names);
            for (size_t n = 0; n < json_count(names.value); n++) {
                asl_at_index(&names, n, &name);
                see(w, &name);
            }
        }
    }
}

/* Does a Fail state raise it, or one of which the error isn't told here? */
static bool may_be_raised(const asl_machine *m, const json *name)
{
    for (size_t i = 0; i < m->count; i++) {
        const struct asl_state *s = m->states[i];
        if (s->type == ASL_FAIL && (s->fail.error_path || s->fail.error_expression ||
                                    (s->fail.error && json_equal(s->fail.error, name))))
            return true;
    }
    return false;
}

static void see_never_caught(struct warner *w, const struct asl_at *name)
{
    if (json_str_is(name->value, ASL_RUNTIME))
        warn_at(w, name, ASL_VALUE, "%s is never retried or caught", ASL_RUNTIME);
    else if (json_str_is(name->value, ASL_INTRINSIC_FAILURE) && !may_be_raised(w->m, name->value))
        warn_at(w, name, ASL_VALUE, "%s doesn't occur: what intrinsic functions refuse is %s",
                ASL_INTRINSIC_FAILURE, ASL_RUNTIME);
}

void warn_error_never_caught(struct warner *w, const struct asl_state *s, const struct asl_at *at)
{
    (void)s;
    each_name(w, at, see_never_caught);
}

static void see_unknown(struct warner *w, const struct asl_at *name)
{
    static const char *const known[] = {
        ASL_ALL,
        ASL_BRANCH_FAILED,
        ASL_DATA_LIMIT_EXCEEDED,
        "States.ExceedToleratedFailureThreshold",
        ASL_HEARTBEAT_TIMEOUT,
        "States.Http.Socket",
        ASL_INTRINSIC_FAILURE,
        "States.ItemReaderFailed",
        "States.NoChoiceMatched",
        "States.ParameterPathFailure",
        "States.Permissions",
        ASL_QUERY_EVALUATION_ERROR,
        ASL_REFERENCE_PATH_CONFLICT,
        "States.ResultPathMatchFailure",
        "States.ResultWriterFailed",
        ASL_RUNTIME,
        ASL_TASK_FAILED,
        ASL_TIMEOUT,
    };
    struct nearest near = {.want = json_str(name->value), .len = json_str_len(name->value)};
    struct buf hint = {0};

    /* http:invoke raises States.Http.StatusCode.404 and its like. */
    if (!warn_begins(name->value, "States.") ||
        warn_begins(name->value, "States.Http.StatusCode.") || may_be_raised(w->m, name->value))
        return;
    for (size_t i = 0; i < COUNT(known); i++)
        if (json_str_is(name->value, known[i]))
            return;
    for (size_t i = 0; i < COUNT(known); i++)
        nearest_offer(&near, known[i]);
    if (near.best)
        buf_printf(&hint, "did you mean \"%s\"?", near.best);
    asl_report_add(w->report, ASL_WARNING, w->code->name, name, ASL_VALUE,
                   near.best ? buf_str(&hint) : w->code->mend, "There is no error '%s'",
                   json_str(name->value));
    buf_clear(&hint);
}

void warn_unknown_states_error(struct warner *w, const struct asl_state *s, const struct asl_at *at)
{
    (void)s;
    each_name(w, at, see_unknown);
}

/* ---- the order of names ---- */

/* Does a list that has `general` leave nothing of what `name` stands for? */
static bool covers(const json *general, const json *name)
{
    if (json_equal(general, name))
        return true;
    if (json_str_is(general, ASL_TASK_FAILED))
        return !json_str_is(name, ASL_TIMEOUT) && !json_str_is(name, ASL_ALL);
    return json_str_is(general, ASL_TIMEOUT) && json_str_is(name, ASL_HEARTBEAT_TIMEOUT);
}

static const json *covering(const struct asl_errors *errors, const json *name)
{
    for (size_t i = 0; i < errors->count; i++)
        if (covers(errors->names[i], name))
            return errors->names[i];
    return NULL;
}

static const struct asl_errors *errors_of(const struct asl_state *s, bool retry, size_t i)
{
    return retry ? &s->retry[i].errors : &s->catch[i].errors;
}

static void check_order(struct warner *w, const struct asl_state *s, const struct asl_at *at,
                        bool retry)
{
    size_t count = retry ? s->retriers : s->catchers;
    struct asl_at list, entry, names, name;
    const json *by;

    for (size_t i = 1; i < count; i++) {
        const struct asl_errors *errors = errors_of(s, retry, i);
        for (size_t n = 0; n < errors->count; n++)
            for (size_t k = 0; k < i; k++) {
                by = covering(errors_of(s, retry, k), errors->names[n]);
                if (!by)
                    continue;
                asl_at_member(at, retry ? "Retry" : "Catch", &list);
                asl_at_index(&list, i, &entry);
                asl_at_member(&entry, "ErrorEquals", &names);
                asl_at_index(&names, n, &name);
                warn_at(w, &name, ASL_VALUE, "'%s' in %s[%zu] leaves nothing for '%s' here",
                        json_str(by), retry ? "Retry" : "Catch", k, json_str(errors->names[n]));
                break;
            }
    }
}

void warn_unreachable_retrier(struct warner *w, const struct asl_state *s, const struct asl_at *at)
{
    check_order(w, s, at, true);
}

void warn_unreachable_catcher(struct warner *w, const struct asl_state *s, const struct asl_at *at)
{
    check_order(w, s, at, false);
}

/* ---- what a catcher keeps ---- */

void warn_catch_loses_input(struct warner *w, const struct asl_state *s, const struct asl_at *at)
{
    struct asl_at list, entry;

    for (size_t i = 0; i < s->catchers; i++) {
        const struct asl_catcher *c = &s->catch[i];
        /* A Fail state has no use for the input. */
        if (c->next->type == ASL_FAIL || c->output || c->assign || c->result_path.null ||
            (c->result_path.path && !asl_path_is_input(c->result_path.path)))
            continue;
        asl_at_member(at, "Catch", &list);
        asl_at_index(&list, i, &entry);
        warn_at(w, &entry, ASL_VALUE, "'%s' gets the error and no longer what was the input",
                json_str(c->next->name));
    }
}
