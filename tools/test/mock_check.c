/*
 * A mock's key may fit several states, of which another mock answers some. So a value is only
 * wrong when it is no answer of any state that the key fits. A suite is looked at even if its
 * fields are wrong, to tell all at once, so any value may stand anywhere.
 */
#include "tools/test/mock_check.h"

#include "asl/call/call.h"
#include "parsers/base/count.h"
#include "runtime/shapes/shapes.h"
#include "tools/test/mock_reach.h"
#include "tools/test/mocking.h"
#include "tools/test/schema.h"

#include <string.h>

/* Where mocks stand, and how they are looked at. */
struct mock_checking {
    const struct suite *suite;
    const json *level; /* NULL: present */
    bool shared;       /* in a file that suites of other definitions may include */
    bool common;       /* of all cases: one that nothing calls for is told by none of them */
    const struct asl_at *key;
    struct asl_report *report;
};

/* ---- states ---- */

static bool calls_something(const struct asl_state *s)
{
    return s->type == ASL_TASK || s->type == ASL_MAP || s->type == ASL_PARALLEL;
}

/* Patterns fit what they fit; who names a state means that one. */
static void check_state_type(const struct mock_checking *c)
{
    const json *key = c->key->key;
    bool several;

    if (json_str_begins(key, "arn:") || json_str_begins(key, "function:"))
        return;
    const struct asl_state *s = trial_states_find(c->suite->states, json_str(key), &several);
    if (s && !calls_something(s))
        schema_refuse(c->report, c->key, ASL_KEY, "name a Task",
                      "'%s' is a %s state, which calls nothing that a mock could answer",
                      json_str(key), asl_type_names[s->type]);
}

/* A pattern that is written wrong would be there for nothing in all cases, and none would tell. */
static void check_fits(const struct mock_checking *c)
{
    const json *key = c->key->key;

    if (c->common && (json_str_begins(key, "arn:") || json_str_begins(key, "function:")) &&
        !mocking_fits_some(key, c->suite->machine.machine))
        schema_refuse(c->report, c->key, ASL_KEY,
                      "leave it out; mocks of several definitions may stand in a file of include",
                      "no Task of the definition fits '%s'", json_str(key));
}

/* ---- values ---- */

static bool is_level(const json *level, const char *word)
{
    return level && json_str_is(level, word);
}

static struct aws_shape_rules rules_of(const json *level, bool open)
{
    return (struct aws_shape_rules){
        .required = is_level(level, "strict"), .execution = true, .open = open};
}

/* Adds what is no answer of which integration, and why. */
static void write_fault(struct buf *out, const struct asl_resource *r, struct aws_shape_fault *f)
{
    buf_printf(out, "this is no answer of %.*s:%s: %s", (int)r->type.len, r->type.at, r->api,
               buf_str(&f->why));
}

/* The parts of a value on the way to what is wrong; if that is too deep to be known, the value. */
static void tell_fault(const struct mock_checking *c, const struct asl_at *value,
                       const struct asl_resource *r, struct aws_shape_fault *fault)
{
    struct asl_at way[AWS_SHAPE_DEPTH];
    const struct asl_at *at = value;
    struct buf hint = {0}, text = {0};

    for (size_t i = fault->depth; fault->depth < AWS_SHAPE_DEPTH && i-- > 0;) {
        asl_at_index(at, fault->trail[i], &way[i]);
        at = &way[i];
    }
    if (fault->needed)
        buf_printf(&hint, "write {%s: …}, as the service does, or check: none", fault->needed);
    else
        buf_adds(&hint, "write what the service answers, or check: none");
    write_fault(&text, r, fault);
    schema_refuse(c->report, at, fault->name ? ASL_KEY : ASL_VALUE, buf_str(&hint), "%s",
                  buf_str(&text));
    buf_clear(&text);
    buf_clear(&hint);
}

/* Calls of states that a key fits, and whether a value answers any of them, or an error may. */
struct answering {
    const struct mock_checking *c;
    const struct asl_at *value;
    bool thrown; /* the value is the name of an error */
    enum aws_shape_moment moment;
    bool fits;
    const struct asl_resource *of; /* the first that it is no answer of; NULL: there is none */
    struct aws_shape_fault fault;
    struct buf meant; /* the error that was likely meant; empty: none is near */
};

