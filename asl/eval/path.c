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
    /* Of a path that ends in an index, "….items[5]": what stands before it. Else NULL. */
    jsonpath *array;
    size_t index;
};

static void path_release(void *p)
{
    asl_path *path = p;

    json_unref(path->text);
    json_unref(path->name);
    jsonpath_free(path->path);
    jsonpath_free(path->array);
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

/* The length of `text` without the "[123]" at its end; `len` when there is none. */
static size_t without_index(const char *text, size_t len, size_t *index)
{
    size_t end = len, digits;

    if (len < 4 || text[len - 1] != ']')
        return len;
    for (end--; end > 0 && text[end - 1] >= '0' && text[end - 1] <= '9';)
        end--;
    digits = len - 1 - end;
    if (digits == 0 || digits > 9 || text[end - 1] != '[')
        return len;
    *index = 0;
    for (size_t i = end; i < len - 1; i++)
        *index = *index * 10 + (size_t)(text[i] - '0');
    return end - 1;
}

/*
 * `text` is the path in its document, beginning with `$`; `skipped` bytes stand before it. Where
 * the path ends in an index, what stands before is compiled as well: jsonpath_get gives null past
 * the end of an array, and asl_path_find has to tell that from an element that is null.
 */
static bool compile_in_document(asl_path *p, const char *text, size_t len, size_t skipped,
                                struct diag *why)
{
    size_t before;

    p->path = jsonpath_compile(text, len, why);
    if (!p->path) {
        if (why)
            why->at += skipped;
        return false;
    }
    before = without_index(text, len, &p->index);
    if (before < len && jsonpath_is_definite(p->path))
        p->array = jsonpath_compile(text, before, NULL);
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

/* True when `p` gave null because its index is past the end of the array, as Jayway does. */
static bool is_past_the_end(const asl_path *p, const struct asl_env *env)
{
    json *array = jsonpath_get(p->array, asl_path_document(p, env), env->work, NULL);
    bool past = array && json_is_array(array) && p->index >= json_count(array);

    json_unref(array);
    return past;
}

/* The null of an element that is null is a value; only that of one past the end is none. */
json *asl_path_find(const asl_path *p, const struct asl_env *env, struct diag *why)
{
    json *v = asl_path_get(p, env, why);

    if (!v || json_kind(v) != JSON_NULL || !p->array || !is_past_the_end(p, env))
        return v;
    json_unref(v);
    diag_set(why, JSONPATH_NOT_FOUND, 0, "The array has no element %zu", p->index);
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
