/*
 * How data flow through a state. In JSONPath a result passes ResultSelector, ResultPath and
 * OutputPath one after the other; in JSONata the one expression Output stands for all of them.
 * Messages are AWS's to the letter, and so differ from field to field.
 */

#include "asl/eval/flow.h"

#include <stdarg.h>
#include <string.h>

static bool is_absent(const struct asl_flow *flow)
{
    return !flow->path && !flow->null;
}

/* InputPath and OutputPath: null stands for an empty object, and no path for what there is. */
static json *flow_through(const struct asl_flow *flow, const struct asl_env *env,
                          struct asl_error *error)
{
    if (flow->null)
        return json_ref(json_empty_object());
    return flow->path ? asl_flow_path(flow->path, env, error) : json_ref(env->input);
}

/* `$` alone is the input even where it is null, to which AWS applies no other path. */
json *asl_flow_path(const asl_path *p, const struct asl_env *env, struct asl_error *error)
{
    struct diag why = {0};
    json *v;

    if (asl_path_is_input(p))
        return json_ref(env->input);
    if (asl_path_is_barred(p, env)) {
        asl_error_set(error, ASL_RUNTIME, ASL_PATH_BARRED);
        return NULL;
    }
    work_begin(env->work);
    v = asl_path_get(p, env, &why);
    if (!v)
        asl_error_set(error, ASL_RUNTIME, "Invalid path '%s' : %s", json_str(asl_path_text(p)),
                      why.text);
    diag_clear(&why);
    return v;
}

json *asl_flow_input(const struct asl_state *s, const struct asl_env *env, struct asl_error *error)
{
    return s->jsonata ? json_ref(env->input) : flow_through(&s->input_path, env, error);
}

/*
 * Parameters see what InputPath has left. In JSONata there is no InputPath: Arguments see the raw
 * input, by way of $states.input.
 */
json *asl_flow_arguments(const struct asl_state *s, const struct asl_env *env,
                         struct asl_error *error)
{
    if (s->jsonata)
        return s->parameters ? asl_template_eval(s->parameters, env, error) : json_ref(env->input);
    json *in = flow_through(&s->input_path, env, error);

    if (!in || !s->parameters)
        return in;
    struct asl_env inner = *env;
    inner.input = in;
    json *arguments = asl_template_eval(s->parameters, &inner, error);
    json_unref(in);
    return arguments;
}

/* Reference path `p` doesn't fit `doc`, as AWS says it. False: it does. */
static bool conflicts(const asl_path *p, const json *doc, bool writing, struct asl_error *error)
{
    json *step = asl_path_blocking_step(p, doc, writing);

    if (!step)
        return false;
    json *text = json_text(doc);
    if (json_is_object(doc) || json_is_array(doc))
        asl_error_set(error, ASL_REFERENCE_PATH_CONFLICT, "Unable to apply step \"%s\" to input %s",
                      json_str(step), json_str(text));
    else
        asl_error_set(error, ASL_REFERENCE_PATH_CONFLICT,
                      "Unable to apply ReferencePath %s to input %s", json_str(asl_path_text(p)),
                      json_str(text));
    json_unref(text);
    json_unref(step);
    return true;
}

/* Puts `result` (taken) where a ResultPath says. */
static json *flow_place(const struct asl_flow *path, const json *raw, json *result,
                        struct asl_error *error)
{
    struct diag why = {0};

    if (path->null) {
        json_unref(result);
        return json_ref(raw);
    }
    if (!path->path || asl_path_is_input(path->path))
        return result;
    json *out = asl_path_set(path->path, raw, result, &why);
    if (!out && !conflicts(path->path, raw, true, error))
        asl_error_set(error, ASL_RUNTIME,
                      "Unable to apply ReferencePath %s to the state's input: %s",
                      json_str(asl_path_text(path->path)), why.text);
    diag_clear(&why);
    return out;
}

/* ResultSelector sees the result, ResultPath puts into the raw input, OutputPath sees what came of
 * it. */
json *asl_flow_output(const struct asl_state *s, const struct asl_env *env, json *result,
                      struct asl_error *error)
{
    if (s->jsonata && !s->output)
        return result;
    if (s->jsonata) {
        json *output = asl_template_eval(s->output, env, error);
        json_unref(result);
        return output;
    }
    if (!s->result_selector && is_absent(&s->result_path) && is_absent(&s->output_path))
        return result;
    struct asl_env inner = *env;
    if (s->result_selector) {
        inner.input = result;
        json *selected = asl_template_eval(s->result_selector, &inner, error);
        json_unref(result);
        result = selected;
    }
    if (result)
        result = flow_place(&s->result_path, env->input, result, error);
    if (!result || is_absent(&s->output_path))
        return result;
    inner.input = result;
    json *out = flow_through(&s->output_path, &inner, error);
    json_unref(result);
    return out;
}

