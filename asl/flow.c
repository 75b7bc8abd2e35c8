#include "asl/flow.h"

static json *through(const struct asl_flow *flow, const struct asl_env *env,
                     struct asl_error *error)
{
    if (flow->null)
        return json_ref(json_empty_object());
    return flow->path ? asl_flow_path(flow->path, env, error) : json_ref(env->input);
}

json *asl_flow_path(const asl_path *p, const struct asl_env *env, struct asl_error *error)
{
    struct diag why = {0};
    json *v = asl_path_get(p, env, &why);

    if (!v)
        asl_error_set(error, ASL_RUNTIME, "Invalid path '%s' : %s", json_str(asl_path_text(p)),
                      why.text);
    diag_clear(&why);
    return v;
}

json *asl_flow_arguments(const struct asl_state *s, const struct asl_env *env,
                         struct asl_error *error)
{
    json *in = through(&s->input_path, env, error);

    if (!in || !s->parameters)
        return in;
    struct asl_env inner = *env;
    inner.input = in;
    json *arguments = asl_template_eval(s->parameters, &inner, error);
    json_unref(in);
    return arguments;
}

/* Puts `result` (taken) where a ResultPath says. */
static json *place(const struct asl_flow *path, const json *raw, json *result,
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
    if (!out)
        asl_error_set(error, ASL_RUNTIME,
                      "Unable to apply ReferencePath %s to the state's input: %s",
                      json_str(asl_path_text(path->path)), why.text);
    diag_clear(&why);
    return out;
}

json *asl_flow_output(const struct asl_state *s, const struct asl_env *env, json *result,
                      struct asl_error *error)
{
    struct asl_env inner = *env;

    if (s->result_selector) {
        inner.input = result;
        json *selected = asl_template_eval(s->result_selector, &inner, error);
        json_unref(result);
        result = selected;
    }
    if (result)
        result = place(&s->result_path, env->input, result, error);
    if (!result || (!s->output_path.path && !s->output_path.null))
        return result;
    inner.input = result;
    json *out = through(&s->output_path, &inner, error);
    json_unref(result);
    return out;
}

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

json *asl_flow_caught(const struct asl_catcher *c, const struct asl_env *env,
                      const struct asl_error *caught, struct asl_error *error)
{
    return place(&c->result_path, env->input, asl_error_output(caught), error);
}

/* A whole number, or a string that reads as one. */
static bool whole_number(const json *v, int64_t *out)
{
    json *inner = NULL;
    bool good = json_kind(v) == JSON_INT;

    if (json_is_string(v)) {
        inner = json_parse(json_str(v), json_str_len(v), 0, NULL);
        good = inner && json_kind(inner) == JSON_INT;
    }
    if (good)
        *out = json_int_value(inner ? inner : v);
    json_unref(inner);
    return good;
}

bool asl_flow_number(const struct asl_number *n, const char *field, const struct asl_env *env,
                     int64_t *out, struct asl_error *error)
{
    if (!n->path) {
        *out = n->value;
        return true;
    }
    json *v = asl_flow_path(n->path, env, error);
    if (!v)
        return false;
    bool whole = whole_number(v, out);
    if (!whole) {
        json *text = json_text(v);
        asl_error_set(error, ASL_RUNTIME,
                      "The %s field refers to value %s which is not a valid integer: %s", field,
                      json_str(text), json_str(asl_path_text(n->path)));
        json_unref(text);
    }
    json_unref(v);
    return whole;
}
