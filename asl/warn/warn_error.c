/* Warnings of retriers and catchers. */

#include "asl/call/call.h"
#include "asl/warn/warn_impl.h"
#include "parsers/base/count.h"
#include "parsers/base/mem.h"
#include "parsers/base/nearest.h"
#include "parsers/json/json_set.h"

#include <string.h>

static const char *const lists[] = {"Retry", "Catch"};

/* ---- a name by itself ---- */

typedef void see_name(struct warner *w, const struct asl_state *s, const struct asl_at *name);

static void warn_error_each_name(struct warner *w, const struct asl_state *s,
                                 const struct asl_at *state, see_name *see)
{
    const size_t entries[] = {s->retriers, s->catchers};
    struct asl_at list, entry, names, name;

    for (size_t i = 0; i < COUNT(lists); i++) {
        if (!entries[i] || !asl_at_member(state, lists[i], &list))
            continue;
        for (size_t k = 0; k < json_count(list.value); k++) {
            asl_at_index(&list, k, &entry);
            asl_at_member(&entry, "ErrorEquals", &names);
            for (size_t n = 0; n < json_count(names.value); n++) {
                asl_at_index(&names, n, &name);
                see(w, s, &name);
            }
        }
    }
}

/* What Fail states raise. */
struct raised {
    struct json_set names;
    bool any; /* one has an error that isn't told here */
};

/* Collected when it is first asked for: most machines have no name that needs it. */
static const struct raised *raised_by(struct warner *w)
{
    struct raised *r = w->raised;

    if (r)
        return r;
    r = w->raised = mem_calloc(1, sizeof *r);
    for (size_t i = 0; i < w->m->count; i++) {
        const struct asl_state *s = w->m->states[i];
        if (s->type != ASL_FAIL)
            continue;
        r->any |= s->fail.error_path || s->fail.error_expression;
        if (s->fail.error)
            json_set_add(&r->names, s->fail.error);
    }
    return r;
}

void warn_forget_raised(struct warner *w)
{
    if (w->raised)
        json_set_clear(&w->raised->names);
    mem_free(w->raised);
    w->raised = NULL;
}

/*
 * True when a Fail state raises the error, or may: one with ErrorPath or an expression may raise
 * any.
 */
static bool may_be_raised(struct warner *w, const json *name)
{
    const struct raised *r = raised_by(w);

    return r->any || json_set_find(&r->names, name) != SIZE_MAX;
}

/* Authors may raise States.IntrinsicFailure by a Fail state; only then can it occur. */
static void see_never_caught(struct warner *w, const struct asl_state *s, const struct asl_at *name)
{
    (void)s;
    if (json_str_is(name->value, ASL_RUNTIME))
        warn_at(w, name, ASL_VALUE, "%s is never retried or caught", ASL_RUNTIME);
    else if (json_str_is(name->value, ASL_INTRINSIC_FAILURE) && !may_be_raised(w, name->value))
        warn_at(w, name, ASL_VALUE, "%s doesn't occur: what intrinsic functions refuse is %s",
                ASL_INTRINSIC_FAILURE, ASL_RUNTIME);
}

void warn_error_never_caught(struct warner *w, const struct asl_state *s, const struct asl_at *at)
{
    warn_error_each_name(w, s, at, see_never_caught);
}

/* http:invoke raises States.Http.StatusCode.404 and its like, each by its number. */
static bool is_status(const json *name)
{
    static const char head[] = "States.Http.StatusCode.";
    const char *code = json_str(name) + strlen(head);

    return json_str_begins(name, head) &&
           (strstr(code, "${") || (strspn(code, "0123456789") == 3 && !code[3]));
}

/* Only names that begin with "States." are AWS's: all others are the author's or a service's. */
static void see_unknown(struct warner *w, const struct asl_state *s, const struct asl_at *name)
{
    (void)s;
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

    if (!json_str_begins(name->value, "States.") || is_status(name->value) ||
        may_be_raised(w, name->value))
        return;
    for (size_t i = 0; i < COUNT(known); i++)
        if (json_str_is(name->value, known[i]))
            return;
    for (size_t i = 0; i < COUNT(known); i++)
        nearest_offer(&near, known[i]);
    if (json_str_begins(name->value, "States.Http.StatusCode"))
        buf_adds(&hint, "the status is a part of the name, as in \"States.Http.StatusCode.404\"");
    else if (near.best)
        buf_printf(&hint, "did you mean \"%s\"?", near.best);
    asl_report_add(w->report, ASL_WARNING, w->code->name, name, ASL_VALUE,
                   hint.len ? buf_str(&hint) : w->code->mend, "There is no error '%s'",
                   json_str(name->value));
    buf_clear(&hint);
}

void warn_unknown_states_error(struct warner *w, const struct asl_state *s, const struct asl_at *at)
{
    warn_error_each_name(w, s, at, see_unknown);
}

/* Returns whether a list of retriers or catchers names an error. */
static bool is_named_in(const struct asl_at *list, const char *error)
{
    for (size_t i = 0; i < json_count(list->value); i++) {
        const json *names = json_get(json_at(list->value, i), "ErrorEquals");
        for (size_t n = 0; names && n < json_count(names); n++)
            if (json_str_is(json_at(names, n), error))
                return true;
    }
    return false;
}