/*
 * AWS gives an error with a name and no cause the cause "", and one without either (a Fail state
 * with nothing in it) null for both.
 */
json *asl_error_output(const struct asl_error *e)
{
    struct json_build b;

    json_build_object(&b, 2);
    json_build_set(&b, "Error", e->name ? json_ref(e->name) : json_null());
    json_build_set(&b, "Cause",
                   e->cause  ? json_ref(e->cause)
                   : e->name ? json_cstring("")
                             : json_null());
    return json_build_done(&b);
}

/* ResultPath of a catcher puts the error into the raw input; without one it takes its place. */
json *asl_flow_caught(const struct asl_state *s, const struct asl_catcher *c,
                      const struct asl_env *env, struct asl_error *error)
{
    if (!s->jsonata)
        return flow_place(&c->result_path, env->input, json_ref(env->error_output), error);
    return c->output ? asl_template_eval(c->output, env, error) : json_ref(env->error_output);
}

/* ---- items ---- */

/* Inline Maps take arrays alone (recorded in 2024 and 2025), distributed ones objects, too. */
static bool are_items(const struct asl_map *map, const json *v)
{
    return json_is_array(v) || (map->distributed && json_is_object(v));
}

/* Without Items it is the input, of which AWS speaks in other words. */
static json *jsonata_items(const struct asl_map *map, const struct asl_env *env,
                           struct asl_error *error)
{
    json *items = map->items ? asl_template_eval(map->items, env, error) : json_ref(env->input);

    if (!items || are_items(map, items))
        return items;
    if (map->items) {
        asl_template_wrong_type(map->items, items, "array", error);
    } else {
        json *text = json_text(items);
        asl_error_set(error, ASL_QUERY_EVALUATION_ERROR,
                      "Map state input must be an array but was: %s", json_str(text));
        json_unref(text);
    }
    json_unref(items);
    return NULL;
}

/*
 * A Reference Path that leads nowhere is a conflict of its own error; any other path that finds
 * nothing is States.Runtime.
 */
json *asl_flow_items(const struct asl_state *s, const struct asl_env *env, struct asl_error *error)
{
    const asl_path *path = s->map.items_path;

    if (s->jsonata)
        return jsonata_items(&s->map, env, error);
    if (path && asl_path_is_reference(path) && conflicts(path, env->input, false, error))
        return NULL;
    json *items = path ? asl_flow_path(path, env, error) : json_ref(env->input);
    if (!items || are_items(&s->map, items))
        return items;
    json_unref(items);
    const char *text = path ? json_str(asl_path_text(path)) : "$";
    /* AWS shows a path into the context object with one $. */
    asl_error_set(error, ASL_RUNTIME, "Reference path \"%s\" must point to array.",
                  text + (text[0] == '$' && text[1] == '$'));
    return NULL;
}

/* ---- numbers ---- */

/* Numbers of an expression fail as the expression; those of a path, or as written, as the state. */
void asl_flow_out_of_range(const asl_template *expression, struct asl_error *error,
                           const char *format, ...)
{
    struct buf text = {0};
    va_list args;

    va_start(args, format);
    buf_vprintf(&text, format, args);
    va_end(args);
    asl_error_set(error, expression ? ASL_QUERY_EVALUATION_ERROR : ASL_RUNTIME, "%s",
                  buf_str(&text));
    if (expression)
        asl_template_locate(expression, error);
    buf_clear(&text);
}

/* What an expression gives as a number; NULL with *error filled. `field` ends with "Path". */
static json *flow_number_of(const asl_template *t, const char *field, bool whole,
                            const struct asl_env *env, struct asl_error *error)
{
    size_t len = strlen(field), path = strlen("Path");
    json *v = asl_template_eval(t, env, error);

    if (!v || (whole ? json_kind(v) == JSON_INT : json_is_number(v)))
        return v;
    if (json_is_number(v)) {
        json *text = json_text(v);
        asl_flow_out_of_range(t, error, "The %.*s field cannot be parsed as an integer: %s",
                              (int)(len - path), field, json_str(text));
        json_unref(text);
    } else {
        asl_template_wrong_type(t, v, "number", error);
    }
    json_unref(v);
    return NULL;
}

