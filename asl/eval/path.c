/*
 * Paths of the States Language: a JSONPath in one of three documents, which its beginning tells:
 * `$.` the input, `$$` the context object, `$name` a variable. A path that names its whole document
 * is known, and costs nothing to read.
 */

#include "asl/eval/path.h"

#include "parsers/base/ascii.h"
#include "parsers/jsonpath/jsonpath.h"

#include <string.h>

struct asl_path {
    unsigned root; /* one of ASL_ROOT_… */
    json *text;
    json *name;     /* of the variable */
    jsonpath *path; /* within the root's document; NULL: all of it */
};

static void path_release(void *p)
{
    asl_path *path = p;

    json_unref(path->text);
    json_unref(path->name);
    jsonpath_free(path->path);
}

bool asl_name_may_begin(char c)
{
    return ascii_is_letter(c) || c == '_' || (unsigned char)c >= 0x80;
}

bool asl_name_may_go_on(char c)
{
    return asl_name_may_begin(c) || ascii_is_digit(c);
}

static size_t path_name_length(const char *text, size_t len)
{
    size_t n = 0;

    if (len > 0 && asl_name_may_begin(text[0]))
        while (n < len && asl_name_may_go_on(text[n]))
            n++;
    return n;
}

/* `text` is the path in its document, beginning with `$`; `skipped` bytes stand before it. */
static bool compile_in_document(asl_path *p, const char *text, size_t len, size_t skipped,
                                struct diag *why)
{
    p->path = jsonpath_compile(text, len, why);
    if (!p->path) {
        if (why)
            why->at += skipped;
        return false;
    }
    if (jsonpath_is_root(p->path)) {
        jsonpath_free(p->path);
        p->path = NULL;
    }
    return true;
}

/* "$" rest-of-path / "$$" rest-of-path / "$" name rest-of-path */
static bool path_compile(asl_path *p, unsigned roots, struct diag *why)
{
    const char *text = json_str(p->text);
    size_t len = json_str_len(p->text), name;
    struct buf rest = {0};
    bool ok;

    if (len == 0 || text[0] != '$') {
        diag_set(why, NULL, 0, "Reference path didn't start with '$'");
        return false;
    }
    if (len > 1 && text[1] == '$') {
        p->root = ASL_ROOT_CONTEXT;
        if (!(roots & ASL_ROOT_CONTEXT)) {
            diag_set(why, NULL, 0, "The context object, '$$', cannot be used here");
            return false;
        }
        return compile_in_document(p, text + 1, len - 1, 1, why);
    }
    name = path_name_length(text + 1, len - 1);
    if (name == 0)
        return compile_in_document(p, text, len, 0, why);

    p->root = ASL_ROOT_VARIABLE;
    if (!(roots & ASL_ROOT_VARIABLE)) {
        diag_set(why, NULL, 0,
                 "A variable, '%.*s', cannot be used here; a path into the input "
                 "begins with '$.' or '$['",
                 (int)(name + 1 < 80 ? name + 1 : 80), text);
        return false;
    }
    p->name = json_string(text + 1, name);
    buf_addc(&rest, '$');
    buf_add(&rest, text + 1 + name, len - 1 - name);
    ok = compile_in_document(p, rest.data, rest.len, name, why);
    buf_clear(&rest);
    return ok;
}

const asl_path *asl_path_compile(struct arena *a, const json *text, unsigned roots,
                                 struct diag *why)
{
    asl_path *p;

    if (!json_is_string(text)) {
        diag_set(why, NULL, 0, "A path is a string, not %s", json_kind_name(text));
        return NULL;
    }
    p = arena_alloc(a, sizeof *p);
    arena_defer(a, path_release, p);
    p->text = json_ref(text);
    return path_compile(p, roots, why) ? p : NULL;
}

const json *asl_path_text(const asl_path *p)
{
    return p->text;
}

bool asl_path_is_definite(const asl_path *p)
{
    return !p->path || jsonpath_is_definite(p->path);
}

bool asl_path_is_reference(const asl_path *p)
{
    return p->root == ASL_ROOT_INPUT && (!p->path || jsonpath_is_reference(p->path));
}

bool asl_path_is_input(const asl_path *p)
{
    return p->root == ASL_ROOT_INPUT && !p->path;
}

const json *asl_path_document(const asl_path *p, const struct asl_env *env)
{
    switch (p->root) {
    case ASL_ROOT_CONTEXT: return env->context ? env->context(env->user) : NULL;
    case ASL_ROOT_VARIABLE: return env->variable ? env->variable(env->user, p->name) : NULL;
    default: return env->input;
    }
}

/* A document that is missing is told apart from a path that finds nothing in it. */
json *asl_path_get(const asl_path *p, const struct asl_env *env, struct diag *why)
{
    const json *doc = asl_path_document(p, env);

    if (!doc) {
        if (p->root == ASL_ROOT_VARIABLE)
            diag_set(why, JSONPATH_NOT_FOUND, 0, "The variable '%s' is not assigned",
                     json_str(p->name));
        else
            diag_set(why, JSONPATH_NOT_FOUND, 0, "There is no %s here",
                     p->root == ASL_ROOT_CONTEXT ? "context object" : "input");
        return NULL;
    }
    return p->path ? jsonpath_get(p->path, doc, env->work, why) : json_ref(doc);
}

/* The null of an element that is null is a value; that of one past the end, as Jayway has it, is
 * none. */
json *asl_path_find(const asl_path *p, const struct asl_env *env, struct diag *why)
{
    json *v = asl_path_get(p, env, why);
    size_t index;

    if (!v || json_kind(v) != JSON_NULL || !p->path ||
        !jsonpath_is_past_end(p->path, asl_path_document(p, env), env->work, &index))
        return v;
    json_unref(v);
    diag_set(why, JSONPATH_NOT_FOUND, 0, "The array has no element %zu", index);
    return NULL;
}

bool asl_path_is_barred(const asl_path *p, const struct asl_env *env)
{
    return p->root == ASL_ROOT_INPUT && env->input && json_kind(env->input) == JSON_NULL;
}

json *asl_path_blocking_step(const asl_path *p, const json *doc, bool writing)
{
    return p->path ? jsonpath_blocking_step(p->path, doc, writing) : NULL;
}

json *asl_path_set(const asl_path *p, const json *doc, json *v, struct diag *why)
{
    return p->path ? jsonpath_set(p->path, doc, v, why) : v;
}
