/* Pass, Choice, Wait, Succeed and Fail: states whose work is done on the spot, or needs only time.
 */

#include "runtime/core/state_simple.h"

#include "asl/report/quota.h"
#include "parsers/base/timestamp.h"
#include "runtime/core/context.h"
#include "runtime/core/errors.h"
#include "runtime/core/leave.h"

/* No wait may end later than this many days from now. */
static const int64_t day_ms = 86400000;

/* The output of a state whose result is `result` (taken). */
static void finish_with(struct step *s, struct rt_frame *f, const struct asl_env *env, json *result)
{
    struct asl_error e = {0};
    /* The output takes the result over, and Assign is still to look at it. */
    json *kept = json_ref(result);
    json *output = asl_flow_output(f->state, env, result, &e);

    if (output)
        finish_state(s, f, output, kept);
    else
        state_failed(s, f, &e);
    json_unref(kept);
}

/* Wait and Succeed, as leave_choice does it for Choice: InputPath, then OutputPath of that. */
static json *pass_through(const struct rt_frame *f, const struct asl_env *env, json *effective,
                          struct asl_error *e)
{
    struct asl_env inner = *env;
    json *output;

    inner.input = effective;
    output = asl_flow_output(f->state, &inner, json_ref(effective), e);
    return output;
}

static void work_pass(struct step *s, struct rt_frame *f, const struct asl_env *env,
                      json *effective)
{
    const json *result = f->state->result;

    finish_with(s, f, env, json_ref(result ? result : effective));
}

static void work_succeed(struct step *s, struct rt_frame *f, const struct asl_env *env,
                         json *effective)
{
    struct asl_error e = {0};
    json *output = pass_through(f, env, effective, &e);

    if (!output)
        state_failed(s, f, &e);
    else
        finish_state(s, f, output, effective);
}

/* ---- Choice ---- */

/* What a rule has, and the state's own when Default is taken. */
struct way {
    const asl_template *assign, *output;
    struct leaving_by by;
};

/* `inner` is `env` with what InputPath has left. In JSONata a rule's Output replaces the state's;
 * without one the input goes on. In JSONPath rules have no Output, and InputPath and OutputPath
 * shape what goes on. */
static void leave_choice(struct step *s, struct rt_frame *f, const struct asl_env *env,
                         const struct asl_env *inner, const struct way *way)
{
    const asl_template *assign = way->assign;
    struct asl_error e = {0};
    json *vars = NULL, *output;

    if (!f->state->jsonata)
        output = asl_flow_output(f->state, inner, json_ref(inner->input), &e);
    else
        output = way->output ? asl_template_eval(way->output, env, &e) : json_ref(inner->input);
    if (!output || (assign && !(vars = asl_template_eval(assign, inner, &e)))) {
        json_unref(output);
        state_failed(s, f, &e);
    } else if (check_leaving(s, f, output, vars)) {
        exit_state(s, f, output, vars, way->by);
    }
}

/* 1 true, 0 false, -1 with *e filled. */
static int rule_holds(const struct asl_rule *rule, const struct asl_env *env, struct asl_error *e)
{
    if (rule->test)
        return asl_test_eval(rule->test, env, e);
    json *v = asl_template_eval(rule->condition, env, e);
    if (!v)
        return -1;
    enum json_kind kind = json_kind(v);
    if (kind != JSON_TRUE && kind != JSON_FALSE)
        asl_template_wrong_type(rule->condition, v, "boolean", e);
    json_unref(v);
    return kind == JSON_TRUE ? 1 : kind == JSON_FALSE ? 0 : -1;
}

/* The first rule that holds decides; an error in one before it fails the state, even where a later
 * rule would hold. */
static void work_choice(struct step *s, struct rt_frame *f, const struct asl_env *env,
                        json *effective)
{
    const struct asl_choice *c = &f->state->choice;
    struct asl_error e = {0};
    struct asl_env inner = *env;

    inner.input = effective;
    for (size_t i = 0; i < c->count; i++) {
        const struct asl_rule *rule = &c->rules[i];
        int yes = rule_holds(rule, &inner, &e);
        if (yes < 0) {
            state_failed(s, f, &e);
            return;
        }
        if (yes) {
            leave_choice(s, f, env, &inner,
                         &(struct way){rule->assign, rule->output, {rule->next, RT_BY_RULE, i}});
            return;
        }
    }
    if (c->fallback) {
        /* The state's own Assign runs when Default is taken. */
        leave_choice(s, f, env, &inner,
                     &(struct way){f->state->assign,
                                   f->state->output,
                                   {.to = c->fallback, .way = RT_BY_DEFAULT}});
        return;
    }
    asl_error_set(&e, ASL_RUNTIME,
                  "Failed to transition out of the state. The state does not point to a next "
                  "state.");
    state_failed(s, f, &e);
}