/* A number, or a string that reads as one; NULL: neither. */
static json *number_in(const json *v)
{
    json *n = json_is_string(v) ? json_parse(json_str(v), json_str_len(v), 0, NULL) : json_ref(v);

    if (n && json_is_number(n))
        return n;
    json_unref(n);
    return NULL;
}

/* Where `path` leads, as a number; `kind` is what it should have been. */
static json *flow_number_at(const asl_path *path, const char *field, const char *kind, bool whole,
                            const struct asl_env *env, struct asl_error *error)
{
    json *v = asl_flow_path(path, env, error);
    json *n = v ? number_in(v) : NULL;

    if (n && whole && json_kind(n) != JSON_INT) {
        json_unref(n);
        n = NULL;
    }
    if (v && !n) {
        json *text = json_is_string(v) ? json_ref(v) : json_text(v);
        /* In quotes whatever it is: an object is "{}" on AWS. */
        asl_error_set(error, ASL_RUNTIME,
                      "The %s field refers to value \"%s\" which is not a valid %s: %s", field,
                      json_str(text), kind, json_str(asl_path_text(path)));
        json_unref(text);
    }
    json_unref(v);
    return n;
}

bool asl_flow_number(const struct asl_number *n, const char *field, const struct asl_env *env,
                     int64_t *out, struct asl_error *error)
{
    if (!n->path && !n->expression) {
        *out = n->value;
        return true;
    }
    json *v = n->path ? flow_number_at(n->path, field, "integer", true, env, error)
                      : flow_number_of(n->expression, field, true, env, error);
    if (v)
        *out = json_int_value(v);
    json_unref(v);
    return v;
}

/* asl_flow_number, for a number with a fraction. */
static bool flow_share(const struct asl_share *n, const char *field, const struct asl_env *env,
                       double *out, struct asl_error *error)
{
    if (!n->path && !n->expression) {
        *out = n->value;
        return true;
    }
    json *v = n->path ? flow_number_at(n->path, field, "float", false, env, error)
                      : flow_number_of(n->expression, field, false, env, error);
    if (v)
        *out = json_double_value(v);
    json_unref(v);
    return v;
}

/* ---- a Map's limits ---- */

bool asl_flow_concurrency(const struct asl_state *s, const struct asl_env *env, int64_t *out,
                          struct asl_error *error)
{
    const struct asl_number *n = &s->map.max_concurrency;

    *out = 0;
    if (n->set && !asl_flow_number(n, "MaxConcurrencyPath", env, out, error))
        return false;
    if (*out >= 0)
        return true;
    asl_flow_out_of_range(n->expression, error, "MaxConcurrency cannot be negative.");
    return false;
}

bool asl_flow_tolerance(const struct asl_state *s, const struct asl_env *env,
                        struct asl_tolerance *out, struct asl_error *error)
{
    const struct asl_number *count = &s->map.tolerated_count;
    const struct asl_share *share = &s->map.tolerated_percentage;

    *out = (struct asl_tolerance){-1, -1};
    if (count->set) {
        if (!asl_flow_number(count, "ToleratedFailureCountPath", env, &out->count, error))
            return false;
        if (out->count < 0) {
            asl_flow_out_of_range(count->expression, error,
                                  "ToleratedFailureCount cannot be negative.");
            return false;
        }
    }
    if (share->set) {
        if (!flow_share(share, "ToleratedFailurePercentagePath", env, &out->percentage, error))
            return false;
        if (out->percentage < 0 || out->percentage > 100) {
            asl_flow_out_of_range(share->expression, error,
                                  "ToleratedFailurePercentage must be between 0 and 100.");
            return false;
        }
    }
    return true;
}

/* Without a threshold the first failure is one too many. Both are crossed when more fail, not as
 * many. */
bool asl_tolerance_exceeded(const struct asl_tolerance *t, int64_t failed, int64_t total)
{
    if (t->count < 0 && t->percentage < 0)
        return failed > 0;
    return (t->count >= 0 && failed > t->count) ||
           (t->percentage >= 0 && 100.0 * (double)failed > t->percentage * (double)total);
}

void asl_tolerance_error(struct asl_error *error)
{
    asl_error_set(error, "States.ExceedToleratedFailureThreshold",
                  "The specified tolerated failure threshold was exceeded");
}
