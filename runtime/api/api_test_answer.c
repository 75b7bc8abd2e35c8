/*
 * TestState's answer: what came of the state, and with DEBUG and TRACE the way of its data. The
 * engine's events tell what happened; what lies between them, as what came of InputPath, is
 * evaluated again here with the input of the state. Text that came with the request is repeated as
 * it stood there, blanks and all, as AWS does.
 */

#include "runtime/api/api_test_impl.h"

#include "asl/eval/flow.h"
#include "asl/eval/verdict.h"
#include "parsers/base/mem.h"
#include "runtime/api/api_call.h"
#include "runtime/api/api_state.h"
#include "runtime/api/api_test_state.h"

#include <string.h>

/* ---- texts ---- */

/* Behind the value that begins at `p`, in text that is known to be JSON. */
static const char *skip_value(const char *p)
{
    size_t depth = 0;

    do {
        if (*p == '"') {
            for (p++; *p != '"'; p++)
                p += *p == '\\';
            p++;
        } else if (*p == '{' || *p == '[') {
            depth++;
            p++;
        } else if (*p == '}' || *p == ']') {
            depth--;
            p++;
        } else {
            p += strcspn(p, depth ? "\"{}[]" : ",}] \t\r\n");
        }
    } while (depth);
    return p;
}

/* Blanks, colons and commas lie between the parts of a value, nothing else. */
static const char *skip_separators(const char *p)
{
    return p + strspn(p, " \t\r\n:,");
}

/*
 * Where `part`, an array or object in `whole`, stands in `whole`'s text at `p`. NULL: it isn't in
 * there. It is another's place where an object has a key twice, which the value has once.
 */
static const char *find_text_of_part(const json *part, const json *whole, const char *p)
{
    bool object = json_is_object(whole);

    if (part == whole)
        return p;
    if (!object && !json_is_array(whole))
        return NULL;
    p = skip_separators(p + 1);
    for (size_t i = 0; i < json_count(whole); i++) {
        if (object)
            p = skip_separators(skip_value(p));
        if (*p == '}' || *p == ']')
            return NULL;
        const json *kid = object ? json_value_at(whole, i) : json_at(whole, i);
        const char *found = find_text_of_part(part, kid, p);
        if (found)
            return found;
        p = skip_separators(skip_value(p));
    }
    return NULL;
}

/* The text of `part` as it stands in the text of `whole`; NULL: it isn't in there. */
static json *text_as_given(const json *part, const json *whole, const json *text)
{
    if (!whole || !text)
        return NULL;
    if (part == whole)
        return json_ref(text);
    if (!json_is_array(part) && !json_is_object(part))
        return NULL;
    const char *at = find_text_of_part(part, whole, skip_separators(json_str(text)));
    if (!at)
        return NULL;
    size_t len = (size_t)(skip_value(at) - at);
    json *read = json_parse(at, len, 0, NULL);
    bool same = read && json_equal(read, part);
    json_unref(read);
    return same ? json_string(at, len) : NULL;
}

json *test_text(const struct test_state *t, const json *v)
{
    json *text = text_as_given(v, t->input, t->input_text);

    if (!text)
        text = text_as_given(v, t->mock, t->mock_text);
    if (!text)
        text = text_as_given(v, t->context, t->context_text);
    return text ? text : json_text(v);
}

/* ---- expressions ---- */

static const json *context_of_view(void *user)
{
    return ((const struct test_view *)user)->context;
}

static const json *variable_of(void *user, const json *name)
{
    return json_get_key(((const struct test_view *)user)->test->variables, name);
}

struct asl_env test_env(struct test_view *view, struct asl_chance *chance, const json *input)
{
    return (struct asl_env){.input = input,
                            .context = context_of_view,
                            .variable = variable_of,
                            .user = view,
                            .chance = chance};
}

json *test_after_input_path(const struct asl_state *s, const struct asl_env *env)
{
    struct asl_error e = {0};
    json *v;

    if (s->input_path.null)
        return api_empty();
    v = s->input_path.path ? asl_flow_path(s->input_path.path, env, &e) : json_ref(env->input);
    asl_error_clear(&e);
    return v;
}

/* ---- what happened ---- */

struct outcome {
    const json *name; /* of the state */
    const json *parameters, *result, *output, *assigned;
    struct asl_error error; /* of its work, or of an expression: looks, as those above */
    const struct asl_state *next;
    bool exited, failed;
};

/* Only events of the state itself count; the first state that is entered behind it is where it
 * leads. */