/* ---- Wait ---- */

static const char *path_text(const asl_path *p)
{
    return json_str(asl_path_text(p));
}

/* The three texts of SecondsPath are AWS's to the letter. A whole number is asked for: 1.0 is none.
 */
static bool wait_seconds(const struct asl_number *n, const struct asl_env *env, int64_t *out,
                         struct asl_error *e)
{
    if (!n->path) {
        if (!asl_flow_number(n, "SecondsPath", env, out, e))
            return false;
        if (*out < 0)
            asl_flow_out_of_range(
                n->expression, e,
                "Seconds must be between 0 and " QUOTA_TEXT(QUOTA_SECONDS) " but was: %lld",
                (long long)*out);
        return *out >= 0;
    }
    work_begin(env->work);
    json *v = asl_path_get(n->path, env, NULL);
    json *text = v ? json_text(v) : NULL;
    bool good = v && json_kind(v) == JSON_INT && json_int_value(v) >= 0;
    if (!v)
        asl_error_set(e, ASL_RUNTIME,
                      "The SecondsPath parameter does not reference an input value: %s",
                      path_text(n->path));
    else if (json_kind(v) != JSON_INT)
        asl_error_set(e, ASL_RUNTIME,
                      "The SecondsPath parameter cannot be parsed as a long value: %s == %s",
                      path_text(n->path), json_str(text));
    else if (!good)
        asl_error_set(e, ASL_RUNTIME,
                      "The SecondsPath parameter references a negative value: %s == %s",
                      path_text(n->path), json_str(text));
    else
        *out = json_int_value(v);
    json_unref(v);
    json_unref(text);
    return good;
}

static bool wait_expression(const asl_template *t, const struct asl_env *env, int64_t *due_ms,
                            struct asl_error *e)
{
    struct timestamp at;
    json *v = asl_template_eval(t, env, e);

    if (!v)
        return false;
    bool text = json_is_string(v);
    bool good = text && timestamp_parse(json_str(v), json_str_len(v), &at);
    if (good)
        /* Rounded up: a wait may end late, never early. */
        *due_ms = at.ms + (at.ns > 0);
    else if (!text)
        asl_template_wrong_type(t, v, "string", e);
    else
        asl_error_set(e, ASL_QUERY_EVALUATION_ERROR,
                      "The Timestamp field cannot be parsed as an ISO-8601 extended offset "
                      "date-time format string: %s",
                      json_str(v));
    if (text && !good)
        asl_template_locate(t, e);
    json_unref(v);
    return good;
}

static bool wait_timestamp(const struct asl_wait *w, const struct asl_env *env, int64_t *due_ms,
                           struct asl_error *e)
{
    struct timestamp t;

    if (w->timestamp_expression)
        return wait_expression(w->timestamp_expression, env, due_ms, e);
    if (!w->timestamp_path) {
        *due_ms = w->timestamp_ms;
        return true;
    }
    work_begin(env->work);
    json *v = asl_path_get(w->timestamp_path, env, NULL);
    bool good = v && json_is_string(v) && timestamp_parse(json_str(v), json_str_len(v), &t);
    if (good) {
        *due_ms = t.ms + (t.ns > 0);
    } else if (!v) {
        asl_error_set(e, ASL_RUNTIME,
                      "The TimestampPath parameter does not reference an input value: %s",
                      path_text(w->timestamp_path));
    } else {
        json *text = json_is_string(v) ? json_ref(v) : json_text(v);
        asl_error_set(e, ASL_RUNTIME,
                      "The TimestampPath parameter does not reference a valid ISO-8601 extended "
                      "offset date-time format string: %s == %s",
                      path_text(w->timestamp_path), json_str(text));
        json_unref(text);
    }
    json_unref(v);
    return good;
}

static void leave_wait(struct step *s, struct rt_frame *f, const struct asl_env *env,
                       json *effective)
{
    work_succeed(s, f, env, effective);
}