/* What else than a call fails with is up to whoever does the work. */
static bool may_fail_with(const struct asl_state *task, const json *error, struct buf *meant)
{
    const struct asl_resource *r = &task->task.parts;
    size_t guesses = CALL_GUESSES;

    return (!asl_resource_is_call(r) && r->kind != ASL_RESOURCE_LAMBDA) ||
           call_may_fail_with(r, json_str(error), &guesses, meant);
}

static void try_error(struct answering *a, const struct asl_state *s)
{
    struct buf meant = {0};

    a->fits = may_fail_with(s, a->value->value, &meant);
    if (a->fits || a->of) {
        buf_clear(&meant);
        return;
    }
    a->of = &s->task.parts;
    a->meant = meant;
}

static void try_answer(struct answering *a, const struct asl_state *s)
{
    const struct aws_shape_rules rules = rules_of(a->c->level, true);
    struct aws_shape shape;
    struct aws_shape_fault found = {0};

    if (s->type != ASL_TASK || a->fits)
        return;
    if (a->thrown) {
        try_error(a, s);
        return;
    }
    a->fits = !aws_shape_find(&s->task.parts, a->moment, &shape) ||
              aws_shape_fits(&shape, a->value->value, &rules, &found);
    if (a->fits || a->of) {
        buf_clear(&found.why);
        return;
    }
    a->of = &s->task.parts;
    a->fault = found;
}

/* Returns whether the value is an answer to calls of some state that the key fits, or nobody knows.
 * A name is looked up: suites have as many mocks as there are states, in each case. */
static bool is_answer(struct answering *a)
{
    const struct suite *s = a->c->suite;
    const json *key = a->c->key->key;
    bool pattern = json_str_begins(key, "arn:") || json_str_begins(key, "function:"),
         several = pattern;
    const struct asl_state *one =
        pattern ? NULL : trial_states_find(s->states, json_str(key), &several);
    const asl_machine *m = s->machine.machine;

    if (one)
        try_answer(a, one);
    for (size_t i = 0; several && i < m->count; i++)
        if (m->states[i]->type == ASL_TASK && mocking_may_answer(key, m->states[i]))
            try_answer(a, m->states[i]);
    return a->fits || !a->of;
}

/* Such a test passes with a Retry or Catch of the same wrong name, and AWS never throws that. */
static void check_thrown(const struct mock_checking *c, const struct asl_at *rule)
{
    struct asl_at thrown, name;
    struct buf hint = {0};

    if (!asl_at_member(rule, "throw", &thrown))
        return;
    name = thrown;
    if (json_is_object(thrown.value) && !asl_at_member(&thrown, "error", &name))
        return;
    struct answering a = {.c = c, .value = &name, .thrown = true};
    if (!json_is_string(name.value) || asl_has_placeholder(name.value) || is_answer(&a))
        return;
    if (a.meant.len)
        buf_printf(&hint, "did you mean \"%s\"?", buf_str(&a.meant));
    else
        buf_adds(&hint, "write the name of an error that the service has, or check: none");
    schema_refuse(c->report, &name, ASL_VALUE, buf_str(&hint), "%.*s doesn't fail with '%s'",
                  (int)a.of->call.len, a.of->call.at, json_str(name.value));
    buf_clear(&hint);
    buf_clear(&a.meant);
}

static void check_mock_rule(const struct mock_checking *c, const struct asl_at *rule)
{
    static const struct {
        const char *field;
        enum aws_shape_moment moment;
    } answers[] = {{"return", AWS_SHAPE_RESULT}, {"submitted", AWS_SHAPE_SUBMITTED}};
    struct asl_at value;

    check_thrown(c, rule);
    for (size_t i = 0; i < COUNT(answers); i++) {
        struct answering a = {.c = c, .value = &value, .moment = answers[i].moment};
        if (asl_at_member(rule, answers[i].field, &value) && !is_answer(&a))
            tell_fault(c, &value, a.of, &a.fault);
        buf_clear(&a.fault.why);
    }
}

static void check_mock(struct mock_checking *c, const struct asl_at *mock)
{
    struct asl_at rule;

    c->key = mock;
    check_state_type(c);
    check_fits(c);
    mock_reach_check(c->shared ? NULL : c->suite->machine.machine, mock, c->report);
    if (is_level(c->level, "none"))
        return;
    if (!json_is_array(mock->value)) {
        check_mock_rule(c, mock);
        return;
    }
    for (size_t i = 0; i < json_count(mock->value); i++) {
        asl_at_index(mock, i, &rule);
        check_mock_rule(c, &rule);
    }
}