static bool note_test_event(void *user, const struct rt_event *e)
{
    struct outcome *o = user;
    bool own = e->state && json_equal(e->state->name, o->name);

    switch ((int)e->kind) {
    case RT_TASK_SCHEDULED: o->parameters = own ? e->data : o->parameters; break;
    case RT_TASK_SUCCEEDED: o->result = own ? e->data : o->result; break;
    case RT_TASK_FAILED:
    case RT_TASK_TIMED_OUT:
    case RT_EVALUATION_FAILED:
        if (own) {
            o->error = e->error;
            o->failed = true;
        }
        break;
    case RT_STATE_EXITED:
        if (own) {
            o->output = e->data;
            o->assigned = e->exited.variables;
            o->exited = true;
        }
        break;
    case RT_STATE_ENTERED:
        if (!own && o->exited && !o->next)
            o->next = e->state;
        break;
    default: break;
    }
    return true;
}

/* ---- inspectionData ---- */

/* Takes `v`; what could not be evaluated is left out. */
static void show_value(struct json_build *b, const struct test_state *t, const char *key, json *v)
{
    if (v)
        json_build_set(b, key, test_text(t, v));
    json_unref(v);
}

static json *after_result_selector(const struct asl_state *s, const struct asl_env *env,
                                   const json *result)
{
    struct asl_env inner = *env;
    struct asl_error e = {0};

    if (!s->result_selector)
        return json_ref(result);
    inner.input = result;
    json *v = asl_template_eval(s->result_selector, &inner, &e);
    asl_error_clear(&e);
    return v;
}

/* null drops the result; no ResultPath, and "$", put it in place of the input. */
static json *after_result_path(const struct asl_state *s, const struct asl_env *env,
                               const json *selected)
{
    if (s->result_path.null)
        return json_ref(env->input);
    if (!s->result_path.path || asl_path_is_input(s->result_path.path))
        return json_ref(selected);
    return asl_path_set(s->result_path.path, env->input, json_ref(selected), NULL);
}

static void inspect_result(struct json_build *b, const struct test_state *t,
                           const struct asl_state *s, const struct asl_env *env, const json *result)
{
    json *selected = after_result_selector(s, env, result);

    if (selected)
        show_value(b, t, "afterResultPath", after_result_path(s, env, selected));
    show_value(b, t, "afterResultSelector", selected);
}

/* A Pass state's Parameters are its result, too. */
static void inspect_pass(struct json_build *b, const struct test_state *t,
                         const struct asl_state *s, const struct asl_env *env)
{
    struct asl_error e = {0};
    json *arguments = asl_flow_arguments(s, env, &e);

    if (arguments) {
        json_build_set(b, "afterParameters", test_text(t, arguments));
        inspect_result(b, t, s, env, arguments);
    }
    json_unref(arguments);
    asl_error_clear(&e);
}

/* The members come in the order of the way from input to output. */
static void inspect_jsonpath(struct json_build *b, const struct test_state *t,
                             const struct asl_state *s, const struct outcome *o)
{
    struct asl_chance chance = {1};
    struct test_view view = {t, t->context};
    struct asl_env env = test_env(&view, &chance, t->input);
    bool fixed = s->type == ASL_PASS && s->result;

    if (!fixed && !t->before)
        show_value(b, t, "afterInputPath", test_after_input_path(s, &env));
    if (o->parameters && s->type == ASL_TASK)
        json_build_set(b, "afterParameters", test_text(t, o->parameters));
    if (o->result && s->type == ASL_TASK)
        json_build_set(b, "result", test_text(t, o->result));
    if (fixed)
        json_build_set(b, "result", json_text(s->result));
    if (o->result || fixed)
        inspect_result(b, t, s, &env, fixed ? s->result : o->result);
    else if (s->type == ASL_PASS)
        inspect_pass(b, t, s, &env);
}

/* A JSONata state has no paths: what it is called with, and what it got, is all there is on the
 * way. */
static void inspect_jsonata(struct json_build *b, const struct test_state *t,
                            const struct asl_state *s, const struct outcome *o)
{
    if (s->type != ASL_TASK)
        return;
    if (s->parameters && o->parameters)
        json_build_set(b, "afterArguments", test_text(t, o->parameters));
    if (o->result)
        json_build_set(b, "result", test_text(t, o->result));
}

/* Those that were given, and those that the state assigned. */
static void inspect_variables(struct json_build *b, const struct test_state *t,
                              const struct outcome *o)
{
    struct json_build all;

    json_build_copy(&all, t->variables, 0);
    for (size_t i = 0; o->assigned && i < json_count(o->assigned); i++)
        json_build_set_key(&all, json_ref(json_key_at(o->assigned, i)),
                           json_ref(json_value_at(o->assigned, i)));
    json *v = json_build_done(&all);
    if (json_count(v))
        json_build_set(b, "variables", json_text(v));
    json_unref(v);
}

/* ---- errors ---- */

/* AWS's words before a cause, which tell the state and its event, are left out here. */
static const char *bare_cause(const char *cause)
{
    static const char begin[] = "An error occurred while executing the state '";
    const char *end = strncmp(cause, begin, strlen(begin)) == 0 ? strstr(cause, "). ") : NULL;

    return end ? end + 3 : cause;
}

