/*
 * A template is compiled to a tree in which every part without a `.$` or expression below is one
 * constant. So evaluation visits only what changes, and shares the rest. A template is one
 * evaluation with one budget of work, and of bytes.
 */

#include "asl/eval/template.h"

#include "asl/eval/intrinsic.h"
#include "asl/eval/path.h"
#include "parsers/base/count.h"
#include "parsers/base/mem.h"
#include "parsers/base/utf8.h"
#include "parsers/jsonpath/jsonpath.h"

#include <string.h>

struct asl_query {
    const asl_path *path;           /* one of the two */
    const asl_intrinsic *intrinsic; /* or NULL */
    json *field;
};

enum node_kind { NODE_CONSTANT, NODE_QUERY, NODE_EXPRESSION, NODE_ARRAY, NODE_OBJECT };

struct asl_template {
    enum node_kind kind;
    json *constant;
    const asl_query *query;
    const asl_expression *expression;
    size_t count; /* of an array or object */
    const asl_template **items;
    json *keys; /* of an object, without `.$`: an array, in which each is once */
};

struct compiler {
    struct arena *arena;
    const struct asl_at *root;
    const struct asl_at *state; /* of a JSONata state; else NULL */
    const asl_expression **list;
    struct asl_report *report;
};

static void template_release(void *value)
{
    json_unref(value);
}

/* Takes `v`, which lives as long as the arena. */
static json *template_keep(struct arena *a, json *v)
{
    arena_defer(a, template_release, v);
    return v;
}

/* ---- one path or call ---- */

/* A place within the text is counted in characters, for people. */
static void report_query(struct asl_report *report, const struct asl_at *at, const json *field,
                         struct diag *why)
{
    if (why->text && json_is_string(at->value))
        diag_prefix(why, "At character %zu: ", utf8_count(json_str(at->value), why->at) + 1);
    asl_report_add(report, ASL_ERROR, ASL_SCHEMA_VALIDATION_FAILED, at, ASL_VALUE, why->text,
                   "The value for the field '%s' must be a valid JSONPath or a valid intrinsic "
                   "function call",
                   json_str(field));
    diag_clear(why);
}

/* AWS takes for a call what begins with "States.", and for a path all else. */
const asl_query *asl_query_compile(struct arena *a, const struct asl_at *at, const json *field,
                                   struct asl_report *report)
{
    struct asl_query *q = arena_alloc(a, sizeof *q);
    struct diag why = {0};

    q->field = template_keep(a, json_ref(field));
    if (!json_is_string(at->value))
        diag_set(&why, NULL, 0, "Write a string, not %s", json_kind_name(at->value));
    else if (json_str_begins(at->value, "States."))
        q->intrinsic = asl_intrinsic_compile(a, json_str(at->value), json_str_len(at->value), &why);
    else
        q->path = asl_path_compile(a, at->value, ASL_ROOT_CONTEXT | ASL_ROOT_VARIABLE, &why);
    if (q->path || q->intrinsic)
        return q;
    report_query(report, at, field, &why);
    return NULL;
}

bool asl_query_gives_string(const asl_query *q)
{
    return q->path || asl_intrinsic_gives_string(q->intrinsic);
}

/* What AWS says depends on whether the path is bad, leads nowhere, or has no document at all. */
static void fail_read(const asl_query *q, const struct asl_env *env, struct diag *why,
                      struct asl_error *error)
{
    const json *doc = asl_path_document(q->path, env);
    const char *path = json_str(asl_path_text(q->path));
    struct buf text = {0};

    if (!doc) {
        asl_error_set(error, ASL_RUNTIME,
                      "The JSONPath '%s' specified for the field '%s' could "
                      "not be found: %s",
                      path, json_str(q->field), why->text);
    } else if (why->code != JSONPATH_NOT_FOUND) {
        asl_error_set(error, ASL_RUNTIME, "Invalid path '%s' : %s", path, why->text);
    } else {
        json_write(&text, doc);
        asl_error_set(error, ASL_RUNTIME,
                      "The JSONPath '%s' specified for the field '%s' could not be found in the "
                      "input '%s'",
                      path, json_str(q->field), buf_str(&text));
        buf_clear(&text);
    }
}

/* Part of an evaluation that has begun. */
static json *eval_query(const asl_query *q, const struct asl_env *env, struct asl_error *error)
{
    struct diag why = {0};
    json *v;

    if (q->intrinsic)
        return asl_intrinsic_eval(q->intrinsic, env, error);
    if (asl_path_is_barred(q->path, env)) {
        asl_error_set(error, ASL_RUNTIME, ASL_PATH_BARRED);
        return NULL;
    }
    v = asl_path_get(q->path, env, &why);
    if (!v)
        fail_read(q, env, &why, error);
    diag_clear(&why);
    return v;
}