/* ---- where mocks stand ---- */

/* Returns the level that `above` tells; if it tells none, the one from around it. */
static const json *level_of(const struct asl_at *above, const json *level)
{
    struct asl_at own;

    return asl_at_member(above, "check", &own) ? own.value : level;
}

static void check_in(const struct mock_checking *how, const struct asl_at *above)
{
    struct mock_checking c = *how;
    struct asl_at mocks, mock;

    if (!asl_at_member(above, "mocks", &mocks) || !json_is_object(mocks.value))
        return;
    for (size_t i = 0; i < json_count(mocks.value); i++) {
        asl_at_index(&mocks, i, &mock);
        check_mock(&c, &mock);
    }
}

static void check_mocks_of_case(const struct suite *s, const struct asl_at *at, const json *level,
                                struct asl_report *report)
{
    struct asl_at rows, row;

    struct mock_checking how = {.suite = s, .level = level_of(at, level), .report = report};
    check_in(&how, at);
    if (!asl_at_member(at, "foreach", &rows) || !json_is_array(rows.value))
        return;
    for (size_t i = 0; i < json_count(rows.value); i++) {
        asl_at_index(&rows, i, &row);
        struct mock_checking of_row = how;
        of_row.level = level_of(&row, how.level);
        check_in(&of_row, &row);
    }
}

static const json *default_level(const struct suite *s)
{
    struct asl_at defaults;

    return asl_at_member(&s->file.top, "defaults", &defaults) ? level_of(&defaults, NULL) : NULL;
}

void mock_check_suite(const struct suite *s, struct asl_report *report)
{
    const json *level = default_level(s);
    struct asl_at defaults, cases, at;

    const struct mock_checking common = {
        .suite = s, .level = level, .common = true, .report = report};
    check_in(&common, &s->file.top);
    if (asl_at_member(&s->file.top, "defaults", &defaults))
        check_in(&common, &defaults);
    if (!asl_at_member(&s->file.top, "cases", &cases) || !json_is_object(cases.value))
        return;
    for (size_t i = 0; i < json_count(cases.value); i++) {
        asl_at_index(&cases, i, &at);
        check_mocks_of_case(s, &at, level, report);
    }
}

void mock_check_shared(const struct suite *s, const struct suite_file *f, struct asl_report *report)
{
    const struct mock_checking how = {
        .suite = s, .level = default_level(s), .shared = true, .report = report};

    check_in(&how, &f->top);
}

bool mock_check_value(const struct test_case *c, const struct asl_state *task, const json *value,
                      struct buf *why)
{
    struct asl_at check;
    const json *level = case_field(c, "check", &check) ? check.value : NULL;
    const struct aws_shape_rules rules = rules_of(level, false);
    struct aws_shape_fault fault = {0};
    struct aws_shape shape;

    if (is_level(level, "none") || !aws_shape_find(&task->task.parts, AWS_SHAPE_RESULT, &shape) ||
        aws_shape_fits(&shape, value, &rules, &fault))
        return true;
    write_fault(why, &task->task.parts, &fault);
    buf_clear(&fault.why);
    return false;
}

static bool fits_at(const struct asl_state *task, enum aws_shape_moment moment, const json *value)
{
    const struct aws_shape_rules rules = rules_of(NULL, false);
    struct aws_shape_fault fault = {0};
    struct aws_shape shape;

    bool fits = !value || !aws_shape_find(&task->task.parts, moment, &shape) ||
                aws_shape_fits(&shape, value, &rules, &fault);
    buf_clear(&fault.why);
    return fits;
}

bool mock_check_error(const struct asl_state *task, const json *error)
{
    struct buf meant = {0};
    bool may = may_fail_with(task, error, &meant);

    buf_clear(&meant);
    return may;
}

bool mock_check_answer(const struct asl_state *task, const struct trial_answer *answer)
{
    return (answer->kind != TRIAL_THROWS || mock_check_error(task, answer->error)) &&
           fits_at(task, AWS_SHAPE_SUBMITTED, answer->submitted) &&
           (answer->kind != TRIAL_RETURNS || fits_at(task, AWS_SHAPE_RESULT, answer->value));
}