/* Who names the right error, too, isn't told of the other. */
static void see_not_of_service(struct warner *w, const struct asl_state *s,
                               const struct asl_at *name)
{
    const struct asl_at *list = name->up->up->up;
    const struct asl_resource *r = &s->task.parts;
    struct buf meant = {0}, hint = {0};

    if (!asl_has_placeholder(name->value) &&
        !call_may_fail_with(r, json_str(name->value), &w->guesses, &meant) &&
        !(meant.len && is_named_in(list, buf_str(&meant)))) {
        if (meant.len)
            buf_printf(&hint, "did you mean \"%s\"?", buf_str(&meant));
        asl_report_add(w->report, ASL_WARNING, w->code->name, name, ASL_VALUE,
                       hint.len ? buf_str(&hint) : w->code->mend, "%.*s doesn't fail with '%s'",
                       (int)r->call.len, r->call.at, json_str(name->value));
    }
    buf_clear(&meant);
    buf_clear(&hint);
}

void warn_unknown_service_error(struct warner *w, const struct asl_state *s,
                                const struct asl_at *at)
{
    if (s->type == ASL_TASK && s->task.kind != ASL_ACTIVITY && s->task.resource &&
        !strstr(json_str(s->task.resource), "${"))
        warn_error_each_name(w, s, at, see_not_of_service);
}

/* ---- the order of names ---- */

static const struct asl_errors *errors_of(const struct asl_state *s, bool retry, size_t i)
{
    return retry ? &s->retry[i].errors : &s->catch[i].errors;
}

/* A name in a list: `list` SIZE_MAX when it is in none. */
struct found_name {
    size_t list, name;
};

/* Where names were found first. */
struct found {
    struct json_set names;
    struct found_name *first; /* of each of the names */
    size_t cap;
    struct found_name task_failed, timeout; /* which stand for others, too */
};

/* Where a name comes first is where it is handled. */
static void warn_error_note_name(struct found *f, const json *name, struct found_name at)
{
    size_t before = f->names.count;

    if (json_set_add(&f->names, name) < before)
        return;
    MEM_GROW(f->first, before, f->cap);
    f->first[before] = at;
    if (json_str_is(name, ASL_TASK_FAILED))
        f->task_failed = at;
    if (json_str_is(name, ASL_TIMEOUT))
        f->timeout = at;
}

static struct found_name earlier(struct found_name a, struct found_name b)
{
    return a.list < b.list || (a.list == b.list && a.name < b.name) ? a : b;
}

/* The first name that leaves nothing of what `name` stands for. */
static struct found_name covering(const struct found *f, const json *name)
{
    struct found_name at = {SIZE_MAX, 0};
    size_t same = json_set_find(&f->names, name);

    if (same != SIZE_MAX)
        at = f->first[same];
    if (!json_str_is(name, ASL_TIMEOUT) && !json_str_is(name, ASL_ALL))
        at = earlier(at, f->task_failed);
    if (json_str_is(name, ASL_HEARTBEAT_TIMEOUT))
        at = earlier(at, f->timeout);
    return at;
}

static void tell_covered(struct warner *w, const struct asl_state *s, const struct asl_at *at,
                         bool retry, struct found_name covered, struct found_name by)
{
    const struct asl_errors *errors = errors_of(s, retry, covered.list);
    const char *field = retry ? "Retry" : "Catch";
    struct asl_at list, entry, names, name;

    asl_at_member(at, field, &list);
    asl_at_index(&list, covered.list, &entry);
    asl_at_member(&entry, "ErrorEquals", &names);
    asl_at_index(&names, covered.name, &name);
    warn_at(w, &name, ASL_VALUE, "'%s' in %s[%zu] leaves nothing for '%s' here",
            json_str(errors_of(s, retry, by.list)->names[by.name]), field, by.list,
            json_str(errors->names[covered.name]));
}

/* The first entry that matches an error has it, so a name that an earlier one covers is never used.
 * Most lists have one entry, before which there is none. */
static void check_order(struct warner *w, const struct asl_state *s, const struct asl_at *at,
                        bool retry)
{
    size_t count = retry ? s->retriers : s->catchers;
    struct found f = {.task_failed = {SIZE_MAX, 0}, .timeout = {SIZE_MAX, 0}};

    for (size_t i = 0; count > 1 && i < count; i++) {
        const struct asl_errors *errors = errors_of(s, retry, i);
        for (size_t n = 0; n < errors->count; n++) {
            struct found_name by = covering(&f, errors->names[n]);
            if (by.list != SIZE_MAX)
                tell_covered(w, s, at, retry, (struct found_name){i, n}, by);
        }
        /* Names of one list stand beside each other. */
        for (size_t n = 0; n < errors->count; n++)
            warn_error_note_name(&f, errors->names[n], (struct found_name){i, n});
    }
    json_set_clear(&f.names);
    mem_free(f.first);
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