json *asl_query_eval(const asl_query *q, const struct asl_env *env, struct asl_error *error)
{
    work_begin(env->work);
    return eval_query(q, env, error);
}

/* ---- compiling ---- */

static bool is_dynamic(const json *key)
{
    return json_str_ends(key, ".$");
}

static const asl_template *compile_constant(struct compiler *c, const json *value)
{
    asl_template *t = arena_alloc(c->arena, sizeof *t);

    t->kind = NODE_CONSTANT;
    t->constant = template_keep(c->arena, json_ref(value));
    return t;
}

/* AWS locates a bad path at the field that has the template, however deep it stands. */
static const asl_template *compile_query(struct compiler *c, const struct asl_at *at)
{
    asl_template *t = arena_alloc(c->arena, sizeof *t);

    t->kind = NODE_QUERY;
    t->query = asl_query_compile(c->arena, at, at->key, c->report);
    if (!t->query)
        asl_report_relocate(c->report, c->root);
    return t;
}

/* Where the state stands is the beginning of what messages call the field. */
static const asl_template *compile_expression(struct compiler *c, const struct asl_at *at)
{
    asl_template *t = arena_alloc(c->arena, sizeof *t);

    t->kind = NODE_EXPRESSION;
    t->expression = asl_expression_compile(c->arena, at, c->state, c->list, c->report);
    return t;
}

/* A copy of `key` without the `.$` at its end. */
static json *result_key(const struct compiler *c, const json *key)
{
    return !c->state && is_dynamic(key) ? json_string(json_str(key), json_str_len(key) - 2)
                                        : json_ref(key);
}

static json *result_keys(const struct compiler *c, const json *object)
{
    struct json_build b;

    json_build_array(&b, json_count(object));
    for (size_t i = 0; i < json_count(object); i++)
        json_build_add(&b, result_key(c, json_key_at(object, i)));
    return json_build_done(&b);
}

/* A member "x" beside "x.$" would give the result two members of that name. */
static void check_twice(struct compiler *c, const struct asl_at *object,
                        const struct asl_at *member)
{
    json *key = result_key(c, member->key);

    if (json_get_key(object->value, key)) {
        asl_report_add(c->report, ASL_ERROR, ASL_SCHEMA_VALIDATION_FAILED, member, ASL_KEY,
                       "Keep one of the two", "The fields '%s' and '%s' both give the field '%s'",
                       json_str(key), json_str(member->key), json_str(key));
        asl_report_relocate(c->report, c->root);
    }
    json_unref(key);
}

/* NULL when nothing in the array or object changes. As deep as a value: JSON_MAX_DEPTH. */
static const asl_template *template_compile_value(struct compiler *c, const struct asl_at *at)
{
    size_t count = json_count(at->value);
    const asl_template **items = NULL;
    asl_template *t;

    if (c->state && json_is_string(at->value) && asl_expression_begins(at->value))
        return compile_expression(c, at);
    for (size_t i = 0; i < count; i++) {
        const asl_template *item;
        struct asl_at kid;

        asl_at_index(at, i, &kid);
        if (!c->state && kid.key && is_dynamic(kid.key)) {
            check_twice(c, at, &kid);
            item = compile_query(c, &kid);
        } else {
            item = template_compile_value(c, &kid);
        }
        if (item && !items)
            items = arena_calloc(c->arena, count, sizeof *items);
        if (item)
            items[i] = item;
    }
    if (!items)
        return NULL;

    t = arena_alloc(c->arena, sizeof *t);
    t->count = count;
    t->items = items;
    t->kind = json_is_array(at->value) ? NODE_ARRAY : NODE_OBJECT;
    for (size_t i = 0; i < count; i++) {
        const json *key;
        const json *value = json_member_at(at->value, i, &key);
        if (!items[i])
            items[i] = compile_constant(c, value);
    }
    if (t->kind == NODE_OBJECT)
        t->keys = template_keep(c->arena, result_keys(c, at->value));
    return t;
}

/* A template in which nothing changes is one constant. */
static const asl_template *compile_root(struct compiler *c)
{
    size_t errors = c->report->errors;
    const asl_template *t = template_compile_value(c, c->root);

    if (c->report->errors > errors)
        return NULL;
    return t ? t : compile_constant(c, c->root->value);
}