/* What the state's own Retry and Catch make of the error. */
static struct asl_verdict verdict_of(const struct test_state *t, const struct asl_error *error)
{
    const struct asl_state *s = test_state_in(t);
    struct asl_chance chance = {1};
    uint32_t *tries = mem_calloc(s->retriers + 1, sizeof *tries);

    for (size_t i = 0; i < s->retriers; i++)
        tries[i] = t->tries;
    struct asl_verdict v = asl_after_error(s, error->name, tries, &chance);
    mem_free(tries);
    return v;
}

/* Which of Retry or Catch the error comes to; a retrier that is used up is named, too. */
static json *error_details(const struct test_state *t, const struct asl_verdict *v,
                           const struct asl_error *error)
{
    const struct asl_state *s = test_state_in(t);
    struct json_build b;
    size_t i = 0;

    json_build_object(&b, 2);
    switch (v->kind) {
    case ASL_VERDICT_RETRY:
        json_build_set(&b, "retryIndex", json_int((int64_t)v->retrier));
        json_build_set(&b, "retryBackoffIntervalSeconds", json_int(v->delay_ms / 1000));
        break;
    case ASL_VERDICT_CATCH:
        json_build_set(&b, "catchIndex", json_int(v->catcher - s->catch));
        break;
    case ASL_VERDICT_FAIL:
        while (i < s->retriers && !asl_errors_match(&s->retry[i].errors, error->name))
            i++;
        if (i < s->retriers)
            json_build_set(&b, "retryIndex", json_int((int64_t)i));
        break;
    }
    return json_build_done(&b);
}

static void add_failure(struct json_build *b, const struct asl_error *e)
{
    if (e && e->name)
        json_build_set(b, "error", json_ref(e->name));
    if (e && e->cause)
        json_build_set(b, "cause", json_cstring(bare_cause(json_str(e->cause))));
}

/* ---- the answer ---- */

/* Of a Map or Parallel what came before its work was shown while it was done. */
static json *inspection(struct test_state *t, const struct outcome *o, const struct asl_verdict *v,
                        const struct asl_error *error)
{
    const struct asl_state *s = test_state_in(t);
    struct json_build b;

    if (t->before) {
        json_build_copy(&b, t->before, 8);
    } else {
        json_build_object(&b, 8);
        json_build_set(&b, "input", json_ref(t->input_text));
    }
    if (s->jsonata)
        inspect_jsonata(&b, t, s, o);
    else
        inspect_jsonpath(&b, t, s, o);
    inspect_variables(&b, t, o);
    for (size_t i = 0; t->exchange && i < json_count(t->exchange); i++)
        json_build_set_key(&b, json_ref(json_key_at(t->exchange, i)),
                           json_ref(json_value_at(t->exchange, i)));
    json *details = error ? error_details(t, v, error) : api_empty();
    if (json_count(details))
        json_build_set(&b, "errorDetails", json_ref(details));
    json_unref(details);
    return json_build_done(&b);
}

/*
 * A retrier comes before the catchers, so RETRIABLE comes before CAUGHT_ERROR, though the machine
 * that ran has no retriers and may have caught the error.
 */
static json *outcome_json(struct test_state *t, const rt_exec *x, const struct outcome *o)
{
    const struct asl_error *error = o->failed ? &o->error : rt_exec_error(x);
    struct asl_verdict v = {.kind = ASL_VERDICT_FAIL};
    const char *status = "SUCCEEDED";
    struct json_build b;

    if (error)
        v = verdict_of(t, error);
    if (error && v.kind == ASL_VERDICT_RETRY)
        status = "RETRIABLE";
    else if (error)
        status = o->exited ? "CAUGHT_ERROR" : "FAILED";
    json_build_object(&b, 6);
    if (o->exited && v.kind != ASL_VERDICT_RETRY) {
        json_build_set(&b, "output", test_text(t, o->output));
        if (o->next)
            json_build_set(&b, "nextState", test_target_name(t, o->next->name));
    }
    add_failure(&b, error);
    json_build_set(&b, "status", json_cstring(status));
    if (t->inspect)
        json_build_set(&b, "inspectionData", inspection(t, o, &v, error));
    return json_build_done(&b);
}

/* The execution is forgotten after the turn: the engine is in the midst of telling of its end. */
void test_state_ended(api *a, struct test_state *t, const rt_exec *x)
{
    struct outcome o = {.name = t->name};
    struct waiter *w = waiter_of(a, t->waiter);
    struct diag why = {0};

    store_read(engine_store(a->engine, t->node.id), t->node.id, 0, note_test_event, &o, &why);
    api_pass_damage(a, &why);
    if (w)
        waiter_answer(a, w, outcome_json(t, x, &o));
    t->waiter = 0;
    MEM_GROW(a->tests.over, a->tests.over_count, a->tests.over_cap);
    a->tests.over[a->tests.over_count++] = t->node.id;
}