static void work_wait(struct step *s, struct rt_frame *f, const struct asl_env *env,
                      json *effective)
{
    const struct asl_wait *w = &f->state->wait;
    struct asl_error e = {0};
    struct asl_env inner = *env;
    int64_t at_ms = s->now_ms, seconds = 0;

    inner.input = effective;
    bool known = w->timestamp ? wait_timestamp(w, &inner, &at_ms, &e)
                              : wait_seconds(&w->seconds, &inner, &seconds, &e);
    /* Compared before the sum is made: seconds from an input may be as large as numbers get. */
    bool too_long = !w->timestamp ? seconds > QUOTA_WAIT_DAYS * (day_ms / 1000)
                                  : at_ms - s->now_ms > QUOTA_WAIT_DAYS * day_ms;
    if (known && too_long) {
        known = false;
        asl_error_set(&e, ASL_RUNTIME, "Wait state delay is too long.");
    }
    if (!known) {
        state_failed(s, f, &e);
        return;
    }
    /* What is due already leaves at once, without an event and without a turn of a timer. */
    int64_t delay_ms = w->timestamp ? at_ms - s->now_ms : 1000 * seconds;
    int64_t due_ms = delay_ms > 0 ? wait_until(s, delay_ms) : 0;
    if (delay_ms <= 0 || due_ms <= due_clock(s))
        leave_wait(s, f, env, effective);
    else
        emit(s, &(struct rt_event){.kind = RT_WAITING,
                                   .frame = f->id,
                                   .state = f->state,
                                   .later = {.due_ms = due_ms}});
}

/* ---- Fail ---- */

static bool fail_text(json *constant, const asl_query *query, const struct asl_env *env, json **out,
                      struct asl_error *e)
{
    if (!query) {
        *out = json_ref(constant);
        return true;
    }
    json *v = asl_query_eval(query, env, e);
    if (v && !json_is_string(v)) {
        json *text = json_text(v);
        json_unref(v);
        v = text;
    }
    *out = v;
    return v;
}

/* An expression has to give a string. */
static bool fail_expression(const asl_template *t, const struct asl_env *env, json **out,
                            struct asl_error *e)
{
    json *v = asl_template_eval(t, env, e);

    if (v && !json_is_string(v)) {
        asl_template_wrong_type(t, v, "string", e);
        json_unref(v);
        v = NULL;
    }
    *out = v;
    return v;
}

/* Error goes before Cause, as only the first expression that fails is told. The state's error is
 * decided on as any other is, so a Parallel around it may catch it. */
static void work_fail(struct step *s, struct rt_frame *f, const struct asl_env *env)
{
    const struct asl_fail *fail = &f->state->fail;
    struct asl_error e = {0}, out = {0};

    bool good = fail->error_expression
                    ? fail_expression(fail->error_expression, env, &out.name, &e)
                    : fail_text(fail->error, fail->error_path, env, &out.name, &e);
    if (good)
        good = fail->cause_expression
                   ? fail_expression(fail->cause_expression, env, &out.cause, &e)
                   : fail_text(fail->cause, fail->cause_path, env, &out.cause, &e);
    if (good) {
        decide(s, f, &out);
    } else {
        asl_error_clear(&out);
        state_failed(s, f, &e);
    }
}

/* ---- */

/* Before a Wait and after it the same is evaluated: nothing but the time is kept while it waits. */
static void with_input(struct step *s, struct rt_frame *f, bool over)
{
    struct asl_error e = {0};
    struct scope_view view;

    view_init(&view, s, f);
    struct asl_env env = view_env(&view, f->input);
    /* Fail has no InputPath. */
    if (f->state->type == ASL_FAIL) {
        work_fail(s, f, &env);
        return;
    }
    json *effective = asl_flow_arguments(f->state, &env, &e);
    if (!effective) {
        state_failed(s, f, &e);
        return;
    }
    switch (f->state->type) {
    case ASL_PASS: work_pass(s, f, &env, effective); break;
    case ASL_CHOICE: work_choice(s, f, &env, effective); break;
    case ASL_SUCCEED: work_succeed(s, f, &env, effective); break;
    case ASL_WAIT:
        if (over)
            leave_wait(s, f, &env, effective);
        else
            work_wait(s, f, &env, effective);
        break;
    case ASL_FAIL:
    case ASL_TASK:
    case ASL_PARALLEL:
    case ASL_MAP: break;
    }
    json_unref(effective);
}

void work_simple(struct step *s, struct rt_frame *f)
{
    with_input(s, f, false);
}

void wait_over(struct step *s, struct rt_frame *f)
{
    with_input(s, f, true);
}