/* Without a state, strings are text and keys may end in .$ */
const asl_template *asl_template_compile(struct arena *a, const struct asl_at *at,
                                         struct asl_report *report)
{
    return compile_root(&(struct compiler){.arena = a, .root = at, .report = report});
}

const asl_template *asl_template_compile_jsonata(struct arena *a, const struct asl_at *at,
                                                 const struct asl_at *state,
                                                 const asl_expression **list,
                                                 struct asl_report *report)
{
    return compile_root(&(struct compiler){a, at, state, list, report});
}

/* ---- evaluating ---- */

/* One evaluation of a template, and how many bytes its values have so far. */
struct evaluation {
    const struct asl_env *env;
    size_t bytes;
};

static json *eval(const asl_template *t, struct evaluation *e, struct asl_error *error);

/* Passes on the value of a query (taken), NULL after saying that the values are too large. */
static json *count_value(struct evaluation *e, json *v, struct asl_error *error)
{
    const struct asl_env *env = e->env;

    if (!v || !env->most_bytes)
        return v;
    size_t len = json_text_len_counted(v, env->work);
    if (len <= env->most_bytes - e->bytes) {
        e->bytes += len;
        return v;
    }
    json_unref(v);
    if (len == SIZE_MAX)
        asl_error_set(error, ASL_RUNTIME, "Evaluating the template takes too long");
    else
        asl_error_set(error, ASL_DATA_LIMIT_EXCEEDED,
                      "The template gives a value of more than %zu bytes", env->most_bytes);
    return NULL;
}

/* An element that fails ends the whole: nothing half made is passed on. */
static json *eval_array(const asl_template *t, struct evaluation *e, struct asl_error *error)
{
    struct json_build b;

    json_build_array(&b, t->count);
    for (size_t i = 0; i < t->count; i++) {
        json *v = eval(t->items[i], e, error);

        if (!v) {
            json_build_drop(&b);
            return NULL;
        }
        json_build_add(&b, v);
    }
    return json_build_done(&b);
}

static json *eval_object(const asl_template *t, struct evaluation *e, struct asl_error *error)
{
    json *few[8], **values = t->count > COUNT(few) ? mem_calloc(t->count, sizeof *values) : few;
    json *object = NULL;
    size_t i = 0;

    while (i < t->count && (values[i] = eval(t->items[i], e, error)))
        i++;
    if (i == t->count)
        object = json_object_of(t->keys, values);
    else
        while (i > 0)
            json_unref(values[--i]);
    if (values != few)
        mem_free(values);
    return object;
}

static json *eval(const asl_template *t, struct evaluation *e, struct asl_error *error)
{
    const struct asl_env *env = e->env;

    if (t->kind != NODE_EXPRESSION && !work_spend(env->work, 1)) {
        asl_error_set(error, ASL_RUNTIME, "Evaluating the template takes too long");
        return NULL;
    }
    switch (t->kind) {
    case NODE_CONSTANT: return json_ref(t->constant);
    case NODE_QUERY: return count_value(e, eval_query(t->query, env, error), error);
    case NODE_EXPRESSION: return asl_expression_eval(t->expression, env, error);
    case NODE_ARRAY: return eval_array(t, e, error);
    case NODE_OBJECT: return eval_object(t, e, error);
    }
    return NULL;
}

json *asl_template_eval(const asl_template *t, const struct asl_env *env, struct asl_error *error)
{
    struct evaluation e = {.env = env};
    json *v;

    work_begin(env->work);
    v = eval(t, &e, error);
    /* A loop that wraps its input once more each time must end before recursion gets deep. */
    if (v && json_depth(v) > JSON_MAX_DEPTH) {
        json_unref(v);
        asl_error_set(error, ASL_RUNTIME, "The template gives a value nested deeper than %d levels",
                      JSON_MAX_DEPTH);
        return NULL;
    }
    return v;
}

/* An expression tells where it stands; a constant has only its value to show. */
void asl_template_wrong_type(const asl_template *t, const json *v, const char *expected,
                             struct asl_error *error)
{
    json *text;

    if (t->kind == NODE_EXPRESSION) {
        asl_expression_wrong_type(t->expression, v, expected, error);
        return;
    }
    text = json_text(v);
    asl_error_set(error, ASL_QUERY_EVALUATION_ERROR, "Expected '%s', but was '%s' for value: %s",
                  expected, json_kind_name(v), json_str(text));
    json_unref(text);
}

void asl_template_locate(const asl_template *t, struct asl_error *error)
{
    if (t->kind != NODE_EXPRESSION)
        return;
    json_unref(error->location);
    error->location = json_ref(asl_expression_location(t->expression));
}
